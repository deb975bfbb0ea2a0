"""Between which bounds a figure lies."""

from math import sqrt
from statistics import NormalDist

from core.analysis.changes import Interval

CONFIDENCE = 0.95
"""The share of cases in which the bounds hold the true figure."""

_Z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)


def wilson(share: float, number: float) -> Interval:
    """Wilson's score interval of a share that was found in so many independent observations.

    Source: Wilson 1927, Probable Inference, the Law of Succession, and Statistical Inference (JASA 22).
    """
    centre = share + _Z**2 / (2 * number)
    reach = _Z * sqrt(share * (1 - share) / number + _Z**2 / (4 * number**2))
    low, high = ((centre + sign * reach) / (1 + _Z**2 / number) for sign in (-1, 1))
    return Interval(max(0.0, low), min(1.0, high))
