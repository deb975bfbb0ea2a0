"""Training as a generator of events: the caller decides what to show, what to save and when to stop."""

import math
import time
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from operator import attrgetter
from pathlib import Path

import numpy as np

from core.domain.errors import UserError
from core.domain.events import BatchHalved, Prepared, Progress
from core.domain.settings import TrainSettings
from core.domain.spans import PredictedSpan, Sentence
from core.domain.tags import TagSet
from core.metrics.signals import Signals
from core.model import checkpoint
from core.model.checkpoint import TrainingState
from core.model.devices import device_of
from core.model.encoding.batches import shuffled_batches
from core.model.predictor import default_batch_size
from core.model.signal_predictor import JudgedText, judge_windows
from core.model.tagger import TextTagger, initial_tagger
from core.training.distributed import ALONE, Crew
from core.training.learner import Learner
from core.training.meter import Meter, Pace
from core.training.preparation import EpochExamples, PreparedCorpus, prepare_corpus

_READ_LOSS_EVERY = 10
"""Steps; reading the loss makes an accelerator wait for the processor."""

_RESUMABLE_EVERY = 600.0
"""Seconds of training that a kill costs at most; saving takes a few."""


@dataclass(frozen=True, slots=True)
class EpochTrained:
    """An epoch is done and dev is tagged.

    Attributes:
        loss: mean over the epoch, per tagging unit, in nats.
        seconds: that training took, predicting not counted.
        predictions, signals: of each dev sentence, in dev's order.
        text_tagger: the tagger as it now is; the next epoch changes it, so save it before the next event.
    """

    epoch: int
    loss: float
    seconds: float
    predictions: tuple[tuple[PredictedSpan, ...], ...]
    signals: tuple[Signals, ...]
    text_tagger: TextTagger


@dataclass(frozen=True, slots=True)
class Resumable:
    """The training can be resumed from here after a kill, if the caller saves state and tagger before the next step."""

    state: TrainingState
    text_tagger: TextTagger


TrainerEvent = Prepared | Progress | BatchHalved | EpochTrained | Resumable
Events = Generator[TrainerEvent, None, None]


def train(
    train: Sequence[Sentence],
    dev: Sequence[Sentence],
    labels: tuple[str, ...],
    settings: TrainSettings,
    start: TextTagger | None = None,
    *,
    state: TrainingState | None = None,
    cache: Path | None = None,
    crew: Crew = ALONE,
) -> Events:
    """Train a tagger on `train`, and tag `dev` with it after each epoch.

    Yields `Progress` while it encodes, `Prepared`, then for each epoch a `Progress` for every batch, `EpochTrained`
    and, unless it was the last, `Resumable`; that also every ten minutes. `BatchHalved` says that memory ran out.
    To stop, close the generator between two events. Seeds torch's global generator and changes nothing else of torch's
    global state; on one CPU the same seed and sentences give the same run again, digit for digit, and so does a run
    that is resumed from a state.

    Args:
        labels: of the tag set; spans of other labels are not learned.
        settings: `limit`, `from_run` and `patience` are the caller's to apply.
        start: whose weights are the start, in place of the encoder that the settings name; it is not changed. Labels
            that it knows keep their weights.
        state: where to resume; then `start` is the tagger that was saved with it.
        cache: a folder that keeps encoded sentences for the next training.
        crew: the processes that train together. Each calls this with the same arguments and, once all are prepared,
            gets the same events; it learns from its share of every batch, and the gradients are added up.

    Raises:
        UserError: nothing to train on, an encoder or device that is not there, a training that diverges, or memory
            that does not suffice for one sentence.
    """
    if not train or not labels:
        raise UserError("the training split has no sentences with a span to train on")
    device = device_of(settings.device)
    text_tagger = initial_tagger(train, TagSet(labels), settings, start)
    text_tagger.tagger.to(device)
    corpus = yield from prepare_corpus(train, dev, text_tagger, settings.epochs, cache, crew)
    if not len(corpus.examples):
        raise UserError("the encoder's tokenizer finds no piece in any training sentence to train on")
    crew.gathered(None)  # a process that failed before is missed here, and not where the network is distributed
    yield Prepared(
        device=device.type,
        parameters=sum(parameter.numel() for parameter in text_tagger.tagger.parameters()),
        steps_per_epoch=math.ceil(len(corpus.examples) / settings.batch_size),
        ceiling=corpus.ceilings.micro.f1 if corpus.ceilings.micro.support else None,
    )
    yield from _epochs(_Run(text_tagger, corpus, settings, crew), state)


class _Run:
    """What the epochs of one training share."""

    def __init__(self, text_tagger: TextTagger, corpus: PreparedCorpus, settings: TrainSettings, crew: Crew) -> None:
        self.crew = crew
        self.text_tagger = text_tagger
        self.corpus = corpus
        self.settings = settings
        steps = settings.epochs * math.ceil(len(corpus.examples) / settings.batch_size)
        self.learner = Learner(text_tagger, settings, steps=steps, crew=crew)
        self.pace = Pace(settings.epochs, {"train": len(corpus.examples), "predict": corpus.dev.texts})
        self.steps_per_epoch = steps // settings.epochs
        self.resumable_at = time.monotonic() + _RESUMABLE_EVERY
        self.examples = EpochExamples(corpus, text_tagger, settings)

    def meter(self, state: TrainingState | None = None) -> Meter:
        """A meter for an epoch, or for the rest of one."""
        return Meter(self.text_tagger.tagger.device, self.crew, state)


