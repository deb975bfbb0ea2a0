"""What the store counts and finds of predictions, held against the comparisons computed afresh."""

from collections import Counter
from dataclasses import replace

import pytest

from core.domain.spans import Span
from core.metrics.comparison import OUTCOMES, compare_spans
from core.metrics.confusion import build_confusion, count_error_kinds
from core.metrics.report import count_spans
from core.store import predictions
from core.store.predictions import EpochKey
from core.store.sentence_selection import behind_outcome, behind_pair
from core.store.sentences import GOLDS
from tests.building import FIRST_EPOCH, SECOND_EPOCH, add_run, project_with_run

FIRST, SECOND = EpochKey(1, 1), EpochKey(1, 2)


@pytest.fixture
def project(tmp_path):
    """Two epochs with every kind of error, a correction, and a second run on two of the sentences."""
    with project_with_run(tmp_path / "p.spandesk") as project:
        project.corrections.correct(project.sentences.by_id("talk-1").number, [Span(0, 2, "LC"), Span(6, 8, "TI")])
        add_run(project, {name: SECOND_EPOCH[name] for name in ("news-3", "talk-2")})
        yield project


def comparisons(project, key, gold):
    """All comparisons of the dev sentences, by sentence, without SQL."""
    found = {}
    for stored in project.sentences.each("dev"):
        predicted = project.predictions.of(key, [stored.number])[stored.number]
        found[stored.number] = compare_spans(stored.with_gold(gold).spans, predicted)
    return found


@pytest.mark.parametrize("gold", GOLDS)
@pytest.mark.parametrize("key", [FIRST, SECOND])
def test_matches_are_those_of_the_comparisons(project, key, gold):
    expected = Counter(c.match for found in comparisons(project, key, gold).values() for c in found)
    assert project.predictions.matches(key, "dev", gold) == expected
    assert project.predictions.counts(key, "dev", gold) == count_spans(expected)


def test_matches_can_keep_to_sentences_that_another_epoch_predicted(project):
    both = {project.sentences.by_id(name).number for name in ("news-3", "talk-2")}
    found = comparisons(project, FIRST, "corrected")
    expected = Counter(c.match for number in both for c in found[number])
    assert project.predictions.matches(FIRST, "dev", "corrected", EpochKey(2, 1)) == expected


@pytest.mark.parametrize("gold", GOLDS)
@pytest.mark.parametrize("key", [FIRST, SECOND])
def test_every_number_of_both_tables_names_its_sentences(project, key, gold):
    matches = project.predictions.matches(key, "dev", gold)
    kinds, table = count_error_kinds(matches), build_confusion(matches)
    found = comparisons(project, key, gold)

    def holds(selection, number, fits):
        with_such = [sentence for sentence, those in found.items() if any(fits(c.match) for c in those)]
        assert sum(fits(c.match) for those in found.values() for c in those) == number
        assert project.selections.numbers(selection, key, gold) == with_such

    for label, kind in kinds.items():
        for outcome in OUTCOMES:
            holds(
                behind_outcome(outcome, label, "dev"),
                getattr(kind, outcome),
                lambda v, of=(outcome, label): (v.outcome, v.gold_label or v.predicted_label) == of,
            )
    for gold_label in (*table.labels, None):
        for predicted_label in (*table.labels, None)[: len(table.labels) if gold_label is None else None]:
            pair = (gold_label, predicted_label)
            holds(behind_pair(*pair, "dev"), table.count(*pair), lambda v, pair=pair: v[1:] == pair)


@pytest.mark.parametrize("gold", GOLDS)
def test_scored_sentences_are_those_with_a_prediction(project, gold):
    expected = [
        replace(stored.example, gold=stored.with_gold(gold).spans, predicted=FIRST_EPOCH[stored.id])
        for stored in project.sentences.each("dev")
    ]
    assert list(project.predictions.examples(FIRST, "dev", gold)) == expected
    assert len(list(project.predictions.examples(EpochKey(2, 1), "dev", gold))) == 2
    assert list(project.predictions.examples(FIRST, "test", gold)) == []


def test_scored_sentences_are_read_in_slices(project, monkeypatch):
    whole = list(project.predictions.examples(FIRST, "dev", "corrected"))
    monkeypatch.setattr(predictions, "SLICE", 10)
    assert list(project.predictions.examples(FIRST, "dev", "corrected")) == whole


def test_sentences_that_two_epochs_predicted_come_with_both(tmp_path, monkeypatch):
    monkeypatch.setattr("core.store.predictions.SLICE", 10)
    with project_with_run(tmp_path / "p.spandesk") as project:
        first, second = EpochKey(1, 1), EpochKey(1, 2)
        project.predictions.save(first, {project.sentences.by_id("news-5").number: ()})
        pairs = list(project.predictions.pairs(first, second, "dev", "corrected"))
        ids = [before.id for before, _ in pairs]
        assert ids == ["news-3", "news-4", "talk-1", "talk-2"]
        assert [(before.predicted, after.predicted) for before, after in pairs] == [
            (FIRST_EPOCH[name], SECOND_EPOCH[name]) for name in ids
        ]
        assert pairs[0][0].gold == pairs[0][1].gold == (Span(0, 2, "PS"), Span(4, 9, "DT"))
        assert list(project.predictions.pairs(first, second, "test", "corrected")) == []


def test_the_gold_of_paired_sentences_is_the_one_asked_for(tmp_path):
    with project_with_run(tmp_path / "p.spandesk") as project:
        number = project.sentences.by_id("news-3").number
        project.corrections.correct(number, [Span(0, 2, "PS")])
        golds = {
            gold: next(iter(project.predictions.pairs(EpochKey(1, 1), EpochKey(1, 2), "dev", gold)))[1].gold
            for gold in GOLDS
        }
        assert golds == {"corrected": (Span(0, 2, "PS"),), "imported": (Span(0, 2, "PS"), Span(4, 9, "DT"))}
