"""The places of one string as a table: in its context, how it is labelled now, and whether it is to be labelled."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QColor, QFont

from core.analysis.occurrences import Occurrence
from gui.theme import LIST_SIZE, Theme, font
from gui.words import words_of

LEFT, STRING, RIGHT, NOW, SENTENCE = range(5)
_TITLES = ("Before it", "String", "After it", "Labelled now", "Sentence")
_CONTEXT = 40
"""Characters of context on either side."""

Index = QModelIndex | QPersistentModelIndex

_ROOT = QModelIndex()


class OccurrenceModel(QAbstractTableModel):
    """Places that do not have the span yet, those without any span ticked.

    Signals:
        ticked: other places are ticked.
    """

    ticked = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._rows: list[Occurrence] = []
        self._ticked: set[int] = set()
        self._bold = font(LIST_SIZE, bold=True)

    def add(self, found: Sequence[Occurrence]) -> None:
        """Show further places at the end."""
        if not found:
            return
        first = len(self._rows)
        self.beginInsertRows(_ROOT, first, first + len(found) - 1)
        self._rows += found
        self._ticked |= {first + at for at, place in enumerate(found) if place.standing == "unlabelled"}
        self.endInsertRows()
        self.ticked.emit()

    def clear(self) -> None:
        self.beginResetModel()
        self._rows, self._ticked = [], set()
        self.endResetModel()
        self.ticked.emit()

    @property
    def chosen(self) -> list[Occurrence]:
        """The ticked places, in order."""
        return [self._rows[row] for row in sorted(self._ticked)]

    def tick(self, rows: set[int]) -> None:
        """Tick exactly these rows."""
        self._ticked = rows
        if self._rows:
            self.dataChanged.emit(self.index(0, LEFT), self.index(len(self._rows) - 1, LEFT))
        self.ticked.emit()

    def rowCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(_TITLES)

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return flags | Qt.ItemFlag.ItemIsUserCheckable if index.column() == LEFT else flags

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return _TITLES[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        place, column = self._rows[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return _cell(place, column)
        if role == Qt.ItemDataRole.CheckStateRole and column == LEFT:
            return Qt.CheckState.Checked if index.row() in self._ticked else Qt.CheckState.Unchecked
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column == LEFT else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ToolTipRole:
            return place.sentence.text
        return self._look(place, column, role)

    def _look(self, place: Occurrence, column: int, role: int) -> QFont | QColor | None:
        if role == Qt.ItemDataRole.FontRole and column == STRING:
            return self._bold
        if role == Qt.ItemDataRole.ForegroundRole and column == STRING:
            return QColor(self._theme.label(place.span.label).ink)
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.CheckStateRole or index.column() != LEFT:
            return False
        self._ticked ^= {index.row()}
        self.dataChanged.emit(index, index)
        self.ticked.emit()
        return True


def _cell(place: Occurrence, column: int) -> str:
    text, span = place.sentence.text, place.span
    if column == LEFT:
        return ("…" if span.start > _CONTEXT else "") + text[max(0, span.start - _CONTEXT) : span.start]
    if column == STRING:
        return text[span.start : span.end]
    if column == RIGHT:
        return text[span.end : span.end + _CONTEXT] + ("…" if span.end + _CONTEXT < len(text) else "")
    if column == NOW:
        touched = [other for other in place.sentence.spans if other.overlaps(span)]
        return words_of(text, touched)
    return place.sentence.id
