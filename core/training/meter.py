"""The loss and the time of an epoch while it is trained."""

import math

import torch
from torch import Tensor

from core.domain.errors import UserError
from core.model.training_state import TrainingState
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
        raise UserError("the training diverged: its loss is no number any more; train with a lower learning rate")
    return loss
