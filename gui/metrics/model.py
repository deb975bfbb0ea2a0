"""A table of figures as an item model."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from core.domain.labels import FirstNames
from gui.metrics.table import EMPTY, Cell, Column, Link, Row, Table, figure
from gui.words import counted, wrapped

Index = QModelIndex | QPersistentModelIndex
Behind = Callable[[Link], int | None]
"""How many sentences a link shows; None as long as it is not known."""

_ROOT = QModelIndex()


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

    def rowCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._table.rows)

    def columnCount(self, parent: Index = _ROOT) -> int:
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
