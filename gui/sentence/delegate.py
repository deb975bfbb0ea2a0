"""One sentence a row: what it is, how many errors it has, and its text with the gold filled and the errors drawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QTextLayout, QTextLine
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from core.analysis.paths import Steps
from core.scoring.comparison import Comparison
from core.spans import SentenceNumber, Span
from gui.sentence.layout import laid_line, shown, x_at
from gui.sentence.offsets import offsets
from gui.sentence.painting import wave
from gui.theme import SMALL_SIZE, Theme, font

ROW_HEIGHT = 52
"""Of every row, in pixels: set it as the fixed section size of the vertical header."""
SENTENCE_ROLE = Qt.ItemDataRole.UserRole + 1
"""The role under which a model gives the `SentenceRow` of an index."""

_MARGIN, _GAP = 12.0, 8.0
_TEXT_SIZE = 14
_LONGEST = 400
"""Characters of a sentence that are ever laid out in a row."""
_STEP, _STEP_GAP, _MOST_STEPS = 6.0, 4.0, 12
_LEAD = 10
"""Characters kept before the first error where the text before it has to give way."""


@dataclass(frozen=True, slots=True)
class SentenceRow:
    """What a row shows of a sentence; `comparisons` is None where no run is chosen, `steps` is its path so far."""

    number: SentenceNumber
    id: str
    split: str
    text: str
    gold: tuple[Span, ...]
    comparisons: tuple[Comparison, ...] | None
    corrected: bool
    steps: Steps = ()
    reviewed: bool = False
    noted: bool = False

    @property
    def errors(self) -> tuple[Comparison, ...]:
        """The comparisons that are errors."""
        return tuple(comparison for comparison in self.comparisons or () if comparison.is_error)


class SentenceDelegate(QStyledItemDelegate):
    """Paints the `SentenceRow` that a model gives under `SENTENCE_ROLE`, in rows of `ROW_HEIGHT`."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme

    def set_theme(self, theme: Theme) -> None:
        """Take another theme's colours; the view has to be updated."""
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(0, ROW_HEIGHT)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        rect = QRectF(option.rect)
        painter.save()
        painter.setClipRect(rect)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        _paint_ground(painter, rect, option.state, self._theme)
        row = index.data(SENTENCE_ROLE)
        if isinstance(row, SentenceRow):
            _paint_heading(painter, rect, row, self._theme)
            _paint_sentence(painter, rect.adjusted(_MARGIN, 24, -_MARGIN, -4), row, self._theme)
        painter.restore()


def _paint_ground(painter: QPainter, rect: QRectF, state: QStyle.StateFlag, theme: Theme) -> None:
    if state & QStyle.StateFlag.State_Selected:
        painter.fillRect(rect, QColor(theme.selection))
        painter.fillRect(QRectF(rect.left(), rect.top(), 3, rect.height()), QColor(theme.accent))
    elif state & QStyle.StateFlag.State_MouseOver:
        painter.fillRect(rect, QColor(theme.hover))
    painter.fillRect(QRectF(rect.left(), rect.bottom() - 1, rect.width(), 1), QColor(theme.line))


def _paint_heading(painter: QPainter, rect: QRectF, row: SentenceRow, theme: Theme) -> None:
    """The first line: the id and the split on the left, the person's and the run's marks on the right."""
    line = rect.adjusted(_MARGIN, 5, -_MARGIN, 0)
    line.setHeight(16)
    right = line.right()
    for text, colour in marks(row, theme):
        chosen = _small(bold=colour != theme.muted)
        width = QFontMetricsF(chosen).horizontalAdvance(text)
        _paint_words(painter, QRectF(right - width, line.top(), width + 1, line.height()), text, colour, chosen)
        right -= width + _GAP
    if len(row.steps) > 1:
        right = _paint_steps(painter, QRectF(line.left(), line.top(), right - line.left(), line.height()), row, theme)
    line.setRight(right)
    name = QFontMetricsF(_small()).elidedText(f"{row.id} · {row.split}", Qt.TextElideMode.ElideMiddle, line.width())
    _paint_words(painter, line, name, theme.muted, _small())


def _paint_steps(painter: QPainter, line: QRectF, row: SentenceRow, theme: Theme) -> float:
    """A square for each of the last epochs, filled where it made no error; returns where they begin."""
    steps = row.steps[-_MOST_STEPS:]
    left = round(line.right() - len(steps) * (_STEP + _STEP_GAP)) + 0.5  # the middle of a pixel: sharp outlines
    for at, is_right in enumerate(steps):
        square = QRectF(left + at * (_STEP + _STEP_GAP), round(line.center().y() - _STEP / 2) + 0.5, _STEP, _STEP)
        painter.setPen(QPen(QColor(theme.right if is_right else theme.error), 1))
        painter.setBrush(QColor(theme.right) if is_right else Qt.BrushStyle.NoBrush)
        painter.drawRect(square)
    return left - _GAP


_CORRECTED, _REVIEWED, _NOTED = "✎ corrected", "✓ reviewed", "note"


