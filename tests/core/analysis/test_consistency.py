"""Strings that the gold labels in several ways: counted place by place, and ranked."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.analysis.consistency import Inconsistency, Use, find_string, tally_uses
from core.domain.generators import run_to_end
from core.domain.spans import Span
from tests.building import example


def tally_of(*sentences):
    return run_to_end(tally_uses(lambda: sentences))


def uses(string, *sentences):
    return {tuple(use): number for use, number in tally_of(*sentences).of(string).uses.items()}


SEOUL = example("서울은 크다.", (0, 2, "LC"))


def test_every_place_is_counted_by_how_the_gold_labels_it():
    found = uses(
        "서울",
        SEOUL,
        example("서울이 서울에서", (0, 2, "OG"), split="dev"),
        example("서울 시청은", (0, 5, "LC")),
        example("서울 시청은", (0, 5, "OG")),
        example("서울 사람", (0, 5, "PS")),
    )
    assert found == {
        ("train", "span", "LC"): 1,
        ("dev", "span", "OG"): 1,
        ("dev", "none", ""): 1,
        ("train", "edge", "LC"): 1,
        ("train", "edge", "OG"): 1,
        ("train", "inside", "PS"): 1,
    }


def test_an_accepted_place_does_not_make_its_string_inconsistent():
    sentences = [example("서울은 크다.", (0, 2, "LC"), number=1), example("서울이 서울에서", (0, 2, "OG"), number=2)]
    tally = run_to_end(tally_uses(lambda: sentences, settled=[(2, 0, 2), (2, 4, 6)]))
    assert tally.inconsistent() == []
    assert tally.of("서울").count("inside") == 2
    tally.count(sentences[1], -1)
    tally.settled = frozenset([(2, 0, 2)])
    tally.count(sentences[1])
    [found] = tally.inconsistent()
    assert (found.labels, found.count("none"), found.exceptions) == ({"LC": 1}, 1, 1)


@pytest.mark.parametrize("text", ["서울시청", "남서울", "서울7호", "X서울"])
def test_parts_of_other_words_are_not_places(text):
    assert find_string("서울", text, ()) == []


@pytest.mark.parametrize("text", ["서울", "서울,", "(서울)", "서울에서는", "서울이다", "서울 시청"])
def test_words_with_what_may_follow_them_are_places(text):
    assert [text[start:end] for start, end in find_string("서울", text, ())] == ["서울"]


def test_a_span_is_a_place_wherever_it_is():
    assert find_string("서울", "서울시청", (Span(0, 2, "LC"),)) == [(0, 2)]
    assert find_string("미", "미 정부와 미국", (Span(0, 1, "LC"),)) == [(0, 1)]


def test_one_character_is_never_missed():
    assert not tally_of(example("이 총리", (0, 1, "PS")), example("이 사람")).inconsistent()


def test_a_string_that_is_labelled_in_one_way_is_not_found():
    assert tally_of(SEOUL, example("서울에서", (0, 2, "LC")), example("부산")).inconsistent() == []


def test_a_span_with_its_particle_is_another_edge():
    found = tally_of(example("이순신은", (0, 3, "PS")), example("이순신은", (0, 4, "PS"))).inconsistent()
    assert {each.text: tuple(each.scores) for each in found} == {"이순신": ("edges",), "이순신은": ("edges",)}


def test_a_shorter_span_within_is_another_edge_of_the_longer_string():
    whole, part = example("한국은행 총재는", (0, 7, "OG")), example("한국은행 총재는", (0, 4, "OG"))
    assert {found.text: tuple(found.scores) for found in tally_of(whole, part).inconsistent()} == {
        "한국은행": ("edges",),
        "한국은행 총재": ("edges",),
    }


def test_all_kinds_of_one_string():
    tally = tally_of(SEOUL, SEOUL, example("서울", (0, 2, "OG")), example("서울"), example("서울은", (0, 3, "LC")))
    found = tally.of("서울")
    assert tuple(found.scores) == ("labels", "edges", "missed")
    assert found.labels == {"LC": 2, "OG": 1}
    assert (found.places, found.exceptions) == (5, 3)


def inconsistency(**counts):
    standing = {"none": Use("train", "none"), "edge": Use("train", "edge", "LC")}
    return Inconsistency("x", {standing.get(name, Use("train", "span", name)): n for name, n in counts.items()})


def test_few_exceptions_to_a_frequent_way_come_first():
    few, many = inconsistency(LC=99, OG=1), inconsistency(LC=60, OG=40)
    rare = inconsistency(LC=1, OG=1)
    assert few.score > many.score > rare.score
    assert few.scores["labels"] == pytest.approx(0.9455, abs=1e-4)  # statsmodels' proportion_confint(99, 100)


def test_what_is_mostly_unlabelled_or_part_of_something_counts_half():
    assert inconsistency(LC=1, none=99).scores["missed"] == inconsistency(LC=99, none=1).scores["missed"] / 2
    assert inconsistency(LC=1, edge=99).scores["edges"] == inconsistency(LC=99, edge=1).scores["edges"] / 2


def test_the_likeliest_mistake_is_listed_first():
    busan = [example("부산은", (0, 2, "LC"))] * 9 + [example("부산은", (0, 2, "OG"))]
    seoul = [SEOUL, example("서울은", (0, 2, "OG"))]
    assert [found.text for found in tally_of(*seoul, *busan).inconsistent()] == ["부산", "서울"]


def test_a_sentence_is_taken_out_again():
    one, other = SEOUL, example("서울", (0, 2, "OG"))
    tally = tally_of(one, other)
    assert tally.count(other, -1) == {"서울"}
    assert tally.inconsistent() == []
    tally.count(example("서울", (0, 2, "LC")))
    assert tally.of("서울").labels == {"LC": 2}


@st.composite
def sentences(draw):
    text = draw(st.text("가나은 aB1(", min_size=1, max_size=14))
    edges = sorted(draw(st.sets(st.integers(0, len(text)), max_size=6)))
    pairs = zip(edges[::2], edges[1::2], strict=False)
    return example(text, *((*pair, draw(st.sampled_from("XY"))) for pair in pairs))


@given(st.lists(sentences(), max_size=6))
def test_the_counts_are_those_of_looking_for_each_string_in_turn(corpus):
    tally = tally_of(*corpus)
    strings = {sentence.text[s.start : s.end] for sentence in corpus for s in sentence.gold}
    for string in strings:
        places = sum(len(find_string(string, sentence.text, sentence.gold)) for sentence in corpus)
        assert sum(tally.of(string).uses.values()) == places
    spans = Counter(s.label for sentence in corpus for s in sentence.gold)
    counted = Counter()
    for string in strings:
        counted.update(tally.of(string).labels)
    assert counted == spans
