"""How gold and predicted spans are paired."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.spans import PredictedSpan, Span
from core.metrics.comparison import compare_spans


def spans(*rows):
    return tuple(Span(*row) for row in rows)


def predicted(*rows):
    return tuple(PredictedSpan(Span(*row), 0.9) for row in rows)


@pytest.mark.parametrize(
    ("gold", "prediction", "outcome"),
    [
        ((0, 3, "PS"), (0, 3, "PS"), "right"),
        ((0, 3, "PS"), (0, 2, "PS"), "edge"),
        ((0, 3, "PS"), (0, 3, "LC"), "type"),
        ((0, 3, "PS"), (1, 4, "LC"), "both"),
    ],
)
def test_spans_that_overlap_are_one_comparison(gold, prediction, outcome):
    [comparison] = compare_spans(spans(gold), predicted(prediction))
    assert comparison.outcome == outcome
    assert (comparison.gold, comparison.predicted.span) == (Span(*gold), Span(*prediction))


def test_spans_that_only_touch_are_missed_and_spurious():
    assert [c.outcome for c in compare_spans(spans((0, 2, "PS")), predicted((2, 4, "PS")))] == ["missed", "spurious"]


def test_the_exact_match_is_paired_before_a_longer_overlap():
    comparisons = compare_spans(spans((0, 2, "PS"), (2, 9, "PS")), predicted((0, 2, "PS")))
    assert [c.outcome for c in comparisons] == ["right", "missed"]


def lanes():
    """Non-overlapping spans over twelve characters."""
    return st.lists(st.tuples(st.integers(0, 11), st.integers(1, 4), st.sampled_from("AB"))).map(_without_overlaps)


def _without_overlaps(rows):
    kept, end = [], 0
    for start, length, label in sorted(rows):
        if start >= end:
            kept.append(Span(start, start + length, label))
            end = start + length
    return tuple(kept)


@given(lanes(), lanes())
def test_every_span_appears_once_and_right_is_exact_equality(gold, other):
    prediction = tuple(PredictedSpan(span, 0.5) for span in other)
    comparisons = compare_spans(gold, prediction)
    assert sorted(c.gold for c in comparisons if c.gold) == sorted(gold)
    assert sorted(c.predicted.span for c in comparisons if c.predicted) == sorted(other)
    assert {c.gold for c in comparisons if c.outcome == "right"} == set(gold) & set(other)


@given(lanes(), lanes(), st.randoms())
def test_the_order_in_which_spans_are_given_does_not_matter(gold, other, random):
    prediction = [PredictedSpan(span, 0.5) for span in other]
    expected = compare_spans(gold, prediction)
    overlaps = {(g, p) for g in gold for p in other if g.overlaps(p)}
    paired = {(c.gold, c.predicted.span) for c in expected if c.gold and c.predicted}
    assert paired <= overlaps
    free_gold, free_other = (set(side) - {pair[at] for pair in paired} for at, side in enumerate((gold, other)))
    assert not any((g, p) in overlaps for g in free_gold for p in free_other), "two that overlap are never left alone"
    shuffled = list(gold)
    random.shuffle(shuffled)
    random.shuffle(prediction)
    assert compare_spans(shuffled, prediction) == expected
