"""What the window remembers between two starts: recent projects, keys, look, geometry, splitters, folders, places."""

import json
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from PySide6.QtCore import QByteArray, QSettings, QSize
from PySide6.QtWidgets import QDialog, QMainWindow, QSplitter, QWidget

MAX_RECENT = 8

SETTLED_AFTER = 2_000
"""Milliseconds that a place is looked at before it is remembered: after a crash the next start finds it, and no disk is
waited for while a person moves on."""


class Preferences:
    """Typed access to the settings file."""

    def __init__(self, settings: QSettings) -> None:
        self._settings = settings

    def recent_projects(self) -> list[Path]:
        """The projects opened last, newest first, as far as they still exist."""
        stored = self._settings.value("recent")
        names = stored if isinstance(stored, list) else [stored] if stored else []
        return [Path(str(name)) for name in names if Path(str(name)).is_dir()]

    def remember_project(self, folder: Path) -> None:
        others = [path for path in self.recent_projects() if path != folder.resolve()]
        recent = [folder.resolve(), *others][:MAX_RECENT]
        self._settings.setValue("recent", [str(path) for path in recent])

    def folder(self) -> Path:
        """Where the last file dialog was; the home folder at first."""
        path = Path(str(self._settings.value("folder", str(Path.home()))))
        return path if path.is_dir() else Path.home()

    def remember_folder(self, folder: Path) -> None:
        self._settings.setValue("folder", str(folder))

    def keys(self) -> dict[str, tuple[str, ...]]:
        """The keys that the person gave to commands, by the command's name; what cannot be read is left out."""
        try:
            stored = json.loads(str(self._settings.value("keys", "{}")))
        except json.JSONDecodeError:
            return {}
        given = stored.items() if isinstance(stored, dict) else ()
        return {name: tuple(str(key) for key in keys) for name, keys in given if isinstance(keys, list)}

    def remember_keys(self, keys: Mapping[str, tuple[str, ...]]) -> None:
        self._settings.setValue("keys", json.dumps(keys))

    def theme(self) -> str:
        """Which theme the person wants; empty where none was chosen."""
        return str(self._settings.value("theme", ""))

    def remember_theme(self, choice: str) -> None:
        self._settings.setValue("theme", choice)

    def author(self) -> str:
        """The name that the person's steps are stored with; empty where none was given."""
        return str(self._settings.value("author", ""))

    def remember_author(self, name: str) -> None:
        self._settings.setValue("author", name)

    def sentence_size(self, default: int) -> int:
        """The size of the large sentence's text, in pixels."""
        stored = str(self._settings.value("sentence-size", default))
        return int(stored) if stored.isdecimal() else default

    def remember_sentence_size(self, size: int) -> None:
        self._settings.setValue("sentence-size", size)

    def restore_window(self, window: QMainWindow) -> bool:
        """Give the window its last size and place; False where none is known."""
        geometry = self._settings.value("geometry")
        return isinstance(geometry, QByteArray) and window.restoreGeometry(geometry)

    def remember_window(self, window: QMainWindow) -> None:
        self._settings.setValue("geometry", window.saveGeometry())

    def dismissed_rejections(self, project: Path) -> int:
        """How many skipped records of a project the person has seen and wants no more to be shown."""
        stored = str(self._settings.value(f"dismissed/{_key_of(project)}", 0))
        return int(stored) if stored.isdecimal() else 0

    def dismiss_rejections(self, project: Path, number: int) -> None:
        self._settings.setValue(f"dismissed/{_key_of(project)}", number)

    def place(self, project: Path) -> dict[str, object]:
        """What was shown last of a project, as `remember_place` was given it."""
        try:
            stored = json.loads(str(self._settings.value(f"place/{_key_of(project)}", "{}")))
        except json.JSONDecodeError:
            return {}
        return stored if isinstance(stored, dict) else {}

    def remember_place(self, project: Path, **parts: object) -> None:
        """Remember some parts of what is shown of a project, for the next start; they are written as JSON."""
        before = self.place(project)
        if (now := {**before, **parts}) != before:
            self._settings.setValue(f"place/{_key_of(project)}", json.dumps(now))

    def keep_size(self, name: str, dialog: QDialog) -> None:
        """Give a dialog its last size, and remember the one that it is closed with."""
        size = self._settings.value(f"dialog/{name}")
        if isinstance(size, QSize):
            dialog.resize(size)
        dialog.finished.connect(lambda _: self._settings.setValue(f"dialog/{name}", dialog.size()))

    def keep_splitter(self, name: str, splitter: QSplitter) -> None:
        """Give a splitter its last place, and remember every move of it."""
        self.restore_splitter(name, splitter)
        splitter.splitterMoved.connect(lambda *_: self.remember_splitter(name, splitter))

    def restore_splitter(self, name: str, splitter: QSplitter) -> bool:
        """Give a splitter the place that is remembered by a name; False where none is."""
        state = self._settings.value(f"splitter/{name}")
        return isinstance(state, QByteArray) and splitter.restoreState(state)

    def remember_splitter(self, name: str, splitter: QSplitter) -> None:
        self._settings.setValue(f"splitter/{name}", splitter.saveState())


def _key_of(project: Path) -> str:
    """A path as one key: in settings a slash begins a group."""
    return quote(str(project.resolve()), safe="")


_FRAME = QSize(16, 48)
"""What title bar and borders take; Qt knows that only once the window is shown."""


def fitting(wanted: QSize, available: QSize) -> QSize:
    """The wanted size, or as much of it as a screen has room for with the window's frame."""
    return wanted.boundedTo(available - _FRAME)


def resize_to_fit(window: QWidget, wanted: QSize) -> None:
    """Give a window a size at which no edge of it lies beyond its screen."""
    window.resize(fitting(wanted, window.screen().availableGeometry().size()))
