"""A run that was killed and resumed ends with the weights of one that was not, bit for bit; dropout is on."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from safetensors.torch import load_file

from core.domain.errors import UserError
from core.domain.events import EpochFinished, Progress, RunStarted
from core.domain.generators import run_to_end
from core.domain.settings import TrainSettings
from core.domain.spans import Sentence, Span
from core.services.train import resume_run, train_run
from core.store.gold.relabelling import Replacement
from core.store.predictions import EpochKey
from core.store.project import LOCK, open_project
from core.store.sentences import Move
from tests.building import add_sentences, project_with_run, project_with_sentences
from tests.core.store.failing import connection_of, failing_connections

SETTINGS = TrainSettings(epochs=3, batch_size=2, device="cpu", unit="syllable", augmentation=0.5)
EXTRA = [
    ("train", Sentence(f"more-{n}", text, (Span(0, 3, "PS"),)))
    for n, text in enumerate(
        ["이순신은 갔다.", "이순신이 왔다.", "이순신의 배", "이순신과 조선 수군", "이순신도 싸웠다."]
    )
]


def made(folder):
    project = project_with_sentences(folder)
    add_sentences(project, EXTRA)
    return project


def weights(project, run=1):
    folder = project.checkpoint_folder(run, 3)
    return {name: load_file(folder / name) for name in ("model.safetensors", "head.safetensors")}


def equal(one, other):
    return all(one[file][name].equal(other[file][name]) for file in one for name in one[file])


def with_a_state_at_every_step(monkeypatch):
    monkeypatch.setattr("core.training.trainer._RESUMABLE_EVERY", -1.0)
    monkeypatch.setattr("core.training.trainer._READ_LOSS_EVERY", 1)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """The weights and reports of the run that is left alone."""
    with made(tmp_path_factory.mktemp("undisturbed") / "p.spandesk") as project:
        list(train_run(project, SETTINGS))
        return weights(project), [epoch.report for epoch in project.runs.epochs(1)]


def killed_after(folder, steps, tmp_path):
    """A copy of the project as it lay on the disk after so many training steps."""
    done = 0
    with made(folder) as project:
        training = train_run(project, SETTINGS)
        while done <= steps:
            event = next(training)
            done += isinstance(event, Progress) and event.phase == "train"
        # The next step is done in memory; on the disk is what a kill leaves.
        shutil.copytree(folder, tmp_path / "killed.spandesk", ignore=shutil.ignore_patterns(LOCK))
        training.close()
    return tmp_path / "killed.spandesk"


@pytest.mark.parametrize("steps", [0, 1, 3, 4, 6, 11])
def test_weights_are_those_of_the_run_that_was_not_killed(tmp_path, monkeypatch, undisturbed, steps):
    with_a_state_at_every_step(monkeypatch)
    with open_project(killed_after(tmp_path / "p.spandesk", steps, tmp_path)) as project:
        assert project.runs.by_number(1).status == "stopped"
        events = list(resume_run(project, 1))
        assert equal(weights(project), undisturbed[0])
        assert [epoch.report for epoch in project.runs.epochs(1)] == undisturbed[1]
        assert project.runs.by_number(1).status == "finished"
        assert not project.resume_folder(1).exists()
        assert project.problems() == []
    trained = [event for event in events if isinstance(event, Progress) and event.phase == "train"]
    assert len(trained) == 12 - steps


def test_a_run_from_before_layers_had_rates_of_their_own_opens_and_resumes_with_one_rate(
    tmp_path, monkeypatch, undisturbed
):
    with_a_state_at_every_step(monkeypatch)
    with open_project(killed_after(tmp_path / "p.spandesk", 6, tmp_path)) as project:
        project.database.write("UPDATE run SET settings = json_remove(settings, '$.layer_decay')")
    with open_project(tmp_path / "killed.spandesk") as project:
        assert project.runs.by_number(1).settings == SETTINGS
        list(resume_run(project, 1))
        assert equal(weights(project), undisturbed[0])


def test_a_kill_between_the_two_renames_of_a_state_loses_nothing(tmp_path, monkeypatch, undisturbed):
    folder, killed, rename = tmp_path / "p.spandesk", tmp_path / "killed.spandesk", Path.rename

    def leaves_a_copy(path, target):
        renamed = rename(path, target)
        if path.name == "resume":
            shutil.copytree(folder, killed, ignore=shutil.ignore_patterns(LOCK))
        return renamed

    with made(folder) as project:
        monkeypatch.setattr(Path, "rename", leaves_a_copy)
        list(train_run(project, SETTINGS))
        monkeypatch.undo()
    assert not (killed / "runs" / "0001" / "resume").exists()
    with open_project(killed) as project:
        assert [epoch.number for epoch in project.runs.epochs(1)] == [1, 2]
        events = list(resume_run(project, 1))
        assert events[0] == RunStarted(1, 7, 4, 0, "state", 3, 0)
        assert equal(weights(project), undisturbed[0])


def test_a_kill_before_the_first_state_begins_anew(tmp_path, undisturbed):
    with open_project(killed_after(tmp_path / "p.spandesk", 2, tmp_path)) as project:
        assert not project.resume_folder(1).exists()
        list(resume_run(project, 1))
        assert equal(weights(project), undisturbed[0])


def stop_in(training, epoch, step=1):
    """Stop a training once that step of that epoch is done."""
    for event in training:
        if isinstance(event, Progress) and (event.phase, event.epoch, event.step) == ("train", epoch, step):
            break
    training.close()


def test_a_resumed_run_says_where_it_continues(tmp_path, monkeypatch):
    with made(tmp_path / "p.spandesk") as project:
        training = train_run(project, SETTINGS)
        assert next(training).resumed_from is None
        stop_in(training, 1)
        assert next(resume_run(project, 1)) == RunStarted(1, 7, 4, 0, "start", 1, 0)
        stop_in(resume_run(project, 1), 2)
        assert next(resume_run(project, 1)) == RunStarted(1, 7, 4, 0, "state", 2, 0)
        with_a_state_at_every_step(monkeypatch)
        stop_in(resume_run(project, 1), 2, step=3)
        assert next(resume_run(project, 1)) == RunStarted(1, 7, 4, 0, "state", 2, 2)


def test_resuming_needs_nothing_but_what_the_run_itself_kept(tmp_path):
    with made(tmp_path / "p.spandesk") as project:
        list(train_run(project, SETTINGS))
        stop_in(train_run(project, replace(SETTINGS, from_run=1)), 2)
        shutil.rmtree(project.checkpoint_folder(1, 3).parent)
        list(resume_run(project, 2))
        assert project.runs.by_number(2).status == "finished"


def test_finished_epochs_stay_where_the_saved_state_is_lost(tmp_path):
    with made(tmp_path / "p.spandesk") as project:
        stop_in(train_run(project, SETTINGS), 3)
        before = project.runs.epochs(1)
        predicted = project.predictions.count(EpochKey(1, 2), "dev")
        weights_before = load_file(project.checkpoint_folder(1, 2) / "head.safetensors")
        project.remove_resume_folder(1)
        events = list(resume_run(project, 1))
        assert events[0] == RunStarted(1, 7, 4, 0, "weights", 3)
        assert [event.epoch for event in events if isinstance(event, EpochFinished)] == [3]
        assert project.runs.epochs(1)[:2] == before
        assert project.predictions.count(EpochKey(1, 2), "dev") == predicted == 4
        after = load_file(project.checkpoint_folder(1, 3) / "head.safetensors")
        assert 0 < (after["linear.weight"] - weights_before["linear.weight"]).abs().max() < 0.1
        assert project.runs.by_number(1).status == "finished"


def test_a_finished_epoch_that_the_saved_state_does_not_know_is_said_to_be_repeated(tmp_path, monkeypatch):
    """As after a full disk: the epoch's weights were saved, and the state after it was not."""
    with made(tmp_path / "p.spandesk") as project:
        training = train_run(project, SETTINGS)
        stop_in(training, 2)
        kept = shutil.copytree(project.resume_folder(1), tmp_path / "resume")
        stop_in(resume_run(project, 1), 3)
        reports = [epoch.report for epoch in project.runs.epochs(1)]
        shutil.rmtree(project.resume_folder(1))
        shutil.copytree(kept, project.resume_folder(1))
        events = list(resume_run(project, 1))
        assert events[0] == RunStarted(1, 7, 4, 0, "state", 2, 0, 1)
        assert [epoch.report for epoch in project.runs.epochs(1)][:2] == reports


