"""What is worth telling of a run, and what is not."""

import pytest

from core.analysis.findings import (
    EpochCounts,
    find_in_ceiling,
    find_in_labels,
    find_in_scores,
    find_shared_sentences,
)
from core.domain.generators import run_to_end
from core.metrics.report import Counts


def epoch(number, sentences=100, **counts):
    return EpochCounts(number, {label: Counts(*row) for label, row in counts.items()}, sentences)


def findings_of(*epochs):
    return [(found.epoch, found.label, found.metric, found.words) for found in find_in_scores(epochs)]


def test_the_reference_case_is_told():
    """Precision fell from 0.55 to 0.17 with recall unchanged: padding was scored as text."""
    first, second = epoch(1, PS=(550, 1000, 700)), epoch(2, PS=(550, 3235, 700))
    assert findings_of(first, second) == [
        (
            2,
            None,
            "precision",
            "Precision fell from 0.550 to 0.170 in epoch 2, with 3,235 predicted spans after 1,000.",
        ),
        (2, None, "precision", "Epoch 2 predicts 32.4 spans per sentence; the gold has 7.0."),
    ]


def test_a_type_is_named_where_the_whole_did_not_fall():
    first = epoch(1, PS=(900, 1000, 1000), TI=(40, 50, 50))
    second = epoch(2, PS=(950, 1000, 1000), TI=(20, 40, 50))
    assert findings_of(first, second) == [
        (
            2,
            "TI",
            "precision",
            "Precision of TI fell from 0.800 to 0.500 in epoch 2, with 40 predicted spans after 50.",
        ),
        (2, "TI", "recall", "Recall of TI fell from 0.800 to 0.400 in epoch 2."),
    ]


@pytest.mark.parametrize(
    "after",
    [
        epoch(2, PS=(780, 1000, 1000)),  # too little
        epoch(2, sentences=50, PS=(300, 1000, 1000)),  # on other sentences
        epoch(2, LC=(0, 1000, 1000)),  # another type
    ],
)
def test_what_is_no_fall(after):
    before = epoch(1, PS=(900, 1000, 1000))
    assert [row for row in findings_of(before, after) if row[1] is not None] == []


def test_few_spans_tell_nothing():
    assert findings_of(epoch(1, PS=(10, 10, 10)), epoch(2, PS=(1, 10, 10))) == []


def test_a_type_that_was_never_seen():
    [found] = find_in_labels(["PS"], epoch(3, PS=(5, 5, 5), EV=(0, 0, 7), QT=(0, 3, 0)))
    assert (found.label, found.metric, found.epoch) == ("EV", "support", 3)
    assert found.words == "EV: 7 gold spans, but none in training."


@pytest.mark.parametrize(
    ("ceiling", "f1", "is_told"),
    [(0.93, 0.80, True), (0.93, 0.60, False), (0.9997, 0.85, False), (None, 0.5, False), (0.9, 1.0, False)],
)
def test_a_ceiling_is_told_where_it_is_much_of_what_lacks(ceiling, f1, is_told):
    assert bool(find_in_ceiling(ceiling, f1, "subword")) is is_told


def test_sentences_of_both_splits():
    [found] = run_to_end(find_shared_sentences(["가", "나"], [(3, "다"), (4, "나"), (5, "나")], "dev"))
    assert found.sentences == {4, 5}
    assert found.words == "2 dev sentences also appear in train, so their scores are inflated."
    assert run_to_end(find_shared_sentences(["가"], [(3, "다")], "dev")) == []


def test_sentences_of_both_splits_may_differ_in_normal_form_and_outer_white_space():
    [found] = run_to_end(find_shared_sentences(["가게"], [(3, " \u1100\u1161\u1100\u1166\n"), (4, "가 게")], "dev"))
    assert found.sentences == {3}


def test_an_epoch_that_predicts_nothing_is_told_where_it_is_the_last():
    silent, loud = epoch(1, PS=(0, 0, 100)), epoch(2, PS=(80, 90, 100))
    assert find_in_scores([loud, silent])[-1].words == "Epoch 1 predicts no entities."
    assert [found for found in find_in_scores([silent, loud]) if "no entity" in found.words] == []
