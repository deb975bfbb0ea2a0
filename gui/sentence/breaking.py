"""Where the lines of a text begin: between eojeols, or inside one that is wider than a line."""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from PySide6.QtCore import QPointF, Qt, QTextBoundaryFinder
from PySide6.QtGui import QFont, QFontMetricsF, QTextLayout, QTextOption

from gui.sentence.offsets import offsets

HANGING = 2
"""Blanks that may hang out at the end of a line."""
_SHOWN = {"\n": "↵", "\r": "↵", "\t": "→", "\v": "↵", "\f": "↵", "\x85": "↵", "\u2028": "↵", "\u2029": "¶"}
_INVISIBLE = frozenset("\u00ad\u200b\u200e\u200f\u2060\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_PLAIN = re.compile(r"[ -~가-힣ㄱ-ㆎ一-鿿“”‘’·…]*")
"""Texts that are shown as they are, each of whose characters stands for itself."""
_FORWARD = Qt.LayoutDirection.LeftToRight
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\U00010800-\U00010fff\U0001e800-\U0001efff]")
"""A character of a script that is written from right to left."""


def shown(text: str) -> str:
    """The text with one visible character for each that would break a line or not show; every offset stays."""
    return text if _PLAIN.fullmatch(text) else "".join(map(_shown, text))


def _shown(character: str) -> str:
    if character in _SHOWN:
        return _SHOWN[character]
    if character in _INVISIBLE:
        return "·"
    return "�" if unicodedata.category(character) in ("Cc", "Cs") else character


def character_boundaries(visible: str) -> Sequence[int]:
    """The code points at which characters as people see them (grapheme clusters) begin, and the end of the text."""
    if _PLAIN.fullmatch(visible):
        return range(len(visible) + 1)
    finder = QTextBoundaryFinder(QTextBoundaryFinder.BoundaryType.Grapheme, visible)
    mapping, found = offsets(visible), [0]
    while (unit := finder.toNextBoundary()) >= 0:
        found.append(mapping.to_code_points(unit))
    return tuple(found)


def has_right_to_left(text: str) -> bool:
    """Whether some of the text is written from right to left."""
    return _RIGHT_TO_LEFT.search(text) is not None


def direction_of(text: str) -> Qt.LayoutDirection:
    """The direction in which a text reads as a whole: that of its first letter."""
    if has_right_to_left(text):
        letters = (unicodedata.bidirectional(character) for character in text)
        first = next((letter for letter in letters if letter in ("L", "R", "AL")), "L")
        if first != "L":
            return Qt.LayoutDirection.RightToLeft
    return _FORWARD


def lay_line(
    text: str,
    font: QFont,
    width: float,
    direction: Qt.LayoutDirection,
    wrap: QTextOption.WrapMode = QTextOption.WrapMode.NoWrap,
) -> QTextLayout:
    """The first line of a text at a width: all of it, or as much as fits; flush with the side where it begins."""
    layout, option = QTextLayout(text, font), QTextOption()
    option.setWrapMode(wrap)
    option.setTextDirection(direction)
    if direction == Qt.LayoutDirection.RightToLeft:
        option.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignAbsolute)
    layout.setTextOption(option)
    layout.beginLayout()
    line = layout.createLine()
    if line.isValid():
        line.setLineWidth(width)
        line.setPosition(QPointF(0, 0))
    layout.endLayout()
    return layout


def line_starts(visible: str, boundaries: Sequence[int], font: QFont, width: float) -> tuple[int, ...]:
    """The code points at which the lines of a text begin when each is as wide as can be."""
    breaker = _Breaker(visible, boundaries, font, width)
    starts = [0]
    while (end := breaker.end_of_line(starts[-1])) < len(visible):
        starts.append(end)
    return tuple(starts)


class _Breaker:
    """Finds the ends of lines one after the other; Qt says how much fits, and would break Hangul anywhere."""

    def __init__(self, visible: str, boundaries: Sequence[int], font: QFont, width: float) -> None:
        self._visible, self._boundaries = visible, boundaries
        self._font, self._width, self._direction = font, width, direction_of(visible)
        self._blank = QFontMetricsF(font).horizontalAdvance(" ")
        self._guess = int(width / font.pixelSize() * 1.5) + 8

    def end_of_line(self, start: int) -> int:
        fitting, within = self._fitting(start)
        if fitting >= len(self._visible):
            return fitting
        solid = start + len(self._visible[start:fitting].rstrip())
        if solid < fitting:
            return min(fitting, max(solid + HANGING, within))
        if self._visible[fitting].isspace() and self._is_boundary(fitting + 1):
            return fitting + 1
        blank = next((at for at in range(fitting, start, -1) if self._ends_in_blank(at)), None)
        return blank if blank is not None else self._end_inside(start, fitting)

    def _fitting(self, start: int) -> tuple[int, int]:
        """Where what fits ends, the blanks behind it included, and where it ends when these have to fit, too."""
        while True:
            chunk = self._visible[start : start + self._guess]
            layout = lay_line(chunk, self._font, self._width, self._direction, QTextOption.WrapMode.WrapAnywhere)
            line, mapping = layout.lineAt(0), offsets(chunk)
            fitting = start + mapping.to_code_points(line.textLength()) if line.isValid() else start
            is_cut = start + len(chunk) < len(self._visible)
            if fitting < start + len(chunk) or not is_cut:
                break
            self._guess *= 2
        if chunk[:1].isspace():
            fitting = self._without_overhang(start, fitting)
        solid = start + len(chunk[: fitting - start].rstrip(" "))
        blanks = (self._width - line.naturalTextWidth()) / self._blank if fitting - solid > HANGING else 0.0
        within = solid + int(blanks)
        return self._at_boundary(fitting, start), within

    def _without_overhang(self, start: int, fitting: int) -> int:
        """Where a line that begins with blanks ends: Qt lets the first word behind these stand out."""
        solid = start + len(self._visible[start:fitting].rstrip())
        end = self._end_inside(start, solid) if solid > start else fitting
        return fitting if end == solid else end

    def _end_inside(self, start: int, end: int) -> int:
        """The end of a line inside an eojeol; letters that are written joined are wider at an end."""
        while self._width_of(start, end) > self._width:
            nearer = self._at_boundary(end - 1, start)
            if nearer >= end:
                break
            end = nearer
        return end

    def _width_of(self, start: int, end: int) -> float:
        layout = lay_line(self._visible[start:end], self._font, self._width, self._direction)
        return layout.lineAt(0).naturalTextWidth()

    def _ends_in_blank(self, at: int) -> bool:
        return self._visible[at - 1].isspace() and self._is_boundary(at)

    def _is_boundary(self, at: int) -> bool:
        rank = bisect_left(self._boundaries, at)
        return rank < len(self._boundaries) and self._boundaries[rank] == at

    def _at_boundary(self, at: int, start: int) -> int:
        """The nearest boundary up to a position, but after the beginning of the line."""
        rank = bisect_right(self._boundaries, at) - 1
        if self._boundaries[rank] <= start:
            rank = min(bisect_right(self._boundaries, start), len(self._boundaries) - 1)
        return self._boundaries[rank]
