"""Scoring an epoch on sentences that it has not tagged yet, and what an interruption leaves."""

import itertools

import pytest

from core.domain.events import Predicting
from core.domain.settings import TrainSettings
from core.domain.spans import Sentence
from core.services import tag_with_run
from core.services.evaluate import evaluate_epoch
from core.services.train import train_run
from core.store.predictions import EpochKey
from core.store.sentence_selection import Selection
from tests.building import add_sentences, project_with_sentences

SETTINGS = TrainSettings(epochs=1, batch_size=2, device="cpu")


@pytest.fixture
def trained(tmp_path):
    """A project with one run of one epoch."""
    with project_with_sentences(tmp_path / "p.spandesk") as project:
        list(train_run(project, SETTINGS))
        yield project


def test_an_interrupted_evaluation_leaves_the_first_sentences_and_goes_on_from_there(trained, monkeypatch):
    texts = ["가 나", "서울에 갔다 왔다", "비", "부산은 오늘 아주 맑고 따뜻하다", "눈"]
    add_sentences(trained, [("test", Sentence(f"t-{n}", text)) for n, text in enumerate(texts)])
    monkeypatch.setattr(tag_with_run, "_AT_ONCE", 3)
    key = EpochKey(1, 1)
    events = evaluate_epoch(trained, 1, 1, "test", "corrected", "cpu")
    assert [event.done for event in itertools.islice(events, 2)] == [3, 6]
    assert trained.predictions.lacking(key, "test") == _numbers(trained, "test")[3:]
    events.close()
    rest = list(evaluate_epoch(trained, 1, 1, "test", "corrected", "cpu"))
    assert rest == [Predicting(3, 3)]
    assert trained.predictions.lacking(key, "test") == []


def _numbers(project, split):
    return [sentence.number for sentence in project.sentences.each(split)]


def test_signals_of_dev_are_stored_with_every_epoch_and_those_of_test_when_it_is_evaluated(trained):
    key = EpochKey(1, 1)
    stored = trained.signals.of(key, _numbers(trained, "dev"))
    assert {n: s.gold for n, s in stored.items()} == {s.number: s.gold for s in trained.sentences.each("dev")}
    assert not trained.signals.has_any(key, "test")
    list(evaluate_epoch(trained, 1, 1, "test", "corrected", "cpu"))
    assert sorted(trained.signals.of(key, _numbers(trained, "test"))) == _numbers(trained, "test")
    assert sorted(trained.selections.numbers(Selection("dev", order="uncertain"), key, "corrected")) == _numbers(
        trained, "dev"
    )


@pytest.mark.parametrize("part", ["predictions", "signals"])
def test_what_a_killed_evaluation_did_not_store_comes_with_the_next_one(trained, monkeypatch, part):
    key, numbers = EpochKey(1, 1), _numbers(trained, "test")

    def kill(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(getattr(trained, part), "save", kill)
        with pytest.raises(KeyboardInterrupt):
            list(evaluate_epoch(trained, 1, 1, "test", "corrected", "cpu"))
    list(evaluate_epoch(trained, 1, 1, "test", "corrected", "cpu"))
    assert sorted(trained.predictions.of(key, numbers)) == sorted(trained.signals.of(key, numbers)) == numbers
