"""The events that training and tagging yield; imports no torch, so that the window can load it at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from core.domain.scores import Report
from core.domain.spans import PredictedSpan

Phase = Literal["prepare", "train", "predict"]


ResumedFrom = Literal["state", "weights", "start"]
"""What a run resumes from: `state`, the last saved state of training, with the same result as an uninterrupted run;
`weights`, those of the last finished epoch; `start`, nothing."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """The encoder is loaded and the sentences are encoded; training begins.

    Attributes:
        device: where it trains (`cpu`, `cuda`, `mps`).
        parameters: the number of trainable parameters.
        ceiling: the strict micro F1 (0–1) that perfect tags would reach on dev; None if dev has no spans.
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
        step: batches done in this phase of this epoch, of `steps`; while preparing, sentences (of both splits before
            the first epoch, of train before an epoch with augmented sentences).
        loss: mean over the last few steps, in nats per tagging unit; None outside the phase `train`.
        sentences_per_second: in this phase, so far.
        seconds_left: of the whole training; None until it can be estimated.
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
    """Memory ran out; from now on each batch runs in smaller parts.

    Attributes:
        at_once: sentences in one part.
        batch_size: sentences in a step, which is unchanged.
    """

    epoch: int
    at_once: int
    batch_size: int


@dataclass(frozen=True, slots=True)
class RunStarted:
    """The run is stored in the project and its sentences are selected.

    Attributes:
        moved: how many corrected dev sentences moved to train for it.
        resumed_from: what a stopped or killed run resumes from; None for a new run.
        epoch, step: the first epoch to train, and how many of its steps are already done.
        repeated: how many finished epochs will be trained again.
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
        loss: mean over the epoch, in nats per tagging unit.
        seconds: the time of training, without prediction.
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
    """Progress of measuring the ceilings of the tagging units, in steps."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class FoldProgress:
    """One step of a cross-check is done.

    Attributes:
        fold: from 1.
        share: the share of all steps that are done (0–1).
        seconds_left: of the whole cross-check; None until it can be estimated.
    """

    fold: int
    folds: int
    phase: Phase
    share: float
    seconds_left: float | None


CrosscheckEvent = RunStarted | FoldProgress | BatchHalved | EpochFinished


@dataclass(frozen=True, slots=True)
class Predicting:
    """Progress of tagging, in sentences."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class ExportingModel:
    """Progress of the export of a model, in steps."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Reading:
    """Progress of reading the corpus, in sentences."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Changing:
    """Progress of a change of many sentences."""

    done: int


@dataclass(frozen=True, slots=True)
class TaggerLoaded:
    """A tagger is loaded; `size` is the memory of its weights in bytes."""

    size: int


@dataclass(frozen=True, slots=True)
class LinesTagged:
    """The spans that a tagger found in each line."""

    spans: Mapping[str, tuple[PredictedSpan, ...]]
