"""What is selected in a sentence, and the order in which the keys go through its spans."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from core.domain.spans import Span
from core.metrics.comparison import Comparison


@dataclass(frozen=True, slots=True)
class Selection:
    """A range of characters without a label yet, or a gold or predicted span; offsets in code points."""

    kind: Literal["range", "gold", "predicted"]
    start: int
    end: int
    label: str = ""

    @property
    def span(self) -> Span | None:
        """The selected span; None for a range."""
        return Span(self.start, self.end, self.label) if self.label else None


def of_gold(span: Span) -> Selection:
    return Selection("gold", span.start, span.end, span.label)


def of_predicted(span: Span) -> Selection:
    return Selection("predicted", span.start, span.end, span.label)


def stops(comparisons: Sequence[Comparison], *, errors_only: bool) -> tuple[Selection, ...]:
    """Every span to stop at, in order of position; a predicted span that is right is its gold span."""
    found = []
    for comparison in comparisons:
        if errors_only and not comparison.is_error:
            continue
        if comparison.gold is not None:
            found.append(of_gold(comparison.gold))
        if comparison.predicted is not None and comparison.is_error:
            found.append(of_predicted(comparison.predicted.span))
    return tuple(sorted(found, key=_order))


def following(places: Sequence[Selection], current: Selection | None, step: int) -> Selection | None:
    """The stop `step` places on from the current selection, round and round; None where there is no stop."""
    if not places:
        return None
    if current is None:
        return places[0 if step > 0 else -1]
    if current in places:
        return places[(places.index(current) + step) % len(places)]
    before = sum(_order(place) < _order(current) for place in places)
    return places[(before + step - (step > 0)) % len(places)]


def kept(selection: Selection | None, gold: Sequence[Span], predicted: Sequence[Span]) -> Selection | None:
    """The selection after the sentence's spans changed: the span of the same range, whatever its label, or none."""
    if selection is None or selection.kind == "range":
        return selection
    for span in gold if selection.kind == "gold" else predicted:
        if (span.start, span.end) == (selection.start, selection.end):
            return of_gold(span) if selection.kind == "gold" else of_predicted(span)
    return None


def difference_of(comparisons: Sequence[Comparison], selection: Selection | None) -> Comparison | None:
    """The comparison that an acceptance means: that of the selected span, or the only difference of the sentence."""
    differences = [comparison for comparison in comparisons if comparison.is_error]
    if selection is None:
        return differences[0] if len(differences) == 1 else None
    return next((comparison for comparison in differences if _concerns(comparison, selection)), None)


def comparison_of(comparisons: Sequence[Comparison], selection: Selection) -> Comparison | None:
    """The comparison of the selected span; None for a range."""
    return next((comparison for comparison in comparisons if _concerns(comparison, selection)), None)


def _concerns(comparison: Comparison, selection: Selection) -> bool:
    if selection.span is None:
        return False
    if selection.kind == "gold":
        return comparison.gold == selection.span
    return comparison.predicted is not None and comparison.predicted.span == selection.span


def _order(place: Selection) -> tuple[int, int, bool]:
    return place.start, place.end, place.kind != "gold"
