"""What a screen reader says of a sentence: its spans, the selected one, and what a correction did."""

from collections.abc import Callable, Sequence

from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QWidget

from core.domain.spans import Span
from core.messages.catalogue import join_words, mark, say, say_count
from core.metrics.comparison import Comparison, Outcome
from gui.sentence.span_selection import TextSelection, comparison_of, stops
from gui.text.wording import format_spans

_OUTCOMES: dict[Outcome, str] = {
    "right": mark("{spans}"),
    "edge": mark("{spans} (wrong edge)"),
    "type": mark("{spans} (wrong type)"),
    "both": mark("{spans} (wrong edge and type)"),
    "missed": mark("{spans} (missed)"),
    "spurious": mark("{spans} (spurious)"),
}
_MOST_CHANGES = 3
"""Spans whose change is described one by one."""


def announce(widget: QWidget, words: Callable[[], str]) -> None:
    """Have a screen reader say something at once, in the place of what it is saying; without one, do nothing."""
    if QAccessible.isActive() and (message := words()):
        event = QAccessibleAnnouncementEvent(widget, message)
        event.setPoliteness(QAccessible.AnnouncementPoliteness.Assertive)
        QAccessible.updateAccessibility(event)


def describe_sentence(text: str, comparisons: Sequence[Comparison]) -> str:
    """The text, then every gold and predicted span with its label and what is wrong with it."""
    return "\n".join([text, *(_describe(text, comparison) for comparison in comparisons)])


def describe_selection(text: str, selection: TextSelection, comparisons: Sequence[Comparison]) -> str:
    """`gold 서울 LC, predicted 서울 OG 0.87 (wrong type), 2 of 5`, the selected one first; a range's characters."""
    comparison = comparison_of(comparisons, selection)
    if comparison is None:
        return say("{text}, without a label", text=text[selection.start : selection.end])
    is_predicted = selection.kind == "predicted"
    return join_words([_describe(text, comparison, predicted_first=is_predicted), *_position(selection, comparisons)])


def describe_correction(
    text: str, before: Sequence[Span], selection: TextSelection | None, comparisons: Sequence[Comparison]
) -> str:
    """`서울: LC to OG, 2 of 5`: the change from the gold before, and which span is selected now."""
    after = [comparison.gold for comparison in comparisons if comparison.gold is not None]
    lost, new = sorted(set(before) - set(after)), sorted(set(after) - set(before))
    if not lost and not new:
        return ""
    changes = [say_count("{count:,} span changed", "{count:,} spans changed", max(len(lost), len(new)))]
    if len(lost) + len(new) <= _MOST_CHANGES:
        replaced = {span: next((other for other in lost if other.overlaps(span)), None) for span in new}
        changes = [_describe_change(text, old, span) for span, old in replaced.items()]
        changes += [_describe_change(text, span, None) for span in lost if span not in replaced.values()]
    return join_words([*changes, *(_position(selection, comparisons) if selection is not None else [])])


def _describe_change(text: str, old: Span | None, new: Span | None) -> str:
    if old is None:
        return say("{span} added", span=format_spans(text, [new])) if new is not None else ""
    if new is None:
        return say("{span} removed", span=format_spans(text, [old]))
    if (old.start, old.end) == (new.start, new.end):
        return say("{text}: {old} to {new}", text=text[new.start : new.end], old=old.label, new=new.label)
    return say("{old} to {new}", old=format_spans(text, [old]), new=format_spans(text, [new]))


def _position(selection: TextSelection, comparisons: Sequence[Comparison]) -> list[str]:
    """Which of all spans is selected, if one is."""
    places = stops(comparisons, errors_only=False)
    if selection not in places:
        return []
    return [say("{place:,} of {spans:,}", place=places.index(selection) + 1, spans=len(places))]


def _describe(text: str, comparison: Comparison, *, predicted_first: bool = False) -> str:
    sides = []
    if comparison.gold is not None:
        sides.append(say("gold {span}", span=format_spans(text, [comparison.gold])))
    if comparison.predicted is not None:
        span, share = format_spans(text, [comparison.predicted.span]), comparison.predicted.probability
        sides.append(say("predicted {span} {probability:.2f}", span=span, probability=share))
    return say(_OUTCOMES[comparison.outcome], spans=join_words(reversed(sides) if predicted_first else sides))
