"""Whether spans are right as often as a trained CRF says, where what is right is drawn by chance."""

import itertools

import pytest
import torch
from torch import Tensor, nn

from core.analysis.calibration import calibrate, expected_calibration_error
from core.domain.generators import run_to_end
from core.domain.spans import Example, PredictedSpan
from core.domain.tags import TagSet, spans_of, unit_ranges
from core.model.crf import MaskedCRF, bio_constraints
from tests.core.toy_models import is_bio

TAGS = TagSet(("PS", "LC"))
LENGTH = 5
SEEN = 4
"""What is seen of a position: numbers."""
PATHS = torch.tensor([path for path in itertools.product(range(len(TAGS.names)), repeat=LENGTH) if is_bio(path)])


def drawn(count: int) -> tuple[Tensor, Tensor]:
    """Sentences (count, LENGTH, SEEN), and for each a legal tag sequence, drawn with a probability that it sets."""
    seen = torch.randn(count, LENGTH, SEEN)
    weights = torch.randn(SEEN, len(TAGS.names))
    scores = (seen @ weights).gather(2, PATHS.t().expand(count, -1, -1)).sum(1)
    return seen, PATHS[torch.multinomial(scores.softmax(1), 1)[:, 0]]


def trained(seen: Tensor, tags: Tensor) -> tuple[nn.Linear, MaskedCRF]:
    linear, crf = nn.Linear(SEEN, len(TAGS.names)), MaskedCRF(len(TAGS.names), constraints=bio_constraints(2))
    optimiser = torch.optim.Adam([*linear.parameters(), *crf.parameters()], lr=0.05)
    for _ in range(100):
        optimiser.zero_grad()
        crf.loss(linear(seen), tags, torch.ones_like(tags, dtype=torch.bool)).backward()
        optimiser.step()
    return linear, crf


@pytest.mark.parametrize("seed", range(2))
def test_a_trained_crf_is_calibrated(seed):
    torch.manual_seed(seed)
    seen, tags = drawn(6000)
    linear, crf = trained(seen[:3000], tags[:3000])
    fresh, gold = seen[3000:], tags[3000:]
    valid = torch.ones_like(gold, dtype=torch.bool)
    emissions = linear(fresh).detach()
    best = crf.decode(emissions, valid).tolist()
    found = [(row, *unit_range) for row, path in enumerate(best) for unit_range in unit_ranges(path, TAGS)]
    numbers = torch.tensor([(row, first, end, TAGS.labels.index(label)) for row, first, end, label in found])
    shares = iter(crf.span_probabilities(emissions, valid, *numbers.unbind(1)).tolist())
    units = [(at, at + 1) for at in range(LENGTH)]
    sentences = [
        Example(
            row,
            "dev",
            f"s-{row}",
            "가" * LENGTH,
            tuple(spans_of(gold[row].tolist(), units, TAGS)),
            tuple(PredictedSpan(span, next(shares)) for span in spans_of(path, units, TAGS)),
        )
        for row, path in enumerate(best)
    ]
    bins = run_to_end(calibrate(sentences)).bins()
    assert sum(each.spans for each in bins) > 2000
    assert expected_calibration_error(bins) < 0.03
