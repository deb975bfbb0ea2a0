"""Runs: what they were trained on can be told later, and an interrupted one leaves what it finished."""

import pytest

from core.domain.errors import UserError
from core.domain.settings import TrainSettings
from core.domain.spans import Span
from core.store.predictions import EpochKey
from core.store.project import open_project
from core.store.runs import training_digest
from tests.building import FIRST_EPOCH, SECOND_EPOCH, add_run, project_with_run, project_with_sentences


def test_the_training_sentences_of_every_run_can_be_told_after_corrections_and_moves(tmp_path):
    with project_with_run(tmp_path / "p.spandesk") as project:
        project.corrections.correct(project.sentences.by_id("news-1").number, [Span(0, 3, "PS")])
        dev = project.sentences.by_id("news-3")
        project.corrections.correct(dev.number, [Span(0, 2, "PS")])
        project.sentences.move_to_train([dev.number], 2)
        assert add_run(project, FIRST_EPOCH) == 2
        project.corrections.correct(project.sentences.by_id("news-2").number, [])
        for number, ids in ((1, ["news-1", "news-2"]), (2, ["news-1", "news-2", "news-3"])):
            sentences = list(project.runs.training_sentences(number))
            assert [sentence.id for sentence in sentences] == ids
            run = project.runs.by_number(number)
            assert training_digest(sentences) == (run.training_digest, run.train_sentences)


def test_runs_compare_on_the_dev_sentences_that_both_predicted(tmp_path):
    with project_with_run(tmp_path / "p.spandesk") as project:
        few = {name: SECOND_EPOCH[name] for name in ("news-3", "news-4")}
        add_run(project, few)
        mine, other = EpochKey(1, 1), EpochKey(2, 1)
        assert project.predictions.count(mine, "dev") == 4
        assert project.predictions.count(mine, "dev", other) == 2
        counts = project.predictions.counts(mine, "dev", "corrected", other)
        assert sum(count.support for count in counts.values()) == 4


def test_the_next_number_is_that_of_the_next_run_whatever_other_sources_there_are(tmp_path):
    with project_with_run(tmp_path / "p.spandesk") as project:
        project.sources.add("dictionary", "names", {})
        number = project.runs.next_number()
        assert number == 3
        assert add_run(project, FIRST_EPOCH) == number


def test_a_run_that_was_killed_is_stopped_at_the_next_opening(tmp_path):
    with project_with_sentences(tmp_path / "p.spandesk") as project:
        project.runs.start(TrainSettings())
    with open_project(tmp_path / "p.spandesk") as project:
        assert project.runs.by_number(1).status == "stopped"


def test_what_is_not_there(tmp_path):
    with project_with_sentences(tmp_path / "p.spandesk") as project:
        with pytest.raises(UserError, match="no trained run yet"):
            project.runs.by_number(None)
        add_run(project, FIRST_EPOCH)
        with pytest.raises(UserError, match="no run 7"):
            project.runs.by_number(7)
        number = project.sources.add("dictionary", "food", {})
        with pytest.raises(UserError, match=rf"^source {number} \(dictionary\) is not a run"):
            project.runs.by_number(number)
        with pytest.raises(UserError, match="no epoch 3"):
            project.runs.epoch_number(1, 3)
        assert project.runs.epoch_number(1, None) == 1


def test_settings_come_back_as_they_were(tmp_path):
    settings = TrainSettings(encoder="somewhere", epochs=3, learning_rate=1e-4, limit=5)
    with project_with_sentences(tmp_path / "p.spandesk") as project:
        run = project.runs.start(settings)
        assert project.runs.by_number(run).settings == settings


@pytest.mark.parametrize(
    "report",
    ["'{broken'", "'[]'", "json_set(report, '$.corrected.micro.f1', 'high')", "json_remove(report, '$.imported')"],
)
def test_a_damaged_report_of_an_epoch_is_named_and_its_numbers_are_still_there(tmp_path, report):
    with project_with_run(tmp_path / "p.spandesk") as project:
        project.database.write(f"UPDATE epoch SET report = {report} WHERE number = 2")
        damaged = "the stored report of run 1, epoch 2 is damaged; restore project.db from a copy, or use another run"
        with pytest.raises(UserError, match=damaged):
            project.runs.epochs(1)
        assert project.problems() == [damaged]
        assert project.sources.epoch_numbers(1) == [1, 2]
        assert project.runs.seconds(1) == [2.5, 2.5]


@pytest.mark.parametrize("column", ["loss", "seconds"])
def test_a_loss_or_a_time_that_is_no_number_is_damage_of_its_epoch(tmp_path, column):
    with project_with_run(tmp_path / "p.spandesk") as project:
        project.database.write(f"UPDATE epoch SET {column} = 'much' WHERE number = 2")
        with pytest.raises(UserError, match="run 1, epoch 2 is damaged"):
            project.runs.epochs(1)
        assert len(project.runs.seconds(1)) == (1 if column == "seconds" else 2)


@pytest.mark.parametrize(
    ("column", "value"), [("labels", '"PS"'), ("labels", "[1]"), ("labels", "{}"), ("train_sentences", "many")]
)
def test_a_run_with_a_wrong_value_is_not_offered_and_named_by_the_check(tmp_path, column, value):
    with project_with_run(tmp_path / "p.spandesk") as project:
        project.database.write(f"UPDATE run SET {column} = ?", [value])
        assert project.runs.list_all() == []
        assert project.problems() == ["run 1: its settings or labels cannot be read"]
        with pytest.raises(UserError, match="run 1 is damaged"):
            project.runs.by_number(1)
