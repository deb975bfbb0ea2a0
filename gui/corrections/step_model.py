"""The steps that changed gold or moved sentences, a row each, and under each the sentences that it changed or moved."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QObject, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QApplication, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from core.domain.spans import SPLITS, Span
from core.messages.catalogue import mark, say, say_count
from core.store.gold.log import Correction
from core.store.gold.step_list import ListedStep, MovedSentence, StepFilter
from core.store.project import Project
from gui.background import LatestQuery
from gui.look.theme import Look, font, scaled
from gui.text.step_descriptions import describe
from gui.text.wording import format_spans, wrap_tooltip
from gui.widgets.tables import ROOT, Index

CHANGE, CONTEXT, BEFORE, AFTER, WHO, WHEN = range(6)
_TITLES = (mark("Change"), mark("Context"), mark("Before"), mark("After"), mark("Who"), mark("When"))
_ROW_HEIGHT = 30
_AT_ONCE = 200
"""Steps, and sentences of a step, that are read at once."""


_Detail = Correction | MovedSentence
"""What a row under a step shows."""

SPAN_ROLE = Qt.ItemDataRole.UserRole + 1
"""The role of the `Excerpt` of an index; its text is what the index displays."""

_LEAD, _REST = 8, 60
"""Characters of context; the line is cut at its end, so that the span stays in sight."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A part of a text: what is before a span, the span, what is after it, and its label."""

    before: str
    span: str
    after: str
    label: str

    @property
    def text(self) -> str:
        return self.before + self.span + self.after


