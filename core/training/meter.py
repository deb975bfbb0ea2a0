"""The loss, the time and the speed of an epoch while it is trained, and how long the training will take."""

import math
from dataclasses import dataclass, field
from typing import Literal

import torch
from torch import Tensor

from core.domain.errors import UserError
from core.domain.events import Progress
from core.model.checkpoint import TrainingState
from core.training.distributed import ALONE, Crew


class Meter:
    """The loss per tagging unit, in nats, and the seconds of an epoch's training.

    Reading the loss makes an accelerator wait, so that the sums stay on the device until then.

    Attributes:
        recent: mean of the last steps that were read.
        total, units: the loss summed over what was read, and over how many tagging units.
    """

    def __init__(self, device: torch.device, crew: Crew = ALONE, state: TrainingState | None = None) -> None:
        self._crew = crew
        self.recent = 0.0
        self.total, self.units = (state.loss, state.units) if state else (0.0, 0)
        self.seconds = state.seconds if state else 0.0
        self._unread = torch.zeros((), device=device)
        self._unread_units = 0

    @property
    def mean(self) -> float:
        return self.total / self.units

    def add(self, loss: Tensor, units: int) -> None:
        """One batch: the loss of this process's share, summed over its units, and the units of all shares."""
        self._unread += loss
        self._unread_units += units

    def read(self) -> None:
        """Bring the figures up to date.

        Raises:
            UserError: the training diverged.
        """
        if not self._unread_units:
            return
        loss = _checked_loss(sum(self._crew.gathered(self._unread.item())))
        self.total += loss
        self.units += self._unread_units
        self.recent = loss / self._unread_units
        self._unread.zero_()
        self._unread_units = 0


def _checked_loss(loss: float) -> float:
    if not math.isfinite(loss):
        raise UserError("training diverged: the loss became NaN or infinite; train with a lower learning rate")
    return loss


_PREDICT_SHARE = 0.3
"""What predicting a sentence costs of training on it, until it has been measured."""

Timed = Literal["train", "predict"]


@dataclass(slots=True)
class Pace:
    """Keeps the time of a training; its answers are in seconds and sentences.

    Attributes:
        epochs: how many there will be.
        sentences: in each phase of each epoch.
        before: how many of all those were done before a run was resumed, at a pace that is not known.
    """

    epochs: int
    sentences: dict[Timed, int]
    before: dict[Timed, int] = field(default_factory=lambda: {"train": 0, "predict": 0})
    _seconds: dict[Timed, float] = field(default_factory=lambda: {"train": 0.0, "predict": 0.0})
    _done: dict[Timed, int] = field(default_factory=lambda: {"train": 0, "predict": 0})

    def progress(
        self, phase: Timed, *, epoch: int, step: int, steps: int, loss: float | None, sentences: int, seconds: float
    ) -> Progress:
        """The event of a step that took so many seconds for so many sentences."""
        self._seconds[phase] += seconds
        self._done[phase] += sentences
        speed = self._done[phase] / max(self._seconds[phase], 1e-9)
        return Progress(phase, epoch, self.epochs, step, steps, loss, speed, self._seconds_left())

    def _seconds_left(self) -> float:
        return sum(self._seconds_each(phase) * self._left(phase) for phase in self.sentences)

    def _left(self, phase: Timed) -> int:
        return max(0, self.epochs * self.sentences[phase] - self.before[phase] - self._done[phase])

    def _seconds_each(self, phase: Timed) -> float:
        if self._done[phase]:
            return self._seconds[phase] / self._done[phase]
        return self._seconds_each("train") * _PREDICT_SHARE if phase == "predict" and self._done["train"] else 0.0
