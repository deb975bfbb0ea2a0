"""What a tagging unit can reach: the score of the spans that perfect tags would give."""

from collections import Counter
from collections.abc import Generator, Sequence

from core.domain.spans import Sentence, Span
from core.domain.tags import Extent, TagSet, spans_of, tags_of
from core.metrics.report import Counts
from core.model.encoding.windows import Windows, stitched

_AT_ONCE = 1000
"""Sentences between two reports."""


def counting(
    windows: Windows, sentences: Sequence[Sentence], tag_set: TagSet
) -> Generator[int, None, dict[str, Counts]]:
    """For each label how the spans that perfect tags would give stand against the gold; their F1 is the ceiling.

    Args:
        windows: of the sentences' texts, in the same order.

    Yields:
        How many sentences were counted since the last time.
    """
    right: Counter[str] = Counter()
    predicted: Counter[str] = Counter()
    support: Counter[str] = Counter()
    for text, sentence in enumerate(sentences):
        gold = {span for span in sentence.spans if span.label in tag_set.labels}
        found = _best_spans(windows, text, sentence, tag_set)
        right.update(span.label for span in gold.intersection(found))
        predicted.update(span.label for span in found)
        support.update(span.label for span in gold)
        if (text + 1) % _AT_ONCE == 0 or text + 1 == len(sentences):
            yield text % _AT_ONCE + 1
    return {label: Counts(right[label], predicted[label], support[label]) for label in support | predicted}


def _best_spans(windows: Windows, text: int, sentence: Sentence, tag_set: TagSet) -> list[Span]:
    """The spans that perfect tags of all windows of the sentence stand for."""
    found = []
    for window in windows.of_text(text):
        units = windows.extents_of(window)
        found.append(spans_of(tags_of(sentence.spans, units, tag_set), units, tag_set))
    return stitched(windows, text, found, extent_of)


def extent_of(span: Span) -> Extent:
    return span.start, span.end
