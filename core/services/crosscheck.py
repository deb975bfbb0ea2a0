"""Out-of-fold predictions: every training sentence tagged by a tagger that has not learned from it.

A run tags its own training sentences as it has learned them, wrong gold included. Trained on the other folds alone, a
tagger has nothing learned by heart, and its doubts of the gold mean something (Northcutt, Jiang and Chuang, Confident
Learning: Estimating Uncertainty in Dataset Labels, 2021, section 3). Imports torch; see `core.services.engine`.
"""

import random
import time
from collections import defaultdict
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean

from core.domain.errors import UserError
from core.domain.events import BatchHalved, CrosscheckEvent, EpochFinished, FoldProgress, Phase, Progress, RunStarted
from core.domain.generators import map_progress
from core.domain.labels import in_display_order
from core.domain.scores import EpochReport
from core.domain.settings import TINY, TrainSettings
from core.domain.spans import Sentence, SentenceNumber
from core.domain.splitting import normalise_for_comparison
from core.messages.catalogue import mark
from core.model.encoding.cache import encode_cached
from core.services.scoring import score_epoch
from core.services.tag_with_run import tag_stored
from core.services.train import check_start, record_end
from core.store.predictions import EpochKey
from core.store.project import Project
from core.store.runs import Epoch
from core.training.trainer import EpochTrained, train

_TRAINING = 0.9
"""The share of a fold's time that goes to training, as far as its progress is known; the rest goes to tagging."""

_ESTIMATED_FROM = 0.01
"""The share that must be done before the time left can be estimated from it."""


_NO_SENTENCES = mark("the project has no training sentences; import a corpus into the train split first")


def crosscheck(project: Project, settings: TrainSettings) -> Generator[CrosscheckEvent, None, int]:
    """Tag every training sentence by a tagger that was trained on the other folds; returns the number of the run.

    The predictions and signals of all training sentences are stored under one run, which has one epoch, no weights and
    no predictions for dev; its report is on train. Closing the generator leaves nothing of it but a stopped run.

    Args:
        settings: `folds` says how many taggers; `patience`, `from_run` and dev sentences have no part in it: weights
            that have seen a sentence would leak it.

    Raises:
        UserError: there is too little to train on, or the encoder cannot be had.
    """
    assert settings.folds is not None, "a cross-check has folds"
    settings = replace(settings, patience=None, from_run=None, move_corrected_dev=False)
    if not project.sentences.count("train"):
        raise UserError(_NO_SENTENCES)
    check_start(settings)
    run = project.runs.start(settings)
    with record_end(project, run):
        sentences = project.runs.training_sentences(run)
        folds = _make_folds(sentences, settings.folds or 0, settings.seed)
        labels = in_display_order({span.label for sentence in sentences for span in sentence.spans})
        project.runs.describe(run, labels, sentences, 0)
        yield RunStarted(run, len(sentences), 0, 0)
        yield from _check_folds(project, run, settings, labels, folds)
    return run


def draw_folds(texts: Sequence[str], folds: int, seed: int) -> list[int]:
    """The fold of each text (0 to folds − 1), drawn by the seed; equal texts share one; the folds are of one size."""
    places: dict[str, list[int]] = defaultdict(list)
    for place, text in enumerate(texts):
        places[normalise_for_comparison(text)].append(place)
    groups = list(places.values())
    random.Random(seed).shuffle(groups)
    sizes, found = [0] * folds, [0] * len(texts)
    for group in sorted(groups, key=len, reverse=True):
        fold = min(range(folds), key=sizes.__getitem__)
        sizes[fold] += len(group)
        for place in group:
            found[place] = fold
    return found


@dataclass(frozen=True, slots=True)
class _Fold:
    """The sentences that a tagger is trained on, and those that it then tags."""

    train: list[Sentence]
    held_out: list[Sentence]


