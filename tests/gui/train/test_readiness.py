"""What a training would find in the corpus, and what a retrain would build on."""

import pytest

from core.domain.spans import Span
from core.store.predictions import EpochKey
from gui.train.readiness import (
    CorpusCounts,
    check_readiness,
    compare_runs,
    consequence,
    correction_count,
    count_corpus,
    count_project,
    find_retraining,
)
from tests import building
from tests.gui.train.conftest import numbered


@pytest.fixture
def project(tmp_path):
    with building.project_with_run(tmp_path / "p.spandesk") as project:
        yield project


def correct(project, *ids):
    for name in ids:
        project.corrections.correct(numbered(project, name), [Span(0, 1, "PS")])


def test_nothing_to_retrain_without_corrections(project):
    assert find_retraining(project) is None


def test_nothing_to_retrain_without_a_run(tmp_path):
    with building.project_with_sentences(tmp_path / "q.spandesk") as project:
        correct(project, "news-1")
        assert find_retraining(project) is None


def test_a_stopped_run_is_resumable_while_it_has_its_weights(project):
    project.runs.end(1, "stopped")
    assert next(count_project(project, None)).resumable == 1
    assert next(count_project(project, None)).with_weights == (1,)
    project.sources.remove(1, "weights")
    assert next(count_project(project, None)).resumable is None
    assert next(count_project(project, None)).with_weights == ()


def test_an_undone_correction_does_not_count(project):
    correct(project, "news-1")
    project.corrections.undo()
    assert find_retraining(project) is None


def test_counts_by_split_and_what_remains(project):
    correct(project, "news-1", "news-2", "talk-2", "news-5")
    found = find_retraining(project)
    assert correction_count(found) == "4 sentences corrected since run 1: 2 in train, 1 in dev, 1 in test."
    assert consequence(found, moves=True) == (
        "The 1 corrected dev sentence moves to train, so that nothing you looked at is measured on; run 1 and the new"
        " run are then compared on the 3 dev sentences that remain, on the same gold."
    )
    assert "corrected after its prediction was seen" in consequence(found, moves=False)


def test_only_training_sentences_corrected(project):
    correct(project, "news-1")
    found = find_retraining(project)
    assert correction_count(found) == "1 sentence corrected since run 1: 1 in train."
    assert consequence(found, moves=False) == (
        "Run 1 and the new run are then compared on the 4 dev sentences, on the same gold."
    )


def test_dev_sentences_imported_later_are_not_compared_on(project):
    correct(project, "talk-2")
    building.add_sentences(project, [("dev", building.Sentence("late", "늦게 왔다.", ()))])
    assert "on the 3 dev sentences" in consequence(find_retraining(project), moves=True)


def test_the_move_is_impossible_when_all_dev_is_corrected(project):
    correct(project, "news-3", "news-4", "talk-1", "talk-2")
    found = find_retraining(project)
    assert not found.can_move
    assert consequence(found, moves=False).startswith("All 4 dev sentences have been corrected.")
    assert "none would be left" in consequence(found, moves=False)


def test_runs_are_compared_on_what_both_predicted(project):
    other = building.add_run(project, {"news-3": building.SECOND_EPOCH["news-3"], "talk-2": ()})
    compared = compare_runs(project, EpochKey(other, 1), EpochKey(1, 2))
    assert (compared.run, compared.other, compared.sentences) == (other, 1, 2)
    assert compared.f1 == pytest.approx(2 * (2 / 2) * (2 / 3) / (2 / 2 + 2 / 3))
    assert compared.other_f1 == pytest.approx(2 * (3 / 4) * (3 / 3) / (3 / 4 + 3 / 3))


def test_runs_without_common_sentences_are_not_compared(project):
    other = building.add_run(project, {})
    assert compare_runs(project, EpochKey(other, 1), EpochKey(1, 2)) is None


def found_in(project, *, limit=None, moves=False):
    return check_readiness(count_corpus(project), limit=limit, moves=moves)


def test_a_corpus_in_one_line(tmp_path):
    with building.project_with_sentences(tmp_path / "p.spandesk") as project:
        found = found_in(project)
        assert found.summary == "2 training sentences with 5 spans, 4 dev sentences, 4 types"
        assert found.warnings == ("TI occurs in dev but in no training sentence, and cannot be learned.",)
        assert found.hindrance is None
        assert found_in(project, limit=1).summary.endswith("; at most 1 of each, corrected ones first")


def test_what_moves_is_said(tmp_path):
    with building.project_with_sentences(tmp_path / "p.spandesk") as project:
        project.corrections.correct(numbered(project, "talk-2"), [Span(0, 3, "DT")])
        assert found_in(project, moves=True).summary.endswith("; 1 corrected dev sentence moves to train")
        assert count_corpus(project) == CorpusCounts(
            train=2,
            dev=4,
            corrected_dev=1,
            train_spans={"PS": 1, "LC": 2, "OG": 1, "DT": 1},
            dev_spans={"PS": 2, "DT": 2, "OG": 1, "LC": 1, "TI": 1},
        )


def test_no_sentence_is_read_to_count_spans(tmp_path, monkeypatch):
    with building.project_with_sentences(tmp_path / "p.spandesk") as project:
        monkeypatch.setattr(project.sentences, "each", None)
        assert "with 5 spans" in found_in(project).summary


def test_what_keeps_a_training_from_starting(tmp_path):
    only = {split: [row for row in building.TEXTS if row[1] == split] for split in ("train", "dev")}
    for split, missing in (("train", "no dev"), ("dev", "no training")):
        with building.create_project(tmp_path / f"{split}.spandesk") as project:
            rows = [(split, building.Sentence(name, text, gold)) for name, _, text, gold in only[split]]
            building.add_sentences(project, rows)
            found = found_in(project)
        assert missing in found.hindrance
        assert found.wants_corpus
    with building.create_project(tmp_path / "bare.spandesk") as project:
        rows = [(split, building.Sentence(split, "말이 없다.", ())) for split in ("train", "dev")]
        building.add_sentences(project, rows)
        assert "no entity" in found_in(project).hindrance


def test_a_dev_split_without_an_entity_is_warned_of(tmp_path):
    with building.project_with_sentences(tmp_path / "p.spandesk") as project:
        for name in ("news-3", "news-4", "talk-1", "talk-2"):
            project.corrections.correct(numbered(project, name), [])
        assert found_in(project).warnings == (
            "The dev sentences contain no entity, so their precision, recall and F1 mean nothing.",
        )
