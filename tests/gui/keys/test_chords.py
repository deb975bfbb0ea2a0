import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from gui.keys.commands import COMMANDS
from gui.keys.keymap import chord_of, normalised

Key = Qt.Key
NONE, SHIFT, CTRL, ALT = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
)
X11 = pytest.mark.skipif(sys.platform != "linux", reason="key codes of X11 and Wayland")


def press(key, modifiers=NONE, *, scan_code=0, virtual_key=0):
    return QKeyEvent(QEvent.Type.KeyPress, key, modifiers, scan_code, virtual_key, 0)


def test_digits_are_digits():
    digits = [Key(Key.Key_0 + digit) for digit in (1, 2, 3, 4, 5, 6, 7, 8, 9, 0)]
    assert [chord_of(press(key)) for key in digits] == list("1234567890")
    assert chord_of(press(Key.Key_1, Qt.KeyboardModifier.KeypadModifier)) == "1"


def test_shift_and_a_digit_is_not_the_character_it_gives():
    assert chord_of(press(Key.Key_1, SHIFT)) == "Shift+1"
    assert chord_of(press(Key.Key_Exclam, SHIFT)) == "Shift+1"
    assert chord_of(press(Key.Key_Percent, SHIFT)) == "Shift+5"


@X11
def test_the_key_of_a_digit_counts_and_not_its_character():
    assert chord_of(press(Key.Key_QuoteDbl, SHIFT, scan_code=11)) == "Shift+2"  # German
    assert chord_of(press(Key.Key_Ampersand, scan_code=10)) == "1"  # French
    assert chord_of(press(Key.Key_Ampersand, SHIFT, scan_code=16)) == "Shift+7"  # American
    assert chord_of(press(Key.Key_Exclam, SHIFT, scan_code=61)) == "Shift+!"  # French, a key of its own


@X11
@pytest.mark.parametrize(
    ("jamo", "scan_code", "letter"),
    [("ㅁ", 38, "A"), ("ㅋ", 52, "Z"), ("ㅛ", 29, "Y"), ("ㄹ", 41, "F"), ("ф", 38, "A")],
)
@pytest.mark.parametrize(("modifiers", "prefix"), [(NONE, ""), (CTRL, "Ctrl+"), (CTRL | SHIFT, "Ctrl+Shift+")])
def test_a_letter_that_is_not_latin_is_the_letter_on_its_key(jamo, scan_code, letter, modifiers, prefix):
    assert chord_of(press(ord(jamo), modifiers, scan_code=scan_code)) == prefix + letter


@X11
def test_three_set_and_two_set_keyboards_have_the_same_keys():
    assert chord_of(press(ord("ㅇ"), scan_code=44)) == "J"  # three-set: the key itself, not where two-set has ㅇ
    assert chord_of(press(ord("ㅇ"), scan_code=40)) == "D"


def test_jamo_without_a_key_code_are_those_of_the_two_set_keyboard():
    assert [chord_of(press(ord(jamo), CTRL)) for jamo in "ㅁㅋㅛ"] == ["Ctrl+A", "Ctrl+Z", "Ctrl+Y"]
    assert chord_of(press(ord("ㅃ"), SHIFT)) == "Shift+Q"


@X11
def test_a_latin_letter_is_the_one_that_the_layout_gives():
    assert chord_of(press(Key.Key_Z, CTRL, scan_code=29)) == "Ctrl+Z"  # German, where American has Y


def test_tab_backwards_is_shift_and_tab():
    assert chord_of(press(Key.Key_Backtab, SHIFT)) == "Shift+Tab"


@pytest.mark.parametrize("key", [Key.Key_Shift, Key.Key_Control, Key.Key_Alt, Key.Key_Hangul, Key.Key_unknown, 0])
def test_a_modifier_alone_is_no_key(key):
    assert chord_of(press(key, SHIFT)) == ""


def test_every_key_of_the_table_is_read_as_it_is_written():
    for command in COMMANDS.values():
        for key in command.keys:
            combination = QKeySequence(key)[0]
            assert chord_of(press(combination.key(), combination.keyboardModifiers())) == normalised(key) == key


@given(
    st.characters(max_codepoint=0xFFFF, categories=["L", "N", "P", "S"]).map(ord) | st.integers(0x01000000, 0x01000060),
    st.sampled_from([NONE, SHIFT, CTRL, ALT, CTRL | ALT]),
    st.integers(0, 255),
)
@example(ord("İ"), NONE, 0)  # whose small form is two characters
def test_any_key_is_read_as_a_key_or_none(key, modifiers, scan_code):
    chord = chord_of(press(key, modifiers, scan_code=scan_code))
    assert chord == "" or QKeySequence(chord).toString() == chord


def test_what_is_no_key_is_refused():
    assert normalised("") == normalised("Ctrl+K, Ctrl+C") == ""


@X11
@pytest.mark.parametrize(("jamo", "scan_code", "digit"), [("ㅎ", 10, "1"), ("ㅆ", 11, "2"), ("ㅋ", 19, "0")])
def test_the_digit_row_labels_in_three_set_hangul_whose_digits_type_jamo(jamo, scan_code, digit):
    assert chord_of(press(ord(jamo), scan_code=scan_code)) == digit
    assert chord_of(press(ord(jamo), SHIFT, scan_code=scan_code)) == f"Shift+{digit}"


@X11
def test_a_digit_that_three_set_hangul_has_on_a_letter_is_that_letter():
    assert chord_of(press(Key.Key_4, SHIFT, scan_code=44)) == "Shift+J"
    assert chord_of(press(Key.Key_4, Qt.KeyboardModifier.KeypadModifier, scan_code=83)) == "4"


@X11
def test_signs_are_found_where_a_layout_types_other_letters():
    assert chord_of(press(ord("б"), CTRL, scan_code=59)) == "Ctrl+,"  # Russian
    assert chord_of(press(ord("ㅂ"), CTRL, scan_code=47)) == "Ctrl+;"  # three-set Hangul


@pytest.mark.parametrize(
    ("platform", "scan_code", "virtual_key", "chord"),
    [
        ("win32", 0x02, 0xE5, "1"),  # the input method hides the virtual key
        ("win32", 0x0B, 0xE5, "0"),
        ("win32", 0x24, 0xE5, "J"),
        ("win32", 0x33, 0xBC, ","),
        ("darwin", 0, 18, "1"),
        ("darwin", 0, 29, "0"),
        ("darwin", 0, 38, "J"),
        ("darwin", 0, 43, ","),
        ("linux", 10, 0, "1"),
        ("linux", 19, 0, "0"),
    ],
)
def test_keys_that_type_jamo_are_known_by_their_place_on_every_platform(
    monkeypatch, platform, scan_code, virtual_key, chord
):
    monkeypatch.setattr("gui.keys.keymap.sys.platform", platform)
    assert chord_of(press(ord("ㅎ"), scan_code=scan_code, virtual_key=virtual_key)) == chord
