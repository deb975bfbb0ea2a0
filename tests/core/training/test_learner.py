import gc
import weakref
from dataclasses import replace

import numpy as np
import pytest
import torch

from core.domain.errors import UserError
from core.domain.generators import run_to_end
from core.domain.settings import TrainSettings
from core.model.encoding.batches import TaggedWindows, tag_windows
from core.model.encoding.windows import Windows
from core.training.distributed import ALONE, Crew, LoneError, PropagatedError
from core.training.learner import Learner
from tests.core.toy_models import SENTENCES, text_tagger_of

SETTINGS = TrainSettings(batch_size=4, epochs=1, device="cpu", learning_rate=1e-3)
CHOSEN = np.array([0, 1, 3, 4])


def learner_of(settings=SETTINGS, crew=ALONE, **options):
    """A learner and its examples, without dropout where the order of random numbers would matter."""
    text_tagger = text_tagger_of(**options)
    for module in text_tagger.tagger.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    windows = text_tagger.encoding.encode([sentence.text for sentence in SENTENCES])
    examples = TaggedWindows(windows, run_to_end(tag_windows(windows, SENTENCES, text_tagger.tag_set)))
    return Learner(text_tagger, settings, steps=10, crew=crew), examples


def cramped(monkeypatch, room):
    """Makes the network fail with more than so many windows at once; tells how many it was given."""
    from core.model.tagger import Tagger

    forward, sizes = Tagger.forward, []

    def fails(tagger, batch, tags=None):
        sizes.append(len(batch.input_ids))
        if len(batch.input_ids) > room:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return forward(tagger, batch, tags)

    monkeypatch.setattr(Tagger, "forward", fails)
    return sizes


@pytest.mark.parametrize(("room", "sizes"), [(2, [4, 2, 2]), (1, [4, 2, 1, 1, 1, 1])])
def test_memory_that_does_not_suffice_halves_what_goes_through_at_once(monkeypatch, room, sizes):
    ample, examples = learner_of()
    loss = ample.learn(examples, CHOSEN)
    seen = cramped(monkeypatch, room)
    tight, examples = learner_of()
    assert tight.learn(examples, CHOSEN).item() == pytest.approx(loss.item(), rel=1e-5)
    assert seen == sizes
    assert tight.batch_size == room
    pairs = zip(ample.text_tagger.tagger.parameters(), tight.text_tagger.tagger.parameters(), strict=True)
    assert all(torch.allclose(a, b, atol=1e-4) for a, b in pairs)


def test_nothing_is_left_of_a_failed_attempt_and_no_garbage_is_collected(monkeypatch):
    from core.model.tagger import Tagger

    forward, results, left = Tagger.forward, [], []

    def fails_at_its_end(tagger, batch, tags=None):
        left.append([result() for result in results])
        hooks = [each.register_forward_hook(lambda *call: results.append(weakref.ref(call[2]))) for each in linear]
        result = forward(tagger, batch, tags)
        for hook in hooks:
            hook.remove()
        if len(batch.input_ids) > 2:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return result

    monkeypatch.setattr(Tagger, "forward", fails_at_its_end)
    learner, examples = learner_of()
    linear = [each for each in learner.text_tagger.tagger.modules() if isinstance(each, torch.nn.Linear)]
    with monkeypatch.context() as patch:
        patch.setattr(gc, "collect", lambda *_: pytest.fail("not on the thread of a training"))
        learner.learn(examples, CHOSEN)
    assert len(left[1]) > 5
    assert not any(each is not None for each in left[1])


def test_a_step_counts_the_units_of_its_own_windows_alone(monkeypatch):
    learner, examples = learner_of()

    def refuse(windows):
        raise AssertionError("this takes as long as the corpus is large")

    monkeypatch.setattr(Windows, "unit_counts", refuse)
    assert learner.learn(examples, CHOSEN).item() > 0


def test_memory_for_no_sentence_is_told(monkeypatch):
    cramped(monkeypatch, 0)
    learner, examples = learner_of()
    with pytest.raises(UserError, match="for even one sentence"):
        learner.learn(examples, CHOSEN)


def test_another_failure_is_not_taken_for_want_of_memory(monkeypatch):
    monkeypatch.setattr("core.model.tagger.Tagger.forward", lambda *_: torch.zeros(2) @ torch.zeros(3))
    learner, examples = learner_of()
    with pytest.raises(RuntimeError, match="size"):
        learner.learn(examples, CHOSEN)


