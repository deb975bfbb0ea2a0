"""All keys at a glance, from the tables that they are bound by."""

from collections.abc import Iterable
from typing import NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from gui.inspect.keys import COMMANDS, KEYED_LABELS, label_key


class KeyRow(NamedTuple):
    """What some keys do: each of them, or all from the first to the last."""

    keys: tuple[str, ...]
    title: str
    is_range: bool = False


WINDOW_KEYS = (
    KeyRow(("F1",), "All keys"),
    KeyRow(("Alt+1", "Alt+5"), "Pages, from first to last", is_range=True),
    KeyRow(("Ctrl+O",), "Open a project"),
    KeyRow(("Ctrl+Z",), "Undo"),
    KeyRow(("Ctrl+Shift+Z", "Ctrl+Y"), "Redo"),
    KeyRow(("Ctrl+Q",), "Quit"),
)
LABEL_KEYS = (
    KeyRow((label_key(0), label_key(9)), "Label: first to tenth of the tag set", is_range=True),
    KeyRow((label_key(10), label_key(KEYED_LABELS - 1)), "Label: eleventh to twentieth", is_range=True),
)


def groups() -> dict[str, list[KeyRow]]:
    """The keys by where they work."""
    return {
        "Everywhere": [*WINDOW_KEYS],
        "On the Inspect page": _rows("page", "canvas"),
        "On a sentence": [*LABEL_KEYS, *_rows("sentence")],
    }


def _rows(*scopes: str) -> list[KeyRow]:
    """The commands of the scopes; what does the same stands in one row."""
    keys: dict[str, tuple[str, ...]] = {}
    for command in COMMANDS.values():
        if command.scope in scopes:
            keys[command.title] = keys.get(command.title, ()) + command.keys
    return [KeyRow(of_title, title) for title, of_title in keys.items()]


class KeysWindow(QDialog):
    """The groups side by side."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Keys")
        left, right = QVBoxLayout(), QVBoxLayout()
        for at, (title, rows) in enumerate(groups().items()):
            column = right if at == 2 else left
            column.addWidget(_heading(title))
            column.addLayout(_grid(rows))
            column.addSpacing(16)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 12)
        layout.setSpacing(40)
        layout.setSizeConstraint(QHBoxLayout.SizeConstraint.SetFixedSize)
        for column in (left, right):
            column.addStretch(1)
            layout.addLayout(column)


def _heading(title: str) -> QLabel:
    label = QLabel(title)
    label.setProperty("role", "heading")
    return label


def _grid(rows: Iterable[KeyRow]) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(6)
    for at, row in enumerate(rows):
        keys = QLabel(shown(row))
        keys.setProperty("role", "hint")
        grid.addWidget(keys, at, 0)
        grid.addWidget(QLabel(row.title), at, 1)
    grid.setColumnStretch(1, 1)
    return grid


def shown(row: KeyRow) -> str:
    """The keys as the platform writes them."""
    names = [QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText) for key in row.keys]
    return (" … " if row.is_range else ", ").join(names)
