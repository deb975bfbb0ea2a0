"""Where the store and the tagger meet: training and evaluating on a project.

All are generators, so that the caller decides what to show and when to stop. Imports torch; see `core.services.engine`.
"""

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from core.domain.errors import UserError
from core.domain.generators import add_up, map_progress
from core.domain.labels import in_display_order
from core.domain.settings import Device, TrainSettings, Unit
from core.domain.spans import Sentence, SentenceNumber, Split
from core.io.manifest import checked_manifest
from core.metrics.comparison import Verdict
from core.metrics.report import KlueFigures, Report, counts_of, reported
from core.metrics.strict import klue_figures
from core.model import checkpoint
from core.model.ceilings import STEPS_OF_CEILINGS, ceilings_of_units
from core.model.devices import device_of
from core.model.encoders.loading import check_encoder
from core.model.encoding.windows import Windows
from core.model.signals import Judged, judge_batches, judge_windows
from core.model.tagger import TextTagger
from core.store.label_names import earlier_names, rename_spans
from core.store.predictions import EpochKey
from core.store.project import Project
from core.store.runs import Epoch, EpochChoice, Run, Status, training_digest
from core.store.sentences import GOLDS, SLICE, Gold
from core.training.distributed import ALONE, Crew
from core.training.events import EpochFinished, Measuring, Predicting, Prepared, ResumedFrom, RunStarted, TrainingEvent
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


def training(project: Project, settings: TrainSettings, crew: Crew = ALONE) -> Generator[TrainingEvent, None, int]:
    """Train a new run on the corrected gold; every epoch is scored on dev and stored. Returns the run's number.

    Closing the generator stops the run; its finished epochs stay, and `resuming` can resume it.

    Args:
        crew: the processes that train together, of which this is the main one; the others call `assisting`.

    Raises:
        UserError: the corpus lacks what training needs, or the encoder cannot be had.
    """
    start = _Start(_starting_folder(project, settings))
    check_start(settings)
    with project.database.atomic():
        project.corrections.settle()
        moved = project.sentences.corrected_in("dev") if settings.move_corrected_dev else []
        _check_splits(project, len(moved))
        run = project.runs.start(settings)
        project.sentences.move_to_train(moved, run)
    with ending(project, run):
        yield from _trained(project, run, settings, start, crew)
    return run


def resuming(project: Project, run: int, crew: Crew = ALONE) -> Generator[TrainingEvent, None, int]:
    """Resume a run that was stopped or killed, from the last state that it saved. Returns the run's number.

    On one CPU the run ends with the weights that it would have ended with. A run without a saved state resumes from the
    weights of its last finished epoch, with a new optimiser, or where it has none begins again.

    Raises:
        UserError: there is no such run, it is finished, what it trains on is not there any more, or its state is
            damaged.
    """
    known = project.runs.by_number(run)
    if known.status == "finished":
        raise UserError(f"run {run} is finished; start a new run from its weights instead")
    if known.is_crosscheck:
        raise UserError(f"run {run} is a cross-check, which cannot be resumed; start a new one")
    start = _resumed_start(project, known)
    with project.database.atomic():
        if known.settings.move_corrected_dev and not project.came_to_something(run):
            project.sentences.move_to_train(project.sentences.corrected_in("dev"), run)
        project.runs.reopen(run, from_epoch=start.epoch)
        project.predictions.forget_unfinished(run)
    with ending(project, run):
        yield from _trained(project, run, known.settings, start, crew)
    return run


def _resumed_start(project: Project, run: Run) -> _Start:
    """What is left of a run to resume from; nothing of it is changed."""
    folder, finished = project.resume_folder(run.number), project.runs.epoch_numbers(run.number)
    if folder.is_dir():
        epoch, step = checkpoint.saved_place(_whole(folder))
        return _Start(folder, "state", epoch, step, sum(number >= epoch for number in finished))
    if finished:
        last = finished[-1]
        return _Start(_whole(project.checkpoint_folder(run.number, last)), "weights", last + 1)
    return _Start(_starting_folder(project, run.settings), "start")


def assisting(crew: Crew) -> None:
    """Train together with the main process, which alone has the project."""
    task: TrainingTask = crew.from_main(_nothing)
    for event in task.events(crew):
        if isinstance(event, Resumable):
            crew.from_main(_nothing)
        elif isinstance(event, EpochTrained) and not crew.from_main(_nothing):
            return


