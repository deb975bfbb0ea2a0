"""Links inside a project's folder: what they lead to is neither removed nor written."""

import pytest

from core.domain.errors import UserError
from core.domain.settings import TrainSettings
from core.store.project import DATABASE, LOCK, create_project, open_project
from tests.building import project_with_run, project_with_sentences


@pytest.fixture
def victim(tmp_path):
    """Somebody's folder outside the project, with names that training makes among its own."""
    folder = tmp_path / "victim"
    for name in ("Documents", "Music", "epoch-0001", "epoch-0009", ".epoch-0001-abc", "resume"):
        (folder / name).mkdir(parents=True)
        (folder / name / "letter.txt").write_text("dear", encoding="utf-8")
    return folder


def content(folder):
    return {path.relative_to(folder): path.is_file() for path in folder.rglob("*")}


def killed_run(folder):
    """A project whose run 1 was killed, and where its weights would be."""
    with project_with_run(folder) as project:
        project.database.write("UPDATE run SET status = 'running'")
        return project.checkpoint_folder(1, 1).parent


@pytest.mark.parametrize("linked", ["runs/0001", "runs", "runs/0001/epoch-0009", "runs/0001/.epoch-0001-abc"])
def test_opening_a_project_removes_nothing_outside_it(tmp_path, victim, linked):
    folder = tmp_path / "p.spandesk"
    killed_run(folder)
    before = content(victim)
    (folder / linked).parent.mkdir(parents=True, exist_ok=True)
    if linked == "runs":
        (victim / "0001").symlink_to(victim, target_is_directory=True)
        before = content(victim)
    (folder / linked).symlink_to(victim, target_is_directory=True)
    with open_project(folder) as project:
        project.remove_resume_folder(1)
    assert content(victim) == before


def test_opening_removes_what_training_left_and_nothing_else(tmp_path):
    weights = killed_run(tmp_path / "p.spandesk")
    for name in ("epoch-0001", "epoch-0003", ".epoch-0003-abc", ".resume-abc", "resume", "notes", ".git"):
        (weights / name).mkdir(parents=True)
    open_project(tmp_path / "p.spandesk").close()
    assert sorted(path.name for path in weights.iterdir()) == [".git", "epoch-0001", "notes", "resume"]


@pytest.mark.parametrize("linked", ["runs", "runs/0001"])
def test_no_run_starts_or_resumes_if_its_weights_would_be_written_outside(tmp_path, victim, linked):
    with project_with_run(tmp_path / "p.spandesk") as project:
        (project.folder / linked).parent.mkdir(exist_ok=True)
        (project.folder / linked).symlink_to(victim, target_is_directory=True)
        with pytest.raises(UserError, match="would be written outside the project"):
            project.runs.reopen(1, from_epoch=1)
        if linked == "runs":
            with pytest.raises(UserError, match="would be written outside the project"):
                project.runs.start(TrainSettings())
        else:
            assert project.runs.start(TrainSettings()) == 2


@pytest.mark.parametrize("linked", ["cache", "cache/encodings"])
def test_encoded_sentences_are_not_kept_where_a_link_leads_outside(tmp_path, victim, linked):
    with project_with_sentences(tmp_path / "p.spandesk") as project:
        assert project.encodings_folder == project.folder / "cache" / "encodings"
        (project.folder / linked).parent.mkdir(exist_ok=True)
        (project.folder / linked).symlink_to(victim, target_is_directory=True)
        assert project.encodings_folder is None


@pytest.mark.parametrize("name", [DATABASE, LOCK, DATABASE + "-wal"])
def test_a_project_whose_files_are_links_is_not_opened(tmp_path, name):
    folder, outside = tmp_path / "p.spandesk", tmp_path / "outside"
    project_with_sentences(folder).close()
    outside.write_bytes(b"" if name != DATABASE else (folder / DATABASE).read_bytes())
    (folder / name).unlink(missing_ok=True)
    (folder / name).symlink_to(outside)
    before = outside.read_bytes()
    with pytest.raises(UserError, match="is a link, which Spandesk does not follow"):
        open_project(folder)
    assert outside.read_bytes() == before


def test_a_project_that_is_reached_by_a_link_is_opened(tmp_path):
    project_with_sentences(tmp_path / "p.spandesk").close()
    (tmp_path / "short").symlink_to(tmp_path / "p.spandesk", target_is_directory=True)
    with open_project(tmp_path / "short") as project:
        assert project.encodings_folder is not None
        assert project.runs.start(TrainSettings()) == 1


def test_a_new_project_is_not_made_where_its_lock_is_a_link(tmp_path):
    (tmp_path / "precious").write_text("dear", encoding="utf-8")
    (tmp_path / "p.spandesk").mkdir()
    (tmp_path / "p.spandesk" / LOCK).symlink_to(tmp_path / "precious")
    with pytest.raises(UserError, match="is a link"):
        create_project(tmp_path / "p.spandesk")
    assert (tmp_path / "precious").read_text(encoding="utf-8") == "dear"
