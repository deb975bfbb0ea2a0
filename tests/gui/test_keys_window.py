"""The overlay of all keys shows what is bound, and nothing that is not."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QLabel

from gui.inspect.keys import COMMANDS
from gui.shell.keys_window import WINDOW_KEYS, KeysWindow, groups
from tests.gui.driving import press_key


def test_f1_shows_every_command_of_the_inspect_page(window, qtbot):
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    press_key(Qt.Key.Key_F1)
    overlay = window.findChild(KeysWindow)
    texts = {label.text() for label in overlay.findChildren(QLabel)}
    assert {command.title for command in COMMANDS.values()} <= texts
    assert "1 … 0" in texts
    overlay.close()


def test_the_keys_of_the_window_are_those_that_it_answers_to(window):
    bound = {key.toString() for action in window.findChildren(QAction) for key in action.shortcuts()}
    named = {QKeySequence(key).toString() for row in WINDOW_KEYS for key in row.keys}
    assert named <= bound | {f"Alt+{at}" for at in range(1, 6)}


def test_no_command_is_left_out():
    rows = [row.title for of_group in groups().values() for row in of_group]
    assert len(rows) == len(set(rows))
    assert {command.title for command in COMMANDS.values()} <= set(rows)
