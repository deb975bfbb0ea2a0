import itertools
from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch

from core.domain.errors import UserError
from core.domain.events import Prepared, Progress
from core.domain.settings import TrainSettings
from core.domain.spans import Sentence, Span
from core.model.checkpoint import load, save
from core.training.meter import Meter
from core.training.trainer import EpochTrained, Resumable, train
from tests.core.toy_models import LABELS, SENTENCES, saved_encoder, tagged

CPU = torch.device("cpu")
CORPUS = [replace(sentence, id=f"{copy}-{sentence.id}") for copy in range(2) for sentence in SENTENCES]
TEXTS = [sentence.text for sentence in SENTENCES]
SETTINGS = TrainSettings(epochs=2, batch_size=3, learning_rate=2e-3, device="cpu")


def epochs_of(events):
    return [event for event in events if isinstance(event, EpochTrained)]


@pytest.fixture(scope="module")
def learned():
    """The last epoch of a tagger that knows the toy sentences by heart."""
    return epochs_of(train(CORPUS, SENTENCES, LABELS, replace(SETTINGS, epochs=25)))[-1]


def test_it_learns_by_heart_and_answers_the_same_after_saving(learned, tmp_path):
    assert [tuple(p.span for p in spans) for spans in learned.predictions] == [s.spans for s in SENTENCES]
    save(learned.text_tagger, tmp_path / "model")
    again = tagged(load(tmp_path / "model", CPU), TEXTS)
    for index, spans in enumerate(learned.predictions):
        assert [p.span for p in again[index]] == [p.span for p in spans]
        assert [p.probability for p in again[index]] == pytest.approx([p.probability for p in spans], abs=1e-4)


def test_what_is_learned_by_heart_is_probable(learned):
    assert min(p.probability for spans in learned.predictions for p in spans) > 0.95
    assert learned.loss < 0.01


def test_what_is_learned_by_heart_is_certain_and_raises_no_doubt(learned):
    assert [signals.gold for signals in learned.signals] == [sentence.spans for sentence in SENTENCES]
    for spans, signals in zip(learned.predictions, learned.signals, strict=True):
        assert signals.suspicion is None
        assert signals.loss == signals.uncertainty < 0.05
        assert signals.gold_probabilities == pytest.approx([p.probability for p in spans], abs=1e-5)


def test_events_come_in_order():
    events = list(train(CORPUS, SENTENCES, LABELS, SETTINGS))
    kinds = [event.phase if isinstance(event, Progress) else type(event).__name__ for event in events]
    epoch = [*["train"] * 4, "predict", "EpochTrained"]
    assert kinds == [*["prepare"] * 5, "Prepared", *epoch, "Resumable", *epoch]
    steps = [(e.epoch, e.step, e.steps) for e in events if isinstance(e, Progress) and e.phase == "train"]
    assert steps == [(epoch, step, 4) for epoch in (1, 2) for step in (1, 2, 3, 4)]
    assert [event.epoch for event in epochs_of(events)] == [1, 2]


@pytest.fixture
def half_second_steps(monkeypatch):
    """Between two looks of the trainer at its clock lies half a second."""
    clock = SimpleNamespace(perf_counter=itertools.count(step=0.5).__next__, monotonic=lambda: 0.0)
    monkeypatch.setattr("core.training.trainer.time", clock)


def test_progress_says_speed_and_time_left(half_second_steps):
    """Twelve sentences in batches of three, six of dev in one, each in half a second; that of dev is a guess first."""
    events = list(train(CORPUS, SENTENCES, LABELS, SETTINGS))
    progress = [event for event in events if isinstance(event, Progress) and event.phase != "prepare"]
    assert [event.sentences_per_second for event in progress] == [*[6] * 4, 12, *[6] * 4, 12]
    guess, measured = 2 * 6 * 0.3 / 6, 0.5
    assert [event.seconds_left for event in progress] == pytest.approx(
        [*(guess + 4 - 0.5 * step for step in (1, 2, 3, 4)), 2 + measured, 2, 1.5, 1, 0.5, 0]
    )


