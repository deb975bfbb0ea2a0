"""Agreement against published examples, scikit-learn, coincidence matrices and every way to match spans."""

from collections import Counter
from itertools import pairwise, permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from core.analysis import agreement, bootstrap
from core.analysis.agreement import (
    FIGURES,
    ReadSentence,
    count_overlapping_pairs,
    measure_agreement,
    measure_alpha,
)
from core.analysis.bootstrap import Interval
from core.domain.generators import run_to_end
from core.domain.spans import Span

KRIPPENDORFF = """
1 2 3 3 2 1 4 1 2 - - -
1 2 3 3 2 2 4 1 2 5 - 3
- 3 3 3 2 3 4 2 2 5 1 -
1 2 3 3 2 4 4 1 2 5 1 -
"""
"""What four observers say of twelve units: Krippendorff 2011, Computing Krippendorff's Alpha-Reliability, part C."""

COHEN = ((88, 14, 18), (10, 40, 10), (2, 6, 12))
"""Two judges of 200 patients: Cohen 1960, A Coefficient of Agreement for Nominal Scales, table 2."""


RESAMPLES = 200


@pytest.fixture(autouse=True, scope="module")
def _few_resamples():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bootstrap, "RESAMPLES", RESAMPLES)
        yield


def agree(*sentences):
    return run_to_end(measure_agreement(ReadSentence(*sentence) for sentence in sentences))


def alpha(*sentences):
    return run_to_end(measure_alpha(ReadSentence(*sentence) for sentence in sentences))


def spans(*written):
    """`PS 0–5` as ("PS", 0, 5)."""
    return tuple(Span(start, end, label) for label, start, end in written)


def characters(values):
    """A reader who gives every character, one label each; None: outside."""
    return tuple(Span(at, at + 1, value) for at, value in enumerate(values) if value is not None)


@st.composite
def readings(draw, length=12, labels=("PS", "LC")):
    """Spans of one reader that do not overlap, in any order."""
    edges = sorted(draw(st.sets(st.integers(0, length), max_size=8)))
    found = [Span(start, end, draw(st.sampled_from(labels))) for start, end in pairwise(edges) if draw(st.booleans())]
    return tuple(draw(st.permutations(found)))


corpora = st.lists(st.tuples(st.just(12), st.tuples(readings(), readings())), min_size=1, max_size=4)


def values_of(sentence):
    """The label of each character for each reader; "O" outside."""
    length, readers = sentence
    return [
        [next((span.label for span in reader if span.start <= at < span.end), "O") for at in range(length)]
        for reader in readers
    ]


def alpha_by_coincidences(units):
    """Krippendorff's alpha as he defines it: from the matrix of coincidences of the values within units."""
    coincidences = Counter()
    for values in units:
        for one, other in permutations(values, 2):
            coincidences[one, other] += 1 / (len(values) - 1)
    totals = Counter()
    for (one, _), number in coincidences.items():
        totals[one] += number
    number = sum(totals.values())
    observed = sum(n for (one, other), n in coincidences.items() if one != other)
    expected = sum(totals[one] * totals[other] for one in totals for other in totals if one != other) / (number - 1)
    return 1 - observed / expected if expected else None


def test_krippendorffs_own_example():
    rows = [row.split() for row in KRIPPENDORFF.strip().split("\n")]
    units = [
        (1, [None if value == "-" else spans((value, 0, 1)) for value in unit]) for unit in zip(*rows, strict=True)
    ]
    found = alpha(*units)
    assert found.value == pytest.approx(0.743, abs=5e-4)
    assert found.interval.low < found.value < found.interval.high


def test_cohens_own_example():
    pairs = [(one, other) for one, row in enumerate(COHEN) for other, n in enumerate(row) for _ in range(n)]
    first, second = zip(*((spans((f"{a}", 0, 1)), spans((f"{b}", 0, 1))) for a, b in pairs), strict=True)
    found = agree(*((1, readers) for readers in zip(first, second, strict=True)))
    assert found.kappa.value == pytest.approx(0.492, abs=5e-4)
    assert (found.sentences, found.characters, found.spans) == (200, 200, (200, 200))


