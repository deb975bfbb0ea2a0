"""What the tables of the Metrics page say: rows, columns and cells, with the words and the link of each number."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from PySide6.QtCore import QAbstractTableModel, Qt

from core.analysis.bootstrap import Interval
from core.domain.labels import FirstNames, in_display_order
from core.domain.scores import AVERAGES
from core.domain.spans import Split
from core.metrics.comparison import Outcome
from core.metrics.report import Counts
from core.store.predictions import EpochKey
from core.store.sentence_selection import ALL_ERRORS, Selection
from gui.metrics.epoch_figures import Figures
from gui.text.words import counted, wrapped
from gui.widgets.tables import ROOT, Index

Metric = Literal["precision", "recall", "f1", "support", "count"]

_RATIOS: tuple[Metric, ...] = ("precision", "recall", "f1")
_SHORT = {"precision": "P", "recall": "R", "f1": "F1", "support": "Support"}
_LONG = {"precision": "Precision", "recall": "Recall", "f1": "F1", "support": "Support"}


@dataclass(frozen=True, slots=True)
class Row:
    """A type, or what is told of several types.

    Attributes:
        title: what stands in its header; a type has none, and shows its names.
    """

    name: str
    title: str = ""

    @property
    def is_type(self) -> bool:
        return not self.title


@dataclass(frozen=True, slots=True)
class Column:
    """One metric of one epoch, or one number of it that is neither precision, recall, F1 nor support (`count`).

    Attributes:
        group: what stands above the columns that belong together.
        starts_group: whether it is the first of them.
        before: the figures that changes are told against; None where there is nothing to compare with.
        before_name: what those figures are of.
        is_current: whether its epoch is the one that the window looks at.
        links: whether a number leads to its sentences.
        is_type: whether the title is the label of a type.
        purpose: what its numbers are, where title and metric do not say so.
    """

    metric: Metric
    figures: Figures
    group: str
    title: str
    starts_group: bool
    before: Figures | None = None
    before_name: str = ""
    is_current: bool = False
    links: bool = True
    is_type: bool = False
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """Where a number leads: the sentences behind it, under its epoch."""

    key: EpochKey
    selection: Selection
    purpose: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One number.

    Attributes:
        value: 0–1, or a count; None where the type occurs neither in the gold nor in the predictions.
        change: of the shown value, against the shown value before; None where there is none before.
        words: what the number says.
        link: None where no sentence stands behind it.
        heat: the share (0–1) of a type's spans that went wrong in this way; 0 for what is right, None for what is
            neither.
        interval: the bounds of a value that is a change.
    """

    value: float | int | None
    change: float | None
    words: str
    link: Link | None
    heat: float | None = None
    interval: Interval | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Everything that one table shows."""

    rows: tuple[Row, ...]
    columns: tuple[Column, ...]
    cells: tuple[tuple[Cell, ...], ...]

    def has_shape_of(self, other: "Table") -> bool:
        """Whether only numbers differ."""
        return self.rows == other.rows and [(c.group, c.title, c.before is None) for c in self.columns] == [
            (c.group, c.title, c.before is None) for c in other.columns
        ]


EMPTY = Table((), (), ())


def epochs_table(epochs: Sequence[Figures], current: EpochKey | None) -> Table:
    """Epochs side by side, each against the one before; support, which they share, comes once and last."""
    columns: list[Column] = []
    for figures, before in zip(epochs, [None, *epochs], strict=False):
        comparable = before if before is not None and before.sentences == figures.sentences else None
        columns += _epoch_columns(figures, comparable, is_current=figures.key == current)
    shared = next((figures for figures in epochs if figures.key == current), None) or (epochs[-1] if epochs else None)
    if shared is not None:
        columns.append(Column("support", shared, "", _SHORT["support"], True))
    return _table(columns)


def comparison_table(before: Figures, now: Figures) -> Table:
    """Two epochs metric by metric, F1 first; both on the same sentences. They are named by what they differ in."""
    old, new = (
        f"Run {figures.key.source}" if before.key.source != now.key.source else f"Epoch {figures.key.epoch}"
        for figures in (before, now)
    )
    name = old.lower()
    columns: list[Column] = []
    for metric in ("f1", "precision", "recall"):
        title = _LONG[metric]
        columns += [
            Column(metric, before, title, old, True, links=False),
            Column(metric, now, title, new, False, before, name, links=False),
        ]
    columns.append(Column("support", now, "", _SHORT["support"], True, links=False))
    return _table(columns)


def figure(value: float | int | None) -> str:
    """A number as the tables write it: `0.873`, `1,204`, a dash for none."""
    if value is None:
        return "–"
    return f"{value:,}" if isinstance(value, int) else f"{value:.3f}"


def change_in_words(change: float, before_name: str) -> str:
    """`up 0.021 from epoch 1`."""
    if not rounds_to_change(change):
        return f"unchanged from {before_name}"
    return f"{'up' if change > 0 else 'down'} {abs(change):.3f} from {before_name}"


def rounds_to_change(change: float) -> bool:
    """Whether anything is left of a change with three decimals."""
    return bool(round(change, 3))


def _epoch_columns(figures: Figures, before: Figures | None, *, is_current: bool) -> list[Column]:
    name = f"epoch {before.key.epoch}" if before else ""
    group = f"Epoch {figures.key.epoch}"
    return [
        Column(metric, figures, group, _SHORT[metric], metric == _RATIOS[0], before, name, is_current)
        for metric in _RATIOS
    ]


def _table(columns: Sequence[Column]) -> Table:
    labels = {label for column in columns for label in column.figures.report.labels}
    types = [Row(label) for label in in_display_order(labels, columns[0].figures.tag_set if columns else ())]
    rows = (*types, *(Row(name, f"{name} avg") for name in AVERAGES))
    by_column = [_column_cells(column, rows) for column in columns]
    return Table(rows, tuple(columns), tuple(zip(*by_column, strict=True)) if columns else ())


def _column_cells(column: Column, rows: Sequence[Row]) -> list[Cell]:
    now = column.figures.report.rows()
    before = column.before.report.rows() if column.before else {}
    cells = []
    for row in rows:
        value = getattr(now[row.name], column.metric) if row.name in now else None
        old = getattr(before[row.name], column.metric) if row.name in before else None
        change = value - old if value is not None and old is not None else None
        counts = column.figures.counts.get(row.name, Counts()) if row.is_type else column.figures.total
        cells.append(Cell(value, change, _words(row, column, counts, value, change), _link(row, column, counts)))
    return cells


def _words(row: Row, column: Column, counts: Counts, value: float | None, change: float | None) -> str:
    metric = column.metric
    if value is None:
        return f"no {row.name} span here, neither in the gold nor predicted"
    if metric == "support":
        return counted(counts.support, "gold span") + (f" of {row.name}" if row.is_type else "")
    of = f" of {row.name}" if row.is_type else f", {row.title}"
    parts = [f"{_LONG[metric]}{of}: {figure(value)}"]
    if row.name not in ("macro", "weighted") and metric != "f1":
        parts.append(_fraction(metric, counts))
    if change is not None:
        parts.append(change_in_words(change, column.before_name))
    return ", ".join(parts)


def _fraction(metric: Metric, counts: Counts) -> str:
    if metric == "precision":
        verb = "is" if counts.right == 1 else "are"
        return f"{counts.right:,} of {counted(counts.predicted, 'predicted span')} {verb} right"
    verb = "was" if counts.right == 1 else "were"
    return f"{counts.right:,} of {counted(counts.support, 'gold span')} {verb} found"


def _link(row: Row, column: Column, counts: Counts) -> Link | None:
    if not column.links or not _stands_on(row, column.metric, counts):
        return None
    split = column.figures.split
    return Link(column.figures.key, *link_behind(column.metric, row.name if row.is_type else None, split))


def link_behind(metric: Metric, label: str | None, split: Split) -> tuple[Selection, str]:
    """The sentences behind a score of a type, or of all types, and what they are."""
    return _average_link(metric, split) if label is None else _label_link(metric, label, split)


def _stands_on(row: Row, metric: Metric, counts: Counts) -> int:
    """How many spans a link would show."""
    spurious, missed = counts.predicted - counts.right, counts.support - counts.right
    if metric == "support":
        return counts.support
    if metric == "f1":
        return spurious + missed
    return spurious if metric == "precision" else missed


def _average_link(metric: Metric, split: Split) -> tuple[Selection, str]:
    if metric == "support":
        return Selection(split=split), f"in {split}"
    if metric == "precision":
        return Selection(split=split, outcomes=_all_but("missed")), "with a wrong prediction"
    if metric == "recall":
        return Selection(split=split, outcomes=_all_but("spurious")), "with a gold span that was not found"
    return Selection(split=split, outcomes=ALL_ERRORS), "with an error"


def _all_but(outcome: Outcome) -> tuple[Outcome, ...]:
    return tuple(error for error in ALL_ERRORS if error != outcome)


def _label_link(metric: Metric, label: str, split: Split) -> tuple[Selection, str]:
    if metric == "support":
        return Selection(split=split, gold_label=label), f"with {label} in the gold"
    if metric == "precision":
        wrong = Selection(split=split, outcomes=ALL_ERRORS, predicted_label=label)
        return wrong, f"with a wrong {label} prediction"
    if metric == "recall":
        missed = Selection(split=split, outcomes=ALL_ERRORS, gold_label=label)
        return missed, f"with a gold {label} that was not found"
    return Selection(split=split, outcomes=ALL_ERRORS, label=label), f"with an error in {label}"


Behind = Callable[[Link], int | None]
"""How many sentences a link shows; None as long as it is not known."""


class MetricModel(QAbstractTableModel):
    """Shows a `Table`.

    Args:
        behind: asked only when a tooltip is due.
    """

    def __init__(self, behind: Behind) -> None:
        super().__init__()
        self._behind = behind
        self.first_names = FirstNames()
        self._table = EMPTY

    @property
    def table(self) -> Table:
        return self._table

    def show(self, table: Table) -> None:
        """Take a table's numbers; only where rows or columns are others is the model reset."""
        if not table.has_shape_of(self._table):
            self.beginResetModel()
            self._table = table
            self.endResetModel()
        elif table.rows and table != self._table:
            self._table = table
            self.dataChanged.emit(self.index(0, 0), self.index(len(table.rows) - 1, len(table.columns) - 1))
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(table.columns) - 1)

    def cell(self, index: Index) -> Cell:
        return self._table.cells[index.row()][index.column()]

    def row(self, section: int) -> Row:
        return self._table.rows[section]

    def closes_types(self, section: int) -> bool:
        """Whether a row is the first below the types."""
        return section > 0 and not self.row(section).is_type and self.row(section - 1).is_type

    def column(self, section: int) -> Column:
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
            return figure(cell.value)
        if role == Qt.ItemDataRole.ToolTipRole:
            return self.tooltip(cell, self.column(index.column()))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return cell.words
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def tooltip(self, cell: Cell, column: Column) -> str:
        """The number in words, and what a click shows."""
        words = cell.words[:1].upper() + cell.words[1:]
        if cell.link is not None:
            return wrapped(words, what_a_click_shows(cell.link, self._behind(cell.link)))
        return wrapped(words, "No sentence stands behind this number") if column.links else wrapped(words)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        if orientation == Qt.Orientation.Vertical:
            return row_title(self.row(section), self.first_names)
        column = self.column(section)
        if role == Qt.ItemDataRole.DisplayRole:
            return column.title
        return wrapped(column.purpose or f"{column.group}, {column.metric}")


