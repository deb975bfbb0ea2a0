"""Calibration: for predicted spans of each probability, the share that is right.

Source: Guo, Pleiss, Sun and Weinberger 2017, On Calibration of Modern Neural Networks (reliability diagram, expected
calibration error). Here a sample is a predicted span, its confidence is its probability over all legal tag sequences,
and it is right only if a gold span has the same edges and label.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from core.domain.labels import in_display_order
from core.domain.spans import Example, SentenceNumber

EDGES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 1.0)
"""The bounds of the bins; finer near 1, where most spans of a trained tagger are."""

_AT_ONCE = 200
"""Sentences between two yields."""


class BinKey(NamedTuple):
    """What a tally groups spans by: the label, the bin (its index) and whether they are right."""

    label: str
    place: int
    is_right: bool


@dataclass(frozen=True, slots=True)
class SpanTally:
    """A group of spans: the sum of their probabilities, and the sentence of each."""

    confidence: float
    sentences: Sequence[SentenceNumber]


@dataclass(frozen=True, slots=True)
class Bin:
    """The spans with a probability from `low` up to, but not including, `high`; the last bin includes 1.

    Attributes:
        confidence: their mean probability; 0 without spans.
    """

    low: float
    high: float
    right: int
    wrong: int
    confidence: float

    @property
    def spans(self) -> int:
        return self.right + self.wrong

    @property
    def accuracy(self) -> float:
        """The share of right spans; 0 without spans."""
        return self.right / self.spans if self.spans else 0.0


@dataclass(frozen=True, slots=True)
class Calibration:
    """The calibration of one epoch.

    Attributes:
        sentences: how many sentences were counted.
        tallies: the spans by label, bin and whether they are right; only keys that have spans.
    """

    sentences: int
    tallies: Mapping[BinKey, SpanTally]

    @property
    def labels(self) -> tuple[str, ...]:
        """The predicted labels, in display order."""
        return in_display_order({key.label for key in self.tallies})

    def bins(self, label: str | None = None) -> tuple[Bin, ...]:
        """All bins from lowest to highest, for one label or for all labels."""
        return tuple(self._bin(place, label) for place in range(len(EDGES) - 1))

    def _bin(self, place: int, label: str | None) -> Bin:
        right, wrong = (self.sentences_of(place, is_right=is_right, label=label) for is_right in (True, False))
        tallies = [tally for key, tally in self.tallies.items() if key.place == place and label in (None, key.label)]
        confidence = sum(tally.confidence for tally in tallies) / max(len(right) + len(wrong), 1)
        return Bin(EDGES[place], EDGES[place + 1], len(right), len(wrong), confidence)

    def sentences_of(self, place: int, *, is_right: bool, label: str | None = None) -> list[SentenceNumber]:
        """The sentence of each right, or each wrong, span of a bin; a sentence with two such spans is listed twice."""
        return [
            number
            for key, tally in self.tallies.items()
            if key.place == place and key.is_right == is_right and label in (None, key.label)
            for number in tally.sentences
        ]


def expected_calibration_error(bins: Iterable[Bin]) -> float:
    """The mean over spans of the difference between a bin's accuracy and its confidence (0–1)."""
    filled = [found for found in bins if found.spans]
    total = sum(found.spans for found in filled)
    return sum(found.spans * abs(found.accuracy - found.confidence) for found in filled) / max(total, 1)


def overconfidence(bins: Iterable[Bin]) -> float:
    """The mean probability minus the share of right spans (−1 to 1); negative for an under-confident tagger."""
    filled = [found for found in bins if found.spans]
    total = sum(found.spans for found in filled)
    return sum(found.spans * found.confidence - found.right for found in filled) / max(total, 1)


def find_bin(probability: float) -> int:
    """The index of the bin of a probability (0–1)."""
    return min(bisect_right(EDGES, probability), len(EDGES) - 1) - 1


def calibrate(sentences: Iterable[Example]) -> Generator[int, None, Calibration]:
    """Sort all predicted spans into bins.

    Yields:
        How many sentences were counted so far.
    """
    confidences: dict[BinKey, float] = defaultdict(float)
    numbers: dict[BinKey, list[SentenceNumber]] = defaultdict(list)
    count = 0
    for sentence in sentences:
        count += 1
        gold = set(sentence.gold)
        for found in sentence.predicted:
            key = BinKey(found.span.label, find_bin(found.probability), found.span in gold)
            confidences[key] += found.probability
            numbers[key].append(sentence.number)
        if count % _AT_ONCE == 0:
            yield count
    return Calibration(count, {key: SpanTally(confidences[key], numbers[key]) for key in sorted(numbers)})


def name_bins() -> list[str]:
    """`0–.1`, `.98–.99`, `.99–1` for each bin."""
    shown = [f"{edge:g}".removeprefix("0") or "0" for edge in EDGES]
    return [f"{low}–{high}" for low, high in pairwise(shown)]
