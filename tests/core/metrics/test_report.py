"""The metrics against seqeval's strict IOB2 report, and against figures worked out by hand."""

import warnings
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from seqeval.metrics import classification_report
from seqeval.scheme import IOB2

from core.domain.spans import PredictedSpan
from core.domain.tags import TagSet, spans_of
from core.metrics.comparison import compare_spans
from core.metrics.report import build_report, count_spans

TAG_SET = TagSet(("PS", "LC", "AF"))

sequences = st.lists(
    st.integers(1, 12).flatmap(
        lambda length: st.tuples(
            *[st.lists(st.integers(0, len(TAG_SET.names) - 1), min_size=length, max_size=length)] * 2
        )
    ),
    min_size=1,
    max_size=6,
)


def matches_of(pairs):
    matches = Counter()
    for gold_tags, predicted_tags in pairs:
        units = [(i, i + 1) for i in range(len(gold_tags))]
        gold = spans_of(gold_tags, units, TAG_SET)
        predicted = [PredictedSpan(span, 0.5) for span in spans_of(predicted_tags, units, TAG_SET)]
        matches.update(comparison.match for comparison in compare_spans(gold, predicted))
    return matches


@given(sequences)
def test_every_figure_is_seqevals(pairs):
    names = TAG_SET.names
    gold, predicted = ([[names[tag] for tag in tags] for tags in side] for side in zip(*pairs, strict=True))
    report = build_report(count_spans(matches_of(pairs)))
    if not report.labels:
        assert report.micro == report.macro == report.weighted
        assert report.micro.f1 == 0
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = classification_report(gold, predicted, mode="strict", scheme=IOB2, output_dict=True)
    for name, score in report.rows().items():
        theirs = expected[name if name in report.labels else f"{name} avg"]
        assert score.support == theirs["support"]
        assert (score.precision, score.recall, score.f1) == pytest.approx(
            (theirs["precision"], theirs["recall"], theirs["f1-score"]), abs=1e-12
        )
    assert len(expected) == len(report.rows())
