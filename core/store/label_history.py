"""Under which names the spans of a sentence went before and after labels were renamed or merged."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from core.spans import SentenceNumber, Span
from core.store.columns import spans_of_text
from core.store.database import Database


class LabelsChanged(NamedTuple):
    """What a renaming or merging of labels did to a sentence: its spans by what they became."""

    correction: int
    became: Mapping[Span, Span]


def label_history(database: Database, numbers: Sequence[SentenceNumber]) -> dict[SentenceNumber, list[LabelsChanged]]:
    """The renamings and mergings that changed some sentences, the oldest first; also those that were undone since."""
    rows = database.rows(
        "SELECT sentence, number, before, after FROM correction WHERE coalesce(step, number) IN"
        f" (SELECT step FROM label_change) AND kind = 'correct' AND sentence IN ({','.join('?' * len(numbers))})"
        " ORDER BY number",
        numbers,
    )
    found: dict[SentenceNumber, list[LabelsChanged]] = defaultdict(list)
    for sentence, number, *golds in rows:
        before, after = map(spans_of_text, golds)
        became = {old: new for old, new in zip(before, after, strict=True) if old != new}
        found[sentence].append(LabelsChanged(number, became))
    return found


def names_over_time(span: Span, made: int, history: Sequence[LabelsChanged]) -> Iterator[Span]:
    """A gold span as it was called at first, is called now, and in between.

    Args:
        made: the correction right after which it was called as it is given.
    """
    yield span
    earlier = later = span
    for change in reversed([each for each in history if each.correction < made]):
        earlier = _undone(earlier, change)
        yield earlier
    for change in (each for each in history if each.correction > made):
        later = change.became.get(later, later)
        yield later


def at_first(gold: Iterable[Span], history: Sequence[LabelsChanged]) -> tuple[Span, ...]:
    """Spans of today's gold by the names that they had before all renamings and mergings."""
    spans = tuple(gold)
    for change in reversed(history):
        spans = tuple(_undone(span, change) for span in spans)
    return spans


def _undone(span: Span, change: LabelsChanged) -> Span:
    return next((old for old, new in change.became.items() if new == span), span)
