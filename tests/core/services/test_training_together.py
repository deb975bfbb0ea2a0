"""A training of several processes, as threads, in which one fails: all end with its error, and none waits for ever."""

import threading

import pytest

from core.domain.errors import UserError
from core.domain.settings import TrainSettings
from core.model import checkpoint
from core.model.checkpoint import LearnerState
from core.model.encoding import cache
from core.services.train import assist_training, train_run
from core.store.project import open_project
from core.training.learner import Learner
from core.training.trainer import initial_tagger
from tests.building import project_with_sentences
from tests.core.crews import outcomes

SETTINGS = TrainSettings(epochs=2, batch_size=2, device="cpu", unit="syllable")


@pytest.fixture
def folder(tmp_path):
    project_with_sentences(tmp_path / "p.spandesk").close()
    return tmp_path / "p.spandesk"


def trained(folder, *, size=2):
    def work(crew):
        with crew.together():
            if not crew.is_main:
                return assist_training(crew)
            with open_project(folder) as project:
                return [*train_run(project, SETTINGS, crew)][-1].epoch

    return outcomes(size, work)


def fail(*_, **__):
    raise UserError("the disk is full")


def test_all_train_to_the_end(folder):
    assert trained(folder) == [2, None]


@pytest.mark.parametrize("size", [2, 3])
@pytest.mark.parametrize("place", ["state", "weights", "store", "start"])
def test_a_failure_of_the_main_process_ends_all_with_the_same_words(folder, monkeypatch, place, size):
    save, main = checkpoint.save, threading.local()

    def saved(text_tagger, where, state=None):
        return fail() if (state is None) == (place == "weights") else save(text_tagger, where, state)

    def initial(*arguments):
        if hasattr(main, "is_here"):
            fail()
        return initial_tagger(*arguments)

    def described(*_):
        main.is_here = True

    if place in ("state", "weights"):
        monkeypatch.setattr(checkpoint, "save", saved)
    elif place == "store":
        monkeypatch.setattr("core.store.runs.Runs.add_epoch", fail)
    else:  # the encoder cannot be had in the main process alone
        monkeypatch.setattr("core.store.runs.Runs.describe", described)
        monkeypatch.setattr("core.training.trainer.initial_tagger", initial)
    assert [str(error) for error in trained(folder, size=size)] == ["the disk is full"] * size
    with open_project(folder) as project:
        assert project.problems() == []


def test_a_training_that_diverges_ends_all(folder, monkeypatch):
    monkeypatch.setattr("core.model.crf.MaskedCRF.loss", lambda crf, emissions, *_: emissions.sum() * float("nan"))
    assert ["diverged" in str(error) for error in trained(folder)] == [True, True]


def test_a_failure_amid_a_step_ends_its_process_without_an_exchange(folder, monkeypatch):
    """The others wait for its gradients; they go on, or lose the connection, but do not hang in a mixed-up meeting."""
    learn, lock, failed = Learner._accumulated, threading.Lock(), []

    def fails_in_one(learner, *arguments):
        with lock:
            is_first = not failed
            failed.append(learner)
        return fail() if is_first else learn(learner, *arguments)

    monkeypatch.setattr(Learner, "_accumulated", fails_in_one)
    kinds = sorted(type(error).__name__ for error in trained(folder))
    assert kinds == ["BrokenBarrierError", "LoneError"]


def test_the_corpus_is_encoded_and_kept_once(folder, monkeypatch):
    written = []
    write = cache._write
    monkeypatch.setattr(cache, "_write", lambda *arguments: written.append(arguments[1]) or write(*arguments))
    assert trained(folder) == [2, None]
    assert [len(keys) for keys in written] == [2, 4]  # train, dev


def test_each_process_gets_its_own_random_numbers_back(folder, monkeypatch):
    saved = []
    save = checkpoint.save

    def seen(text_tagger, where, state=None):
        saved.extend([state.learner] if state else [])
        return save(text_tagger, where, state)

    monkeypatch.setattr(checkpoint, "save", seen)
    assert trained(folder) == [2, None]
    (learner,) = saved
    assert isinstance(learner, LearnerState)
    assert {"random.cpu", "random.cpu.1"} <= set(learner.tensors)