def what_a_click_shows(link: Link, count: int | None) -> str:
    """`Click to see the 3 sentences with an error`; the number is left out where it is not known."""
    sentences = "sentences" if count is None else counted(count, "sentence")
    return f"Click to see the {sentences} {link.purpose}"


def row_title(row: Row, first_names: FirstNames) -> str:
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
    rows = [(name, *map(cell_text, cells)) for name, cells in zip(names, table.cells, strict=True)]
    return markdown_of(("", *titles), rows)


def markdown_of(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table whose first column is of names and all others are of numbers."""
    lines = [titles, ["---", *("---:" for _ in titles[1:])], *rows]
    return "\n".join("| " + " | ".join(_escaped(text) for text in line) + " |" for line in lines)


def cell_text(cell: Cell) -> str:
    """`0.873`, `0.873 (+0.022)`, `+0.022 [+0.001, +0.043]`, a dash for none."""
    if cell.interval is not None and cell.value is not None:
        low, high = cell.interval
        return f"{_signed(cell.value)} [{low:+.3f}, {high:+.3f}]{'*' if cell.interval.excludes_zero else ''}"
    if cell.change is None:
        return figure(cell.value)
    return f"{figure(cell.value)} ({_signed(cell.change)})"


def _title(column: Column, at: int, table: Table) -> str:
    if any(cells[at].interval is not None for cells in table.cells):
        return column.group  # its title says how far the plot reaches
    return f"{column.group} {column.title}".strip()


def _signed(change: float) -> str:
    return f"{change:+.3f}" if rounds_to_change(change) else "0.000"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("\n", " ")
