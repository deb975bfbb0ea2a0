"""Out-of-fold predictions of training sentences: who is tagged by whom, and what is left where it is stopped."""

from collections import defaultdict
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.errors import UserError
from core.domain.events import EpochFinished, FoldProgress, RunStarted
from core.domain.generators import run_to_end
from core.domain.settings import TrainSettings
from core.domain.spans import Sentence, Span
from core.model.encoding.text_encoder import TextEncoding
from core.services import crosscheck as module
from core.services.crosscheck import crosscheck, draw_folds
from core.services.evaluate import evaluate_epoch
from core.services.train import resume_run, train_run
from core.store.predictions import EpochKey
from core.store.project import create_project, open_project
from core.store.sentence_selection import ALL_ERRORS, Selection
from tests.building import add_sentences, project_with_run
from tests.core.toy_models import SENTENCES, saved_encoder

SETTINGS = TrainSettings(epochs=2, batch_size=4, device="cpu", folds=3)


def sentences(copies=3):
    """The toy sentences some times over, each copy a little different, and one of them word for word again."""
    made = [Sentence(f"{copy}-{s.id}", s.text + "!" * copy, s.spans) for copy in range(copies) for s in SENTENCES]
    return [*made, Sentence("again", SENTENCES[0].text, SENTENCES[0].spans)]


@pytest.fixture
def project(tmp_path):
    with create_project(tmp_path / "p.spandesk") as project:
        add_sentences(project, [("train", sentence) for sentence in sentences()])
        add_sentences(project, [("dev", Sentence("dev-1", "세종은 한양에 갔다", (Span(0, 2, "PS"),)))])
        yield project


def finished(work):
    """Its events, and the run that it returned."""
    events = []
    run = run_to_end(work, events.append)
    return events, run


@given(
    texts=st.lists(st.sampled_from(["가", "나", "나 ", "다", "\u1100\u1161", "라", "마", "바"]), max_size=40),
    folds=st.integers(2, 6),
    seed=st.integers(0, 2**63 - 1),
)
def test_equal_texts_share_a_fold_and_folds_are_filled_alike(texts, folds, seed):
    found = draw_folds(texts, folds, seed)
    assert found == draw_folds(texts, folds, seed)
    assert all(0 <= fold < folds for fold in found)
    by_text = defaultdict(set)
    for text, fold in zip(texts, found, strict=True):
        by_text[text.strip().replace("\u1100\u1161", "가")].add(fold)
    assert all(len(own) == 1 for own in by_text.values())
    if len(set(texts)) == len(texts) == len(by_text):
        sizes = [found.count(fold) for fold in range(folds)]
        assert max(sizes) - min(sizes) <= 1


def test_another_seed_draws_other_folds():
    texts = [f"문장 {number}" for number in range(50)]
    assert draw_folds(texts, 5, 1) != draw_folds(texts, 5, 2)


def test_every_sentence_is_tagged_by_a_tagger_that_has_not_seen_it(project, monkeypatch):
    trained, tagged = [], []
    real_train, real_tagging = module.train, module.tag_stored

    def train(own, dev, labels, settings, **options):
        trained.append({sentence.text for sentence in own})
        assert not dev
        return real_train(own, dev, labels, settings, **options)

    def tagging(project, key, text_tagger, numbers, windows):
        tagged.append({stored.text for stored in project.sentences.by_number(numbers)})
        return real_tagging(project, key, text_tagger, numbers, windows)

    monkeypatch.setattr(module, "train", train)
    monkeypatch.setattr(module, "tag_stored", tagging)
    finished(crosscheck(project, SETTINGS))
    texts = {sentence.text for sentence in sentences()}
    assert len(trained) == len(tagged) == 3
    for own, held_out in zip(trained, tagged, strict=True):
        assert held_out
        assert not own & held_out
        assert own | held_out == texts


def test_a_sentence_is_encoded_once_for_all_folds(project, monkeypatch, tmp_path):
    encode, encoded = TextEncoding.encode, []

    def counted(by, texts):
        encoded.extend(texts)
        return encode(by, texts)

    monkeypatch.setattr(TextEncoding, "encode", counted)
    settings = replace(SETTINGS, encoder=str(saved_encoder(tmp_path / "bert", "bert")))
    _, run = finished(crosscheck(project, settings))
    assert sorted(encoded) == sorted({sentence.text for sentence in sentences()})
    numbers = [stored.number for stored in project.sentences.each("train")]
    assert sorted(project.predictions.of(EpochKey(run, 2), numbers)) == numbers


def test_an_encoder_that_cannot_be_had_leaves_no_run(project, tmp_path):
    with pytest.raises(UserError, match="does not exist; give a folder with a model"):
        next(crosscheck(project, replace(SETTINGS, encoder=str(tmp_path / "no" / "encoder"))))
    assert project.runs.list_all() == []