def _epochs(run: _Run, state: TrainingState | None) -> Events:
    if state is not None:
        _resume(run, state)
    first = state.epoch if state else 1
    try:
        for epoch in range(first, run.settings.epochs + 1):
            meter = yield from _train_epoch(run, epoch, state if epoch == first else None)
            judged = yield from _judge_dev(run, epoch)
            spans, signals = tuple(each.spans for each in judged), tuple(each.signals for each in judged)
            yield EpochTrained(epoch, meter.mean, meter.seconds, spans, signals, run.text_tagger)
            if epoch < run.settings.epochs:
                yield _resumable(run, epoch + 1, 0, run.meter())
    finally:
        run.text_tagger.tagger.eval()


def _resume(run: _Run, state: TrainingState) -> None:
    if state.learner is None:
        run.learner.skip((state.epoch - 1) * run.steps_per_epoch)
    else:
        run.learner.restore(state.learner)
    done = state.batches_done * run.settings.batch_size
    for phase, sentences in run.pace.sentences.items():
        run.pace.before[phase] = (state.epoch - 1) * sentences + (done if phase == "train" else 0)


def _train_epoch(run: _Run, epoch: int, state: TrainingState | None) -> Generator[TrainerEvent, None, Meter]:
    """One pass over the examples, or what the state leaves of it; returns the meter with the epoch's mean loss."""
    examples = yield from run.examples.of(epoch)
    settings = run.settings
    batches = shuffled_batches(examples, batch_size=settings.batch_size, seed=settings.seed, epoch=epoch)
    meter = run.meter(state)
    first = state.batches_done if state else 0
    for step, chosen in enumerate(batches[first:], start=first + 1):
        began, batch_size = time.perf_counter(), run.learner.batch_size
        meter.add(run.learner.learn(examples, chosen), int(examples.windows.unit_counts_in(chosen).sum()))
        is_read = step % _READ_LOSS_EVERY == 0 or step in (1, len(batches))
        if is_read:
            meter.read()
        seconds = time.perf_counter() - began
        meter.seconds += seconds
        if run.learner.batch_size < batch_size:
            yield BatchHalved(epoch, run.learner.batch_size, settings.batch_size)
        yield run.pace.progress(
            "train",
            epoch=epoch,
            step=step,
            steps=len(batches),
            loss=meter.recent,
            sentences=len(chosen),
            seconds=seconds,
        )
        if is_read and step < len(batches) and run.crew.from_main(lambda: time.monotonic() > run.resumable_at):
            yield _resumable(run, epoch, step, meter)
    return meter


def _resumable(run: _Run, epoch: int, batches_done: int, meter: Meter) -> Resumable:
    run.resumable_at = time.monotonic() + _RESUMABLE_EVERY
    meter.read()
    state = TrainingState(epoch, batches_done, meter.seconds, meter.total, meter.units, run.learner.state())
    return Resumable(state, run.text_tagger)


def _judge_dev(run: _Run, epoch: int) -> Generator[TrainerEvent, None, list[JudgedText]]:
    """Tag dev, this process its share; return spans and signals of each sentence, in dev's order."""
    texts, crew = run.corpus.dev.texts, run.crew
    own: list[JudgedText] = []
    share = np.arange(crew.rank, texts, crew.size)
    began = time.perf_counter()
    judging = judge_windows(run.text_tagger, run.corpus.dev, share, run.corpus.dev_golds)
    for step, judged in enumerate(judging, start=1):
        own += judged
        yield run.pace.progress(
            "predict",
            epoch=epoch,
            step=step,
            steps=math.ceil(len(share) / default_batch_size(run.text_tagger.tagger.device)),
            loss=None,
            sentences=len(judged) * crew.size,
            seconds=time.perf_counter() - began,
        )
        began = time.perf_counter()
    return sorted(chain.from_iterable(crew.gathered(own)), key=attrgetter("text"))


@dataclass(frozen=True, slots=True)
class TrainingTask:
    """The sentences of both splits, the labels and the settings of one training.

    Attributes:
        start: the folder of the weights to start from; None starts from the settings' encoder.
        has_state: whether the folder also has the state of a training to resume.
        epochs_done: of the run that is resumed where the folder has its last weights and no state.
        cache: the folder that keeps encoded sentences.
        start_names: labels of `start` that have another name here.
    """

    train: Sequence[Sentence]
    dev: Sequence[Sentence]
    labels: tuple[str, ...]
    settings: TrainSettings
    start: Path | None
    has_state: bool
    epochs_done: int
    cache: Path | None
    start_names: Mapping[str, str] = field(default_factory=dict)

    def events(self, crew: Crew) -> Events:
        """The training itself; see `core.training.trainer.train`."""
        start = checkpoint.load(self.start, device_of(self.settings.device)) if self.start else None
        if start is not None and not self.has_state:
            start = start.with_names(self.start_names)
        state = TrainingState.after(self.epochs_done) if self.epochs_done else None
        if self.start and self.has_state:
            state = checkpoint.load_state(self.start)
        return train(self.train, self.dev, self.labels, self.settings, start, state=state, cache=self.cache, crew=crew)