@given(corpora)
def test_kappa_and_alpha_are_those_of_the_references(corpus):
    first, second = ([value for sentence in corpus for value in values_of(sentence)[reader]] for reader in (0, 1))
    found, expected = agree(*corpus), alpha_by_coincidences(zip(first, second, strict=True))
    if expected is None:
        assert (found.kappa.value, found.alpha.value) == (None, None)
    else:
        assert found.kappa.value == pytest.approx(cohen_kappa_score(first, second))
        assert found.alpha.value == pytest.approx(expected)
    assert alpha(*corpus).value == found.alpha.value


@given(
    st.lists(st.tuples(st.just(12), st.lists(st.none() | readings(), min_size=2, max_size=4)), min_size=1, max_size=4)
)
def test_alpha_of_several_readers_is_that_of_coincidences(corpus):
    judged = [(length, [reader for reader in readers if reader is not None]) for length, readers in corpus]
    units = [unit for sentence in judged if len(sentence[1]) > 1 for unit in zip(*values_of(sentence), strict=True)]
    assert alpha(*corpus).value == pytest.approx(alpha_by_coincidences(units))


def most_pairs(first, second):
    """By trying every order of the longer side."""
    fewer, more = sorted((first, second), key=len)
    return max(
        sum(one.label == other.label and one.overlaps(other) for one, other in zip(fewer, order, strict=False))
        for order in permutations(more, len(fewer))
    )


anything = st.lists(
    st.builds(lambda s, n, label: Span(s, s + n, label), st.integers(0, 9), st.integers(1, 6), st.sampled_from("AB")),
    max_size=5,
)


@given(anything, anything)
def test_no_matching_has_more_pairs(first, second):
    assert count_overlapping_pairs(first, second) == most_pairs(first, second) == count_overlapping_pairs(second, first)


@given(corpora)
def test_exchanging_the_readers_changes_nothing(corpus):
    found, other = agree(*corpus), agree(*((length, (b, a)) for length, (a, b) in corpus))
    assert all(same(other.figures[name], found.figures[name]) for name in FIGURES)
    assert other.spans == found.spans[::-1]


def same(one, other):
    """Whether two figures are equal but for rounding."""
    if one.value is None:
        return other == one
    return np.allclose([one.value, *one.interval], [other.value, *other.interval]) and one.undefined == other.undefined


WHOLE, PARTS = spans(("PS", 0, 5)), spans(("PS", 0, 2), ("PS", 3, 5))

PAIRS = {
    "one long span is a hit once": (WHOLE, PARTS, {"exact_f1": 0, "overlap_f1": 2 / 3, "label_f1": None}),
    "in any order of spans": (PARTS[::-1], WHOLE, {"exact_f1": 0, "overlap_f1": 2 / 3, "label_f1": None}),
    "the whole sentence": (spans(("PS", 0, 20)), characters(["PS", None] * 10), {"overlap_f1": 2 / 11}),
    "a chain": (
        spans(("PS", 0, 3), ("PS", 4, 8)),
        spans(("PS", 2, 5), ("PS", 6, 9)),
        {"exact_f1": 0, "overlap_f1": 1},
    ),
    "another label": (spans(("PS", 0, 2)), spans(("LC", 0, 2)), {"exact_f1": 0, "overlap_f1": 0, "label_f1": 0}),
    "labels where edges are equal": (
        spans(("PS", 0, 2), ("LC", 4, 6), ("OG", 8, 9)),
        spans(("PS", 0, 2), ("OG", 4, 6), ("OG", 8, 10)),
        {"exact_f1": 1 / 3, "overlap_f1": 2 / 3, "label_f1": 1 / 2},
    ),
    "all alike": (PARTS, PARTS, dict.fromkeys(FIGURES, 1)),
    "one marks nothing": (PARTS, (), {"exact_f1": 0, "overlap_f1": 0, "label_f1": None, "kappa": 0}),
}