def _nothing() -> Any:
    """What a process gives that has only to be told."""


def _trained(
    project: Project, run: int, settings: TrainSettings, start: _Start, crew: Crew
) -> Generator[TrainingEvent, None, None]:
    """Trains to the end, or until the patience is at its end; stores what comes."""
    task, dev_numbers = _task(project, run, settings, start)
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
            yield _epoch_stored(project, run, dev_numbers, event, ceiling)
            if not crew.from_main(lambda: _has_patience(project, run, settings)):
                return
        else:
            yield event


def _has_patience(project: Project, run: int, settings: TrainSettings) -> bool:
    return settings.patience is None or project.runs.epochs_since_best(run) < settings.patience


@contextmanager
def ending(project: Project, run: int) -> Iterator[None]:
    """Gives a run that goes on its end as the block ends; what it stored of an epoch that is not whole goes.

    Without a finished epoch and a state to go on from, the dev sentences that moved for it go back to dev.
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
        if not project.came_to_something(run):
            project.sentences.move_back(run)
        if status != "finished":
            project.predictions.forget_unfinished(run)
        project.runs.end(run, status)


def _starting_folder(project: Project, settings: TrainSettings) -> Path | None:
    """The folder of the weights that the settings start from, once they are known to be whole."""
    if settings.from_run is None:
        return None
    base = project.runs.with_weights(settings.from_run).settings
    if (settings.encoder, settings.unit) != (base.encoder, base.unit):
        raise UserError(
            f"run {settings.from_run} has the encoder {base.encoder} ({base.unit}), not {settings.encoder}"
            f" ({settings.unit}); choose {base.encoder} to start from its weights, or start from no run"
        )
    return _whole(project.checkpoint_folder(settings.from_run, project.runs.epoch_number(settings.from_run, None)))


def check_start(settings: TrainSettings) -> None:
    """Look whether a training can start with these settings, before there is a run that would have failed.

    Raises:
        UserError: the device is not there, or the encoder cannot be had.
    """
    device_of(settings.device)
    if settings.from_run is None:
        check_encoder(settings.encoder)


def _whole(folder: Path) -> Path:
    checked_manifest(folder)
    return folder


def _check_splits(project: Project, moved: int) -> None:
    if not project.sentences.count("train"):
        raise UserError("the project has no training sentences; import a corpus into the train split first")
    dev = project.sentences.count("dev")
    if not dev:
        raise UserError("the project has no dev sentences to measure on; import some into dev, or keep a share for dev")
    if moved == dev:
        raise UserError(
            f"all {dev} dev sentences were corrected and would move to train, leaving none to measure on;"
            " import more dev sentences, or keep the corrected ones in dev"
        )


def _task(
    project: Project, run: int, settings: TrainSettings, start: _Start
) -> tuple[TrainingTask, list[SentenceNumber]]:
    """What a run trains, as it stood when it began, and the numbers of its dev sentences."""
    train = project.runs.training_sentences(run)
    dev = list(project.sentences.each("dev", settings.limit))
    if project.runs.by_number(run).training_digest not in ("", training_digest(train)[0]):
        raise UserError(f"run {run} cannot be resumed: the corpus has changed since it began; train a new run")
    labels = in_display_order({span.label for sentence in train for span in sentence.spans})
    if not labels:
        raise UserError("the training sentences hold no entity at all; import or correct some first")
    # A run that goes on after a label was renamed is measured under the names that it trains on.
    then = earlier_names(project.label_names.of_run(run), labels)
    gold = [Sentence(stored.id, stored.text, rename_spans(stored.gold, then)) for stored in dev]
    has_own_weights = start.resumed_from in ("state", "weights")
    names = {} if settings.from_run is None or has_own_weights else project.label_names.of_run(settings.from_run)
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


def _epoch_stored(
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
    reports = {gold: report_of(project, key, "dev", gold) for gold in GOLDS}
    report: dict[str, Any] = {gold: reports[gold].as_json() for gold in GOLDS}
    report["klue"] = {gold: _klue_of(project, key, "dev", gold).as_json() for gold in GOLDS}
    report["ceiling"] = ceiling
    project.runs.add_epoch(Epoch(run, trained.epoch, trained.loss, trained.seconds, report))
    return EpochFinished(run, trained.epoch, trained.loss, trained.seconds, reports["corrected"])


def report_of(project: Project, key: EpochKey, split: Split, gold: Gold) -> Report:
    """The metrics of an epoch's stored predictions on the sentences that are in the split now."""
    return reported(project.predictions.counts(key, split, gold))


