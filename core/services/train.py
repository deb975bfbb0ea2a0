"""Trains a run on the project's corpus, or resumes one, and stores every epoch.

The work is a generator, so that the caller decides what to show and when to stop. Imports torch; see
`core.services.engine`.
"""

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from core.domain.errors import UserError
from core.domain.events import EpochFinished, Prepared, ResumedFrom, RunStarted, TrainingEvent
from core.domain.labels import in_display_order
from core.domain.scores import EpochReport
from core.domain.settings import TrainSettings
from core.domain.spans import Sentence, SentenceNumber
from core.io.manifest import load_manifest
from core.model import checkpoint
from core.model.devices import device_of
from core.model.encoders.loading import check_encoder
from core.services.scoring import score_epoch, score_klue
from core.store.label_history import earlier_names, rename_spans
from core.store.predictions import EpochKey
from core.store.project import Project
from core.store.runs import Epoch, Run, Status, training_digest
from core.store.sentences import GOLDS
from core.training.distributed import ALONE, Crew
from core.training.trainer import EpochTrained, Resumable, TrainingTask


@dataclass(frozen=True, slots=True)
class _Start:
    """What a run starts from.

    Attributes:
        folder: of the weights; None starts from the settings' encoder.
        resumed_from: None where the run is new.
        epoch, step: see `RunStarted`.
        repeated: likewise.
    """

    folder: Path | None = None
    resumed_from: ResumedFrom | None = None
    epoch: int = 1
    step: int = 0
    repeated: int = 0


def train_run(project: Project, settings: TrainSettings, crew: Crew = ALONE) -> Generator[TrainingEvent, None, int]:
    """Train a new run on the corrected gold; every epoch is scored on dev and stored. Returns the run's number.

    Closing the generator stops the run; its finished epochs stay, and `resume_run` can resume it.

    Args:
        crew: the processes that train together, of which this is the main one; the others call `assist_training`.

    Raises:
        UserError: the corpus lacks what training needs, or the encoder cannot be had.
    """
    start = _Start(_find_start(project, settings))
    check_start(settings)
    with project.database.atomic():
        project.corrections.settle()
        moved = project.sentences.to_take_to_train() if settings.move_corrected_dev else []
        _check_splits(project, len(moved))
        run = project.runs.start(settings)
        project.sentences.move_to_train(moved, run)
    with record_end(project, run):
        yield from _train(project, run, settings, start, crew)
    return run


def resume_run(project: Project, run: int, crew: Crew = ALONE) -> Generator[TrainingEvent, None, int]:
    """Resume a run that was stopped or killed, from the last state that it saved. Returns the run's number.

    On one CPU the run ends with the weights that it would have ended with. A run without a saved state resumes from the
    weights of its last finished epoch, with a new optimiser, or where it has none begins again.

    Raises:
        UserError: there is no such run, it is finished, its weights were deleted, what it trains on is not there any
            more, or its state is damaged.
    """
    known = project.runs.by_number(run)
    if known.status == "finished":
        raise UserError("run {run} is finished; start a new run from its weights instead", run=run)
    if known.is_crosscheck:
        raise UserError("run {run} is a cross-check, which cannot be resumed; start a new one", run=run)
    if project.sources.by_number(run).removed is not None:
        raise UserError("the weights of run {run} were deleted, so it cannot be resumed; start a new run", run=run)
    start = _find_rest(project, known)
    with project.database.atomic():
        project.corrections.settle()
        if known.settings.move_corrected_dev and not project.has_results_or_state(run):
            project.sentences.move_to_train(project.sentences.to_take_to_train(), run)
        project.runs.reopen(run, from_epoch=start.epoch)
        project.predictions.forget_unfinished(run)
    with record_end(project, run):
        yield from _train(project, run, known.settings, start, crew)
    return run


def _find_rest(project: Project, run: Run) -> _Start:
    """What is left of a run to resume from; nothing of it is changed."""
    folder, finished = project.resume_folder(run.number), project.sources.epoch_numbers(run.number)
    if folder.is_dir():
        epoch, step = checkpoint.load_position(_verify(folder))
        return _Start(folder, "state", epoch, step, sum(number >= epoch for number in finished))
    if finished:
        last = finished[-1]
        return _Start(_verify(project.checkpoint_folder(run.number, last)), "weights", last + 1)
    return _Start(_find_start(project, run.settings), "start")


def assist_training(crew: Crew) -> None:
    """Train together with the main process, which alone has the project."""
    task: TrainingTask = crew.from_main(_receive)
    for event in task.events(crew):
        if isinstance(event, Resumable):
            crew.from_main(_receive)
        elif isinstance(event, EpochTrained) and not crew.from_main(_receive):
            return


def _receive() -> Any:
    """A placeholder for processes that only receive."""


def _train(
    project: Project, run: int, settings: TrainSettings, start: _Start, crew: Crew
) -> Generator[TrainingEvent, None, None]:
    """Train all epochs, or until patience runs out, and store each."""
    task, dev_numbers = _make_task(project, run, settings, start)
    project.runs.describe(run, task.labels, task.train, len(task.dev))
    moved = project.sentences.count_moved(run)
    resumed = (start.resumed_from, start.epoch, start.step, start.repeated)
    yield RunStarted(run, len(task.train), len(task.dev), moved, *resumed)
    crew.from_main(lambda: task)
    ceiling: float | None = None
    for event in task.events(crew):
        if isinstance(event, Prepared):
            ceiling = event.ceiling
        if isinstance(event, Resumable):
            crew.from_main(partial(checkpoint.save, event.text_tagger, project.resume_folder(run), event.state))
        elif isinstance(event, EpochTrained):
            yield _store_epoch(project, run, dev_numbers, event, ceiling)
            if not crew.from_main(lambda: _has_patience(project, run, settings)):
                return
        else:
            yield event


