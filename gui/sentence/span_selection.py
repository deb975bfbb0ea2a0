"""What is selected in a sentence, the order in which keys go through its spans, and what commands propose for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from core.domain.editing import (
    Edge,
    GoldSpans,
    overlapping_spans,
    trim_blanks,
    with_edge,
    with_edges,
    with_label,
    with_span,
    without_span,
)
from core.domain.spans import PredictedSpan, Span
from core.metrics.comparison import Comparison, compare_spans


@dataclass(frozen=True, slots=True)
class TextSelection:
    """A range of characters without a label yet, or a gold or predicted span; offsets in code points."""

    kind: Literal["range", "gold", "predicted"]
    start: int
    end: int
    label: str = ""

    @property
    def span(self) -> Span | None:
        """The selected span; None for a range."""
        return Span(self.start, self.end, self.label) if self.label else None


def of_gold(span: Span) -> TextSelection:
    return TextSelection("gold", span.start, span.end, span.label)


def of_predicted(span: Span) -> TextSelection:
    return TextSelection("predicted", span.start, span.end, span.label)


def is_open(comparison: Comparison) -> bool:
    """Whether a person may want to decide about it: an error, or a suggestion that is not gold."""
    return comparison.is_error or comparison.gold is None


def stops(comparisons: Sequence[Comparison], *, errors_only: bool) -> tuple[TextSelection, ...]:
    """Every span to stop at, in order of position; a predicted span that is right is its gold span."""
    found = []
    for comparison in comparisons:
        if errors_only and not is_open(comparison):
            continue
        if comparison.gold is not None:
            found.append(of_gold(comparison.gold))
        if comparison.predicted is not None and is_open(comparison):
            found.append(of_predicted(comparison.predicted.span))
    return tuple(sorted(found, key=_order))


def following(places: Sequence[TextSelection], current: TextSelection | None, step: int) -> TextSelection | None:
    """The stop `step` places on from the current selection, round and round; None where there is no stop."""
    if not places:
        return None
    if current is None:
        return places[0 if step > 0 else -1]
    if current in places:
        return places[(places.index(current) + step) % len(places)]
    before = sum(_order(place) < _order(current) for place in places)
    return places[(before + step - (step > 0)) % len(places)]


def kept(selection: TextSelection | None, gold: Sequence[Span], predicted: Sequence[Span]) -> TextSelection | None:
    """The selection after the sentence's spans changed: the span of the same range, whatever its label, or none."""
    if selection is None or selection.kind == "range":
        return selection
    for span in gold if selection.kind == "gold" else predicted:
        if (span.start, span.end) == (selection.start, selection.end):
            return of_gold(span) if selection.kind == "gold" else of_predicted(span)
    return None


def difference_of(comparisons: Sequence[Comparison], selection: TextSelection | None) -> Comparison | None:
    """The comparison that an acceptance means: that of the selected span, or the only difference of the sentence."""
    differences = [comparison for comparison in comparisons if is_open(comparison)]
    if selection is None:
        return differences[0] if len(differences) == 1 else None
    return next((comparison for comparison in differences if _concerns(comparison, selection)), None)


def comparison_of(comparisons: Sequence[Comparison], selection: TextSelection) -> Comparison | None:
    """The comparison of the selected span; None for a range."""
    return next((comparison for comparison in comparisons if _concerns(comparison, selection)), None)


def _concerns(comparison: Comparison, selection: TextSelection) -> bool:
    if selection.span is None:
        return False
    if selection.kind == "gold":
        return comparison.gold == selection.span
    return comparison.predicted is not None and comparison.predicted.span == selection.span


def _order(place: TextSelection) -> tuple[int, int, bool]:
    return place.start, place.end, place.kind != "gold"


@dataclass(frozen=True, slots=True)
class Proposal:
    """The gold after a gesture, and what is selected in it then."""

    gold: GoldSpans
    selection: TextSelection | None


def propose_label(gold: GoldSpans, selection: TextSelection, label: str) -> Proposal:
    """Label a range, relabel a gold span, or accept a predicted one so named."""
    span = Span(selection.start, selection.end, label)
    if selection.kind == "gold" and selection.span is not None:
        return Proposal(with_label(gold, selection.span, label), of_gold(span))
    return Proposal(with_span(gold, span), of_gold(span))


