"""The plotting library, loaded ahead of the first chart."""

import threading
from collections.abc import Generator

from PySide6.QtCore import QTimer

from core.messages.catalogue import say
from core.services.engine import loading
from gui.background import JobRunner

DELAY = 1_500
"""Milliseconds from the start: the first project is painted by then."""


def load_charts_soon(runner: JobRunner) -> None:
    """Import pyqtgraph on another thread a moment from now: it takes half a second, which no page shall wait for."""
    QTimer.singleShot(DELAY, runner, lambda: _start(runner))


def _start(runner: JobRunner) -> None:
    if not runner.is_shutting_down:
        runner.start_beside(say("Loading the charts"), _importing)


def _importing() -> Generator[None, None, None]:
    with loading():
        import pyqtgraph  # noqa: F401
    _loaded.set()
    yield


def is_chart_library_loaded() -> bool:
    """Whether a chart can be made without waiting for the import."""
    return _loaded.is_set()


_loaded = threading.Event()
