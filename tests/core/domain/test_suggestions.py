"""What taking all suggestions keeps, and what it leaves to the person."""

from hypothesis import given
from hypothesis import strategies as st

from core.domain.spans import Span, check_spans
from core.domain.suggestions import AcceptedSuggestions, accept_suggestions

OWN = Span(0, 2, "PS")


def test_own_spans_stay_and_what_overlaps_them_is_left_as_a_hint():
    over, free = Span(0, 4, "PS"), Span(5, 7, "LC")
    assert accept_suggestions([OWN], [over, free]) == AcceptedSuggestions((OWN, free), overlapping=(over,))


def test_to_take_all_twice_changes_nothing():
    once = accept_suggestions([OWN], [Span(5, 7, "LC"), OWN])
    assert accept_suggestions(once.spans, [Span(5, 7, "LC"), OWN]) == AcceptedSuggestions(once.spans)


def test_nothing_is_chosen_where_suggestions_overlap_each_other():
    tied = (Span(0, 2, "LC"), Span(0, 4, "OG"))
    assert accept_suggestions([], [*tied, Span(6, 8, "DT")]) == AcceptedSuggestions((Span(6, 8, "DT"),), tied=tied)


spans = st.builds(
    lambda s, n, label: Span(s, s + n, label), st.integers(0, 12), st.integers(1, 4), st.sampled_from("AB")
)


@given(st.sets(spans, max_size=8))
def test_the_gold_stays_valid_and_every_suggestion_is_somewhere(suggestions):
    found = accept_suggestions([OWN], suggestions)
    assert check_spans(found.spans, "가" * 16) == found.spans
    assert OWN in found.spans
    parts = [*found.spans, *found.overlapping, *found.tied]
    assert sorted(parts) == sorted({*suggestions, OWN})
