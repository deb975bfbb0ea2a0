"""Where a string stands, and what labelling all of its places gives."""

import pytest

from core.analysis.occurrences import find_occurrences, label_places
from core.domain.spans import Span
from tests.building import example


def places(text, wanted, *gold, label="PS"):
    return [(found.span.start, found.labelling) for found in find_occurrences([example(text, *gold)], wanted, label)]


@pytest.mark.parametrize(
    ("text", "wanted", "starts"),
    [
        ("서울은 서울 (서울)", "서울", [0, 4, 8]),
        ("남서울과 서울역", "서울", [5]),  # inside an eojeol another word may end in it; a particle may follow it
        ("AI가 SAID, AI2와 K-AI", "AI", [0, 17]),
        ("5일과 15일", "5일", [0]),
        ("아아아", "아", [0]),
        ("없다", "서울", []),
        ("3.1운동", "3.1운동", [0]),
        ("더블루KTX와 KTX", "KTX", [3, 8]),
    ],
)
def test_where_a_string_occurs(text, wanted, starts):
    assert [start for start, _ in places(text, wanted)] == starts


@pytest.mark.parametrize(
    ("gold", "labelling"),
    [
        ((), "unlabelled"),
        (((0, 2, "LC"),), "same"),
        (((0, 2, "OG"),), "other label"),
        (((0, 3, "LC"),), "other edge"),
        (((0, 4, "OG"),), "inside"),
        (((1, 4, "OG"),), "overlaps"),
    ],
)
def test_how_the_gold_labels_a_place(gold, labelling):
    assert places("서울시청", "서울", *gold, label="LC") == [(0, labelling)]


def test_labelling_the_chosen_places_takes_what_they_overlap_away():
    one = example("서울과 서울시", (4, 7, "OG"), number=1)
    two = example("서울은", number=2)
    found = list(find_occurrences([one, two], "서울", "LC"))
    assert label_places(found) == {1: (Span(0, 2, "LC"), Span(4, 6, "LC")), 2: (Span(0, 2, "LC"),)}
    unlabelled = [place for place in found if place.labelling == "unlabelled"]
    assert label_places(unlabelled) == {1: (Span(0, 2, "LC"), Span(4, 7, "OG")), 2: (Span(0, 2, "LC"),)}
    assert label_places([]) == {}
