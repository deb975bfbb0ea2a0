"""The store and the tagger together: what a run is trained on, and what an interruption leaves."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from core.domain.errors import UserError
from core.domain.events import EpochFinished, Prepared, RunStarted
from core.domain.settings import UNITS, TrainSettings
from core.domain.spans import Sentence, Span
from core.metrics.strict import klue_figures
from core.model.checkpoint import load
from core.model.encoding.batches import batch_of
from core.services.train import train_run
from core.store.predictions import EpochKey
from core.store.runs import training_digest
from core.store.sentences import GOLDS, Sentences
from core.training import trainer
from tests.building import add_sentences, project_with_sentences

SETTINGS = TrainSettings(epochs=1, batch_size=2, device="cpu")


@pytest.fixture
def project(tmp_path):
    with project_with_sentences(tmp_path / "p.spandesk") as project:
        yield project


@pytest.fixture
def trained(project):
    """The project with one run of one epoch."""
    list(train_run(project, SETTINGS))
    return project


def correct(project, sentence_id, *spans):
    project.corrections.correct(project.sentences.by_id(sentence_id).number, [Span(*span) for span in spans])


def trained_on(project, settings):
    """The ids that a new run is trained on, and the gold of each; told by the trainer's own argument."""
    seen = {}
    real = trainer.train

    def spy(train, dev, labels, *rest, **options):
        seen.update((sentence.id, sentence.spans) for sentence in train)
        return real(train, dev, labels, *rest, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trainer, "train", spy)
        events = list(train_run(project, settings))
    run = next(event.run for event in events if isinstance(event, RunStarted))
    rebuilt = project.runs.training_sentences(run)
    assert {sentence.id: sentence.spans for sentence in rebuilt} == seen
    assert training_digest(rebuilt) == (project.runs.by_number(run).training_digest, len(seen))
    return seen


@pytest.mark.parametrize(
    ("limit", "expected"),
    [(None, ["news-1", "news-2", "talk-1"]), (2, ["news-1", "talk-1"]), (1, ["talk-1"])],
)
def test_a_limit_takes_moved_sentences_first(project, limit, expected):
    correct(project, "talk-1", (0, 3, "PS"))
    seen = trained_on(project, TrainSettings(epochs=1, device="cpu", limit=limit))
    assert list(seen) == expected
    assert seen["talk-1"] == (Span(0, 3, "PS"),)


def test_a_limit_leaves_out_no_corrected_sentence(project):
    add_sentences(project, [("train", Sentence("late", "부산에 갔다.", (Span(0, 2, "LC"),)))])
    correct(project, "news-2", (6, 8, "LC"))
    correct(project, "late", (0, 3, "LC"))
    assert list(trained_on(project, TrainSettings(epochs=1, device="cpu", limit=1))) == ["news-2", "late"]


def test_a_limited_run_is_rebuilt_after_later_corrections_and_moves(project):
    correct(project, "news-2", (6, 8, "LC"))
    first = trained_on(project, TrainSettings(epochs=1, device="cpu", limit=2))
    correct(project, "news-1")
    correct(project, "news-2", (0, 4, "OG"))
    correct(project, "talk-2")
    list(train_run(project, SETTINGS))
    rebuilt = project.runs.training_sentences(1)
    assert {sentence.id: sentence.spans for sentence in rebuilt} == first


def test_a_correction_made_while_the_corpus_is_read_is_not_trained_on(project, monkeypatch):
    each, before = Sentences.each_of_train_then, project.sentences.by_id("news-1").gold

    def corrects_meanwhile(sentences, run):
        if not project.corrections.count():
            correct(project, "news-1", (0, 1, "PS"))
        return each(sentences, run)

    monkeypatch.setattr(Sentences, "each_of_train_then", corrects_meanwhile)
    assert trained_on(project, SETTINGS)["news-1"] == before
    changed = project.corrections.sentences_changed_since(project.runs.by_number(1).last_correction)
    assert changed == [project.sentences.by_id("news-1").number]


def test_a_training_stopped_before_its_first_epoch_moves_nothing(project):
    correct(project, "talk-1", (0, 3, "PS"))
    events = train_run(project, SETTINGS)
    assert next(events).moved == 1
    events.close()
    assert project.sentences.by_id("talk-1").split == "dev"
    assert project.runs.by_number(1).status == "stopped"


def test_no_run_begins_where_every_dev_sentence_would_move(project):
    for sentence_id in ("news-3", "news-4", "talk-1", "talk-2"):
        correct(project, sentence_id)
    with pytest.raises(UserError, match=r"all dev sentences \(4\)"):
        next(train_run(project, SETTINGS))
    assert project.runs.list_all() == []
    assert project.sentences.count("dev") == 4


