"""How probabilities stand against what is right, held against a count span by span."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.analysis.calibration import (
    EDGES,
    calibrate,
    expected_calibration_error,
    find_bin,
    name_bins,
    overconfidence,
)
from core.domain.generators import run_to_end
from core.domain.spans import Example, PredictedSpan, Span
from core.metrics.comparison import compare_spans
from core.store.predictions import EpochKey
from tests.building import predicted, project_with_run

GOLD = (Span(0, 2, "PS"), Span(4, 6, "LC"))

spans_found = st.dictionaries(
    st.builds(Span, st.sampled_from([0, 4, 8]), st.sampled_from([9, 10]), st.sampled_from(["PS", "LC"]))
    | st.sampled_from(GOLD),
    st.floats(0, 1) | st.sampled_from(EDGES),
    max_size=4,
)


def judgeable(number, gold, predicted):
    return Example(number, "dev", f"s-{number}", "서울은 부산보다 크다", gold, predicted)


def of(*sentences):
    return run_to_end(calibrate(sentences))


@given(st.lists(spans_found, max_size=6), st.sampled_from([None, "PS", "LC"]))
def test_every_span_is_in_its_bin_once_and_the_error_is_that_of_a_count_by_hand(found, label):
    sentences = [
        judgeable(number, GOLD, tuple(PredictedSpan(*pair) for pair in spans.items()))
        for number, spans in enumerate(found)
    ]
    calibration = of(*sentences)
    bins = calibration.bins(label)
    listed = [
        (sentence.number, span.probability, span.span in GOLD)
        for sentence in sentences
        for span in sentence.predicted
        if label in (None, span.span.label)
    ]
    gaps = 0.0
    for place, (low, high) in enumerate(pairwise(EDGES)):
        inside = [row for row in listed if low <= row[1] < high or (high == 1 and row[1] == 1)]
        right = [row for row in inside if row[2]]
        assert (bins[place].right, bins[place].wrong) == (len(right), len(inside) - len(right))
        assert sorted(calibration.sentences_of(place, is_right=True, label=label)) == sorted(row[0] for row in right)
        gaps += abs(len(right) - sum(row[1] for row in inside))
    assert sum(found.spans for found in bins) == len(listed)
    assert expected_calibration_error(bins) == pytest.approx(gaps / max(len(listed), 1))
    excess = sum(row[1] for row in listed) - sum(row[2] for row in listed)
    assert overconfidence(bins) == pytest.approx(excess / max(len(listed), 1))


def test_probabilities_that_say_what_is_right_have_no_error():
    sure = [judgeable(n, GOLD[:1], predicted((0, 2, "PS", 0.75))) for n in range(3)]
    bins = of(*sure, judgeable(3, (), predicted((0, 2, "PS", 0.75)))).bins()
    assert expected_calibration_error(bins) == overconfidence(bins) == 0.0


def test_over_and_under_confidence_are_distinguished():
    wrong, right = judgeable(1, (), predicted((0, 2, "PS", 0.9))), judgeable(1, GOLD, predicted((0, 2, "PS", 0.6)))
    assert overconfidence(of(wrong).bins()) == pytest.approx(0.9)
    assert overconfidence(of(right).bins()) == pytest.approx(-0.4)
    assert expected_calibration_error(of(wrong, right).bins()) == pytest.approx(0.65)


@pytest.mark.parametrize(("probability", "place"), [(0, 0), (0.1, 1), (0.899999, 8), (0.99, 12), (1, 12)])
def test_a_bin_begins_with_its_edge(probability, place):
    assert find_bin(probability) == place


def test_nothing_predicted():
    calibration = of(judgeable(1, GOLD, ()))
    assert (calibration.sentences, calibration.labels) == (1, ())
    assert expected_calibration_error(calibration.bins()) == overconfidence(calibration.bins()) == 0.0
    assert run_to_end(calibrate([])).sentences == 0


def test_bins_have_names():
    assert name_bins()[:2] == ["0–.1", ".1–.2"]
    assert name_bins()[-2:] == [".98–.99", ".99–1"]


@pytest.mark.parametrize("gold", ["corrected", "imported"])
def test_bins_agree_with_the_stored_comparisons(tmp_path, gold):
    with project_with_run(tmp_path / "p.spandesk") as project:
        number = project.sentences.by_id("news-4").number
        project.corrections.correct(number, [Span(0, 4, "LC")])
        calibration = run_to_end(calibrate(project.predictions.examples(EpochKey(1, 1), "dev", gold)))
        outcomes = [
            comparison.outcome
            for sentence in project.predictions.examples(EpochKey(1, 1), "dev", gold)
            for comparison in compare_spans(sentence.gold, sentence.predicted)
            if comparison.predicted is not None
        ]
        bins = calibration.bins()
        assert sum(found.right for found in bins) == outcomes.count("right") == {"corrected": 2, "imported": 2}[gold]
        assert sum(found.spans for found in bins) == len(outcomes) == 5
        [wrong] = calibration.sentences_of(find_bin(0.97), is_right=gold == "imported", label="LC")
        assert wrong == number
