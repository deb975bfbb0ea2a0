"""The commands and their keys as a table."""

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QFont

from gui.keys.commands import SCOPES, native
from gui.keys.keymap import Keymap
from gui.theme import font

_TITLES = ("Command", "Keys", "Where")
_COMMAND, _KEYS, _WHERE = range(3)

_Index = QModelIndex | QPersistentModelIndex


class KeysModel(QAbstractTableModel):
    """One command a row, as far as it holds the words that are sought; what the person changed is bold."""

    def __init__(self, keymap: Keymap, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._keymap = keymap
        self._sought = ""
        self.names = list(keymap.commands)
        self._bold: QFont = font(bold=True)
        keymap.changed.connect(self._repaint)

    def seek(self, words: str) -> None:
        """List the commands with these words in their title, their keys or their place."""
        self.beginResetModel()
        self._sought = words.casefold().strip()
        self.names = [name for name in self._keymap.commands if self._is_sought(name)]
        self.endResetModel()

    def _is_sought(self, name: str) -> bool:
        return any(self._sought in self._cell(name, column).casefold() for column in range(len(_TITLES)))

    def _repaint(self) -> None:
        if self.names:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self.names) - 1, len(_TITLES) - 1))

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.names)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(_TITLES)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        is_title = orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole
        return _TITLES[section] if is_title else None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        name, column = self.names[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._cell(name, column) or "–"
        if role == Qt.ItemDataRole.FontRole and column == _KEYS and self._keymap.is_changed(name):
            return self._bold
        return None

    def _cell(self, name: str, column: int) -> str:
        command = self._keymap.commands[name]
        if column == _COMMAND:
            return command.title
        return SCOPES[command.scope] if column == _WHERE else ", ".join(map(native, self._keymap.keys(name)))
