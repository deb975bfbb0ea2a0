"""Scores of tag matrices against seqeval, and KLUE's figures against its own code on the tags of the characters."""

import warnings
from collections import Counter

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from seqeval.metrics import classification_report
from seqeval.metrics import f1_score as entity_f1
from seqeval.scheme import IOB2
from sklearn.metrics import f1_score as tag_f1

from core.domain.spans import Example, PredictedSpan, Span
from core.domain.tags import NO_TAG, TagSet, spans_of
from core.metrics.comparison import compare_spans
from core.metrics.report import Counts, build_report, count_spans
from core.metrics.strict import count_entities, count_for_klue, klue_figures

TAG_SET = TagSet(("PS", "LC", "AF"))
NAMES = TAG_SET.names
tags = st.integers(0, len(NAMES) - 1)


@st.composite
def matrices(draw):
    """Gold and predicted tags, legal or not, with holes and padding in the gold; empty and all-O ones among them."""
    shape = draw(st.tuples(st.integers(0, 5), st.integers(0, 9)))
    gold = draw(arrays.arrays(np.int64, shape, elements=st.one_of(st.just(NO_TAG), st.just(0), tags)))
    predicted = draw(st.one_of(st.just(gold.clip(0)), arrays.arrays(np.int64, shape, elements=tags)))
    return gold, predicted


def names_of(gold, predicted):
    """Both sides as seqeval takes them: the names of the tags at the positions where the gold has one."""
    return [
        [[NAMES[tag] for tag, place in zip(row, places, strict=True) if place != NO_TAG] for row, places in rows]
        for rows in (zip(gold, gold, strict=True), zip(predicted, gold, strict=True))
    ]


@given(matrices())
@example((np.zeros((3, 4), int), np.zeros((3, 4), int)))
@example((np.zeros((0, 0), int), np.zeros((0, 0), int)))
def test_every_figure_of_a_matrix_is_seqevals(pair):
    report = build_report(count_entities(*pair, TAG_SET.labels))
    if not report.labels:  # seqeval's report raises here
        assert {score.f1 for score in report.rows().values()} == {0.0}
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = classification_report(
            *names_of(*pair), mode="strict", scheme=IOB2, output_dict=True, zero_division=0
        )
    assert set(expected) == {name if name in report.labels else f"{name} avg" for name in report.rows()}
    for name, score in report.rows().items():
        theirs = expected[name if name in report.labels else f"{name} avg"]
        assert score.support == theirs["support"]
        assert (score.precision, score.recall, score.f1) == pytest.approx(
            (theirs["precision"], theirs["recall"], theirs["f1-score"]), abs=1e-15
        )


@given(matrices())
def test_a_matrix_is_counted_as_its_spans_are_compared(pair):
    matches = Counter()
    for gold, predicted in zip(*pair, strict=True):
        there = gold != NO_TAG
        units = [(at, at + 1) for at in range(int(there.sum()))]
        spans = [spans_of(row[there].tolist(), units, TAG_SET) for row in (gold, predicted)]
        matches.update(c.match for c in compare_spans(spans[0], [PredictedSpan(span, 0.5) for span in spans[1]]))
    expected = count_spans(matches)
    assert {label: c for label, c in count_entities(*pair, TAG_SET.labels).items() if c != Counts()} == expected


@given(matrices())
def test_what_is_predicted_where_the_gold_has_no_tag_does_not_count(pair):
    gold, predicted = pair
    other = np.where(gold == NO_TAG, NO_TAG, predicted)
    assert count_entities(gold, other, TAG_SET.labels) == count_entities(gold, predicted, TAG_SET.labels)


@given(matrices(), st.integers(0, 3), st.integers(0, 3))
def test_padding_on_either_side_changes_nothing(pair, left, right):
    gold, predicted = pair
    padded = [
        np.pad(side, ((0, 0), (left, right)), constant_values=tag) for side, tag in ((gold, NO_TAG), (predicted, 1))
    ]
    assert count_entities(*padded, TAG_SET.labels) == count_entities(gold, predicted, TAG_SET.labels)


