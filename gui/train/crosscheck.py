"""The cross-check of the training sentences: what it does in words, its job, and the panel that offers it."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout

from core.domain.errors import UserError
from core.domain.events import CrosscheckEvent, RunStarted
from core.domain.settings import TrainSettings
from core.store.project import Project
from core.store.runs import Run
from core.store.sentence_selection import Selection
from gui.background import JobRunner
from gui.session import Session
from gui.text.progress import FLEETING, duration
from gui.text.words import counted
from gui.widgets.text_labels import PlainLabel

FOLDS = 5
_ALIKE = ("encoder", "unit", "layers", "device")
"""Settings that say how long a training takes for each sentence."""


class Crosschecks(Protocol):
    """`core.services.engine.crosscheck`, or what stands for it in a test."""

    def __call__(self, project: Project, settings: TrainSettings) -> Generator[CrosscheckEvent, None, int]: ...


class Crosscheck(QObject):
    """Starts cross-checks of the open project.

    Signals:
        finished: one ran to its end; the number of its run.
    """

    finished = Signal(int)

    def __init__(self, session: Session, runner: JobRunner, crosschecking: Crosschecks, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._runner = runner
        self._crosschecking = crosschecking

    def start(self, settings: TrainSettings) -> None:
        """Cross-check the training sentences with the settings of a training.

        Raises:
            UserError: another job is under way.
        """
        project = self._session.project
        assert project is not None, "no project is open"
        checked = replace(settings, folds=FOLDS, from_run=None)
        job = self._runner.start(
            "Cross-checking training sentences", lambda: self._crosschecking(project, checked), fleeting=FLEETING
        )
        runs: list[int] = []
        job.reported.connect(lambda event: self._take(project, event, runs))
        job.finished.connect(lambda run: self.finished.emit(run))
        self._session.report_failure(job)
        job.ended.connect(lambda: self._session.publish_runs(project, *runs))

    def _take(self, project: Project, event: object, runs: list[int]) -> None:
        if isinstance(event, RunStarted):
            runs.append(event.run)
            self._session.publish_runs(project, *runs)

    def look_at(self, run: int) -> None:
        """Show what a cross-check found, likely gold errors first."""
        self._session.set_context(source=run)
        self._session.inspect(Selection("train", order="suspicious"))


class CrosscheckPanel(QFrame):
    """Says what a cross-check does, offers one, and leads to what the last one found.

    Signals:
        asked: the user wants one.
        look_asked: the user wants to see what a run found.
    """

    asked = Signal()
    look_asked = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("panel", True)
        self._run: int | None = None
        title = PlainLabel("Gold errors among the training sentences")
        title.setProperty("role", "heading")
        self.purpose = PlainLabel(wraps=True)
        self.result = PlainLabel(wraps=True)
        self.button = QPushButton("Cross-check training sentences")
        self.look = QPushButton("Look at likely gold errors")
        self.button.setEnabled(False)
        self.button.clicked.connect(self.asked)
        self.look.clicked.connect(lambda: self.look_asked.emit(self._run))
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for button in (self.button, self.look):
            buttons.addWidget(button)
        buttons.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.setSpacing(8)
        for label in (title, self.purpose, self.result):
            layout.addWidget(label)
        layout.addLayout(buttons)

    def show_purpose(self, words: str, hindrance: str | None) -> None:
        """Say what a cross-check would do, and why it cannot be started now, if that is so."""
        self.purpose.setText(words)
        self.button.setEnabled(hindrance is None)
        self.button.setToolTip(hindrance or "With the settings above; Stop ends it and keeps nothing of it")

    def show_last(self, run: int | None, words: str) -> None:
        """Lead to what the last cross-check found; None where there was none."""
        self._run = run
        self.result.setText(words)
        for widget in (self.result, self.look):
            widget.setVisible(run is not None)


def purpose_line(sentences: int, seconds: float | None) -> str:
    """What a cross-check does with so many training sentences, and how long it takes, if that can be told."""
    time = "" if seconds is None else f": about {duration(max(seconds, 1))}"
    return (
        "A run learns the errors of its training sentences by heart, so its own predictions do not show them."
        f" A cross-check trains {FOLDS} taggers with the settings above, each on four fifths of the"
        f" {counted(sentences, 'training sentence')}, and tags the last fifth with it. That takes as long as"
        f" {FOLDS - 1} trainings{time}."
    )


@dataclass(frozen=True, slots=True)
class Pace:
    """How long a training took for each of its sentences in one epoch, in seconds."""

    settings: TrainSettings
    seconds: float


@dataclass(frozen=True, slots=True)
class PastRuns:
    """What the runs of a project mean for a cross-check.

    Attributes:
        paces: of the trainings, newest first.
        last: the newest cross-check that ran to its end.
        result: what that found, in words.
    """

    paces: tuple[Pace, ...] = ()
    last: int | None = None
    result: str = ""

    def expected_seconds(self, settings: TrainSettings, sentences: int) -> float | None:
        """How long a cross-check should take, from the last training that was like it; None where there was none."""
        for pace in self.paces:
            if all(getattr(pace.settings, name) == getattr(settings, name) for name in _ALIKE):
                return pace.seconds * sentences * settings.epochs * (FOLDS - 1)
        return None


def past_runs_of(project: Project, runs: Sequence[Run]) -> PastRuns:
    """Read what the runs, oldest first, mean for a cross-check."""
    paces = (_pace(run, project.runs.seconds(run.number)) for run in reversed(runs) if not run.is_crosscheck)
    last = next((run for run in reversed(runs) if run.is_crosscheck and run.status == "finished"), None)
    return PastRuns(
        tuple(pace for pace in paces if pace is not None),
        None if last is None else last.number,
        "" if last is None else _result_line(project, last),
    )


def _pace(run: Run, seconds: Sequence[float]) -> Pace | None:
    if not seconds or not run.train_sentences:
        return None
    return Pace(run.settings, sum(seconds) / len(seconds) / run.train_sentences)


def _result_line(project: Project, run: Run) -> str:
    try:
        [epoch] = project.runs.epochs(run.number)
    except UserError as error:
        return f"Run {run.number} is cross-checked, but {error}."
    f1 = epoch.report.corrected.micro.f1
    return f"Run {run.number} cross-checked {counted(run.train_sentences, 'sentence')}: F1 {f1:.4f} out of fold."
