"""All work that the window leaves to other threads: jobs, one at a time, and questions of which the latest wins.

Workers are daemon threads, so that one that is stuck in a library's code does not keep the process alive. They announce
what they have by a queued signal; nothing polls.
"""

import logging
import queue
import threading
from collections.abc import Callable, Generator
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, NamedTuple

from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer, Signal

from core.domain.errors import UserError
from core.domain.generators import run_to_end
from core.messages.catalogue import say
from core.store.interruption import InterruptedReadError, Interruption, interruptible

log = logging.getLogger(__name__)

Work = Callable[[], Generator[object, None, object]]

REPORT_INTERVAL = 100
"""Milliseconds between two deliveries of a job's events: the window hears of progress ten times a second at most."""


class ClosingWords(NamedTuple):
    """What a person who closes the window is asked while a job runs, and the button that keeps both."""

    question: str
    keep: str


@dataclass(frozen=True, slots=True)
class _Ended:
    kind: Literal["finished", "cancelled", "failed"]
    value: Any = None


class _CancelledError(Exception):
    """The job was asked to stop."""


class Job(QObject):
    """One piece of work under way.

    Signals (all on the window's thread):
        reported: something that the generator yielded; of consecutive events of one `fleeting` class only the last.
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
    failed = Signal(object)
    ended = Signal()
    _news = Signal()

    def __init__(
        self,
        title: str,
        work: Work,
        *,
        fleeting: tuple[type, ...] = (),
        interval: int = REPORT_INTERVAL,
        closing_words: ClosingWords | None = None,
    ) -> None:
        super().__init__()
        self.title = title
        self.closing_words = closing_words or ClosingWords(
            say("“{job}” is still running.", job=title), say("Keep it running")
        )
        self.is_stopping = False
        self._work = work
        self._fleeting = fleeting
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._events: list[object] = []
        self._is_announced = False
        self._since = QElapsedTimer()
        self._delay = QTimer(self, singleShot=True, interval=interval, timerType=Qt.TimerType.PreciseTimer)
        self._delay.timeout.connect(self._deliver)
        self._news.connect(self._schedule)
        self._thread = threading.Thread(target=self._run, name=title, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def cancel(self) -> None:
        """Ask the work to end at its next yield."""
        self.is_stopping = True
        self._stop.set()
        self.stopping.emit()

    def _schedule(self) -> None:
        """Deliver the events now, or once the interval since the last delivery is over."""
        waited = self._since.elapsed() if self._since.isValid() else self._delay.interval()
        if waited >= self._delay.interval():
            self._deliver()
        elif not self._delay.isActive():
            self._delay.start()

    def _deliver(self) -> None:
        self._since.start()
        with self._lock:
            events, self._events = self._events, []
            self._is_announced = False
        for event in events:
            if isinstance(event, _Ended):
                self._end(event)
            else:
                self.reported.emit(event)

    def _end(self, ending: _Ended) -> None:
        self._thread.join()
        self._let_go()
        if ending.kind == "finished":
            self.finished.emit(ending.value)
        elif ending.kind == "cancelled":
            self.cancelled.emit()
        else:
            self.failed.emit(ending.value)
        self.ended.emit()

    def _let_go(self) -> None:
        """Called before the end is announced, so that a slot of `finished` can start the next job."""
        if isinstance(runner := self.parent(), JobRunner):
            runner.forget(self)

    # On the worker's thread

    def _run(self) -> None:
        try:
            work = self._work()
            self._end_if_cancelled()
            ending = _Ended("finished", run_to_end(work, self._take))
        except _CancelledError:
            ending = _Ended("cancelled")
        except UserError as error:
            ending = _Ended("failed", error)
        except BaseException as error:  # a SystemExit or a Rust panic must end the job, too
            log.exception("%s failed", self.title)
            ending = _Ended("failed", _as_exception(error))
        self._report(ending)

    def _take(self, event: object) -> None:
        self._report(event)
        self._end_if_cancelled()

    def _end_if_cancelled(self) -> None:
        if self._stop.is_set():
            raise _CancelledError

    def _report(self, event: object) -> None:
        with self._lock:
            if self._events and isinstance(event, self._fleeting) and type(event) is type(self._events[-1]):
                self._events[-1] = event
            else:
                self._events.append(event)
            was_announced, self._is_announced = self._is_announced, True
        if not was_announced:
            with suppress(RuntimeError):  # the window went without waiting for this job
                self._news.emit()


def _as_exception(error: BaseException) -> Exception:
    return error if isinstance(error, Exception) else RuntimeError(f"{type(error).__name__}: {error}")


def describe_failure(work: str, error: Exception) -> str:
    """What the user is shown of work that failed: what they can fix, or where the log of a fault in Spandesk is."""
    if isinstance(error, UserError):
        return str(error)
    files = [handler.baseFilename for handler in logging.root.handlers if isinstance(handler, logging.FileHandler)]
    fault = f"{type(error).__name__}: {error}"
    if not files:
        return say(
            "{work} failed because of a fault in Spandesk ({fault}); details are in the log", work=work, fault=fault
        )
    return say(
        "{work} failed because of a fault in Spandesk ({fault}); details are in {log}",
        work=work,
        fault=fault,
        log=files[-1],
    )


class JobRunner(QObject):
    """Runs one job at a time, and besides it what pages keep on threads of their own, such as a loaded tagger.

    Signals:
        started: a job began; carries the `Job`.
        shutting_down: the window closes; what waits for questions must be released now.
        shut_down_finished: after `shut_down`, once nothing runs any more.
    """

    started = Signal(object)
    shutting_down = Signal()
    shut_down_finished = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._job: Job | None = None
        self._running: list[Job] = []
        self._is_shutting_down = False

    @property
    def job(self) -> Job | None:
        """The job under way, if any."""
        return self._job

    @property
    def is_busy(self) -> bool:
        """Whether anything runs, the job or what runs beside it."""
        return bool(self._running)

    @property
    def is_shutting_down(self) -> bool:
        """Whether nothing more is started."""
        return self._is_shutting_down

    def start(
        self,
        title: str,
        work: Work,
        *,
        fleeting: tuple[type, ...] = (),
        closing_words: ClosingWords | None = None,
    ) -> Job:
        """Begin the work on a thread of its own.

        Args:
            work: makes the generator; called on the worker thread, as is every step of it.
            fleeting: classes of events of which only the newest counts, such as progress.
            closing_words: what to ask when the window is closed meanwhile; None asks about the title.

        Raises:
            UserError: another job is under way.
        """
        if self._job is not None:
            raise UserError("“{job}” is still running; wait for it or stop it first", job=self._job.title)
        job = self._prepare(Job(title, work, fleeting=fleeting, closing_words=closing_words))
        self._job = job
        self.started.emit(job)
        job.start()
        return job

    def start_beside(self, title: str, work: Work, *, interval: int = REPORT_INTERVAL) -> Job:
        """Begin work that keeps no job from being started.

        Args:
            interval: milliseconds between two deliveries of its events.

        Raises:
            UserError: the window is being closed.
        """
        job = self._prepare(Job(title, work, interval=interval))
        job.start()
        return job

    def _prepare(self, job: Job) -> Job:
        if self._is_shutting_down:
            raise UserError("the window is being closed; nothing more is started")
        job.setParent(self)
        self._running.append(job)
        return job

    def forget(self, job: Job) -> None:
        """Let go of a job that is over."""
        job.setParent(None)
        self._running.remove(job)
        if job is self._job:
            self._job = None
        if self._is_shutting_down and not self._running:
            job.ended.connect(self.shut_down_finished)

    def shut_down(self) -> None:
        """Stop all that runs, and start nothing more; `shut_down_finished` follows when all of it has ended."""
        self._is_shutting_down = True
        self.shutting_down.emit()
        for job in self._running:
            job.cancel()
        if not self._running:
            self.shut_down_finished.emit()


class LatestQuery(QObject):
    """Answers questions on one thread; a new question takes the place of the one before, which is broken off.

    A question reads, and nothing else, without Qt: a function that returns the answer, or that makes a generator of
    partial answers that returns the whole one. Of one that was replaced or cancelled nothing is heard, nor of its
    error: its project may be closed by then.

    Signals:
        reported: a partial answer to the latest question.
        answered: the answer to the latest question.
    """

    reported = Signal(object)
    answered = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._latest: _Question | None = None
        self._worker = _QuestionWorker()
        self._worker.news.connect(self._deliver)
        self._idle = QTimer(self, interval=0, singleShot=True)
        self._idle.timeout.connect(self._ask)

    @property
    def is_waiting(self) -> bool:
        """Whether there is a question without an answer."""
        return self._latest is not None

    def submit(self, question: Callable[[], object]) -> None:
        """Ask this, in place of what was asked before."""
        self.cancel()
        self._latest = _Question(question)
        self._ask()

    def submit_when_painted(self, question: Callable[[], object]) -> None:
        """Ask this as soon as what is shown now is painted, and one such question at a time.

        Beside threads that count, painting takes a multiple of its time, since all share Python's lock.
        """
        self.cancel()
        self._latest = _Question(question, is_patient=True)
        self._idle.start()

    def _ask(self) -> None:
        if self._latest is not None:
            self._worker.take(self._latest)

    def cancel(self) -> None:
        """Want no answer any more."""
        self._idle.stop()
        if self._latest is not None:
            self._latest.interruption.set()
            self._latest = None

    def _deliver(self) -> None:
        while not self._worker.results.empty():
            question, kind, value = self._worker.results.get()
            if question is not self._latest:
                continue
            if kind == "partial":
                self.reported.emit(value)
                continue
            self._latest = None
            if kind == "error":
                raise value
            self.answered.emit(value)


class _Question:
    def __init__(self, ask: Callable[[], object], *, is_patient: bool = False) -> None:
        self.ask = ask
        self.is_patient = is_patient
        self.interruption = Interruption()


_ONE_AT_A_TIME = threading.Lock()
"""Held by the patient question that is being answered."""


_AT_WORK = set["_QuestionWorker"]()
"""Those with a thread, which must not have the last reference: it would destroy them there."""


class _QuestionWorker(QObject):
    """A thread while there are questions; it belongs to no widget, so that it outlives the one that asked."""

    news = Signal()
    _ended = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.results: queue.SimpleQueue[tuple[_Question, Literal["partial", "whole", "error"], Any]] = (
            queue.SimpleQueue()
        )
        self._lock = threading.Lock()
        self._next: _Question | None = None
        self._thread: threading.Thread | None = None
        self._ended.connect(self._let_go)

    def take(self, question: _Question) -> None:
        """Answer this next."""
        with self._lock:
            self._next = question
            if self._thread is None:
                _AT_WORK.add(self)
                self._thread = threading.Thread(target=self._run, name="question", daemon=True)
                self._thread.start()

    def _let_go(self, thread: threading.Thread) -> None:
        thread.join()
        if self._thread is None:
            _AT_WORK.discard(self)

    def _run(self) -> None:
        while (question := self._taken()) is not None:
            try:
                with _ONE_AT_A_TIME if question.is_patient else nullcontext(), interruptible(question.interruption):
                    question.interruption.check()
                    self._put(question, "whole", self._answer(question))
            except InterruptedReadError:
                pass
            except BaseException as error:
                self._put(question, "error", _as_exception(error))
        with suppress(RuntimeError):  # the application has ended
            self._ended.emit(threading.current_thread())

    def _taken(self) -> _Question | None:
        with self._lock:
            question, self._next = self._next, None
            if question is None:
                self._thread = None
            return question

    def _answer(self, question: _Question) -> object:
        answer = question.ask()
        if not isinstance(answer, Generator):
            return answer
        question.interruption.check()
        return run_to_end(answer, partial(self._take, question))

    def _take(self, question: _Question, part: object) -> None:
        if part is not None:
            self._put(question, "partial", part)
        question.interruption.check()

    def _put(self, question: _Question, kind: Literal["partial", "whole", "error"], value: object) -> None:
        self.results.put((question, kind, value))
        with suppress(RuntimeError):  # the application has ended
            self.news.emit()
