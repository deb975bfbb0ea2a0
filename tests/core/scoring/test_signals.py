"""How far a run doubts a sentence's gold."""

import pytest

from core.scoring.signals import suspicion_of
from core.spans import Span
from tests.building import predicted

PERSON, PLACE = Span(0, 3, "PS"), Span(5, 7, "LC")


def test_agreement_raises_no_suspicion():
    assert suspicion_of([], [], ()) is None
    assert suspicion_of([PERSON], [0.01], predicted((0, 3, "PS", 0.4))) is None


@pytest.mark.parametrize(
    ("gold", "probabilities", "found", "suspicion"),
    [
        ([], [], predicted((0, 3, "PS", 0.9), (5, 7, "LC", 0.6)), 0.9),  # spurious
        ([PERSON, PLACE], [0.3, 0.05], predicted((0, 3, "PS", 0.3)), 0.95),  # missed
        ([PERSON], [0.02], predicted((0, 3, "OG", 0.7)), 0.98),  # another type: surer that it is no PS
        ([PERSON], [0.02], predicted((0, 4, "PS", 0.99)), 0.99),  # another edge
        ([PERSON], [None], (), None),  # what no tags can say is no doubt
        ([PERSON], [None], predicted((0, 4, "PS", 0.8)), 0.8),
    ],
)
def test_the_surest_disagreement_counts(gold, probabilities, found, suspicion):
    assert suspicion_of(gold, probabilities, found) == pytest.approx(suspicion)
