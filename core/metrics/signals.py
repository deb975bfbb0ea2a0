"""Signals from a run's probabilities: how certain it is of a sentence, and how much it doubts the gold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.domain.spans import PredictedSpan, Span


@dataclass(frozen=True, slots=True)
class Signals:
    """How certain a run is of one sentence, and how much it doubts the gold that the sentence had then.

    Attributes:
        uncertainty: −log of the probability of the best tags among all legal ones, in nats; 0 is certain.
        loss: −log of the probability of the gold's tags, in nats; None if the tagging unit cannot express the gold.
        suspicion: see `suspicion_of`; None if prediction and gold agree.
        gold: the spans that loss and suspicion were measured on.
        gold_probabilities: of each gold span; None if the tagging unit cannot express it.
    """

    uncertainty: float
    loss: float | None
    suspicion: float | None
    gold: tuple[Span, ...]
    gold_probabilities: tuple[float | None, ...]


def suspicion_of(gold: Mapping[Span, float], predicted: Sequence[PredictedSpan]) -> float | None:
    """How certain a run is that the gold contains an error (0–1); None if prediction and gold agree.

    The maximum over the disagreements. For another type on the same edges: 1 − p of the gold span. For any other
    predicted span that is not in the gold: its p. For a gold span where nothing was predicted: (1 − p) / 2, since there
    the run is far more often wrong.

    This applies the self-confidence of Northcutt, Jiang and Chuang (Confident Learning: Estimating Uncertainty in
    Dataset Labels, 2021) to spans; a sentence is as suspicious as its worst label (Wang and Mueller, Detecting Label
    Errors in Token Classification Data, 2022). `tests/benchmarks/gold_errors.py` measures it.

    Args:
        gold: the gold spans with their probabilities, as far as the tagging unit can express them: where a gold edge
            falls inside a unit, pass the nearest span that the unit can express.
    """
    labels = {(span.start, span.end): span for span in gold}
    found = [p.span for p in predicted]
    doubts = []
    for p in predicted:
        if p.span not in gold:
            other = labels.get((p.span.start, p.span.end))
            doubts.append(p.probability if other is None else 1 - gold[other])
    for span, probability in gold.items():
        if not any(span.overlaps(other) for other in found):
            doubts.append((1 - probability) * _MISSED)
    return max(doubts, default=None)


_MISSED = 0.5
