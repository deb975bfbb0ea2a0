"""The composition root: makes the application, its parts and the window, and joins them."""

import gc
import logging
import os
import sys
import threading
from collections.abc import Callable, Generator, Sequence
from pathlib import Path

import platformdirs
from PySide6.QtCore import QObject, QSettings, QTimer
from PySide6.QtWidgets import QApplication

from core.domain.labels import FirstNames
from core.messages.catalogue import say
from core.services.engine import is_loading, loading
from gui.background import JobRunner
from gui.consistency.page import ConsistencyPage
from gui.corpus.page import CorpusPage
from gui.corrections.page import CorrectionsPage
from gui.inspect.page import InspectPage
from gui.keys.keymap import Keymap
from gui.logs import BugReport, start_log
from gui.look.theme import Appearance, Theme
from gui.metrics.page import MetricsPage
from gui.preferences import Preferences
from gui.scratch.page import ScratchPage
from gui.session import Session
from gui.sources.page import SourcesPage
from gui.train.monitor import Monitor
from gui.train.page import TrainPage
from gui.welcome.page import WelcomePage
from gui.widgets.page import PageContext
from gui.window import MainWindow

log = logging.getLogger(__name__)

SWITCH_INTERVAL = 0.0005
"""Seconds that a worker keeps Python's lock while the window wants it: Qt gives it away at most calls, and Python's own
5 ms for each to get it back would add up to a stall."""


def run_window(arguments: Sequence[str]) -> int:
    """Open the window, on a project if one is given; returns the exit status."""
    if not _has_display():
        error = say("no display was found to open a window on; main.py --help lists the commands that need none")
        print(say("error: {error}", error=error), file=sys.stderr)
        return 1
    application = QApplication(list(arguments))
    application.setApplicationName("Spandesk")
    application.setDesktopFileName("spandesk")
    log_file = start_log(platformdirs.user_log_path("spandesk", ensure_exists=True))
    application.setQuitOnLastWindowClosed(False)  # a closed window finishes its work first
    window = build_window(application, QSettings("spandesk", "spandesk"), platformdirs.user_data_path("spandesk"))
    window.closed.connect(application.quit)
    sys.excepthook = BugReport(window, log_file)
    look_after(window)
    window.show()
    if len(arguments) > 1:
        window.open_project(Path(arguments[1]))
    status = application.exec()
    if window.context.runner.is_busy:
        log.warning("the process ends without waiting for work that does not stop")
        logging.shutdown()
        os._exit(status)  # Python would let the thread run on into its own end; what is stored is whole at any time
    return status


def look_after(window: MainWindow) -> None:
    """Keep the window's thread free of what would stall it, as long as the window is there."""
    GarbageCollector(window)
    sys.setswitchinterval(SWITCH_INTERVAL)
    monitor = window.findChild(Monitor)
    assert monitor is not None, "Train is a page of every window"
    load_charts_soon(window.context.runner, monitor.prepare_chart)


def build_window(
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
    session.sign(preferences.author())
    appearance = Appearance(application, preferences, theme)
    keymap = Keymap(preferences)
    _name_labels(session, appearance)  # before any page shows them
    context = PageContext(session, runner, preferences, appearance.look, keymap)
    pages = [
        CorpusPage(context),
        TrainPage(context),
        MetricsPage(context),
        InspectPage(context),
        ConsistencyPage(context),
        CorrectionsPage(context),
        ScratchPage(context),
        SourcesPage(context),
    ]
    window = MainWindow(context, WelcomePage(context, data_folder), pages, appearance)
    appearance.apply()
    for part in (session, runner, keymap, appearance):
        part.setParent(window)
    return window


def _name_labels(session: Session, appearance: Appearance) -> None:
    """Have labels keep their colours and names for people through every change of the tag set."""

    def name() -> None:
        project = session.project
        appearance.name_labels(project.label_names.first_names() if project is not None else FirstNames())

    session.project_changed.connect(name)
    session.changed.connect(lambda change: name() if change.corpus else None)


def _has_display() -> bool:
    """Whether a window can be shown; Qt itself would abort the process."""
    if sys.platform in ("win32", "darwin") or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


INTERVAL = 1_000
"""Milliseconds between two looks at how much there is to collect."""


class GarbageCollector(QObject):
    """Has garbage collected on the window's thread alone: from a timer, by Python's thresholds.

    A collection destroys what it finds on the thread that it runs on, and an object of Qt that another thread destroys
    crashes the process or blocks it for ever. So Python's own collections are switched off, and `gc.collect`, which
    torch's compiler calls, does nothing on other threads.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        gc.freeze()  # modules and the window's own parts stay for ever; no collection need look at them
        self._collect, self._thread = gc.collect, threading.get_ident()
        gc.collect = self._collect_here
        self._timer = QTimer(self, interval=INTERVAL)
        self._timer.timeout.connect(self.collect)
        self._timer.start()

    def collect(self) -> None:
        """Collect the oldest generation that is due.

        Not while libraries are imported: their many new objects, which are about to be frozen, make it take long.
        """
        if is_loading():
            return
        due = [
            generation
            for generation, (count, limit) in enumerate(zip(gc.get_count(), gc.get_threshold(), strict=True))
            if limit and count > limit
        ]
        if due:
            self._collect(due[-1])

    def _collect_here(self, generation: int = 2) -> int:
        return self._collect(generation) if threading.get_ident() == self._thread else 0

    def stop(self) -> None:
        """Leave collections to Python again."""
        self._timer.stop()
        gc.collect = self._collect
        gc.enable()


CHART_DELAY = 1_500
"""Milliseconds from the start to the loading of the charts' library: the first project is painted by then."""


def load_charts_soon(runner: JobRunner, when_loaded: Callable[[], object]) -> None:
    """Import pyqtgraph on another thread a moment from now: it takes half a second, which no page shall wait for."""
    QTimer.singleShot(CHART_DELAY, runner, lambda: _start_loading(runner, when_loaded))


def _start_loading(runner: JobRunner, when_loaded: Callable[[], object]) -> None:
    if not runner.is_shutting_down:
        runner.start_beside(say("Loading the charts"), _import_charts).finished.connect(lambda _: when_loaded())


def _import_charts() -> Generator[None, None, None]:
    with loading():
        import pyqtgraph  # noqa: F401
    yield
