"""The list of sentences: all numbers at once, and the sentences themselves only where someone looks."""

from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Callable, Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from core.domain.spans import SentenceNumber
from gui.sentence.delegate import SENTENCE_ROLE, SentenceRow, spoken

SLICE = 16
"""Rows fetched at once: about as many as are seen, since a jump waits for them."""
KEPT = 1024
"""Rows kept after they were shown."""

Fetch = Callable[[Sequence[SentenceNumber]], list[SentenceRow]]
_Index = QModelIndex | QPersistentModelIndex


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

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._numbers)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else 1

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        if role == SENTENCE_ROLE:
            return self._row(index.row())
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            row = self._row(index.row())
            if row is None:
                return ""
            return row.text if role == Qt.ItemDataRole.DisplayRole else spoken(row)
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