def test_a_compiler_that_fails_is_told(monkeypatch):
    from torch._dynamo.exc import InternalTorchDynamoError

    def fails(*_):
        raise InternalTorchDynamoError("no C++ compiler\nmore")

    monkeypatch.setattr("core.model.tagger.Tagger.forward", fails)
    learner, examples = learner_of()
    with pytest.raises(UserError, match=r"compile the encoder \(no C\+\+ compiler\); train without"):
        learner.learn(examples, CHOSEN)


def test_the_rates_follow_the_steps():
    learner, examples = learner_of(replace(SETTINGS, warmup_ratio=0.2))
    rates = []
    for _ in range(10):
        learner.learn(examples, CHOSEN)
        rates.append(max(group["lr"] for group in learner._optimiser.param_groups if group["peak"] == 1e-3))
    assert rates.index(max(rates)) in (1, 2)
    assert rates[0] < rates[1] > rates[-1] > 0


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_both_precisions_learn(precision):
    learner, examples = learner_of(replace(SETTINGS, precision=precision))
    losses = [learner.learn(examples, CHOSEN).item() for _ in range(8)]
    assert losses[-1] < 0.8 * losses[0]
    assert all(parameter.dtype == torch.float32 for parameter in learner.text_tagger.tagger.parameters())


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_training_takes_no_lock_of_the_autocast_cache(monkeypatch, precision):
    """Torch's compiler can hold it while it waits for Python's, and a thread that tags would then hang."""
    from core.model.tagger import Tagger

    forward, seen = Tagger.forward, []

    def looks(tagger, batch, tags=None):
        seen.append((torch.is_autocast_enabled("cpu"), torch.is_autocast_cache_enabled()))
        return forward(tagger, batch, tags)

    monkeypatch.setattr(Tagger, "forward", looks)
    learner, examples = learner_of(replace(SETTINGS, precision=precision))
    learner.learn(examples, CHOSEN)
    assert seen == [(True, False) if precision == "bfloat16" else (False, True)]


@pytest.mark.parametrize("chosen", [CHOSEN, CHOSEN[:3], CHOSEN[:1]])
def test_processes_pass_through_the_network_equally_often_however_small_the_parts(monkeypatch, chosen):
    """As when a run whose batches were halved by one process is resumed by several."""
    passes = []
    for rank in range(3):
        sizes = cramped(monkeypatch, 9)
        learner, examples = learner_of(crew=Crew(rank, 3))
        learner.batch_size = 1
        learner.learn(examples, chosen)
        passes.append(len(sizes))
    assert passes == [len(chosen[::3])] * 3


def test_the_shares_of_a_batch_in_small_parts_add_up_to_it():
    """The gradients of all processes, averaged, are those of one that learns from the whole batch."""

    def gradients(crew, size):
        learner, examples = learner_of(replace(SETTINGS, max_gradient_norm=1e9), crew=crew)
        learner.batch_size = size
        learner._accumulated(examples, CHOSEN[:3])
        return [parameter.grad.clone() for parameter in learner.text_tagger.tagger.crf.parameters()]

    whole = gradients(ALONE, 4)
    shares = [gradients(Crew(rank, 2), 1) for rank in range(2)]
    for alone, *each in zip(whole, *shares, strict=True):
        assert torch.allclose(alone, sum(each) / 2, atol=1e-5)


def test_a_process_resumes_with_its_own_random_numbers():
    generators = [torch.Generator().manual_seed(seed).get_state() for seed in (1, 2)]
    main, _ = learner_of(crew=Crew(0, 2, lambda things: [{"random.cpu": state} for state in generators]))
    state = main.state()
    for rank, expected in enumerate(generators):
        learner, _ = learner_of(crew=Crew(rank, 2))
        learner.restore(state)
        assert torch.equal(torch.get_rng_state(), expected)
    drawn = []
    for rank in (1, 2):
        learner, _ = learner_of(crew=Crew(rank, 3))
        learner.restore(state)
        drawn.append(torch.rand(3))
    assert not torch.equal(*drawn)


def test_a_process_that_fails_amid_a_step_says_so_itself(monkeypatch):
    cramped(monkeypatch, 0)
    learner, examples = learner_of(crew=Crew(1, 2))
    with pytest.raises(LoneError, match="not enough memory on cpu for this process's share"):
        learner.learn(examples, CHOSEN)


def test_a_process_that_loses_another_amid_a_step_says_where_to_look(monkeypatch):
    def lost(*_):
        raise RuntimeError("[gloo/transport/tcp/pair.cc:547] Connection closed by peer [127.0.0.1]:4711")

    monkeypatch.setattr("core.model.tagger.Tagger.forward", lost)
    learner, examples = learner_of(crew=Crew(0, 2))
    with pytest.raises(PropagatedError, match="another process exited; see its last output"):
        learner.learn(examples, CHOSEN)
