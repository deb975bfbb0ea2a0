"""Spans that fit a text and a tag set are taken in order; all others are refused, in one sentence that names them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.errors import UserError
from core.domain.spans import Sentence, Span, check_spans

TEXT = "이순신은 왔다😀"
LABELS = ("PS", "LC")

spans = st.builds(
    lambda start, length, label: Span(start, start + length, label),
    st.integers(0, 10),
    st.integers(1, 4),
    st.sampled_from(("PS", "LC", "XX")),
)


def characters(span):
    return set(range(span.start, span.end))


def fit(found, labels):
    """The same by the characters that each span takes."""
    taken = [place for span in found for place in characters(span)]
    is_known = labels is None or all(span.label in labels for span in found)
    return is_known and len(taken) == len(set(taken)) and all(place < len(TEXT) for place in taken)


@given(st.lists(spans, max_size=4), st.sampled_from((None, LABELS)))
def test_spans_fit_where_no_character_has_two_and_each_is_in_the_text(found, labels):
    if fit(found, labels):
        assert check_spans(found, TEXT, labels) == tuple(sorted(found))
    else:
        with pytest.raises(UserError, match=r"^the (span|spans|label) .*(reaches past|overlap|is not in the tag set)"):
            check_spans(found, TEXT, labels)


@given(spans, spans)
def test_spans_overlap_where_they_share_a_character(one, other):
    assert one.overlaps(other) == other.overlaps(one) == bool(characters(one) & characters(other))


@pytest.mark.parametrize(("start", "end", "label"), [(-1, 2, "PS"), (2, 2, "PS"), (3, 2, "PS"), (0, 1, "")])
def test_no_span_is_empty_before_the_text_or_without_a_label(start, end, label):
    with pytest.raises(UserError, match=f"^the span {start}–{end} "):
        Span(start, end, label)


def test_an_end_is_counted_in_code_points():
    assert check_spans([Span(7, 8, "PS")], TEXT) == (Span(7, 8, "PS"),)  # two units of UTF-16
    with pytest.raises(UserError, match="reaches past the text, which has 8 characters"):
        check_spans([Span(7, 9, "PS")], TEXT)


@pytest.mark.parametrize(("name", "text"), [("", "왔다"), ("a", ""), ("a", " \n")])
def test_a_sentence_has_an_id_and_a_text(name, text):
    with pytest.raises(UserError, match=r"has no (id|text)$"):
        Sentence(name, text)


def test_a_sentence_has_its_spans_in_order():
    later, earlier = Span(5, 7, "LC"), Span(0, 3, "PS")
    assert Sentence("a", TEXT, (later, earlier)).spans == (earlier, later)
    with pytest.raises(UserError, match="the spans 0–3 PS and 2–4 LC overlap"):
        Sentence("a", TEXT, (Span(2, 4, "LC"), earlier))