def test_a_stopped_run_goes_on_after_its_last_epoch(tmp_path, undisturbed):
    with made(tmp_path / "p.spandesk") as project:
        training = train_run(project, SETTINGS)
        stop_in(training, 2)
        assert project.runs.by_number(1).status == "stopped"
        events = list(resume_run(project, 1))
        assert [event.epoch for event in events if isinstance(event, EpochFinished)] == [2, 3]
        assert equal(weights(project), undisturbed[0])


def test_moved_dev_sentences_stay_moved_where_the_run_can_go_on(tmp_path, monkeypatch):
    with_a_state_at_every_step(monkeypatch)
    with made(tmp_path / "p.spandesk") as project:
        project.corrections.correct(project.sentences.by_id("talk-1").number, [Span(0, 3, "PS")])
        training = train_run(project, SETTINGS)
        stop_in(training, 1, step=3)
        assert project.sentences.by_id("talk-1").split == "train"
        project.corrections.correct(project.sentences.by_id("talk-2").number, [Span(0, 3, "DT")])
        list(resume_run(project, 1))
        assert project.sentences.by_id("talk-2").split == "dev"
        assert project.runs.by_number(1).status == "finished"


def test_the_move_of_a_run_that_begins_again_comes_after_what_was_corrected_meanwhile(tmp_path, monkeypatch):
    with made(tmp_path / "p.spandesk") as project:
        project.corrections.correct(project.sentences.by_id("talk-1").number, [Span(0, 3, "PS")])
        stop_in(train_run(project, SETTINGS), 1)
        assert project.sentences.by_id("talk-1").split == "dev", "nothing of it was kept"
        project.reviews.mark(project.sentences.by_id("talk-1").number, reviewed=True)
        list(resume_run(project, 1))
        assert project.sentences.by_id("talk-1").split == "train"
        assert project.corrections.next_steps().undo.kind == "mark"
        assert project.corrections.next_steps().lasting == (Move(1, 1, project.corrections.last_number()),)


