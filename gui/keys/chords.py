"""Which key a person pressed, whatever character the layout or an input method makes of it."""

import sys

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

_Key = Qt.Key
_HELD = (
    Qt.KeyboardModifier.ShiftModifier
    | Qt.KeyboardModifier.ControlModifier
    | Qt.KeyboardModifier.AltModifier
    | Qt.KeyboardModifier.MetaModifier
)
_NOT_ALONE = frozenset(
    int(key)
    for key in (
        _Key.Key_Shift,
        _Key.Key_Control,
        _Key.Key_Alt,
        _Key.Key_AltGr,
        _Key.Key_Meta,
        _Key.Key_Super_L,
        _Key.Key_Super_R,
        _Key.Key_Hyper_L,
        _Key.Key_Hyper_R,
        _Key.Key_CapsLock,
        _Key.Key_NumLock,
        _Key.Key_ScrollLock,
        _Key.Key_Hangul,
        _Key.Key_Hangul_Hanja,
        _Key.Key_unknown,
    )
) | {0}
"""Keys that are held while another one is pressed, or that switch the keyboard."""


def _table(rows: dict[int, str]) -> dict[int, str]:
    """The key at each code, of rows of keys whose codes follow one another."""
    return {start + at: key for start, keys in rows.items() for at, key in enumerate(keys)}


_XKB = _table({10: "1234567890-=", 24: "QWERTYUIOP[]", 38: "ASDFGHJKL;'`", 51: "\\ZXCVBNM,./"})
"""X11 and Wayland key codes: those of evdev (linux/input-event-codes.h) plus 8."""
_WINDOWS_SCAN = _table({0x02: "1234567890-=", 0x10: "QWERTYUIOP[]", 0x1E: "ASDFGHJKL;'`", 0x2B: "\\ZXCVBNM,./"})
"""Scan codes of set 1, for when an input method hides the virtual key."""
_WINDOWS_VIRTUAL = _table({0x30: "0123456789", 0x41: "ABCDEFGHIJKLMNOPQRSTUVWXYZ", 0xBA: ";=,-./`", 0xDB: "[\\]'"})
_MAC = _table({0: "ASDFHGZXCV", 11: "BQWERYT", 18: "123465=97-80]OU[IP", 37: "LJ'K;\\,/NM.", 50: "`"})
"""Virtual key codes kVK_ANSI_… (HIToolbox, Events.h)."""
_JAMO = dict(
    zip(
        "ㅂㅈㄷㄱㅅㅛㅕㅑㅐㅔㅁㄴㅇㄹㅎㅗㅓㅏㅣㅋㅌㅊㅍㅠㅜㅡㅃㅉㄸㄲㅆㅒㅖ",
        "QWERTYUIOPASDFGHJKLZXCVBNMQWERTOP",
        strict=True,
    )
)
"""The two-set layout (KS X 5002), for events that name no key."""
_US_SHIFTED = dict(zip("!@#$%^&*()", "1234567890", strict=True))


def chord_of(event: QKeyEvent) -> str:
    """The keys of an event as Qt writes shortcuts ("Ctrl+Shift+Z"); empty for a modifier alone, and for a key that Qt
    writes but cannot read again (İ).

    A digit is the key with that digit on it, also where it types a jamo, as with three-set Hangul. A letter is the one
    that the layout gives; where it gives none of the Latin alphabet, as with a Korean input method on, it is the letter
    or sign printed on the key.
    """
    key = _key(event)
    return "" if key in _NOT_ALONE else normalised(QKeySequence((event.modifiers() & _HELD).value | key).toString())


def normalised(key: str) -> str:
    """A key as `chord_of` writes it; empty for what is none, or more than one after the other."""
    sequence = QKeySequence(key)
    return sequence.toString() if sequence.count() == 1 else ""


def _key(event: QKeyEvent) -> int:
    key = event.key()
    if key == _Key.Key_Backtab:
        return int(_Key.Key_Tab)
    if _Key.Key_A <= key <= _Key.Key_Z or key >= 0x01000000:  # letters of the layout, and keys without a character
        return key
    found = "" if event.modifiers() & Qt.KeyboardModifier.KeypadModifier else _printed(event, sys.platform)
    if _Key.Key_0 <= key <= _Key.Key_9:
        is_on_letter = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)  # as in three-set Hangul
        return ord(found) if found and (found.isdigit() or is_on_letter) else key
    if found.isdigit():
        return ord(found)
    if key > 0xFF:
        return ord(found or _JAMO.get(chr(key), chr(key)))
    names_no_key = not event.nativeScanCode() and bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
    return ord(_US_SHIFTED.get(chr(key), chr(key))) if names_no_key else key


def _printed(event: QKeyEvent, platform: str) -> str:
    """What is printed on the key of a US keyboard at this place; empty for keys beside letters, digits and signs."""
    if platform == "win32":
        virtual = _WINDOWS_VIRTUAL.get(event.nativeVirtualKey(), "")
        return virtual or _WINDOWS_SCAN.get(event.nativeScanCode(), "")
    if platform == "darwin":
        return _MAC.get(event.nativeVirtualKey(), "")
    return _XKB.get(event.nativeScanCode(), "")
