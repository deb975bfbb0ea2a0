"""The plotting library, loaded ahead of the first chart."""

from collections.abc import Callable, Generator

from PySide6.QtCore import QTimer

from core.messages.catalogue import say
from core.services.engine import loading
from gui.background import JobRunner

DELAY = 1_500
"""Milliseconds from the start: the first project is painted by then."""


def load_charts_soon(runner: JobRunner, when_loaded: Callable[[], object]) -> None:
    """Import pyqtgraph on another thread a moment from now: it takes half a second, which no page shall wait for."""
    QTimer.singleShot(DELAY, runner, lambda: _start(runner, when_loaded))


def _start(runner: JobRunner, when_loaded: Callable[[], object]) -> None:
    if not runner.is_shutting_down:
        runner.start_beside(say("Loading the charts"), _importing).finished.connect(lambda _: when_loaded())


def _importing() -> Generator[None, None, None]:
    with loading():
        import pyqtgraph  # noqa: F401
    yield
