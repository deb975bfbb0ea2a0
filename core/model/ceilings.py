"""The ceiling of each tagging unit: the score of the spans that perfect tags would encode."""

from collections import Counter
from collections.abc import Generator, Iterable, Sequence
from pathlib import Path

from core.domain.labels import in_display_order
from core.domain.scores import Report
from core.domain.settings import UNITS, Unit
from core.domain.spans import Sentence, Span
from core.domain.tags import Extent, TagSet, spans_of, tags_of
from core.metrics.report import Counts, build_report
from core.model.encoders.loading import load_tokenizer
from core.model.encoding.cache import encode_cached
from core.model.encoding.text_encoder import TextEncoding
from core.model.encoding.windows import Windows, stitch

_AT_ONCE = 1000
"""Sentences between two reports."""


def count_best_spans(
    windows: Windows, sentences: Sequence[Sentence], tag_set: TagSet
) -> Generator[int, None, dict[str, Counts]]:
    """Count right, predicted and gold spans of each label for perfect tags; their F1 is the ceiling.

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
    """The spans that perfect tags of the sentence's windows encode."""
    found = []
    for window in windows.of_text(text):
        units = windows.extents_of(window)
        found.append(spans_of(tags_of(sentence.spans, units, tag_set), units, tag_set))
    return stitch(windows, text, found, extent_of)


def extent_of(span: Span) -> Extent:
    return span.start, span.end


STEPS_OF_CEILINGS = 2 * len(UNITS)
"""How many steps each sentence takes: encoding and counting, for every unit."""


def compute_ceilings(
    sentences: Sequence[Sentence], encoder: str, training_texts: Iterable[str], cache: Path | None
) -> Generator[int, None, dict[Unit, Report]]:
    """Compute the scores that perfect tags would reach, for each tagging unit and label.

    Args:
        encoder: its name, as in the settings.
        training_texts: the texts that `tiny` takes its vocabulary from.
        cache: the folder that keeps the windows; see `core.model.encoding.cache`.

    Yields:
        How many sentences were processed since the last time.

    Raises:
        UserError: the encoder cannot be loaded.
    """
    tokenizer, max_length = load_tokenizer(encoder, training_texts)
    tag_set = TagSet(in_display_order({span.label for sentence in sentences for span in sentence.spans}))
    reports: dict[Unit, Report] = {}
    for unit in UNITS:
        by = TextEncoding(tokenizer, max_length, unit)
        windows = yield from encode_cached([sentence.text for sentence in sentences], by, cache)
        reports[unit] = build_report((yield from count_best_spans(windows, sentences, tag_set)))
    return reports
