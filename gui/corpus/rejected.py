"""The records of imported files that could not be taken, with file, line and reason."""

from collections.abc import Sequence

from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from core.store.sentences import ImportedFile


class RejectedTable(QTableWidget):
    """One row a rejected record."""

    def __init__(self) -> None:
        super().__init__(0, 3)
        self.setHorizontalHeaderLabels(["File", "Line", "Why it was left out"])
        self.verticalHeader().hide()
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        header = self.horizontalHeader()
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        header.resizeSection(0, 200)
        header.resizeSection(1, 72)

    def show_imports(self, imports: Sequence[ImportedFile]) -> None:
        records = [record for imported in imports for record in imported.rejected]
        self.setRowCount(len(records))
        for row, record in enumerate(records):
            for column, name in enumerate(("file", "line", "reason")):
                value = record[name]
                item = QTableWidgetItem("–" if value is None else str(value))
                item.setToolTip(item.text())
                self.setItem(row, column, item)
