"""The events of jobs in words, with the share that is done."""

from dataclasses import dataclass

from core.domain.events import (
    Changing,
    EpochFinished,
    ExportingModel,
    FoldProgress,
    Measuring,
    Predicting,
    Prepared,
    Progress,
    Reading,
    RunStarted,
)
from core.messages.catalogue import mark, say, say_count
from core.services.import_corpus import ImportProgress

FLEETING = (Progress, FoldProgress, Measuring, Predicting, ExportingModel, ImportProgress, Reading, Changing)
"""Events of which only the newest counts."""


@dataclass(frozen=True, slots=True)
class Status:
    """A line for the status strip, and how much of the job is done (0–1; None where nobody knows)."""

    text: str
    share: float | None


def status_of(event: object) -> Status | None:
    """What the strip shows of an event; None for one that it passes over."""
    if isinstance(event, Measuring):
        share = event.done / max(event.total, 1)
        return Status(say("encoding for every tagging unit · {share:.0%}", share=share), share)
    if isinstance(event, Predicting):
        words = say_count(
            "tagging · {done:,} of {count:,} sentence",
            "tagging · {done:,} of {count:,} sentences",
            event.total,
            done=event.done,
        )
        return Status(words, event.done / max(event.total, 1))
    if isinstance(event, ExportingModel):
        share = event.done / max(event.total, 1)
        return Status(say("writing the model · {share:.0%}", share=share), share)
    if isinstance(event, Reading):
        share = event.done / max(event.total, 1)
        return Status(say("{share:.0%} of the corpus", share=share), share)
    if isinstance(event, Changing):
        return Status(say_count("{count:,} sentence changed", "{count:,} sentences changed", event.done), None)
    if isinstance(event, ImportProgress):
        words = say_count(
            "{file} · {count:,} sentence", "{file} · {count:,} sentences", event.sentences, file=event.file
        )
        return Status(words, None)
    return _training_status(event)


def _training_status(event: object) -> Status | None:
    """The same for the events of a training or a cross-check."""
    if isinstance(event, Progress):
        return Status(_training_text(event), _training_share(event))
    if isinstance(event, FoldProgress):
        return Status(_fold_text(event), event.share)
    if isinstance(event, RunStarted):
        return Status(say("run {run} · loading the encoder", run=event.run), None)
    if isinstance(event, Prepared):
        words = say_count(
            "{count:,} parameter on {device}",
            "{count:,} parameters on {device}",
            event.parameters,
            device=event.device,
        )
        return Status(words, None)
    if isinstance(event, EpochFinished):
        return Status(say("epoch {epoch} · F1 {f1:.4f}", epoch=event.epoch, f1=event.report.micro.f1), None)
    return None


_FOLD_PHASES = {
    "prepare": mark("tagger {fold}/{folds} · preparing · {share:.0%}"),
    "train": mark("tagger {fold}/{folds} · training · {share:.0%}"),
    "predict": mark("tagger {fold}/{folds} · tagging the rest · {share:.0%}"),
}


def _fold_text(event: FoldProgress) -> str:
    text = say(_FOLD_PHASES[event.phase], fold=event.fold, folds=event.folds, share=event.share)
    return _with_time_left(text, event.seconds_left)


_TRAINING_PHASES = {
    "prepare": mark("epoch {epoch}/{epochs} · preparing · step {step:,}/{steps:,} · {speed:,.0f} sentences/s"),
    "train": mark("epoch {epoch}/{epochs} · training · step {step:,}/{steps:,} · {speed:,.0f} sentences/s"),
    "predict": mark("epoch {epoch}/{epochs} · tagging dev · step {step:,}/{steps:,} · {speed:,.0f} sentences/s"),
}


def _training_text(event: Progress) -> str:
    fields = {"step": event.step, "steps": event.steps, "speed": event.sentences_per_second}
    if event.epoch:
        text = say(_TRAINING_PHASES[event.phase], epoch=event.epoch, epochs=event.epochs, **fields)
    else:
        text = say("preparing · step {step:,}/{steps:,} · {speed:,.0f} sentences/s", **fields)
    return _with_time_left(text, event.seconds_left)


def _with_time_left(text: str, seconds: float | None) -> str:
    return text if seconds is None else say("{text} · {time} left", text=text, time=duration(seconds))


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
        return say("{seconds:.0f} s", seconds=seconds)
    minutes = round(seconds / 60)
    if minutes < 60:
        return say("{minutes} min", minutes=minutes)
    return say("{hours} h {minutes} min", hours=minutes // 60, minutes=minutes % 60)
