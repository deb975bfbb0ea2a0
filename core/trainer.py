"""Training as a generator of events: the caller decides what to show, what to save and when to stop."""

import copy
import math
import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.optim.lr_scheduler import LambdaLR

from core.batches import Example, batch_of, chunks, shuffled_batches, tags_of_batch
from core.devices import device_of
from core.encoders import load_encoder, max_length_of
from core.encoding import TextEncoding, counts_of_perfect_tags
from core.errors import UserError
from core.events import Prepared, Progress
from core.metrics import Counts
from core.optimiser import optimiser_of, schedule_of
from core.pace import Pace
from core.predictor import PREDICT_BATCH, predict_batches
from core.settings import TrainSettings
from core.spans import PredictedSpan, Sentence
from core.tagger import Tagger, TextTagger
from core.tags import TagSet, tags_of

_ENCODE_AT_ONCE = 1000
_READ_LOSS_EVERY = 10
"""Steps; reading the loss makes an accelerator wait for the processor."""


@dataclass(frozen=True, slots=True)
class EpochTrained:
    """An epoch is done and dev is tagged.

    Attributes:
        loss: mean over the epoch, per tagging unit, in nats.
        seconds: that training took, predicting not counted.
        predictions: of each dev sentence, in dev's order.
        text_tagger: the tagger as it now is; the next epoch changes it, so save it before going on.
    """

    epoch: int
    loss: float
    seconds: float
    predictions: tuple[tuple[PredictedSpan, ...], ...]
    text_tagger: TextTagger


TrainerEvent = Prepared | Progress | EpochTrained
Events = Generator[TrainerEvent, None, None]


def train(
    train: Sequence[Sentence],
    dev: Sequence[Sentence],
    labels: tuple[str, ...],
    settings: TrainSettings,
    start: TextTagger | None = None,
) -> Events:
    """Trains a tagger on `train` and tags `dev` with it after each epoch.

    Yields `Progress` while it encodes, `Prepared`, then for each epoch a `Progress` for every batch and `EpochTrained`.
    To stop, close the generator between two events. Seeds torch's global generator and changes nothing else of torch's
    global state; on one CPU the same seed and sentences give the same run again, digit for digit.

    Args:
        labels: of the tag set; spans of other labels are not learned.
        settings: `limit` and `from_run` are the caller's to apply.
        start: whose weights are the start, in place of the encoder that the settings name; it is not changed. Labels
            that it knows keep their weights.

    Raises:
        UserError: nothing to train on, an encoder or device that is not there, or a training that diverges.
    """
    if not train or not labels:
        raise UserError("there is nothing to train on: the training split has no sentences, or no sentence has a span")
    device = device_of(settings.device)
    text_tagger = _text_tagger(train, TagSet(labels), settings, start)
    text_tagger.tagger.to(device)
    examples: list[Example] = []
    preparation = _Preparation(settings.epochs, len(train) + len(dev))
    yield from _encode(train, text_tagger, examples, preparation)
    if not examples:
        raise UserError("there is nothing to train on: the encoder's tokenizer finds no piece in any training sentence")
    ceiling = yield from _ceiling(dev, text_tagger, preparation)
    yield Prepared(
        device=device.type,
        parameters=sum(parameter.numel() for parameter in text_tagger.tagger.parameters()),
        steps_per_epoch=math.ceil(len(examples) / settings.batch_size),
        ceiling=ceiling,
    )
    yield from _epochs(_Run(text_tagger, examples, [sentence.text for sentence in dev], settings))


class _Run:
    """What the epochs of one training share."""

    def __init__(
        self, text_tagger: TextTagger, examples: list[Example], texts: list[str], settings: TrainSettings
    ) -> None:
        self.text_tagger = text_tagger
        self.examples = examples
        self.texts = texts
        self.settings = settings
        self.optimiser = optimiser_of(text_tagger.tagger, settings)
        steps = settings.epochs * math.ceil(len(examples) / settings.batch_size)
        self.schedule: LambdaLR = schedule_of(self.optimiser, steps=steps, warmup_ratio=settings.warmup_ratio)
        self.pace = Pace(settings.epochs, {"train": len(examples), "predict": len(texts)})


