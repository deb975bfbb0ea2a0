"""One sentence a row: what it is, how many errors it has, and its text with the gold filled and the errors drawn."""

from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from core.analysis.changes import Steps
from core.domain.spans import SentenceNumber, Span
from core.metrics.comparison import Comparison
from gui.look.theme import SMALL_SIZE, Look, Theme, font, scaled
from gui.sentence.layout import TextLayout
from gui.sentence.painting import ROW_TEXT_SIZE, paint, row_style
from gui.sentence.scene import Scene, arrange
from gui.sentence.span_selection import comparisons_of
from gui.text.words import counted

ROW_HEIGHT = 52
"""Of every row, in pixels: set it, `scaled`, as the fixed section size of the vertical header."""
SENTENCE_ROLE = Qt.ItemDataRole.UserRole + 1
"""The role under which a model gives the `SentenceRow` of an index."""

_MARGIN, _GAP = 12.0, 8.0
_NARROW = 2.5
"""Pixels that a character takes at least, on the average of a row: no more of them are laid out than have room."""
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
    def all_comparisons(self) -> tuple[Comparison, ...]:
        """Every gold span, and without a run all of them right."""
        return comparisons_of(self.gold, None) if self.comparisons is None else self.comparisons

    @property
    def errors(self) -> tuple[Comparison, ...]:
        """The comparisons that are errors."""
        return tuple(comparison for comparison in self.comparisons or () if comparison.is_error)


class SentenceDelegate(QStyledItemDelegate):
    """Paints the `SentenceRow` that a model gives under `SENTENCE_ROLE`, in rows of `ROW_HEIGHT`."""

    def __init__(self, look: Look, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._look = look

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(0, scaled(ROW_HEIGHT))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        rect = QRectF(option.rect)
        painter.save()
        painter.setClipRect(rect)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        _paint_ground(painter, rect, option.state, self._look.theme)
        row = index.data(SENTENCE_ROLE)
        if isinstance(row, SentenceRow):
            _paint_heading(painter, rect, row, self._look.theme)
            _paint_sentence(painter, rect.adjusted(_MARGIN, scaled(24), -_MARGIN, -4), row, self._look.theme)
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
    line = rect.adjusted(_MARGIN, scaled(5), -_MARGIN, 0)
    line.setHeight(scaled(16))
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


def spoken(row: SentenceRow) -> str:
    """A row for a screen reader: the sentence, and what else the row shows of it."""
    said = [row.id, row.split]
    if row.comparisons is not None:
        errors = len(row.errors)
        said.append(counted(errors, "error") if errors else "no error")
    shown = {"corrected": row.corrected, "reviewed": row.reviewed, "note": row.noted}
    said += [words for words, holds in shown.items() if holds]
    if len(row.steps) > 1:
        said.append(f"right in {sum(row.steps)} of {len(row.steps)} epochs")
    return f"{row.text} – {', '.join(said)}"


def _paint_words(painter: QPainter, rect: QRectF, text: str, colour: str, chosen: QFont) -> None:
    painter.setFont(chosen)
    painter.setPen(QColor(colour))
    painter.drawText(rect, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), text)


@dataclass(frozen=True)
class _Excerpt:
    """The part of a sentence that a row shows, as one line.

    Attributes:
        left, right: the shown characters' extent, whole ones alone, in pixels of the row's width.
        indent: of the layout's left edge.
        is_cut: whether some of the sentence follows for which there is no room.
    """

    layout: TextLayout
    left: float
    right: float
    indent: float
    is_cut: bool

    @property
    def start(self) -> int:
        """The code point at which it begins."""
        return self.layout.starts[0]

    def shows(self, span: Span) -> bool:
        """Whether a span can be seen to its end."""
        if span.start < self.start or span.end > self.layout.end:
            return False
        edges = self.layout.edges(span.start, span.end)
        return all(self.left <= self.indent + edge.x <= self.right for edge in edges)


def _paint_sentence(painter: QPainter, rect: QRectF, row: SentenceRow, theme: Theme) -> None:
    excerpt, scene = _arranged(row.text, row.all_comparisons, rect.width())
    ellipsis = _ellipsis_width()
    is_reversed = excerpt.layout.is_reversed
    for is_there, is_left in ((excerpt.start > 0, not is_reversed), (excerpt.is_cut, is_reversed)):
        if is_there:
            left = rect.left() + (excerpt.left - ellipsis if is_left else excerpt.right)
            _paint_words(painter, QRectF(left, rect.top(), ellipsis + 1, scaled(20)), "…", theme.muted, _text_font())
    room = excerpt.right - excerpt.left
    painter.setClipRect(QRectF(rect.left() + excerpt.left - 1, rect.top() - 2, room + 1, rect.height() + 4))
    painter.translate(rect.left() + excerpt.indent, rect.top() + 1)
    paint(painter, scene, theme, None)


@lru_cache(maxsize=256)
def _arranged(text: str, comparisons: tuple[Comparison, ...], width: float) -> tuple[_Excerpt, Scene]:
    """What a row shows: the text from its beginning, or from a little before the first error if that is cut off."""
    excerpt = _excerpt(text, 0, width)
    first = next((comparison for comparison in comparisons if comparison.is_error), None)
    span = None if first is None else first.predicted.span if first.predicted else first.gold
    if span is not None and not excerpt.shows(span):
        excerpt = _excerpt(text, _beginning(text, span.start), width)
    return excerpt, arrange(excerpt.layout, comparisons, row_style(), predicted=True)


def _beginning(text: str, error: int) -> int:
    """The start of an eojeol, or failing that any character, some way before an error."""
    earliest = max(0, error - _LEAD)
    blank = text.find(" ", earliest, error)
    return earliest if blank < 0 else blank + 1


@lru_cache(maxsize=256)
def _excerpt(text: str, start: int, width: float) -> _Excerpt:
    """As much of a text from a code point on as `width` pixels show, dots in the place of what is left out."""
    most = int(width / _NARROW) + 1
    room = width - (_ellipsis_width() if start else 0.0)
    layout = TextLayout(text, _text_font(), room, part=range(start, min(start + most, len(text))))
    is_cut = start + most < len(text) or layout.natural_width(0) > room
    room -= _ellipsis_width() if is_cut else 0.0
    if layout.is_reversed:
        whole = [cell.left for cell in layout.row(0) if layout.width - cell.left <= room]
        return _Excerpt(layout, min(whole, default=layout.width), layout.width, 0.0, is_cut)
    indent = width - layout.width
    whole = [cell.right for cell in layout.row(0) if cell.right <= room]
    return _Excerpt(layout, indent, indent + max(whole, default=0.0), indent, is_cut)


@lru_cache(maxsize=1)
def _ellipsis_width() -> float:
    return QFontMetricsF(_text_font()).horizontalAdvance("…")


@lru_cache(maxsize=2)
def _small(*, bold: bool = False) -> QFont:
    return font(SMALL_SIZE, bold=bold, tabular=True)


@lru_cache(maxsize=1)
def _text_font() -> QFont:
    return font(ROW_TEXT_SIZE)
