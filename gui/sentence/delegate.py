"""One sentence a row: what it is, how many errors it has, and its text with the gold filled and the errors drawn."""

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from PySide6.QtCore import QObject, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QHelpEvent, QPainter, QPen
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QToolTip

from core.analysis.changes import EpochOutcomes
from core.domain.spans import SentenceNumber, Span
from core.messages.catalogue import join_words, say, say_count
from core.metrics.comparison import Comparison
from core.store.search import find_hits
from gui.look.theme import LIGHT, SMALL_SIZE, Look, Theme, font, scaled
from gui.sentence.layout import TextLayout
from gui.sentence.painting import ROW_TEXT_SIZE, paint, row_style
from gui.sentence.scene import Scene, arrange
from gui.sentence.span_selection import comparisons_of
from gui.text.wording import SECTION_WORDS, explain_comparison, wrap_tooltip
from gui.widgets.tables import Index

ROW_HEIGHT = 52
"""Of every row, in pixels: set it, `scaled`, as the fixed section size of the vertical header."""
SENTENCE_ROLE = Qt.ItemDataRole.UserRole + 1
"""The role under which a model gives the `SentenceRow` of an index."""

_MARGIN, _GAP = 12.0, 8.0
_NARROW = 2.5
"""Pixels that a character takes at least, on the average of a row: no more of them are laid out than have room."""
_STEP, _STEP_GAP, _MOST_STEPS = 6.0, 4.0, 12
_LEAD = 10
"""Characters kept before what has to be seen where the text before it has to give way."""


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
    steps: EpochOutcomes = ()
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
    """Paints the `SentenceRow` that a model gives under `SENTENCE_ROLE`, in rows of `ROW_HEIGHT`.

    Attributes:
        id_prefix: what most of the ids begin with, which is left out of them.
        searched: what was searched for, which is highlighted.
    """

    def __init__(self, look: Look, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self.id_prefix = ""
        self.searched = ""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, scaled(ROW_HEIGHT))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        rect = QRectF(option.rect)
        painter.save()
        painter.setClipRect(rect)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        _paint_ground(painter, rect, option.state, self._look.theme)
        row = index.data(SENTENCE_ROLE)
        if isinstance(row, SentenceRow):
            for part in self._heading(rect, row):
                _paint_part(painter, part, row, self._look.theme)
            hits = find_hits(row.text, self.searched) if self.searched else ()
            _paint_sentence(painter, rect.adjusted(_MARGIN, scaled(24), -_MARGIN, -4), row, hits, self._look.theme)
        painter.restore()

    def _heading(self, rect: QRectF, row: SentenceRow) -> list["_HeadingPart"]:
        return _heading(rect, row, self.id_prefix, self._look.theme)

    def helpEvent(self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index) -> bool:
        """Explain the mark under the mouse; elsewhere, name the sentence."""
        row = index.data(SENTENCE_ROLE)
        if not isinstance(row, SentenceRow):
            return False
        parts = self._heading(QRectF(option.rect), row)
        meaning = next((part.meaning for part in parts if part.rect.contains(QPointF(event.pos()))), row.id)
        QToolTip.showText(event.globalPos(), wrap_tooltip(*meaning.splitlines()), view)
        return True


def _paint_ground(painter: QPainter, rect: QRectF, state: QStyle.StateFlag, theme: Theme) -> None:
    if state & QStyle.StateFlag.State_Selected:
        painter.fillRect(rect, QColor(theme.selection))
        painter.fillRect(QRectF(rect.left(), rect.top(), 3, rect.height()), QColor(theme.accent))
    elif state & QStyle.StateFlag.State_MouseOver:
        painter.fillRect(rect, QColor(theme.hover))
    painter.fillRect(QRectF(rect.left(), rect.bottom() - 1, rect.width(), 1), QColor(theme.line))


class RowMark(NamedTuple):
    """A sign at the right of a row's first line, its colour, and what it means."""

    words: str
    colour: str
    meaning: str


