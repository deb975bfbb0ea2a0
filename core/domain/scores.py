"""Precision, recall and F1 as values: one score, and the table of an epoch."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

AVERAGES = ("micro", "macro", "weighted")


@dataclass(frozen=True, slots=True)
class Score:
    """Precision, recall and F1 (0–1) and the number of gold spans they stand on."""

    precision: float
    recall: float
    f1: float
    support: int

    def as_json(self) -> dict[str, float | int]:
        return {"precision": self.precision, "recall": self.recall, "f1": self.f1, "support": self.support}


@dataclass(frozen=True, slots=True)
class Report:
    """The classic table: a score for every label that occurs in gold or prediction, then the three averages."""

    labels: Mapping[str, Score]
    micro: Score
    macro: Score
    weighted: Score

    def rows(self) -> dict[str, Score]:
        """Every row of the table by its name, averages last."""
        return {**self.labels, "micro": self.micro, "macro": self.macro, "weighted": self.weighted}

    def as_json(self) -> dict[str, Any]:
        averages = {name: getattr(self, name).as_json() for name in AVERAGES}
        return {**averages, "labels": {label: score.as_json() for label, score in self.labels.items()}}
