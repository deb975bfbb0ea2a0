"""The keys of every command, to be sought, changed by pressing others, and reset."""

from PySide6.QtCore import QAbstractTableModel, QEvent, QModelIndex, QObject, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFont, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from core.messages.catalogue import join_words, mark, say
from gui.keys.commands import SCOPES, native
from gui.keys.keymap import Keymap, chord_of, normalised
from gui.look.theme import font, scaled
from gui.widgets.tables import ROOT, Index, prepare_table
from gui.widgets.text_fields import LineField
from gui.widgets.text_labels import PlainLabel

_ROW_HEIGHT = 28


class KeysSection(QWidget):
    """A table of all commands, and below it the one that is chosen with its keys."""

    def __init__(self, keymap: Keymap) -> None:
        super().__init__()
        self._keymap = keymap
        self._wanted: tuple[str, ...] = ()
        self.search = LineField(say("Search commands and keys"), clearable=True)
        self.search.setAccessibleName(say("Search commands and keys"))
        self.rows = KeysModel(keymap, self)
        self.table = QTableView()
        self.title = PlainLabel()
        self.caps = QHBoxLayout()
        self.change = KeyRecorder(say("Change…"))
        self.add = KeyRecorder(say("Add another…"))
        self.reset = _button(say("Reset"))
        self.reset_all = _button(say("Reset all"))
        self.said = PlainLabel(wraps=True)
        self.agree = _button("")
        self.leave = _button(say("Cancel"))
        self._lay_out()
        self._prepare_table()
        self._connect()
        self.table.selectRow(0)

    @property
    def name(self) -> str | None:
        """The command that is chosen."""
        row = self.table.currentIndex().row()
        return self.rows.names[row] if 0 <= row < len(self.rows.names) else None

    def _lay_out(self) -> None:
        self.title.setProperty("role", "heading")
        self.agree.setProperty("primary", True)
        chosen = _row(self.title)
        chosen.addSpacing(8)
        chosen.addLayout(self.caps)
        chosen.addStretch(1)
        buttons = _row(self.change, self.add, self.reset)
        buttons.addStretch(1)
        buttons.addWidget(self.reset_all)
        conflict = _row(self.said, self.agree, self.leave)
        conflict.setStretch(0, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(self.search)
        column.addWidget(self.table, 1)
        for row in (chosen, buttons, conflict):
            column.addLayout(row)
        self.said.setMinimumHeight(scaled(30))
        self.caps.setSpacing(4)

    def _prepare_table(self) -> None:
        table = self.table
        table.setModel(self.rows)
        prepare_table(table, say("Commands and their keys"), row_height=_ROW_HEIGHT)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        header = table.horizontalHeader()
        header.setStyleSheet("QHeaderView::section { padding: 4px 11px; }")
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column, width in ((1, 184), (2, 160)):
            header.resizeSection(column, width)

    def _connect(self) -> None:
        self.search.edited.connect(lambda: self._seek(self.search.seen_text))
        self.search.returnPressed.connect(self.table.setFocus)
        self.table.selectionModel().currentRowChanged.connect(lambda *_: self._show())
        self.table.doubleClicked.connect(lambda _: self.change.wait())
        self.table.activated.connect(lambda _: self.change.wait())
        self.change.recorded.connect(lambda key: self._offer((key,), key))
        self.add.recorded.connect(lambda key: self._offer((*self._keys(), key), key))
        self.reset.clicked.connect(self._reset)
        self.reset_all.clicked.connect(self._keymap.reset_all)
        self.agree.clicked.connect(self._give)
        self.leave.clicked.connect(self._show)
        self._keymap.changed.connect(self._show)

    def _seek(self, words: str) -> None:
        before = self.name
        self.rows.seek(words)
        self.table.setCurrentIndex(QModelIndex())
        self.table.selectRow(self.rows.names.index(before) if before in self.rows.names else 0)
        self._show()

    def _keys(self) -> tuple[str, ...]:
        return self._keymap.keys(self.name) if self.name else ()

    def _show(self) -> None:
        """Show the chosen command as it is, and ask nothing."""
        name = self.name
        self.title.setText(self._keymap.commands[name].title if name else say("No command matches"))
        for widget in (self.change, self.add):
            widget.setEnabled(name is not None)
        self.reset.setEnabled(name is not None and self._keymap.is_changed(name))
        self.reset_all.setEnabled(any(map(self._keymap.is_changed, self._keymap.commands)))
        self._show_caps()
        self._say("")

    def _show_caps(self) -> None:
        while item := self.caps.takeAt(0):
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        for key in self._keys():
            cap = _button(f"{native(key)}  ✕")
            for name in (cap.setToolTip, cap.setAccessibleName):
                name(say("Remove {key} from this command", key=native(key)))
            cap.clicked.connect(lambda _=False, key=key: self._take_away(key))
            self.caps.addWidget(cap)

    def _take_away(self, key: str) -> None:
        if self.name:
            self._keymap.give(self.name, *(other for other in self._keys() if other != key))

    def _reset(self) -> None:
        if self.name:
            self._keymap.reset(self.name)

    def _offer(self, wanted: tuple[str, ...], key: str) -> None:
        """Give the chosen command these keys; ask before that takes the new one of them from another command."""
        self._show()
        self._wanted = wanted
        others = [self._keymap.commands[name].title for name in self._keymap.commands_at(key) if name != self.name]
        if not others:
            self._give()
            return
        self._say(
            say("{key} is a key of “{command}”.", key=native(key), command=others[0]),
            say("Give {key} to this command", key=native(key)),
        )

    def _give(self) -> None:
        if self.name:
            self._keymap.give(self.name, *self._wanted)
        self.table.setFocus()

    def _say(self, words: str, offer: str = "") -> None:
        self.said.setText(words)
        self.agree.setText(offer)
        for button in (self.agree, self.leave):
            button.setVisible(bool(offer))
        if offer:
            self.agree.setFocus(Qt.FocusReason.OtherFocusReason)


def _button(text: str) -> QPushButton:
    button = QPushButton(text)
    button.setAutoDefault(False)
    return button


def _row(*widgets: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(8)
    for widget in widgets:
        row.addWidget(widget)
    return row


_TITLES = (mark("Command"), mark("Keys"), mark("Where"))
_COMMAND, _KEYS, _WHERE = range(3)


class KeysModel(QAbstractTableModel):
    """One command a row, of those that match the search; what the person changed is bold."""

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

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self.names)

    def columnCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(_TITLES)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        is_title = orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole
        return say(_TITLES[section]) if is_title else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
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
        return say(SCOPES[command.scope]) if column == _WHERE else join_words(map(native, self._keymap.keys(name)))


WAITING = mark("Press a key… Esc stops")


class KeyRecorder(QPushButton):
    """While it waits, every key is taken by its place on the keyboard, Tab and shortcuts too.

    Signals:
        recorded: a key was pressed, as `chord_of` writes it.
    """

    recorded = Signal(str)

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._text = text
        self.setAutoDefault(False)
        self.setCheckable(True)
        self.clicked.connect(lambda on: self.wait() if on else self.stop())

    def wait(self) -> None:
        """Wait for a key."""
        self.setChecked(True)
        self.setText(say(WAITING))
        self.setFocus()

    def stop(self) -> None:
        self.setChecked(False)
        self.setText(self._text)

    def event(self, event: QEvent) -> bool:
        if self.isChecked() and isinstance(event, QKeyEvent):
            event.accept()
            if event.type() == QEvent.Type.KeyPress and not event.isAutoRepeat():
                self._take(chord_of(event))
            return True
        return super().event(event)

    def _take(self, key: str) -> None:
        if not normalised(key):
            return
        self.stop()
        if key != "Esc":
            self.recorded.emit(key)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.stop()
        super().focusOutEvent(event)
