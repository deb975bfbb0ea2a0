"""The power law of a learning curve, on curves that are known."""

import numpy as np
import pytest

from core.analysis.bootstrap import Interval
from core.analysis.learning_curve import (
    FEWEST,
    CurvePoint,
    fit_power_law,
    forecast,
    micro_f1,
    resample_f1,
)

NUMBERS = np.array([50.0, 100, 250, 500, 1000, 2000])


def law(numbers, ceiling=0.9, scale=2.0, exponent=0.4):
    return ceiling - scale * np.asarray(numbers, float) ** -exponent


def points(numbers, scores):
    return [
        CurvePoint(run, int(number), float(score), Interval(0, 1))
        for run, (number, score) in enumerate(zip(numbers, scores, strict=True), start=1)
    ]


@pytest.mark.parametrize(("ceiling", "scale", "exponent"), [(0.9, 2.0, 0.4), (0.8, 0.9, 0.25), (0.95, 20.0, 1.0)])
def test_a_known_curve_is_found_and_continued(ceiling, scale, exponent):
    scores = law(NUMBERS, ceiling, scale, exponent)
    fitted = fit_power_law(NUMBERS, scores[None])
    assert fitted.at(NUMBERS)[0] == pytest.approx(scores.clip(0, 1), abs=0.004)
    assert fitted.at(2500)[0] == pytest.approx(law(2500, ceiling, scale, exponent), abs=0.004)


def test_the_forecast_never_exceeds_one_and_never_falls():
    steep = fit_power_law([100, 200, 300, 400], np.array([[0.5, 0.7, 0.85, 0.99], [0.9, 0.8, 0.7, 0.6]]))
    far = steep.at(100_000)
    assert (far <= 1).all()
    assert far[1] == pytest.approx(0.75), "a falling curve is continued as a flat one"


def test_the_interval_contains_what_comes_in_most_of_many_noisy_curves():
    random, noise, there, hits, widths = np.random.default_rng(7), 0.008, law(2500), 0, []
    for _ in range(60):
        scores = law(NUMBERS) + random.normal(0, noise, len(NUMBERS))
        resampled = scores + random.normal(0, noise, (400, len(NUMBERS)))
        found = forecast(points(NUMBERS, scores), resampled)
        assert found.sentences == 2500
        assert found.interval.low <= found.f1 <= found.interval.high
        hits += found.interval.low <= there <= found.interval.high
        widths.append(found.interval.high - found.interval.low)
    assert hits >= 54
    assert np.median(widths) < 0.1


def test_fewer_points_are_not_fitted():
    scores = law(NUMBERS[: FEWEST - 1])
    assert forecast(points(NUMBERS[: FEWEST - 1], scores), np.tile(scores, (400, 1))) is None
    twice = np.repeat(NUMBERS[: FEWEST - 1], 2)
    assert forecast(points(twice, law(twice)), np.tile(law(twice), (400, 1))) is None


def test_resampled_scores_are_those_of_the_same_sentences_for_all_runs():
    one = np.array([[1, 1, 1], [0, 1, 1], [2, 2, 3], [0, 0, 0]])
    counts = np.stack([one, one], axis=1)
    drawn = resample_f1(counts)
    assert (drawn[:, 0] == drawn[:, 1]).all()
    assert micro_f1(counts.sum(axis=0)) == pytest.approx([2 * 3 / 9] * 2)
    assert drawn.mean() == pytest.approx(2 / 3, abs=0.05)
