"""The records of imported files that could not be taken, with file, line and reason."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QAbstractItemView, QTableView

from core.store.sentences import ImportedFile
from gui.words import wrapped

COLUMNS = {"file": "File", "line": "Line", "reason": "Why it was skipped"}

Index = QModelIndex | QPersistentModelIndex

_ROOT = QModelIndex()


class RejectedModel(QAbstractTableModel):
    """One row a rejected record."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[tuple[str, ...]] = []

    def show_imports(self, imports: Sequence[ImportedFile]) -> None:
        self.beginResetModel()
        self._rows = [
            tuple("–" if record[name] is None else str(record[name]) for name in COLUMNS)
            for imported in imports
            for record in imported.rejected
        ]
        self.endResetModel()

    def rowCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return list(COLUMNS.values())[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        text = self._rows[index.row()][index.column()]
        return text if role == Qt.ItemDataRole.DisplayRole else wrapped(text)


class RejectedTable(QTableView):
    """Shows a `RejectedModel`."""

    def __init__(self) -> None:
        super().__init__()
        self.rows = RejectedModel()
        self.setModel(self.rows)
        self.setShowGrid(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(28)
        header = self.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setStretchLastSection(True)
        for column, width in enumerate((240, 72)):
            header.resizeSection(column, width)
