"""The table of places: ticks with Space, ids that lead to their sentences."""

from collections.abc import Collection, Mapping

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QToolButton,
)

from gui.places.model import LEFT, NOW, RIGHT, SENTENCE, STRING, THEN, Index, PlaceModel

_ROW_HEIGHT = 30
_WIDTHS = {STRING: 112, NOW: 128, THEN: 88, SENTENCE: 128}


class PlaceTable(QTableView):
    """Shows a `PlaceModel`; Space ticks the selected rows.

    Args:
        wide: how a place is labelled takes more than a label to say.

    Signals:
        opened: the id of a sentence was clicked; the row.
    """

    opened = Signal(int)

    def __init__(self, model: PlaceModel, says: str, *, hidden: Collection[int] = (), wide: bool = False) -> None:
        super().__init__()
        self._model = model
        self.setModel(model)
        self.setAccessibleName(says)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setItemDelegateForColumn(LEFT, _Elided(self, Qt.TextElideMode.ElideLeft))
        self.setItemDelegateForColumn(SENTENCE, _Elided(self, Qt.TextElideMode.ElideMiddle))
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(_ROW_HEIGHT)
        self._prepare_header({**_WIDTHS, NOW: 152, THEN: 152} if wide else _WIDTHS)
        for column in hidden:
            self.hideColumn(column)
        self.clicked.connect(self._open)

    def _prepare_header(self, widths: Mapping[int, int]) -> None:
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        for column in (LEFT, RIGHT):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        for column, width in widths.items():
            header.resizeSection(column, width)

    @property
    def selected_rows(self) -> list[int]:
        return sorted(index.row() for index in self.selectionModel().selectedRows())

    def go_to(self, row: int) -> None:
        """Select a row, or the nearest there is."""
        if self._model.rowCount():
            self.selectRow(max(0, min(row, self._model.rowCount() - 1)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and self.selected_rows:
            self._model.toggle(self.selected_rows)
        else:
            super().keyPressEvent(event)

    def _open(self, index: Index) -> None:
        if index.column() == SENTENCE:
            self.opened.emit(index.row())


class _Elided(QStyledItemDelegate):
    """Cuts a text where it is least missed: context far from the string, the middle of an id."""

    def __init__(self, parent: QObject, mode: Qt.TextElideMode) -> None:
        super().__init__(parent)
        self._mode = mode

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:  # noqa: N802
        super().initStyleOption(option, index)
        option.textElideMode = self._mode


def chip(text: str, *, checkable: bool = False) -> QToolButton:
    """A small button above a table."""
    button = QToolButton()
    button.setText(text)
    button.setCheckable(checkable)
    button.setProperty("chip", True)
    return button
