"""Strict precision, recall and F1 of entity spans, as seqeval's strict IOB2 report counts them.

A predicted span is right only if both edges and the label agree with a gold span of the same sentence. Source: seqeval
1.2.2, `classification_report(mode="strict", scheme=IOB2)`; a ratio with denominator 0 is 0.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from core.domain.labels import in_display_order
from core.domain.scores import KlueFigures, Report, Score
from core.metrics.comparison import SpanMatch


@dataclass(frozen=True, slots=True)
class Counts:
    """The number of right, predicted and gold spans of one label."""

    right: int = 0
    predicted: int = 0
    support: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(self.right + other.right, self.predicted + other.predicted, self.support + other.support)


@dataclass(frozen=True, slots=True)
class KlueCounts:
    """The counts behind KLUE's figures: entities of each label, characters of each tag; parts can be added."""

    entities: Mapping[str, Counts] = field(default_factory=dict)
    characters: Mapping[str, Counts] = field(default_factory=dict)

    def __add__(self, other: "KlueCounts") -> "KlueCounts":
        return KlueCounts(_add_counts(self.entities, other.entities), _add_counts(self.characters, other.characters))

    @property
    def figures(self) -> KlueFigures:
        """The mean F1 of the labels and that of the tags; a tag that never occurs counts as 1."""
        f1 = [score_counts(count).f1 if count != Counts() else 1.0 for count in self.characters.values()]
        return KlueFigures(build_report(self.entities).macro.f1, _ratio(sum(f1), len(f1)))


def _add_counts(one: Mapping[str, Counts], other: Mapping[str, Counts]) -> dict[str, Counts]:
    return {name: one.get(name, Counts()) + other.get(name, Counts()) for name in {**one, **other}}


def count_spans(matches: Mapping[SpanMatch, int]) -> dict[str, Counts]:
    """The right, predicted and gold spans of each label, from the number of each kind of match."""
    counts: dict[str, Counts] = defaultdict(Counts)
    for match, number in matches.items():
        if match.gold_label is not None:
            counts[match.gold_label] += Counts(support=number)
        if match.predicted_label is not None:
            right = number if match.outcome == "right" else 0
            counts[match.predicted_label] += Counts(right, predicted=number)
    return dict(counts)


def build_report(counts: Mapping[str, Counts]) -> Report:
    """The table of scores; labels neither predicted nor in the gold are left out, as in seqeval."""
    present = {label: counts[label] for label in in_display_order(set(counts)) if counts[label] != Counts()}
    scores = {label: score_counts(count) for label, count in present.items()}
    total = sum(present.values(), Counts())
    weights = [score.support for score in scores.values()]
    return Report(
        scores, score_counts(total), _average(scores, [1] * len(scores), total), _average(scores, weights, total)
    )


def score_counts(counts: Counts) -> Score:
    """The score of one set of counts."""
    precision = _ratio(counts.right, counts.predicted)
    recall = _ratio(counts.right, counts.support)
    return Score(precision, recall, _ratio(2 * precision * recall, precision + recall), counts.support)


def _average(scores: Mapping[str, Score], weights: list[int], total: Counts) -> Score:
    def mean(values: list[float]) -> float:
        return _ratio(sum(value * weight for value, weight in zip(values, weights, strict=True)), sum(weights))

    values = scores.values()
    return Score(
        mean([score.precision for score in values]),
        mean([score.recall for score in values]),
        mean([score.f1 for score in values]),
        total.support,
    )


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