def _make_folds(sentences: Sequence[Sentence], number: int, seed: int) -> list[_Fold]:
    """As many folds as asked for, or as there are different texts.

    Raises:
        UserError: a tagger would have nothing to learn from.
    """
    if not sentences:
        raise UserError(_NO_SENTENCES)
    if not any(sentence.spans for sentence in sentences):
        raise UserError("the training sentences contain no entity; import or correct some first")
    own = draw_folds([sentence.text for sentence in sentences], number, seed)
    folds = []
    for fold in sorted(set(own)):
        train = [sentence for sentence, of in zip(sentences, own, strict=True) if of != fold]
        folds.append(_Fold(train, [sentence for sentence, of in zip(sentences, own, strict=True) if of == fold]))
        if not any(sentence.spans for sentence in train):
            raise UserError.of_count(
                "{count:,} training sentence cannot be cross-checked in {folds} folds: without one fold, the others"
                " contain no entity to learn from",
                "{count:,} training sentences cannot be cross-checked in {folds} folds: without one fold, the others"
                " contain no entity to learn from",
                count=len(sentences),
                folds=number,
            )
    return folds


def _check_folds(
    project: Project, run: int, settings: TrainSettings, labels: tuple[str, ...], folds: Sequence[_Fold]
) -> Generator[CrosscheckEvent, None, None]:
    """Trains and tags fold by fold; the epoch becomes known at the end, when all of it is there."""
    numbers = {stored.id: stored.number for stored in project.sentences.each_of_train_then(run)}
    key, clock, losses, seconds = EpochKey(run, settings.epochs), _Clock(len(folds)), [], 0.0
    # The pieces of `tiny` are those of its own fold; others read a sentence alike in every fold.
    cache = None if settings.encoder == TINY else project.encodings_folder
    for at, fold in enumerate(folds):
        trained = yield from _train_fold(fold, labels, settings, cache, clock, at)
        losses.append(trained.loss)
        seconds += trained.seconds
        held_out = [numbers[sentence.id] for sentence in fold.held_out]
        yield from _tag_fold(project, key, trained, held_out, cache, clock, at)
    report = EpochReport(
        score_epoch(project, key, "train", "imported"), score_epoch(project, key, "train", "corrected")
    )
    project.runs.add_epoch(Epoch(run, key.epoch, fmean(losses), seconds, report))
    yield EpochFinished(run, key.epoch, fmean(losses), seconds, report.corrected)


def _train_fold(
    fold: _Fold, labels: tuple[str, ...], settings: TrainSettings, cache: Path | None, clock: "_Clock", at: int
) -> Generator[CrosscheckEvent, None, EpochTrained]:
    """The last epoch of a tagger on the other folds' sentences."""
    seconds, last = 0.0, None
    for event in train(fold.train, (), labels, settings, cache=cache):
        if isinstance(event, Progress):
            yield clock.progress(at, event.phase, _share_trained(event))
        elif isinstance(event, BatchHalved):
            yield event
        elif isinstance(event, EpochTrained):
            seconds, last = seconds + event.seconds, event
    assert last is not None, "a training has an epoch"
    return replace(last, seconds=seconds)


def _share_trained(event: Progress) -> float:
    if event.phase != "train":
        return max(event.epoch - 1, 0) / event.epochs * _TRAINING
    return (event.epoch - 1 + event.step / event.steps) / event.epochs * _TRAINING


def _tag_fold(
    project: Project,
    key: EpochKey,
    trained: EpochTrained,
    held_out: Sequence[SentenceNumber],
    cache: Path | None,
    clock: "_Clock",
    at: int,
) -> Generator[CrosscheckEvent, None, None]:
    texts = [stored.text for stored in project.sentences.by_number(held_out)]
    windows = yield from map_progress(
        encode_cached(texts, trained.text_tagger.encoding, cache), lambda _: clock.progress(at, "predict", _TRAINING)
    )
    for event in tag_stored(project, key, trained.text_tagger, held_out, windows):
        yield clock.progress(at, "predict", _TRAINING + (1 - _TRAINING) * event.done / event.total)


class _Clock:
    """How far a cross-check is, and when it will be done."""

    def __init__(self, folds: int) -> None:
        self._folds = folds
        self._began = time.monotonic()

    def progress(self, at: int, phase: Phase, share_of_fold: float) -> FoldProgress:
        share = (at + share_of_fold) / self._folds
        spent = time.monotonic() - self._began
        left = spent * (1 - share) / share if share >= _ESTIMATED_FROM else None
        return FoldProgress(at + 1, self._folds, phase, share, left)