def test_predictions_and_signals_of_all_training_sentences_are_one_run(project):
    events, run = finished(crosscheck(project, SETTINGS))
    key, numbers = EpochKey(run, 2), [stored.number for stored in project.sentences.each("train")]
    assert sorted(project.predictions.of(key, numbers)) == numbers
    signals = project.signals.of(key, numbers)
    assert {n: s.gold for n, s in signals.items()} == {s.number: s.gold for s in project.sentences.each("train")}
    assert project.predictions.count(key, "dev") == 0
    doubted = project.selections.numbers(Selection("train", order="suspicious"), key, "corrected")
    wrong = project.selections.numbers(Selection("train", outcomes=ALL_ERRORS), key, "corrected")
    assert sorted(doubted) == wrong != []
    known = project.runs.by_number(run)
    assert (known.status, known.is_crosscheck, known.train_sentences, known.dev_sentences) == ("finished", True, 19, 0)
    [epoch] = project.runs.epochs(run)
    assert epoch.report.corrected.micro.support == sum(len(s.spans) for s in sentences())
    assert (events[0], type(events[-1])) == (RunStarted(run, 19, 0, 0), EpochFinished)
    assert not (project.folder / "runs" / f"{run:04d}").exists()


def test_progress_goes_from_nothing_to_all(project):
    events, _ = finished(crosscheck(project, SETTINGS))
    progress = [event for event in events if isinstance(event, FoldProgress)]
    shares = [event.share for event in progress]
    assert shares == sorted(shares)
    assert shares[0] < 0.1
    assert shares[-1] == pytest.approx(1)
    assert [event.fold for event in progress] == sorted(event.fold for event in progress)
    assert {(event.folds, event.phase) for event in progress} == {(3, "prepare"), (3, "train"), (3, "predict")}
    assert progress[-1].seconds_left == pytest.approx(0, abs=0.1)


def test_a_seed_gives_the_same_again(project):
    runs = [finished(crosscheck(project, SETTINGS))[1] for _ in range(2)]
    numbers = [stored.number for stored in project.sentences.each("train")]
    one, two = (project.predictions.of(EpochKey(run, 2), numbers) for run in runs)
    assert one == two


def test_gold_is_as_corrected(project):
    number = project.sentences.by_id("0-1").number
    project.corrections.correct(number, [])
    _, run = finished(crosscheck(project, SETTINGS))
    assert project.signals.of(EpochKey(run, 2), [number])[number].gold == ()


def test_a_stopped_one_leaves_nothing_but_its_row(project):
    work = crosscheck(project, SETTINGS)
    for event in work:
        if isinstance(event, FoldProgress) and event.fold == 3:
            break
    assert project.predictions.count(EpochKey(1, 2), "train") > 0
    work.close()
    assert (project.runs.by_number(1).status, project.runs.epochs(1)) == ("stopped", [])
    for table in ("prediction", "comparison", "signal"):
        assert project.database.value(f"SELECT count(*) FROM {table}") == 0
    with pytest.raises(UserError, match="run 1 is a cross-check, which cannot be resumed"):
        next(resume_run(project, 1))


def test_a_killed_one_leaves_nothing_when_the_project_opens_again(project, tmp_path):
    run = project.runs.start(SETTINGS)
    project.predictions.save(EpochKey(run, 2), {project.sentences.by_id("again").number: ()})
    project.close()
    with open_project(tmp_path / "p.spandesk") as again:
        assert again.runs.by_number(run).status == "stopped"
        assert again.predictions.count(EpochKey(run, 2), "train") == 0


def test_too_few_sentences_are_refused(tmp_path):
    with create_project(tmp_path / "p.spandesk") as project:
        with pytest.raises(UserError, match="no training sentences"):
            next(crosscheck(project, SETTINGS))
        add_sentences(project, [("train", SENTENCES[2])])
        with pytest.raises(UserError, match="contain no entity"):
            next(crosscheck(project, SETTINGS))
        add_sentences(project, [("train", SENTENCES[0])])
        with pytest.raises(UserError, match="2 training sentences cannot be cross-checked"):
            next(crosscheck(project, SETTINGS))
        assert {run.status for run in project.runs.list_all()} == {"failed"}


def test_a_cross_check_is_never_the_newest_run(tmp_path):
    with project_with_run(tmp_path / "p.spandesk") as project:
        add_sentences(project, [("train", sentence) for sentence in sentences()])
        _, run = finished(crosscheck(project, SETTINGS))
        assert run == 2
        assert project.runs.by_number(None).number == 1
        assert project.runs.with_epochs() == [1]
        assert project.runs.with_weights(None).number == 1
        with pytest.raises(UserError, match="run 2 is a cross-check, which keeps no weights"):
            next(train_run(project, TrainSettings(from_run=2)))
        with pytest.raises(UserError, match="evaluate it with --split train"):
            next(evaluate_epoch(project, 2, None, "dev", "corrected"))
        add_sentences(project, [("train", Sentence("later", "나중에 온 문장"))])
        _, evaluation = finished(evaluate_epoch(project, 2, None, "train", "corrected"))
        assert evaluation.sentences == project.sentences.count("train") - 1
        assert evaluation.report.micro.f1 == project.runs.epochs(2)[0].report.corrected.micro.f1


def test_continued_settings_are_those_of_a_training():
    assert SETTINGS.continued(1).folds is None
    for folds in (1, 101):
        with pytest.raises(UserError, match="folds is"):
            TrainSettings(folds=folds)