def excerpt(text: str, span: Span) -> Excerpt:
    """The surroundings of a span on one line."""
    line = text.replace("\n", " ")
    first, last = max(0, span.start - _LEAD), span.end + _REST
    before = ("…" if first else "") + line[first : span.start]
    return Excerpt(before, line[span.start : span.end], line[span.end : last], span.label)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is to be read of a project.

    Attributes:
        newest: the newest step that is known, where only newer ones are wanted.
        oldest: the oldest step that is known, where older ones are wanted.
        opened: steps whose sentences are wanted, each with the last that is known.
    """

    chosen: StepFilter
    newest: int | None = None
    oldest: int | None = None
    opened: Mapping[int, _Detail | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Read:
    """What was read, beside who made steps, and how many sentences differ now from their gold as imported."""

    wanted: _Wanted
    newer: list[ListedStep]
    older: list[ListedStep]
    undone: frozenset[int]
    details: dict[int, list[_Detail]]
    authors: list[str]
    corrected: int


def _read(project: Project, wanted: _Wanted) -> _Read:
    steps, chosen = project.steps, wanted.chosen
    newer = steps.list_matching(chosen, after=wanted.newest or 0, limit=_AT_ONCE)
    older = [] if wanted.oldest is None else steps.list_matching(chosen, before=wanted.oldest, limit=_AT_ONCE)
    details = {step: _read_details(project, chosen, step, last) for step, last in wanted.opened.items()}
    corrected = sum(len(project.sentences.corrected_in(split)) for split in SPLITS)
    return _Read(wanted, newer, older, steps.undone(), details, steps.authors(), corrected)


def _read_details(project: Project, chosen: StepFilter, step: int, last: _Detail | None) -> list[_Detail]:
    """The next sentences of a step: those whose gold it changed, or if there are none, those that it moved."""
    if not isinstance(last, MovedSentence):
        after = 0 if last is None else last.number
        corrections = project.steps.corrections_of(step, chosen, after=after, limit=_AT_ONCE)
        if corrections or last is not None:
            return [*corrections]
    after_sentence = None if last is None else last.move.sentence
    return [*project.steps.moves_of(step, chosen, after=after_sentence, limit=_AT_ONCE)]


@dataclass(slots=True)
class _Row:
    """A step with those of its sentences that were read."""

    listed: ListedStep
    details: list[_Detail] = field(default_factory=list)
    has_more: bool = True

    @property
    def has_details(self) -> bool:
        """Whether the step opens to several sentences."""
        return (self.listed.corrections or self.listed.step.sentences) > 1


class StepModel(QAbstractItemModel):
    """Newest first; another thread reads the steps, some at a time, and the sentences of one when it is opened.

    Signals:
        loaded: what was wanted is shown.
    """

    loaded = Signal()

    def __init__(self, look: Look, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._project: Project | None = None
        self._filter = StepFilter()
        self._rows: list[_Row] = []
        self._has_older = self._reads_older = False
        self._is_outdated = self._is_taking = False
        self._opened = set[int]()
        self._taken_back = 0
        self.corrected = 0
        self.authors: list[str] = []
        self._query = LatestQuery(self)
        self._query.answered.connect(self._take)

    def show_project(self, project: Project | None) -> None:
        """Show the steps of another project, or none."""
        self._query.cancel()
        self._project = project
        self._show([], has_older=False)
        self._is_outdated = True

    def show_filter(self, chosen: StepFilter) -> None:
        """List only what a filter lets through."""
        self._filter = chosen
        self._is_outdated = True
        self._submit()

    def refresh(self) -> None:
        """Show what came since, and what was undone or redone; what is chosen and opened stays so."""
        if self._project is not None:
            taken_back = self._project.corrections.rollbacks
            self._is_outdated |= taken_back != self._taken_back or not self._rows
            self._taken_back = taken_back
            self._submit()

    def _submit(self) -> None:
        """Read what is wanted: everything anew where what is shown is of another filter, say."""
        project = self._project
        if project is None:
            return
        if self._is_outdated:
            wanted = _Wanted(self._filter)
        else:
            newest, oldest = (self._rows[at].listed.step.number for at in (0, -1))
            opened = {step: next(reversed(self._rows[self._row_of(step)].details), None) for step in self._opened}
            wanted = _Wanted(self._filter, newest, oldest if self._reads_older else None, opened)
        self._query.submit(lambda: _read(project, wanted))

    def _take(self, read: _Read) -> None:
        self._is_taking = True
        self.corrected, self.authors = read.corrected, read.authors
        if read.wanted.newest is None or len(read.newer) == _AT_ONCE:
            self._show(read.newer, has_older=len(read.newer) == _AT_ONCE)
        else:
            self._add(read)
        self._is_taking = False
        self.loaded.emit()
        if self._reads_older or self._opened:  # a view asked for more as it saw the rows
            self._submit()

    def _add(self, read: _Read) -> None:
        if read.wanted.oldest is not None:
            self._has_older, self._reads_older = len(read.older) == _AT_ONCE, False
        self._opened -= read.details.keys()
        self._put(0, read.newer)
        self._put(len(self._rows), read.older)
        self._mark_undone(read.undone)
        for step, details in read.details.items():
            self._put_details(step, details)

    def _show(self, steps: Sequence[ListedStep], *, has_older: bool) -> None:
        self.beginResetModel()
        self._rows = [_Row(each) for each in steps]
        self._has_older, self._reads_older, self._is_outdated = has_older, False, False
        self._opened.clear()
        self.endResetModel()

    def _put(self, row: int, steps: Sequence[ListedStep]) -> None:
        if steps:
            self.beginInsertRows(ROOT, row, row + len(steps) - 1)
            self._rows[row:row] = [_Row(each) for each in steps]
            self.endInsertRows()

    def _mark_undone(self, undone: frozenset[int]) -> None:
        for row in self._rows:
            if row.listed.is_undone != (row.listed.step.number in undone):
                row.listed = replace(row.listed, is_undone=not row.listed.is_undone)
        if self._rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._rows) - 1, WHEN))

    def _put_details(self, step: int, details: Sequence[_Detail]) -> None:
        row = self._row_of(step)
        known = self._rows[row].details
        self._rows[row].has_more = len(details) == _AT_ONCE
        if details:
            self.beginInsertRows(self.index(row, 0), len(known), len(known) + len(details) - 1)
            known += details
            self.endInsertRows()

    def _row_of(self, step: int) -> int:
        return bisect_left(self._rows, -step, key=lambda row: -row.listed.step.number)

    # What a row is

    def step(self, index: Index) -> ListedStep:
        """The step of a row, or of the row above it."""
        return self._rows[index.row() if not index.internalId() else self._row_of(index.internalId())].listed

    def detail(self, index: Index) -> _Detail | None:
        """The correction or the moved sentence that a row shows; None for a step of several, or one that moved."""
        if index.internalId():
            return self._rows[self._row_of(index.internalId())].details[index.row()]
        listed = self._rows[index.row()].listed
        return listed.first if listed.corrections == 1 else None

    # The contract of a model

    def index(self, row: int, column: int, parent: Index = ROOT) -> Any:
        if not self.hasIndex(row, column, parent):
            return ROOT
        return self.createIndex(row, column, self._rows[parent.row()].listed.step.number if parent.isValid() else 0)

    def parent(self, index: Index | None = None) -> Any:
        if index is None:
            return super().parent()  # of the object
        step = index.internalId() if index.isValid() else 0
        return self.createIndex(self._row_of(step), 0, 0) if step else ROOT

    def rowCount(self, parent: Index = ROOT) -> int:
        if not parent.isValid():
            return len(self._rows)
        return 0 if parent.internalId() or parent.column() else len(self._rows[parent.row()].details)

    def columnCount(self, parent: Index = ROOT) -> int:
        return len(_TITLES)

    def hasChildren(self, parent: Index = ROOT) -> bool:  # noqa: N802
        if not parent.isValid():
            return bool(self._rows)
        return not parent.internalId() and not parent.column() and self._rows[parent.row()].has_details

    def canFetchMore(self, parent: Index) -> bool:
        if not parent.isValid():
            return self._has_older and bool(self._rows)
        return self.hasChildren(parent) and self._rows[parent.row()].has_more

    def fetchMore(self, parent: Index) -> None:
        if not self.canFetchMore(parent):
            return
        if not parent.isValid():
            if self._reads_older:
                return
            self._reads_older = True
        else:
            step = self._rows[parent.row()].listed.step.number
            if step in self._opened:
                return
            self._opened.add(step)
        if not self._is_taking:
            self._submit()

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return say(_TITLES[section])
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(index)
        if role == SPAN_ROLE and index.column() == CONTEXT:
            detail = self.detail(index)
            return _excerpt(detail) if isinstance(detail, Correction) else None
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tip(index)
        return self._style(index, role)

    def _text(self, index: Index) -> str:
        listed, detail, column = self.step(index), self.detail(index), index.column()
        if column == CHANGE:
            return detail.sentence_id if index.internalId() and detail is not None else _title(listed)
        if column == WHO:
            return "" if index.internalId() else listed.author
        if column == WHEN:
            return "" if index.internalId() else f"{datetime.fromisoformat(listed.made_at).astimezone():%Y-%m-%d %H:%M}"
        if detail is not None:
            return _of_correction(detail, column) if isinstance(detail, Correction) else _of_move(detail, column)
        if column == CONTEXT:
            return listed.step.reason or say_count(
                "{count:,} sentence", "{count:,} sentences", listed.corrections or listed.step.sentences
            )
        return (listed.step.old_label if column == BEFORE else listed.step.new_label) or ""

    def _tip(self, index: Index) -> str:
        detail = self.detail(index)
        if detail is not None and index.column() == CONTEXT:
            return wrap_tooltip(detail.text)
        if not index.internalId() and index.column() == WHEN:
            return f"{datetime.fromisoformat(self.step(index).made_at).astimezone():%Y-%m-%d %H:%M:%S}"
        return wrap_tooltip(self._text(index))

    def _style(self, index: Index, role: int) -> QFont | QColor | QSize | None:
        is_undone = self.step(index).is_undone
        if role == Qt.ItemDataRole.ForegroundRole and (is_undone or index.column() in (WHO, WHEN)):
            return QColor(self._look.theme.muted)
        if role == Qt.ItemDataRole.FontRole:
            plain = font(tabular=index.column() == WHEN)
            plain.setStrikeOut(is_undone and index.column() != WHEN)
            return plain
        if role == Qt.ItemDataRole.SizeHintRole:
            return QSize(0, scaled(_ROW_HEIGHT))
        return None


def _title(listed: ListedStep) -> str:
    """What the step did, and whether it was undone."""
    words = describe(listed.step)
    return say("{step} (undone)", step=words) if listed.is_undone else words


def _of_correction(correction: Correction, column: int) -> str:
    if column == CONTEXT:
        return _excerpt(correction).text
    one, other = correction.before, correction.after
    shown = [span for span in (one if column == BEFORE else other) if span not in (other if column == BEFORE else one)]
    return format_spans(correction.text, shown)


def _of_move(moved: MovedSentence, column: int) -> str:
    return {CONTEXT: moved.text.replace("\n", " "), BEFORE: moved.before, AFTER: moved.after}[column]


def _excerpt(correction: Correction) -> Excerpt:
    """The text around the first span that changed."""
    first, *_ = sorted({*correction.before} ^ {*correction.after}, key=lambda span: (span.start, -span.end))
    return excerpt(correction.text, first)


class ContextDelegate(QStyledItemDelegate):
    """Paints what a model gives under `SPAN_ROLE`; where that is nothing, the plain text."""

    def __init__(self, look: Look, parent: QObject) -> None:
        super().__init__(parent)
        self._look = look

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        found = index.data(SPAN_ROLE)
        if not isinstance(found, Excerpt):
            super().paint(painter, option, index)
            return
        self.initStyleOption(option, index)
        style = option.widget.style() if option.widget is not None else QApplication.style()
        rect = style.subElementRect(QStyle.SubElement.SE_ItemViewItemText, option, option.widget)
        margin = style.pixelMetric(QStyle.PixelMetric.PM_FocusFrameHMargin, None, option.widget) + 1
        rect.adjust(margin, 0, -margin, 0)  # as Qt does for a text
        option.text = ""
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, option.widget)
        painter.save()
        painter.setClipRect(rect)
        self._paint_parts(painter, rect, option, found)
        painter.restore()

    def _paint_parts(self, painter: QPainter, rect: QRect, option: QStyleOptionViewItem, found: Excerpt) -> None:
        bold = QFont(option.font)
        bold.setBold(True)
        plain = option.palette.text().color()
        ink = QColor(self._look.theme.label(found.label).ink)
        for text, face, colour in (
            (found.before, option.font, plain),
            (found.span, bold, ink),
            (found.after, option.font, plain),
        ):
            metrics = QFontMetrics(face)
            painter.setFont(face)
            painter.setPen(colour)
            line = metrics.elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
            painter.drawText(rect, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, line)
            rect.setLeft(rect.left() + metrics.horizontalAdvance(line))
