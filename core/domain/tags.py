"""Conversion between spans and BIO tags (strict IOB2) over the tagging units of a sentence."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from core.domain.spans import Span

OUTSIDE = 0
"""The number of the tag O."""

NO_TAG = -100
"""Marks a position without a tag; torch's losses ignore this number."""

Extent = tuple[int, int]
"""The code points [start, end) of a tagging unit in the text of its sentence."""


@dataclass(frozen=True, slots=True)
class TagSet:
    """The labels that a tagger knows; tag 0 is O, followed by B and I of each label."""

    labels: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the tags, in order of their numbers: O, B-PS, I-PS, …"""
        return ("O", *(f"{prefix}-{label}" for label in self.labels for prefix in "BI"))

    def begin(self, label: str) -> int:
        return 1 + 2 * self.labels.index(label)

    def inside(self, label: str) -> int:
        return 2 + 2 * self.labels.index(label)

    def label(self, tag: int) -> str:
        """The label of a B or I tag."""
        return self.labels[(tag - 1) // 2]

    @staticmethod
    def is_begin(tag: int) -> bool:
        return tag > 0 and tag % 2 == 1

    @staticmethod
    def is_inside(tag: int) -> bool:
        return tag > 0 and tag % 2 == 0


def tags_of(spans: Sequence[Span], units: Sequence[Extent], tag_set: TagSet) -> list[int]:
    """The tag of every unit. A unit shared by two spans goes to the first; a span that touches no unit gets no tag. The
    units must be in order and not overlap.
    """
    tags = [OUTSIDE] * len(units)
    for span in sorted(spans):
        if span.label not in tag_set.labels:
            continue
        first = bisect_right(units, span.start, key=lambda unit: unit[1])
        end = bisect_left(units, span.end, key=lambda unit: unit[0])
        free = [i for i in range(first, end) if tags[i] == OUTSIDE]
        for i in free:
            tags[i] = tag_set.inside(span.label)
        if free:
            tags[free[0]] = tag_set.begin(span.label)
    return tags


def unit_ranges(tags: Sequence[int], tag_set: TagSet) -> list[tuple[int, int, str]]:
    """The entities as ranges of units: a B and the I of its label that follow it; a lone I is none (strict IOB2)."""
    ranges: list[tuple[int, int, str]] = []
    start = None
    for i, tag in enumerate([*tags, OUTSIDE]):
        if start is not None and tag != tag_set.inside(tag_set.label(tags[start])):
            ranges.append((start, i, tag_set.label(tags[start])))
            start = None
        if tag_set.is_begin(tag):
            start = i
    return ranges


def spans_of(tags: Sequence[int], units: Sequence[Extent], tag_set: TagSet) -> list[Span]:
    """The spans that the tags encode, in code points."""
    return [Span(units[first][0], units[last - 1][1], label) for first, last, label in unit_ranges(tags, tag_set)]
