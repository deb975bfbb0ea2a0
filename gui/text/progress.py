"""The events of jobs in words, with the share that is done."""

from dataclasses import dataclass

from core.domain.events import (
    Changing,
    EpochFinished,
    FoldProgress,
    Measuring,
    Predicting,
    Prepared,
    Progress,
    Reading,
    RunStarted,
)
from core.services.import_corpus import ImportProgress
from gui.text.words import counted

FLEETING = (Progress, FoldProgress, Measuring, Predicting, ImportProgress, Reading, Changing)
"""Events of which only the newest counts."""

_PHASES = {"prepare": "preparing", "train": "training", "predict": "tagging dev"}


@dataclass(frozen=True, slots=True)
class Status:
    """A line for the status strip, and how much of the job is done (0–1; None where nobody knows)."""

    text: str
    share: float | None


def status_of(event: object) -> Status | None:
    """What the strip shows of an event; None for one that it passes over."""
    if isinstance(event, Measuring):
        share = event.done / max(event.total, 1)
        return Status(f"encoding for every tagging unit · {share:.0%}", share)
    if isinstance(event, Predicting):
        return Status(
            f"tagging · {event.done:,} of {counted(event.total, 'sentence')}", event.done / max(event.total, 1)
        )
    if isinstance(event, Reading):
        share = event.done / max(event.total, 1)
        return Status(f"{share:.0%} of the corpus", share)
    if isinstance(event, Changing):
        return Status(f"{counted(event.done, 'sentence')} changed", None)
    if isinstance(event, ImportProgress):
        return Status(f"{event.file} · {counted(event.sentences, 'sentence')}", None)
    return _training_status(event)


def _training_status(event: object) -> Status | None:
    """The same for the events of a training or a cross-check."""
    if isinstance(event, Progress):
        return Status(_training_text(event), _training_share(event))
    if isinstance(event, FoldProgress):
        return Status(_fold_text(event), event.share)
    if isinstance(event, RunStarted):
        return Status(f"run {event.run} · loading the encoder", None)
    if isinstance(event, Prepared):
        return Status(f"{counted(event.parameters, 'parameter')} on {event.device}", None)
    if isinstance(event, EpochFinished):
        return Status(f"epoch {event.epoch} · F1 {event.report.micro.f1:.4f}", None)
    return None


def _fold_text(event: FoldProgress) -> str:
    phase = "tagging the rest" if event.phase == "predict" else _PHASES[event.phase]
    text = f"tagger {event.fold}/{event.folds} · {phase} · {event.share:.0%}"
    return text if event.seconds_left is None else f"{text} · {duration(event.seconds_left)} left"


def _training_text(event: Progress) -> str:
    epoch = f"epoch {event.epoch}/{event.epochs} · " if event.epoch else ""
    parts = [f"{epoch}{_PHASES[event.phase]} · step {event.step:,}/{event.steps:,}"]
    parts.append(f"{event.sentences_per_second:,.0f} sentences/s")
    if event.seconds_left is not None:
        parts.append(f"{duration(event.seconds_left)} left")
    return " · ".join(parts)


def _training_share(event: Progress) -> float:
    """Training is taken as nine tenths of an epoch, tagging dev as the last tenth."""
    if event.phase == "prepare":
        return max(event.epoch - 1, 0) / event.epochs
    step = event.step / max(event.steps, 1)
    within = 0.9 * step if event.phase == "train" else 0.9 + 0.1 * step
    return (event.epoch - 1 + within) / event.epochs


def duration(seconds: float) -> str:
    """`45 s`, `3 min`, `2 h 5 min`."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
