"""A run that was killed and resumed ends with the weights of one that was not, bit for bit; dropout is on."""

import shutil

import pytest
from safetensors.torch import load_file

from core import workflow
from core.errors import UserError
from core.events import EpochFinished, Progress
from core.settings import TrainSettings
from core.spans import Sentence, Span
from core.store.project import LOCK, opened
from tests.building import add_sentences, project_with_sentences

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
        list(workflow.training(project, SETTINGS))
        return weights(project), [epoch.report for epoch in project.runs.epochs(1)]


def killed_after(folder, steps, tmp_path):
    """A copy of the project as it lay on the disk after so many training steps."""
    done = 0
    with made(folder) as project:
        training = workflow.training(project, SETTINGS)
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
    with opened(killed_after(tmp_path / "p.spandesk", steps, tmp_path)) as project:
        assert project.runs.by_number(1).status == "stopped"
        events = list(workflow.resuming(project, 1))
        assert equal(weights(project), undisturbed[0])
        assert [epoch.report for epoch in project.runs.epochs(1)] == undisturbed[1]
        assert project.runs.by_number(1).status == "finished"
        assert not project.resume_folder(1).exists()
        assert project.problems() == []
    trained = [event for event in events if isinstance(event, Progress) and event.phase == "train"]
    assert len(trained) == 12 - steps


def test_a_kill_before_the_first_state_begins_anew(tmp_path, undisturbed):
    with opened(killed_after(tmp_path / "p.spandesk", 2, tmp_path)) as project:
        assert not project.resume_folder(1).exists()
        list(workflow.resuming(project, 1))
        assert equal(weights(project), undisturbed[0])


def test_a_stopped_run_goes_on_after_its_last_epoch(tmp_path, undisturbed):
    with made(tmp_path / "p.spandesk") as project:
        training = workflow.training(project, SETTINGS)
        for event in training:
            if isinstance(event, Progress) and event.epoch == 2:
                break
        training.close()
        assert project.runs.by_number(1).status == "stopped"
        events = list(workflow.resuming(project, 1))
        assert [event.epoch for event in events if isinstance(event, EpochFinished)] == [2, 3]
        assert equal(weights(project), undisturbed[0])


def test_moved_dev_sentences_stay_moved_where_the_run_can_go_on(tmp_path, monkeypatch):
    with_a_state_at_every_step(monkeypatch)
    with made(tmp_path / "p.spandesk") as project:
        project.corrections.correct(project.sentences.by_id("talk-1").number, [Span(0, 3, "PS")])
        training = workflow.training(project, SETTINGS)
        for event in training:
            if isinstance(event, Progress) and event.phase == "train" and event.step == 3:
                break
        training.close()
        assert project.sentences.by_id("talk-1").split == "train"
        project.corrections.correct(project.sentences.by_id("talk-2").number, [Span(0, 3, "DT")])
        list(workflow.resuming(project, 1))
        assert project.sentences.by_id("talk-2").split == "dev"
        assert project.runs.by_number(1).status == "finished"


def test_what_cannot_go_on_is_told(tmp_path, monkeypatch):
    with_a_state_at_every_step(monkeypatch)
    with made(tmp_path / "p.spandesk") as project:
        training = workflow.training(project, SETTINGS)
        for event in training:
            if isinstance(event, Progress) and event.phase == "train" and event.step == 3:
                break
        training.close()
        state = project.resume_folder(1) / "state.safetensors"
        state.write_bytes(state.read_bytes()[:-1])
        with pytest.raises(UserError, match="altered"):
            list(workflow.resuming(project, 1))
        project.remove_resume_folder(1)
        list(workflow.resuming(project, 1))
        with pytest.raises(UserError, match="run 1 is finished"):
            next(workflow.resuming(project, 1))
        with pytest.raises(UserError, match="no run 7"):
            next(workflow.resuming(project, 7))


def test_patience_ends_a_run_that_gets_no_better(tmp_path, monkeypatch):
    monkeypatch.setattr("core.training.learner.rate_factor", lambda *_, **__: 0.0)
    settings = TrainSettings(epochs=9, batch_size=2, device="cpu", patience=2)
    with made(tmp_path / "p.spandesk") as project:
        list(workflow.training(project, settings))
        assert [epoch.number for epoch in project.runs.epochs(1)] == [1, 2, 3]
        assert project.runs.by_number(1).status == "finished"
        assert project.runs.epoch_number(1, "best") == 1
        assert project.runs.epoch_number(1, None) == 3
