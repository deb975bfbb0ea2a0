"""Predictions of sources and their comparisons with the gold, on which all tables, lists and counts are based."""

from collections import defaultdict
from collections.abc import Collection, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.analysis.changes import EpochOutcomes
from core.domain.spans import SECTIONS, Example, PredictedSpan, Section, SentenceNumber, Span
from core.metrics.comparison import SpanMatch, compare_spans
from core.metrics.report import Counts, count_spans
from core.store.columns import predictions_from_text, predictions_to_text, spans_from_text
from core.store.database import Database, Row
from core.store.label_history import LabelNames, Names, rename_predictions
from core.store.sentences import IMPORTED_NOW, SLICE, Gold, in_section, section_then

_INSERT = "INSERT INTO comparison VALUES (?, ?, ?, ?, ?, ?, ?, ?)"


@dataclass(frozen=True, slots=True)
class EpochKey:
    """One epoch of a run, or one version of another source of predictions."""

    source: int
    epoch: int


class Predictions:
    """Stores the predicted spans of every source and epoch with their comparisons with both golds. For a sentence
    without corrections, one comparison is stored for both. A sentence that a source judged in part has none: it is
    neither counted nor measured, but its spans are shown.

    What is read of a split is of the sentences that are in it now. Those of dev and test that the run was trained on,
    before a person moved them there, are left out: they would flatter its scores.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._names = LabelNames(database)

    def save(
        self,
        key: EpochKey,
        predictions: Mapping[SentenceNumber, Sequence[PredictedSpan]],
        partly: Container[SentenceNumber] = (),
    ) -> None:
        """Store an epoch's predictions for some sentences, replacing earlier ones.

        Args:
            partly: the sentences that the source judged in part.
        """
        numbers = list(predictions)
        for first in range(0, len(numbers), SLICE // 5):
            part = {number: predictions[number] for number in numbers[first : first + SLICE // 5]}
            with self._database.atomic():
                self._save_slice(key, part, partly)

    def _save_slice(
        self,
        key: EpochKey,
        part: Mapping[SentenceNumber, Sequence[PredictedSpan]],
        partly: Container[SentenceNumber],
    ) -> None:
        rows = [
            (key.source, key.epoch, number, predictions_to_text(spans), "partly" if number in partly else "yes")
            for number, spans in part.items()
        ]
        self._database.write_many("INSERT OR REPLACE INTO prediction VALUES (?, ?, ?, ?, ?)", rows)
        self._database.write_many(
            "DELETE FROM comparison WHERE sentence = ? AND source = ? AND epoch = ?",
            [(number, key.source, key.epoch) for number in part],
        )
        comparisons: list[Row] = []
        names = self._names.of_source(key.source)
        for number, imported, gold in self._golds([number for number in part if number not in partly]):
            comparisons += _comparison_rows(key, number, imported, gold, rename_predictions(tuple(part[number]), names))
        self._database.write_many(_INSERT, comparisons)

    def _golds(self, numbers: Sequence[SentenceNumber]) -> list[Row]:
        return self._database.rows_of(
            f"SELECT number, {IMPORTED_NOW}, gold FROM sentence WHERE number IN ({{numbers}})", numbers
        )

    def forget_unfinished(self, run: int) -> None:
        """Remove the predictions of unfinished epochs of a run."""
        for table in ("prediction", "comparison", "signal"):
            self._database.write(
                f"DELETE FROM {table} WHERE source = ? AND epoch NOT IN (SELECT number FROM epoch WHERE source = ?)",
                [run, run],
            )

    def refresh(self, numbers: Sequence[SentenceNumber]) -> None:
        """Update the comparisons of sentences after a change of gold or of a label's name, in the same transaction."""
        rows = self._database.rows_of(
            f"SELECT p.source, o.last_correction, p.epoch, s.number, {IMPORTED_NOW}, s.gold, p.spans"
            " FROM prediction AS p INDEXED BY prediction_by_sentence JOIN sentence AS s ON s.number = p.sentence"
            " JOIN source AS o ON o.number = p.source WHERE p.judged = 'yes' AND p.sentence IN ({numbers})",
            numbers,
        )
        if not rows:
            return
        history, names = self._names.history(), dict[int, Names]()
        comparisons: list[Row] = []
        for source, began, epoch, number, imported, gold, spans in rows:
            if source not in names:
                names[source] = history.since(began)
            predicted = rename_predictions(predictions_from_text(spans), names[source])
            comparisons += _comparison_rows(EpochKey(source, epoch), number, imported, gold, predicted)
        refreshed = {(row[3],) for row in rows}
        self._database.write_many("DELETE FROM comparison WHERE sentence = ?", refreshed)
        self._database.write_many(_INSERT, comparisons)

    def of(self, key: EpochKey, numbers: Sequence[SentenceNumber]) -> dict[SentenceNumber, tuple[PredictedSpan, ...]]:
        """The predictions of an epoch for the given sentences, without those that it did not tag."""
        rows = self._database.rows_of(
            "SELECT sentence, spans FROM prediction WHERE source = ? AND epoch = ? AND sentence IN ({numbers})",
            numbers,
            [key.source, key.epoch],
        )
        names = self._names.of_source(key.source) if rows else {}
        return {number: rename_predictions(predictions_from_text(spans), names) for number, spans in rows}

    def epochs_of(self, numbers: Sequence[SentenceNumber]) -> dict[EpochKey, list[SentenceNumber]]:
        """Which epochs tagged which of these sentences."""
        found: dict[EpochKey, list[SentenceNumber]] = defaultdict(list)
        sql = (
            "SELECT source, epoch, sentence FROM prediction INDEXED BY prediction_by_sentence"
            " WHERE sentence IN ({numbers})"
        )
        for source, epoch, number in self._database.rows_of(sql, numbers):
            found[EpochKey(source, epoch)].append(number)
        return found

    def labels_found(self, key: EpochKey) -> Iterator[tuple[SentenceNumber, list[str]]]:
        """The labels of the spans in each sentence where an epoch found any, in order of sentences, read in slices."""
        names = self._names.of_source(key.source)
        rows = self._database.paged(
            "SELECT sentence, spans FROM prediction WHERE source = ? AND epoch = ? AND spans <> '[]'"
            " AND sentence > ? ORDER BY sentence LIMIT ?",
            [key.source, key.epoch],
            size=SLICE,
        )
        for number, spans in rows:
            yield number, [each.span.label for each in rename_predictions(predictions_from_text(spans), names)]

    def epoch_outcomes(
        self, key: EpochKey, numbers: Sequence[SentenceNumber], gold: Gold
    ) -> dict[SentenceNumber, EpochOutcomes]:
        """How each epoch of a run, up to this one, tagged the sentences; without sentences that no epoch tagged."""
        # The index by sentence is named, since SQLite might otherwise read a whole epoch for each sentence.
        rows = self._database.rows_of(
            "SELECT sentence, NOT EXISTS (SELECT 1 FROM comparison AS c INDEXED BY comparison_by_sentence"
            f" WHERE c.sentence = p.sentence AND c.source = p.source AND c.epoch = p.epoch AND {_gold_flag(gold)}"
            " AND outcome <> 'right') FROM prediction AS p INDEXED BY prediction_by_sentence"
            " WHERE source = ? AND epoch <= ? AND judged = 'yes' AND sentence IN ({numbers}) ORDER BY epoch",
            numbers,
            [key.source, key.epoch],
        )
        outcomes: dict[SentenceNumber, EpochOutcomes] = defaultdict(tuple)
        for number, is_right in rows:
            outcomes[number] += (bool(is_right),)
        return dict(outcomes)

    def lacking(self, key: EpochKey, split: Section) -> list[SentenceNumber]:
        """The sentences of a split that the epoch has not tagged yet, and its run was not trained on."""
        rows = self._database.rows(
            f"SELECT number FROM sentence AS s WHERE {in_section(split, key.source)} AND NOT EXISTS"
            " (SELECT 1 FROM prediction WHERE source = ? AND epoch = ? AND sentence = s.number) ORDER BY number",
            [key.source, key.epoch],
        )
        return [row[0] for row in rows]

    def count_lacking(self, key: EpochKey, split: Section) -> int:
        """How many sentences `lacking` has. What is elsewhere is looked up, which is less than a large pool."""
        inside, parameters = in_section(split, key.source), [key.source, key.epoch]
        others = ", ".join(f"'{section}'" for section in SECTIONS if section != split)
        elsewhere = (
            f"SELECT number FROM sentence WHERE split IN ({others}) UNION SELECT sentence FROM move"
            " WHERE before = 'train'"
        )
        sentences = self._database.value(f"SELECT count(*) FROM sentence AS s WHERE {inside}")
        tagged = self._database.value("SELECT count(*) FROM prediction WHERE source = ? AND epoch = ?", parameters)
        not_inside = self._database.value(
            f"SELECT count(*) FROM sentence AS s CROSS JOIN prediction AS p ON p.sentence = s.number AND p.source = ?"
            f" AND p.epoch = ? WHERE s.number IN ({elsewhere}) AND NOT ({inside})",
            parameters,
        )
        return int(sentences - tagged + not_inside)

    def has_any(self, key: EpochKey, split: Section) -> bool:
        """Whether the epoch tagged any sentence of the split."""
        found = self._database.value(
            "SELECT 1 FROM prediction AS p JOIN sentence AS s ON s.number = p.sentence"
            f" WHERE p.source = ? AND p.epoch = ? AND p.judged = 'yes' AND {in_section(split, key.source)} LIMIT 1",
            [key.source, key.epoch],
        )
        return found is not None

    def count(self, key: EpochKey, split: Section, other: EpochKey | None = None) -> int:
        """How many sentences of the split the epoch tagged; with `other`, how many both tagged."""
        sql = (
            "SELECT count(*) FROM prediction AS p JOIN sentence AS s ON s.number = p.sentence"
            f" WHERE p.source = ? AND p.epoch = ? AND p.judged = 'yes' AND {_in_section_of(split, key, other)}"
        )
        return int(self._database.value(sql + _other_condition(other), [key.source, key.epoch, *_numbers(other)]))

    def judged_by_all(self, keys: Collection[EpochKey]) -> list[SentenceNumber]:
        """The sentences that all of several epochs judged wholly, in order, but for deleted ones."""
        one = "SELECT sentence FROM prediction WHERE source = ? AND epoch = ? AND judged = 'yes'"
        return self._database.numbers(
            f"SELECT sentence FROM ({' UNION ALL '.join([one] * len(keys))})"
            " WHERE sentence NOT IN (SELECT number FROM sentence WHERE split = 'deleted')"
            f" GROUP BY sentence HAVING count(*) = {len(keys)} ORDER BY sentence",
            [value for key in keys for value in (key.source, key.epoch)],
        )

    def count_all(self, key: EpochKey) -> int:
        """How many sentences the epoch tagged, wherever they are."""
        sql = "SELECT count(*) FROM prediction WHERE source = ? AND epoch = ?"
        return int(self._database.value(sql, [key.source, key.epoch]))

    def count_tagged(self, key: EpochKey, numbers: Sequence[SentenceNumber]) -> int:
        """How many of these sentences the epoch tagged."""
        sql = "SELECT count(*) FROM prediction WHERE source = ? AND epoch = ? AND sentence IN ({numbers})"
        return sum(count for (count,) in self._database.rows_of(sql, numbers, [key.source, key.epoch]))

    def count_spans(self, key: EpochKey) -> int:
        """How many spans an epoch has in all."""
        sql = "SELECT coalesce(sum(json_array_length(spans)), 0) FROM prediction WHERE source = ? AND epoch = ?"
        return int(self._database.value(sql, [key.source, key.epoch]))

    def counts(self, key: EpochKey, split: Section, gold: Gold, other: EpochKey | None = None) -> dict[str, Counts]:
        """Count right, predicted and gold spans of each label on the sentences that are in the split now.

        Args:
            other: count only sentences that this epoch tagged as well, so that the two can be compared.
        """
        return count_spans(self.matches(key, split, gold, other))

    def matches(self, key: EpochKey, split: Section, gold: Gold, other: EpochKey | None = None) -> dict[SpanMatch, int]:
        """Count each kind of match on the sentences that are in the split now; `other` is as in `counts`."""
        rows = self._database.rows(
            "SELECT outcome, gold_label, predicted_label, count(*) FROM comparison AS p"
            f" WHERE p.source = ? AND p.epoch = ? AND {_gold_flag(gold)}"
            f" AND p.sentence IN (SELECT number FROM sentence AS s WHERE {_in_section_of(split, key, other)})"
            + _other_condition(other)
            + " GROUP BY 1, 2, 3",
            [key.source, key.epoch, *_numbers(other)],
        )
        return {SpanMatch(*match): number for *match, number in rows}

    def counts_by_sentence(self, keys: Sequence[EpochKey], split: Section) -> NDArray[np.int64]:
        """Right, predicted and gold spans of each sentence of a split that all epochs tagged, on the gold as corrected
        (sentences, epochs, 3); without sentences that any of their runs was trained on.
        """
        tagged = " AND ".join(
            "EXISTS (SELECT 1 FROM prediction AS p WHERE p.source = ? AND p.epoch = ? AND p.sentence = s.number"
            " AND p.judged = 'yes')"
            for _ in keys
        )
        where = in_section(split, *(key.source for key in keys))
        numbers = self._database.numbers(
            f"SELECT s.number FROM sentence AS s WHERE {where} AND {tagged} ORDER BY s.number",
            [each for key in keys for each in (key.source, key.epoch)],
        )
        place_of = {number: place for place, number in enumerate(numbers)}
        counts = np.zeros((len(numbers), len(keys), 3), np.int64)
        for column, key in enumerate(keys):
            rows = self._database.rows(
                "SELECT sentence, sum(outcome = 'right'), count(predicted_label), count(gold_label) FROM comparison"
                " WHERE source = ? AND epoch = ? AND on_corrected GROUP BY sentence",
                [key.source, key.epoch],
            )
            for number, *spans in rows:
                if number in place_of:
                    counts[place_of[number], column] = spans
        return counts

    def matches_then(self, key: EpochKey, split: Section) -> dict[SpanMatch, int]:
        """Count matches with the gold as imported, on the sentences that were in the split when the run began."""
        rows = self._database.rows(
            "SELECT outcome, gold_label, predicted_label, count(*) FROM comparison AS c"
            " JOIN sentence AS s ON s.number = c.sentence"
            f" WHERE c.source = ? AND c.epoch = ? AND c.on_imported"
            f" AND {section_then(key.source)} = ? GROUP BY 1, 2, 3",
            [key.source, key.epoch, split],
        )
        return {SpanMatch(*match): number for *match, number in rows}

    def examples(self, key: EpochKey, split: Section, gold: Gold) -> Iterator[Example]:
        """The tagged sentences that are in the split now, in order of import, read in slices."""
        rows = self._database.paged(
            f"SELECT p.sentence, id, text, {_gold_column(gold)}, spans FROM prediction AS p"
            " JOIN sentence AS s ON s.number = p.sentence"
            f" WHERE p.source = ? AND p.epoch = ? AND p.judged = 'yes' AND {in_section(split, key.source)}"
            " AND p.sentence > ? ORDER BY p.sentence LIMIT ?",
            [key.source, key.epoch],
            size=SLICE // 5,
        )
        names = self._names.of_source(key.source)
        for number, name, text, gold_text, spans in rows:
            predicted = rename_predictions(predictions_from_text(spans), names)
            yield Example(number, split, name, text, spans_from_text(gold_text), predicted)

    def pairs(self, before: EpochKey, after: EpochKey, split: Section, gold: Gold) -> Iterator[tuple[Example, Example]]:
        """The sentences that are in the split now and that both epochs tagged, once with the predictions of each, in
        order of import, read in slices.
        """
        rows = self._database.paged(
            f"SELECT s.number, s.id, s.text, {_gold_column(gold)}, b.spans, a.spans FROM sentence AS s"
            " JOIN prediction AS b ON b.source = ? AND b.epoch = ? AND b.sentence = s.number"
            " JOIN prediction AS a ON a.source = ? AND a.epoch = ? AND a.sentence = s.number"
            f" WHERE b.judged = 'yes' AND a.judged = 'yes' AND {in_section(split, before.source, after.source)}"
            " AND s.number > ? ORDER BY s.number LIMIT ?",
            [before.source, before.epoch, after.source, after.epoch],
            size=SLICE // 5,
        )
        names_before, names_after = self._names.of_source(before.source), self._names.of_source(after.source)
        for number, name, text, gold_text, spans_before, spans_after in rows:
            example = Example(number, split, name, text, spans_from_text(gold_text))
            yield (
                replace(example, predicted=rename_predictions(predictions_from_text(spans_before), names_before)),
                replace(example, predicted=rename_predictions(predictions_from_text(spans_after), names_after)),
            )

    def wrong_comparisons(self) -> list[SentenceNumber]:
        """Sentences whose stored comparison does not match their gold and predictions; none in a sound project."""
        stored: dict[tuple[int, int, int], list[Row]] = defaultdict(list)
        for row in self._database.rows("SELECT * FROM comparison"):
            stored[(row[2], row[0], row[1])].append(row)
        rows = self._database.rows(
            f"SELECT p.source, p.epoch, s.number, {IMPORTED_NOW}, s.gold, p.spans FROM prediction AS p"
            " JOIN sentence AS s ON s.number = p.sentence WHERE p.judged = 'yes'"
        )
        wrong, names_of = set(), self._names.of_sources()
        for run, epoch, number, imported, gold, spans in rows:
            predicted = rename_predictions(predictions_from_text(spans), names_of(run))
            expected = _comparison_rows(EpochKey(run, epoch), number, imported, gold, predicted)
            if sorted(map(str, expected)) != sorted(map(str, stored.pop((number, run, epoch), []))):
                wrong.add(number)
        return sorted(wrong | {SentenceNumber(number) for number, _, _ in stored})


