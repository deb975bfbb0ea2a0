import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.editing import (
    ends_in_blank,
    extend_to_words,
    next_word,
    overlapping_spans,
    strip_punctuation,
    trim_blanks,
    with_edge,
    with_edges,
    with_label,
    with_span,
    without_span,
    word_at,
)
from core.domain.spans import Span, check_spans

LABELS = st.sampled_from(["PS", "OG", "LC"])
TEXTS = st.text(alphabet="가나 \u3000a😀\u1100\u1161", min_size=1, max_size=30)


@st.composite
def sentences(draw):
    """A text, its gold, and one more span that may overlap it."""
    text = draw(TEXTS)
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=8)))
    gold = tuple(Span(start, end, draw(LABELS)) for start, end in itertools.pairwise(cuts) if draw(st.booleans()))
    start = draw(st.integers(0, len(text) - 1))
    return text, gold, Span(start, draw(st.integers(start + 1, len(text))), draw(LABELS))


def is_valid(gold, text):
    return gold == check_spans(gold, text) and all(isinstance(span, Span) for span in gold)


@given(sentences(), LABELS)
def test_every_change_leaves_a_valid_gold(sentence, label):
    text, gold, span = sentence
    assert is_valid(with_span(gold, span), text)
    assert is_valid(with_span(gold, span), text)
    for own in gold:
        assert is_valid(without_span(gold, own), text)
        assert is_valid(with_label(gold, own, label), text)


@given(sentences(), st.sampled_from(["start", "end"]), st.integers(-5, 40))
def test_a_moved_edge_stays_between_its_neighbours_and_keeps_a_character(sentence, edge, position):
    text, gold, _span = sentence
    for own in gold:
        moved = with_edge(gold, own, edge, position, text)
        assert is_valid(moved, text)
        assert len(moved) == len(gold)
        assert [span for span in gold if span != own] == [span for span in moved if span in gold and span != own]


@given(sentences())
def test_a_new_span_is_there_and_only_what_it_overlaps_is_gone(sentence):
    _text, gold, span = sentence
    changed = with_span(gold, span)
    assert span in changed
    assert set(gold) - set(changed) == {other for other in gold if other.overlaps(span) and other != span}


@given(TEXTS, st.integers(-3, 35), st.integers(-3, 35))
def test_a_trimmed_range_is_the_same_from_both_ends_and_has_no_blank_edges(text, start, end):
    found = trim_blanks(start, end, text)
    assert found == trim_blanks(end, start, text)
    if found is not None:
        inside = text[found[0] : found[1]]
        assert inside
        assert inside == inside.strip()


@given(TEXTS, st.integers(-2, 32))
def test_an_eojeol_contains_its_character_and_no_blank(text, index):
    found = word_at(text, index)
    if found is None:
        assert not 0 <= index < len(text) or text[index].isspace()
    else:
        assert found[0] <= index < found[1]
        assert text[found[0] : found[1]].split() == [text[found[0] : found[1]]]


@given(sentences(), st.sampled_from(["start", "end"]), st.integers(-5, 40))
def test_a_moved_edge_leaves_no_blank_at_the_edges(sentence, edge, position):
    text, gold, _span = sentence
    for own in gold:
        for span in set(with_edge(gold, own, edge, position, text)) - set(gold):
            inside = text[span.start : span.end]
            assert inside == inside.strip()
            assert not ends_in_blank(text, edge, getattr(span, edge))


@given(sentences())
def test_the_spans_that_overlap_a_range_are_those_that_a_span_over_it_replaces(sentence):
    _text, gold, span = sentence
    assert set(overlapping_spans(gold, span.start, span.end)) - {span} == set(gold) - set(with_span(gold, span))


def test_edges_stop_at_the_neighbour():
    gold = (Span(0, 2, "PS"), Span(4, 6, "OG"))
    assert with_edge(gold, gold[1], "start", 0, "가나다라마바사") == (gold[0], Span(2, 6, "OG"))
    assert with_edge(gold, gold[0], "end", 9, "가나다라마바사") == (Span(0, 4, "PS"), gold[1])
    assert with_edge(gold, gold[1], "end", 99, "가나다라마바사") == (gold[0], Span(4, 7, "OG"))


@pytest.mark.parametrize("change", [without_span, lambda gold, span: with_label(gold, span, "LC")])
def test_a_span_that_is_not_there_changes_nothing(change):
    gold = (Span(0, 2, "PS"),)
    assert change(gold, Span(3, 4, "PS")) is gold


def test_what_changes_nothing_gives_the_same_gold_back():
    gold = (Span(0, 2, "PS"),)
    assert with_span(gold, gold[0]) is gold
    assert with_label(gold, gold[0], "PS") is gold
    assert with_edge(gold, gold[0], "end", 2, "가나다") is gold


def words_of(text):
    """The eojeols as places."""
    places = [place for at in range(len(text)) if (place := word_at(text, at)) is not None]
    return sorted(set(places))


@given(TEXTS)
def test_stepping_goes_through_every_eojeol_in_both_directions(text):
    forward, position = [], 0
    while (place := next_word(text, position, 1)) is not None:
        forward.append(place)
        position = place[1]
    backward, position = [], len(text)
    while (place := next_word(text, position, -1)) is not None:
        backward.append(place)
        position = place[0]
    assert forward == backward[::-1] == words_of(text)


@given(sentences())
def test_an_extended_range_contains_whole_eojeols(sentence):
    text, _, span = sentence
    start, end = extend_to_words(span.start, span.end, text)
    assert start <= span.start < span.end <= end
    assert text[start:end].split() == [text[a:b] for a, b in words_of(text) if a >= start and b <= end]
    assert extend_to_words(start, end, text) == (start, end)


@given(sentences(), st.data())
def test_both_edges_of_a_span_move_and_the_gold_stays_valid(sentence, data):
    text, gold, _ = sentence
    if not gold:
        return
    span = data.draw(st.sampled_from(gold))
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    moved = with_edges(gold, span, start, end, text)
    assert is_valid(moved, text)
    assert len(moved) == len(gold)
    assert [other for other in moved if other in gold] == [other for other in gold if other != span or span in moved]


@pytest.mark.parametrize(
    ("start", "end", "expected"), [(5, 7, (5, 7)), (3, 5, (3, 5)), (6, 99, (6, 8)), (9, 12, (7, 8)), (-3, 1, (0, 1))]
)
def test_both_edges_move_beyond_where_the_span_was_as_far_as_the_neighbour(start, end, expected):
    text, gold = "가나다라마바사아자차", (Span(0, 2, "PS"), Span(8, 10, "OG"))
    assert with_edges(gold, gold[0], start, end, text) == (Span(*expected, "PS"), gold[1])


@pytest.mark.parametrize(
    ("text", "expected"),
    [("“삼성”은", "삼성”은"), ("(서울).", "서울"), ("3%", "3"), ("...", "..."), ("‘ 가 ’", "가"), ("A-1", "A-1")],
)
def test_punctuation_falls_off_at_the_edges(text, expected):
    start, end = strip_punctuation(0, len(text), text, range(len(text) + 1))
    assert text[start:end] == expected


def test_no_character_is_cut_into_for_punctuation():
    keycap = "1\ufe0f\u20e3"
    text = f"«{keycap}»"
    assert strip_punctuation(0, len(text), text, (0, 1, 4, 5)) == (1, 4)
