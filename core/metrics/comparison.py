"""Compare the predicted spans of one sentence with its gold: what is right, and the kind of each error."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal, NamedTuple, get_args

from core.domain.spans import PredictedSpan, Span

Outcome = Literal["right", "edge", "type", "both", "missed", "spurious"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)


class SpanMatch(NamedTuple):
    """The result of a comparison: the outcome and the two labels; None where a side has no span."""

    outcome: Outcome
    gold_label: str | None
    predicted_label: str | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """A gold span, a predicted span, or a pair of them, and how they agree.

    The outcome is `right` (edges and label agree), `edge` (label agrees, the two overlap), `type` (edges agree), `both`
    (they overlap, but neither edges nor label agree), `missed` (gold only) or `spurious` (predicted only). All but
    `right` count as errors in the metrics: as a false negative of the gold label and a false positive of the predicted
    one.
    """

    outcome: Outcome
    gold: Span | None
    predicted: PredictedSpan | None

    @property
    def is_error(self) -> bool:
        return self.outcome != "right"

    @property
    def match(self) -> SpanMatch:
        gold_label = self.gold.label if self.gold else None
        return SpanMatch(self.outcome, gold_label, self.predicted.span.label if self.predicted else None)


def compare_spans(gold: Sequence[Span], predicted: Sequence[PredictedSpan]) -> tuple[Comparison, ...]:
    """Compare all spans: each gold and each predicted span occurs once in the result, in order of position.

    Overlapping spans are paired one to one: first by equal edges, then by equal label, then by longest overlap.
    """
    pairs = sorted(
        _overlapping_pairs(gold, predicted),
        key=lambda pair: (_closeness(*pair), pair[0].start, pair[1].span.start),
        reverse=True,
    )
    free_gold, free_predicted = set(gold), set(predicted)
    comparisons: list[Comparison] = []
    for g, p in pairs:
        if g in free_gold and p in free_predicted:
            free_gold.discard(g)
            free_predicted.discard(p)
            comparisons.append(Comparison(_outcome(g, p.span), g, p))
    comparisons += [Comparison("missed", g, None) for g in free_gold]
    comparisons += [Comparison("spurious", None, p) for p in free_predicted]
    return tuple(sorted(comparisons, key=_position))


def _overlapping_pairs(
    gold: Sequence[Span], predicted: Sequence[PredictedSpan]
) -> Iterator[tuple[Span, PredictedSpan]]:
    """All pairs that share a character, by binary search, since a sentence can have hundreds of spans."""
    ordered = sorted(gold)
    starts = [span.start for span in ordered]
    furthest = list(accumulate((span.end for span in ordered), max))
    for found in predicted:
        near = ordered[bisect_right(furthest, found.span.start) : bisect_left(starts, found.span.end)]
        yield from ((span, found) for span in near if span.overlaps(found.span))


def _closeness(gold: Span, predicted: PredictedSpan) -> tuple[bool, bool, int]:
    span = predicted.span
    same_edges = (gold.start, gold.end) == (span.start, span.end)
    return same_edges, gold.label == span.label, min(gold.end, span.end) - max(gold.start, span.start)


def _outcome(gold: Span, predicted: Span) -> Outcome:
    same_edges = (gold.start, gold.end) == (predicted.start, predicted.end)
    if gold.label == predicted.label:
        return "right" if same_edges else "edge"
    return "type" if same_edges else "both"


def _position(comparison: Comparison) -> tuple[int, int]:
    if comparison.gold is not None:
        return comparison.gold.start, comparison.gold.end
    assert comparison.predicted is not None
    return comparison.predicted.span.start, comparison.predicted.span.end