def test_weights_start_no_other_encoder(trained):
    with pytest.raises(UserError, match=r"run 1 has the encoder tiny .* not some/other .* choose tiny"):
        next(train_run(trained, TrainSettings(encoder="some/other", from_run=1)))
    assert len(trained.runs.list_all()) == 1


@pytest.mark.parametrize(
    "settings", [TrainSettings(encoder="./no/such/encoder"), TrainSettings(device="cuda"), TrainSettings(device="mps")]
)
def test_a_training_that_cannot_start_leaves_no_failed_run(project, settings, monkeypatch):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    monkeypatch.setattr("torch.backends.mps.is_available", lambda: False)
    with pytest.raises(UserError):
        next(train_run(project, settings))
    assert project.runs.list_all() == []


def test_a_checkpoint_that_cannot_be_saved_ends_the_run(project):
    (project.folder / "runs").write_text("in the way")
    with pytest.raises(UserError, match="cannot be saved in"):
        list(train_run(project, SETTINGS))
    assert (project.runs.by_number(1).status, project.runs.epochs(1)) == ("failed", [])


def log_weight(crf, emissions, allowed):
    """log of the summed weight of all legal paths over emissions (length, tags) that keep to the allowed tags."""
    legal = torch.where(crf.allowed_transitions, crf.transitions.double(), -torch.inf)
    scores = emissions.double().masked_fill(~allowed, -torch.inf)
    weights = scores[0] + torch.where(crf.allowed_start, crf.start_transitions.double(), -torch.inf)
    for row in scores[1:]:
        weights = (weights[:, None] + legal).logsumexp(0) + row
    return (weights + crf.end_transitions.double()).logsumexp(0).item()


def decoders_probability(text_tagger, text, span):
    """Of a span, by sums in the log domain over the sequences that the decoder chooses among."""
    windows = text_tagger.encoding.encode([text])
    batch = batch_of(windows, np.array([0]), pad_id=text_tagger.encoding.pad_id, device=torch.device("cpu"))
    (emissions,) = text_tagger.tagger(batch)
    units = windows.extents_of(0)
    first, end = ([unit[edge] for unit in units].index(at) for edge, at in ((0, span.start), (1, span.end)))
    every = torch.ones_like(emissions, dtype=torch.bool)
    tags = text_tagger.tag_set
    held = every.clone()
    held[first : end + 1] = False
    held[first, tags.begin(span.label)] = True
    held[first + 1 : end + 1, tags.inside(span.label)] = True
    held[end + 1 : end + 2, tags.inside(span.label)] = False
    crf = text_tagger.tagger.crf
    return math.exp(log_weight(crf, emissions, held) - log_weight(crf, emissions, every))


@pytest.mark.parametrize("unit", UNITS)
def test_a_spans_stored_probability_is_the_decoders(project, unit):
    list(train_run(project, replace(SETTINGS, unit=unit, batch_size=1, epochs=4)))
    dev = {stored.number: stored.text for stored in project.sentences.each("dev")}
    checked = 0
    for epoch in (1, 2, 3, 4):
        text_tagger = load(project.checkpoint_folder(1, epoch), torch.device("cpu"))
        for number, spans in project.predictions.of(EpochKey(1, epoch), list(dev)).items():
            for predicted in spans:
                with torch.inference_mode():
                    wanted = decoders_probability(text_tagger, dev[number], predicted.span)
                assert predicted.probability == pytest.approx(wanted, abs=1e-4)
                checked += 1
    assert checked > 3


def test_every_epoch_tells_its_report(trained):
    events = list(train_run(trained, SETTINGS))
    [epoch] = [event for event in events if isinstance(event, EpochFinished)]
    assert epoch.report == trained.runs.epochs(2)[0].report.corrected


def test_every_epoch_keeps_the_ceiling_of_its_unit(trained):
    prepared = next(event for event in train_run(trained, SETTINGS) if isinstance(event, Prepared))
    assert 0 < prepared.ceiling <= 1
    assert trained.runs.epochs(1)[0].report.ceiling == prepared.ceiling


def test_every_epoch_keeps_klues_figures_for_both_golds(trained):
    report = trained.runs.epochs(1)[0].report
    assert list(report.klue) == list(GOLDS)
    for gold in GOLDS:
        figures = klue_figures(trained.predictions.examples(EpochKey(1, 1), "dev", gold))
        assert report.klue[gold] == figures
