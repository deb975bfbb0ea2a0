"""The model of a metrics table: rows, columns and cells, with the words of each number and the sentences behind it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from PySide6.QtCore import QAbstractTableModel, QEvent, QObject, Qt
from PySide6.QtGui import QCursor, QHelpEvent
from PySide6.QtWidgets import QApplication, QToolTip

from core.analysis.bootstrap import Interval
from core.domain.labels import FirstNames
from core.messages.catalogue import say, say_count
from core.store.predictions import EpochKey
from core.store.project import Project
from core.store.sentence_selection import Selection
from core.store.sentences import Gold
from gui.background import LatestQuery
from gui.metrics.epoch_figures import EpochFigures
from gui.session import Session
from gui.text.wording import wrap_tooltip
from gui.widgets.tables import RIGHT, ROOT, Index

Metric = Literal["precision", "recall", "f1", "support", "count"]


@dataclass(frozen=True, slots=True)
class MetricRow:
    """A type, or several types together.

    Attributes:
        title: its header; a type has none, and shows its names.
    """

    name: str
    title: str = ""

    @property
    def is_type(self) -> bool:
        return not self.title


@dataclass(frozen=True, slots=True)
class MetricColumn:
    """One metric of one epoch, or one number of it that is neither precision, recall, F1 nor support (`count`).

    Attributes:
        group: the title above the columns that belong together.
        purpose: what its numbers are.
        starts_group: whether it is the first of its group.
        before: the figures that its changes are from; None where there is nothing to compare with.
        before_name: what those figures are of.
        is_current: whether its epoch is the one that the window looks at.
        links: whether a number leads to its sentences.
        is_type: whether the title is the label of a type.
    """

    metric: Metric
    figures: EpochFigures
    group: str
    title: str
    purpose: str
    starts_group: bool
    before: EpochFigures | None = None
    before_name: str = ""
    is_current: bool = False
    links: bool = True
    is_type: bool = False


@dataclass(frozen=True, slots=True)
class SentencesLink:
    """The sentences behind a number, under its epoch.

    Attributes:
        title: what they have in common, as the heading of a list: `wrong PS predictions`.
    """

    key: EpochKey
    selection: Selection
    title: str


@dataclass(frozen=True, slots=True)
class MetricCell:
    """One number.

    Attributes:
        value: 0–1, or a count; None where the type occurs neither in the gold nor in the predictions.
        change: of the value that is shown, from the one before; None where there is none before.
        words: what the number says, one sentence a line.
        link: None where there is no sentence behind it.
        heat: the share (0–1) of a type's spans that went wrong in this way; 0 for what is right, None for what is
            neither.
        interval: the bounds of a value that is a change.
    """

    value: float | int | None
    change: float | None
    words: str
    link: SentencesLink | None
    heat: float | None = None
    interval: Interval | None = None


@dataclass(frozen=True, slots=True)
class MetricTable:
    """Everything that one table shows."""

    rows: tuple[MetricRow, ...]
    columns: tuple[MetricColumn, ...]
    cells: tuple[tuple[MetricCell, ...], ...]

    def has_shape_of(self, other: "MetricTable") -> bool:
        """Whether only numbers differ."""
        return self.rows == other.rows and [(c.group, c.title, c.before is None) for c in self.columns] == [
            (c.group, c.title, c.before is None) for c in other.columns
        ]


EMPTY = MetricTable((), (), ())


def format_figure(value: float | int | None) -> str:
    """A number as the tables write it: `0.873`, `1,204`, a dash for none."""
    if value is None:
        return "–"
    return f"{value:,}" if isinstance(value, int) else f"{value:.3f}"


def rounds_to_change(change: float) -> bool:
    """Whether anything is left of a change with three decimals."""
    return bool(round(change, 3))


_CountQuestion = tuple[Selection, EpochKey, Gold]


class SentenceCounter(QObject):
    """Counts, for tooltips, the sentences that links show, on another thread.

    It keeps what it counted until `forget`; a tooltip that had to do without its count is shown again with it.
    """

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._known: dict[_CountQuestion, int] = {}
        self._query = LatestQuery(self)
        self._query.answered.connect(self._take)

    def forget(self) -> None:
        """Count everything anew from now on, and nothing until asked."""
        self._query.cancel()
        self._known.clear()

    def count(self, link: SentencesLink) -> int | None:
        """How many sentences a link shows; None as long as they are being counted."""
        assert self._session.project is not None, "there are no numbers without a project"
        question = (link.selection, link.key, self._session.context.gold)
        if question not in self._known:
            self._query.submit(partial(_count, self._session.project, question))
        return self._known.get(question)

    def _take(self, answer: tuple[_CountQuestion, int]) -> None:
        question, count = answer
        self._known[question] = count
        at = QCursor.pos()
        if QToolTip.isVisible() and (pointed := QApplication.widgetAt(at)) is not None:
            QApplication.sendEvent(pointed, QHelpEvent(QEvent.Type.ToolTip, pointed.mapFromGlobal(at), at))

    def tooltip(self, words: str, link: SentencesLink | None) -> str:
        """The words of a number, and what a click on it shows."""
        lines = words.splitlines()
        return wrap_tooltip(*lines) if link is None else wrap_tooltip(*lines, describe_click(link, self.count(link)))


def _count(project: Project, question: _CountQuestion) -> tuple[_CountQuestion, int]:
    return question, len(project.selections.numbers(*question))


def describe_click(link: SentencesLink, count: int | None) -> str:
    """`Click to see 3 sentences: missed PS`; without the number where it is not known."""
    if count is None:
        return say("Click to see the sentences: {title}", title=link.title)
    return say_count(
        "Click to see {count:,} sentence: {title}", "Click to see {count:,} sentences: {title}", count, title=link.title
    )


class MetricModel(QAbstractTableModel):
    """Shows a `MetricTable`.

    Args:
        counter: asked only when a tooltip is due; None where no number leads to its sentences.
    """

    def __init__(self, counter: SentenceCounter | None = None) -> None:
        super().__init__()
        self._counter = counter
        self.first_names = FirstNames()
        self._table = EMPTY

    @property
    def table(self) -> MetricTable:
        return self._table

    def show(self, table: MetricTable) -> None:
        """Take a table's numbers; only where rows or columns are others is the model reset."""
        if not table.has_shape_of(self._table):
            self.beginResetModel()
            self._table = table
            self.endResetModel()
        elif table.rows and table != self._table:
            self._table = table
            self.dataChanged.emit(self.index(0, 0), self.index(len(table.rows) - 1, len(table.columns) - 1))
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(table.columns) - 1)

    def cell(self, index: Index) -> MetricCell:
        return self._table.cells[index.row()][index.column()]

    def row(self, section: int) -> MetricRow:
        return self._table.rows[section]

    def closes_types(self, section: int) -> bool:
        """Whether a row is the first below the types."""
        return section > 0 and not self.row(section).is_type and self.row(section - 1).is_type

    def column(self, section: int) -> MetricColumn:
        return self._table.columns[section]

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._table.rows)

    def columnCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._table.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        cell = self.cell(index)
        if role == Qt.ItemDataRole.DisplayRole:
            return format_figure(cell.value)
        if role == Qt.ItemDataRole.ToolTipRole:
            return self.tooltip(cell, self.column(index.column()))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return cell.words
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT
        return None

    def tooltip(self, cell: MetricCell, column: MetricColumn) -> str:
        """The number in words, and what a click shows."""
        if cell.link is None or self._counter is None:
            return wrap_tooltip(*cell.words.splitlines(), *([say("No sentences to show")] if column.links else []))
        return self._counter.tooltip(cell.words, cell.link)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        if orientation == Qt.Orientation.Vertical:
            return row_title(self.row(section), self.first_names)
        column = self.column(section)
        return column.title if role == Qt.ItemDataRole.DisplayRole else wrap_tooltip(column.purpose)


