import sys
from itertools import chain

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from gui.inspect.keys import COMMANDS, label_key, label_position

NONE, SHIFT, CTRL = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
)


def press(key, modifiers=NONE, *, scan_code=0, virtual_key=0):
    return QKeyEvent(QEvent.Type.KeyPress, key, modifiers, scan_code, virtual_key, 0)


def test_no_command_needs_a_letter_key_alone():
    for keys in chain.from_iterable(command.keys for command in COMMANDS.values()):
        combination = QKeySequence(keys)[0]
        is_letter = Qt.Key.Key_A <= combination.key() <= Qt.Key.Key_Z
        assert not is_letter or combination.keyboardModifiers() & CTRL


def test_no_two_commands_share_a_key():
    keys = [QKeySequence(key).toString() for command in COMMANDS.values() for key in command.keys]
    assert len(keys) == len(set(keys))


def test_the_digits_stand_for_the_first_ten_labels():
    digits = [Qt.Key(Qt.Key.Key_0 + digit) for digit in (1, 2, 3, 4, 5, 6, 7, 8, 9, 0)]
    assert [label_position(press(key)) for key in digits] == list(range(10))
    assert [label_key(position) for position in range(10)] == list("1234567890")


def test_shift_and_a_digit_stand_for_the_next_ten():
    assert label_position(press(Qt.Key.Key_1, SHIFT)) == 10
    assert label_position(press(Qt.Key.Key_Exclam, SHIFT)) == 10
    assert label_position(press(Qt.Key.Key_Percent, SHIFT)) == 14
    assert [label_key(10), label_key(14), label_key(20)] == ["Shift+1", "Shift+5", ""]


@pytest.mark.skipif(sys.platform != "linux", reason="key codes of X11 and Wayland")
def test_the_key_counts_and_not_its_character():
    assert label_position(press(Qt.Key.Key_QuoteDbl, SHIFT, scan_code=11)) == 11  # German Shift+2
    assert label_position(press(Qt.Key.Key_Ampersand, scan_code=10)) == 0  # French 1
    assert label_position(press(Qt.Key.Key_Ampersand, SHIFT, scan_code=16)) == 16  # American Shift+7


def test_other_keys_are_none():
    for event in (press(Qt.Key.Key_Q), press(Qt.Key.Key_1, CTRL), press(Qt.Key.Key_Exclam), press(0x3142, SHIFT)):
        assert label_position(event) is None
