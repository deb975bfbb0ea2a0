"""The intervals are those that were published."""

import pytest

from core.analysis.intervals import wilson


@pytest.mark.parametrize(
    ("found", "of", "bounds"),
    [(81, 263, (0.2553, 0.3662)), (15, 148, (0.0624, 0.1605)), (0, 20, (0.0, 0.1611)), (1, 29, (0.0061, 0.1718))],
)
def test_wilsons_interval_as_published(found, of, bounds):
    """Newcombe 1998, Two-Sided Confidence Intervals for the Single Proportion: Comparison of Seven Methods, table I."""
    assert wilson(found / of, of) == pytest.approx(bounds, abs=1e-4)
