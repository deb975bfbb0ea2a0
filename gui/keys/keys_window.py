"""All keys at a glance, from the key map that they are bound by."""

from collections.abc import Iterable
from typing import NamedTuple

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from core.messages.catalogue import say
from gui.keys.commands import KEYED_LABELS, SCOPES, Scope, label_name, native, page_name
from gui.keys.keymap import Keymap
from gui.preferences import resize_to_fit
from gui.widgets.text_labels import PlainLabel, hint_label

_SIDE, _TOP, _BOTTOM, _GAP = 24, 20, 12, 8
"""Pixels around the body and below it."""


class KeyRow(NamedTuple):
    """What some keys do: each of them, or all from the first to the last."""

    keys: tuple[str, ...]
    title: str
    is_range: bool = False


def groups(keymap: Keymap) -> dict[str, list[KeyRow]]:
    """The keys by where they work; what has none is left out."""
    return {
        say(SCOPES["window"]): _rows(keymap, "window"),
        say(SCOPES["page"]): _rows(keymap, "page", "canvas"),
        say(SCOPES["sentence"]): _rows(keymap, "sentence"),
    }


def _rows(keymap: Keymap, *scopes: Scope) -> list[KeyRow]:
    """The commands of the scopes: what does the same in one row, and digits that nobody changed in one, too."""
    rows: dict[str, KeyRow] = {}
    for name, command in keymap.commands.items():
        title, in_series = _series_of(keymap, name)
        keys = keymap.keys(in_series[0])[:1] + keymap.keys(in_series[-1])[:1] if in_series else keymap.keys(name)
        if command.scope in scopes and keys and (not in_series or title not in rows):
            before = rows[title].keys if title in rows else ()
            rows[title] = KeyRow(before + keys, title, is_range=bool(in_series))
    return sorted(rows.values(), key=lambda row: not row.is_range)


def _series_of(keymap: Keymap, name: str) -> tuple[str, list[str]]:
    """What a row calls a command, and the commands that share the row because their keys follow one another."""
    for title, names in _series(keymap):
        if name in names and not any(map(keymap.is_changed, names)):
            return title, names
    return keymap.commands[name].title, []


def _series(keymap: Keymap) -> list[tuple[str, list[str]]]:
    labels = [label_name(position) for position in range(KEYED_LABELS)]
    pages = [page_name(number) for number in range(1, 11) if page_name(number) in keymap.commands]
    return [
        (say("Pages, from first to last"), pages),
        (say("Label: first to tenth of the tag set"), labels[:10]),
        (say("Label: eleventh to twentieth"), labels[10:]),
    ]


class KeysWindow(QDialog):
    """The groups side by side, or below each other where they would be cut off, as the keys are at any time.

    Signals:
        change_asked: the person wants to change keys.
    """

    change_asked = Signal()

    def __init__(self, keymap: Keymap, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(say("Keys"))
        self._keymap = keymap
        layout = QVBoxLayout(self)
        layout.setContentsMargins(_SIDE, _TOP, _SIDE, _BOTTOM)
        layout.setSpacing(_GAP)
        self._scroller = QScrollArea(widgetResizable=True)
        self._scroller.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        layout.addWidget(self._scroller, 1)
        self.change = QPushButton(say("Change keys…"))
        self.change.setProperty("flat", True)
        self.change.setAutoDefault(False)
        self.change.clicked.connect(self.change_asked)
        layout.addWidget(self.change, 0, Qt.AlignmentFlag.AlignRight)
        keymap.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        body, self._columns = _body(groups(self._keymap))
        self._width_of_columns = body.sizeHint().width()
        self._scroller.setWidget(body)
        below = _GAP + self.change.sizeHint().height()
        resize_to_fit(self, body.sizeHint() + QSize(2 * _SIDE, _TOP + _BOTTOM + below))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        has_room = event.size().width() - 2 * _SIDE >= self._width_of_columns
        self._columns.setDirection(QHBoxLayout.Direction.LeftToRight if has_room else QHBoxLayout.Direction.TopToBottom)


def _body(shown_groups: dict[str, list[KeyRow]]) -> tuple[QWidget, QHBoxLayout]:
    """The groups, and the layout of their two columns."""
    body = QWidget()
    row = QHBoxLayout(body)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(40)
    left, right = QVBoxLayout(), QVBoxLayout()
    for column in (left, right):
        column.setSpacing(8)  # else it would be that between the columns
    for at, (title, rows) in enumerate(shown_groups.items()):
        column = right if at == 2 else left
        column.addWidget(_heading(title))
        column.addLayout(_grid(rows))
        column.addSpacing(16)
    for column in (left, right):
        column.addStretch(1)
        row.addLayout(column)
    return body, row


def _heading(title: str) -> QLabel:
    label = PlainLabel(title)
    label.setProperty("role", "heading")
    return label


def _grid(rows: Iterable[KeyRow]) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(6)
    for at, row in enumerate(rows):
        keys = hint_label(shown(row))
        grid.addWidget(keys, at, 0)
        grid.addWidget(PlainLabel(row.title), at, 1)
    grid.setColumnStretch(1, 1)
    return grid


def shown(row: KeyRow) -> str:
    """The keys as the platform writes them."""
    return (" … " if row.is_range else ", ").join(map(native, row.keys))
