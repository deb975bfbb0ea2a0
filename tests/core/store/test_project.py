"""Opening, creating and refusing projects."""

import contextlib
import shutil
import sqlite3

import pytest

from core.domain.errors import UserError
from core.domain.settings import TrainSettings
from core.domain.spans import SPLITS, SentenceNumber, Span
from core.io.manifest import FORMAT, Manifest, digests_of
from core.services.export_corpus import export_corpus
from core.store.database import Database
from core.store.predictions import EpochKey
from core.store.project import DATABASE, Project, create_project, open_for_import, open_or_create_project, open_project
from tests.building import FIRST_EPOCH, add_run, project_with_run, project_with_sentences
from tests.core.store.failing import sqlite_error


def test_a_copied_project_is_complete(tmp_path):
    with project_with_run(tmp_path / "a.spandesk") as project:
        before = list(project.sentences.each())
    shutil.copytree(tmp_path / "a.spandesk", tmp_path / "b.spandesk")
    with open_project(tmp_path / "b.spandesk") as copy:
        assert list(copy.sentences.each()) == before
        assert [run.number for run in copy.runs.list_all()] == [1]
        assert copy.problems() == []


def test_no_project_there(tmp_path):
    with pytest.raises(UserError, match="no project was found at"):
        open_project(tmp_path / "none")


def test_a_folder_that_is_not_a_project(tmp_path):
    with pytest.raises(UserError, match="not a Spandesk project"):
        open_project(tmp_path)


