"""Precision, recall and F1 as values: one score, the table of an epoch, and the stored report of an epoch."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

AVERAGES = ("micro", "macro", "weighted")


@dataclass(frozen=True, slots=True)
class Score:
    """Precision, recall and F1 (0–1) and the number of gold spans."""

    precision: float
    recall: float
    f1: float
    support: int

    def as_json(self) -> dict[str, float | int]:
        return {"precision": self.precision, "recall": self.recall, "f1": self.f1, "support": self.support}

    @classmethod
    def of_json(cls, document: object) -> "Score":
        """Read what `as_json` made.

        Raises:
            ValueError: it is something else.
        """
        precision, recall, f1 = (read_number(_field(document, name)) for name in ("precision", "recall", "f1"))
        support = _field(document, "support")
        if not isinstance(support, int) or isinstance(support, bool):
            raise ValueError(f"{support!r} is not a count")
        return cls(precision, recall, f1, support)


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

    @classmethod
    def of_json(cls, document: object) -> "Report":
        """Read what `as_json` made.

        Raises:
            ValueError: it is something else.
        """
        labels = {label: Score.of_json(score) for label, score in _mapping(_field(document, "labels")).items()}
        return cls(labels, *(Score.of_json(_field(document, name)) for name in AVERAGES))


@dataclass(frozen=True, slots=True)
class KlueFigures:
    """The two figures (0–1) by which KLUE compares taggers; see `core.metrics.strict.klue_figures`."""

    entity_macro_f1: float
    character_macro_f1: float

    def as_json(self) -> dict[str, float]:
        return {"entity_macro_f1": self.entity_macro_f1, "character_macro_f1": self.character_macro_f1}

    @classmethod
    def of_json(cls, document: object) -> "KlueFigures":
        """Read what `as_json` made.

        Raises:
            ValueError: it is something else.
        """
        return cls(*(read_number(_field(document, name)) for name in ("entity_macro_f1", "character_macro_f1")))


@dataclass(frozen=True, slots=True)
class EpochReport:
    """The metrics of an epoch when it ended: on dev, or on train if its run is a cross-check.

    Attributes:
        imported, corrected: on the gold as imported and as corrected.
        klue: KLUE's figures on each of them; empty in a cross-check, and in epochs of older versions.
        ceiling: the F1 that perfect tags would reach; None if unknown.
    """

    imported: Report
    corrected: Report
    klue: Mapping[str, KlueFigures] = field(default_factory=dict)
    ceiling: float | None = None

    def as_json(self) -> dict[str, Any]:
        document: dict[str, Any] = {"corrected": self.corrected.as_json(), "imported": self.imported.as_json()}
        if self.klue:
            document["klue"] = {gold: figures.as_json() for gold, figures in self.klue.items()}
            document["ceiling"] = self.ceiling
        return document

    @classmethod
    def of_json(cls, document: object) -> "EpochReport":
        """Read what `as_json` made, of this version or an older one.

        Raises:
            ValueError: it is something else.
        """
        values = _mapping(document)
        ceiling = values.get("ceiling")
        return cls(
            Report.of_json(_field(values, "imported")),
            Report.of_json(_field(values, "corrected")),
            {gold: KlueFigures.of_json(figures) for gold, figures in _mapping(values.get("klue", {})).items()},
            None if ceiling is None else read_number(ceiling),
        )


def read_number(value: object) -> float:
    """Check that a value read from JSON or the database is a finite number; returns it.

    Raises:
        ValueError: it is not a finite number.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise ValueError(f"{value!r} is not a finite number")
    return value


def _mapping(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise ValueError(f"{type(value).__name__} instead of an object")
    return value


def _field(document: object, name: str) -> object:
    values = _mapping(document)
    if name not in values:
        raise ValueError(f"{name} is missing")
    return values[name]
