"""Spans and sentences, and the checks that make them valid."""

import itertools
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, NewType, get_args

from core.domain.errors import UserError
from core.messages.catalogue import join_words, mark

Split = Literal["train", "dev", "test"]
SPLITS: tuple[Split, ...] = get_args(Split)

Section = Literal["train", "dev", "test", "pool", "aside", "deleted"]
"""Where a sentence is: in a split; in the pool of those that nobody judged yet; set aside, neither trained nor measured
on; or deleted, kept only to be brought back."""
SECTIONS: tuple[Section, ...] = get_args(Section)

Judged = Literal["yes", "no", "partly"]
"""Whether a person decided what the entities of a sentence are: all of them, none yet, or some."""

SentenceNumber = NewType("SentenceNumber", int)
"""The number of a sentence in one project; `Sentence.id` is what survives import and export."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """An entity: a label and a half-open range of Unicode code points in the text of its sentence.

    Raises:
        UserError: the range is empty or begins before the text, or the label is empty.
    """

    start: int
    end: int
    label: str

    def __post_init__(self) -> None:
        if self.start < 0 or self.end <= self.start:
            raise UserError("the span {start}–{end} is empty or begins before the text", start=self.start, end=self.end)
        if not self.label:
            raise UserError("the span {start}–{end} has no label", start=self.start, end=self.end)

    def overlaps(self, other: "Span") -> bool:
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class PredictedSpan:
    """A span found by a run, with its probability (0–1) over all legal tag sequences."""

    span: Span
    probability: float


class ScoredText(NamedTuple):
    """What a tagger says of a text.

    Attributes:
        text: its index among those that were given.
        spans: in order of position.
        uncertainty: −log of the probability of its best tags, in nats; None: what tagged it has no probabilities.
    """

    text: int
    spans: Sequence[PredictedSpan]
    uncertainty: float | None


TagTexts = Callable[[Sequence[str]], Iterator[list[ScoredText]]]
"""Gives the spans of texts, with the labels of what tags them, in batches of any order."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A text with the id that survives import and export, and its gold spans in order of position.

    Raises:
        UserError: the text or id is empty, or the spans do not fit the text (see `check_spans`).
    """

    id: str
    text: str
    spans: tuple[Span, ...] = ()

    def __post_init__(self) -> None:
        if not self.id:
            raise UserError("a sentence has no id")
        if not self.text.strip():
            raise UserError("it has no text")
        object.__setattr__(self, "spans", check_spans(self.spans, self.text))

    @classmethod
    def unchecked(cls, id: str, text: str, spans: tuple[Span, ...]) -> "Sentence":  # noqa: A002 - the field's name
        """Build a sentence without checks, from a row of the database, which was checked when it was written."""
        sentence = object.__new__(cls)
        object.__setattr__(sentence, "id", id)
        object.__setattr__(sentence, "text", text)
        object.__setattr__(sentence, "spans", spans)
        return sentence


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence of a project with its gold and predicted spans, both in order of position.

    Attributes:
        gold: as corrected or as imported, whichever was asked for.
        predicted: empty also if no prediction was asked for.
    """

    number: SentenceNumber
    split: Section
    id: str
    text: str
    gold: tuple[Span, ...]
    predicted: tuple[PredictedSpan, ...] = ()


OVERLAP = mark("the spans {span} and {other} overlap")
"""The template of the error that overlapping spans are."""


def check_spans(spans: Iterable[Span], text: str, labels: Collection[str] | None = None) -> tuple[Span, ...]:
    """Check that spans fit the text and the tag set; returns them in order of position.

    Args:
        labels: the tag set; None accepts every label.

    Raises:
        UserError: a span reaches past the text, overlaps another, or has a label outside the tag set.
    """
    ordered = tuple(sorted(spans))
    for span in ordered:
        if span.end > len(text):
            raise UserError.of_count(
                "the span {start}–{end} reaches past the text, which has {count:,} character",
                "the span {start}–{end} reaches past the text, which has {count:,} characters",
                count=len(text),
                start=span.start,
                end=span.end,
            )
        if labels is not None and span.label not in labels:
            raise UserError(
                "the label {label} is not in the tag set ({known})", label=span.label, known=join_words(labels)
            )
    for left, right in itertools.pairwise(ordered):
        if left.overlaps(right):
            raise UserError(OVERLAP, span=_words(left), other=_words(right))
    return ordered


def _words(span: Span) -> str:
    return f"{span.start}–{span.end} {span.label}"
