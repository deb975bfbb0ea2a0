"""The places of an inconsistent string, and the gold once some are mended."""

import pytest

from core.analysis.consistency import Use, find_places, most_common_label, relabel_places, tally_uses
from core.domain.generators import run_to_end
from core.domain.spans import Span
from tests.building import example


def sentences(*rows):
    return [example(text, *gold, number=at) for at, (text, *gold) in enumerate(rows, start=1)]


CORPUS = sentences(
    ("서울은 크고 서울이 좋다.", (0, 2, "LC")),
    ("서울에서", (0, 2, "OG")),
    ("서울 시청은", (0, 5, "LC")),
    ("서울 사람", (0, 5, "PS")),
    ("부산은",),
)


@pytest.fixture
def places():
    tally = run_to_end(tally_uses(lambda: CORPUS))
    return list(find_places(tally.of("서울"), CORPUS))


def test_the_places_are_those_that_were_counted(places):
    assert [(place.sentence.number, place.start, place.use) for place in places] == [
        (1, 0, Use("train", "span", "LC")),
        (1, 7, Use("train", "none")),
        (2, 0, Use("train", "span", "OG")),
        (3, 0, Use("train", "edge", "LC")),
        (4, 0, Use("train", "inside", "PS")),
    ]
    assert [[span.label for span in place.touched] for place in places] == [["LC"], [], ["OG"], ["LC"], ["PS"]]


def test_several_places_of_one_sentence_are_corrected_together(places):
    assert relabel_places(places, "OG") == {
        1: (Span(0, 2, "OG"), Span(7, 9, "OG")),
        2: (Span(0, 2, "OG"),),
        3: (Span(0, 2, "OG"),),
        4: (Span(0, 2, "OG"),),
    }
    assert relabel_places(places[1:3], "LC") == {1: (Span(0, 2, "LC"), Span(7, 9, "LC")), 2: (Span(0, 2, "LC"),)}


def test_no_label_removes_the_spans_of_the_place(places):
    assert relabel_places(places[:2] + places[3:4], None) == {1: (), 3: ()}


def test_the_most_common_label_may_be_none():
    def way(*rows):
        corpus = sentences(*rows)
        tally = run_to_end(tally_uses(lambda: corpus))
        return most_common_label(tally.of("서울"))

    assert way(("서울", (0, 2, "LC")), ("서울",)) == "LC"
    assert way(("서울", (0, 2, "LC")), ("서울",), ("서울은",)) is None
