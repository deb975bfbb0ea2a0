"""The list of sentences, and the quiet line in its place where no sentence is to be shown."""

from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Callable, Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt, Signal
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

from core.domain.spans import SentenceNumber
from core.messages.catalogue import say
from gui.look.theme import Look, scaled
from gui.sentence.delegate import ROW_HEIGHT, SENTENCE_ROLE, SentenceDelegate, SentenceRow, explain, spoken
from gui.widgets.tables import ROOT, Index
from gui.widgets.text_labels import PlainLabel, hint_label

SLICE = 16
"""Rows fetched at once: about as many as are seen, since a jump waits for them."""


KEPT = 1024
"""Rows kept after they were shown."""


Fetch = Callable[[Sequence[SentenceNumber]], list[SentenceRow]]


class SentenceListModel(QAbstractTableModel):
    """One column of sentences.

    Args:
        fetch: reads the rows of some sentences; asked for a slice around a row when that row is first shown.
    """

    def __init__(self, fetch: Fetch, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._fetch = fetch
        self._numbers: list[SentenceNumber] = []
        self._places: dict[SentenceNumber, int] | None = None
        self._rows: OrderedDict[SentenceNumber, SentenceRow] = OrderedDict()

    @property
    def numbers(self) -> Sequence[SentenceNumber]:
        return self._numbers

    def show_numbers(self, numbers: list[SentenceNumber], *, ascending: bool = True) -> None:
        """List other sentences.

        Args:
            ascending: whether they are in order of number; then nothing has to be kept of where each stands.
        """
        self.beginResetModel()
        self._numbers = numbers
        self._places = None if ascending else {number: row for row, number in enumerate(numbers)}
        self._rows.clear()
        self.endResetModel()

    def row_of(self, number: SentenceNumber) -> int | None:
        """Where the list shows a sentence; None where it does not."""
        if self._places is not None:
            return self._places.get(number)
        row = self.row_near(number)
        return row if row < len(self._numbers) and self._numbers[row] == number else None

    def row_near(self, number: SentenceNumber) -> int:
        """Where the list would show a sentence; at its top, if it is in no order of number."""
        if self._places is not None:
            return self._places.get(number, 0)
        return bisect_left(self._numbers, number)

    def refresh(self, numbers: Sequence[SentenceNumber], read: Sequence[SentenceRow] = ()) -> None:
        """Show some sentences anew.

        Args:
            read: the new rows of some of them, which are not fetched again.
        """
        for number in numbers:
            self._rows.pop(number, None)
        self._rows.update((row.number, row) for row in read)
        rows = [row for row in map(self.row_of, numbers) if row is not None]
        if rows:
            self.dataChanged.emit(self.index(min(rows), 0), self.index(max(rows), 0))

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._numbers)

    def columnCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else 1

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        if role == SENTENCE_ROLE:
            return self._row(index.row())
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            row = self._row(index.row())
            if row is None:
                return ""
            return row.text if role == Qt.ItemDataRole.DisplayRole else spoken(row)
        if role == Qt.ItemDataRole.AccessibleDescriptionRole and (row := self._row(index.row())) is not None:
            return explain(row)
        return None

    def _row(self, row: int) -> SentenceRow | None:
        number = self._numbers[row]
        if number not in self._rows:
            self._fetch_around(row)
        if number in self._rows:
            self._rows.move_to_end(number)
        return self._rows.get(number)

    def _fetch_around(self, row: int) -> None:
        first = row - row % SLICE
        for fetched in self._fetch(self._numbers[first : first + SLICE]):
            self._rows[fetched.number] = fetched
        while len(self._rows) > KEPT:
            self._rows.popitem(last=False)


class SentenceList(QWidget):
    """One sentence a row, in rows of one height.

    Signals:
        chosen: another row is the current one.
    """

    chosen = Signal(int)

    def __init__(self, model: SentenceListModel, look: Look) -> None:
        super().__init__()
        self.view = QTableView()
        self.view.setModel(model)
        self._delegate = SentenceDelegate(look, self.view)
        self.view.setItemDelegate(self._delegate)
        self.none = hint_label(wraps=True)
        self.show_all = QPushButton(say("Show all"))
        self.busy = PlainLabel(say("Searching …"), self)
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
        view.setAccessibleName(say("Sentences"))
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
        view.verticalHeader().setDefaultSectionSize(scaled(ROW_HEIGHT))

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

    def show_marks_of(self, *, searched: str, id_prefix: str) -> None:
        """Highlight what was searched for, and leave out of the ids what they begin with."""
        self._delegate.searched, self._delegate.id_prefix = searched, id_prefix
        self.view.viewport().update()

    def show_busy(self, busy: bool) -> None:
        """Say that other sentences are being looked for, at the foot of those that are still listed."""
        self.busy.setVisible(busy)
        if busy:
            self.busy.adjustSize()
            self.busy.move((self.width() - self.busy.width()) // 2, self.height() - self.busy.height() - 12)
            self.busy.raise_()

    def show_empty(self, words: str, *, can_show_all: bool) -> None:
        """Say why the list is empty; no words mean that it is not."""
        self.none.setText(words)
        self.show_all.setVisible(can_show_all)
        focused = QApplication.focusWidget()
        had_focus = focused is not None and self.isAncestorOf(focused)
        self._stack.setCurrentIndex(1 if words else 0)
        self.setFocusProxy(self.show_all if words and can_show_all else self.view)
        if had_focus:
            self.setFocus()
