"""Why a number moved: what two epochs, of one run or of two, predicted for the same sentences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, get_args

from core.domain.spans import PredictedSpan, SentenceNumber, Span
from core.metrics.comparison import Outcome
from core.metrics.report import Score

Fate = Literal["fixed", "broken", "kept"]
FATES: tuple[Fate, ...] = get_args(Fate)


class Interval(NamedTuple):
    """Bounds that hold the change of a score in 95 of 100 cases."""

    low: float
    high: float

    @property
    def is_sure(self) -> bool:
        """Whether the change is up, or down, in all of it."""
        return self.low > 0 or self.high < 0


class Paired(NamedTuple):
    """A sentence's gold, and what each of two taggers predicted for it."""

    number: SentenceNumber
    gold: Sequence[Span]
    before: Sequence[PredictedSpan]
    after: Sequence[PredictedSpan]


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
