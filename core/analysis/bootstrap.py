"""Confidence intervals: of scores and of their differences between two taggers (bootstrap), and of a share (Wilson).

Source: Efron and Tibshirani 1993, An Introduction to the Bootstrap (percentile interval); Berg-Kirkpatrick, Burkett and
Klein 2012, An Empirical Investigation of Statistical Significance in NLP (both taggers on the same resamples).
"""

import math
from collections.abc import Generator
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Interval(NamedTuple):
    """A 95 % confidence interval, of a share or of the change of a score."""

    low: float
    high: float

    @property
    def excludes_zero(self) -> bool:
        """Whether the whole interval lies on one side of zero."""
        return self.low > 0 or self.high < 0


CONFIDENCE = 0.95
"""The share of cases in which an interval contains the true value."""
_TAIL = (1 - CONFIDENCE) / 2
TAILS = (_TAIL, 1 - _TAIL)
"""The quantiles of the resamples that bound an interval."""

RESAMPLES = 1_000
_AT_ONCE = 5
"""Resamples between two yields."""
_SLICE = 10_000
"""Sentences that are added up at once."""

TallyArray = NDArray[np.int64]
"""(sentences, taggers, labels, 3): right, predicted and gold spans of each label in each sentence for each tagger."""
ScoreArray = NDArray[np.float64]
"""(…, labels + 3, 3): precision, recall and F1 of each label, then of the micro, macro and weighted averages."""


def bootstrap_differences(tallies: TallyArray, *, seed: int = 1) -> Generator[None, None, NDArray[np.float64]]:
    """The interval of each score's change from the first tagger to the second, as an array (labels + 3, 3, 2) of low
    and high.

    Yields between resamples, so that the caller can pause or stop.

    Raises:
        ValueError: there are no sentences.
    """
    draws = yield from resample_sums(tallies.reshape(len(tallies), math.prod(tallies.shape[1:])), seed=seed)
    sums = draws.reshape(RESAMPLES, *tallies.shape[1:])
    changes = score_sums(sums[:, 1]) - score_sums(sums[:, 0])
    low, high = np.quantile(changes, TAILS, axis=0)
    return np.stack([low, high], axis=-1)


def resample_sums(
    tallies: NDArray[np.int64] | NDArray[np.float64], *, seed: int = 1
) -> Generator[None, None, NDArray[np.float64]]:
    """The sums of each column over sentences drawn with replacement, as many as there are: (`RESAMPLES`, columns).

    Yields between resamples.

    Args:
        tallies: numbers that can be added over sentences (sentences, columns).

    Raises:
        ValueError: there are no sentences.
    """
    sentences = len(tallies)
    if not sentences:
        raise ValueError("there are no sentences to draw from")
    random, sums = np.random.default_rng(seed), []
    for first in range(0, RESAMPLES, _AT_ONCE):
        drawn = [
            np.bincount(random.integers(0, sentences, sentences), minlength=sentences)
            for _ in range(min(_AT_ONCE, RESAMPLES - first))
        ]
        sums.append(_weighted_sums(np.stack(drawn), tallies))
        yield
    return np.concatenate(sums)


def _weighted_sums(weights: NDArray[np.int64], tallies: NDArray[np.int64] | NDArray[np.float64]) -> NDArray[np.float64]:
    """The product of both, some sentences at a time: only products of floats are fast, and all at once need memory."""
    sums = np.zeros((len(weights), tallies.shape[1]))
    for first in range(0, len(tallies), _SLICE):
        part = slice(first, first + _SLICE)
        sums += weights[:, part].astype(np.float64) @ tallies[part].astype(np.float64, copy=False)
    return sums


def score_sums(sums: NDArray[np.float64]) -> ScoreArray:
    """The scores of summed tallies (…, labels, 3), as `core.metrics.report.build_report` defines them."""
    present = np.any(sums, axis=-1).astype(np.float64)
    total: NDArray[np.float64] = sums.sum(axis=-2, keepdims=True)
    each = _ratios(sums)
    averages = [_ratios(total), _mean(each, present), _mean(each, sums[..., 2])]
    return np.concatenate([each, *averages], axis=-2)


def _ratios(sums: NDArray[np.float64]) -> ScoreArray:
    right, predicted, gold = sums[..., 0], sums[..., 1], sums[..., 2]
    return np.stack([_divide(right, predicted), _divide(right, gold), _divide(2 * right, predicted + gold)], axis=-1)


def _mean(each: ScoreArray, weights: NDArray[np.float64]) -> ScoreArray:
    """The weighted mean over the labels; keeps the label axis."""
    sums = (each * weights[..., None]).sum(axis=-2, keepdims=True)
    return _divide(sums, np.broadcast_to(weights.sum(axis=-1)[..., None, None], sums.shape))


def _divide(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    """The ratio; 0 where the denominator is 0."""
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)


_Z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)


def wilson_interval(share: float, number: float) -> Interval:
    """Wilson's score interval of a share observed in `number` independent observations.

    Source: Wilson 1927, Probable Inference, the Law of Succession, and Statistical Inference (JASA 22).
    """
    centre = share + _Z**2 / (2 * number)
    reach = _Z * math.sqrt(share * (1 - share) / number + _Z**2 / (4 * number**2))
    low, high = ((centre + sign * reach) / (1 + _Z**2 / number) for sign in (-1, 1))
    return Interval(max(0.0, low), min(1.0, high))
