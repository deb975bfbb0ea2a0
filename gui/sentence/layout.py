"""Where the characters of one sentence stand: its lines, and the place of every character in them."""

import math
import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from PySide6.QtCore import QPointF, Qt, QTextBoundaryFinder
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QTextLayout, QTextLine, QTextOption

from gui.text.utf16 import offsets

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


@dataclass(frozen=True, slots=True)
class CharacterBox:
    """One character as people see it (a grapheme cluster): its code points and its place in the layout."""

    start: int
    end: int
    line: int
    left: float
    right: float
    is_reversed: bool = False
    """Whether it is written from right to left."""

    @property
    def near(self) -> float:
        """The edge at which a reader enters it."""
        return self.right if self.is_reversed else self.left

    @property
    def far(self) -> float:
        """The edge at which a reader leaves it."""
        return self.left if self.is_reversed else self.right


@dataclass(frozen=True, slots=True)
class EdgePlace:
    """Where an edge of a range stands: its line, its horizontal position, and whether the range lies right of it."""

    line: int
    x: float
    is_left: bool


@dataclass(frozen=True, slots=True)
class Piece:
    """The part of a range of text that stands in one stretch, and whether the range ends at its left or right side."""

    line: int
    left: float
    right: float
    first: bool
    last: bool


class TextLayout:
    """A text laid out at one width. Horizontal positions only: the lanes between the lines set the vertical ones.

    A line is laid out when it is first looked at. All offsets are those of the whole text.

    Args:
        part: the code points to lay out, on one line however long it is; None wraps the whole text.

    Attributes:
        boundaries: the positions that an edge of a span can have.
        starts: where the lines begin.
        end: where the last line ends.
        text_height: of a line, in pixels.
    """

    def __init__(self, text: str, font: QFont, width: float, *, part: range | None = None) -> None:
        self.text, self.width = text, width
        self._first, self.end = (0, len(text)) if part is None else (part.start, part.stop)
        self._visible, self._font = shown(text[self._first : self.end]), font
        self._direction, self._is_mixed = direction_of(self._visible), has_right_to_left(self._visible)
        self.boundaries = _shifted(character_boundaries(self._visible), self._first)
        self.starts = line_starts(self._visible, self.boundaries, font, width) if part is None else (part.start,)
        self.text_height = math.ceil(QFontMetricsF(font).height())
        self._lines: dict[int, QTextLayout] = {}
        self._rows: dict[int, tuple[CharacterBox, ...]] = {}
        self._pieces: dict[tuple[int, int], tuple[Piece, ...]] = {}

    @property
    def lines(self) -> range:
        """The numbers of the lines; there is at least one."""
        return range(len(self.starts))

    @property
    def is_reversed(self) -> bool:
        """Whether the text as a whole is written from right to left; then it is flush right."""
        return self._direction == Qt.LayoutDirection.RightToLeft

    def row(self, line: int) -> tuple[CharacterBox, ...]:
        """The characters of one line, in the order of the text."""
        if line not in self._rows:
            self._rows[line] = tuple(self._place_row(line))
        return self._rows[line]

    def draw(self, painter: QPainter, line: int, at: QPointF) -> None:
        """Paint one line with the painter's pen."""
        self._laid(line).draw(painter, at)

    def natural_width(self, line: int) -> float:
        """What a line takes, which can be more than the width where the text does not wrap."""
        laid = self._laid(line)
        return laid.lineAt(0).naturalTextWidth() if laid.lineCount() else 0.0

    def line_of(self, position: int) -> int:
        """The line in which a code point stands."""
        return max(0, bisect_right(self.starts, position) - 1)

    def cells_of(self, start: int, end: int) -> list[CharacterBox]:
        """The characters that a range of code points touches."""
        if start >= end:
            return []
        lines = range(self.line_of(start), self.line_of(end - 1) + 1)
        return [cell for line in lines for cell in self._cells_between(line, start, end)]

    def _cells_between(self, line: int, start: int, end: int) -> Sequence[CharacterBox]:
        """The characters of a line that a range touches; where directions do not mix, the others are not placed."""
        if self._is_mixed:
            row = self.row(line)
            first = bisect_right(row, start, key=lambda cell: cell.end)
            return row[first : bisect_left(row, end, key=lambda cell: cell.start)]
        first = bisect_right(self.boundaries, max(start, self.starts[line])) - 1
        last = bisect_left(self.boundaries, min(end, self._end_of(line)))
        return self._place_cells(line, self.boundaries[first : last + 1])

    def right_edge_within(self, room: float) -> float:
        """Where the last character ends of those that the first so many pixels of the first line show whole."""
        if self._is_mixed or not self._visible:
            return max((cell.right for cell in self.row(0) if cell.right <= room), default=0.0)
        boundaries, x_at = self.boundaries[: bisect_right(self.boundaries, self._end_of(0))], self._x_on(0)
        fitting = bisect_right(boundaries, room, key=x_at)
        return x_at(boundaries[fitting - 1]) if fitting > 1 else 0.0

    def pieces(self, start: int, end: int) -> tuple[Piece, ...]:
        """A range of code points as one piece a line, or more where writing directions mix."""
        if (start, end) not in self._pieces:
            self._pieces[start, end] = self._pieces_of(start, end)
        return self._pieces[start, end]

    def _pieces_of(self, start: int, end: int) -> tuple[Piece, ...]:
        cells = self.cells_of(start, end)
        if not cells:
            return ()
        first, last = cells[0], cells[-1]
        ends = set[tuple[int, float]]()
        if start >= self._first:
            ends.add((first.line, first.near))
        if end <= self.end:
            ends.add((last.line, last.far))
        return tuple(
            Piece(line, left, right, (line, left) in ends, (line, right) in ends) for line, left, right in _runs(cells)
        )

    def edges(self, start: int, end: int) -> tuple[EdgePlace, ...]:
        """Where a range begins and where it ends; nothing where there is nothing in it."""
        cells = self.cells_of(start, end)
        if not cells:
            return ()
        first, last = cells[0], cells[-1]
        return (
            EdgePlace(first.line, first.near, is_left=not first.is_reversed),
            EdgePlace(last.line, last.far, is_left=last.is_reversed),
        )

    def cell_at(self, line: int, x: float) -> CharacterBox | None:
        """The character of a line that stands nearest to a horizontal position."""
        return min(self.row(line), key=lambda cell: max(cell.left - x, x - cell.right, 0.0), default=None)

    def boundary_at(self, line: int, x: float) -> int:
        """The position between two characters of a line that is nearest to a horizontal position."""
        cell = self.cell_at(line, x)
        if cell is None:
            return 0
        is_left = x < (cell.left + cell.right) / 2
        return cell.start if is_left != cell.is_reversed else cell.end

    def moved(self, position: int, step: int) -> int:
        """A position moved by whole characters, within the text."""
        rank = bisect_right(self.boundaries, position) - 1 + step
        return self.boundaries[max(0, min(rank, len(self.boundaries) - 1))]

    def _end_of(self, line: int) -> int:
        return self.starts[line + 1] if line + 1 < len(self.starts) else self.end

    def _visible_between(self, start: int, end: int) -> str:
        return self._visible[start - self._first : end - self._first]

    def _solid_end_of(self, line: int) -> int:
        """Where a line ends without the blanks that hang out of it."""
        start, end = self.starts[line], self._end_of(line)
        solid = start + len(self._visible_between(start, end).rstrip())
        return max(solid, end - HANGING) if start < solid and end < self.end else end

    def _laid(self, line: int) -> QTextLayout:
        if line not in self._lines:
            text = self._visible_between(self.starts[line], self._solid_end_of(line))
            self._lines[line] = lay_line(text, self._font, self.width, self._direction)
        return self._lines[line]

    def _place_row(self, line: int) -> Sequence[CharacterBox]:
        start, solid, end = self.starts[line], self._solid_end_of(line), self._end_of(line)
        boundaries = self.boundaries[bisect_left(self.boundaries, start) : bisect_right(self.boundaries, end)]
        if not self._is_mixed or solid == start:
            return self._place_cells(line, boundaries)
        mapping, laid = offsets(self._visible_between(start, solid)), self._laid(line).lineAt(0)
        inside = boundaries[: bisect_right(boundaries, solid)]
        places = _mixed_places(laid, [mapping.to_units(at - start) for at in inside])
        left, right, is_reversed = places[-1] if places else (0.0, 0.0, False)
        far = left if is_reversed else right
        places += [(far, far, is_reversed)] * (len(boundaries) - len(inside))
        return _boxes(line, boundaries, places)

    def _place_cells(self, line: int, boundaries: Sequence[int]) -> Sequence[CharacterBox]:
        """The characters between some boundaries of a line, where writing directions do not mix."""
        if self._solid_end_of(line) == self.starts[line]:
            return ()
        places = [(left, right, False) for left, right in pairwise(map(self._x_on(line), boundaries))]
        return _boxes(line, boundaries, places)

    def _x_on(self, line: int) -> Callable[[int], float]:
        """From a code point of a line to its place; the blanks that hang out at the end have none of their own."""
        start, solid = self.starts[line], self._solid_end_of(line)
        mapping, laid = offsets(self._visible_between(start, solid)), self._laid(line).lineAt(0)
        return lambda at: _x_at(laid, mapping.to_units(min(at, solid) - start))


