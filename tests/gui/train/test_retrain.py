"""What a retrain would build on."""

import pytest

from core.domain.spans import Span
from core.store.predictions import EpochKey
from gui.train.retrain import compared_runs, consequence, correction_count, retraining_of
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
    assert retraining_of(project) is None


def test_nothing_to_retrain_without_a_run(tmp_path):
    with building.project_with_sentences(tmp_path / "q.spandesk") as project:
        correct(project, "news-1")
        assert retraining_of(project) is None


def test_an_undone_correction_does_not_count(project):
    correct(project, "news-1")
    project.corrections.undo()
    assert retraining_of(project) is None


def test_counts_by_split_and_what_remains(project):
    correct(project, "news-1", "news-2", "talk-2", "news-5")
    found = retraining_of(project)
    assert correction_count(found) == "4 sentences corrected since run 1: 2 in train, 1 in dev, 1 in test."
    assert consequence(found, moves=True) == (
        "The 1 corrected dev sentence moves to train, so that nothing you looked at is measured on; run 1 and the new"
        " run are then compared on the 3 dev sentences that remain, on the same gold."
    )
    assert "mended by looking at predictions" in consequence(found, moves=False)


def test_only_training_sentences_corrected(project):
    correct(project, "news-1")
    found = retraining_of(project)
    assert correction_count(found) == "1 sentence corrected since run 1: 1 in train."
    assert consequence(found, moves=False) == (
        "Run 1 and the new run are then compared on the 4 dev sentences, on the same gold."
    )


def test_dev_sentences_imported_later_are_not_compared_on(project):
    correct(project, "talk-2")
    building.add_sentences(project, [("dev", building.Sentence("late", "늦게 왔다.", ()))])
    assert "on the 3 dev sentences" in consequence(retraining_of(project), moves=True)


def test_the_move_is_impossible_when_all_dev_is_corrected(project):
    correct(project, "news-3", "news-4", "talk-1", "talk-2")
    found = retraining_of(project)
    assert not found.can_move
    assert consequence(found, moves=False).startswith("All 4 dev sentences have been corrected.")
    assert "none would be left" in consequence(found, moves=False)


def test_runs_are_compared_on_what_both_predicted(project):
    other = building.add_run(project, {"news-3": building.SECOND_EPOCH["news-3"], "talk-2": ()})
    compared = compared_runs(project, EpochKey(other, 1), EpochKey(1, 2))
    assert (compared.run, compared.other, compared.sentences) == (other, 1, 2)
    assert compared.f1 == pytest.approx(2 * (2 / 2) * (2 / 3) / (2 / 2 + 2 / 3))
    assert compared.other_f1 == pytest.approx(2 * (3 / 4) * (3 / 3) / (3 / 4 + 3 / 3))


def test_runs_without_common_sentences_are_not_compared(project):
    other = building.add_run(project, {})
    assert compared_runs(project, EpochKey(other, 1), EpochKey(1, 2)) is None
