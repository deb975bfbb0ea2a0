"""Texts as the encoder reads them: windows of pieces with their tagging units, kept in columns for want of memory.

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
    """One stretch of a text, as the encoder reads it.

    Attributes:
        input_ids: its pieces between the tokenizer's special tokens.
        units: its tagging units.
        shift: what leads from a unit's `piece` to the index of that piece in `input_ids`.
        own: the code points of the text that this window answers for. The own parts of a text's windows tile the text;
            the windows themselves overlap, so that each is read with what stands around it.
    """

    input_ids: tuple[int, ...]
    units: tuple[TaggingUnit, ...]
    shift: int
    own: Extent


@dataclass(frozen=True, slots=True, eq=False)
class Windows:
    """The windows of many texts, in order.

    Attributes:
        window_ends (texts,), piece_ends (windows,), unit_ends (windows,): where, counted over all, those of each end.
        own (windows, 2): see `Window`.
        input_ids (pieces,): of all windows.
        positions (units,): for each unit the index in its window's `input_ids` of the piece that carries its tag.
        extents (units, 2): in the units' own texts, in code points.
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
        """How many pieces each window has, special tokens included (windows,)."""
        return np.diff(self.piece_ends, prepend=0)

    def unit_counts(self) -> Numbers:
        """How many units each window has (windows,)."""
        return np.diff(self.unit_ends, prepend=0)

    def unit_counts_in(self, chosen: Numbers) -> Numbers:
        """How many units each of the chosen windows (numbers) has; takes as long as these are many, not as all are."""
        return self.unit_ends[chosen] - starts_of(self.unit_ends, chosen)

    def of_text(self, text: int) -> range:
        """The numbers of a text's windows."""
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
    """Where the items of some rows begin in a column whose rows end there."""
    return np.where(rows > 0, ends[rows - 1], 0)


def windows_of(texts: Iterable[Sequence[Window]]) -> Windows:
    """The windows of each text, in columns."""
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
    """The windows of all parts, one after the other."""
    if not parts:
        return windows_of(())
    columns = {field.name: [getattr(part, field.name) for part in parts] for field in fields(Windows)}
    together: dict[str, Any] = {
        name: _joined_ends(values) if name.endswith("_ends") else np.concatenate(values)
        for name, values in columns.items()
    }
    return Windows(**together)


Item = TypeVar("Item")


def stitch(
    windows: Windows, text: int, found: Sequence[Sequence[Item]], extent_of: Callable[[Item], Extent]
) -> list[Item]:
    """What was found in the windows of a text as one list: each thing once, from the window that it begins in.

    One that runs over the end of its window's own part is taken whole; what the next window has in its place is not.

    Args:
        found: for each window of the text, in order of position.
        extent_of: the code points of a thing; things of one window do not overlap.
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


def _joined_ends(parts: Sequence[Numbers]) -> Numbers:
    return np.cumsum(np.concatenate([np.diff(part, prepend=0) for part in parts]), dtype=np.int64)


def _rows(ends: Numbers, chosen: Numbers) -> tuple[Numbers, Numbers]:
    """The places of the items of the chosen rows in a column whose rows end there, and where those rows then end."""
    lengths = ends[chosen] - starts_of(ends, chosen)
    new_ends = np.cumsum(lengths, dtype=np.int64)
    shifts = (ends[chosen] - lengths) - (new_ends - lengths)
    return np.arange(lengths.sum()) + np.repeat(shifts, lengths), new_ends
