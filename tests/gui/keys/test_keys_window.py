"""The overlay of all keys shows what is bound, and nothing that is not."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QApplication, QLabel, QScrollArea

from gui.keys.commands import label_name, native
from gui.keys.keymap import CommandAction
from gui.keys.keys_window import KeysWindow, groups
from gui.settings.window import SettingsWindow
from tests.gui.driving import click, press_key


@pytest.fixture
def overlay(window, qtbot):
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    press_key(Qt.Key.Key_F1)
    overlay = window.findChild(KeysWindow)
    yield overlay
    overlay.close()


def texts(overlay):
    return {label.text() for label in overlay.findChildren(QLabel) if label.isVisible()}


def is_numbered(name):
    return name.startswith(("label ", "page "))


def test_f1_shows_every_command(window, overlay):
    commands = window.context.keymap.commands
    assert {command.title for name, command in commands.items() if not is_numbered(name)} <= texts(overlay)
    assert {"1 … 0", f"Alt+1 … Alt+{len(window.pages)}"} <= texts(overlay)


def test_f1_leads_to_where_keys_are_changed(window, overlay):
    click(overlay.change)
    window.findChild(SettingsWindow).close()


def test_f1_follows_every_change(window, overlay, qtbot):
    keymap = window.context.keymap
    keymap.give("find", "Ctrl+K")
    keymap.give(label_name(0), "A")
    qtbot.waitUntil(lambda: "Ctrl+K" in texts(overlay))
    assert "Ctrl+F" not in texts(overlay)
    assert {"A", "2", "Label 1 of the tag set"} <= texts(overlay)
    assert "1 … 0" not in texts(overlay)


def test_all_keys_are_keys_that_the_window_answers_to(window):
    keymap = window.context.keymap
    bound = {key.toString() for action in window.findChildren(QAction) for key in action.shortcuts()}
    assert {QKeySequence(key).toString() for name in keymap.commands for key in keymap.keys(name)} <= bound
    assert {action.name for action in window.findChildren(CommandAction)} == set(keymap.commands)


def test_no_command_is_left_out(window):
    keymap = window.context.keymap
    rows = [row for of_group in groups(keymap).values() for row in of_group]
    assert len({row.title for row in rows}) == len(rows)
    assert {command.title for name, command in keymap.commands.items() if not is_numbered(name)} <= {
        row.title for row in rows
    }
    in_ranges = [row for row in rows if row.is_range]
    assert [tuple(map(native, row.keys)) for row in in_ranges][1:] == [("1", "0"), ("Shift+1", "Shift+0")]


def test_it_fits_a_small_screen_and_scrolls_down_alone(window, overlay):
    assert overlay.size().width() <= overlay.screen().availableGeometry().width()
    assert overlay.size().height() <= overlay.screen().availableGeometry().height()
    assert overlay.minimumSizeHint().height() < 400
    scroller = overlay.findChild(QScrollArea)
    overlay.resize(800, 600)
    QApplication.processEvents()
    assert scroller.horizontalScrollBar().maximum() == 0
    assert scroller.verticalScrollBar().maximum() > 0
    overlay.resize(1600, 1440)
    QApplication.processEvents()
    assert scroller.verticalScrollBar().maximum() == 0, "side by side"
