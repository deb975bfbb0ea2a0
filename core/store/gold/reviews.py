"""Reviews: reviewed marks, notes, and verdicts on disagreements between prediction and gold."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import NamedTuple

from core.analysis.verdicts import (
    Blame,
    Estimate,
    JudgedError,
    Population,
    SpanPair,
    estimate_errors,
    judge_errors,
    pair_of,
    sample_length,
)
from core.domain.editing import with_span, without_span
from core.domain.spans import Section, SentenceNumber, Span
from core.metrics.comparison import Comparison, compare_spans
from core.metrics.report import Counts, count_spans
from core.store.changes import ChangeSet
from core.store.columns import spans_from_text
from core.store.database import Database
from core.store.gold.corrections import Corrections
from core.store.gold.remarks import Note, Remark, Review, Verdict
from core.store.label_history import LabelNames, Names, rename_spans
from core.store.predictions import EpochKey, Predictions
from core.store.sentence_selection import Selections
from core.store.sentences import SLICE, Sentences

_PACE = 20
"""How many of the last sentences the pace is computed from."""


@dataclass(frozen=True, slots=True)
class Reviewed:
    """The remarks about one sentence; `verdicts` are those on one epoch. The authors are those that are known."""

    is_reviewed: bool = False
    note: str = ""
    verdicts: Mapping[SpanPair, Blame] = field(default_factory=dict)
    note_author: str = ""
    verdict_authors: Mapping[SpanPair, str] = field(default_factory=dict)


NOTHING_SAID = Reviewed()

_NOTES = (
    "SELECT n.sentence, n.text, coalesce(c.author, '') FROM noted AS n JOIN note AS w ON w.number ="
    " (SELECT max(number) FROM note WHERE sentence = n.sentence AND undone = 0)"
    " LEFT JOIN correction AS c ON c.number = w.step WHERE n.sentence IN ({numbers})"
)


class GivenVerdict(NamedTuple):
    """A verdict on what an epoch predicted, and who gave it, if that is known."""

    key: EpochKey
    pair: SpanPair
    blame: Blame
    author: str = ""


class JudgementContext(NamedTuple):
    """How a verdict or mark was made: whether in random order, and in how many seconds."""

    sampled: bool = False
    seconds: float | None = None


class Reviews:
    """Reads and adds remarks; every method that adds some is one step, undone like a correction."""

    def __init__(
        self,
        database: Database,
        sentences: Sentences,
        predictions: Predictions,
        corrections: Corrections,
        selections: Selections,
    ) -> None:
        self._database = database
        self._sentences = sentences
        self._predictions = predictions
        self._corrections = corrections
        self._selections = selections
        self._names = LabelNames(database)

    def mark(self, number: SentenceNumber, *, reviewed: bool, seconds: float | None = None) -> ChangeSet:
        """Mark a sentence as reviewed, or remove the mark."""
        if self._is_reviewed(number) == reviewed:
            return ChangeSet("review")
        return self._add_remark(Review(number, reviewed, seconds))

    def finish_sentence(
        self, number: SentenceNumber, gold: Sequence[Span], *, seconds: float | None = None
    ) -> ChangeSet:
        """Give a sentence new gold, if it differs, and mark it as reviewed, in one step.

        Raises:
            UserError: the spans do not fit the sentence or the tag set.
        """
        marks = [] if self._is_reviewed(number) else [Review(number, True, seconds)]
        return self._corrections.correct_together({number: gold}, marks)

    def note(self, number: SentenceNumber, text: str) -> ChangeSet:
        """Set the note of a sentence; an empty one removes it."""
        text = text.strip()
        if self.of([number], None)[number].note == text:
            return ChangeSet("review")
        return self._add_remark(Note(number, text))

    def judge(
        self,
        number: SentenceNumber,
        key: EpochKey,
        comparison: Comparison,
        blame: Blame,
        watch: JudgementContext = JudgementContext(),  # noqa: B008
    ) -> ChangeSet:
        """Record a verdict on a disagreement of an epoch with the gold as corrected.

        If the gold is wrong, it is corrected to the prediction. The last missing verdict of a sentence also marks it as
        reviewed. All of this is one step.
        """
        [stored] = self._sentences.by_number([number])
        pair = pair_of(comparison)
        gold = apply_prediction(stored.gold, pair) if blame == "gold" else stored.gold
        remarks: list[Remark] = [Verdict(number, key, pair, blame, *watch)]
        said = self.of([number], key)[number]
        left = set(self._disagreements(key, number, gold)) - set(said.verdicts) - {pair}
        if not left and not said.is_reviewed:
            remarks.append(Review(number, True))
        return self._corrections.correct_together({number: gold}, remarks)

    def _disagreements(self, key: EpochKey, number: SentenceNumber, gold: Sequence[Span]) -> list[SpanPair]:
        """The disagreements of an epoch with a gold."""
        predicted = self._predictions.of(key, [number]).get(number, ())
        return [pair_of(comparison) for comparison in compare_spans(gold, predicted) if comparison.is_error]

    def _add_remark(self, remark: Remark) -> ChangeSet:
        return self._corrections.correct_together({}, [remark])

    def _is_reviewed(self, number: SentenceNumber) -> bool:
        return self._database.value("SELECT 1 FROM reviewed WHERE sentence = ?", [number]) is not None

    def reviewed_in(self, split: Section) -> set[SentenceNumber]:
        """The reviewed sentences of a split."""
        rows = self._database.rows(
            # Join from the marks to their sentences, since there are far fewer marks.
            "SELECT r.sentence FROM reviewed AS r CROSS JOIN sentence AS s ON s.number = r.sentence WHERE s.split = ?",
            [split],
        )
        return {row[0] for row in rows}

    def of(self, numbers: Sequence[SentenceNumber], key: EpochKey | None) -> dict[SentenceNumber, Reviewed]:
        """The remarks about each sentence, with the verdicts on the epoch's predictions."""
        rows = self._database.rows_of("SELECT sentence FROM reviewed WHERE sentence IN ({numbers})", numbers)
        reviewed = {row[0] for row in rows}
        notes = {sentence: (text, author) for sentence, text, author in self._database.rows_of(_NOTES, numbers)}
        given = self._verdicts(key, numbers) if key is not None else {}
        said = {}
        for number in numbers:
            verdicts, (note, author) = given.get(number, {}), notes.get(number, ("", ""))
            blames = {pair: verdict.blame for pair, verdict in verdicts.items()}
            authors = {pair: verdict.author for pair, verdict in verdicts.items() if verdict.author}
            said[number] = Reviewed(number in reviewed, note, blames, author, authors)
        return said

    def _verdicts(
        self, key: EpochKey, numbers: Sequence[SentenceNumber]
    ) -> dict[SentenceNumber, dict[SpanPair, GivenVerdict]]:
        """The newest verdict on each pair of spans of an epoch, with current label names."""
        found = defaultdict[SentenceNumber, dict[SpanPair, GivenVerdict]](dict)
        for sentence, given in self._read_verdicts(numbers, "AND v.source = ? AND v.epoch = ?", key.source, key.epoch):
            found[sentence][given.pair] = given
        return found

    def verdicts(self, numbers: Sequence[SentenceNumber]) -> dict[SentenceNumber, list[GivenVerdict]]:
        """The newest verdict on each pair of spans of every epoch, with current label names."""
        found = defaultdict[SentenceNumber, dict[tuple[EpochKey, SpanPair], GivenVerdict]](dict)
        for sentence, given in self._read_verdicts(numbers):
            found[sentence][given.key, given.pair] = given
        return {sentence: list(given.values()) for sentence, given in found.items()}

    def _read_verdicts(
        self, numbers: Sequence[SentenceNumber], condition: str = "", *parameters: int
    ) -> Iterator[tuple[SentenceNumber, GivenVerdict]]:
        """Verdicts that were not undone, oldest first."""
        rows = self._database.rows_of(
            "SELECT v.sentence, v.step, v.source, v.epoch, v.gold, v.predicted, v.blame, coalesce(c.author, '')"
            " FROM verdict AS v LEFT JOIN correction AS c ON c.number = v.step WHERE v.undone = 0"
            f" {condition} AND v.sentence IN ({{numbers}}) ORDER BY v.number",
            numbers,
            parameters,
        )
        if not rows:
            return
        history, names_of = self._names.history(), dict[int, Names]()
        for sentence, step, source, epoch, gold, predicted, blame, author in rows:
            if source not in names_of:
                names_of[source] = self._names.of_source(source, history)
            pair = SpanPair(_only_span(gold, history.since(step)), _only_span(predicted, names_of[source]))
            yield sentence, GivenVerdict(EpochKey(source, epoch), pair, blame, author)

    def pace(self) -> float | None:
        """The median seconds per sentence of the last ones; None if none was timed."""
        rows = self._database.rows(
            "SELECT sentence, sum(seconds) FROM ("
            "SELECT * FROM (SELECT sentence, seconds, made_at FROM verdict WHERE undone = 0 AND seconds IS NOT NULL"
            " ORDER BY number DESC LIMIT ?) UNION ALL "
            "SELECT * FROM (SELECT sentence, seconds, made_at FROM review"
            " WHERE undone = 0 AND is_reviewed AND seconds IS NOT NULL ORDER BY number DESC LIMIT ?)"
            ") GROUP BY sentence ORDER BY max(made_at) DESC LIMIT ?",
            [3 * _PACE, _PACE, _PACE],
        )
        return median(seconds for _, seconds in rows) if rows else None

    def estimate(self, key: EpochKey, split: Section) -> Estimate | None:
        """Estimate the gold errors of a split from the verdicts given in random order; None without any.

        The split is that at the start of the run: without the sentences that were corrected and moved to train since,
        the sample would contain hardly any gold errors.
        """
        sampled = self._sampled_sentences(key)
        if not sampled:
            return None
        population = self._selections.errors_at_random(key, split)
        last = max((place for place, number in enumerate(population) if number in sampled), default=-1)
        found = list(self._judge_sentences(key, population[: last + 1]))
        sample = found[: sample_length([sentence is not None for sentence in found])]
        verdicts = self._predictions.matches_then(key, split)
        disagreements = sum(count for verdict, count in verdicts.items() if verdict.outcome != "right")
        counts = sum(count_spans(verdicts).values(), Counts())
        whole = [sentence for sentence in sample if sentence is not None]
        return estimate_errors(whole, Population(counts, len(population), disagreements))

    def _sampled_sentences(self, key: EpochKey) -> set[SentenceNumber]:
        rows = self._database.rows(
            "SELECT DISTINCT sentence FROM verdict WHERE undone = 0 AND source = ? AND epoch = ? AND sampled",
            [key.source, key.epoch],
        )
        return {row[0] for row in rows}

    def _judge_sentences(self, key: EpochKey, numbers: Sequence[SentenceNumber]) -> Iterator[list[JudgedError] | None]:
        for first in range(0, len(numbers), SLICE):
            part = numbers[first : first + SLICE]
            predicted, verdicts = self._predictions.of(key, part), self._verdicts(key, part)
            for stored in self._sentences.by_number(part):
                said = {pair: verdict.blame for pair, verdict in verdicts.get(stored.number, {}).items()}
                yield judge_errors(stored.imported_now, stored.gold, predicted[stored.number], said)


def apply_prediction(gold: Sequence[Span], pair: SpanPair) -> tuple[Span, ...]:
    """The gold with the predicted span of a disagreement instead of all gold spans that it differs from or overlaps."""
    spans = tuple(gold) if pair.gold is None else without_span(tuple(gold), pair.gold)
    return spans if pair.predicted is None else with_span(spans, pair.predicted)


def _only_span(text: str, names: Names) -> Span | None:
    return next(iter(rename_spans(spans_from_text(text), names)), None)