def test_the_loss_of_an_epoch_is_that_of_its_steps_by_their_units(monkeypatch):
    steps, add = [], Meter.add
    monkeypatch.setattr(
        Meter, "add", lambda meter, loss, units: (steps.append((loss.item(), units)), add(meter, loss, units))
    )
    monkeypatch.setattr("core.training.trainer._READ_LOSS_EVERY", 1)
    events = list(train(CORPUS, SENTENCES, LABELS, SETTINGS))
    said = [event.loss for event in events if isinstance(event, Progress) and event.phase == "train"]
    assert said == pytest.approx([loss / units for loss, units in steps])
    for number, epoch in enumerate(epochs_of(events)):
        losses, units = zip(*steps[4 * number : 4 * number + 4], strict=True)
        assert epoch.loss == pytest.approx(sum(losses) / sum(units))


def test_preparing_is_said_sentence_by_sentence():
    events = list(train(CORPUS, SENTENCES, LABELS, SETTINGS))
    prepared = next(event for event in events if isinstance(event, Prepared))
    progress = [event for event in events if isinstance(event, Progress)]
    assert (prepared.device, prepared.steps_per_epoch, prepared.ceiling) == ("cpu", 4, 1.0)
    assert all((event.loss is not None) == (event.phase == "train") for event in progress)
    assert [(e.step, e.steps, e.seconds_left) for e in progress if e.phase == "prepare"] == [
        (6, 18, None),
        (12, 18, None),
        (12, 18, None),
        (18, 18, None),
        (18, 18, None),
    ]


def test_the_same_seed_gives_the_same_run():
    def run(seed):
        return epochs_of(train(CORPUS, SENTENCES, LABELS, replace(SETTINGS, seed=seed)))

    one, two, other = run(1), run(1), run(2)
    assert [e.loss for e in one] == [e.loss for e in two]
    assert [e.predictions for e in one] == [e.predictions for e in two]
    pairs = zip(one[-1].text_tagger.tagger.parameters(), two[-1].text_tagger.tagger.parameters(), strict=True)
    assert all(torch.equal(a, b) for a, b in pairs)
    assert one[-1].loss != other[-1].loss


def test_what_the_caller_predicts_between_steps_changes_nothing():
    """Dropout is still on after the caller has tagged text with the live tagger."""
    undisturbed = epochs_of(train(CORPUS, SENTENCES, LABELS, SETTINGS))
    disturbed = []
    for event in train(CORPUS, SENTENCES, LABELS, SETTINGS):
        if isinstance(event, EpochTrained):
            disturbed.append(event)
        if disturbed:
            learning = isinstance(event, Progress) and event.phase == "train"
            assert disturbed[0].text_tagger.tagger.training == learning
            tagged(disturbed[-1].text_tagger, TEXTS[:2])
    assert [e.loss for e in disturbed] == [e.loss for e in undisturbed]


def test_closing_the_generator_stops_it():
    events = train(CORPUS, SENTENCES, LABELS, SETTINGS)
    list(itertools.islice(events, 5))
    events.close()
    assert list(events) == []


def test_it_can_be_stopped_while_the_ceiling_is_counted(monkeypatch):
    for module in ("encoding.batches", "ceilings", "encoding.cache"):
        monkeypatch.setattr(f"core.model.{module}._AT_ONCE", 5)
    events = list(itertools.takewhile(lambda e: isinstance(e, Progress), train(CORPUS, SENTENCES, LABELS, SETTINGS)))
    assert [(event.step, event.steps) for event in events] == [(n, 18) for n in (6, 11, 12, 12, 12, 12, 17, 18, 18, 18)]


def test_training_goes_on_from_a_tagger_and_leaves_it_alone(learned):
    before = [parameter.clone() for parameter in learned.text_tagger.tagger.parameters()]
    gentle = replace(SETTINGS, learning_rate=1e-6, head_learning_rate=1e-6, crf_learning_rate=1e-6)
    (epoch, *_) = epochs_of(train(CORPUS, SENTENCES, LABELS, gentle, learned.text_tagger))
    assert epoch.loss < 0.1
    assert [[p.span for p in spans] for spans in epoch.predictions] == [list(s.spans) for s in SENTENCES]
    pairs = zip(before, learned.text_tagger.tagger.parameters(), strict=True)
    assert all(torch.equal(a, b) for a, b in pairs)


