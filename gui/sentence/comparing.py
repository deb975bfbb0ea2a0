"""The comparison of gold and predicted spans, remembered: list, canvas and table ask for the same ones in turn."""

from functools import lru_cache

from core.domain.spans import PredictedSpan, Span
from core.metrics.comparison import Comparison, compared


@lru_cache(maxsize=256)
def comparisons_of(gold: tuple[Span, ...], predicted: tuple[PredictedSpan, ...] | None) -> tuple[Comparison, ...]:
    """How the predicted spans compare with the gold; without a run (None), all gold is right."""
    if predicted is None:
        return tuple(Comparison("right", span, None) for span in gold)
    return compared(gold, predicted)
