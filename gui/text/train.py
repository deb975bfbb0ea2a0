"""Trainings in words: their settings, events and results."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from core.domain.errors import UserError
from core.domain.events import BatchHalved, EpochFinished, Prepared, RunStarted
from core.domain.settings import TrainSettings
from core.store.runs import Epoch, Run
from gui.background import describe_failure
from gui.text.progress import duration
from gui.text.words import counted


@dataclass(frozen=True, slots=True)
class EpochScore:
    """Loss and micro F1 (0–1) on dev of a finished epoch, on the gold as corrected when it ended."""

    number: int
    loss: float
    f1: float

    @classmethod
    def of_stored(cls, epoch: Epoch) -> "EpochScore":
        return cls(epoch.number, epoch.loss, epoch.report.corrected.micro.f1)

    @classmethod
    def of_event(cls, event: EpochFinished) -> "EpochScore":
        return cls(event.epoch, event.loss, event.report.micro.f1)


@dataclass(frozen=True, slots=True)
class Compared:
    """Micro F1 of two runs on the dev sentences that both predicted, on the gold as corrected."""

    run: int
    other: int
    sentences: int
    f1: float
    other_f1: float


def rate_text(value: float) -> str:
    """A small number as people write learning rates: `5e-5`, `1.5e-4`."""
    digits, exponent = Decimal(repr(value)).normalize().as_tuple()[1:]
    first, rest = str(digits[0]), "".join(map(str, digits[1:]))
    power = int(exponent) + len(digits) - 1
    return f"{first}.{rest}e{power}" if rest else f"{first}e{power}"


def settings_line(settings: TrainSettings) -> str:
    """The settings that people tell each other about."""
    parts = [settings.encoder if settings.from_run is None else f"from run {settings.from_run}"]
    parts += [settings.unit, counted(settings.epochs, "epoch"), f"batch size {settings.batch_size}"]
    parts.append(f"learning rate {rate_text(settings.learning_rate)}")
    if settings.layer_decay != 1:
        parts.append(f"layer decay {settings.layer_decay:g}")
    parts += [
        f"seed {settings.seed}",
        f"device {settings.device}",
    ]
    return ", ".join(parts)


def event_line(event: object) -> str | None:
    """The line of the log for an event; None for one that is not noteworthy."""
    if isinstance(event, RunStarted):
        return _started_line(event)
    if isinstance(event, Prepared):
        return _prepared_line(event)
    if isinstance(event, BatchHalved):
        return f"Memory ran out: batches of {event.batch_size} now run in parts of {event.at_once}"
    if isinstance(event, EpochFinished):
        micro = event.report.micro
        return _epoch_line(event.epoch, event.loss, micro.f1, micro.precision, micro.recall, event.seconds)
    return None


def stored_epoch_line(epoch: Epoch) -> str:
    """What the log said of an epoch when it ended."""
    micro = epoch.report.corrected.micro
    return _epoch_line(epoch.number, epoch.loss, micro.f1, micro.precision, micro.recall, epoch.seconds)


def _epoch_line(epoch: int, loss: float, f1: float, precision: float, recall: float, seconds: float) -> str:
    return (
        f"Epoch {epoch}: loss {loss:.4f}, F1 {f1:.4f}"
        f" (precision {precision:.4f}, recall {recall:.4f}), trained in {duration(seconds)}"
    )


def _started_line(event: RunStarted) -> str:
    train, dev = counted(event.train_sentences, "training sentence"), counted(event.dev_sentences, "dev sentence")
    moved = f"; {counted(event.moved, 'corrected dev sentence')} moved to train" if event.moved else ""
    return f"Run {event.run} {_beginning(event)}: {train}, {dev}{moved}"


def _beginning(event: RunStarted) -> str:
    if event.resumed_from is None:
        return "started"
    if event.resumed_from == "start":
        return "started again, because none of it was saved"
    if event.resumed_from == "weights":
        return (
            f"resumed with the weights of epoch {event.epoch - 1}, because its saved state is missing; the result will"
            " differ from that of an uninterrupted run"
        )
    again = f" ({counted(event.repeated, 'finished epoch')} will be trained again)" if event.repeated else ""
    return f"resumed from epoch {event.epoch}, step {event.step:,}; later steps were not saved and are repeated{again}"


def _prepared_line(event: Prepared) -> str:
    text = (
        f"{counted(event.parameters, 'parameter')} on {event.device}, {counted(event.steps_per_epoch, 'step')} an epoch"
    )
    return text if event.ceiling is None else f"{text}; the tagging unit allows F1 up to {event.ceiling:.4f}"


def result_line(run: int, epochs: Sequence[EpochScore], compared: Compared | None) -> str:
    """How a run ended that trained all its epochs.

    Args:
        epochs: all of the run, those from before it was resumed included.
    """
    if compared is not None:
        return (
            f"Run {run} finished: F1 {compared.f1:.4f}, run {compared.other} {compared.other_f1:.4f}"
            f" on the same {counted(compared.sentences, 'dev sentence')}"
        )
    if not epochs:
        return f"Run {run} finished"
    best = max(epochs, key=lambda epoch: epoch.f1)
    text = f"Run {run} finished: F1 {epochs[-1].f1:.4f} after {counted(len(epochs), 'epoch')}"
    is_last = best.f1 == epochs[-1].f1
    return text if is_last else f"{text}, best {best.f1:.4f} in epoch {best.number}"


def stored_result_line(run: Run, epochs: Sequence[EpochScore]) -> str:
    """How a run ended in another session."""
    if not epochs:
        return f"Run {run.number} {run.status}"
    if run.status == "stopped":
        return f"{stopped_line(run.number, len(epochs)).removesuffix('.')}: F1 {epochs[-1].f1:.4f}"
    return f"Run {run.number} {run.status}: F1 {epochs[-1].f1:.4f} after {counted(len(epochs), 'epoch')}"


def stopped_line(run: int | None, epochs: int) -> str:
    """How a run ended that a person stopped.

    Args:
        epochs: how many it has finished in all.
    """
    if run is None:
        return "Stopped before the run began"
    if not epochs:
        return f"Run {run} stopped before its first epoch ended."
    return f"Run {run} stopped after {counted(epochs, 'epoch')}."


def failure_line(error: Exception) -> str:
    """What went wrong: what the user can fix, or where the log of a fault in Spandesk is."""
    if isinstance(error, UserError):
        return f"Training failed: {error}"
    return describe_failure("Training", error)