def test_a_run_that_begins_again_moves_no_sentence_of_a_large_step_that_was_cut_off(tmp_path, monkeypatch):
    for module in ("corrections", "relabelling"):
        monkeypatch.setattr(f"core.store.gold.{module}.LARGE", 1)
    with failing_connections(), made(tmp_path / "p.spandesk") as project:
        stop_in(train_run(project, replace(SETTINGS, move_corrected_dev=True)), 1)
        work = project.labels.replace(Replacement("PS", "OG", "dev"))
        while not project.sentences.corrected_in("dev"):
            next(work)
        connection_of(project).fail(0, lasts=True)
        with pytest.raises(UserError, match="could not be rolled back"):
            run_to_end(work)
        connection_of(project).heal()
        training = resume_run(project, 1)
        assert next(training) == RunStarted(1, 7, 4, 0, "start", 1, 0)
        training.close()
        assert project.sentences.count("dev") == 4
        assert project.sentences.corrected_in("dev") == []
        assert project.problems() == []


def test_what_cannot_go_on_is_told(tmp_path, monkeypatch):
    with_a_state_at_every_step(monkeypatch)
    with made(tmp_path / "p.spandesk") as project:
        training = train_run(project, SETTINGS)
        stop_in(training, 1, step=3)
        state = project.resume_folder(1) / "state.safetensors"
        state.write_bytes(state.read_bytes()[:-1])
        with pytest.raises(UserError, match="altered"):
            list(resume_run(project, 1))
        project.remove_resume_folder(1)
        list(resume_run(project, 1))
        with pytest.raises(UserError, match="run 1 is finished"):
            next(resume_run(project, 1))
        with pytest.raises(UserError, match="no run 7"):
            next(resume_run(project, 7))


def test_a_run_whose_weights_were_deleted_is_not_resumed(tmp_path):
    with project_with_run(tmp_path / "p.spandesk") as project:
        project.runs.end(1, "stopped")
        project.sources.remove(1, "weights")
        with pytest.raises(UserError, match="the weights of run 1 were deleted, so it cannot be resumed"):
            next(resume_run(project, 1))
        assert project.runs.by_number(1).status == "stopped"


def test_patience_ends_a_run_that_gets_no_better(tmp_path, monkeypatch):
    monkeypatch.setattr("core.training.learner.rate_factor", lambda *_, **__: 0.0)
    settings = TrainSettings(epochs=9, batch_size=2, device="cpu", patience=2)
    with made(tmp_path / "p.spandesk") as project:
        list(train_run(project, settings))
        assert [epoch.number for epoch in project.runs.epochs(1)] == [1, 2, 3]
        assert project.runs.by_number(1).status == "finished"
        assert project.runs.epoch_number(1, "best") == 1
        assert project.runs.epoch_number(1, None) == 3