def test_a_new_label_joins_what_a_tagger_knows(learned):
    gentle = replace(SETTINGS, learning_rate=1e-6, head_learning_rate=1e-6, crf_learning_rate=1e-6)
    (epoch, *_) = epochs_of(train(CORPUS, SENTENCES, ("DT", "OG", "PS"), gentle, learned.text_tagger))
    assert epoch.text_tagger.tag_set.labels == ("DT", "OG", "PS")
    new, old = epoch.text_tagger.tagger, learned.text_tagger.tagger
    assert torch.allclose(new.linear.weight[3:], old.linear.weight[[5, 6, 1, 2]], atol=1e-4)
    assert torch.allclose(new.crf.transitions[3:, 0], old.crf.transitions[[5, 6, 1, 2], 0], atol=1e-4)


def test_it_trains_an_encoder_from_a_folder(tmp_path):
    folder = saved_encoder(tmp_path / "bert", "bert")
    first, second = epochs_of(train(CORPUS, SENTENCES, LABELS, replace(SETTINGS, encoder=str(folder))))
    assert second.loss < first.loss


def test_windows_without_units_are_left_out():
    blank = Sentence("blank", "​")
    spoken = Sentence("long", "이순신은 " * 300, (Span(0, 3, "PS"),))
    (epoch, *_) = epochs_of(train([*CORPUS, blank, spoken], [blank, spoken], LABELS, SETTINGS))
    assert len(epoch.predictions) == 2


def test_dev_may_be_empty():
    events = list(train(CORPUS, [], LABELS, SETTINGS))
    assert [event.predictions for event in epochs_of(events)] == [(), ()]
    assert next(e for e in events if isinstance(e, Prepared)).ceiling is None


@pytest.mark.parametrize(("sentences", "labels"), [([], LABELS), (CORPUS, ())])
def test_nothing_to_train_on_is_said(sentences, labels):
    with pytest.raises(UserError, match="no sentences with a span to train on"):
        next(train(sentences, SENTENCES, labels, SETTINGS))


def test_a_training_that_diverges_is_stopped(monkeypatch):
    monkeypatch.setattr("core.model.crf.MaskedCRF.loss", lambda crf, emissions, *_: emissions.sum() * float("nan"))
    with pytest.raises(UserError, match="lower learning rate"):
        list(train(CORPUS, SENTENCES, LABELS, SETTINGS))


def test_an_augmented_training_repeats_and_differs_from_a_plain_one():
    def run(share):
        return epochs_of(train(CORPUS, SENTENCES, LABELS, replace(SETTINGS, augmentation=share)))

    one, two, plain = run(1.0), run(1.0), run(0.0)
    assert [e.loss for e in one] == [e.loss for e in two]
    assert one[-1].loss != plain[-1].loss
    assert len(one[-1].predictions) == len(SENTENCES)


def test_time_left_of_a_resumed_training_is_that_of_the_rest(monkeypatch):
    monkeypatch.setattr("core.training.trainer._RESUMABLE_EVERY", -1.0)
    monkeypatch.setattr("core.training.trainer._READ_LOSS_EVERY", 1)
    settings = replace(SETTINGS, epochs=3)
    states = [(e.state, e.text_tagger) for e in train(CORPUS, [], LABELS, settings) if isinstance(e, Resumable)]
    state, text_tagger = states[5]
    assert (state.epoch, state.batches_done) == (2, 2)
    for event in train(CORPUS, [], LABELS, settings, text_tagger, state=state):
        if isinstance(event, Progress) and event.phase == "train":
            done = (event.epoch - 1) * 12 + event.step * 3
            assert event.seconds_left * event.sentences_per_second == pytest.approx(36 - done)
