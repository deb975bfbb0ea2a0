"""The learning curve of a project: its runs with the same encoder and settings, measured on the same dev sentences with
today's gold, by the different sentences that each was trained on."""

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
    """The runs like the newest one, in order of their training sentences, and what more sentences would bring.

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
    """Measure the runs like the newest one, each at its best epoch; takes seconds where there are many."""
    runs = [project.runs.by_number(number) for number in project.runs.with_epochs()]
    alike = [run for run in runs if _settings_of(run) == _settings_of(runs[-1])]
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


def _settings_of(run: Run) -> dict[str, Any]:
    return {name: value for name, value in run.settings.as_json().items() if name not in _UNLIKE}


def _count_seen(project: Project, run: Run) -> int:
    """How many different texts a run was trained on."""
    then = (each for each in project.sentences.each_of_train_then(run.number) if each.number <= run.last_sentence)
    return min(len({text_key(stored.text) for stored in then}), run.train_sentences)


def describe_forecast(curve: LearningCurve) -> str:
    """What the next sentences would bring, or why that cannot be said; a sentence."""
    coming = curve.forecast
    if coming is None:
        return say_count(
            "A forecast needs {needed} runs like the newest with different numbers of sentences; there is {count}.",
            "A forecast needs {needed} runs like the newest with different numbers of sentences; there are {count}.",
            len({point.sentences for point in curve.points}),
            needed=FEWEST,
        )
    return say(
        "With {sentences:,} sentences, F1 would probably be {f1:.3f} ({low:.3f}–{high:.3f}).",
        sentences=coming.sentences,
        f1=coming.f1,
        low=coming.interval.low,
        high=coming.interval.high,
    )
