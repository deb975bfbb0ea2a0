"""The one runner of background work: a generator on a worker thread, its events on the window's thread."""

import itertools
import logging
import queue
import threading
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, Literal

from PySide6.QtCore import QObject, QTimer, Signal

from core.errors import UserError

log = logging.getLogger(__name__)

Work = Callable[[], Generator[object, None, object]]

DRAIN_INTERVAL = 100
"""Milliseconds between two looks at what the worker said: the window hears of progress ten times a second at most."""

_Ending = tuple[Literal["finished", "cancelled", "failed"], Any]


@dataclass(frozen=True, slots=True)
class _Ended:
    ending: _Ending


class Job(QObject):
    """One piece of work under way.

    Signals (all on the window's thread):
        reported: something that the generator yielded; of several in a row of one `fleeting` class only the last.
        stopping: it was asked to stop.
        finished: it ran to its end; carries what the generator returned.
        cancelled: it was stopped between two yields.
        failed: it raised; carries the exception, a `UserError` or a bug that is in the log already.
        ended: after any of the three.
    """

    reported = Signal(object)
    stopping = Signal()
    finished = Signal(object)
    cancelled = Signal()
    failed = Signal(Exception)
    ended = Signal()

    def __init__(self, title: str, work: Work, fleeting: tuple[type, ...], parent: QObject) -> None:
        super().__init__(parent)
        self.title = title
        self.is_stopping = False
        self._work = work
        self._fleeting = fleeting
        self._stop = threading.Event()
        self._said: queue.SimpleQueue[object] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=title)

    def start(self) -> None:
        self._thread.start()

    def cancel(self) -> None:
        """Ask the work to end at its next yield."""
        self.is_stopping = True
        self._stop.set()
        self.stopping.emit()

    def join(self) -> None:
        self._thread.join()

    def drain(self) -> None:
        """Pass on what the worker said since the last time."""
        said: list[object] = []
        while not self._said.empty():
            said.append(self._said.get())
        for item, following in itertools.pairwise([*said, None]):
            if isinstance(item, _Ended):
                self._end(*item.ending)
            elif not isinstance(item, self._fleeting) or type(item) is not type(following):
                self.reported.emit(item)

    def _end(self, kind: str, value: Any) -> None:
        self._thread.join()
        if kind == "finished":
            self.finished.emit(value)
        elif kind == "cancelled":
            self.cancelled.emit()
        else:
            self.failed.emit(value)
        self.ended.emit()

    def _run(self) -> None:
        try:
            ending = self._exhausted(self._work())
        except UserError as error:
            ending = ("failed", error)
        except Exception as error:
            log.exception("%s failed", self.title)
            ending = ("failed", error)
        self._said.put(_Ended(ending))

    def _exhausted(self, generator: Generator[object, None, object]) -> _Ending:
        while not self._stop.is_set():
            try:
                self._said.put(next(generator))
            except StopIteration as stop:
                return "finished", stop.value
        generator.close()
        return "cancelled", None


def failure(what: str, error: Exception) -> str:
    """What the user is told of work that failed: what they can mend, or where the log of a fault in Spandesk lies."""
    if isinstance(error, UserError):
        return str(error)
    return f"{what} failed through a fault in Spandesk ({type(error).__name__}: {error}); {_where_details_are()}"


def _where_details_are() -> str:
    files = [handler.baseFilename for handler in logging.root.handlers if isinstance(handler, logging.FileHandler)]
    return f"details are in {files[-1]}" if files else "details are in the log"


class JobRunner(QObject):
    """Runs one job at a time.

    Signals:
        started: a job began; carries the `Job`.
        shutting_down: the window closes; whatever has a thread of its own must end it now.
    """

    started = Signal(object)
    shutting_down = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._job: Job | None = None
        self._timer = QTimer(self, interval=DRAIN_INTERVAL)
        self._timer.timeout.connect(self._drain)

    @property
    def job(self) -> Job | None:
        """The job under way, if any."""
        return self._job

    def start(self, title: str, work: Work, *, fleeting: tuple[type, ...] = ()) -> Job:
        """Begin the work on a thread of its own.

        Args:
            work: makes the generator; called on the worker thread, as is every step of it.
            fleeting: classes of events of which only the newest counts, such as progress.

        Raises:
            UserError: another job is under way.
        """
        if self._job is not None:
            raise UserError(f"“{self._job.title}” is still running; wait for it or stop it first")
        job = Job(title, work, fleeting, self)
        self._job = job
        job.ended.connect(self._forget)
        self.started.emit(job)
        job.start()
        self._timer.start()
        return job

    def shut_down(self) -> None:
        """Stop the job, if any, and wait for its end, as for that of all other threads."""
        self.shutting_down.emit()
        if self._job is not None:
            self._job.cancel()
            self._job.join()
            self._drain()

    def _drain(self) -> None:
        if self._job is not None:
            self._job.drain()

    def _forget(self) -> None:
        self._timer.stop()
        if self._job is not None:
            self._job.setParent(None)
        self._job = None
