"""Trainings in words: their settings, events and results."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from core.errors import UserError
from core.events import BatchHalved, EpochFinished, Prepared, RunStarted
from core.settings import TrainSettings
from core.store.runs import Epoch
from gui.background import failure
from gui.progress import duration
from gui.words import counted


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
    parts += [
        f"learning rate {rate_text(settings.learning_rate)}",
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
    micro = epoch.report["corrected"]["micro"]
    return _epoch_line(epoch.number, epoch.loss, micro["f1"], micro["precision"], micro["recall"], epoch.seconds)


def _epoch_line(epoch: int, loss: float, f1: float, precision: float, recall: float, seconds: float) -> str:
    return (
        f"Epoch {epoch}: loss {loss:.4f}, F1 {f1:.4f}"
        f" (precision {precision:.4f}, recall {recall:.4f}), trained in {duration(seconds)}"
    )


def _started_line(event: RunStarted) -> str:
    train, dev = counted(event.train_sentences, "training sentence"), counted(event.dev_sentences, "dev sentence")
    moved = f"; {counted(event.moved, 'corrected dev sentence')} moved to train" if event.moved else ""
    return f"Run {event.run} began: {train}, {dev}{moved}"


def _prepared_line(event: Prepared) -> str:
    text = (
        f"{counted(event.parameters, 'parameter')} on {event.device}, {counted(event.steps_per_epoch, 'step')} an epoch"
    )
    return text if event.ceiling is None else f"{text}; the tagging unit allows F1 up to {event.ceiling:.4f}"


def result_line(run: int, epochs: Sequence[EpochFinished], compared: Compared | None) -> str:
    """How a run ended that trained all its epochs."""
    if compared is not None:
        return (
            f"Run {run} finished: F1 {compared.f1:.4f}, run {compared.other} {compared.other_f1:.4f}"
            f" on the same {counted(compared.sentences, 'dev sentence')}"
        )
    if not epochs:
        return f"Run {run} finished"
    best = max(epochs, key=lambda epoch: epoch.report.micro.f1)
    text = f"Run {run} finished: F1 {epochs[-1].report.micro.f1:.4f} after {counted(len(epochs), 'epoch')}"
    is_last = best.report.micro.f1 == epochs[-1].report.micro.f1
    return text if is_last else f"{text}, best {best.report.micro.f1:.4f} in epoch {best.epoch}"


def stopped_line(run: int | None, epochs: int) -> str:
    """How a run ended that was told to."""
    if run is None:
        return "Stopped before the run began"
    if not epochs:
        return f"Run {run} stopped before its first epoch ended; there is nothing to keep"
    return f"Run {run} stopped; its {counted(epochs, 'finished epoch')} can be looked at"


def failure_line(error: Exception) -> str:
    """What went wrong: what the user can mend, or where the log of a fault in Spandesk lies."""
    if isinstance(error, UserError):
        return f"Training failed: {error}"
    return failure("Training", error)
