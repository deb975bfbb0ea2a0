"""What each gesture makes of a sentence's gold and of what is selected in it: pure functions that the canvas runs."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.domain.editing import Edge, accepted, relabelled, replaced_by, resized, trimmed, with_edge, with_span, without
from core.domain.spans import Span
from core.metrics.comparison import Comparison
from gui.sentence.selection import Selection, difference_of, of_gold

Gold = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The gold after a gesture, and what is selected in it then."""

    gold: Gold
    selection: Selection | None


def labelled(gold: Gold, selection: Selection, label: str) -> Outcome:
    """Label a range, relabel a gold span, or accept a predicted one so named."""
    span = Span(selection.start, selection.end, label)
    if selection.kind == "gold" and selection.span is not None:
        return Outcome(relabelled(gold, selection.span, label), of_gold(span))
    return Outcome(with_span(gold, span), of_gold(span))


def replaced_by_label(gold: Gold, comparisons: Sequence[Comparison], selection: Selection | None) -> Gold:
    """The gold spans, beside the selected one, that labelling or accepting what is selected takes away."""
    if selection is None or selection.kind == "gold":
        return ()
    difference = difference_of(comparisons, selection)
    own = difference.gold if difference is not None else None
    return tuple(span for span in replaced_by(gold, selection.start, selection.end) if span != own)


def with_edge_at(gold: Gold, selection: Selection, edge: Edge, position: int, text: str) -> Outcome:
    """Move an edge of a gold span or of a range; what is predicted stays."""
    if selection.kind == "gold" and selection.span is not None:
        return _moved(gold, with_edge(gold, selection.span, edge, position, text), selection)
    start, end = (position, selection.end) if edge == "start" else (selection.start, position)
    return _ranged(gold, selection, start, end, text)


def reshaped(gold: Gold, selection: Selection, start: int, end: int, text: str) -> Outcome:
    """Move both edges of a gold span or of a range; what is predicted stays."""
    if selection.kind == "gold" and selection.span is not None:
        return _moved(gold, resized(gold, selection.span, start, end, text), selection)
    return _ranged(gold, selection, start, end, text)


def _moved(before: Gold, after: Gold, selection: Selection) -> Outcome:
    known = set(before)
    moved = next((span for span in after if span not in known), None)
    return Outcome(after, selection if moved is None else of_gold(moved))


def _ranged(gold: Gold, selection: Selection, start: int, end: int, text: str) -> Outcome:
    inside = trimmed(start, end, text) if selection.kind == "range" and start < end else None
    return Outcome(gold, selection if inside is None else Selection("range", *inside))


def removed(gold: Gold, selection: Selection) -> Outcome:
    """Take a gold span away."""
    if selection.kind != "gold" or selection.span is None:
        return Outcome(gold, selection)
    return Outcome(without(gold, selection.span), None)


def with_accepted(gold: Gold, comparisons: Sequence[Comparison], selection: Selection | None) -> Outcome:
    """Make gold what the run said: of the selected span, or where nothing is selected of the only difference."""
    difference = difference_of(comparisons, selection)
    if difference is None or difference.predicted is None:
        return Outcome(gold, selection)
    span = difference.predicted.span
    return Outcome(accepted(gold, span), of_gold(span))
