"""Where the store and the tagger meet: training, evaluating and predicting on a project.

All are generators, so that the caller decides what to show and when to stop. Imports torch; see `core.engine`.
"""

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from core import checkpoint
from core.devices import device_of
from core.errors import UserError
from core.events import EpochFinished, Predicting, RunStarted, TrainingEvent
from core.labels import in_display_order
from core.metrics import Report, reported
from core.predictor import predict_batches
from core.settings import Device, TrainSettings
from core.spans import PredictedSpan, Sentence, SentenceNumber, Split
from core.store.predictions import EpochKey
from core.store.project import Project
from core.store.runs import Epoch, Status
from core.store.sentences import GOLDS, SLICE, Gold
from core.tagger import TextTagger
from core.trainer import EpochTrained, train


@dataclass(frozen=True, slots=True)
class _Corpus:
    """The sentences of one run, as they stood when it began."""

    train: list[Sentence]
    dev: list[Sentence]
    dev_numbers: list[SentenceNumber]
    labels: tuple[str, ...]


def training(
    project: Project, settings: TrainSettings, *, move_corrected_dev: bool = True
) -> Generator[TrainingEvent, None, int]:
    """Train a new run on the corrected gold; every epoch is scored on dev and stored. Returns the run's number.

    Closing the generator stops the run; its finished epochs stay.

    Args:
        move_corrected_dev: corrected dev sentences become training sentences, so that no sentence is measured on that
            a person has looked at and mended.

    Raises:
        UserError: the corpus lacks what training needs, or the encoder cannot be had.
    """
    start = _starting_tagger(project, settings)
    with _recorded_run(project, settings, move_corrected_dev) as (run, moved):
        corpus = _corpus(project, run, settings)
        project.runs.describe(run, corpus.labels, corpus.train, len(corpus.dev))
        yield RunStarted(run, len(corpus.train), len(corpus.dev), moved)
        for event in train(corpus.train, corpus.dev, corpus.labels, settings, start):
            yield _epoch_stored(project, run, corpus, event) if isinstance(event, EpochTrained) else event
    return run


@contextmanager
def _recorded_run(project: Project, settings: TrainSettings, move_corrected_dev: bool) -> Iterator[tuple[int, int]]:
    """A run in the store that ends as the block does, and how many dev sentences moved to train for it.

    Without a finished epoch they go back to dev.
    """
    with project.database.atomic():
        moved = project.sentences.corrected_in("dev") if move_corrected_dev else []
        _check_splits(project, len(moved))
        run = project.runs.start(settings)
        project.sentences.move_to_train(moved, run)
    status: Status = "failed"
    try:
        yield run, len(moved)
        status = "finished"
    except (GeneratorExit, KeyboardInterrupt):
        status = "stopped"
        raise
    finally:
        if not project.runs.epochs(run):
            project.sentences.move_back(run)
        project.runs.end(run, status)


def _starting_tagger(project: Project, settings: TrainSettings) -> TextTagger | None:
    if settings.from_run is None:
        return None
    base = project.runs.by_number(settings.from_run).settings
    if (settings.encoder, settings.unit) != (base.encoder, base.unit):
        raise UserError(
            f"run {settings.from_run} has the encoder {base.encoder} ({base.unit}), not {settings.encoder}"
            f" ({settings.unit}); choose {base.encoder} to start from its weights, or start from no run"
        )
    epoch = project.runs.epoch_number(settings.from_run, None)
    folder = project.checkpoint_folder(settings.from_run, epoch)
    return checkpoint.load(folder, device_of(settings.device))


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


def _corpus(project: Project, run: int, settings: TrainSettings) -> _Corpus:
    train_sentences = project.runs.training_sentences(run)
    dev = list(project.sentences.each("dev", settings.limit))
    labels = in_display_order({span.label for sentence in train_sentences for span in sentence.spans})
    if not labels:
        raise UserError("the training sentences hold no entity at all; import or correct some first")
    return _Corpus(train_sentences, [s.with_gold("corrected") for s in dev], [s.number for s in dev], labels)


