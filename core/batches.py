"""Windows of text as tensors, and their order in an epoch."""

import random
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import torch
from torch import Tensor

from core.encoding import Encoded
from core.tags import NO_TAG

_POOL = 64
"""Batches' worth of shuffled windows that are sorted by length together: enough to save padding, few enough to mix."""


@dataclass(frozen=True, slots=True)
class Example:
    """One window to train on, kept small: a corpus has hundreds of thousands."""

    input_ids: "array[int]"
    positions: "array[int]"
    tags: "array[int]"

    @classmethod
    def of(cls, window: Encoded, tags: Sequence[int]) -> "Example":
        return cls(array("i", window.input_ids), array("i", window.positions), array("i", tags))


@dataclass(frozen=True, slots=True)
class Batch:
    """Windows side by side, padded on the right.

    Attributes:
        input_ids: (batch, pieces).
        attention_mask: (batch, pieces), 1 on pieces and 0 on padding.
        positions: (batch, units), where in `input_ids` each unit's piece stands; 0 beyond the last unit.
        valid: (batch, units), True on units.
    """

    input_ids: Tensor
    attention_mask: Tensor
    positions: Tensor
    valid: Tensor


def batch_of(windows: Sequence[Encoded | Example], *, pad_id: int, device: torch.device) -> Batch:
    """The windows as one batch on the device."""
    ids, is_piece = _padded([window.input_ids for window in windows], pad_id)
    positions, is_unit = _padded([window.positions for window in windows], 0)
    return Batch(ids.to(device), is_piece.long().to(device), positions.to(device), is_unit.to(device))


def tags_of_batch(examples: Sequence[Example], *, device: torch.device) -> Tensor:
    """The gold tags (batch, units), NO_TAG beyond the last unit."""
    return _padded([example.tags for example in examples], NO_TAG)[0].to(device)


def shuffled_batches(examples: Sequence[Example], *, batch_size: int, seed: int, epoch: int) -> list[list[Example]]:
    """Every example once, in batches of similar length in random order; the same for the same seed and epoch."""
    order = random.Random(f"{seed} {epoch}")
    shuffled = order.sample(examples, len(examples))
    pool = batch_size * _POOL
    batches = [
        batch
        for first in range(0, len(shuffled), pool)
        for batch in chunks(
            sorted(shuffled[first : first + pool], key=lambda example: len(example.input_ids)), batch_size
        )
    ]
    order.shuffle(batches)
    return batches


_Item = TypeVar("_Item")


def chunks(items: Sequence[_Item], size: int) -> list[list[_Item]]:
    """The items in order, in lists of `size`; the last may be shorter."""
    return [list(items[first : first + size]) for first in range(0, len(items), size)]


def _padded(rows: Sequence[Sequence[int]], filler: int) -> tuple[Tensor, Tensor]:
    """The rows padded to the longest (rows, longest), and a mask that is True where a row reaches."""
    lengths = torch.tensor([len(row) for row in rows])
    longest = int(lengths.max())
    padded = torch.tensor([[*row, *[filler] * (longest - len(row))] for row in rows], dtype=torch.long)
    return padded, torch.arange(longest) < lengths.unsqueeze(1)
