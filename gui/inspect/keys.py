"""The keys of the Inspect page, in one table, and the digit keys, which label.

No bare letters: with a Korean input method on, letter keys arrive as jamo.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence

from gui.pages import tip

Name = Literal[
    "find",
    "next pane",
    "next sentence",
    "previous sentence",
    "next error",
    "previous error",
    "accept and go on",
    "next span",
    "previous span",
    "end right",
    "end left",
    "start right",
    "start left",
    "accept",
    "remove",
    "clear",
    "identical",
    "down",
    "up",
]


@dataclass(frozen=True, slots=True)
class Command:
    """What a key does.

    Attributes:
        scope: where the focus must be: anywhere on the page; in the list, the sentence or its table; in the sentence.
        repeats: whether a key that is held down does it again and again.
    """

    title: str
    keys: tuple[str, ...]
    scope: Literal["page", "sentence", "canvas"]
    repeats: bool = True


COMMANDS: dict[Name, Command] = {
    "find": Command("Search", ("Ctrl+F",), "page", repeats=False),
    "next pane": Command("Go to the filters, the list, the sentence or the table", ("F6",), "page", repeats=False),
    "next sentence": Command("Next sentence", ("Ctrl+Down",), "page"),
    "previous sentence": Command("Previous sentence", ("Ctrl+Up",), "page"),
    "next error": Command("Next sentence with an error", ("Ctrl+Right",), "page"),
    "previous error": Command("Previous sentence with an error", ("Ctrl+Left",), "page"),
    "accept and go on": Command(
        "Accept the predicted span and go to the next error", ("Ctrl+Return", "Ctrl+Enter"), "sentence", repeats=False
    ),
    "next span": Command("Select the next span", ("Tab",), "sentence"),
    "previous span": Command("Select the previous span", ("Shift+Tab",), "sentence"),
    "end right": Command("Move the end of the span right", ("Shift+Right",), "sentence"),
    "end left": Command("Move the end of the span left", ("Shift+Left",), "sentence"),
    "start right": Command("Move the start of the span right", ("Alt+Shift+Right",), "sentence"),
    "start left": Command("Move the start of the span left", ("Alt+Shift+Left",), "sentence"),
    "accept": Command("Accept the predicted span as gold", ("Return", "Enter"), "sentence", repeats=False),
    "remove": Command("Remove the span from the gold", ("Delete", "Backspace"), "sentence", repeats=False),
    "identical": Command("Label every identical string like this span", ("Ctrl+D",), "sentence", repeats=False),
    "clear": Command("Select nothing", ("Esc",), "sentence", repeats=False),
    "down": Command("Next sentence", ("Down",), "canvas"),
    "up": Command("Previous sentence", ("Up",), "canvas"),
}


def action_for(name: Name, parent: QObject, run: Callable[[], object]) -> QAction:
    """The action of a command, which works in the widgets that it is added to and in what they hold."""
    command = COMMANDS[name]
    action = QAction(command.title, parent)
    action.setShortcuts([QKeySequence(key) for key in command.keys])
    action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
    action.setAutoRepeat(command.repeats)
    action.setToolTip(tip(command.title, command.keys[0]))
    action.triggered.connect(lambda: run())
    return action


KEYED_LABELS = 20
"""How many labels have a key: ten digits, and the same with Shift."""


def label_key(position: int) -> str:
    """The key of the label at a position of the tag set; empty where it has none."""
    if position >= KEYED_LABELS:
        return ""
    digit = str((position + 1) % 10)
    return digit if position < 10 else f"Shift+{digit}"


def label_position(event: QKeyEvent) -> int | None:
    """The position in the tag set that a digit key stands for; None for any other key."""
    held = event.modifiers()
    if held & (
        Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
    ):
        return None
    shifted = bool(held & Qt.KeyboardModifier.ShiftModifier)
    digit = _digit(event, shifted)
    return None if digit is None else (digit - 1) % 10 + (10 if shifted else 0)


_MAC_DIGITS = {18: 1, 19: 2, 20: 3, 21: 4, 23: 5, 22: 6, 26: 7, 28: 8, 25: 9, 29: 0}
"""Virtual key codes kVK_ANSI_1 … kVK_ANSI_0 (HIToolbox, Events.h)."""
_XKB_DIGITS = {10 + at: (at + 1) % 10 for at in range(10)}
"""X11 and Wayland key codes of the digit row: evdev's KEY_1 … KEY_0 plus 8."""
_US_SHIFTED = dict(zip("!@#$%^&*()", (1, 2, 3, 4, 5, 6, 7, 8, 9, 0), strict=True))


def _digit(event: QKeyEvent, shifted: bool) -> int | None:
    """The digit on the key itself, whatever character it gives under the layout and Shift."""
    if Qt.Key.Key_0 <= event.key() <= Qt.Key.Key_9:
        return event.key() - Qt.Key.Key_0
    physical = _physical_digit(event, sys.platform)
    if physical is not None or not shifted:
        return physical
    return _US_SHIFTED.get(chr(event.key())) if event.key() < 128 else None


def _physical_digit(event: QKeyEvent, platform: str) -> int | None:
    if platform == "win32":
        code = event.nativeVirtualKey() - ord("0")
        return code if 0 <= code <= 9 else None
    if platform == "darwin":
        return _MAC_DIGITS.get(event.nativeVirtualKey())
    return _XKB_DIGITS.get(event.nativeScanCode())
