"""Which sentences a selection finds, held against the comparison computed afresh."""

import unicodedata

import pytest

from core.analysis.changes import SENTENCE_HISTORIES, classify_history
from core.domain.spans import Sentence, Span
from core.metrics.comparison import OUTCOMES, compare_spans
from core.store.predictions import EpochKey
from core.store.sentence_selection import ALL_ERRORS, ERROR_KINDS, FixedSet, Selection
from core.store.sentences import GOLDS
from tests.building import FIRST_EPOCH, add_sentences, project_with_run

KEY = EpochKey(1, 1)


@pytest.fixture
def project(tmp_path):
    with project_with_run(tmp_path / "p.spandesk") as project:
        yield project


def ids(project, selection, key=KEY, gold="corrected"):
    return [stored.id for stored in project.sentences.by_number(project.selections.numbers(selection, key, gold))]


def ids_with(project, condition, gold="corrected"):
    """The dev sentences one of whose comparisons meets a condition, without SQL."""
    found = []
    for stored in project.sentences.each("dev"):
        predicted = project.predictions.of(KEY, [stored.number])[stored.number]
        if any(condition(c) for c in compare_spans(stored.with_gold(gold).spans, predicted)):
            found.append(stored.id)
    return found


def test_a_split_as_imported(project):
    assert ids(project, Selection("train")) == ["news-1", "news-2"]
    assert ids(project, Selection("dev"), None) == ["news-3", "news-4", "talk-1", "talk-2"]


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_every_outcome(project, outcome):
    assert ids(project, Selection(outcomes=(outcome,))) == ids_with(project, lambda c: c.outcome == outcome)


@pytest.mark.parametrize("kind", ERROR_KINDS)
def test_every_kind_of_error(project, kind):
    assert ids(project, Selection(outcomes=ERROR_KINDS[kind])) == ids_with(
        project, lambda c: c.outcome in ERROR_KINDS[kind]
    )


@pytest.mark.parametrize("label", ["PS", "LC", "OG", "DT", "TI"])
def test_the_sentences_behind_precision_recall_and_support(project, label):
    def predicted(c):
        return c.predicted is not None and c.predicted.span.label == label

    def gold(c):
        return c.gold is not None and c.gold.label == label

    assert ids(project, Selection(outcomes=ALL_ERRORS, predicted_label=label)) == ids_with(
        project, lambda c: c.is_error and predicted(c)
    )
    assert ids(project, Selection(outcomes=ALL_ERRORS, gold_label=label)) == ids_with(
        project, lambda c: c.is_error and gold(c)
    )
    assert ids(project, Selection(gold_label=label)) == ids_with(project, gold)
    assert ids(project, Selection(outcomes=ALL_ERRORS, label=label)) == ids_with(
        project, lambda c: c.is_error and (gold(c) or predicted(c))
    )


def test_text_and_id(project):
    assert ids(project, Selection(text="부산")) == ["news-4"]
    assert ids(project, Selection(text="talk")) == ["talk-1", "talk-2"]
    assert ids(project, Selection(text="TALK-1")) == ["talk-1"]
    assert ids(project, Selection(text="%")) == ids(project, Selection(text="_")) == []
    assert ids(project, Selection(sentence_id="talk-1")) == ["talk-1"]
    assert ids(project, Selection(sentence_id="talk")) == []


def test_text_is_found_whatever_its_normal_form(project):
    decomposed = unicodedata.normalize("NFD", "광주에서")
    add_sentences(project, [("dev", Sentence("nfd-1", decomposed))])
    for form in ("NFC", "NFD"):
        assert ids(project, Selection(text=unicodedata.normalize(form, "광주"))) == ["nfd-1"]


@pytest.mark.parametrize("label", ["DT", "LC", "OG", "PS"])
def test_a_label_alone_is_one_of_the_gold_with_and_without_a_run(project, label):
    gold = [each.id for each in project.sentences.each("dev") if any(span.label == label for span in each.gold)]
    assert ids(project, Selection(label=label), None) == ids(project, Selection(label=label)) == gold


def test_errors_without_a_run_are_none(project):
    assert ids(project, Selection(outcomes=ALL_ERRORS), None) == []


def test_each_gold_has_its_own_errors(project):
    stored = project.sentences.by_id("talk-2")
    project.corrections.correct(stored.number, [])
    assert "talk-2" not in ids(project, Selection(outcomes=ALL_ERRORS))
    assert "talk-2" in ids(project, Selection(outcomes=ALL_ERRORS), gold="imported")
    assert ids(project, Selection(corrected=True)) == ["talk-2"]
    project.corrections.correct(stored.number, [Span(0, 2, "DT")])
    assert ids(project, Selection(corrected=True)) == []


def test_only_sentences_that_an_analysis_found(project):
    numbers = [project.sentences.by_id(name).number for name in ("news-3", "talk-1", "news-1")]
    among = FixedSet("found", frozenset(numbers))
    assert ids(project, Selection(among=among), None) == ["news-3", "talk-1"]
    assert ids(project, Selection(among=among, outcomes=("spurious",))) == ["talk-1"]
    assert ids(project, Selection(among=FixedSet("none", frozenset())), None) == []


@pytest.mark.parametrize("gold", GOLDS)
@pytest.mark.parametrize("epoch", [1, 2, 3])
@pytest.mark.parametrize("history", SENTENCE_HISTORIES)
def test_every_history_is_that_of_the_epochs_so_far(project, history, epoch, gold):
    third = EpochKey(1, 3)
    numbers = {name: project.sentences.by_id(name).number for name in FIRST_EPOCH}
    del numbers["talk-1"]  # which the third epoch did not tag
    project.predictions.save(third, {numbers[name]: FIRST_EPOCH[name] for name in numbers})
    project.corrections.correct(numbers["talk-2"], [])  # right in the first epoch as corrected
    key = EpochKey(1, epoch)
    outcomes = project.predictions.epoch_outcomes(key, [s.number for s in project.sentences.each("dev")], gold)
    tagged = project.predictions.of(key, list(outcomes))
    expected = [n for n in outcomes if n in tagged and classify_history(outcomes[n]) == history]
    assert project.selections.numbers(Selection(history=history), key, gold) == sorted(expected)


def test_histories_tell_what_was_learned_and_forgotten(project):
    number = project.sentences.by_id("news-4").number
    project.predictions.save(EpochKey(1, 3), {number: FIRST_EPOCH["news-4"]})
    assert project.predictions.epoch_outcomes(EpochKey(1, 3), [number], "corrected") == {number: (False, True, False)}
    assert project.predictions.epoch_outcomes(EpochKey(1, 2), [number], "corrected") == {number: (False, True)}
    assert ids(project, Selection(history="learned"), EpochKey(1, 2)) == ["news-3", "news-4"]
    assert ids(project, Selection(history="never"), EpochKey(1, 2)) == ["talk-1", "talk-2"]
    assert ids(project, Selection(history="never"), None) == []