def test_a_new_project_needs_an_empty_folder(tmp_path):
    (tmp_path / "letter.txt").write_text("dear", encoding="utf-8")
    with pytest.raises(UserError, match="not empty"):
        create_project(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_an_existing_project_is_opened_and_a_missing_one_made(tmp_path):
    with open_or_create_project(tmp_path / "p.spandesk"):
        pass
    with open_or_create_project(tmp_path / "p.spandesk") as project:
        assert project.sentences.count() == 0


@pytest.mark.parametrize("content", [b"", b"no database at all" * 100])
def test_a_file_that_is_not_a_database_is_left_alone(tmp_path, content):
    (tmp_path / DATABASE).write_bytes(content)
    with pytest.raises(
        UserError, match=r"is damaged(: it is empty| \(file is not a database\)); restore it from a copy"
    ):
        open_project(tmp_path)
    assert (tmp_path / DATABASE).read_bytes() == content


def test_another_programs_database(tmp_path):
    connection = sqlite3.connect(tmp_path / DATABASE)
    connection.execute("CREATE TABLE notes (text)")
    connection.close()
    with pytest.raises(UserError, match="not a Spandesk project"):
        open_project(tmp_path)


@pytest.mark.parametrize(
    "change",
    [
        "PRAGMA user_version = 99",
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('spandesk', '0099_later', '2030')",
    ],
)
def test_a_project_from_a_newer_version(tmp_path, change):
    project_with_sentences(tmp_path / "p.spandesk").close()
    connection = sqlite3.connect(tmp_path / "p.spandesk" / DATABASE)
    connection.execute(change)
    connection.commit()
    connection.close()
    with pytest.raises(UserError, match="newer Spandesk"):
        open_project(tmp_path / "p.spandesk")


def test_two_windows_on_one_project(tmp_path):
    folder = tmp_path / "p.spandesk"
    with project_with_sentences(folder), pytest.raises(UserError, match="open in another Spandesk"):
        open_project(folder)
    with open_project(folder) as project:
        assert project.sentences.count() == 7


def test_damage_is_found(tmp_path):
    with project_with_run(tmp_path / "p.spandesk") as project:
        assert project.problems() == []
        project.database.write("UPDATE comparison SET outcome = 'right' WHERE outcome = 'missed'")
        assert any("not match" in problem for problem in project.problems())


@pytest.mark.parametrize(
    ("spans", "problem"),
    [
        ('[[0,3,"PS"],[2,4,"LC"]]', "the spans 0–3 PS and 2–4 LC overlap"),
        ('[[5,70,"LC"]]', "the span 5–70 reaches past the text"),
        ('[[5,7,"LC"],[0,3,"PS"]]', "its spans are not in order of position"),
        ('[[3,0,"PS"]]', "the sentences cannot be checked: the span 3–0 is empty"),
    ],
)
def test_spans_that_another_program_wrote_are_found(tmp_path, spans, problem):
    with project_with_sentences(tmp_path / "p.spandesk") as project:
        project.database.write("UPDATE sentence SET gold = ?, imported = ? WHERE id = 'news-1'", [spans, spans])
        assert any(problem in found for found in project.problems())


def test_the_counts_by_label_follow_every_change(tmp_path):
    with project_with_sentences(tmp_path / "p.spandesk") as project:
        before = project.sentences.label_counts()
        assert before["dev", "DT"] == 2
        sentence = project.sentences.by_id("news-3")
        project.corrections.correct(sentence.number, [Span(0, 2, "OG"), Span(4, 9, "DT")])
        assert project.sentences.label_counts()["dev", "OG"] == before["dev", "OG"] + 1
        project.sentences.move_to_train([sentence.number], 1)
        assert project.sentences.label_counts()["train", "OG"] == before["train", "OG"] + 1
        assert project.problems() == []
        project.sentences.move_back(1)
        project.corrections.undo()
        assert project.sentences.label_counts() == before
        project.database.write("UPDATE label_count SET spans = 99")
        assert any("counts of spans" in problem for problem in project.problems())


def test_damaged_pages_are_one_sentence_and_never_a_traceback(tmp_path):
    folder = tmp_path / "p.spandesk"
    project_with_run(folder).close()
    whole = (folder / DATABASE).read_bytes()
    found = 0
    for page in range(1, len(whole) // 4096):
        (folder / DATABASE).write_bytes(whole[: page * 4096] + b"\xff" * 4096 + whole[(page + 1) * 4096 :])
        found += bool(_problems(folder))
    assert found == len(whole) // 4096 - 1


def _problems(folder):
    try:
        with open_project(folder) as project:
            return project.problems()
    except UserError as error:
        return [str(error)]


def test_a_folder_that_only_an_interrupted_creation_left_is_taken(tmp_path):
    (tmp_path / "project.lock").touch()
    with create_project(tmp_path) as project:
        assert project.sentences.count() == 0


def test_opening_cleans_up_after_a_killed_training(tmp_path):
    folder = tmp_path / "p.spandesk"
    with project_with_run(folder) as project:
        sentence = project.sentences.by_id("news-3")
        run = project.runs.start(TrainSettings())
        project.sentences.move_to_train([sentence.number], run)
        project.predictions.save(EpochKey(run, 1), {sentence.number: ()})
        unfinished = project.checkpoint_folder(run, 1)
        unfinished.mkdir(parents=True)
    with open_project(folder) as project:
        killed = project.runs.by_number(run)
        assert killed.status == "stopped"
        assert killed.finished_at is not None
        assert project.sentences.by_id("news-3").split == "dev"
        assert project.predictions.count(EpochKey(run, 1), "dev") == 0
        assert not unfinished.exists()
        assert project.problems() == []


def test_texts_come_with_their_numbers_slice_by_slice(tmp_path, monkeypatch):
    monkeypatch.setattr("core.store.sentences.SLICE", 2)
    with project_with_sentences(tmp_path / "p.spandesk") as project:
        for split in SPLITS:
            expected = [(stored.number, stored.text) for stored in project.sentences.each(split)]
            assert list(project.sentences.texts(split)) == expected


def test_sentences_that_contain_a_string_are_read_in_slices(tmp_path, monkeypatch):
    monkeypatch.setattr("core.store.sentences.SLICE", 3)
    with project_with_sentences(tmp_path / "p.spandesk") as project:
        slices = list(project.sentences.containing("에서", "dev"))
        assert [[stored.id for stored in part] for part in slices] == [[], ["news-4"], []]
        assert [s.id for part in project.sentences.containing("에서", "train") for s in part] == ["news-2"]
        assert not any(project.sentences.containing("%", "dev"))


def test_a_creation_that_was_killed_at_any_moment_can_be_done_again(tmp_path):
    for name in (f".{DATABASE}-0123.part", f".{DATABASE}-0123.part-journal"):
        (tmp_path / name).write_bytes(b"half")
    with create_project(tmp_path) as project:
        assert project.problems() == []
    assert not [path.name for path in tmp_path.iterdir() if path.name.endswith(("part", "part-journal"))]


def test_a_project_that_cannot_be_opened_keeps_no_connection(tmp_path, monkeypatch):
    project_with_sentences(tmp_path / "p.spandesk").close()
    closed, close = [], Database.close
    monkeypatch.setattr(Database, "close", lambda self: (closed.append(self), close(self)))
    monkeypatch.setattr(Project, "_end_interrupted", lambda self: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        open_project(tmp_path / "p.spandesk")
    [database] = closed
    with pytest.raises(sqlite3.ProgrammingError):
        database.value("SELECT 1")
    monkeypatch.undo()
    with open_project(tmp_path / "p.spandesk") as project:
        assert project.sentences.count() == 7


def in_database(folder, *statements):
    """Change a closed project behind the program's back."""
    with contextlib.closing(sqlite3.connect(folder / DATABASE)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (sqlite3.SQLITE_FULL, r"the disk of .*project\.db is full; free some space"),
        (sqlite3.SQLITE_IOERR_WRITE, r"cannot be read or written .*; check that its disk has free space"),
        (sqlite3.SQLITE_BUSY, r"another program is using .*project\.db; close it"),
        (sqlite3.SQLITE_READONLY_DIRECTORY, r"check the permissions"),
        (sqlite3.SQLITE_CANTOPEN, r"check the permissions"),
        (sqlite3.SQLITE_CORRUPT, r"is damaged .*; restore it from a copy"),
    ],
)
def test_opening_says_whether_the_disk_is_full_or_something_forbidden_locked_or_damaged(
    tmp_path, monkeypatch, code, reason
):
    def fail(database):
        raise sqlite_error(code)

    project_with_sentences(tmp_path / "p.spandesk").close()
    monkeypatch.setattr(Database, "_migrate", fail)
    with pytest.raises(UserError, match=reason) as raised:
        open_project(tmp_path / "p.spandesk")
    is_damage = code == sqlite3.SQLITE_CORRUPT
    assert ("copy" in str(raised.value)) == is_damage, "nobody replaces good work by an older copy"


def test_another_program_that_writes_is_named_as_the_reason(tmp_path):
    project_with_sentences(tmp_path / "p.spandesk").close()
    with open_project(tmp_path / "p.spandesk", is_responsive=True) as project:
        other = sqlite3.connect(tmp_path / "p.spandesk" / DATABASE)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(UserError, match=r"not saved \(another program is using"):
            project.corrections.correct(SentenceNumber(1), [])
        other.rollback()
        other.close()
        assert project.corrections.correct(SentenceNumber(1), [])


def test_a_project_opens_and_is_exported_while_another_program_has_it_locked(tmp_path, monkeypatch):
    monkeypatch.setattr("core.store.database._LONGEST_WAIT", 0)
    project_with_sentences(tmp_path / "p.spandesk").close()
    with contextlib.closing(sqlite3.connect(tmp_path / "p.spandesk" / DATABASE)) as other:
        other.execute("BEGIN IMMEDIATE")
        with open_project(tmp_path / "p.spandesk") as project:
            report = export_corpus(project, tmp_path / "out.jsonl", "jsonl", None, "corrected")
            assert report.sentences == project.sentences.count()


def test_no_message_about_a_damaged_text_contains_the_text(tmp_path):
    folder = tmp_path / "p.spandesk"
    project_with_sentences(folder).close()
    in_database(folder, "UPDATE sentence SET text = CAST(CAST(text AS BLOB) || x'ff' AS TEXT) WHERE id = 'news-3'")
    with open_project(folder) as project, pytest.raises(UserError, match="a text in it is not UTF-8") as raised:
        list(project.sentences.each())
    assert "세종" not in str(raised.value)


def test_an_error_in_our_sql_is_not_reported_as_a_disk_error(tmp_path):
    with (
        project_with_sentences(tmp_path / "p.spandesk") as project,
        pytest.raises(sqlite3.OperationalError, match="no such table"),
        project.database.atomic(),
    ):
        project.database.write("DELETE FROM corection")


@pytest.mark.parametrize(
    ("settings", "encoder", "dropout"),
    [
        ('{"encoder": "tiny", "dropout": 7.5, "seed": -1}', "tiny", 7.5),
        ('{"encoder": "tiny", "lookahead": true}', "tiny", 0.1),
        ('{"unit": "eojeol"}', "tiny", 0.1),
    ],
)
def test_a_run_of_another_version_is_read_with_the_settings_that_it_has(tmp_path, settings, encoder, dropout):
    folder = tmp_path / "p.spandesk"
    project_with_run(folder).close()
    in_database(folder, f"UPDATE run SET settings = '{settings}'")
    with open_project(folder) as project:
        [run] = project.runs.list_all()
        assert (run.settings.encoder, run.settings.dropout) == (encoder, dropout)
        assert project.problems() == []


@pytest.mark.parametrize(
    "settings", ["{broken", "[]", "null", '{"encoder": "tiny"', '{"encoder": 5}', '{"epochs": "3"}']
)
def test_a_run_whose_row_is_damaged_is_named_by_check_and_hinders_nothing_else(tmp_path, settings):
    folder = tmp_path / "p.spandesk"
    with project_with_run(folder) as project:
        add_run(project, FIRST_EPOCH)
    in_database(folder, f"UPDATE run SET settings = '{settings}' WHERE number = 1")
    with open_project(folder) as project:
        assert [run.number for run in project.runs.list_all()] == [2]
        assert project.runs.with_epochs() == [2]
        assert project.runs.by_number(None).number == 2
        assert project.problems() == ["run 1: its settings or labels cannot be read"]
        with pytest.raises(UserError, match="run 1 is damaged"):
            project.runs.by_number(1)


def test_a_damaged_run_that_was_killed_is_ended_as_well(tmp_path):
    folder = tmp_path / "p.spandesk"
    project_with_run(folder).close()
    in_database(folder, "UPDATE run SET settings = '{', status = 'running'")
    with open_project(folder) as project:
        assert project.runs.running() == []


def test_a_new_run_takes_no_folder_that_is_there(tmp_path):
    with project_with_run(tmp_path / "p.spandesk") as project:
        (project.folder / "runs" / "0007").mkdir(parents=True)
        assert project.runs.start(TrainSettings()) == 8
        assert project.runs.start(TrainSettings()) == 9
        (project.folder / "runs" / "0010").symlink_to(tmp_path / "nowhere")
        assert project.runs.start(TrainSettings()) == 11


def write_state(folder, content, *, is_whole=True):
    """A folder as `core.model.checkpoint` writes it, with a word in place of weights."""
    folder.mkdir(parents=True)
    (folder / "state.safetensors").write_text(content, encoding="utf-8")
    if is_whole:
        Manifest(FORMAT, ["PS"], "subword", 0.1, 128, digests_of(folder)).write(folder)


@pytest.mark.parametrize(
    ("there", "new", "old", "kept"),
    [
        (False, True, True, "new"),
        (False, True, None, "new"),
        (False, False, True, "old"),
        (False, None, True, "old"),
        (False, False, None, None),
        (True, True, None, "there"),
    ],
)
def test_a_state_that_was_being_replaced_when_the_process_was_killed_is_restored(tmp_path, there, new, old, kept):
    folder = tmp_path / "p.spandesk"
    with project_with_run(folder) as project:
        project.database.write("UPDATE run SET status = 'running'")
        state = project.resume_folder(1)
    if there:
        write_state(state, "there")
    for name, is_whole in (("new", new), ("old", old)):
        if is_whole is not None:
            write_state(state.parent / ".resume-abc123" / name, name, is_whole=is_whole)
    with open_project(folder) as project:
        assert project.runs.by_number(1).status == "stopped"
    found = (state / "state.safetensors").read_text(encoding="utf-8") if state.exists() else None
    assert found == kept
    assert not (state.parent / ".resume-abc123").exists()


def test_no_state_is_restored_from_outside_the_project(tmp_path):
    folder = tmp_path / "p.spandesk"
    with project_with_run(folder) as project:
        project.database.write("UPDATE run SET status = 'running'")
        state = project.resume_folder(1)
    write_state(tmp_path / "outside" / "new", "new")
    state.parent.mkdir(parents=True)
    (state.parent / ".resume-abc123").symlink_to(tmp_path / "outside", target_is_directory=True)
    open_project(folder).close()
    assert not state.exists()
    assert (tmp_path / "outside" / "new" / "state.safetensors").exists()


def test_a_new_project_that_the_disk_has_no_room_for_leaves_nothing_behind(tmp_path, monkeypatch):
    def fail(_path):
        raise UserError("the disk is full")

    monkeypatch.setattr("core.store.project.create_database", fail)
    with pytest.raises(UserError, match="full"), open_for_import(tmp_path / "made" / "p.spandesk"):
        pass
    assert list(tmp_path.iterdir()) == []