_Extent = tuple[float, float, bool]
"""Left and right edge of a character, and whether it is written from right to left."""


def _boxes(line: int, boundaries: Sequence[int], places: Sequence[_Extent]) -> list[CharacterBox]:
    return [
        CharacterBox(start, end, line, *place) for (start, end), place in zip(pairwise(boundaries), places, strict=True)
    ]


def _shifted(positions: Sequence[int], by: int) -> Sequence[int]:
    if isinstance(positions, range):
        return range(positions.start + by, positions.stop + by)
    return tuple(position + by for position in positions) if by else positions


def _x_at(line: QTextLine, unit: int) -> float:
    found: object = line.cursorToX(unit)  # it and the position it is for, though the stubs say otherwise
    assert isinstance(found, tuple)
    return float(found[0])


def _mixed_places(line: QTextLine, units: Sequence[int]) -> list[_Extent]:
    """The places of characters in a line with several directions.

    Qt's cursor positions belong to the neighbour where the direction changes, and the places of letters in a ligature
    that is written from right to left are shifted (QTBUG, seen in 6.11); widths and the order of places are right.
    """
    found = [_extent_of(line, unit, following) for unit, following in pairwise(units)]
    order = sorted(range(len(found)), key=lambda at: (found[at][0], -at if found[at][2] else at))
    x = line.naturalTextRect().left()
    placed = list(found)
    for at in order:
        left, right, is_reversed = found[at]
        placed[at] = (x, x + right - left, is_reversed)
        x += right - left
    return placed


def _extent_of(line: QTextLine, unit: int, following: int) -> _Extent:
    runs = line.glyphRuns(unit, following - unit, QTextLayout.GlyphRunRetrievalFlag.RetrieveGlyphPositions)
    if not runs:
        x = _x_at(line, unit)
        return x, x, False
    rects = [run.boundingRect() for run in runs]
    return min(rect.left() for rect in rects), max(rect.right() for rect in rects), runs[0].isRightToLeft()


def _runs(cells: Sequence[CharacterBox]) -> list[tuple[int, float, float]]:
    """Stretches of cells that touch one another, line by line, from left to right."""
    found: list[tuple[int, float, float]] = []
    for cell in sorted(cells, key=lambda cell: (cell.line, cell.left)):
        if found and cell.line == found[-1][0] and cell.left - found[-1][2] < 1:
            found[-1] = (cell.line, found[-1][1], max(found[-1][2], cell.right))
        else:
            found.append((cell.line, cell.left, cell.right))
    return found