class _HeadingPart(NamedTuple):
    """What stands in a part of a row's first line; without words, a square for each epoch."""

    rect: QRectF
    words: str
    colour: str
    meaning: str


def _heading(rect: QRectF, row: SentenceRow, id_prefix: str, theme: Theme) -> list[_HeadingPart]:
    """The first line: the id and the split on the left, the person's and the run's marks on the right."""
    line = rect.adjusted(_MARGIN, scaled(5), -_MARGIN, 0)
    line.setHeight(scaled(16))
    parts, right = [], line.right()
    for words, colour, meaning in marks(row, theme):
        width = QFontMetricsF(_small(bold=colour != theme.muted)).horizontalAdvance(words)
        place = QRectF(right - width, line.top(), width + 1, line.height())
        parts.append(_HeadingPart(place, words, colour, meaning))
        right -= width + _GAP
    if len(row.steps) > 1:
        left = round(right - min(len(row.steps), _MOST_STEPS) * (_STEP + _STEP_GAP))
        place = QRectF(left, line.top(), right - left, line.height())
        parts.append(_HeadingPart(place, "", theme.muted, explain_steps(row.steps)))
        right = left - _GAP
    line.setRight(right)
    name = _short_name(row, id_prefix, line.width())
    return [*parts, _HeadingPart(line, name, theme.muted, row.id)]


def _short_name(row: SentenceRow, id_prefix: str, width: float) -> str:
    """The id, cut at its beginning as far as others have the same or room is lacking, and the split."""
    short = f"…{row.id.removeprefix(id_prefix)}" if id_prefix and row.id.startswith(id_prefix) else row.id
    metrics, split = QFontMetricsF(_small()), f" · {_name_place(row)}"
    room = width - metrics.horizontalAdvance(split)
    return metrics.elidedText(short, Qt.TextElideMode.ElideLeft, room) + split


def _paint_part(painter: QPainter, part: _HeadingPart, row: SentenceRow, theme: Theme) -> None:
    if part.words:
        _paint_words(painter, part.rect, part.words, part.colour, _small(bold=part.colour != theme.muted))
    else:
        _paint_steps(painter, part.rect, row.steps[-_MOST_STEPS:], theme)


def _paint_steps(painter: QPainter, place: QRectF, steps: EpochOutcomes, theme: Theme) -> None:
    """A square for each of the last epochs, filled where it made no error."""
    left = place.left() + 0.5  # the middle of a pixel: sharp outlines
    for at, is_right in enumerate(steps):
        square = QRectF(left + at * (_STEP + _STEP_GAP), round(place.center().y() - _STEP / 2) + 0.5, _STEP, _STEP)
        painter.setPen(QPen(QColor(theme.right if is_right else theme.error), 1))
        painter.setBrush(QColor(theme.right) if is_right else Qt.BrushStyle.NoBrush)
        painter.drawRect(square)


def marks(row: SentenceRow, theme: Theme) -> list[RowMark]:
    """The marks of a row, the rightmost first."""
    found = []
    if row.comparisons is not None and row.errors:
        wrong = "\n".join(explain_comparison(comparison, row.text) for comparison in row.errors)
        found.append(RowMark(f"✗ {len(row.errors)}", theme.error, wrong))
    elif row.comparisons is not None:
        found.append(RowMark("✓", theme.right, say("No error: every predicted span is a gold span and vice versa")))
    if row.corrected:
        found.append(RowMark(say("✎ corrected"), theme.muted, say("The gold of this sentence was corrected")))
    if row.reviewed:
        found.append(RowMark(say("✓ reviewed"), theme.muted, say("This sentence is marked as reviewed")))
    if row.noted:
        found.append(RowMark(say("note"), theme.muted, say("This sentence has a note")))
    return found


def explain_steps(steps: EpochOutcomes) -> str:
    """What the squares say, in words."""
    right = say_count(
        "No error in {right:,} of {count:,} epoch",
        "No error in {right:,} of {count:,} epochs",
        len(steps),
        right=sum(steps),
    )
    return f"{right}\n" + say("One square for each epoch, filled where it made no error in this sentence")


