"""The learning curve of a project: its runs with the same encoder and settings, measured on the same dev sentences with
today's gold, by the different sentences that each was trained on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.analysis.learning_curve import (
    AHEAD,
    FEWEST,
    CurvePoint,
    Forecast,
    forecast,
    interval_of,
    micro_f1,
    resample_f1,
)
from core.domain.splitting import text_key
from core.messages.catalogue import say, say_count
from core.store.predictions import EpochKey
from core.store.project import Project
from core.store.runs import Run

_UNLIKE = ("seed", "device", "precision", "compile", "limit", "from_run", "move_corrected_dev")
"""Settings in which runs of one curve may differ."""


@dataclass(frozen=True, slots=True)
class LearningCurve:
    """Runs alike, in order of their training sentences, and what more sentences would bring.

    Attributes:
        dev_sentences: how many all of them are measured on.
        others: how many runs have another encoder or other settings, and are left out.
        forecast: None with fewer than `FEWEST` points with different numbers of sentences.
    """

    points: tuple[CurvePoint, ...] = ()
    dev_sentences: int = 0
    others: int = 0
    forecast: Forecast | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "points": [{**point._asdict(), "interval": [*point.interval]} for point in self.points],
            "dev_sentences": self.dev_sentences,
            "other_runs": self.others,
            "forecast": self.forecast and {**self.forecast._asdict(), "interval": [*self.forecast.interval]},
        }


def measure_curve(project: Project, ahead: int = AHEAD) -> LearningCurve:
    """Measure the newest runs that make a line, each at its best epoch; takes seconds where there are many."""
    runs = [project.runs.by_number(number) for number in project.runs.with_epochs()]
    alike = _find_line(runs)
    keys = [EpochKey(run.number, project.runs.epoch_number(run.number, "best")) for run in alike]
    counts = project.predictions.counts_by_sentence(keys, "dev") if keys else np.zeros((0, 0, 3), np.int64)
    if not len(counts):
        return LearningCurve(others=len(runs) - len(alike))
    scores, resampled = micro_f1(counts.sum(axis=0)), resample_f1(counts)
    found = [
        CurvePoint(run.number, _count_seen(project, run), float(scores[place]), interval_of(resampled[:, place]))
        for place, run in enumerate(alike)
    ]
    order = sorted(range(len(found)), key=lambda place: (found[place].sentences, found[place].run))
    points = tuple(found[place] for place in order)
    return LearningCurve(points, len(counts), len(runs) - len(alike), forecast(points, resampled[:, order], ahead))


def _find_line(runs: Sequence[Run]) -> list[Run]:
    """The runs with the encoder and settings of the newest one, or where it is the only one of its kind, those of the
    newest that is not.
    """
    lines: list[list[Run]] = []
    for run in runs:
        line = next((line for line in lines if _settings_of(line[0]) == _settings_of(run)), None)
        if line is None:
            lines.append([run])
        else:
            line.append(run)
    return max(lines, key=lambda line: (len(line) > 1, line[-1].number), default=[])


def _settings_of(run: Run) -> dict[str, Any]:
    return {name: value for name, value in run.settings.as_json().items() if name not in _UNLIKE}


def _count_seen(project: Project, run: Run) -> int:
    """How many different texts a run was trained on."""
    then = (each for each in project.sentences.each_of_train_then(run.number) if each.number <= run.last_sentence)
    return min(len({text_key(stored.text) for stored in then}), run.train_sentences)


def describe_basis(curve: LearningCurve) -> str:
    """What the runs of the curve are measured on, and which are not of it; a sentence or two."""
    basis = say_count(
        "F1 with 95 % intervals on the {count:,} dev sentence that all these runs tagged, with today's gold.",
        "F1 with 95 % intervals on the {count:,} dev sentences that all these runs tagged, with today's gold.",
        curve.dev_sentences,
    )
    if not curve.others:
        return basis
    others = say_count(
        "{count:,} run with another encoder or other settings is not of this curve.",
        "{count:,} runs with another encoder or other settings are not of this curve.",
        curve.others,
    )
    return f"{basis} {others}"


def describe_forecast(curve: LearningCurve) -> str:
    """What the next sentences would bring, or why that cannot be said; a sentence."""
    coming = curve.forecast
    if coming is None:
        return say_count(
            "A forecast needs {needed} runs alike with different numbers of sentences; there is {count}.",
            "A forecast needs {needed} runs alike with different numbers of sentences; there are {count}.",
            len({point.sentences for point in curve.points}),
            needed=FEWEST,
        )
    newest = curve.points[-1]
    return say(
        "With {more:,} more sentences, F1 would probably be {f1:.3f} ({low:.3f}–{high:.3f}); it is {now:.3f} with"
        " {sentences:,}.",
        more=coming.sentences - newest.sentences,
        sentences=newest.sentences,
        now=newest.f1,
        f1=coming.f1,
        low=coming.interval.low,
        high=coming.interval.high,
    )
