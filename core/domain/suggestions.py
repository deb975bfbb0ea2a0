"""Suggested spans and what a person says of them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from core.domain.spans import Span


@dataclass(frozen=True, slots=True)
class AcceptedSuggestions:
    """What becomes of a gold by taking all suggestions.

    Attributes:
        spans: the gold with all suggestions that could be taken, in order of position.
        overlapping: suggestions that overlap a span of the gold, and were left out.
        tied: suggestions that overlap each other, so that a person must choose, and were left out.
    """

    spans: tuple[Span, ...]
    overlapping: tuple[Span, ...] = ()
    tied: tuple[Span, ...] = ()


def accept_suggestions(gold: Sequence[Span], suggestions: Collection[Span]) -> AcceptedSuggestions:
    """Take all suggestions for a sentence: its own spans stay, and nothing is chosen where suggestions overlap.

    Args:
        gold: the spans that the sentence has, in order of position.
        suggestions: of one source or of several, without those that a person rejected; those that the gold has already
            are ignored.
    """
    offered = sorted({*suggestions} - {*gold})
    overlapping = tuple(span for span in offered if any(span.overlaps(own) for own in gold))
    free = [span for span in offered if span not in overlapping]
    tied = tuple(span for span in free if any(span.overlaps(other) for other in free if other != span))
    return AcceptedSuggestions(tuple(sorted({*gold, *free} - {*tied})), overlapping=overlapping, tied=tied)
