"""What training and tagging tell their caller as they go on; no torch here, so that the window imports it at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from core.domain.scores import Report
from core.domain.spans import PredictedSpan

Phase = Literal["prepare", "train", "predict"]


ResumedFrom = Literal["state", "weights", "start"]
"""The state of training that was saved last, with which it ends as if it had never stopped; the weights of the last
finished epoch alone; or nothing, where neither is there."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """The encoder is there and the sentences are encoded; training begins.

    Attributes:
        device: where it trains (`cpu`, `cuda`, `mps`).
        parameters: how many numbers it learns.
        ceiling: the strict micro F1 (0–1) that perfect tags would reach on dev; None where dev has no spans.
    """

    device: str
    parameters: int
    steps_per_epoch: int
    ceiling: float | None


@dataclass(frozen=True, slots=True)
class Progress:
    """One step is done.

    Attributes:
        epoch: from 1; 0 while the corpus is prepared.
        step: batches done in this phase of this epoch, of `steps`; while preparing, sentences: of both splits before
            the first epoch, of train where an epoch has its own.
        loss: mean over the last few steps, per tagging unit, in nats; None outside the phase `train`.
        sentences_per_second: in this phase, so far.
        seconds_left: for the whole training; None until it can be told.
    """

    phase: Phase
    epoch: int
    epochs: int
    step: int
    steps: int
    loss: float | None
    sentences_per_second: float
    seconds_left: float | None


@dataclass(frozen=True, slots=True)
class BatchHalved:
    """The memory did not suffice; from now on each batch goes through the network in smaller parts.

    Attributes:
        at_once: sentences that go through together.
        batch_size: sentences that a step still learns from.
    """

    epoch: int
    at_once: int
    batch_size: int


@dataclass(frozen=True, slots=True)
class RunStarted:
    """A run exists in the project; its sentences are chosen.

    Attributes:
        moved: how many corrected dev sentences became training sentences for it.
        resumed_from: what a run continues from that was stopped or killed; None for a new run.
        epoch, step: the first epoch that is trained now, and how many of its steps are done already.
        repeated: how many finished epochs are trained again.
    """

    run: int
    train_sentences: int
    dev_sentences: int
    moved: int
    resumed_from: ResumedFrom | None = None
    epoch: int = 1
    step: int = 0
    repeated: int = 0


@dataclass(frozen=True, slots=True)
class EpochFinished:
    """An epoch's weights, predictions and metrics are stored.

    Attributes:
        loss: mean of the epoch, per tagging unit, in nats.
        seconds: what training took; prediction not counted.
        report: metrics on dev, on the gold as corrected.
    """

    run: int
    epoch: int
    loss: float
    seconds: float
    report: Report


TrainingEvent = RunStarted | Prepared | Progress | BatchHalved | EpochFinished


@dataclass(frozen=True, slots=True)
class Measuring:
    """So much of the way to the ceilings of the tagging units is gone, of `total` steps."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class FoldProgress:
    """One step of a cross-check is done.

    Attributes:
        fold: from 1.
        share: how much of the whole is done, 0–1, by the number of steps.
        seconds_left: for the whole; None until it can be told.
    """

    fold: int
    folds: int
    phase: Phase
    share: float
    seconds_left: float | None


CrosscheckEvent = RunStarted | FoldProgress | BatchHalved | EpochFinished


@dataclass(frozen=True, slots=True)
class Predicting:
    """So many of the sentences have been predicted."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Reading:
    """So much of what is read of the corpus has been read, of `total` sentences."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Changing:
    """So many sentences have been changed."""

    done: int


@dataclass(frozen=True, slots=True)
class TaggerLoaded:
    """A tagger is ready to answer; its weights take so many bytes of memory."""

    size: int


@dataclass(frozen=True, slots=True)
class LinesTagged:
    """What a tagger found in some lines."""

    spans: Mapping[str, tuple[PredictedSpan, ...]]
