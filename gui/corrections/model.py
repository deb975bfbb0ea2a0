"""The log of corrections as a table: when, which sentence, what changed."""

from datetime import datetime
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from core.store.gold.corrections import Corrections
from core.store.gold.log import Correction
from gui.words import words_of, wrapped

COLUMNS = ("#", "When", "Sentence", "Before", "After", "")
_KINDS = {"correct": "", "undo": "undo of #", "redo": "redo of #", "revert": "revert of #"}
_PAGE = 200

Index = QModelIndex | QPersistentModelIndex

_ROOT = QModelIndex()


class CorrectionModel(QAbstractTableModel):
    """Newest first; rows are read from the store a page at a time."""

    def __init__(self) -> None:
        super().__init__()
        self._corrections: Corrections | None = None
        self._count = 0
        self._rows: list[Correction] = []

    def show_log(self, corrections: Corrections | None) -> None:
        """Read the log anew; where it is the same one, the rows that are known stay, and with them what is selected."""
        count = corrections.count() if corrections else 0
        new = count - self._count
        if corrections is not None and corrections is self._corrections and self._rows and 0 <= new <= _PAGE:
            self._take_new(corrections, new)
            return
        self.beginResetModel()
        self._corrections, self._count = corrections, count
        self._rows = corrections.listed(0, _PAGE) if corrections else []
        self.endResetModel()

    def _take_new(self, corrections: Corrections, new: int) -> None:
        """Add so many corrections on top, and read the others again: another may be the newest of its sentence now."""
        rows = corrections.listed(0, len(self._rows) + new)
        self._count += new
        if new:
            self.beginInsertRows(_ROOT, 0, new - 1)
        self._rows = rows
        if new:
            self.endInsertRows()
        self.dataChanged.emit(self.index(new, 0), self.index(len(rows) - 1, len(COLUMNS) - 1))

    def correction(self, row: int) -> Correction:
        return self._rows[row]

    def rowCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def canFetchMore(self, parent: Index) -> bool:
        return not parent.isValid() and len(self._rows) < self._count

    def fetchMore(self, parent: Index) -> None:
        if self._corrections is None:
            return
        more = self._corrections.listed(len(self._rows), _PAGE)
        if not more:
            self._count = len(self._rows)
            return
        self.beginInsertRows(QModelIndex(), len(self._rows), len(self._rows) + len(more) - 1)
        self._rows += more
        self.endInsertRows()

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return COLUMNS[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        correction = self._rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return _cells(correction)[index.column()]
        if role == Qt.ItemDataRole.ToolTipRole:
            return wrapped(correction.text)
        return None


def _cells(correction: Correction) -> tuple[str, ...]:
    gone = [span for span in correction.before if span not in correction.after]
    come = [span for span in correction.after if span not in correction.before]
    kind = f"{_KINDS[correction.kind]}{correction.target}" if correction.target else ""
    return (
        str(correction.number),
        f"{datetime.fromisoformat(correction.made_at).astimezone():%Y-%m-%d %H:%M:%S}",
        correction.sentence_id,
        words_of(correction.text, gone),
        words_of(correction.text, come),
        kind,
    )
