"""A gold span that should perhaps end elsewhere, because of a particle; `core.analysis.particle_spans` finds them."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

from core.domain.editing import Gold, with_span, without
from core.domain.spans import Sentence, SentenceNumber, Span, Split

Direction = Literal["drop", "add"]


class GoldSentence(NamedTuple):
    """A sentence with its gold, and where it stands."""

    number: SentenceNumber
    split: Split
    sentence: Sentence


@dataclass(frozen=True, slots=True)
class ParticleSpan:
    """A span that should perhaps end elsewhere.

    Attributes:
        end: where it would end.
        seen: how many other spans of the corpus have the string that it would have, and its label.
    """

    number: SentenceNumber
    split: Split
    sentence: Sentence
    span: Span
    end: int
    seen: int

    @property
    def direction(self) -> Direction:
        """Whether a particle is dropped, or an end added that only looks like one."""
        return "drop" if self.end < self.span.end else "add"

    @property
    def mended(self) -> Span:
        return Span(self.span.start, self.end, self.span.label)

    def mend(self, gold: Gold) -> Gold:
        """The gold of the sentence with the span as it would be; spans that it comes to overlap make way."""
        return with_span(without(gold, self.span), self.mended)

    @property
    def string(self) -> str:
        """What the end is a particle of, or is none of, however the span is labelled now."""
        return self.sentence.text[self.span.start : max(self.span.end, self.end)]
