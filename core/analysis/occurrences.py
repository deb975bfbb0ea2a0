"""Find all occurrences of a string in the corpus, with how the gold labels each."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from core.domain.editing import with_span
from core.domain.spans import Example, SentenceNumber, Span
from core.languages.korean.words import is_whole_word

Labelling = Literal["unlabelled", "same", "other label", "other edge", "inside", "overlaps"]
"""How the gold labels an occurrence: not at all; as asked for; with another label; by a span of that label with other
edges; as part of a longer span of another label; by a span that it crosses."""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One occurrence of the string, as a span of the label asked for."""

    sentence: Example
    span: Span
    labelling: Labelling


def find_occurrences(sentences: Iterable[Example], text: str, label: str) -> Iterator[Occurrence]:
    """Every occurrence of a string, left to right, compared with a span of the label.

    Only whole words count; see `core.languages.korean.words.is_whole_word`.
    """
    for sentence in sentences:
        for start in _places(sentence.text, text):
            span = Span(start, start + len(text), label)
            yield Occurrence(sentence, span, _labelling_of(span, sentence.gold))


def label_places(chosen: Sequence[Occurrence]) -> dict[SentenceNumber, tuple[Span, ...]]:
    """The new gold of each sentence with the chosen occurrences labelled; overlapping spans are replaced."""
    golds: dict[SentenceNumber, tuple[Span, ...]] = {}
    for occurrence in chosen:
        sentence = occurrence.sentence
        golds[sentence.number] = with_span(golds.get(sentence.number, sentence.gold), occurrence.span)
    return golds


def _places(text: str, wanted: str) -> Iterator[int]:
    start = text.find(wanted)
    while start >= 0:
        if is_whole_word(text, start, start + len(wanted)):
            yield start
            start = text.find(wanted, start + len(wanted))
        else:
            start = text.find(wanted, start + 1)


def _labelling_of(span: Span, gold: Sequence[Span]) -> Labelling:
    touched = [other for other in gold if other.overlaps(span)]
    if not touched:
        return "unlabelled"
    if span in touched:
        return "same"
    if any((other.start, other.end) == (span.start, span.end) for other in touched):
        return "other label"
    if any(other.label == span.label for other in touched):
        return "other edge"
    if any(other.start <= span.start and span.end <= other.end for other in touched):
        return "inside"
    return "overlaps"