def find_replaced(gold: GoldSpans, comparisons: Sequence[Comparison], selection: TextSelection | None) -> GoldSpans:
    """The gold spans, beside the selected one, that labelling or accepting what is selected takes away."""
    if selection is None or selection.kind == "gold":
        return ()
    difference = difference_of(comparisons, selection)
    own = difference.gold if difference is not None else None
    return tuple(span for span in overlapping_spans(gold, selection.start, selection.end) if span != own)


def propose_edge(gold: GoldSpans, selection: TextSelection, edge: Edge, position: int, text: str) -> Proposal:
    """Move an edge of a gold span or of a range; what is predicted stays."""
    if selection.kind == "gold" and selection.span is not None:
        return _moved(gold, with_edge(gold, selection.span, edge, position, text), selection)
    start, end = (position, selection.end) if edge == "start" else (selection.start, position)
    return _ranged(gold, selection, start, end, text)


def propose_range(gold: GoldSpans, selection: TextSelection, start: int, end: int, text: str) -> Proposal:
    """Move both edges of a gold span or of a range; what is predicted stays."""
    if selection.kind == "gold" and selection.span is not None:
        return _moved(gold, with_edges(gold, selection.span, start, end, text), selection)
    return _ranged(gold, selection, start, end, text)


def _moved(before: GoldSpans, after: GoldSpans, selection: TextSelection) -> Proposal:
    known = set(before)
    moved = next((span for span in after if span not in known), None)
    return Proposal(after, selection if moved is None else of_gold(moved))


def _ranged(gold: GoldSpans, selection: TextSelection, start: int, end: int, text: str) -> Proposal:
    inside = trim_blanks(start, end, text) if selection.kind == "range" and start < end else None
    return Proposal(gold, selection if inside is None else TextSelection("range", *inside))


def propose_removal(gold: GoldSpans, selection: TextSelection) -> Proposal:
    """Take a gold span away."""
    if selection.kind != "gold" or selection.span is None:
        return Proposal(gold, selection)
    return Proposal(without_span(gold, selection.span), None)


def propose_acceptance(gold: GoldSpans, comparisons: Sequence[Comparison], selection: TextSelection | None) -> Proposal:
    """Make gold what the run said: of the selected span, or where nothing is selected of the only difference."""
    difference = difference_of(comparisons, selection)
    if difference is None or difference.predicted is None:
        return Proposal(gold, selection)
    span = difference.predicted.span
    return Proposal(with_span(gold, span), of_gold(span))


@lru_cache(maxsize=256)
def comparisons_of(gold: tuple[Span, ...], predicted: tuple[PredictedSpan, ...] | None) -> tuple[Comparison, ...]:
    """How the predicted spans compare with the gold; without a run (None), all gold is right."""
    if predicted is None:
        return tuple(Comparison("right", span, None) for span in gold)
    return compare_spans(gold, predicted)


def place_suggestions(gold: tuple[Span, ...], suggested: tuple[PredictedSpan, ...] | None) -> tuple[Comparison, ...]:
    """Suggestions for a sentence of the pool beside a person's own spans: nothing is an error there."""
    found = {each.span: each for each in suggested or ()}
    own = [Comparison("right", span, found.get(span)) for span in gold]
    hints = [Comparison("right", None, each) for span, each in found.items() if span not in gold]
    return tuple(sorted((*own, *hints), key=start_of))


def unite_readings(*readings: tuple[PredictedSpan, ...] | None) -> tuple[PredictedSpan, ...]:
    """What several readers say of a sentence, in order; what more than one says is there once."""
    found = {each.span: each for reading in readings for each in reading or ()}
    return tuple(found[span] for span in sorted(found))


def start_of(comparison: Comparison) -> int:
    """Where the first of its spans starts."""
    predicted = comparison.predicted.span if comparison.predicted is not None else None
    return min(span.start for span in (comparison.gold, predicted) if span is not None)


def has_span(comparison: Comparison, span: Span) -> bool:
    return comparison.gold == span or (comparison.predicted is not None and comparison.predicted.span == span)
