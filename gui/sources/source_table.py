"""The table of all sources."""

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, Qt, Signal
from PySide6.QtGui import QColor, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from core.messages.catalogue import mark, say
from core.services.source_list import SourceSummary
from gui.context import Context
from gui.look.theme import Look, font, scaled
from gui.sources.source_words import KINDS, describe_day, describe_origin, describe_size
from gui.text.wording import wrap_tooltip
from gui.widgets.tables import ROOT, Column, Index, prepare_table

NAME, KIND, ORIGIN, DAY, SENTENCES, F1, SIZE = range(7)
_COLUMNS = (
    Column(mark("Name")),
    Column(mark("Kind")),
    Column(mark("From"), mark("Encoder and settings of a run, or the file of another source")),
    Column(mark("Day")),
    Column(mark("Sentences"), mark("Sentences with its spans, wherever they are"), is_number=True),
    Column(
        mark("Best F1 on dev"),
        mark("Micro F1 on dev by the gold as it is now: of a run's best epoch, or of the last version"),
        is_number=True,
    ),
    Column(mark("On disk"), mark("Weights and training state; spans are in the project's database"), is_number=True),
)
_WORDS: dict[int, Callable[[SourceSummary], str]] = {
    KIND: lambda summary: say(KINDS[summary.source.kind]),
    ORIGIN: describe_origin,
    DAY: describe_day,
    SIZE: lambda summary: describe_size(summary.size),
}
_WIDTHS = {KIND: 100, DAY: 112, SENTENCES: 92, F1: 116, SIZE: 84}

_ROOM_FOR_ORIGIN = 760
"""The least width of a table with all columns, in pixels of the usual text size."""


class SourceModel(QAbstractTableModel):
    """A row a source, the newest first."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._rows: list[SourceSummary] = []
        self._context = Context()
        self._suggesting: int | None = None

    def show_sources(self, sources: Sequence[SourceSummary], suggesting: int | None) -> None:
        """Show these sources; one of them may be the one whose spans are suggested."""
        self.beginResetModel()
        self._rows, self._suggesting = list(reversed(sources)), suggesting
        self.endResetModel()

    def show_context(self, context: Context) -> None:
        """Mark the source that the window shows, and the one that it is compared with."""
        self._context = context
        if self._rows:
            self.dataChanged.emit(self.index(0, NAME), self.index(len(self._rows) - 1, NAME))

    @property
    def all(self) -> Sequence[SourceSummary]:
        """All that are shown, in order."""
        return self._rows

    def at(self, row: int) -> SourceSummary | None:
        return self._rows[row] if 0 <= row < len(self._rows) else None

    def row_of(self, number: int | None) -> int:
        """The row of a source; -1: it has none."""
        return next((row for row, each in enumerate(self._rows) if each.source.number == number), -1)

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(_COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        return _COLUMNS[section].read_head(role) if orientation == Qt.Orientation.Horizontal else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        summary, column = self._rows[index.row()], index.column()
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            words = self._text(summary, column)
            return words if role == Qt.ItemDataRole.DisplayRole else wrap_tooltip(words)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _COLUMNS[column].alignment
        if role == Qt.ItemDataRole.FontRole:
            is_shown = summary.source.number == self._context.source
            return font(bold=column == NAME and is_shown, tabular=column >= DAY)
        if role == Qt.ItemDataRole.ForegroundRole and column in (KIND, ORIGIN, DAY):
            return QColor(self._look.theme.muted)
        return None

    def _text(self, summary: SourceSummary, column: int) -> str:
        if column == NAME:
            return self._name(summary)
        if column == SENTENCES:
            return f"{summary.sentences:,}"
        if column == F1:
            return "–" if summary.best_f1 is None else f"{summary.best_f1:.3f}"
        return _WORDS[column](summary)

    def _name(self, summary: SourceSummary) -> str:
        """The name, with what the window does with the source."""
        source, other = summary.source, self._context.other
        if source.number == self._context.source:
            return say("{source} · shown", source=source.heading)
        if other is not None and other.source == source.number:
            return say("{source} · compared", source=source.heading)
        if source.number == self._suggesting:
            return say("{source} · suggests", source=source.heading)
        return source.heading


class SourceTable(QTableView):
    """Chooses one source, or several.

    Signals:
        chosen: another row is current, or what it says is new; a `SourceSummary` or None.
        selected_changed: other rows are selected.
    """

    chosen = Signal(object)
    selected_changed = Signal()

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._model = SourceModel(look)
        self.setModel(self._model)
        prepare_table(self, say("Sources"), row_height=30)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        header = self.horizontalHeader()
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(ORIGIN, QHeaderView.ResizeMode.Stretch)
        for column, width in _WIDTHS.items():
            header.resizeSection(column, scaled(width))
        self.selectionModel().selectionChanged.connect(lambda *_: self.selected_changed.emit())
        self.selectionModel().currentRowChanged.connect(lambda now, _: self.chosen.emit(self._model.at(now.row())))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_columns()

    def _fit_columns(self) -> None:
        """Where there is little room, the panel alone says where a source comes from."""
        self.setColumnHidden(ORIGIN, self.width() < scaled(_ROOM_FOR_ORIGIN))

    @property
    def sources(self) -> SourceModel:
        return self._model

    @property
    def current(self) -> SourceSummary | None:
        return self._model.at(self.currentIndex().row())

    @property
    def selected(self) -> list[SourceSummary]:
        """The sources of the selected rows, the current one first."""
        rows = sorted(index.row() for index in self.selectionModel().selectedRows())
        rows.sort(key=lambda row: row != self.currentIndex().row())
        return [summary for row in rows if (summary := self._model.at(row)) is not None]

    def show_sources(self, sources: Sequence[SourceSummary], suggesting: int | None, wanted: int | None) -> None:
        """Show these sources with one of them current, by its number, or else the first."""
        self._model.show_sources(sources, suggesting)
        self._fit_columns()  # a reset of the model shows all
        self.choose(wanted)
        if not self.current:
            self.chosen.emit(None)

    def choose(self, number: int | None) -> None:
        """Make the row of a source current; without one, the first."""
        if self._model.rowCount():
            self.setCurrentIndex(self._model.index(max(0, self._model.row_of(number)), NAME))
