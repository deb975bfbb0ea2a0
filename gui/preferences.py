"""What the window remembers between two starts: recent projects, geometry, splitters, folders."""

from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings
from PySide6.QtWidgets import QMainWindow, QSplitter

MAX_RECENT = 8


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

    def restore_window(self, window: QMainWindow) -> bool:
        """Give the window its last size and place; False where none is known."""
        geometry = self._settings.value("geometry")
        return isinstance(geometry, QByteArray) and window.restoreGeometry(geometry)

    def remember_window(self, window: QMainWindow) -> None:
        self._settings.setValue("geometry", window.saveGeometry())

    def keep_splitter(self, name: str, splitter: QSplitter) -> None:
        """Give a splitter its last place, and remember every move of it."""
        state = self._settings.value(f"splitter/{name}")
        if isinstance(state, QByteArray):
            splitter.restoreState(state)
        splitter.splitterMoved.connect(lambda *_: self._settings.setValue(f"splitter/{name}", splitter.saveState()))
