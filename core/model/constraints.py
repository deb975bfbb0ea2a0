"""Which sequences of tags BIO allows."""

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, slots=True, eq=False)
class BioConstraints:
    """What BIO allows: `start` (tags,) as the first tag, `transitions` (tags, tags) from row to column; both bool."""

    start: Tensor
    transitions: Tensor


def bio_constraints(num_labels: int) -> BioConstraints:
    """The constraints of strict IOB2: an I follows only the B or the I of its own label and never comes first."""
    # On the CPU even where modules are built on torch's meta device: no checkpoint holds them.
    tags = torch.arange(1 + 2 * num_labels, device="cpu")
    is_inside = (tags > 0) & (tags % 2 == 0)
    label = (tags + 1) // 2
    return BioConstraints(start=~is_inside, transitions=~is_inside | (label[:, None] == label))