def _epoch_stored(project: Project, run: int, corpus: _Corpus, trained: EpochTrained) -> EpochFinished:
    """Keep an epoch: weights first, then predictions, last the row that makes it known."""
    key = EpochKey(run, trained.epoch)
    checkpoint.save(trained.text_tagger, project.checkpoint_folder(run, trained.epoch))
    project.predictions.save(key, dict(zip(corpus.dev_numbers, trained.predictions, strict=True)))
    reports = {gold: _report_of(project, key, "dev", gold) for gold in GOLDS}
    report: dict[str, Any] = {gold: reports[gold].as_json() for gold in GOLDS}
    project.runs.add_epoch(Epoch(run, trained.epoch, trained.loss, trained.seconds, report))
    return EpochFinished(run, trained.epoch, trained.loss, trained.seconds, reports["corrected"])


def _report_of(project: Project, key: EpochKey, split: Split, gold: Gold) -> Report:
    """The metrics of an epoch's stored predictions on the sentences that are in the split now."""
    return reported(project.predictions.counts(key, split, gold))


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Metrics of one epoch on one split and gold, and how many sentences they stand on."""

    key: EpochKey
    split: Split
    gold: Gold
    sentences: int
    report: Report


def evaluating(
    project: Project, run: int | None, epoch: int | None, split: Split, gold: Gold, device: Device = "auto"
) -> Generator[Predicting, None, Evaluation]:
    """Score an epoch on a split; sentences that it has not predicted yet are predicted first, with its checkpoint.

    Args:
        run, epoch: None means the newest run, the last epoch.

    Raises:
        UserError: there is no such run or epoch, the split is empty, or the checkpoint is damaged.
    """
    number = project.runs.by_number(run).number
    key = EpochKey(number, project.runs.epoch_number(number, epoch))
    if not project.sentences.count(split):
        raise UserError(f"the project has no {split} sentences; import some with --split {split}")
    lacking = project.predictions.lacking(key, split)
    if lacking:
        yield from _predict_stored(project, key, lacking, device)
    report = _report_of(project, key, split, gold)
    return Evaluation(key, split, gold, project.predictions.count(key, split), report)


def _predict_stored(
    project: Project, key: EpochKey, numbers: Sequence[SentenceNumber], device: Device
) -> Generator[Predicting, None, None]:
    text_tagger = checkpoint.load(project.checkpoint_folder(key.run, key.epoch), device_of(device))
    done = 0
    for first in range(0, len(numbers), SLICE):
        part = numbers[first : first + SLICE]
        texts = [sentence.text for sentence in project.sentences.by_number(part)]
        found: dict[SentenceNumber, tuple[PredictedSpan, ...]] = {}
        for predictions in predict_batches(text_tagger, texts):
            found.update((part[index], spans) for index, spans in predictions)
            done += len(predictions)
            yield Predicting(done, len(numbers))
        project.predictions.save(key, {number: found[number] for number in part})


def predicting(
    project: Project, run: int | None, epoch: int | None, texts: Sequence[str], device: Device = "auto"
) -> Generator[Predicting, None, list[tuple[PredictedSpan, ...]]]:
    """Tag texts with a run's weights; returns the spans of each text in order.

    Raises:
        UserError: there is no such run or epoch, or its checkpoint is damaged.
    """
    number = project.runs.by_number(run).number
    folder = project.checkpoint_folder(number, project.runs.epoch_number(number, epoch))
    text_tagger = checkpoint.load(folder, device_of(device))
    found: list[tuple[PredictedSpan, ...]] = [()] * len(texts)
    done = 0
    for predictions in predict_batches(text_tagger, texts):
        for index, spans in predictions:
            found[index] = spans
        done += len(predictions)
        yield Predicting(done, len(texts))
    return found
