"""The learning curve: F1 by the number of training sentences, and what more of them would probably bring.

A power law, F1 = a − b · n^−c with a ≤ 1, is fitted by least squares (Hestness et al. 2017, Deep Learning Scaling Is
Predictable, Empirically; Figueroa et al. 2012, Predicting sample size required for classification performance). Its
uncertainty is that of fits to resampled dev sentences, the same for all runs (paired bootstrap), each with noise as
large as the residuals of the fit, for what the dev sentences do not explain: other seeds, other orders.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.analysis.bootstrap import CONFIDENCE, Interval

Floats = NDArray[np.float64]

FEWEST = 4
"""The fewest points with different numbers of sentences that are fitted: a power law has three parameters."""

AHEAD = 500
RESAMPLES = 400
_EXPONENTS = np.geomspace(0.05, 2, 40)


class CurvePoint(NamedTuple):
    """A run: how many different sentences it was trained on, and its F1 on dev with a 95 % interval."""

    run: int
    sentences: int
    f1: float
    interval: Interval


class Forecast(NamedTuple):
    """What more sentences would probably bring: F1 with a 95 % interval."""

    sentences: int
    f1: float
    interval: Interval


class PowerLaw(NamedTuple):
    """F1 = ceiling − scale · n^−exponent; each an array, one for each fit."""

    ceiling: Floats
    scale: Floats
    exponent: Floats

    def at(self, sentences: Floats | float) -> Floats:
        """F1 at a number of sentences, or at one for each column of the result."""
        powers = np.asarray(sentences, np.float64)[..., None] ** -self.exponent
        return (self.ceiling - self.scale * powers).T.clip(0, 1)


def fit_power_law(sentences: Sequence[float], scores: Floats) -> PowerLaw:
    """Fit power laws to several rows of scores (fits, points) at the same numbers of sentences."""
    numbers = np.asarray(sentences, np.float64)
    best = PowerLaw(*(np.zeros(len(scores)) for _ in range(3)))
    lowest = np.full(len(scores), np.inf)
    for exponent in _EXPONENTS:
        powers = numbers**-exponent
        centred = powers - powers.mean()
        scale = np.maximum(-(scores @ centred) / (centred @ centred), 0)
        ceiling = scores.mean(axis=1) + scale * powers.mean()
        is_above = ceiling > 1
        scale = np.where(is_above, np.maximum((1 - scores) @ powers / (powers @ powers), 0), scale)
        ceiling = np.where(is_above, 1.0, ceiling)
        errors = ((ceiling[:, None] - scale[:, None] * powers - scores) ** 2).sum(axis=1)
        is_better = errors < lowest
        lowest = np.where(is_better, errors, lowest)
        fitted = (ceiling, scale, np.full(len(scores), exponent))
        best = PowerLaw(*(np.where(is_better, new, old) for new, old in zip(fitted, best, strict=True)))
    return best


def resample_f1(counts: NDArray[np.int64], *, seed: int = 1) -> Floats:
    """The micro F1 of each run on resampled sentences (resamples, runs).

    Args:
        counts: right, predicted and gold spans of each sentence for each run (sentences, runs, 3).
    """
    random = np.random.default_rng(seed)
    drawn = random.multinomial(len(counts), np.full(len(counts), 1 / len(counts)), RESAMPLES).astype(np.float64)
    return micro_f1(np.einsum("rs,skc->rkc", drawn, counts, optimize=True))


def micro_f1(counts: NDArray[np.int64] | Floats) -> Floats:
    """F1 of counts of right, predicted and gold spans; 0 without any span."""
    right, spans = counts[..., 0], counts[..., 1] + counts[..., 2]
    return np.divide(2 * right, spans, out=np.zeros(np.shape(right)), where=spans > 0)


def forecast(points: Sequence[CurvePoint], resampled: Floats, ahead: int = AHEAD, *, seed: int = 1) -> Forecast | None:
    """What the next sentences after the largest run would bring; None with too few points.

    Args:
        resampled: F1 of each point on resampled sentences (resamples, points).
    """
    numbers = [point.sentences for point in points]
    if len(set(numbers)) < FEWEST:
        return None
    there = max(numbers) + ahead
    scores = np.array([[point.f1 for point in points]])
    fitted = fit_power_law(numbers, scores)
    residuals = (fitted.at(np.array(numbers, np.float64)) - scores)[0]
    noise = float(np.sqrt((residuals**2).sum() / max(1, len(numbers) - 3)))
    random = np.random.default_rng(seed)
    draws = fit_power_law(numbers, resampled + random.normal(0, noise, resampled.shape)).at(there)
    f1 = float(fitted.at(there)[0])
    low, high = interval_of(draws)
    return Forecast(there, f1, Interval(min(low, f1), max(high, f1)))


def interval_of(draws: Floats) -> Interval:
    """The percentile interval of bootstrap draws."""
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(draws, [tail, 1 - tail])
    return Interval(float(low), float(high))
