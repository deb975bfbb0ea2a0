"""Before a project of an older version is brought up to date, a checked copy of its database is made."""

import gzip
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from core.domain.errors import UserError
from core.store import database as database_module
from core.store.faults import BACKUPS
from core.store.newest_migrations import MIGRATION_NAMES
from core.store.project import DATABASE, open_project
from tests.building import project_with_run
from tests.core.store.failing import full_disk


@pytest.fixture
def folder(tmp_path):
    """The project of schema 6, which any version since has to bring up to date."""
    folder = tmp_path / "p.spandesk"
    folder.mkdir()
    (folder / DATABASE).write_bytes(gzip.decompress((Path(__file__).parent / "frozen" / "schema-6.db.gz").read_bytes()))
    return folder


def dump_of(path):
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


def test_a_checked_copy_is_kept_beside_it_and_is_what_it_was(folder):
    before = dump_of(folder / DATABASE)
    with open_project(folder) as project:
        assert project.problems() == []
        assert project.database.value("PRAGMA user_version") == len(MIGRATION_NAMES)
    [copy] = (folder / BACKUPS).iterdir()
    assert copy.name.startswith("project-schema-6-")
    assert dump_of(copy) == before
    open_project(folder).close()
    assert list((folder / BACKUPS).iterdir()) == [copy], "one copy for one update"


def test_the_copy_can_be_put_in_the_place_of_the_project(folder):
    open_project(folder).close()
    [copy] = (folder / BACKUPS).iterdir()
    (folder / DATABASE).write_bytes(copy.read_bytes())
    with open_project(folder) as project:
        assert project.problems() == []
        assert project.corrections.undo()


def test_a_new_or_current_project_is_not_copied(tmp_path):
    project_with_run(tmp_path / "p.spandesk").close()
    open_project(tmp_path / "p.spandesk").close()
    assert not (tmp_path / "p.spandesk" / BACKUPS).exists()


@pytest.mark.parametrize("error", [full_disk(), sqlite3.OperationalError("no such table: sentense")])
def test_an_update_that_fails_says_where_the_copy_is_and_leaves_the_project_as_it_was(folder, monkeypatch, error):
    def fail(_):
        raise error

    before = dump_of(folder / DATABASE)
    monkeypatch.setattr(database_module, "_apply_migrations", fail)
    with pytest.raises((UserError, sqlite3.OperationalError)) as raised:
        open_project(folder)
    [copy] = (folder / BACKUPS).iterdir()
    said = [str(raised.value), *getattr(raised.value, "__notes__", [])]
    assert any(str(copy) in text for text in said)
    assert isinstance(raised.value, UserError) == (getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL)
    assert dump_of(folder / DATABASE) == dump_of(copy) == before
    monkeypatch.undo()
    with open_project(folder) as project:
        assert project.problems() == []


def test_an_update_that_fails_at_every_attempt_keeps_the_newest_copies_and_no_part_of_one(folder, monkeypatch):
    def fail(_):
        raise full_disk()

    (folder / BACKUPS).mkdir()
    (folder / BACKUPS / ".project-schema-6-20260101-000000-000000.db.part").write_bytes(b"cut off")
    (folder / BACKUPS / "project-mine.db").write_bytes(b"another's")
    monkeypatch.setattr(database_module, "_apply_migrations", fail)
    made = []
    for _ in range(5):
        before = {*(folder / BACKUPS).iterdir()}
        with pytest.raises(UserError):
            open_project(folder)
        made += {*(folder / BACKUPS).iterdir()} - before
    assert {*(folder / BACKUPS).iterdir()} == {*made[-3:], folder / BACKUPS / "project-mine.db"}


def test_nothing_is_changed_where_no_copy_can_be_made(folder, tmp_path):
    before = dump_of(folder / DATABASE)
    (folder / BACKUPS).write_text("a file", encoding="utf-8")
    with pytest.raises(UserError, match="cannot be copied"):
        open_project(folder)
    assert dump_of(folder / DATABASE) == before
    (folder / BACKUPS).unlink()
    (tmp_path / "elsewhere").mkdir()
    (folder / BACKUPS).symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    with pytest.raises(UserError, match="is a link"):
        open_project(folder)
    assert list((tmp_path / "elsewhere").iterdir()) == []
    assert dump_of(folder / DATABASE) == before


def test_a_damaged_project_is_not_updated(folder):
    whole = (folder / DATABASE).read_bytes()
    with closing(sqlite3.connect(folder / DATABASE)) as connection:
        [root] = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'note'").fetchone()
    damaged = whole[: (root - 1) * 4096] + b"\xff" * 4096 + whole[root * 4096 :]
    (folder / DATABASE).write_bytes(damaged)
    with pytest.raises(UserError, match="is damaged"):
        open_project(folder)
    assert list((folder / BACKUPS).iterdir()) == []
