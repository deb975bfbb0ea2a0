"""Equal texts: recognise them, keep them in one split, and count those in two."""

import random
import unicodedata
from array import array
from collections.abc import Mapping
from hashlib import blake2b

import numpy as np

from core.domain.spans import SPLITS, Split

Keys = np.ndarray
"""One 64-bit number for each text; equal texts have equal numbers."""

MEASURED_SPLITS: tuple[Split, ...] = ("dev", "test")


def normalise_for_comparison(text: str) -> str:
    """The text in NFC without outer white space. Texts equal in this form leak from one split to another."""
    return unicodedata.normalize("NFC", text).strip()


def text_key(text: str) -> int:
    """A hash that equal texts share, within this process."""
    return hash(normalise_for_comparison(text))


def as_keys(numbers: "array[int]") -> Keys:
    return np.array(numbers, dtype=np.int64)


def draw_dev(keys: Keys, ratio: float, seed: int, known: Mapping[Split, Keys]) -> dict[int, Split]:
    """Draw a share of the texts for dev; returns the indices of texts that go to another split than the rest.

    Equal texts stay together, so the share is met as closely as whole groups allow. A text that the corpus already has
    goes to the same split.

    Args:
        known: the keys of the texts of each split; a text in several counts for the first of them.
    """
    split_of: dict[int, Split] = {}
    for split, there in known.items():
        for place in np.flatnonzero(np.isin(keys, there)).tolist():
            split_of.setdefault(place, split)
    free = np.setdiff1d(np.arange(len(keys)), list(split_of))
    wanted = round(len(keys) * ratio) - sum(split == "dev" for split in split_of.values())
    return split_of | dict.fromkeys(free[draw_groups(keys[free], wanted, seed)].tolist(), "dev")


def is_drawn(name: str, share: float, seed: str) -> bool:
    """Whether a share of all texts, or of all documents, contains the one of this name: always the same for a seed.

    A larger share contains all of a smaller one.
    """
    digest = blake2b(f"{seed}\0{name}".encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest) < share * 2**64


def join_groups(*keys: Keys) -> Keys:
    """One number for each sentence: the same for those that share one of their keys, directly or through others."""
    places = [np.unique(each, return_inverse=True)[1] for each in keys]
    group, before = np.arange(len(keys[0])), np.array([-1])
    while not np.array_equal(group, before):
        before = group
        for place in places:
            lowest = np.full(len(group), len(group))
            np.minimum.at(lowest, place, group)
            group = lowest[place]
    return group


def draw_groups(keys: Keys, wanted: int, seed: int) -> np.ndarray:
    """The indices of about `wanted` texts, drawn in whole groups of equal texts."""
    _, first, group, size = np.unique(keys, return_index=True, return_inverse=True, return_counts=True)
    in_order = np.argsort(first)
    sizes = size[in_order].tolist()
    drawn, chosen = 0, []
    for number in random.Random(seed).sample(range(len(sizes)), max(min(wanted, len(sizes)), 0)):
        if abs(drawn + sizes[number] - wanted) < abs(drawn - wanted):
            drawn += sizes[number]
            chosen.append(number)
    return np.flatnonzero(np.isin(group, in_order[chosen])) if chosen else np.array([], dtype=np.int64)


def count_shared(known: Mapping[Split, Keys]) -> dict[Split, int]:
    """How many sentences of each evaluated split have a text that is also in train; only splits with any."""
    shared = {split: int(np.isin(known[split], known["train"]).sum()) for split in MEASURED_SPLITS}
    return {split: count for split, count in shared.items() if count}


def add_keys(known: dict[Split, Keys], keys: Keys, split: Split, drawn: Mapping[int, Split]) -> None:
    """Add texts to the known ones of a split, except those drawn for another."""
    others: dict[Split, list[int]] = {split: [] for split in SPLITS}
    for place, other in drawn.items():
        others[other].append(place)
    rest = np.delete(keys, list(drawn))
    for each in SPLITS:
        known[each] = np.concatenate([known[each], keys[others[each]], *([rest] if each == split else [])])
