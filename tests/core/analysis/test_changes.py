"""What became of every error between two taggers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.analysis.changes import FATES, ErrorKey, classify_history, compare_epochs
from core.domain.generators import run_to_end
from core.domain.spans import Example, PredictedSpan, Span
from core.metrics.comparison import compare_spans
from core.metrics.report import build_report, count_spans

GOLD = (Span(0, 3, "PS"), Span(5, 9, "OG"))


def predicted(*spans):
    return tuple(PredictedSpan(span, 0.9) for span in spans)


def pair(number, gold, before, after):
    sides = (Example(number, "dev", f"s-{number}", "이순신과 한국은행 오늘", gold, side) for side in (before, after))
    return tuple(sides)


def changes_of(before, after, gold=GOLD):
    return run_to_end(compare_epochs([pair(7, gold, predicted(*before), predicted(*after))]))


@pytest.mark.parametrize(
    ("before", "after", "fates"),
    [
        ([], GOLD, {("fixed", "PS", "missed"), ("fixed", "OG", "missed")}),
        (GOLD, [GOLD[0]], {("broken", "OG", "missed")}),
        ([GOLD[0]], [GOLD[0], Span(5, 8, "OG")], {("kept", "OG", "edge")}),
        ([*GOLD, Span(10, 11, "DT")], GOLD, {("fixed", "DT", "spurious")}),
        (GOLD, [*GOLD, Span(10, 11, "DT")], {("broken", "DT", "spurious")}),
        ([*GOLD, Span(10, 11, "DT")], [*GOLD, Span(10, 11, "DT")], {("kept", "DT", "spurious")}),
        ([Span(10, 11, "DT")], [Span(10, 12, "DT")], {("fixed", "DT", "spurious"), ("broken", "DT", "spurious")}),
        (GOLD, GOLD, set()),
    ],
)  # fmt: skip
def test_every_error_is_fixed_broken_or_kept(before, after, fates):
    errors = changes_of(before, after, GOLD if GOLD[0] in {*before, *after} else ()).errors
    assert errors == {ErrorKey(*key): [7] for key in fates}


def test_errors_are_asked_for_by_type_and_kind():
    pairs = [pair(1, GOLD, (), predicted(*GOLD)), pair(2, GOLD, predicted(*GOLD), predicted(GOLD[0]))]
    changes = run_to_end(compare_epochs(pairs))
    assert changes.errors_of("fixed") == [1, 1]
    assert changes.errors_of("fixed", label="PS") == [1]
    assert changes.errors_of("broken", outcome="missed") == [2]
    assert changes.errors_of("broken", outcome="edge") == []


places = st.sampled_from([(0, 2), (1, 3), (3, 5), (5, 6), (7, 9)])
spans = st.lists(st.builds(lambda place, label: Span(*place, label), places, st.sampled_from(["PS", "OG"])))


@given(st.lists(st.tuples(spans, spans, spans), min_size=1, max_size=5))
def test_fates_and_scores_add_up_to_the_reports(rows):
    def apart(found):
        kept = []
        for span in found:
            if not any(span.overlaps(other) for other in kept):
                kept.append(span)
        return tuple(sorted(kept))

    rows = [tuple(map(apart, row)) for row in rows]
    pairs = [pair(n, gold, predicted(*before), predicted(*after)) for n, (gold, before, after) in enumerate(rows)]
    changes = run_to_end(compare_epochs(pairs))
    sides = [[c for gold, *both in rows for c in compare_spans(gold, predicted(*both[side]))] for side in (0, 1)]
    wrong = [sum(c.is_error for c in side) for side in sides]
    fates = {fate: len(changes.errors_of(fate)) for fate in FATES}
    assert fates["fixed"] + fates["kept"] == wrong[0]
    assert fates["broken"] + fates["kept"] == wrong[1]
    for side, name in enumerate(("before", "after")):
        matches = [c.match for c in sides[side]]
        report = build_report(count_spans({match: matches.count(match) for match in matches}))
        if changes.scores:
            assert {label: getattr(changes.scores[label], name) for label in report.rows()} == report.rows()


def test_nothing_in_common_has_no_scores():
    changes = run_to_end(compare_epochs([]))
    assert (changes.sentences, changes.scores, changes.errors) == (0, {}, {})


def test_what_scripts_read():
    json = changes_of([], GOLD).as_json()
    assert json["sentences"] == 1
    assert json["scores"]["PS"]["f1"] == {"before": 0.0, "after": 1.0, "change": 1.0, "interval": [1.0, 1.0]}
    assert json["errors"] == [
        {"fate": "fixed", "label": "OG", "outcome": "missed", "count": 1},
        {"fate": "fixed", "label": "PS", "outcome": "missed", "count": 1},
    ]


@pytest.mark.parametrize(
    ("outcomes", "history"),
    [
        ("", None),
        ("1", "right"),
        ("0", "never"),
        ("111", "right"),
        ("011", "learned"),
        ("101", "learned"),
        ("110", "forgotten"),
        ("010", "forgotten"),
        ("000", "never"),
    ],
)
def test_the_history_depends_on_the_last_epoch_and_those_before(outcomes, history):
    assert classify_history([outcome == "1" for outcome in outcomes]) == history
