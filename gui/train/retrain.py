"""What a retrain with corrections would build on, in words; no Qt."""

from collections import Counter
from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import Protocol

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QFrame, QPushButton, QVBoxLayout

from core.domain.events import TrainingEvent
from core.domain.settings import TrainSettings
from core.domain.spans import SPLITS, Split
from core.metrics.report import build_report
from core.store.predictions import EpochKey
from core.store.project import Project
from core.store.runs import Run
from gui.text.train import Compared
from gui.text.words import counted
from gui.widgets.text_labels import PlainLabel


class StartsTraining(Protocol):
    """`core.services.engine.train_run`, or what stands for it in a test."""

    def __call__(self, project: Project, settings: TrainSettings) -> Generator[TrainingEvent, None, int]: ...


class ResumesTraining(Protocol):
    """`core.services.engine.resume_run`, or what stands for it in a test."""

    def __call__(self, project: Project, run: int) -> Generator[TrainingEvent, None, int]: ...


@dataclass(frozen=True, slots=True)
class Retraining:
    """The last finished run and what was corrected since.

    Attributes:
        key: its last epoch.
        changed: how many sentences of each split were corrected since it began.
        moving: dev sentences that differ from the corpus as imported, whenever they were corrected.
        dev: all dev sentences.
        common: those that the run predicted.
        remaining: those of them that stay in dev when the corrected ones move.
    """

    base: Run
    key: EpochKey
    changed: dict[Split, int]
    moving: int
    dev: int
    common: int
    remaining: int

    @property
    def can_move(self) -> bool:
        return 0 < self.moving < self.dev


def retraining_of(project: Project) -> Retraining | None:
    """None where no run has finished, or nothing was corrected since."""
    base = last_finished(project)
    if base is None:
        return None
    changed = project.corrections.sentences_changed_since(base.last_correction)
    if not changed:
        return None
    splits = Counter(sentence.split for sentence in project.sentences.by_number(changed))
    key = EpochKey(base.number, project.runs.epoch_number(base.number, None))
    moving = project.sentences.corrected_in("dev")
    common = project.predictions.count(key, "dev")
    return Retraining(
        base=base,
        key=key,
        changed={split: splits[split] for split in SPLITS if splits[split]},
        moving=len(moving),
        dev=project.sentences.count("dev"),
        common=common,
        remaining=common - len(project.predictions.of(key, moving)),
    )


def last_finished(project: Project, before: int | None = None) -> Run | None:
    """The last run that finished, of all or of those before a run."""
    trained = project.runs.with_epochs()
    finished = [run for run in project.runs.list_all() if run.status == "finished" and run.number in trained]
    return next((run for run in reversed(finished) if before is None or run.number < before), None)


def compared_with_base(project: Project, run: Run) -> Compared | None:
    """A finished retrain beside the run that it improves on: the one before it, of the same settings."""
    base = last_finished(project, before=run.number)
    if base is None or run.status != "finished" or run.last_correction <= base.last_correction:
        return None
    if replace(run.settings, move_corrected_dev=base.settings.move_corrected_dev) != base.settings:
        return None
    key, other = (EpochKey(each.number, project.runs.epoch_number(each.number, None)) for each in (run, base))
    return compared_runs(project, key, other)


def correction_count(found: Retraining) -> str:
    """How much was corrected, and where."""
    total = counted(sum(found.changed.values()), "sentence")
    where = ", ".join(f"{number:,} in {split}" for split, number in found.changed.items())
    return f"{total} corrected since run {found.base.number}: {where}."


def consequence(found: Retraining, *, moves: bool) -> str:
    """What becomes of the corrected dev sentences, and what the scores then mean."""
    run = f"run {found.base.number}"
    if not found.moving:
        return f"{run.capitalize()} and the new run are then compared on {_the(found.common)}, on the same gold."
    if not found.can_move:
        return (
            f"{_all(found.dev)} been corrected. Moved to train, none would be left to measure on, so they stay in dev,"
            " and dev scores will include sentences that were mended by looking at predictions."
            " Import more dev sentences to measure on untouched ones."
        )
    subject, verb = _corrected(found.moving)
    if not moves:
        return (
            f"{subject} {'stays' if found.moving == 1 else 'stay'} in dev: dev scores will then include sentences that"
            " were mended by looking at predictions, and look better than they are."
        )
    return (
        f"{subject} {verb} to train, so that nothing you looked at is measured on; {run} and the new run are then"
        f" compared on {_the(found.remaining)} that {_remain(found.remaining)}, on the same gold."
    )


