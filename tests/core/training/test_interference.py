"""What is done beside a training in the same process changes nothing of it; dropout is on."""

from dataclasses import replace
from queue import SimpleQueue

import pytest
import torch

from core.domain.generators import run_to_end
from core.domain.settings import UNITS, TrainSettings, starter_is_installed
from core.model.ceilings import compute_ceilings
from core.model.checkpoint import load, save
from core.model.encoders.loading import load_tokenizer
from core.services.tag_typed_lines import tag_lines
from core.training.trainer import EpochTrained, train
from tests.core.toy_models import FAMILIES, LABELS, SENTENCES, saved_encoder, tagged, text_tagger_of

CPU = torch.device("cpu")
CORPUS = [replace(sentence, id=f"{copy}-{sentence.id}") for copy in range(2) for sentence in SENTENCES]
TEXTS = [sentence.text for sentence in SENTENCES]
SETTINGS = TrainSettings(epochs=2, batch_size=3, learning_rate=2e-3, device="cpu", unit="syllable", augmentation=0.5)


@pytest.fixture(scope="module")
def encoder(tmp_path_factory):
    return saved_encoder(tmp_path_factory.mktemp("encoder") / "bert", "bert")


@pytest.fixture(scope="module", params=UNITS)
def checkpoint(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("tagger") / "epoch-0001"
    save(text_tagger_of(unit=request.param), folder)
    return folder


def answer(checkpoint):
    questions = SimpleQueue()
    for question in (TEXTS, None):
        questions.put(question)
    list(tag_lines(checkpoint, questions))


def weights_after(events, meanwhile):
    """The weights in the end; `meanwhile` is done after every event."""
    for event in events:
        meanwhile()
        if isinstance(event, EpochTrained):
            weights = [parameter.clone() for parameter in event.text_tagger.tagger.parameters()]
    return weights


def test_weights_are_the_same_bit_by_bit_with_scratch_and_ceilings_at_every_step(checkpoint, encoder):
    def interfere():
        tagged(load(checkpoint, CPU), TEXTS)
        answer(checkpoint)
        run_to_end(compute_ceilings(SENTENCES, "tiny", TEXTS, None))
        run_to_end(compute_ceilings(SENTENCES, str(encoder), TEXTS, None))

    undisturbed = weights_after(train(CORPUS, SENTENCES, LABELS, SETTINGS), lambda: None)
    disturbed = weights_after(train(CORPUS, SENTENCES, LABELS, SETTINGS), interfere)
    assert all(torch.equal(a, b) for a, b in zip(undisturbed, disturbed, strict=True))


def draws(work):
    """Whether some work draws from torch's random numbers, or seeds them."""
    torch.manual_seed(7)
    before = torch.get_rng_state()
    work()
    return not torch.equal(before, torch.get_rng_state())


def test_loading_a_tagger_draws_no_random_number(checkpoint):
    assert not draws(lambda: load(checkpoint, CPU))


@pytest.mark.parametrize("name", ["tiny", *FAMILIES, *(["starter"] if starter_is_installed() else [])])
def test_loading_a_tokenizer_draws_no_random_number(name, tmp_path):
    source = str(saved_encoder(tmp_path / name, name)) if name in FAMILIES else name
    assert not draws(lambda: load_tokenizer(source, TEXTS))


def test_tagging_leaves_no_autocast_whose_lock_a_compiling_training_may_hold(checkpoint, monkeypatch):
    text_tagger = load(checkpoint, CPU)
    monkeypatch.setattr(torch, "clear_autocast_cache", lambda: pytest.fail("took autocast's lock"))
    assert len(tagged(text_tagger, TEXTS)) == len(TEXTS)
