"""One training at a time: starts it as a job, publishes what it stores, and says how it goes."""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from core.domain.errors import UserError
from core.domain.events import BatchHalved, EpochFinished, Prepared, RunStarted, TrainingEvent
from core.domain.settings import TrainSettings
from core.messages.catalogue import mark, say, say_count
from core.store.predictions import EpochKey
from core.store.project import Project
from core.store.runs import Epoch, Run
from gui.background import ClosingWords, Job, JobRunner, describe_failure
from gui.session import Session
from gui.text.progress import FLEETING, duration
from gui.train.readiness import RunComparison, compare_runs


class StartsTraining(Protocol):
    """`core.services.engine.train_run`, or its replacement in a test."""

    def __call__(self, project: Project, settings: TrainSettings) -> Generator[TrainingEvent, None, int]: ...


class ResumesTraining(Protocol):
    """`core.services.engine.resume_run`, or its replacement in a test."""

    def __call__(self, project: Project, run: int) -> Generator[TrainingEvent, None, int]: ...


@dataclass(frozen=True, slots=True)
class EpochScore:
    """Loss and micro F1 (0–1) on dev of a finished epoch, on the gold as corrected when it ended."""

    number: int
    loss: float
    f1: float

    @classmethod
    def of_stored(cls, epoch: Epoch) -> "EpochScore":
        return cls(epoch.number, epoch.loss, epoch.report.corrected.micro.f1)

    @classmethod
    def of_event(cls, event: EpochFinished) -> "EpochScore":
        return cls(event.epoch, event.loss, event.report.micro.f1)


TrainingWork = Callable[[], Generator[TrainingEvent, None, int]]


@dataclass(slots=True)
class _Current:
    """The training under way, and what it has reported so far.

    Attributes:
        epochs: the finished ones of its run, those from before it was resumed included.
    """

    job: Job
    project: Project
    base: EpochKey | None = None
    run: int | None = None
    moved: int = 0
    epochs: list[EpochScore] = field(default_factory=list)

    @property
    def run_with_metrics(self) -> int | None:
        return self.run if self.epochs else None


@dataclass(frozen=True, slots=True)
class TrainingEnd:
    """How a training ended: as a headline, and in one full line.

    Attributes:
        run: its run, where that left metrics to see.
        is_finished: whether all epochs were trained.
    """

    headline: str
    line: str
    run: int | None
    is_finished: bool = False


