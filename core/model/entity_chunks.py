"""Entities in the scores of classes that a model gives each unit by itself, as its own evaluation reads them.

Each unit has its most probable class. An entity begins with B, or with I where it continues none of its label, as
conlleval reads tags of IOB1 and IOB2 (Sang and Buchholz, CoNLL 2000). Its probability is exact, over all tags of the
units, which such a model takes to be independent.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.formats.word_tags import WordTag

Shares = NDArray[np.float64]
EntityChunk = tuple[int, int, str, float]
"""The first unit of an entity, the unit after its last, its label and its probability."""

_FOLDED = {"B": 1, "S": 1, "I": 2, "E": 2}
"""1: what begins an entity, 2: what can continue one."""


def fold_classes(shares: Shares, tags: Sequence[WordTag]) -> Shares:
    """The probabilities (units, 1 + 2 labels) of outside, and of beginning and continuing each label.

    Args:
        shares: (units, classes), the probabilities of the classes, whose sum is 1 in each row.
        tags: what the classes say.
    """
    labels = list(dict.fromkeys(tag.label for tag in tags if tag.part != "O"))
    folded = np.zeros((len(shares), 1 + 2 * len(labels)))
    for place, tag in enumerate(tags):
        own = 0 if tag.part == "O" else 2 * labels.index(tag.label) + _FOLDED[tag.part]
        folded[:, own] += shares[:, place]
    return folded


def find_chunks(folded: Shares, labels: Sequence[str]) -> list[EntityChunk]:
    """The entities of units in order, by what `fold_classes` gives.

    Args:
        labels: in the order of their first classes.
    """
    return [
        (first, last, labels[label], _probability_of(folded, first, last, label))
        for first, last, label in _find_ranges(folded.argmax(axis=1).tolist())
    ]


def _find_ranges(best: Sequence[int]) -> list[tuple[int, int, int]]:
    """The entities of folded tags (0 outside, 1 + 2k begins label k, 2 + 2k continues it)."""
    ranges: list[tuple[int, int, int]] = []
    before = None
    for unit, tag in enumerate(best):
        label = (tag - 1) // 2 if tag else None
        if label is not None and (tag % 2 == 1 or label != before):
            ranges.append((unit, unit + 1, label))
        elif label is not None:
            ranges[-1] = ranges[-1][0], unit + 1, label
        before = label
    return ranges


def _probability_of(folded: Shares, first: int, last: int, label: int) -> float:
    """How probable it is that exactly these units are an entity of the label."""
    begins, continues = folded[:, 1 + 2 * label], folded[:, 2 + 2 * label]
    before = begins[first - 1] + continues[first - 1] if first else 0.0
    share = begins[first] + continues[first] * (1 - before)
    share *= continues[first + 1 : last].prod()
    if last < len(folded):
        share *= 1 - continues[last]
    return float(min(max(share, 0.0), 1.0))
