"""Why a number moved: what two epochs, of one run or of two, predicted for the same sentences."""

from collections import defaultdict
from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, get_args

import numpy as np

from core.analysis.bootstrap import Interval, TallyArray, bootstrap_differences
from core.domain.generators import map_progress
from core.domain.labels import in_display_order
from core.domain.scores import AVERAGES, Score
from core.domain.spans import Example, SentenceNumber
from core.metrics.comparison import Comparison, Outcome, compare_spans
from core.metrics.report import Counts, build_report

Fate = Literal["fixed", "broken", "kept"]
FATES: tuple[Fate, ...] = get_args(Fate)


class ErrorKey(NamedTuple):
    """Errors that share a fate, a type and a kind.

    The type is that of the gold span, or the predicted one of a spurious span. The kind is that of the error as it was
    where it was fixed, and as it is where it was broken or kept.
    """

    fate: Fate
    label: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class ScoreChange:
    """One row of the table under both taggers, with the intervals of the changes of precision, recall and F1."""

    before: Score
    after: Score
    precision: Interval
    recall: Interval
    f1: Interval

    @property
    def intervals(self) -> tuple[Interval, Interval, Interval]:
        return self.precision, self.recall, self.f1

    def as_json(self) -> dict[str, Any]:
        return {
            metric: {
                "before": getattr(self.before, metric),
                "after": getattr(self.after, metric),
                "change": getattr(self.after, metric) - getattr(self.before, metric),
                "interval": list(getattr(self, metric)),
            }
            for metric in ("precision", "recall", "f1")
        }


@dataclass(frozen=True, slots=True)
class Changes:
    """What moved between two taggers.

    Attributes:
        sentences: how many both predicted.
        scores: by type and average, in the order of the table.
        errors: for each error the sentence it is in, by fate, type and kind.
    """

    sentences: int
    scores: Mapping[str, ScoreChange]
    errors: Mapping[ErrorKey, Sequence[SentenceNumber]]

    def errors_of(
        self, fate: Fate, *, label: str | None = None, outcome: Outcome | None = None
    ) -> list[SentenceNumber]:
        """The sentence of each error of a fate, of one type or kind or of all; one with two errors comes twice."""
        return sorted(
            number
            for key, numbers in self.errors.items()
            if key.fate == fate and label in (None, key.label) and outcome in (None, key.outcome)
            for number in numbers
        )

    def as_json(self) -> dict[str, Any]:
        return {
            "sentences": self.sentences,
            "scores": {name: change.as_json() for name, change in self.scores.items()},
            "errors": [{**key._asdict(), "count": len(numbers)} for key, numbers in sorted(self.errors.items())],
        }


_AT_ONCE = 200
"""Sentences between two pauses."""


def compare_epochs(pairs: Iterable[tuple[Example, Example]]) -> Generator[int, None, Changes]:
    """What changed from the one tagger to the other.

    Args:
        pairs: each sentence as the one and as the other predicts it, with one gold.

    Yields:
        How many sentences were gone through so far; the intervals take some further steps.
    """
    counts: list[tuple[dict[str, Counts], dict[str, Counts]]] = []
    errors: dict[ErrorKey, list[SentenceNumber]] = defaultdict(list)
    for pair in pairs:
        before, after = (compare_spans(side.gold, side.predicted) for side in pair)
        counts.append((_counts(before), _counts(after)))
        for key in _fates(before, after):
            errors[key].append(pair[0].number)
        if len(counts) % _AT_ONCE == 0:
            yield len(counts)
    scores = yield from _scored(counts)
    return Changes(len(counts), scores, dict(errors))


def _counts(comparisons: Iterable[Comparison]) -> dict[str, Counts]:
    """Right, predicted and gold spans of each label in one sentence."""
    counts: dict[str, Counts] = defaultdict(Counts)
    for comparison in comparisons:
        outcome, gold_label, predicted_label = comparison.match
        if gold_label is not None:
            counts[gold_label] += Counts(support=1)
        if predicted_label is not None:
            counts[predicted_label] += Counts(int(outcome == "right"), predicted=1)
    return counts


def _fates(before: Sequence[Comparison], after: Sequence[Comparison]) -> list[ErrorKey]:
    """What became of each gold span that is wrong on either side, and of each span that is spurious on either."""
    outcomes = [{c.gold: c.outcome for c in side if c.gold is not None} for side in (before, after)]
    found = []
    for gold, was in outcomes[0].items():
        now = outcomes[1][gold]
        if was != "right" or now != "right":
            fate: Fate = "fixed" if now == "right" else "broken" if was == "right" else "kept"
            found.append(ErrorKey(fate, gold.label, was if fate == "fixed" else now))
    spurious = [{c.predicted.span for c in side if c.predicted and c.gold is None} for side in (before, after)]
    for span in spurious[0] | spurious[1]:
        fate = "kept" if span in spurious[0] & spurious[1] else "fixed" if span in spurious[0] else "broken"
        found.append(ErrorKey(fate, span.label, "spurious"))
    return found


def _scored(
    counts: Sequence[tuple[dict[str, Counts], dict[str, Counts]]],
) -> Generator[int, None, dict[str, ScoreChange]]:
    labels = in_display_order({label for sides in counts for side in sides for label in side})
    if not labels:
        return {}
    tallies = _tallies(counts, labels)
    intervals = yield from map_progress(bootstrap_differences(tallies), lambda _: len(counts))
    totals = tallies.sum(axis=0).tolist()
    reports = [build_report({label: Counts(*row) for label, row in zip(labels, side, strict=True)}) for side in totals]
    rows = [report.rows() for report in reports]
    nothing = Score(0.0, 0.0, 0.0, 0)
    return {
        name: ScoreChange(
            rows[0].get(name, nothing), rows[1].get(name, nothing), *(Interval(*bounds) for bounds in bounds_of_metrics)
        )
        for name, bounds_of_metrics in zip((*labels, *AVERAGES), intervals.tolist(), strict=True)
    }


def _tallies(counts: Sequence[tuple[dict[str, Counts], dict[str, Counts]]], labels: Sequence[str]) -> TallyArray:
    tallies: TallyArray = np.zeros((len(counts), 2, len(labels), 3), np.int64)
    places = {label: place for place, label in enumerate(labels)}
    for row, sides in enumerate(counts):
        for side, of_labels in enumerate(sides):
            for label, count in of_labels.items():
                tallies[row, side, places[label]] = count.right, count.predicted, count.support
    return tallies


SentenceHistory = Literal["right", "learned", "forgotten", "never"]
SENTENCE_HISTORIES: tuple[SentenceHistory, ...] = get_args(SentenceHistory)

EpochOutcomes = tuple[bool, ...]
"""Whether each epoch, in order, tagged the sentence without an error; epochs that did not tag it are left out."""


def classify_history(outcomes: Sequence[bool]) -> SentenceHistory | None:
    """Right in every epoch; wrong before and right in the last one; right before and wrong in the last; never right.

    None where no epoch tagged it.
    """
    if not outcomes:
        return None
    if outcomes[-1]:
        return "right" if all(outcomes) else "learned"
    return "forgotten" if any(outcomes) else "never"
