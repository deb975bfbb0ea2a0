"""The composition root: makes the application, its parts and the window, and joins them."""

import logging
import os
import sys
from collections.abc import Sequence
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

import platformdirs
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication, QMessageBox

from gui.appearance import Appearance
from gui.background import JobRunner
from gui.consistency.page import ConsistencyPage
from gui.corpus.page import CorpusPage
from gui.corrections.page import CorrectionsPage
from gui.garbage import GarbageCollector
from gui.inspect.page import InspectPage
from gui.keys.keymap import Keymap
from gui.metrics.page import MetricsPage
from gui.pages import PageContext
from gui.preferences import Preferences
from gui.scratch.page import ScratchPage
from gui.session import Session
from gui.theme import Theme
from gui.train.page import TrainPage
from gui.welcome.page import WelcomePage
from gui.window import MainWindow

log = logging.getLogger(__name__)


def run_window(arguments: Sequence[str]) -> int:
    """Open the window, on a project if one is given; returns the exit status."""
    if not _has_display():
        print(
            "error: there is no display to open a window on; main.py --help tells what works without", file=sys.stderr
        )
        return 1
    application = QApplication(list(arguments))
    application.setApplicationName("Spandesk")
    application.setDesktopFileName("spandesk")
    log_file = _start_log()
    application.setQuitOnLastWindowClosed(False)  # a closed window finishes its work first
    window = made_window(application, QSettings("spandesk", "spandesk"), platformdirs.user_data_path("spandesk"))
    window.closed.connect(application.quit)
    sys.excepthook = _BugReport(window, log_file)
    GarbageCollector(window)
    window.show()
    if len(arguments) > 1:
        window.open_project(Path(arguments[1]))
    status = application.exec()
    if window.context.runner.is_busy:
        log.warning("the process ends without waiting for work that does not stop")
        logging.shutdown()
        os._exit(status)  # Python would let the thread run on into its own end; what is stored is whole at any time
    return status


def made_window(
    application: QApplication, settings: QSettings, data_folder: Path, theme: Theme | None = None
) -> MainWindow:
    """The window with all its parts.

    Args:
        data_folder: where the sample project is put.
        theme: what to begin with; None takes what the person chose, at first the desktop's.
    """
    runner = JobRunner()
    session = Session(runner)
    preferences = Preferences(settings)
    appearance = Appearance(application, preferences, theme)
    keymap = Keymap(preferences)
    context = PageContext(session, runner, preferences, appearance.theme, keymap)
    pages = {
        "Corpus": CorpusPage(context),
        "Train": TrainPage(context),
        "Metrics": MetricsPage(context),
        "Inspect": InspectPage(context),
        "Consistency": ConsistencyPage(context),
        "Corrections": CorrectionsPage(context),
        "Scratch": ScratchPage(context),
    }
    window = MainWindow(context, WelcomePage(context, data_folder), pages, appearance)
    appearance.take_window(window)
    for part in (session, runner, keymap, appearance):
        part.setParent(window)
    return window


def _has_display() -> bool:
    """Whether a window can be shown; Qt itself would abort the process."""
    if sys.platform in ("win32", "darwin") or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _start_log() -> Path:
    """Log to a file in the user's own log folder; returns its path."""
    folder = platformdirs.user_log_path("spandesk", ensure_exists=True)
    path = folder / "spandesk.log"
    handler = RotatingFileHandler(path, maxBytes=1_000_000, backupCount=2, encoding="utf-8")
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s", handlers=[handler]
    )
    return path


class _BugReport:
    """Shows a bug of ours once it is in the log; the window goes on."""

    def __init__(self, window: MainWindow, log_file: Path) -> None:
        self._window = window
        self._log_file = log_file
        self._is_shown = False

    def __call__(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            self._window.shut_down()
            return
        log.critical("unexpected error", exc_info=(kind, error, trace))
        if self._is_shown:
            return
        self._is_shown = True
        QMessageBox.critical(
            self._window,
            "Spandesk",
            f"Something went wrong inside Spandesk ({kind.__name__})."
            f"\n\nWhat happened is in {self._log_file}; please add that file to your report.",
        )
        self._is_shown = False