def under_way(found: Retraining, title: str, *, is_compared: bool) -> str:
    """What a training with this title makes of the corrections, while it runs."""
    text = f"{title} includes these corrections."
    return f"{text} When it has finished, it is compared with run {found.base.number}." if is_compared else text


def _the(dev_sentences: int) -> str:
    return f"the {counted(dev_sentences, 'dev sentence')}"


def _remain(number: int) -> str:
    return "remains" if number == 1 else "remain"


def _all(dev: int) -> str:
    return "The only dev sentence has" if dev == 1 else f"All {dev:,} dev sentences have"


def _corrected(number: int) -> tuple[str, str]:
    return f"The {counted(number, 'corrected dev sentence')}", "moves" if number == 1 else "move"


def trained_and_compared(
    training: Generator[TrainingEvent, None, int], project: Project, base: EpochKey | None
) -> Generator[TrainingEvent, None, tuple[int, Compared | None]]:
    """A training that, when it has ended, is held against the run that it improves on; for the worker's thread."""
    run = yield from training
    if base is None:
        return run, None
    return run, compared_runs(project, EpochKey(run, project.runs.epoch_number(run, None)), base)


def compared_runs(project: Project, key: EpochKey, other: EpochKey) -> Compared | None:
    """Both on the dev sentences that both predicted; None where there are none."""
    sentences = project.predictions.count(key, "dev", other)
    if not sentences:
        return None
    f1, other_f1 = (
        build_report(project.predictions.counts(one, "dev", "corrected", other=another)).micro.f1
        for one, another in ((key, other), (other, key))
    )
    return Compared(key.source, other.source, sentences, f1, other_f1)


class RetrainPanel(QFrame):
    """Says what was corrected since the last run and what a retrain does with it; hidden where nothing was.

    Signals:
        asked: the user wants to retrain.
        changed: the choice about corrected dev sentences is another.
    """

    asked = Signal()
    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("panel", True)
        self.found: Retraining | None = None
        self.count = PlainLabel(wraps=True)
        self.count.setProperty("role", "heading")
        self.consequence = PlainLabel(wraps=True)
        self.move_dev = move_box()
        self.move_dev.toggled.connect(self._show_consequence)
        self.move_dev.toggled.connect(self.changed)
        self.button = QPushButton("Retrain with corrections")
        self.button.setProperty("primary", True)
        self.button.clicked.connect(self.asked)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.setSpacing(8)
        for widget in (self.count, self.consequence, self.move_dev):
            layout.addWidget(widget)
        layout.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)
        self.hide()

    @property
    def moves(self) -> bool:
        """Whether corrected dev sentences move to train first."""
        return self.found is not None and self.found.can_move and self.move_dev.isChecked()

    def show_found(self, found: Retraining | None) -> None:
        self.found = found
        self.setVisible(found is not None)
        if found is None:
            return
        self.count.setText(correction_count(found))
        self.button.show()
        self.move_dev.setVisible(found.moving > 0)
        self.move_dev.setEnabled(found.can_move)
        self.button.setToolTip(f"Train a new run with the settings of run {found.base.number} on the corrected gold")
        self._show_consequence()

    def show_training(self, title: str, *, is_compared: bool) -> None:
        """Say that a training that began has the corrections, in place of the offer."""
        if self.found is not None:
            self.consequence.setText(under_way(self.found, title, is_compared=is_compared))
            self.move_dev.hide()
            self.button.hide()

    def _show_consequence(self) -> None:
        if self.found is not None:
            self.consequence.setText(consequence(self.found, moves=self.moves))


def move_box() -> QCheckBox:
    """The choice whether corrected dev sentences become training sentences."""
    box = QCheckBox("Move corrected dev sentences to train (recommended)")
    box.setChecked(True)
    box.setToolTip("Dev then holds only sentences that nobody has mended after seeing predictions")
    return box
