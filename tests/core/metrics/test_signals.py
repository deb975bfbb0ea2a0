"""How far a run doubts a sentence's gold."""

import pytest

from core.domain.spans import Span
from core.metrics.signals import suspicion_of
from tests.building import predicted

PERSON, PLACE = Span(0, 3, "PS"), Span(5, 7, "LC")


def test_agreement_raises_no_suspicion():
    assert suspicion_of({}, ()) is None
    assert suspicion_of({PERSON: 0.01}, predicted((0, 3, "PS", 0.4))) is None


@pytest.mark.parametrize(
    ("gold", "found", "suspicion"),
    [
        ({}, predicted((0, 3, "PS", 0.9), (5, 7, "LC", 0.6)), 0.9),  # spurious
        ({PERSON: 0.3, PLACE: 0.05}, predicted((0, 3, "PS", 0.3)), 0.475),  # missed, which says half as much
        ({PERSON: 0.02}, predicted((0, 3, "OG", 0.7)), 0.98),  # another type: how sure it is that this is no PS
        ({PERSON: 0.02}, predicted((0, 4, "PS", 0.6)), 0.6),  # another edge
        ({PERSON: 0.02, PLACE: 0.01}, predicted((0, 4, "PS", 0.2)), 0.495),  # another edge, and one missed
    ],
)
def test_the_surest_disagreement_counts(gold, found, suspicion):
    assert suspicion_of(gold, found) == pytest.approx(suspicion)
