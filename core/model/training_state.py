"""Where a training stands: what it takes, beside the tagger, to go on as if it had never stopped."""

from dataclasses import dataclass

from torch import Tensor

MOMENTS = "optimiser."
"""Begins the names of the optimiser's tensors."""


@dataclass(frozen=True, slots=True, eq=False)
class LearnerState:
    """What a learner must have back, beside the tagger's weights, to go on as if it had never stopped.

    Attributes:
        steps_done: since the first epoch began.
        batch_size: windows that fit the memory at once.
        tensors: the optimiser's moments by the name and key of each parameter, and the random generators' states.
    """

    steps_done: int
    batch_size: int
    tensors: dict[str, Tensor]


@dataclass(frozen=True, slots=True)
class TrainingState:
    """Where a training stands between two steps; with the tagger's weights it is all that going on takes.

    Attributes:
        epoch: the one that the next step belongs to, from 1.
        batches_done: of that epoch.
        seconds: that its training took so far.
        loss, units: the loss summed over that epoch so far, and over how many tagging units.
        learner: the optimiser and the random generators; None where nothing but the weights of the epoch before was
            kept, so that these begin anew.
    """

    epoch: int
    batches_done: int
    seconds: float
    loss: float
    units: int
    learner: LearnerState | None

    @classmethod
    def after(cls, epoch: int) -> "TrainingState":
        """Where a training stands of which only the weights of that epoch were kept."""
        return cls(epoch + 1, batches_done=0, seconds=0.0, loss=0.0, units=0, learner=None)