def row_title(row: MetricRow, first_names: FirstNames) -> str:
    """`PS 인물 person`, `micro avg`."""
    if not row.is_type:
        return row.title
    known = first_names.entity_type(row.name)
    return " ".join(dict.fromkeys((known.label, known.korean, known.english)))


def markdown_table(model: MetricModel) -> str:
    """The table that a model shows, with its names, numbers and changes; empty where it has no row."""
    table = model.table
    if not table.rows:
        return ""
    titles = [_title(column, at, table) for at, column in enumerate(table.columns)]
    names = [row_title(row, model.first_names) for row in table.rows]
    rows = [(name, *map(format_cell, cells)) for name, cells in zip(names, table.cells, strict=True)]
    return format_markdown(("", *titles), rows)


def format_markdown(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table whose first column is of names and all others are of numbers."""
    lines = [titles, ["---", *("---:" for _ in titles[1:])], *rows]
    return "\n".join("| " + " | ".join(_escaped(text) for text in line) + " |" for line in lines)


def format_cell(cell: MetricCell) -> str:
    """`0.873`, `0.873 (+0.022)`, `+0.022 [+0.001, +0.043]`, a dash for none."""
    if cell.interval is not None and cell.value is not None:
        low, high = cell.interval
        return f"{_signed(cell.value)} [{low:+.3f}, {high:+.3f}]{'*' if cell.interval.excludes_zero else ''}"
    if cell.change is None:
        return format_figure(cell.value)
    return f"{format_figure(cell.value)} ({_signed(cell.change)})"


def _title(column: MetricColumn, at: int, table: MetricTable) -> str:
    if any(cells[at].interval is not None for cells in table.cells):
        return column.group  # its title says how far the plot reaches
    if not column.group:
        return column.title
    return say("{group} {title}", group=column.group, title=column.title)


def _signed(change: float) -> str:
    return f"{change:+.3f}" if rounds_to_change(change) else "0.000"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("\n", " ")
