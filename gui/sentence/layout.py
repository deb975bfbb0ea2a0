"""Where the characters of one sentence stand: lines that break between eojeols, and the place of every character."""

import math
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from PySide6.QtCore import QPointF
from PySide6.QtGui import QFont, QFontMetricsF, QTextLayout, QTextOption

from gui.sentence.offsets import offsets
from gui.theme import font

_HANG = 12.0
"""Pixels by which blanks may stand out at the end of a line."""
_ENDLESS = 1e6
_SHOWN = {"\n": "↵", "\r": "↵", "\t": "→", "\v": "↵", "\f": "↵", "\x85": "↵", "\u2028": "↵", "\u2029": "¶"}
_INVISIBLE = frozenset("\u00ad\u200b\u200e\u200f\u2060\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass(frozen=True, slots=True)
class Cell:
    """One character as people see it (a grapheme cluster): its code points and its place in the layout."""

    start: int
    end: int
    line: int
    left: float
    right: float


@dataclass(frozen=True, slots=True)
class Piece:
    """The part of a range of text that stands in one line, and whether the range begins or ends with it."""

    line: int
    left: float
    right: float
    first: bool
    last: bool


@dataclass(frozen=True)
class TextLayout:
    """A text laid out at one width. Horizontal positions only: the lanes between the lines set the vertical ones."""

    text: str
    width: float
    cells: tuple[Cell, ...]
    lines: tuple[QTextLayout, ...]
    text_height: float

    @cached_property
    def boundaries(self) -> tuple[int, ...]:
        """The code-point positions at which an edge may stand."""
        return (*(cell.start for cell in self.cells), len(self.text))

    def pieces(self, start: int, end: int) -> tuple[Piece, ...]:
        """A range of code points as one piece a line, or more where writing directions mix."""
        first, last = max(0, bisect_right(self.boundaries, start) - 1), bisect_left(self.boundaries, end)
        runs = list(_runs(self.cells[first:last] if start < end else ()))
        return tuple(Piece(*run, first=at == 0, last=at == len(runs) - 1) for at, run in enumerate(runs))

    def cell_at(self, line: int, x: float) -> Cell | None:
        """The character of a line that stands nearest to a horizontal position."""
        row = [cell for cell in self.cells if cell.line == line]
        return min(row, key=lambda cell: max(cell.left - x, x - cell.right, 0.0), default=None)

    def boundary_at(self, line: int, x: float) -> int:
        """The position between two characters of a line that is nearest to a horizontal position."""
        cell = self.cell_at(line, x)
        if cell is None:
            return 0
        return cell.start if x < (cell.left + cell.right) / 2 else cell.end

    def moved(self, position: int, step: int) -> int:
        """A position moved by whole characters, within the text."""
        rank = bisect_right(self.boundaries, position) - 1 + step
        return self.boundaries[max(0, min(rank, len(self.boundaries) - 1))]


def shown(text: str) -> str:
    """The text with one visible character for each that would break a line or not show; every offset stays."""
    return "".join(_shown(character) for character in text)


def lay_out(text: str, font: QFont, width: float) -> TextLayout:
    """Lay a text out in lines no wider than `width` pixels."""
    visible = shown(text)
    whole = laid_line(visible, font)
    unbroken = _cells(visible, whole, start=0, line=0)
    starts = _breaks(visible, unbroken, width)
    height = math.ceil(QFontMetricsF(font).height())
    if len(starts) == 1:
        return TextLayout(text, width, unbroken, (whole,), height)
    lines, cells = [], list[Cell]()
    for number, (start, end) in enumerate(zip(starts, (*starts[1:], len(text)), strict=True)):
        lines.append(laid_line(visible[start:end], font))
        row = _cells(visible[start:end], lines[-1], start=start, line=number)
        cells += row if end == len(text) else _without_hanging_blanks(row, visible)
    return TextLayout(text, width, tuple(cells), tuple(lines), height)


@lru_cache(maxsize=8)
def laid_out(text: str, size: int, width: float) -> TextLayout:
    """A text in the window's typeface at a size in pixels; the last few are remembered."""
    return lay_out(text, font(size), width)


def _shown(character: str) -> str:
    if character in _SHOWN:
        return _SHOWN[character]
    if character in _INVISIBLE:
        return "·"
    return "�" if unicodedata.category(character) in ("Cc", "Cs") else character


def laid_line(text: str, font: QFont) -> QTextLayout:
    """The text on one line, however long."""
    layout = QTextLayout(text, font)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.NoWrap)
    layout.setTextOption(option)
    layout.setCacheEnabled(True)
    layout.beginLayout()
    line = layout.createLine()
    if line.isValid():
        line.setLineWidth(_ENDLESS)
        line.setPosition(QPointF(0, 0))
    layout.endLayout()
    return layout


def _cells(text: str, layout: QTextLayout, *, start: int, line: int) -> tuple[Cell, ...]:
    """The characters of one laid-out line, whose first stands at the code point `start` of the sentence."""
    if not text:
        return ()
    mapping = offsets(text)
    length, unit, cells = mapping.to_units(len(text)), 0, []
    edge = x_at(layout, 0)
    while unit < length:
        following = max(layout.nextCursorPosition(unit), unit + 1)
        far_edge = x_at(layout, following)
        left, right = sorted((edge, far_edge))
        first, last = (start + mapping.to_code_points(at) for at in (unit, following))
        if first < last:
            cells.append(Cell(first, last, line, left, right))
        unit, edge = following, far_edge
    return tuple(cells)


def x_at(layout: QTextLayout, unit: int) -> float:
    """Where a UTF-16 position stands in a text laid out on one line."""
    found: object = layout.lineAt(0).cursorToX(unit)  # it and the position it is for, though the stubs say otherwise
    assert isinstance(found, tuple)
    return float(found[0])


def _breaks(text: str, cells: Sequence[Cell], width: float) -> tuple[int, ...]:
    """The code points at which lines begin: between eojeols, or inside one that is wider than a line."""
    starts, line_left = [0], 0.0
    word_start, word_left = 0, 0.0
    for cell in cells:
        blank = text[cell.start].isspace()
        while cell.right - line_left > width + (_HANG if blank else 0) and cell.start > starts[-1]:
            fits = not blank and word_start > starts[-1]
            starts.append(word_start if fits else cell.start)
            line_left = word_left if fits else cell.left
        if blank:
            word_start, word_left = cell.end, cell.right
    return tuple(starts)


def _without_hanging_blanks(row: Sequence[Cell], text: str) -> list[Cell]:
    """The cells of a line that goes on in the next one: the blanks at its end take no room."""
    kept = list(row)
    at = len(kept) - 1
    while at > 0 and text[kept[at].start].isspace():
        at -= 1
    edge = kept[at].right
    return kept[: at + 1] + [replace(cell, left=edge, right=edge) for cell in kept[at + 1 :]]


def _runs(cells: Sequence[Cell]) -> Iterator[tuple[int, float, float]]:
    """Stretches of cells that touch one another, line by line, from left to right."""
    current: tuple[int, float, float] | None = None
    for cell in sorted(cells, key=lambda cell: (cell.line, cell.left)):
        if current is not None and cell.line == current[0] and cell.left - current[2] < 1:
            current = (cell.line, current[1], max(current[2], cell.right))
            continue
        if current is not None:
            yield current
        current = (cell.line, cell.left, cell.right)
    if current is not None:
        yield current