def _gold_flag(gold: Gold) -> str:
    """The column that tells whether a comparison is with this gold."""
    return "on_corrected" if gold == "corrected" else "on_imported"


def _gold_column(gold: Gold) -> str:
    """The column of this gold with current label names."""
    return "gold" if gold == "corrected" else IMPORTED_NOW


def _in_section_of(section: Section, key: EpochKey, other: EpochKey | None) -> str:
    return in_section(section, key.source, *(() if other is None else (other.source,)))


def _other_condition(other: EpochKey | None) -> str:
    if other is None:
        return ""
    return (
        " AND EXISTS (SELECT 1 FROM prediction AS o"
        " WHERE o.source = ? AND o.epoch = ? AND o.sentence = p.sentence AND o.judged = 'yes')"
    )


def _numbers(other: EpochKey | None) -> list[int]:
    return [] if other is None else [other.source, other.epoch]


def _comparison_rows(
    key: EpochKey, number: int, imported: str, gold: str, predicted: Sequence[PredictedSpan]
) -> list[Row]:
    """The rows of one sentence; an uncorrected gold is compared once, for both."""
    if imported == gold:
        return _rows_on(key, number, (1, 1), spans_from_text(gold), predicted)
    return _rows_on(key, number, (1, 0), spans_from_text(imported), predicted) + _rows_on(
        key, number, (0, 1), spans_from_text(gold), predicted
    )


def _rows_on(
    key: EpochKey, number: int, on: tuple[int, int], gold: Sequence[Span], predicted: Sequence[PredictedSpan]
) -> list[Row]:
    return [(key.source, key.epoch, number, *on, *comparison.match) for comparison in compare_spans(gold, predicted)]
