"""The list of sentences, and the quiet line in its place where no sentence is to be shown."""

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QHeaderView,
    QPushButton,
    QStackedLayout,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from gui.inspect.model import SentenceListModel
from gui.plain_label import PlainLabel
from gui.sentence.delegate import ROW_HEIGHT, SentenceDelegate
from gui.theme import Theme


class SentenceList(QWidget):
    """One sentence a row, in rows of one height.

    Signals:
        chosen: another row is the current one.
    """

    chosen = Signal(int)

    def __init__(self, model: SentenceListModel, theme: Theme) -> None:
        super().__init__()
        self.view = QTableView()
        self.view.setModel(model)
        self.view.setItemDelegate(SentenceDelegate(theme, self.view))
        self.none = PlainLabel(wraps=True)
        self.none.setProperty("role", "hint")
        self.show_all = QPushButton("Show all")
        self.busy = PlainLabel("Searching …", self)
        self.busy.setProperty("role", "busy")
        self.busy.hide()
        self._prepare_view()
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self.view)
        self._stack.addWidget(self._no_match())
        self.view.selectionModel().currentRowChanged.connect(self._choose)
        self.setFocusProxy(self.view)

    def _prepare_view(self) -> None:
        view = self.view
        view.setAccessibleName("Sentences")
        view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.setTabKeyNavigation(False)
        view.setShowGrid(False)
        view.horizontalHeader().hide()
        view.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        view.verticalHeader().hide()
        view.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        view.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)

    def _no_match(self) -> QWidget:
        panel = QWidget()
        layout = QVBoxLayout(panel)
        layout.setContentsMargins(12, 24, 12, 24)
        layout.setSpacing(12)
        layout.addWidget(self.none)
        layout.addWidget(self.show_all, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addStretch(1)
        return panel

    def _choose(self, current: QModelIndex) -> None:
        if current.isValid():
            self.chosen.emit(current.row())

    def choose(self, row: int) -> None:
        """Make a row the current one, and bring it into view."""
        self.view.selectRow(row)
        self.view.scrollTo(self.view.currentIndex())

    def say_busy(self, busy: bool) -> None:
        """Say that other sentences are being looked for, at the foot of those that are still listed."""
        self.busy.setVisible(busy)
        if busy:
            self.busy.adjustSize()
            self.busy.move((self.width() - self.busy.width()) // 2, self.height() - self.busy.height() - 12)
            self.busy.raise_()

    def say_none(self, words: str, *, can_show_all: bool) -> None:
        """Say why the list is empty; no words mean that it is not."""
        self.none.setText(words)
        self.show_all.setVisible(can_show_all)
        focused = QApplication.focusWidget()
        had_focus = focused is not None and self.isAncestorOf(focused)
        self._stack.setCurrentIndex(1 if words else 0)
        self.setFocusProxy(self.show_all if words and can_show_all else self.view)
        if had_focus:
            self.setFocus()
