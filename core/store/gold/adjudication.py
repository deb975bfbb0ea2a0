"""Adjudication: a person decides the sentences in which two readers disagree, for one of them or for neither.

A decision is a verdict on the whole sentence in the log, on each of the readers that is a source: `gold` where its
spans became the gold, `model` where those of the other one did, `ambiguous` where neither's did. So it says from whom
and from which version the gold was taken, and is undone with its step.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from core.analysis.verdicts import Blame, SpanPair, pair_of
from core.domain.errors import UserError
from core.domain.generators import cut_into_parts
from core.domain.spans import PredictedSpan, Section, SentenceNumber, Span
from core.metrics.comparison import compare_spans
from core.store.changes import ChangeSet
from core.store.database import Database
from core.store.gold.corrections import Corrections
from core.store.gold.remarks import Remark, Review, Verdict
from core.store.gold.reviews import GivenVerdict, Reviews
from core.store.pool import Pool
from core.store.predictions import EpochKey, Predictions
from core.store.sentences import SLICE, Sentences

Choice = Literal["one", "other", "neither"]

WHOLE = SpanPair(None, None)
"""What a verdict on a whole sentence is about."""


class Readers(NamedTuple):
    """Two readers of the same sentences.

    Attributes:
        other: None: the gold.
    """

    one: EpochKey
    other: EpochKey | None = None

    @property
    def sources(self) -> tuple[EpochKey, ...]:
        return (self.one,) if self.other is None else (self.one, self.other)


class _ReadPair(NamedTuple):
    """What two readers say of a sentence, in order of position."""

    number: SentenceNumber
    one: tuple[Span, ...]
    other: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Adjudicated:
    """How far the disagreements of two readers in a section are decided.

    Attributes:
        open: the sentences in which they disagree and nobody decided, in order.
        decided: those that a person decided, whatever the gold became. What a reader said anew since is open again.
    """

    open: tuple[SentenceNumber, ...] = ()
    decided: frozenset[SentenceNumber] = frozenset()

    @property
    def all(self) -> frozenset[SentenceNumber]:
        return self.decided.union(self.open)


class Adjudication:
    """Stores decisions, each of which is one step, and finds what is still to be decided."""

    def __init__(
        self,
        database: Database,
        sentences: Sentences,
        predictions: Predictions,
        corrections: Corrections,
        reviews: Reviews,
        pool: Pool,
    ) -> None:
        self._database = database
        self._sentences = sentences
        self._predictions = predictions
        self._corrections = corrections
        self._reviews = reviews
        self._pool = pool

    def decide(
        self, number: SentenceNumber, readers: Readers, choice: Choice, *, seconds: float | None = None
    ) -> ChangeSet:
        """Make the spans of one reader the gold of a sentence, whatever was there, or leave the gold as it is for
        neither; mark the sentence as reviewed. In the pool, this makes it a labelled sentence.

        Args:
            seconds: how long the sentence was shown.

        Raises:
            UserError: the reader has not judged the sentence wholly, or the spans do not fit the tag set.
        """
        [stored] = self._sentences.by_number([number])
        chosen = {"one": readers.one, "other": readers.other, "neither": None}[choice]
        gold = stored.gold if chosen is None else self._spans_of(chosen, number, stored.id)
        verdicts = [Verdict(number, key, WHOLE, _blame(key, chosen, choice)) for key in readers.sources]
        verdicts.sort(key=lambda verdict: verdict.blame != "gold")  # the first describes the step
        if stored.split == "pool":
            return self._pool.finish(number, gold, seconds=seconds, remarks=verdicts).change
        remarks: list[Remark] = [*verdicts]
        if not self._reviews.of([number], None)[number].is_reviewed:
            remarks.append(Review(number, True, seconds))
        return self._corrections.correct_together({number: gold}, remarks)

    def _spans_of(self, key: EpochKey, number: SentenceNumber, name: str) -> tuple[Span, ...]:
        is_judged = "SELECT 1 FROM prediction WHERE source = ? AND epoch = ? AND sentence = ? AND judged = 'yes'"
        if self._database.value(is_judged, [key.source, key.epoch, number]) is None:
            raise UserError("source {number} has not judged all of sentence {id}", number=key.source, id=name)
        return _spans(self._predictions.of(key, [number])[number])

    def find_disagreements(self, readers: Readers, section: Section) -> Adjudicated:
        """What is decided and what is open of the sentences of a section that both readers have judged wholly."""
        still_open, decided = list[SentenceNumber](), set[SentenceNumber]()
        for part in cut_into_parts(self._pairs(readers, section), SLICE // 5):
            valid = self._find_valid_verdicts(readers, part)
            for pair in part:
                if _is_decided(readers, pair, valid[pair.number]):
                    decided.add(pair.number)
                elif pair.one != pair.other:
                    still_open.append(pair.number)
        return Adjudicated(tuple(still_open), frozenset(decided))

    def _pairs(self, readers: Readers, section: Section) -> Iterator[_ReadPair]:
        """What both say; in the pool there is no gold to disagree with."""
        if readers.other is not None:
            for one, other in self._predictions.pairs(readers.one, readers.other, section, "corrected"):
                yield _ReadPair(one.number, _spans(one.predicted), _spans(other.predicted))
        elif section != "pool":
            for example in self._predictions.examples(readers.one, section, "corrected"):
                yield _ReadPair(example.number, _spans(example.predicted), example.gold)

    def _find_valid_verdicts(
        self, readers: Readers, part: Sequence[_ReadPair]
    ) -> dict[SentenceNumber, list[GivenVerdict]]:
        """The verdicts on what a reader still says in its newest version."""
        sources = {key.source for key in readers.sources}
        said = self._reviews.verdicts([pair.number for pair in part])
        keys = {given.key for verdicts in said.values() for given in verdicts if given.key.source in sources}
        then = {key: self._predictions.of(key, [*said]) for key in keys}
        valid = dict[SentenceNumber, list[GivenVerdict]]()
        for pair in part:
            now = {readers.one.source: pair.one, **({readers.other.source: pair.other} if readers.other else {})}
            valid[pair.number] = [
                given
                for given in said.get(pair.number, ())
                if given.key in then and _spans(then[given.key].get(pair.number, ())) == now[given.key.source]
            ]
        return valid

    def taken_from(self, source: int) -> set[SentenceNumber]:
        """The sentences whose gold, or a span of it, a person took from a source, by any of its versions."""
        rows = self._database.rows(
            "SELECT sentence, gold = '[]' AND predicted = '[]', blame FROM verdict WHERE undone = 0 AND source = ?"
            " ORDER BY number",
            [source],
        )
        by_span = {number for number, is_whole, blame in rows if not is_whole and blame == "gold"}
        whole = {number: blame for number, is_whole, blame in rows if is_whole}
        return by_span | {number for number, blame in whole.items() if blame == "gold"}


def _blame(key: EpochKey, chosen: EpochKey | None, choice: Choice) -> Blame:
    if choice == "neither":
        return "ambiguous"
    return "gold" if key == chosen else "model"


def _spans(predicted: Iterable[PredictedSpan]) -> tuple[Span, ...]:
    return tuple(sorted(found.span for found in predicted))


def _is_decided(readers: Readers, pair: _ReadPair, valid: Sequence[GivenVerdict]) -> bool:
    """Whether a person decided the sentence for each reader; or, against the gold, every difference by itself."""
    whole = {given.key.source for given in valid if given.pair == WHOLE}
    if whole.issuperset(key.source for key in readers.sources):
        return True
    if readers.other is not None or not valid:
        return False
    found = compare_spans(pair.other, [PredictedSpan(span, 1.0) for span in pair.one])
    return {given.pair for given in valid}.issuperset(pair_of(each) for each in found if each.is_error)
