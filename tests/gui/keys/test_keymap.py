import sys

import pytest
from PySide6.QtCore import QEvent, QSettings, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QTableView, QVBoxLayout, QWidget

from gui.keys.commands import COMMANDS, KEYED_LABELS, label_name, page_commands
from gui.keys.keymap import Keymap
from gui.preferences import Preferences

CTRL, NONE = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def settings(tmp_path):
    return QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)


@pytest.fixture
def keymap(qapp, settings):
    return Keymap(Preferences(settings))


def reread(settings):
    """The key map as the next start has it."""
    settings.sync()
    return Keymap(Preferences(QSettings(settings.fileName(), QSettings.Format.IniFormat)))


def all_keys(keymap):
    return [key for name in keymap.commands for key in keymap.keys(name)]


def test_no_default_is_a_letter_alone():
    letters = [key for command in COMMANDS.values() for key in command.keys if len(key) == 1 and key.isalpha()]
    assert letters == []


def test_no_two_commands_share_a_key(keymap):
    keymap.add(page_commands(f"Page {number}" for number in range(1, 12)))
    keys = all_keys(keymap)
    assert all(keys)
    assert len(keys) == len(set(keys))
    assert keymap.keys("page 11") == ()


def test_the_digits_stand_for_the_first_twenty_labels(keymap):
    keys = [keymap.keys(label_name(at)) for at in range(KEYED_LABELS)]
    assert keys == [(digit,) for digit in "1234567890"] + [(f"Shift+{digit}",) for digit in "1234567890"]


def test_what_the_person_gives_is_kept(keymap, settings, qtbot):
    with qtbot.waitSignal(keymap.changed):
        keymap.give("find", "Ctrl+K", "/")
    assert keymap.keys("find") == ("Ctrl+K", "/")
    assert reread(settings).keys("find") == ("Ctrl+K", "/")
    assert reread(settings).is_changed("find")


def test_a_command_can_be_without_a_key(keymap, settings):
    keymap.give("quit")
    assert reread(settings).keys("quit") == ()
    assert reread(settings).commands_at("Ctrl+Q") == []


def test_a_key_that_is_given_is_taken_from_whatever_had_it(keymap, settings):
    keymap.give("find", "Ctrl+D")
    assert keymap.keys("identical") == ()
    assert keymap.commands_at("Ctrl+D") == ["find"]
    keymap.give("next error", "Ctrl+D")
    assert keymap.keys("find") == ()
    keymap.reset("next error")
    assert keymap.keys("identical") == ("Ctrl+D",)
    keymap.reset("find")
    assert not any(map(reread(settings).is_changed, keymap.commands))


def test_a_reset_fetches_the_keys_back(keymap):
    keymap.give("find", "Ctrl+D")
    keymap.reset("identical")
    assert (keymap.keys("identical"), keymap.keys("find")) == (("Ctrl+D",), ())
    keymap.reset_all()
    assert not any(map(keymap.is_changed, keymap.commands))


@pytest.mark.parametrize("stored", ["", "nonsense", "[1]", '{"find": 3, "no such command": ["Ctrl+D"]}'])
def test_settings_that_cannot_be_read_change_nothing(qapp, settings, stored):
    settings.setValue("keys", stored)
    keymap = Keymap(Preferences(settings))
    assert not any(map(keymap.is_changed, keymap.commands))


def test_an_action_has_the_keys_of_its_command_at_any_time(keymap):
    action = keymap.action("find", keymap, lambda: None)
    assert (action.shortcut().toString(), action.toolTip()) == ("Ctrl+F", "Search (Ctrl+F)")
    keymap.give("find", "Ctrl+K", "F3")
    assert [key.toString() for key in action.shortcuts()] == ["Ctrl+K", "F3"]
    assert action.toolTip() == "Search (Ctrl+K)"
    keymap.give("find")
    assert (action.shortcuts(), action.toolTip()) == ([], "Search")


class Bench:
    """A window with a field and a list, and what their keys did."""

    def __init__(self, keymap):
        self.keymap, self.done = keymap, []
        self.window, self.field, self.list = QWidget(), QLineEdit(), QTableView()
        column = QVBoxLayout(self.window)
        for widget in (self.field, self.list):
            column.addWidget(widget)
        for name, widget in (("undo", self.window), ("accept", self.list), ("label 1", self.list)):
            widget.addAction(keymap.action(name, widget, lambda name=name: self.done.append(name)))
        for widget in (self.window, self.list):
            keymap.watch(widget)

    def press(self, widget, key, modifiers=NONE, scan_code=0, text="", repeated=False):
        """A key as the platform brings it: first to whoever would rather have it than a shortcut."""
        widget.setFocus()
        for kind in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress):
            event = QKeyEvent(kind, key, modifiers, scan_code, 0, 0, text, repeated)
            event.setAccepted(kind == QEvent.Type.KeyPress)
            QApplication.sendEvent(widget, event)


@pytest.fixture
def bench(qtbot, keymap):
    bench = Bench(keymap)
    qtbot.addWidget(bench.window)
    with qtbot.waitActive(bench.window):
        bench.window.show()
        bench.window.activateWindow()
    return bench


@pytest.mark.skipif(sys.platform != "linux", reason="key codes of X11 and Wayland")
def test_keys_work_with_a_korean_input_method_on(bench):
    bench.keymap.give("accept", "A")
    bench.press(bench.list, ord("ㅁ"), scan_code=38, text="ㅁ")
    bench.press(bench.list, ord("ㅋ"), CTRL, scan_code=52)
    bench.press(bench.list, Qt.Key.Key_Ampersand, scan_code=10, text="&")
    bench.keymap.give("undo", "Ctrl+K")
    bench.press(bench.field, ord("ㅏ"), CTRL, scan_code=45)
    assert bench.done == ["accept", "undo", "label 1", "undo"]


@pytest.mark.skipif(sys.platform != "linux", reason="key codes of X11 and Wayland")
def test_a_text_field_undoes_its_own_typing_and_no_correction(bench):
    bench.press(bench.field, Qt.Key.Key_A, text="a")
    bench.press(bench.field, ord("ㅋ"), CTRL, scan_code=52)
    bench.press(bench.field, Qt.Key.Key_Z, CTRL, scan_code=52)
    assert bench.done == []
    assert bench.field.text() == ""


def test_text_fields_keep_their_letters(bench):
    bench.keymap.give("undo", "A")
    bench.press(bench.field, Qt.Key.Key_A, text="a")
    bench.press(bench.field, ord("ㅁ"), scan_code=38, text="ㅁ")
    assert bench.done == []
    assert bench.field.text() == "aㅁ"
    bench.press(bench.list, ord("ㅁ"), scan_code=38, text="ㅁ")
    assert bench.done == ["undo"]


def test_a_command_that_does_not_repeat_runs_once(bench):
    bench.press(bench.list, Qt.Key.Key_Return)
    bench.press(bench.list, Qt.Key.Key_Return, repeated=True)
    assert bench.done == ["accept"]


def test_a_command_that_cannot_be_run_leaves_the_key_alone(bench):
    for action in bench.list.actions():
        action.setEnabled(False)
    bench.press(bench.list, Qt.Key.Key_1, text="1")
    assert bench.done == []
