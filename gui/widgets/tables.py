"""Tables: what all have in common, and those with a column a split."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QBrush, QColor
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QTableWidget, QTableWidgetItem

from core.domain.spans import SPLITS, Split
from core.messages.catalogue import say
from gui.look.theme import Look, font, scaled
from gui.text.wording import label_names, wrap_tooltip

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


class Column(NamedTuple):
    """What the head of a column says; templates of the catalogue.

    Attributes:
        purpose: the tooltip; empty: none.
        is_number: its cells are aligned to the right.
    """

    title: str
    purpose: str = ""
    is_number: bool = False

    @property
    def alignment(self) -> Qt.AlignmentFlag:
        return RIGHT if self.is_number else LEFT

    def read_head(self, role: int) -> Any:
        """What `headerData` answers for this column."""
        if role == Qt.ItemDataRole.DisplayRole:
            return say(self.title)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self.alignment
        return wrap_tooltip(say(self.purpose)) if role == Qt.ItemDataRole.ToolTipRole and self.purpose else None


class SplitTable(QTableWidget):
    """Counts, a column a split.

    Args:
        further: the titles of columns after these.
    """

    def __init__(self, title: str, purpose: str, *, row_height: int, further: Sequence[str] = ()) -> None:
        super().__init__(0, 1 + len(SPLITS) + len(further))
        prepare_table(self, purpose, row_height=row_height)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        for column, words in enumerate([title, *SPLITS, *further]):
            head = QTableWidgetItem(words)
            head.setTextAlignment(RIGHT if column else LEFT)
            self.setHorizontalHeaderItem(column, head)
            self.horizontalHeader().resizeSection(column, max(96, scaled(80)))
        self.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)

    def fill(self, row: int, cells: Sequence[QTableWidgetItem], *, bold: bool = False) -> None:
        """Show one thing: its name and counts."""
        for column, item in enumerate(cells):
            item.setFont(font(bold=bold, tabular=column > 0))
            item.setTextAlignment(RIGHT if column else LEFT)
            self.setItem(row, column, item)


def count_cells(counts: Mapping[Split, int]) -> list[QTableWidgetItem]:
    """The cells of the counts of one thing."""
    return [QTableWidgetItem(f"{counts[split]:,}" if counts[split] else "–") for split in SPLITS]


class LabelItem(QTableWidgetItem):
    """A label with its names for people, in its ink."""

    def __init__(self, label: str, look: Look) -> None:
        super().__init__(label_names(look.theme.entity_type(label)))
        self._label, self._look = label, look

    def data(self, role: int) -> Any:
        if role == Qt.ItemDataRole.ForegroundRole:
            return QBrush(QColor(self._look.theme.label(self._label).ink))
        return super().data(role)
