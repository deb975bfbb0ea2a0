"""Which keys run which command, as the person wants it, and the actions that follow every change of that at once."""

from collections.abc import Callable, Iterator, Mapping

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QWidget

from gui.keys.chords import chord_of, normalised
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