def explain(row: SentenceRow) -> str:
    """What the marks and squares of a row mean, for those who cannot point at them."""
    meanings = [mark.meaning for mark in marks(row, LIGHT)]
    return "\n".join([*meanings, explain_steps(row.steps)] if len(row.steps) > 1 else meanings)


def spoken(row: SentenceRow) -> str:
    """A row for a screen reader: the sentence, and what else the row shows of it."""
    said = [row.id, _name_place(row)]
    if row.comparisons is not None:
        errors = len(row.errors)
        said.append(say_count("{count:,} error", "{count:,} errors", errors) if errors else say("no error"))
    shown = {say("corrected"): row.corrected, say("reviewed"): row.reviewed, say("note"): row.noted}
    said += [words for words, holds in shown.items() if holds]
    if len(row.steps) > 1:
        said.append(explain_steps(row.steps).splitlines()[0])
    return f"{row.text} – {join_words(said)}"


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

    def shows(self, start: int, end: int) -> bool:
        """Whether a range of code points can be seen to its end."""
        if start < self.start or end > self.layout.end:
            return False
        edges = self.layout.edges(start, end)
        return all(self.left <= self.indent + edge.x <= self.right for edge in edges)


def _paint_sentence(
    painter: QPainter, rect: QRectF, row: SentenceRow, hits: tuple[tuple[int, int], ...], theme: Theme
) -> None:
    excerpt, scene = _arranged(row.text, row.all_comparisons, hits[:1], rect.width())
    ellipsis = _ellipsis_width()
    is_reversed = excerpt.layout.is_reversed
    for is_there, is_left in ((excerpt.start > 0, not is_reversed), (excerpt.is_cut, is_reversed)):
        if is_there:
            left = rect.left() + (excerpt.left - ellipsis if is_left else excerpt.right)
            _paint_words(painter, QRectF(left, rect.top(), ellipsis + 1, scaled(20)), "…", theme.muted, _text_font())
    room = excerpt.right - excerpt.left
    painter.setClipRect(QRectF(rect.left() + excerpt.left - 1, rect.top() - 2, room + 1, rect.height() + 4))
    painter.translate(rect.left() + excerpt.indent, rect.top() + 1)
    paint(painter, scene, theme, None, hits=hits)


@lru_cache(maxsize=256)
def _arranged(
    text: str, comparisons: tuple[Comparison, ...], hits: tuple[tuple[int, int], ...], width: float
) -> tuple[_Excerpt, Scene]:
    """What a row shows: the text from its beginning, or from a little before what has to be seen, if that is cut off.

    That is the first hit of a search, and else the first error.
    """
    excerpt = _excerpt(text, 0, width)
    first = next((comparison for comparison in comparisons if comparison.is_error), None)
    span = None if first is None else first.predicted.span if first.predicted else first.gold
    wanted = hits[0] if hits else (span.start, span.end) if span is not None else None
    if wanted is not None and not excerpt.shows(*wanted):
        excerpt = _excerpt(text, _beginning(text, wanted[0]), width)
    return excerpt, arrange(excerpt.layout, comparisons, row_style(), predicted=True)


def _beginning(text: str, position: int) -> int:
    """The start of an eojeol, or failing that any character, some way before a position."""
    earliest = max(0, position - _LEAD)
    blank = text.find(" ", earliest, position)
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
    return _Excerpt(layout, indent, indent + layout.right_edge_within(room), indent, is_cut)


@lru_cache(maxsize=1)
def _ellipsis_width() -> float:
    return QFontMetricsF(_text_font()).horizontalAdvance("…")


@lru_cache(maxsize=2)
def _small(*, bold: bool = False) -> QFont:
    return font(SMALL_SIZE, bold=bold, tabular=True)


@lru_cache(maxsize=1)
def _text_font() -> QFont:
    return font(ROW_TEXT_SIZE)


def _name_place(row: SentenceRow) -> str:
    """Where the sentence is: a section, or the file that it comes from."""
    return say(SECTION_WORDS[row.split]) if row.split in SECTION_WORDS else row.split