def test_an_entity_ends_with_its_sentence():
    gold = np.array([[0, 1], [2, 2]])
    assert count_entities(gold, gold, TAG_SET.labels)["PS"] == Counts(1, 1, 1)


@pytest.mark.parametrize("predicted", [[[1, NO_TAG]], [[1]], [[1, 9]]])
def test_what_cannot_be_scored_is_refused(predicted):
    with pytest.raises(ValueError):
        count_entities(np.array([[1, 2]]), np.array(predicted), TAG_SET.labels)


def scored_sentence(text, gold, predicted):
    return Example(1, "dev", "s-1", text, gold, tuple(PredictedSpan(span, 0.5) for span in predicted))


@st.composite
def sentences(draw):
    """Texts with blanks and characters outside the BMP, and the spans of both sides, wherever they begin and end."""
    text = draw(st.text("가나 \t\n😀", min_size=1, max_size=12))
    return scored_sentence(text, draw(lanes(len(text))), draw(lanes(len(text))))


@st.composite
def lanes(draw, length):
    """Spans between some of the neighbouring edges."""
    edges = sorted(draw(st.sets(st.integers(0, length), max_size=6)))
    labels = [draw(st.sampled_from(["", *TAG_SET.labels])) for _ in edges[1:]]
    rows = zip(edges, edges[1:], labels, strict=False)
    return tuple(Span(start, end, label) for start, end, label in rows if label)


def klue_tags(text, spans):
    """The tags of a sentence as KLUE's evaluation has them: without those of spaces, and O for [CLS] and [SEP]."""
    row = ["O"] * len(text)
    for span in spans:
        row[span.start : span.end] = [f"B-{span.label}", *[f"I-{span.label}"] * (span.end - span.start - 1)]
    return ["O", *(tag for tag, character in zip(row, text, strict=True) if character != " "), "O"]


@given(st.lists(sentences(), min_size=1, max_size=5))
def test_klues_figures_are_those_of_its_own_code(scored):
    spans = [[(s.text, s.gold) for s in scored], [(s.text, [p.span for p in s.predicted]) for s in scored]]
    gold, predicted = ([tag for sentence in side for tag in klue_tags(*sentence)] for side in spans)
    labels = sorted({span.label for side in spans for _, of_sentence in side for span in of_sentence})
    label_list = [f"{prefix}-{label}" for label in labels for prefix in "BI"] + ["O"]
    numbers = [[label_list.index(tag) for tag in side] for side in (gold, predicted)]
    figures = klue_figures(scored)
    expected = tag_f1(*numbers, labels=list(range(len(label_list))), average="macro", zero_division=True)
    assert figures.character_macro_f1 == pytest.approx(expected, abs=1e-15)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        entities = entity_f1([gold], [predicted], average="macro", mode="strict", scheme=IOB2) if labels else 0.0
    assert figures.entity_macro_f1 == pytest.approx(np.nan_to_num(entities), abs=1e-15)


def test_klues_figures_by_hand():
    """O B I I O O in the gold, O B I O O O predicted: the F1 of B is 1, of I 2/3, of O 6/7."""
    figures = klue_figures([scored_sentence("이순신 은", (Span(0, 3, "PS"),), (Span(0, 2, "PS"),))])
    assert figures.entity_macro_f1 == 0.0
    assert figures.character_macro_f1 == pytest.approx((1 + 2 / 3 + 6 / 7) / 3)


def test_klues_figures_of_nothing():
    assert klue_figures([]).as_json() == {"entity_macro_f1": 0.0, "character_macro_f1": 0.0}


@given(st.lists(sentences(), max_size=6), st.integers(0, 6))
def test_klues_counts_of_parts_add_up(scored, cut):
    assert count_for_klue(scored[:cut]) + count_for_klue(scored[cut:]) == count_for_klue(scored)
