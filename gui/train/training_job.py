"""One training at a time: starts it as a job, and tells the window what it stores."""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QObject, Signal

from core.domain.errors import UserError
from core.domain.events import EpochFinished, RunStarted, TrainingEvent
from core.domain.settings import TrainSettings
from core.store.predictions import EpochKey
from core.store.project import Project
from gui.background import ClosingWords, Job, JobRunner
from gui.session import Session
from gui.text.progress import FLEETING
from gui.text.train import EpochScore, failure_line, result_line, stopped_line
from gui.train.retrain import ResumesTraining, StartsTraining, trained_and_compared

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
class Ending:
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
        ended: it is over; its `Ending`.
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
        runs = project.runs.list_all()
        number = runs[-1].number + 1 if runs else 1
        self._start(number, lambda: self._training(project, settings), project, settings, base)

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
            f"Training run {run}",
            lambda: trained_and_compared(work(), project, base),
            fleeting=FLEETING,
            closing_words=ClosingWords(f"Run {run} is still training. Finished epochs are saved.", "Keep training"),
        )
        self._current = _Current(job, project, base)
        job.reported.connect(self._report)
        job.finished.connect(self._finish)
        job.cancelled.connect(self._tell_stopped)
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
            self._session_follows(current, event)
        self.reported.emit(event)

    def _session_follows(self, current: _Current, event: EpochFinished) -> None:
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
        current = self._ended()
        line = result_line(run, current.epochs, compared)
        self.ended.emit(Ending(line, line, current.run_with_metrics, is_finished=True))

    def _tell_stopped(self) -> None:
        current = self._ended()
        line = stopped_line(current.run, len(current.epochs))
        self.ended.emit(Ending(line, line, current.run_with_metrics))

    def _fail(self, error: Exception) -> None:
        current = self._ended()
        if isinstance(error, UserError):
            self._session.problem.emit(str(error))
        self.ended.emit(Ending("Training failed", failure_line(error), current.run_with_metrics))

    def _ended(self) -> _Current:
        """The training that was under way; it is no longer."""
        current, self._current = self._current, None
        assert current is not None
        self._publish(current, moved=not current.epochs and current.moved > 0)
        return current


def _recall_epochs(current: _Current, resumed: RunStarted) -> None:
    """Take the epochs from before a run was resumed."""
    earlier = current.project.runs.epochs(resumed.run)
    current.epochs = [EpochScore.of_stored(epoch) for epoch in earlier if epoch.number < resumed.epoch]
