"""What verdicts on a sample say of all, on populations of which the truth is known."""

import numpy as np
import pytest

from core.analysis import verdicts
from core.analysis.verdicts import (
    BLAMES,
    JudgedError,
    Population,
    SpanPair,
    estimate_errors,
    judge_errors,
    pair_of,
    sample_length,
)
from core.domain.spans import PredictedSpan, Span
from core.metrics.comparison import compare_spans
from core.metrics.report import Counts, score_counts

GOLD, PREDICTED = Span(0, 2, "PS"), Span(0, 3, "PS")
PAIRS = (SpanPair(GOLD, PREDICTED), SpanPair(GOLD, None), SpanPair(None, PREDICTED))
RIGHT = 4_000


def judged_population(sentences, share, *, alike, seed=0):
    """Sentences of one to some disagreements; `alike`: those of a sentence share much of their chance."""
    random = np.random.default_rng(seed)
    found = []
    for _ in range(sentences):
        chance = random.beta(3 * share, 3 * (1 - share)) if alike else share
        chances = [0.9 * (1 - chance), chance, 0.1 * (1 - chance)]
        pairs = random.choice(3, size=1 + random.poisson(0.7), p=[0.5, 0.3, 0.2])
        found.append([JudgedError(PAIRS[pair], BLAMES[random.choice(3, p=chances)]) for pair in pairs])
    return found


def counted(population):
    every = [one for sentence in population for one in sentence]
    predicted = sum(one.pair.predicted is not None for one in every)
    gold = sum(one.pair.gold is not None for one in every)
    return Population(Counts(RIGHT, RIGHT + predicted, RIGHT + gold), len(population), len(every))


def truth(population):
    """The share of gold errors, and the F1 on the mended gold without what is ambiguous, span by span."""
    every = [one for sentence in population for one in sentence]
    right, predicted, gold = RIGHT, RIGHT, RIGHT
    for pair, blame in every:
        if blame == "model":
            predicted, gold = predicted + (pair.predicted is not None), gold + (pair.gold is not None)
        elif blame == "gold" and pair.predicted is not None:
            right, predicted, gold = right + 1, predicted + 1, gold + 1
    return sum(one.blame == "gold" for one in every) / len(every), score_counts(Counts(right, predicted, gold)).f1


def test_a_sample_of_all_is_the_truth():
    population = judged_population(200, 0.2, alike=True)
    found, (share, f1) = estimate_errors(population, counted(population)), truth(population)
    assert found.share.value == pytest.approx(share)
    assert found.share.interval == pytest.approx((share, share))
    assert found.gold_errors.value == pytest.approx(found.verdicts["gold"])
    assert (found.f1.value, *found.f1.interval) == pytest.approx((f1, f1, f1))
    assert found.f1_imported == pytest.approx(score_counts(counted(population).counts).f1)


@pytest.mark.parametrize(
    ("size", "share", "alike"), [(40, 0.15, False), (60, 0.2, True), (120, 0.05, False), (200, 0.4, True)]
)
def test_the_intervals_contain_the_truth_in_about_95_of_100_cases(monkeypatch, size, share, alike):
    monkeypatch.setattr(verdicts, "RESAMPLES", 200)
    population = judged_population(1_000, share, alike=alike)
    whole, true, random = counted(population), truth(population), np.random.default_rng(1)
    held = np.zeros(2)
    for seed in range(200):
        sample = [population[at] for at in random.choice(len(population), size, replace=False)]
        found = estimate_errors(sample, whole, seed=seed)
        held += [low <= value <= high for value, (low, high) in zip(true, (found.share[1], found.f1[1]), strict=True)]
    assert (held >= 0.90 * 200).all(), held


def test_estimates_are_right_on_average():
    population = judged_population(600, 0.25, alike=True)
    whole, true, random = counted(population), truth(population), np.random.default_rng(2)
    values = []
    for _ in range(300):
        sample = [population[at] for at in random.choice(len(population), 80, replace=False)]
        every = [one for sentence in sample for one in sentence]
        values.append((sum(one.blame == "gold" for one in every) / len(every), verdicts._adjusted_f1(sample, whole)))
    assert np.mean(values, axis=0) == pytest.approx(true, abs=0.006)


def test_a_sample_without_gold_errors_does_not_prove_that_there_are_none():
    sample = [[JudgedError(PAIRS[0], "model")]] * 20
    found = estimate_errors(sample, Population(Counts(800, 1_000, 1_000), 200, 200))
    assert found.share.value == 0
    assert found.share.interval.low == pytest.approx(0, abs=1e-9)
    assert 0.1 < found.share.interval.high < 0.2
    assert found.f1.value == pytest.approx(0.8)
    assert found.f1.interval.low == pytest.approx(0.8)
    assert found.f1.interval.high > 0.81


def test_no_verdict_says_nothing():
    assert estimate_errors([], Population(Counts(), 0, 0)) is None


def test_verdicts_of_one_sentence_that_resemble_each_other_say_less():
    alike = [[JudgedError(PAIRS[0], blame)] * 4 for blame in ("gold", "model") * 10]
    apart = [[JudgedError(PAIRS[0], blame) for blame in ("gold", "model") * 2]] * 20
    widths = []
    for sample in (alike, apart):
        low, high = estimate_errors(sample, Population(Counts(5, 5_000, 5_000), 1_000, 4_000)).share.interval
        widths.append(high - low)
    assert widths[0] > 1.8 * widths[1]


def predicted(*spans):
    return [PredictedSpan(span, 0.5) for span in spans]


def test_the_verdicts_of_a_sentence():
    gold, said = (GOLD, Span(5, 7, "LC")), predicted(PREDICTED, Span(8, 9, "OG"))
    pairs = [pair_of(comparison) for comparison in compare_spans(gold, said)]
    assert judge_errors(gold, gold, said, dict.fromkeys(pairs[:2], "model")) is None, "one has no verdict"
    assert judge_errors(gold, gold, said, dict.fromkeys(pairs, "ambiguous")) == [
        JudgedError(pair, "ambiguous") for pair in pairs
    ]


def test_a_correction_without_a_verdict_counts_as_one():
    said = predicted(PREDICTED)
    assert judge_errors((GOLD,), (PREDICTED,), said, {}) == [JudgedError(PAIRS[0], "gold")]
    assert judge_errors((GOLD,), (Span(1, 3, "LC"),), said, {}) == [JudgedError(PAIRS[0], "model")]
    assert judge_errors((GOLD,), (), [], {}) == [JudgedError(PAIRS[1], "gold")]
    assert judge_errors((GOLD,), (PREDICTED,), said, {PAIRS[0]: "ambiguous"}) == [JudgedError(PAIRS[0], "ambiguous")]
    assert judge_errors((GOLD,), (GOLD,), predicted(GOLD), {}) == []


@pytest.mark.parametrize(
    ("are_judged", "length"),
    [([], 0), ([False, False], 0), ([True], 1), ([True] * 9 + [False], 10), ([True] * 4 + [False] + [True] * 4, 4)],
)
def test_the_sample_ends_where_a_tenth_was_skipped(are_judged, length):
    assert sample_length(are_judged) == length
    assert sample_length([*are_judged, *[False] * 90]) <= max(length, 11)