def _klue_of(project: Project, key: EpochKey, split: Split, gold: Gold) -> KlueFigures:
    return klue_figures(project.predictions.scored(key, split, gold))


def measuring_ceilings(project: Project, encoder: str, split: Split) -> Generator[Measuring, None, dict[Unit, Report]]:
    """How far each tagging unit can go with an encoder on a split: the scores that perfect tags would reach.

    Raises:
        UserError: the split is empty, or the encoder cannot be had.
    """
    sentences = [stored.with_gold("corrected") for stored in project.sentences.each(split)]
    if not sentences:
        raise UserError(f"the project has no {split} sentences; import some with --split {split}")
    texts = (stored.text for stored in project.sentences.each("train"))
    work = ceilings_of_units(sentences, encoder, texts, project.encodings_folder)
    total = STEPS_OF_CEILINGS * len(sentences)
    return (yield from map_progress(add_up(work), lambda done: Measuring(done, total)))


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Metrics of one epoch on one split and gold, how many sentences they stand on, and how often each verdict fell."""

    key: EpochKey
    split: Split
    gold: Gold
    sentences: int
    report: Report
    klue: KlueFigures
    verdicts: Mapping[Verdict, int]


def evaluating(
    project: Project, run: int | None, epoch: EpochChoice | None, split: Split, gold: Gold, device: Device = "auto"
) -> Generator[Predicting, None, Evaluation]:
    """Score an epoch on a split; sentences that it has not predicted yet are predicted first, with its checkpoint.

    Args:
        run, epoch: None means the newest run, the last epoch; `best` the epoch with the best micro F1 on dev.

    Raises:
        UserError: there is no such run or epoch, the split is empty or not what a cross-check tagged, or the checkpoint
            is damaged.
    """
    number = project.runs.by_number(run).number
    key = EpochKey(number, project.runs.epoch_number(number, epoch))
    if not project.sentences.count(split):
        raise UserError(f"the project has no {split} sentences; import some with --split {split}")
    lacking = project.predictions.lacking(key, split)
    if project.runs.by_number(number).is_crosscheck:
        if not project.predictions.count(key, split):
            raise UserError(
                f"run {number} is a cross-check: it tagged training sentences and keeps no weights to tag others with;"
                " evaluate it with --split train"
            )
    elif lacking:
        yield from _predict_stored(project, key, lacking, device)
    verdicts = project.predictions.verdicts(key, split, gold)
    sentences, klue = project.predictions.count(key, split), _klue_of(project, key, split, gold)
    return Evaluation(key, split, gold, sentences, reported(counts_of(verdicts)), klue, verdicts)


def _predict_stored(
    project: Project, key: EpochKey, numbers: Sequence[SentenceNumber], device: Device
) -> Generator[Predicting, None, None]:
    text_tagger = checkpoint.load(project.checkpoint_folder(key.run, key.epoch), device_of(device))
    yield from tagging_stored(project, key, text_tagger, numbers)


def tagging_stored(
    project: Project,
    key: EpochKey,
    text_tagger: TextTagger,
    numbers: Sequence[SentenceNumber],
    windows: Windows | None = None,
) -> Generator[Predicting, None, None]:
    """Tag sentences of the project, and store their predictions and signals under an epoch.

    Args:
        windows: of the sentences' texts in the same order, where these are encoded already.
    """
    done = 0
    then = earlier_names(project.label_names.of_run(key.run), text_tagger.tag_set.labels)
    for first in range(0, len(numbers), SLICE):
        part = numbers[first : first + SLICE]
        sentences = project.sentences.by_number(part)
        texts, golds = [stored.text for stored in sentences], [rename_spans(stored.gold, then) for stored in sentences]
        found: list[Judged] = []
        if windows is None:
            work = judge_batches(text_tagger, texts, golds)
        else:
            own = windows.selected(np.arange(first, first + len(part)))
            work = judge_windows(text_tagger, own, np.arange(len(part)), golds)
        for judged in work:
            found += judged
            done += len(judged)
            yield Predicting(done, len(numbers))
        # Signals first: what has predictions is not tagged again.
        project.signals.save(key, {part[each.text]: each.signals for each in found})
        project.predictions.save(key, {part[each.text]: each.spans for each in found})
