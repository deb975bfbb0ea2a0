"""The interval of a change, against resampling sentence by sentence."""

import numpy as np
import pytest

from core.analysis import bootstrap
from core.analysis.bootstrap import Interval, bootstrap_differences, score_sums, wilson_interval
from core.domain.generators import run_to_end
from core.domain.labels import in_display_order
from core.metrics.report import Counts, build_report

LABELS = in_display_order({"DT", "OG", "PS"})


def random_tallies(sentences, seed=0):
    """Gold, and for each of two taggers as many right and some more predicted spans."""
    random = np.random.default_rng(seed)
    gold = random.integers(0, 3, (sentences, 1, len(LABELS), 1)).repeat(2, axis=1)
    right = np.minimum(gold, random.integers(0, 3, (sentences, 2, len(LABELS), 1)))
    return np.concatenate([right, right + random.integers(0, 2, right.shape), gold], axis=-1)


def test_scores_are_those_of_the_report():
    sums = random_tallies(20).sum(axis=0)
    for tagger in range(2):
        counts = {label: Counts(*map(int, row)) for label, row in zip(LABELS, sums[tagger], strict=True)}
        expected = [[row.precision, row.recall, row.f1] for row in build_report(counts).rows().values()]
        assert score_sums(sums[tagger].astype(float)) == pytest.approx(np.array(expected))


def test_a_label_that_occurs_nowhere_counts_in_no_average():
    sums = np.array([[[3.0, 4, 5], [0, 0, 0]]])
    _, _, micro, macro, weighted = score_sums(sums)[0]
    assert macro == pytest.approx(micro)
    assert weighted == pytest.approx(micro)


def test_the_interval_is_that_of_resampled_sentences():
    tallies = random_tallies(60)
    random = np.random.default_rng(7)
    changes = []
    for _ in range(4000):
        sums = tallies[random.integers(0, 60, 60)].sum(axis=0).astype(float)
        changes.append(score_sums(sums[1]) - score_sums(sums[0]))
    expected = np.stack(np.quantile(changes, [0.025, 0.975], axis=0), axis=-1)
    assert run_to_end(bootstrap_differences(tallies)) == pytest.approx(expected, abs=0.02)


def test_taggers_that_agree_have_no_change():
    tallies = random_tallies(30)
    tallies[:, 1] = tallies[:, 0]
    assert not run_to_end(bootstrap_differences(tallies)).any()


def test_the_same_seed_gives_the_same_interval_and_another_a_near_one(monkeypatch):
    tallies = random_tallies(50)
    first = run_to_end(bootstrap_differences(tallies))
    monkeypatch.setattr(bootstrap, "_AT_ONCE", 300)
    assert (run_to_end(bootstrap_differences(tallies)) == first).all()
    other = run_to_end(bootstrap_differences(tallies, seed=2))
    assert (other != first).any()
    assert other == pytest.approx(first, abs=0.03)


def test_no_sentence_cannot_be_resampled():
    with pytest.raises(ValueError, match="no sentence"):
        run_to_end(bootstrap_differences(random_tallies(0)))


@pytest.mark.parametrize(("interval", "sure"), [((0.01, 0.2), True), ((-0.2, -0.01), True), ((-0.1, 0.1), False)])
def test_a_change_is_significant_if_the_interval_excludes_zero(interval, sure):
    assert Interval(*interval).excludes_zero is sure


@pytest.mark.parametrize(
    ("found", "of", "bounds"),
    [(81, 263, (0.2553, 0.3662)), (15, 148, (0.0624, 0.1605)), (0, 20, (0.0, 0.1611)), (1, 29, (0.0061, 0.1718))],
)
def test_wilsons_interval_as_published(found, of, bounds):
    """Newcombe 1998, Two-Sided Confidence Intervals for the Single Proportion: Comparison of Seven Methods, table I."""
    assert wilson_interval(found / of, of) == pytest.approx(bounds, abs=1e-4)