@pytest.mark.parametrize(("first", "second", "expected"), PAIRS.values(), ids=PAIRS)
def test_pairs_of_readings(first, second, expected):
    found = agree((20, (first, second)))
    assert {name: found.figures[name].value for name in expected} == pytest.approx(expected)


def test_readers_who_agree_on_nothing_do_not_agree_better_than_chance():
    found = agree(*[(4, (spans(("PS", 0, 2)), spans(("LC", 2, 4))))] * 20)
    assert found.kappa.value <= 0
    assert found.alpha.value <= 0


NOTHING = (20, ((), ()))


def test_nothing_marked_is_not_defined_rather_than_no_agreement():
    found = agree(*[NOTHING] * 20)
    assert {figure.value for figure in found.figures.values()} == {None}
    assert {figure.interval for figure in found.figures.values()} == {None}
    assert {name: figure.note for name, figure in found.figures.items()} == {
        "exact_f1": "not defined: no spans",
        "overlap_f1": "not defined: no spans",
        "label_f1": "not defined: no two spans have the same edges",
        "kappa": "not defined: only O occurs",
        "alpha": "not defined: only O occurs",
    }
    assert found.as_json()["kappa"] is None
    assert found.as_json()["notes"]["kappa"] == "not defined: only O occurs"


def test_one_label_everywhere_is_not_defined_either():
    whole = spans(("PS", 0, 5))
    assert agree((5, (whole, whole))).kappa.note == "not defined: only PS occurs"


def test_resamples_without_a_span_are_left_out_and_counted():
    found = agree((20, (PARTS, PARTS)), *[NOTHING] * 199)
    for figure in found.figures.values():
        assert (figure.value, figure.interval) == (1.0, Interval(1.0, 1.0))
        assert 0.3 < figure.undefined / RESAMPLES < 0.43  # (1 - 1/200)^200 = 0.367


def test_the_interval_is_that_of_resampled_sentences():
    random = np.random.default_rng(3)
    pool = [spans(("PS", 0, 2)), spans(("PS", 0, 3)), spans(("LC", 0, 2), ("PS", 5, 7)), ()]
    corpus = [(10, (pool[random.integers(4)], pool[random.integers(4)])) for _ in range(60)]
    counts = np.array([[len(set(a) & set(b)), len(a) + len(b)] for _, (a, b) in corpus])
    draws = [counts[random.integers(0, 60, 60)].sum(axis=0) for _ in range(2000)]
    expected = np.quantile([2 * right / spans for right, spans in draws], [0.025, 0.975])
    assert agree(*corpus).exact_f1.interval == pytest.approx(tuple(expected), abs=0.04)


def test_what_one_reader_has_not_judged_does_not_count():
    found = agree((20, (WHOLE, WHOLE)), (20, (WHOLE, None)), (20, (None, ())))
    assert (found.sentences, found.skipped, found.exact_f1.value) == (1, 2, 1)


def test_nobody_judged_anything():
    found = agree((20, (WHOLE, None)))
    assert (found.sentences, found.exact_f1.note) == (0, "not defined: no spans")
    assert found.kappa.note == "not defined: no sentence was judged by two readers"
    assert alpha((5, [WHOLE, None, None])).note == "not defined: no sentence was judged by two readers"


def test_progress_counts_sentences(monkeypatch):
    monkeypatch.setattr(agreement, "_AT_ONCE", 2)
    steps = []
    run_to_end(measure_agreement(ReadSentence(*NOTHING) for _ in range(5)), steps.append)
    assert steps[:3] == [2, 4, 5]
    assert set(steps[3:]) == {5}