def marks(row: SentenceRow, theme: Theme) -> list[tuple[str, str]]:
    """The marks of a row and their colours, the rightmost first."""
    found = []
    if row.comparisons is not None:
        errors = len(row.errors)
        found.append((f"✗ {errors}", theme.error) if errors else ("✓", theme.right))
    if row.corrected:
        found.append((_CORRECTED, theme.muted))
    found += [(words, theme.muted) for words, holds in ((_REVIEWED, row.reviewed), (_NOTED, row.noted)) if holds]
    return found


def _paint_words(painter: QPainter, rect: QRectF, text: str, colour: str, chosen: QFont) -> None:
    painter.setFont(chosen)
    painter.setPen(QColor(colour))
    painter.drawText(rect, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), text)


@dataclass(frozen=True)
class _Excerpt:
    """The part of a sentence that a row shows: from `start` (code points) on, as one laid-out line."""

    start: int
    text: str
    layout: QTextLayout

    def x(self, position: int) -> float:
        """Where a code point of the sentence stands in the line; before and after the excerpt, its ends."""
        inside = max(0, min(position - self.start, len(self.text)))
        return x_at(self.layout, offsets(self.text).to_units(inside))

    @property
    def width(self) -> float:
        return self.layout.lineAt(0).naturalTextWidth()

    def whole_within(self, width: float) -> float:
        """Where the last character ends that fits as a whole."""
        line = self.layout.lineAt(0)
        cut = line.xToCursor(width, QTextLine.CursorPosition.CursorOnCharacter)
        return x_at(self.layout, cut)


def _paint_sentence(painter: QPainter, rect: QRectF, row: SentenceRow, theme: Theme) -> None:
    excerpt = _excerpt_for(row, rect.width())
    ellipsis = QFontMetricsF(_text_font()).horizontalAdvance("…")
    left = rect.left() + (ellipsis if excerpt.start else 0.0)
    right = rect.right()
    if left + excerpt.width > right:
        right = left + excerpt.whole_within(right - ellipsis - left)
        _paint_words(painter, QRectF(right, rect.top(), ellipsis + 1, 20), "…", theme.muted, _text_font())
    if excerpt.start:
        _paint_words(painter, QRectF(rect.left(), rect.top(), ellipsis + 1, 20), "…", theme.muted, _text_font())
    painter.setClipRect(QRectF(left - 1, rect.top() - 2, right - left + 1, rect.height() + 4))
    _paint_fills(painter, QPointF(left, rect.top()), excerpt, row, theme)
    painter.setPen(QColor(theme.text))
    excerpt.layout.draw(painter, QPointF(left, rect.top() + 1))
    _paint_errors(painter, QPointF(left, rect.top()), excerpt, row.errors, theme)


def _paint_fills(painter: QPainter, at: QPointF, excerpt: _Excerpt, row: SentenceRow, theme: Theme) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    for span in row.gold:
        painter.setBrush(QColor(theme.label(span.label).fill))
        painter.drawRoundedRect(_box(at, excerpt, span), 3, 3)


def _box(at: QPointF, excerpt: _Excerpt, span: Span) -> QRectF:
    left, right = excerpt.x(span.start), excerpt.x(span.end)
    return QRectF(at.x() + left + 0.5, at.y() + 0.5, max(0.0, right - left - 1), 18)


def _paint_errors(
    painter: QPainter, at: QPointF, excerpt: _Excerpt, errors: Sequence[Comparison], theme: Theme
) -> None:
    """Missed gold dashed around; predicted spans underlined, in waves where they stand alone."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for error in errors:
        if error.predicted is None and error.gold is not None:
            painter.setPen(QPen(QColor(theme.label(error.gold.label).ink), 1, Qt.PenStyle.DashLine))
            painter.drawRoundedRect(_box(at, excerpt, error.gold), 3, 3)
        elif error.predicted is not None:
            box = _box(at, excerpt, error.predicted.span)
            painter.setPen(QPen(QColor(theme.error), 1.5))
            if error.outcome == "spurious":
                painter.drawPath(wave(box.left(), box.right(), box.bottom() + 2, height=2.5))
            else:
                painter.drawLine(QPointF(box.left(), box.bottom() + 2), QPointF(box.right(), box.bottom() + 2))


def _excerpt_for(row: SentenceRow, width: float) -> _Excerpt:
    """The text from its beginning, or from a little before the first error where that would be cut off."""
    whole = _excerpt(row.text, 0)
    first = next((error.predicted.span if error.predicted else error.gold for error in row.errors), None)
    if first is None or (first.end <= _LONGEST and whole.x(first.end) <= width - 2 * _MARGIN):
        return whole
    return _excerpt(row.text, _beginning(row.text, first.start))


def _beginning(text: str, error: int) -> int:
    """The start of an eojeol, or failing that any character, some way before an error."""
    earliest = max(0, error - _LEAD)
    blank = text.find(" ", earliest, error)
    return earliest if blank < 0 else blank + 1


@lru_cache(maxsize=256)
def _excerpt(text: str, start: int) -> _Excerpt:
    visible = shown(text[start : start + _LONGEST])
    return _Excerpt(start, visible, laid_line(visible, _text_font()))


@lru_cache(maxsize=2)
def _small(*, bold: bool = False) -> QFont:
    return font(SMALL_SIZE, bold=bold, tabular=True)


@lru_cache(maxsize=1)
def _text_font() -> QFont:
    return font(_TEXT_SIZE)