class Training(QObject):
    """Starts and stops trainings of the open project.

    Args:
        is_watched: whether the person is looking at the training, and so at no sentence or figure of another epoch.

    Signals:
        began: a training was started; its settings.
        reported: a `TrainingEvent`; what it stored is known to the session already.
        ended: it is over; its `TrainingEnd`.
    """

    began = Signal(object)
    reported = Signal(object)
    ended = Signal(object)

    def __init__(
        self,
        session: Session,
        runner: JobRunner,
        training: StartsTraining,
        resuming: ResumesTraining,
        is_watched: Callable[[], bool],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._runner = runner
        self._training = training
        self._resuming = resuming
        self._is_watched = is_watched
        self._current: _Current | None = None

    @property
    def job(self) -> Job | None:
        """The job of the training under way."""
        return self._current.job if self._current else None

    @property
    def epochs(self) -> Sequence[EpochScore]:
        """The finished epochs of the run that trains, those from before it was resumed included."""
        return self._current.epochs if self._current else ()

    def start(self, settings: TrainSettings, *, base: EpochKey | None = None) -> None:
        """Train a new run.

        Args:
            base: the epoch that the new run is compared with when it has ended.

        Raises:
            UserError: another job is under way.
        """
        project = self._session.project
        assert project is not None, "no project is open"
        self._start(project.runs.next_number(), lambda: self._training(project, settings), project, settings, base)

    def resume(self, run: int) -> None:
        """Resume a run that was stopped.

        Raises:
            UserError: another job is under way.
        """
        project = self._session.project
        assert project is not None, "no project is open"
        settings = project.runs.by_number(run).settings
        self._start(run, lambda: self._resuming(project, run), project, settings, None)

    def stop(self) -> None:
        """Ask the training to end."""
        if self._current is not None:
            self._current.job.cancel()

    def _start(
        self, run: int, work: TrainingWork, project: Project, settings: TrainSettings, base: EpochKey | None
    ) -> None:
        job = self._runner.start(
            say("Training run {run}", run=run),
            lambda: _train_and_compare(work(), project, base),
            fleeting=FLEETING,
            closing_words=ClosingWords(
                say("Run {run} is still training. Finished epochs are saved.", run=run), say("Keep training")
            ),
        )
        self._current = _Current(job, project, base)
        job.reported.connect(self._report)
        job.finished.connect(self._finish)
        job.cancelled.connect(self._end_stopped)
        job.failed.connect(self._fail)
        self.began.emit(settings)

    def _report(self, event: object) -> None:
        current = self._current
        assert current is not None
        if isinstance(event, RunStarted):
            current.run, current.moved = event.run, event.moved
            if current.base is not None:
                self._session.baseline.choose(current.base, event.run)
            if event.resumed_from:
                self._session.run_reporting_errors(lambda: _recall_epochs(current, event))
            self._publish(current, moved=event.moved > 0)
        elif isinstance(event, EpochFinished):
            current.epochs.append(EpochScore.of_event(event))
            self._follow_epoch(current, event)
        self.reported.emit(event)

    def _follow_epoch(self, current: _Current, event: EpochFinished) -> None:
        """Look at the new epoch if none was looked at, or the one before it by a person who works on no sentence."""
        self._publish(current)
        looked_at = self._session.context.source
        if self._session.project is current.project and (
            looked_at is None or (looked_at == event.run and self._is_watched())
        ):
            self._session.set_context(source=event.run, epoch=event.epoch)

    def _publish(self, current: _Current, *, moved: bool = False) -> None:
        if current.run is not None:
            self._session.publish_runs(current.project, current.run, moved=moved)

    def _finish(self, outcome: object) -> None:
        assert isinstance(outcome, tuple)
        run, compared = outcome
        current = self._close()
        line = result_line(run, current.epochs, compared)
        self.ended.emit(TrainingEnd(line, line, current.run_with_metrics, is_finished=True))

    def _end_stopped(self) -> None:
        current = self._close()
        line = stopped_line(current.run, len(current.epochs))
        self.ended.emit(TrainingEnd(line, line, current.run_with_metrics))

    def _fail(self, error: Exception) -> None:
        current = self._close()
        if isinstance(error, UserError):
            self._session.problem.emit(str(error))
        self.ended.emit(TrainingEnd(say("Training failed"), failure_line(error), current.run_with_metrics))

    def _close(self) -> _Current:
        """Let go of the training that was under way, and return it."""
        current, self._current = self._current, None
        assert current is not None
        self._publish(current, moved=not current.epochs and current.moved > 0)
        return current


def _recall_epochs(current: _Current, resumed: RunStarted) -> None:
    """Take the epochs from before a run was resumed."""
    earlier = current.project.runs.epochs(resumed.run)
    current.epochs = [EpochScore.of_stored(epoch) for epoch in earlier if epoch.number < resumed.epoch]


def _train_and_compare(
    training: Generator[TrainingEvent, None, int], project: Project, base: EpochKey | None
) -> Generator[TrainingEvent, None, tuple[int, RunComparison | None]]:
    """A training that, when it has ended, is compared with the run that it improves on; for the worker's thread."""
    run = yield from training
    if base is None:
        return run, None
    return run, compare_runs(project, EpochKey(run, project.runs.epoch_number(run, None)), base)


# In words


def event_line(event: object) -> str | None:
    """The line of the log for an event; None for one that is not noteworthy."""
    if isinstance(event, RunStarted):
        return _started_line(event)
    if isinstance(event, Prepared):
        return _prepared_line(event)
    if isinstance(event, BatchHalved):
        return say(
            "Out of memory: batches of {batch:,} now run in parts of {part:,}",
            batch=event.batch_size,
            part=event.at_once,
        )
    if isinstance(event, EpochFinished):
        micro = event.report.micro
        return _epoch_line(event.epoch, event.loss, micro.f1, micro.precision, micro.recall, event.seconds)
    return None


def stored_epoch_line(epoch: Epoch) -> str:
    """What the log said of an epoch when it ended."""
    micro = epoch.report.corrected.micro
    return _epoch_line(epoch.number, epoch.loss, micro.f1, micro.precision, micro.recall, epoch.seconds)


def _epoch_line(epoch: int, loss: float, f1: float, precision: float, recall: float, seconds: float) -> str:
    return say(
        "Epoch {epoch}: loss {loss:.4f}, F1 {f1:.4f} (precision {precision:.4f}, recall {recall:.4f}), trained in"
        " {time}",
        epoch=epoch,
        loss=loss,
        f1=f1,
        precision=precision,
        recall=recall,
        time=duration(seconds),
    )


def _started_line(event: RunStarted) -> str:
    line = _beginning(
        event,
        train=say_count("{count:,} training sentence", "{count:,} training sentences", event.train_sentences),
        dev=say_count("{count:,} dev sentence", "{count:,} dev sentences", event.dev_sentences),
    )
    if not event.moved:
        return line
    return say_count(
        "{started}; {count:,} corrected dev sentence moved to train",
        "{started}; {count:,} corrected dev sentences moved to train",
        event.moved,
        started=line,
    )


_BEGINNINGS = {
    None: mark("Run {run} started: {train}, {dev}"),
    "start": mark("Run {run} started again, because none of it was saved: {train}, {dev}"),
    "weights": mark(
        "Run {run} resumed with the weights of epoch {before}, because its saved state is missing; the result will"
        " differ from that of an uninterrupted run: {train}, {dev}"
    ),
    "state": mark(
        "Run {run} resumed from epoch {epoch}, step {step:,}; later steps were not saved and are repeated: {train},"
        " {dev}"
    ),
}


def _beginning(event: RunStarted, *, train: str, dev: str) -> str:
    fields = {"run": event.run, "epoch": event.epoch, "step": event.step, "train": train, "dev": dev}
    if event.resumed_from != "state" or not event.repeated:
        return say(_BEGINNINGS[event.resumed_from], before=event.epoch - 1, **fields)
    return say_count(
        "Run {run} resumed from epoch {epoch}, step {step:,}; later steps were not saved and are repeated ({count:,}"
        " finished epoch will be trained again): {train}, {dev}",
        "Run {run} resumed from epoch {epoch}, step {step:,}; later steps were not saved and are repeated ({count:,}"
        " finished epochs will be trained again): {train}, {dev}",
        event.repeated,
        **fields,
    )


def _prepared_line(event: Prepared) -> str:
    text = say(
        "{parameters} on {device}, {steps}",
        parameters=say_count("{count:,} parameter", "{count:,} parameters", event.parameters),
        device=event.device,
        steps=say_count("{count:,} step an epoch", "{count:,} steps an epoch", event.steps_per_epoch),
    )
    if event.ceiling is None:
        return text
    return say("{prepared}; the tagging unit allows F1 up to {ceiling:.4f}", prepared=text, ceiling=event.ceiling)


def result_line(run: int, epochs: Sequence[EpochScore], compared: RunComparison | None) -> str:
    """How a run ended that trained all its epochs.

    Args:
        epochs: all of the run, those from before it was resumed included.
    """
    if compared is not None:
        return say_count(
            "Run {run} finished: F1 {f1:.4f}, run {other} {other_f1:.4f} on the same {count:,} dev sentence",
            "Run {run} finished: F1 {f1:.4f}, run {other} {other_f1:.4f} on the same {count:,} dev sentences",
            compared.sentences,
            run=run,
            f1=compared.f1,
            other=compared.other,
            other_f1=compared.other_f1,
        )
    if not epochs:
        return say(_ENDS["finished"], run=run)
    best = max(epochs, key=lambda epoch: epoch.f1)
    if best.f1 == epochs[-1].f1:
        return _finished_line(run, epochs)
    return say_count(
        "Run {run} finished: F1 {f1:.4f} after {count:,} epoch, best {best:.4f} in epoch {epoch}",
        "Run {run} finished: F1 {f1:.4f} after {count:,} epochs, best {best:.4f} in epoch {epoch}",
        len(epochs),
        run=run,
        f1=epochs[-1].f1,
        best=best.f1,
        epoch=best.number,
    )


def _finished_line(run: int, epochs: Sequence[EpochScore]) -> str:
    return say_count(
        "Run {run} finished: F1 {f1:.4f} after {count:,} epoch",
        "Run {run} finished: F1 {f1:.4f} after {count:,} epochs",
        len(epochs),
        run=run,
        f1=epochs[-1].f1,
    )


_ENDS = {
    "running": mark("Run {run} is training"),
    "finished": mark("Run {run} finished"),
    "stopped": mark("Run {run} stopped before its first epoch ended."),
    "failed": mark("Run {run} failed"),
}


def stored_result_line(run: Run, epochs: Sequence[EpochScore]) -> str:
    """How a run ended in another session."""
    if not epochs:
        return say(_ENDS[run.status], run=run.number)
    if run.status == "stopped":
        return say_count(
            "Run {run} stopped after {count:,} epoch: F1 {f1:.4f}",
            "Run {run} stopped after {count:,} epochs: F1 {f1:.4f}",
            len(epochs),
            run=run.number,
            f1=epochs[-1].f1,
        )
    if run.status == "failed":
        return say_count(
            "Run {run} failed: F1 {f1:.4f} after {count:,} epoch",
            "Run {run} failed: F1 {f1:.4f} after {count:,} epochs",
            len(epochs),
            run=run.number,
            f1=epochs[-1].f1,
        )
    return _finished_line(run.number, epochs)


def stopped_line(run: int | None, epochs: int) -> str:
    """How a run ended that a person stopped.

    Args:
        epochs: how many it has finished in all.
    """
    if run is None:
        return say("Stopped before the run began")
    if not epochs:
        return say(_ENDS["stopped"], run=run)
    return say_count(
        "Run {run} stopped after {count:,} epoch.", "Run {run} stopped after {count:,} epochs.", epochs, run=run
    )


def failure_line(error: Exception) -> str:
    """What went wrong: what the user can fix, or where the log of a fault in Spandesk is."""
    if isinstance(error, UserError):
        return say("Training failed: {reason}", reason=error)
    return describe_failure(say("Training"), error)
