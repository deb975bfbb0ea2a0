"""Which keys run which command, the actions that follow every change of that at once, and which key was pressed."""

import sys
from collections.abc import Callable, Iterator, Mapping

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QWidget

from gui.keys.commands import COMMANDS, Command, label_commands, tip
from gui.preferences import Preferences


class Keymap(QObject):
    """The commands of the window and their keys; what the person changed is kept in the preferences.

    Signals:
        changed: some command has other keys now.
    """

    changed = Signal()

    def __init__(self, preferences: Preferences, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._preferences = preferences
        self._given = preferences.keys()
        self.commands: dict[str, Command] = {}
        self._of_pages: list[CommandAction] = []
        self._keys: dict[str, tuple[str, ...]] = {}
        self.add(dict[str, Command](COMMANDS.items()) | label_commands())

    def add(self, commands: Mapping[str, Command]) -> None:
        """Take further commands in, such as those that lead to the pages."""
        self.commands |= commands
        self._tabulate()

    def _tabulate(self) -> None:
        """A command has the keys that the person gave it, or its own less those that were given to others."""
        given = {key for name, keys in self._given.items() if name in self.commands for key in keys}
        for name in self.commands:
            own = tuple(key for key in self.own_keys(name) if key not in given)
            self._keys[name] = self._given.get(name, own)

    def keys(self, name: str) -> tuple[str, ...]:
        """The keys of a command, the one that is shown first."""
        return self._keys[name]

    def own_keys(self, name: str) -> tuple[str, ...]:
        """The keys that a command has unless the person gives it others."""
        return tuple(normalised(key) for key in self.commands[name].keys)

    def is_changed(self, name: str) -> bool:
        return self.keys(name) != self.own_keys(name)

    def commands_at(self, key: str) -> list[str]:
        """The commands that a key runs, each where it is in force."""
        return [name for name, keys in self._keys.items() if key and key in keys]

    def give(self, name: str, *keys: str) -> None:
        """Let exactly these keys run a command, and no other one."""
        wanted = tuple(dict.fromkeys(key for key in map(normalised, keys) if key))
        self._given = {other: tuple(k for k in given if k not in wanted) for other, given in self._given.items()}
        self._given[name] = wanted
        self._store()

    def reset(self, name: str) -> None:
        """Give a command its own keys back, from whichever has them now."""
        self.give(name, *self.own_keys(name))
        del self._given[name]
        self._store()

    def reset_all(self) -> None:
        self._given = {}
        self._store()

    def _store(self) -> None:
        self._preferences.remember_keys(self._given)
        self._tabulate()
        self.changed.emit()

    def action(self, name: str, parent: QObject, run: Callable[[], object]) -> "CommandAction":
        """The action of a command, which works in the widgets that it is added to and in their children."""
        made = CommandAction(self, name, parent, run)
        if self.commands[name].scope == "page":
            self._of_pages.append(made)
            made.destroyed.connect(lambda: self._of_pages.remove(made))
        return made

    def watch(self, widget: QWidget) -> None:
        """Run commands by the key itself where this widget has the focus, whatever character the key gives.

        Elsewhere Qt's own shortcuts do, which know no key that gives a jamo.
        """
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() not in (QEvent.Type.KeyPress, QEvent.Type.ShortcutOverride):
            return False
        if not isinstance(event, QKeyEvent) or not isinstance(watched, QWidget):
            return False
        key = chord_of(event)
        action = next(self._actions_at(key, watched), None)
        if action is None or (key in _OF_TEXT and _is_typing()):
            return False
        if event.type() == QEvent.Type.ShortcutOverride:
            return _claimed(event, watched)
        event.accept()
        if not event.isAutoRepeat() or action.autoRepeat():
            action.trigger()
        return True

    def _actions_at(self, key: str, widget: QWidget) -> Iterator["CommandAction"]:
        """The actions that a key runs from a widget, the nearest first; from the window, those of the shown page."""
        names = self.commands_at(key)
        if not names:
            return
        place: QWidget | None = widget
        while place is not None:
            for action in place.actions():
                if isinstance(action, CommandAction) and action.name in names and action.isEnabled():
                    yield action
            last, place = place, None if place.isWindow() else place.parentWidget()
        yield from (action for action in self._of_pages if action.name in names and action.works_in(last))


_OF_TEXT = frozenset(f"Ctrl+{key}" for key in ("A", "C", "V", "X", "Y", "Z", "Shift+Z"))
"""Keys that belong to a text field while it has the focus."""


def _is_typing() -> bool:
    focused = QApplication.focusWidget()
    return focused is not None and focused.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)


def _claimed(event: QKeyEvent, watched: QWidget) -> bool:
    """Keep the key from Qt's own shortcuts, which would match it by its character; whether it was kept."""
    if watched.hasFocus():
        event.accept()
    return watched.hasFocus()


class CommandAction(QAction):
    """An action whose keys and tooltip are those of its command at any time."""

    def __init__(self, keymap: Keymap, name: str, parent: QObject, run: Callable[[], object]) -> None:
        command = keymap.commands[name]
        super().__init__(command.title, parent)
        self.name = name
        self._keymap = keymap
        context = Qt.ShortcutContext
        is_of_window = command.scope in ("window", "page")  # Qt lets none work whose page is hidden
        self.setShortcutContext(context.WindowShortcut if is_of_window else context.WidgetWithChildrenShortcut)
        self.setAutoRepeat(command.repeats)
        self.triggered.connect(lambda: run())
        keymap.changed.connect(self._follow)
        self._follow()

    def works_in(self, window: QWidget) -> bool:
        """Whether it is enabled and one of its widgets is shown in a window."""
        holders = (holder for holder in self.associatedObjects() if isinstance(holder, QWidget))
        return self.isEnabled() and any(holder.isVisible() and holder.window() is window for holder in holders)

    def _follow(self) -> None:
        keys = self._keymap.keys(self.name)
        self.setShortcuts([QKeySequence(key) for key in keys])
        self.setToolTip(tip(self._keymap.commands[self.name].title, keys))


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
