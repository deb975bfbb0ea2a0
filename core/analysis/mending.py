"""The places of a string that is labelled inconsistently, and the gold once some of them are mended."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from core.analysis.consistency import GoldText, Inconsistency, Use, places_of, use_of
from core.domain.editing import Gold, replaced_by, with_span
from core.domain.spans import Sentence, SentenceNumber, Span, Split


@dataclass(frozen=True, slots=True)
class StringPlace:
    """One place of a string: where it stands, and what the gold makes of it."""

    number: SentenceNumber
    sentence: Sentence
    start: int
    end: int
    use: Use

    @property
    def touched(self) -> Gold:
        """The spans there: its own, or those that it overlaps."""
        return replaced_by(self.sentence.spans, self.start, self.end)

    def mended(self, label: str | None) -> Gold:
        """What stands there once it is a span of the label, or no span."""
        return () if label is None else (Span(self.start, self.end, label),)


def string_places(
    found: Inconsistency, sentences: Iterable[tuple[SentenceNumber, Split, Sentence]]
) -> Iterator[StringPlace]:
    """Every place that the counts of a string are of, from left to right."""
    for number, split, sentence in sentences:
        gold_text = GoldText(split, sentence.text, sentence.spans)
        for start, end in places_of(found.text, sentence.text, sentence.spans):
            yield StringPlace(number, sentence, start, end, use_of(gold_text, start, end, set(found.labels)))


def mended(places: Sequence[StringPlace], label: str | None) -> dict[SentenceNumber, Gold]:
    """The gold of each sentence once the places are spans of a label, or no spans; what they overlap makes way."""
    golds: dict[SentenceNumber, Gold] = {}
    for place in places:
        gold = golds.get(place.number, place.sentence.spans)
        gone = replaced_by(gold, place.start, place.end)
        gold = tuple(span for span in gold if span not in gone)
        for span in place.mended(label):
            gold = with_span(gold, span)
        golds[place.number] = gold
    return golds


def commonest(found: Inconsistency) -> str | None:
    """The label that most of the places have; None where more have none."""
    label, spans = next(iter(found.labels.items()), (None, 0))
    return label if spans >= found.count("none") else None
