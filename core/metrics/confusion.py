"""The kinds of errors of each type, and which types are confused."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from core.domain.labels import in_display_order
from core.metrics.comparison import OUTCOMES, SpanMatch


@dataclass(frozen=True, slots=True)
class ErrorKinds:
    """The number of each outcome for one type.

    A gold span counts for its own type, whatever was predicted for it, so that the first five add up to the gold spans
    of the type; a spurious span counts for the predicted type.
    """

    right: int = 0
    edge: int = 0
    type: int = 0
    both: int = 0
    missed: int = 0
    spurious: int = 0

    def __add__(self, other: "ErrorKinds") -> "ErrorKinds":
        return ErrorKinds(*(getattr(self, outcome) + getattr(other, outcome) for outcome in OUTCOMES))

    def as_json(self) -> dict[str, int]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Confusion:
    """How many gold spans of each type were predicted as which type.

    Attributes:
        labels: the types that occur, in display order.
        counts: spans by (gold label, predicted label); (label, None) counts missed spans, (None, label) spurious ones.
            Pairs without spans are left out.
    """

    labels: tuple[str, ...]
    counts: Mapping[tuple[str | None, str | None], int]

    def count(self, gold_label: str | None, predicted_label: str | None) -> int:
        return self.counts.get((gold_label, predicted_label), 0)

    def as_json(self) -> dict[str, Any]:
        """Rows are gold types and columns predicted types, both in the order of `labels`."""
        return {
            "labels": list(self.labels),
            "counts": [[self.count(gold, predicted) for predicted in self.labels] for gold in self.labels],
            "missed": [self.count(label, None) for label in self.labels],
            "spurious": [self.count(None, label) for label in self.labels],
        }


def count_error_kinds(matches: Mapping[SpanMatch, int]) -> dict[str, ErrorKinds]:
    """Count the outcomes of every type that occurs, in display order."""
    counts: Counter[tuple[str, str | None]] = Counter()
    for match, number in matches.items():
        counts[match.outcome, match.gold_label or match.predicted_label] += number
    return {
        label: ErrorKinds(**{outcome: counts[outcome, label] for outcome in OUTCOMES}) for label in _labels(matches)
    }


def build_confusion(matches: Mapping[SpanMatch, int]) -> Confusion:
    """The table of all pairs of types; right spans and spans with wrong edges are on the diagonal."""
    counts: Counter[tuple[str | None, str | None]] = Counter()
    for match, number in matches.items():
        counts[match.gold_label, match.predicted_label] += number
    return Confusion(_labels(matches), counts)


def _labels(matches: Iterable[SpanMatch]) -> tuple[str, ...]:
    labels = {label for match in matches for label in match[1:] if label is not None}
    return in_display_order(labels)
