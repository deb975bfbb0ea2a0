"""A source tags what it has not tagged yet, in any section, and goes on where it was stopped."""

import itertools

import pytest

from core.domain.errors import UserError
from core.domain.events import Predicting
from core.domain.generators import run_to_end
from core.domain.settings import TrainSettings
from core.services import tag_source as module
from core.services.evaluate import evaluate_epoch
from core.services.tag_source import tag_source
from core.services.train import train_run
from core.store.predictions import EpochKey
from tests.building import predicted, project_with_run, project_with_sentences


class FirstWord:
    """Says that the first two characters of every text are of a label."""

    def __init__(self, label="PS"):
        self.fingerprint = label
        self.faults = ()

    def tag(self, texts):
        for number in reversed(range(len(texts))):
            yield number, predicted((0, 2, self.fingerprint, 1.0)), 0.5


@pytest.fixture
def project(tmp_path):
    with project_with_run(tmp_path / "p.spandesk") as project:
        for name in ("news-1", "news-2"):
            run_to_end(project.moves.move_in_slices([project.sentences.by_id(name).number], "pool", ""))
        yield project


@pytest.fixture
def tagger(monkeypatch):
    """What tags for every source that is not a run; exchanged by its label."""
    tagger = FirstWord()
    monkeypatch.setattr(module, "open_tagger", lambda project, source, device="auto": tagger)
    monkeypatch.setattr(module, "_AT_ONCE", 1)
    return tagger


def test_a_section_is_tagged_once_and_goes_on_where_it_was_stopped(project, tagger):
    number = project.sources.add("dictionary", "names", {})
    work = tag_source(project, number, "dev")
    assert list(itertools.islice(work, 3)) == [Predicting(1, 4), Predicting(2, 4), Predicting(3, 4)]
    work.close()
    key = EpochKey(number, 1)
    assert project.predictions.count(key, "dev") == 2
    rest = run_to_end(tag_source(project, number, "dev"))
    assert (rest.key, rest.sentences, rest.replaced) == (key, 2, 0)
    assert run_to_end(tag_source(project, number, "dev")).sentences == 0
    assert run_to_end(tag_source(project, number, "pool")).sentences == 2
    assert project.problems() == []


def test_what_another_fingerprint_tags_is_a_version_of_its_own(project, tagger):
    number = project.sources.add("model", "theirs", {})
    work = tag_source(project, number, "dev")
    assert len(list(itertools.islice(work, 3))) == 3
    work.close()
    tagger.fingerprint = "OG"
    second = run_to_end(tag_source(project, number, "dev"))
    assert (second.key, second.sentences, second.replaced) == (EpochKey(number, 2), 4, 2)
    evaluation = run_to_end(evaluate_epoch(project, number, None, "dev", "corrected"))
    assert (evaluation.key, evaluation.sentences, evaluation.report.labels["OG"].support) == (second.key, 4, 1)
    before = run_to_end(evaluate_epoch(project, number, 1, "dev", "corrected"))
    assert (before.sentences, before.report.labels["PS"].support) == (2, 1), "measured by what it said"


def test_a_tagger_that_fails_at_once_leaves_no_version(project, tagger, monkeypatch):
    number = project.sources.add("model", "theirs", {})
    run_to_end(tag_source(project, number, "dev"))
    tagger.fingerprint = "OG"
    with monkeypatch.context() as patch:
        patch.setattr(FirstWord, "tag", lambda *_: pytest.fail("the model is damaged"))
        with pytest.raises(pytest.fail.Exception):
            run_to_end(tag_source(project, number, "dev"))
    assert project.sources.epoch_numbers(number) == [1], "what it said before still counts"
    assert run_to_end(tag_source(project, number, "dev")).key == EpochKey(number, 2)


def test_what_is_fixed_says_so(project):
    number = project.sources.add("file", "tool", {})
    key = project.sources.open_version(number, "a")
    project.predictions.save(key, {project.sentences.by_id("news-3").number: ()})
    with pytest.raises(UserError, match="tool says what its file says"):
        run_to_end(tag_source(project, number, "dev"))
    evaluation = run_to_end(evaluate_epoch(project, number, None, "dev", "corrected"))
    assert (evaluation.sentences, evaluation.lacking) == (1, 3)
    with pytest.raises(UserError, match="tool says nothing of any test sentence"):
        run_to_end(evaluate_epoch(project, number, None, "test", "corrected"))
    with pytest.raises(UserError, match="no sentences in aside"):
        run_to_end(tag_source(project, 1, "aside"))
    project.sources.remove(1, "weights")
    with pytest.raises(UserError, match="weights of run 1 were deleted"):
        run_to_end(tag_source(project, 1, "pool"))


def test_a_run_tags_the_pool_and_doubts_no_gold_there(tmp_path):
    with project_with_sentences(tmp_path / "p.spandesk") as project:
        run_to_end(train_run(project, TrainSettings(epochs=1, batch_size=2, device="cpu")))
        pooled = project.sentences.by_id("news-5").number
        run_to_end(project.moves.move_in_slices([pooled], "pool", ""))
        tagged = run_to_end(tag_source(project, 1, "pool", device="cpu"))
        assert (tagged.key, tagged.sentences) == (EpochKey(1, 1), 1)
        signals = project.signals.of(EpochKey(1, 1), [pooled])[pooled]
        assert signals.uncertainty > 0
        assert (signals.loss, signals.suspicion, signals.gold) == (None, None, ())
