"""What a screen reader says of a sentence: its spans, the selected one, and what a correction did."""

from collections.abc import Callable, Sequence

from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QWidget

from core.domain.spans import Span
from core.metrics.comparison import Comparison
from gui.sentence.span_selection import TextSelection, comparison_of, stops
from gui.text.words import counted

_VERDICTS = {
    "right": "",
    "edge": " (wrong edge)",
    "type": " (wrong type)",
    "both": " (wrong edge and type)",
    "missed": " (missed)",
    "spurious": " (spurious)",
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
        return f"{text[selection.start : selection.end]}, without a label"
    is_predicted = selection.kind == "predicted"
    return ", ".join([_describe(text, comparison, predicted_first=is_predicted), *_position(selection, comparisons)])


def describe_correction(
    text: str, before: Sequence[Span], selection: TextSelection | None, comparisons: Sequence[Comparison]
) -> str:
    """`서울: LC to OG, 2 of 5`: the change from the gold before, and which span is selected now."""
    after = [comparison.gold for comparison in comparisons if comparison.gold is not None]
    lost, new = sorted(set(before) - set(after)), sorted(set(after) - set(before))
    if not lost and not new:
        return ""
    changes = [f"{counted(max(len(lost), len(new)), 'span')} changed"]
    if len(lost) + len(new) <= _MOST_CHANGES:
        replaced = {span: next((other for other in lost if other.overlaps(span)), None) for span in new}
        changes = [_describe_change(text, old, span) for span, old in replaced.items()]
        changes += [_describe_change(text, span, None) for span in lost if span not in replaced.values()]
    return ", ".join([*changes, *(_position(selection, comparisons) if selection is not None else [])])


def _describe_change(text: str, old: Span | None, new: Span | None) -> str:
    if old is None:
        return f"{_name(text, new)} added" if new is not None else ""
    if new is None:
        return f"{_name(text, old)} removed"
    if (old.start, old.end) == (new.start, new.end):
        return f"{text[new.start : new.end]}: {old.label} to {new.label}"
    return f"{_name(text, old)} to {_name(text, new)}"


def _position(selection: TextSelection, comparisons: Sequence[Comparison]) -> list[str]:
    """Which of all spans is selected, if one is."""
    places = stops(comparisons, errors_only=False)
    return [f"{places.index(selection) + 1} of {len(places)}"] if selection in places else []


def _describe(text: str, comparison: Comparison, *, predicted_first: bool = False) -> str:
    sides = []
    if comparison.gold is not None:
        sides.append(f"gold {_name(text, comparison.gold)}")
    if comparison.predicted is not None:
        sides.append(f"predicted {_name(text, comparison.predicted.span)} {comparison.predicted.probability:.2f}")
    return ", ".join(reversed(sides) if predicted_first else sides) + _VERDICTS[comparison.outcome]


def _name(text: str, span: Span) -> str:
    return f"{text[span.start : span.end]} {span.label}"
