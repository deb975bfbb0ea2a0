"""Windows: texts as pieces for the encoder, with their tagging units, stored column-wise to save memory.

A corpus has hundreds of thousands of windows; as Python objects they would take gigabytes.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from core.domain.tags import Extent
from core.model.encoding.units import TaggingUnit

Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Window:
    """A part of a text that the encoder reads at once.

    Attributes:
        input_ids: its pieces, including the tokenizer's special tokens.
        units: its tagging units.
        shift: the offset from a unit's `piece` to its index in `input_ids`.
        own: the code points for which the result of this window is used. These parts tile the text; the windows
            overlap, so that each part is read with its context.
    """

    input_ids: tuple[int, ...]
    units: tuple[TaggingUnit, ...]
    shift: int
    own: Extent


@dataclass(frozen=True, slots=True, eq=False)
class Windows:
    """The windows of many texts, in order.

    Attributes:
        window_ends (texts,), piece_ends (windows,), unit_ends (windows,): the cumulative counts of windows, pieces and
            units.
        own (windows, 2): see `Window`.
        input_ids (pieces,): of all windows.
        positions (units,): the index of each unit's piece in the `input_ids` of its window.
        extents (units, 2): in code points of the original text.
        characters, places, morphemes (units,): see `TaggingUnit`.
    """

    window_ends: Numbers
    piece_ends: Numbers
    unit_ends: Numbers
    own: NDArray[np.int32]
    input_ids: NDArray[np.int32]
    positions: NDArray[np.int32]
    extents: NDArray[np.int32]
    characters: NDArray[np.int32]
    places: NDArray[np.uint8]
    morphemes: NDArray[np.uint8]

    @property
    def texts(self) -> int:
        return len(self.window_ends)

    def __len__(self) -> int:
        return len(self.piece_ends)

    def piece_counts(self) -> Numbers:
        """The number of pieces of each window, including special tokens (windows,)."""
        return np.diff(self.piece_ends, prepend=0)

    def unit_counts(self) -> Numbers:
        """The number of units of each window (windows,)."""
        return np.diff(self.unit_ends, prepend=0)

    def unit_counts_in(self, chosen: Numbers) -> Numbers:
        """The number of units of each chosen window (indices); takes time only for the chosen ones."""
        return self.unit_ends[chosen] - starts_of(self.unit_ends, chosen)

    def of_text(self, text: int) -> range:
        """The indices of a text's windows."""
        return range(int(self.window_ends[text - 1]) if text else 0, int(self.window_ends[text]))

    def extents_of(self, window: int) -> list[Extent]:
        """The extents of a window's units."""
        first = int(self.unit_ends[window - 1]) if window else 0
        return [(start, end) for start, end in self.extents[first : int(self.unit_ends[window])].tolist()]

    def select(self, texts: Numbers) -> "Windows":
        """The windows of some texts (indices), in that order."""
        windows, window_ends = _rows(self.window_ends, texts)
        pieces, piece_ends = _rows(self.piece_ends, windows)
        units, unit_ends = _rows(self.unit_ends, windows)
        return Windows(
            window_ends,
            piece_ends,
            unit_ends,
            self.own[windows],
            self.input_ids[pieces],
            self.positions[units],
            self.extents[units],
            self.characters[units],
            self.places[units],
            self.morphemes[units],
        )


def starts_of(ends: Numbers, rows: Numbers) -> Numbers:
    """Where some rows begin in a column whose rows end at `ends`."""
    return np.where(rows > 0, ends[rows - 1], 0)


def windows_of(texts: Iterable[Sequence[Window]]) -> Windows:
    """Convert the windows of each text to columns."""
    of_texts = [tuple(windows) for windows in texts]
    windows = [window for of_text in of_texts for window in of_text]
    units = [unit for window in windows for unit in window.units]
    return Windows(
        _ends(len(of_text) for of_text in of_texts),
        _ends(len(window.input_ids) for window in windows),
        _ends(len(window.units) for window in windows),
        np.array([window.own for window in windows], np.int32).reshape(-1, 2),
        np.array([piece for window in windows for piece in window.input_ids], np.int32),
        np.array([unit.piece + window.shift for window in windows for unit in window.units], np.int32),
        np.array([unit.extent for unit in units], np.int32).reshape(-1, 2),
        np.array([unit.character for unit in units], np.int32),
        np.array([unit.place for unit in units], np.uint8),
        np.array([unit.morpheme for unit in units], np.uint8),
    )


def concatenate(parts: Sequence[Windows]) -> Windows:
    """Concatenate the windows of all parts."""
    if not parts:
        return windows_of(())
    columns = {field.name: [getattr(part, field.name) for part in parts] for field in fields(Windows)}
    together: dict[str, Any] = {
        name: _concatenate_ends(values) if name.endswith("_ends") else np.concatenate(values)
        for name, values in columns.items()
    }
    return Windows(**together)


Item = TypeVar("Item")


def stitch(
    windows: Windows, text: int, found: Sequence[Sequence[Item]], extent_of: Callable[[Item], Extent]
) -> list[Item]:
    """Merge what was found in the windows of a text to one list: each item once, from the window whose own part it
    begins in.

    An item that extends beyond its window's own part is kept whole, and overlapping items of the next window are
    dropped.

    Args:
        found: for each window of the text, in order of position.
        extent_of: the code points of an item; items of one window do not overlap.
    """
    kept: list[Item] = []
    read = 0
    for window, items in zip(windows.of_text(text), found, strict=True):
        own_start, own_end = windows.own[window].tolist()
        for item in items:
            start, end = extent_of(item)
            if max(own_start, read) <= start < own_end:
                kept.append(item)
                read = end
    return kept


def _ends(lengths: Iterable[int]) -> Numbers:
    return np.cumsum(np.fromiter(lengths, np.int64), dtype=np.int64)


def _concatenate_ends(parts: Sequence[Numbers]) -> Numbers:
    return np.cumsum(np.concatenate([np.diff(part, prepend=0) for part in parts]), dtype=np.int64)


def _rows(ends: Numbers, chosen: Numbers) -> tuple[Numbers, Numbers]:
    """The indices of the items of the chosen rows in a column whose rows end at `ends`, and the new ends."""
    lengths = ends[chosen] - starts_of(ends, chosen)
    new_ends = np.cumsum(lengths, dtype=np.int64)
    shifts = (ends[chosen] - lengths) - (new_ends - lengths)
    return np.arange(lengths.sum()) + np.repeat(shifts, lengths), new_ends
