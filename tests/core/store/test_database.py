"""One connection writes; what is read outside a transaction is read beside it and waits for nobody."""

import sqlite3
import threading
import time
from contextlib import closing

import pytest

from core.domain.errors import UserError
from core.domain.spans import SentenceNumber
from core.store.database import Database, create_database


@pytest.fixture
def database(tmp_path):
    folder = tmp_path / "a folder # 1%"
    folder.mkdir()
    create_database(folder / "project.db")
    database = Database(folder / "project.db")
    yield database
    database.close()


@pytest.fixture
def locked(database):
    """Another program's connection, which has begun to write."""
    with closing(sqlite3.connect(database._path, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield other


def in_thread(work):
    """What the work returns on a thread of its own."""
    answers = []
    thread = threading.Thread(target=lambda: answers.append(work()))
    thread.start()
    thread.join(timeout=30)
    assert not thread.is_alive(), "it waits for somebody"
    return answers[0]


def labels(database):
    return [row[0] for row in database.rows("SELECT name FROM label ORDER BY name")]


def test_a_transaction_reads_what_it_wrote_and_others_read_what_was_committed(database):
    database.write("INSERT INTO label VALUES ('A')")
    with database.atomic():
        database.write("INSERT INTO label VALUES ('B')")
        with database.atomic():
            database.write("INSERT INTO label VALUES ('C')")
        assert labels(database) == ["A", "B", "C"]
        assert in_thread(lambda: labels(database)) == ["A"], "nor does it wait"
    assert labels(database) == ["A", "B", "C"]
    assert in_thread(lambda: labels(database)) == ["A", "B", "C"]


def test_after_a_failed_transaction_its_thread_reads_what_is_there(database):
    with pytest.raises(sqlite3.ProgrammingError):
        database.write_many("INSERT INTO label VALUES (?)", [("A",), ("B", "C")])
    assert labels(database) == []


def test_what_reads_cannot_write(database):
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        database.rows("INSERT INTO label VALUES ('A') RETURNING name")


def test_a_write_of_the_window_fails_soon_where_another_program_has_the_lock_and_a_job_waits_for_it(database, locked):
    with closing(Database(database._path, is_responsive=True)) as database:
        job = threading.Thread(target=lambda: database.write("INSERT INTO label VALUES ('JOB')"))
        job.start()
        began = time.monotonic()
        for _ in range(3):
            with pytest.raises(UserError, match=r"not saved \(another program is using"):
                database.write("INSERT INTO label VALUES ('WINDOW')")
        assert time.monotonic() - began < 4, "SQLite alone waits five seconds, the job with the turn in its hands"
        assert job.is_alive()
        locked.rollback()
        job.join(timeout=30)
        assert labels(database) == ["JOB"]
        database.write("INSERT INTO label VALUES ('WINDOW')")


def test_a_write_of_the_window_fails_soon_where_a_job_waits_to_commit_to_a_file_without_wal(tmp_path, monkeypatch):
    """Another program that reads such a file keeps all others from committing to it."""
    create_database(tmp_path / "project.db")
    prepare = Database._prepare

    def prepare_without_wal(database):
        prepare(database)
        database._connection.execute("PRAGMA journal_mode = DELETE")
        return False

    monkeypatch.setattr(Database, "_prepare", prepare_without_wal)
    with (
        closing(Database(tmp_path / "project.db", is_responsive=True)) as database,
        closing(sqlite3.connect(tmp_path / "project.db")) as other,
    ):
        other.execute("BEGIN")
        other.execute("SELECT * FROM label").fetchall()
        job = threading.Thread(target=lambda: database.write("INSERT INTO label VALUES ('JOB')"))
        job.start()
        while not database._is_kept_from_commit:
            job.join(timeout=0.01)
        began = time.monotonic()
        with pytest.raises(UserError, match=r"not saved \(another program is using"):
            database.write("INSERT INTO label VALUES ('WINDOW')")
        assert time.monotonic() - began < 2, "the job waits for ten seconds"
        assert job.is_alive()
        other.rollback()
        job.join(timeout=30)
        assert labels(database) == ["JOB"]
        database.write("INSERT INTO label VALUES ('WINDOW')")
        assert labels(database) == ["JOB", "WINDOW"]


def test_a_job_gives_up_in_the_end_where_another_program_keeps_the_lock(database, locked, monkeypatch):
    monkeypatch.setattr("core.store.database._LONGEST_WAIT", 0.2)
    with pytest.raises(UserError, match=r"not saved \(another program is using"):
        database.write("INSERT INTO label VALUES ('JOB')")
    assert labels(database) == []


def test_numbers_keep_the_order_of_the_rows(database):
    sql = "SELECT value FROM json_each(?) ORDER BY value DESC"
    assert database.numbers(sql, ["[2, 7, 5]"]) == [SentenceNumber(7), SentenceNumber(5), SentenceNumber(2)]
    assert database.numbers(sql, ["[]"]) == []


@pytest.mark.parametrize("size", [1, 2, 4, 5, 6])
def test_pages_are_all_the_rows_in_order(database, size):
    numbers = "SELECT value, value % 2 FROM json_each(?) WHERE value > ? ORDER BY value LIMIT ?"
    pages = database.paged(numbers, ["[2, 7, 5, 9, 4]"], size=size)
    assert list(pages) == [(2, 0), (4, 0), (5, 1), (7, 1), (9, 1)]


def test_closing_interrupts_reads_of_other_threads(database):
    began, ended = threading.Event(), []
    endless = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"

    def read():
        began.set()
        while not (ended and isinstance(ended[-1], sqlite3.ProgrammingError)):  # that is: until it is closed
            try:
                database.value(endless)
            except sqlite3.Error as error:
                ended.append(error)

    thread = threading.Thread(target=read)
    thread.start()
    began.wait()
    database.value("SELECT 1")
    database.close()
    thread.join(timeout=30)
    assert not thread.is_alive()
    assert ended


def test_nothing_is_left_beside_the_file_once_it_is_closed(tmp_path):
    create_database(tmp_path / "project.db")
    database = Database(tmp_path / "project.db")
    database.write("INSERT INTO label VALUES ('A')")
    assert labels(database) == ["A"]
    database.close()
    assert [path.name for path in tmp_path.iterdir()] == ["project.db"]
