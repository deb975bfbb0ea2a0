"""Tables: what all have in common, and those with a column a split."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QBrush, QColor
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QTableWidget, QTableWidgetItem

from core.domain.spans import SPLITS, Split
from gui.look.theme import Look, font, scaled
from gui.text.wording import label_names

Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()

LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


def prepare_table(table: QTableView, purpose: str, *, row_height: int) -> None:
    """Give a table what all tables have: whole rows of one height, without a grid; Tab leaves it.

    Args:
        purpose: what a screen reader calls it.
    """
    table.setAccessibleName(purpose)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.setTabKeyNavigation(False)
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(scaled(row_height))
    table.horizontalHeader().setHighlightSections(False)
    table.horizontalHeader().setTextElideMode(Qt.TextElideMode.ElideRight)


class SplitTable(QTableWidget):
    """Counts, a column a split."""

    def __init__(self, title: str, purpose: str, *, row_height: int) -> None:
        super().__init__(0, 1 + len(SPLITS))
        prepare_table(self, purpose, row_height=row_height)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        for column, words in enumerate([title, *SPLITS]):
            head = QTableWidgetItem(words)
            head.setTextAlignment(RIGHT if column else LEFT)
            self.setHorizontalHeaderItem(column, head)
            self.horizontalHeader().resizeSection(column, 96)
        self.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)

    def fill(self, row: int, name: QTableWidgetItem, counts: Mapping[Split, int], *, bold: bool = False) -> None:
        """Show the counts of one thing."""
        numbers = [QTableWidgetItem(f"{counts[split]:,}" if counts[split] else "–") for split in SPLITS]
        for column, item in enumerate([name, *numbers]):
            item.setFont(font(bold=bold, tabular=column > 0))
            item.setTextAlignment(RIGHT if column else LEFT)
            self.setItem(row, column, item)


class LabelItem(QTableWidgetItem):
    """A label with its names for people, in its ink."""

    def __init__(self, label: str, look: Look) -> None:
        super().__init__(label_names(look.theme.entity_type(label)))
        self._label, self._look = label, look

    def data(self, role: int) -> Any:
        if role == Qt.ItemDataRole.ForegroundRole:
            return QBrush(QColor(self._look.theme.label(self._label).ink))
        return super().data(role)
