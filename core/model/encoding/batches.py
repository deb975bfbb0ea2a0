"""Windows of text as padded tensors with their tags, and the order of batches in an epoch."""

import random
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.domain.spans import Sentence, Span
from core.domain.tags import NO_TAG, Extent, TagSet, tags_of
from core.model.encoding.windows import Numbers, Windows, starts_of

_AT_ONCE = 1000
"""Sentences between two reports."""

_POOL = 64
"""Shuffled windows, counted in batches, that are sorted by length together: enough to save padding, few enough to
mix."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Windows side by side, padded on the right.

    Attributes:
        input_ids: (batch, pieces).
        attention_mask: (batch, pieces), 1 on pieces and 0 on padding.
        positions: (batch, units), the index in `input_ids` of each unit's piece; 0 beyond the last unit.
        valid: (batch, units), True on units.
        characters, places, morphemes: (batch, units), see `units.TaggingUnit`; 0 beyond the last unit.
    """

    input_ids: Tensor
    attention_mask: Tensor
    positions: Tensor
    valid: Tensor
    characters: Tensor
    places: Tensor
    morphemes: Tensor


@dataclass(frozen=True, slots=True, eq=False)
class TaggedWindows:
    """Windows with the gold tags (units,) of their units, concatenated over all windows."""

    windows: Windows
    tags: NDArray[np.int16]

    @property
    def with_units(self) -> Numbers:
        """The indices of the windows that have units; nothing can be learned from others."""
        return np.flatnonzero(self.windows.unit_counts())

    def __len__(self) -> int:
        return len(self.with_units)


def tag_windows(
    windows: Windows, sentences: Sequence[Sentence], tag_set: TagSet
) -> Generator[int, None, NDArray[np.int16]]:
    """Compute the tags (units,) of the sentences' spans, concatenated over all windows.

    Args:
        windows: of the sentences' texts, in the same order.

    Yields:
        How many sentences were tagged since the last time.
    """
    tags = np.empty(len(windows.positions), np.int16)
    end = 0
    for text, sentence in enumerate(sentences):
        for window in windows.of_text(text):
            own = tags_of_window(windows, text, window, sentence.spans, tag_set)
            tags[end : end + len(own)] = own
            end += len(own)
        if (text + 1) % _AT_ONCE == 0 or text + 1 == len(sentences):
            yield text % _AT_ONCE + 1
    return tags


def tags_of_window(windows: Windows, text: int, window: int, spans: Sequence[Span], tag_set: TagSet) -> list[int]:
    """The tags of the units of one window of a text; NO_TAG on the rest of an entity that begins before the window.

    Such a rest cannot be tagged B, and I is not allowed first.
    """
    units = windows.extents_of(window)
    is_before = [before for before in _units_before(windows, text, window) if units and before[1] <= units[0][0]]
    if not is_before:
        return tags_of(spans, units, tag_set)
    tags = tags_of(spans, [is_before[-1], *units], tag_set)[1:]
    rest = len(list(takewhile(tag_set.is_inside, tags)))
    return [NO_TAG] * rest + tags[rest:]


def _units_before(windows: Windows, text: int, window: int) -> list[Extent]:
    """The units of the closest earlier window of the text that has any."""
    earlier = reversed(range(windows.of_text(text).start, window))
    return next((units for number in earlier if (units := windows.extents_of(number))), [])


def batch_of(windows: Windows, chosen: Numbers, *, pad_id: int, device: torch.device) -> Batch:
    """The chosen windows (indices) as one batch on the device."""
    ids, is_piece = _pad_rows(windows.input_ids, windows.piece_ends, chosen, pad_id)
    positions, is_unit = _pad_rows(windows.positions, windows.unit_ends, chosen, 0)
    kinds = (windows.characters, windows.places, windows.morphemes)
    features = [_pad_rows(column, windows.unit_ends, chosen, 0)[0] for column in kinds]
    columns = (ids, is_piece.long(), positions, is_unit, *features)
    return Batch(*(column.to(device) for column in columns))


def tags_of_batch(examples: TaggedWindows, chosen: Numbers, *, device: torch.device) -> Tensor:
    """The gold tags (batch, units) of the chosen windows, NO_TAG beyond the last unit."""
    return _pad_rows(examples.tags, examples.windows.unit_ends, chosen, NO_TAG)[0].to(device)


def shuffled_batches(examples: TaggedWindows, *, batch_size: int, seed: int, epoch: int) -> list[Numbers]:
    """All windows with units in batches of similar length and random order, determined by seed and epoch."""
    order = random.Random(f"{seed} {epoch}")
    usable = examples.with_units.tolist()
    shuffled = np.array(order.sample(usable, len(usable)), np.int64)
    lengths = examples.windows.piece_counts()
    batches = [
        batch
        for pool in chunks(shuffled, batch_size * _POOL)
        for batch in chunks(pool[np.argsort(lengths[pool], kind="stable")], batch_size)
    ]
    order.shuffle(batches)
    return batches


_Items = TypeVar("_Items", list[int], list[str], list[Sentence], Numbers)


def chunks(items: _Items, size: int) -> list[_Items]:
    """The items in order, in chunks of `size`; the last may be shorter."""
    return [items[first : first + size] for first in range(0, len(items), size)]


def _pad_rows(column: NDArray[np.generic], ends: Numbers, chosen: Numbers, filler: int) -> tuple[Tensor, Tensor]:
    """The chosen rows of a column, padded to the longest (rows, longest), and a mask that is True within a row."""
    last = ends[chosen]
    first = starts_of(ends, chosen)
    places = first[:, None] + np.arange((last - first).max(initial=0))
    is_within = places < last[:, None]
    values = column[np.minimum(places, max(len(column) - 1, 0))] if len(column) else np.zeros_like(places)
    padded = np.where(is_within, values.astype(np.int64), filler)
    return torch.from_numpy(padded), torch.from_numpy(is_within)
