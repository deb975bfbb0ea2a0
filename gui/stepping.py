"""Work on the window's own thread, a step at a time, so that nothing waits for it."""

from collections.abc import Generator

from PySide6.QtCore import QObject, QTimer, Signal


class Stepper(QObject):
    """Goes through a generator whose steps take some tens of milliseconds at most, between the window's events.

    For work that reads the project and is wanted while a job runs as well; what takes longer is a job's.

    Signals:
        finished: the work came to its end; what the generator returned.
    """

    finished = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._work: Generator[object, None, object] | None = None
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self._step)

    @property
    def is_idle(self) -> bool:
        """Whether no work is under way."""
        return self._work is None

    def start(self, work: Generator[object, None, object]) -> None:
        """Begin with this work, in place of any that is under way."""
        self._work = work
        self._timer.start()

    def stop(self) -> None:
        self._timer.stop()
        self._work = None

    def _step(self) -> None:
        assert self._work is not None
        try:
            next(self._work)
        except StopIteration as stop:
            self.stop()
            self.finished.emit(stop.value)