def _epochs(run: _Run) -> Events:
    try:
        for epoch in range(1, run.settings.epochs + 1):
            began = time.perf_counter()
            loss = yield from _train_epoch(run, epoch)
            seconds = time.perf_counter() - began
            predictions = yield from _predict_dev(run, epoch)
            yield EpochTrained(epoch, loss, seconds, predictions, run.text_tagger)
    finally:
        run.text_tagger.tagger.eval()


def _train_epoch(run: _Run, epoch: int) -> Generator[TrainerEvent, None, float]:
    """One pass over the examples; returns the mean loss."""
    batches = shuffled_batches(run.examples, batch_size=run.settings.batch_size, seed=run.settings.seed, epoch=epoch)
    meter = _LossMeter(run.text_tagger.tagger.device)
    for step, examples in enumerate(batches, start=1):
        began = time.perf_counter()
        meter.add(_step(run, examples), sum(len(example.tags) for example in examples))
        if step % _READ_LOSS_EVERY == 0 or step in (1, len(batches)):
            meter.read()
        yield run.pace.progress(
            "train",
            epoch=epoch,
            step=step,
            steps=len(batches),
            loss=meter.recent,
            sentences=len(examples),
            seconds=time.perf_counter() - began,
        )
    return meter.mean


class _LossMeter:
    """The loss per tagging unit, in nats: the epoch's mean, and that of the last steps that were read.

    Reading makes an accelerator wait, so the sums stay on the device until then.
    """

    def __init__(self, device: torch.device) -> None:
        self.mean = self.recent = 0.0
        self._unread = torch.zeros((), device=device)
        self._unread_units = self._units = 0
        self._total = 0.0

    def add(self, loss: Tensor, units: int) -> None:
        """One batch: its loss summed over its units."""
        self._unread += loss
        self._unread_units += units

    def read(self) -> None:
        """Bring `mean` and `recent` up to date.

        Raises:
            UserError: the training diverged.
        """
        loss = _checked_loss(self._unread.item())
        self._total += loss
        self._units += self._unread_units
        self.recent, self.mean = loss / self._unread_units, self._total / self._units
        self._unread.zero_()
        self._unread_units = 0


def _step(run: _Run, examples: Sequence[Example]) -> Tensor:
    """Learns from one batch; its loss, summed over the units."""
    tagger = run.text_tagger.tagger.train()
    device = tagger.device
    batch = batch_of(examples, pad_id=run.text_tagger.encoding.pad_id, device=device)
    tags = tags_of_batch(examples, device=device)
    with torch.autocast(device.type, dtype=torch.bfloat16, enabled=device.type == "cuda"):
        emissions = tagger(batch.input_ids, batch.attention_mask, batch.positions)
    loss: Tensor = tagger.crf.loss(emissions, tags, batch.valid)
    run.optimiser.zero_grad()
    (loss / sum(len(example.tags) for example in examples)).backward()  # type: ignore[no-untyped-call]
    torch.nn.utils.clip_grad_norm_(tagger.parameters(), run.settings.max_gradient_norm)
    run.optimiser.step()
    run.schedule.step()
    return loss.detach()


def _checked_loss(loss: float) -> float:
    if not math.isfinite(loss):
        raise UserError("the training diverged: its loss is no number any more; train with a lower learning rate")
    return loss


def _predict_dev(run: _Run, epoch: int) -> Generator[TrainerEvent, None, tuple[tuple[PredictedSpan, ...], ...]]:
    """Tags dev; returns the spans of each sentence in dev's order."""
    spans: list[tuple[PredictedSpan, ...]] = [()] * len(run.texts)
    began = time.perf_counter()
    for step, predictions in enumerate(predict_batches(run.text_tagger, run.texts), start=1):
        for index, found in predictions:
            spans[index] = found
        yield run.pace.progress(
            "predict",
            epoch=epoch,
            step=step,
            steps=math.ceil(len(run.texts) / PREDICT_BATCH),
            loss=None,
            sentences=len(predictions),
            seconds=time.perf_counter() - began,
        )
        began = time.perf_counter()
    return tuple(spans)


