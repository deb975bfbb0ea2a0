"""What a run's own probabilities say of a sentence: how sure it is of its spans, and how far it doubts the gold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.domain.spans import PredictedSpan, Span


@dataclass(frozen=True, slots=True)
class Signals:
    """How sure a run is of one sentence, and how far it doubts the gold that the sentence had at the time.

    Attributes:
        uncertainty: −log of the probability of the best tags among all legal ones, in nats; 0 is certain.
        loss: −log of the probability of the gold's tags, in nats; None where the tagging unit cannot express the gold.
        suspicion: see `suspicion_of`; None where prediction and gold agree.
        gold: the spans that loss and suspicion were measured on.
        gold_probabilities: of each gold span its probability; None where the tagging unit cannot express it.
    """

    uncertainty: float
    loss: float | None
    suspicion: float | None
    gold: tuple[Span, ...]
    gold_probabilities: tuple[float | None, ...]


def suspicion_of(gold: Mapping[Span, float], predicted: Sequence[PredictedSpan]) -> float | None:
    """How sure a run is that the gold is wrong somewhere (0–1); None where prediction and gold agree.

    The largest over the disagreements: of another type on the same edges, one minus the probability of the gold span;
    of any other predicted span that the gold has not, its probability; of a gold span where nothing was predicted, half
    of one minus its probability, since a run that finds nothing is far oftener wrong itself.

    It is the self-confidence that Northcutt, Jiang and Chuang rank label errors by (Confident Learning: Estimating
    Uncertainty in Dataset Labels, 2021), taken for spans, where a sentence is as bad as its worst label (Wang and
    Mueller, Detecting Label Errors in Token Classification Data, 2022). `tests/benchmarks/gold_errors.py` measures it.

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