def _has_patience(project: Project, run: int, settings: TrainSettings) -> bool:
    return settings.patience is None or project.runs.epochs_since_best(run) < settings.patience


@contextmanager
def record_end(project: Project, run: int) -> Iterator[None]:
    """Record how the run ended when the block exits, and discard partially stored epochs.

    Without a finished epoch and a state to resume from, the dev sentences that moved for it go back to dev.
    """
    status: Status = "failed"
    try:
        yield
        status = "finished"
        project.remove_resume_folder(run)
    except (GeneratorExit, KeyboardInterrupt):
        status = "stopped"
        raise
    finally:
        if not project.has_results_or_state(run):
            project.sentences.move_back(run)
        if status != "finished":
            project.predictions.forget_unfinished(run)
        project.runs.end(run, status)


def _find_start(project: Project, settings: TrainSettings) -> Path | None:
    """The folder of the weights that the settings start from, once they are known to be whole."""
    if settings.from_run is None:
        return None
    base = project.runs.with_weights(settings.from_run).settings
    if (settings.encoder, settings.unit) != (base.encoder, base.unit):
        raise UserError(
            "run {from_run} has the encoder {encoder} ({unit}), not {wanted} ({wanted_unit}); choose"
            " {encoder} to start from its weights, or start from no run",
            from_run=settings.from_run,
            encoder=base.encoder,
            unit=base.unit,
            wanted=settings.encoder,
            wanted_unit=settings.unit,
        )
    return _verify(project.checkpoint_folder(settings.from_run, project.runs.epoch_number(settings.from_run, None)))


def check_start(settings: TrainSettings) -> None:
    """Look whether a training can start with these settings, before there is a run that would have failed.

    Raises:
        UserError: the device is not there, or the encoder cannot be had.
    """
    device_of(settings.device)
    if settings.from_run is None:
        check_encoder(settings.encoder)


def _verify(folder: Path) -> Path:
    load_manifest(folder)
    return folder


def _check_splits(project: Project, moved: int) -> None:
    if not project.sentences.count("train"):
        raise UserError("the project has no training sentences; import a corpus into the train split first")
    dev = project.sentences.count("dev")
    if not dev:
        raise UserError("the project has no dev sentences to measure on; import some into dev, or keep a share for dev")
    if moved == dev:
        raise UserError(
            "all dev sentences ({count:,}) were corrected and would move to train, leaving none to measure on; import"
            " more dev sentences, or keep the corrected ones in dev",
            count=dev,
        )


def _make_task(
    project: Project, run: int, settings: TrainSettings, start: _Start
) -> tuple[TrainingTask, list[SentenceNumber]]:
    """What a run trains, as it was when it began, and the numbers of its dev sentences."""
    train = project.runs.training_sentences(run)
    own = {sentence.id for sentence in train}  # a person may have moved some to dev since the run began
    dev = [stored for stored in project.sentences.each("dev", settings.limit) if stored.id not in own]
    if project.runs.by_number(run).training_digest not in ("", training_digest(train)[0]):
        raise UserError("run {run} cannot be resumed: the corpus has changed since it began; train a new run", run=run)
    labels = in_display_order({span.label for sentence in train for span in sentence.spans})
    if not labels:
        raise UserError("the training sentences contain no entity; import or correct some first")
    # A run that is resumed after a label was renamed is measured under the names that it trains on.
    then = earlier_names(project.label_names.of_source(run), labels)
    gold = [Sentence.unchecked(stored.id, stored.text, rename_spans(stored.gold, then)) for stored in dev]
    has_own_weights = start.resumed_from in ("state", "weights")
    names = {} if settings.from_run is None or has_own_weights else project.label_names.of_source(settings.from_run)
    task = TrainingTask(
        train,
        gold,
        labels,
        settings,
        start.folder,
        has_state=start.resumed_from == "state",
        epochs_done=start.epoch - 1 if start.resumed_from == "weights" else 0,
        cache=project.encodings_folder,
        start_names={old: then.get(now, now) for old, now in names.items()},
    )
    return task, [stored.number for stored in dev]


def _store_epoch(
    project: Project, run: int, dev_numbers: Sequence[SentenceNumber], trained: EpochTrained, ceiling: float | None
) -> EpochFinished:
    """Keep an epoch: weights first, then predictions and signals, last the row that makes it known.

    Args:
        ceiling: the F1 on dev that perfect tags would reach; None where dev has no gold span.
    """
    key = EpochKey(run, trained.epoch)
    checkpoint.save(trained.text_tagger, project.checkpoint_folder(run, trained.epoch))
    project.predictions.save(key, dict(zip(dev_numbers, trained.predictions, strict=True)))
    project.signals.save(key, dict(zip(dev_numbers, trained.signals, strict=True)))
    report = EpochReport(
        score_epoch(project, key, "dev", "imported"),
        score_epoch(project, key, "dev", "corrected"),
        {gold: score_klue(project, key, "dev", gold) for gold in GOLDS},
        ceiling,
    )
    project.runs.add_epoch(Epoch(run, trained.epoch, trained.loss, trained.seconds, report))
    return EpochFinished(run, trained.epoch, trained.loss, trained.seconds, report.corrected)