class _Preparation:
    """How far the sentences of both splits have been gone through before the first epoch."""

    def __init__(self, epochs: int, sentences: int) -> None:
        self._epochs = epochs
        self._sentences = sentences
        self._done = 0
        self._began = time.perf_counter()

    def progress(self, sentences: int) -> Progress:
        """So many more are done."""
        self._done += sentences
        speed = self._done / max(time.perf_counter() - self._began, 1e-9)
        return Progress("prepare", 0, self._epochs, self._done, self._sentences, None, speed, None)


def _encode(
    sentences: Sequence[Sentence], text_tagger: TextTagger, examples: list[Example], preparation: _Preparation
) -> Events:
    """Adds the windows to train on to the examples; a window without units has nothing to teach."""
    for part in chunks(sentences, _ENCODE_AT_ONCE):
        windows_of_all = text_tagger.encoding.encode_all([sentence.text for sentence in part])
        examples += [
            Example.of(window, tags_of(sentence.spans, window.units, text_tagger.tag_set))
            for sentence, windows in zip(part, windows_of_all, strict=True)
            for window in windows
            if window.units
        ]
        yield preparation.progress(len(part))


def _ceiling(
    sentences: Sequence[Sentence], text_tagger: TextTagger, preparation: _Preparation
) -> Generator[TrainerEvent, None, float | None]:
    """The strict micro F1 (0–1) that perfect tags would reach; None where the sentences have no span of the tag set."""
    counts = Counts()
    for part in chunks(sentences, _ENCODE_AT_ONCE):
        counts += counts_of_perfect_tags(text_tagger.encoding, part, text_tagger.tag_set)
        yield preparation.progress(len(part))
    return 2 * counts.right / (counts.predicted + counts.support) if counts.support else None


def _text_tagger(
    sentences: Sequence[Sentence], tag_set: TagSet, settings: TrainSettings, start: TextTagger | None
) -> TextTagger:
    """The tagger to train, with its new layers seeded."""
    if start is not None:
        torch.manual_seed(settings.seed)
        return _continued(start, tag_set, settings)
    encoder, tokenizer = load_encoder(settings.encoder, (sentence.text for sentence in sentences), seed=settings.seed)
    tagger = Tagger(encoder, num_tags=len(tag_set.names), dropout=settings.dropout)
    return TextTagger(tagger, TextEncoding(tokenizer, max_length_of(encoder, tokenizer)), tag_set, settings.unit)


def _continued(start: TextTagger, tag_set: TagSet, settings: TrainSettings) -> TextTagger:
    """A copy of a tagger for another tag set; tags that both have keep their weights and transitions."""
    tagger = Tagger(copy.deepcopy(start.tagger.encoder), num_tags=len(tag_set.names), dropout=settings.dropout)
    tagger.to(start.tagger.device)
    old, new = start.tag_set.names, tag_set.names
    shared = [name for name in new if name in old]
    to = torch.tensor([new.index(name) for name in shared], device=tagger.device)
    of = torch.tensor([old.index(name) for name in shared], device=tagger.device)
    with torch.no_grad():
        for there, here in zip(_rows(start.tagger), _rows(tagger), strict=True):
            here[to] = there[of]
        tagger.crf.transitions[to[:, None], to] = start.tagger.crf.transitions[of[:, None], of]
    return TextTagger(tagger, start.encoding, tag_set, start.unit)


def _rows(tagger: Tagger) -> tuple[Tensor, ...]:
    """The parameters that have one row for each tag."""
    return tagger.linear.weight, tagger.linear.bias, tagger.crf.start_transitions, tagger.crf.end_transitions
