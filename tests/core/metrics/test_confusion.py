"""Error kinds and the confusion table, against counting by hand and against the counts of the metrics."""

from hypothesis import given
from hypothesis import strategies as st

from core.metrics.comparison import SpanMatch
from core.metrics.confusion import ErrorKinds, build_confusion, count_error_kinds
from core.metrics.report import count_spans

labels = st.sampled_from(["PS", "LC", "XX"])


@st.composite
def matches(draw):
    """Any match that a comparison can come to."""
    gold, predicted = draw(labels), draw(labels)
    paired = ("right", "edge") if gold == predicted else ("type", "both")
    lone = draw(st.booleans())
    return draw(
        st.sampled_from(
            [SpanMatch("missed", gold, None), SpanMatch("spurious", None, predicted)]
            if lone
            else [SpanMatch(outcome, gold, predicted) for outcome in paired]
        )
    )


tallies = st.dictionaries(matches(), st.integers(1, 99))

BY_HAND = {
    SpanMatch("right", "PS", "PS"): 10,
    SpanMatch("edge", "PS", "PS"): 2,
    SpanMatch("type", "PS", "LC"): 3,
    SpanMatch("both", "PS", "LC"): 1,
    SpanMatch("missed", "PS", None): 4,
    SpanMatch("spurious", None, "PS"): 5,
    SpanMatch("spurious", None, "XX"): 6,
}


def test_errors_count_for_the_gold_type_and_spurious_ones_for_the_predicted():
    assert count_error_kinds(BY_HAND) == {
        "PS": ErrorKinds(right=10, edge=2, type=3, both=1, missed=4, spurious=5),
        "LC": ErrorKinds(),
        "XX": ErrorKinds(spurious=6),
    }


def test_the_confusion_table_by_hand():
    assert build_confusion(BY_HAND).as_json() == {
        "labels": ["PS", "LC", "XX"],
        "counts": [[12, 4, 0], [0, 0, 0], [0, 0, 0]],
        "missed": [4, 0, 0],
        "spurious": [5, 0, 6],
    }


def test_nothing_gives_empty_tables():
    assert count_error_kinds({}) == {}
    assert build_confusion({}).as_json() == {"labels": [], "counts": [], "missed": [], "spurious": []}


@given(tallies)
def test_both_tables_add_up_to_the_counts_of_the_metrics(tally):
    counts, kinds, table = count_spans(tally), count_error_kinds(tally), build_confusion(tally)
    assert list(kinds) == list(table.labels)
    assert set(kinds) == set(counts)
    for label, count in counts.items():
        kind = kinds[label]
        assert kind.right == count.right
        assert kind.right + kind.edge + kind.type + kind.both + kind.missed == count.support
        assert sum(table.count(label, predicted) for predicted in (*table.labels, None)) == count.support
        assert sum(table.count(gold, label) for gold in (*table.labels, None)) == count.predicted
        assert (table.count(label, label), table.count(label, None)) == (kind.right + kind.edge, kind.missed)
        assert table.count(None, label) == kind.spurious
