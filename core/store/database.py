"""One SQLite connection that several threads may use in turn."""

import sqlite3
import threading
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlite_utils

from core.errors import UserError
from core.store.migrations import APPLICATION_ID, MIGRATION_NAMES, migrations

Row = tuple[Any, ...]


class Database:
    """project.db, behind one lock.

    SQLite before 3.51.3 can corrupt a WAL database that two connections write, so the window and its worker threads
    share this one. Hold the lock briefly: long work goes in slices.
    """

    def __init__(self, path: Path) -> None:
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(path, check_same_thread=False)
        self._database = sqlite_utils.Database(self._connection)
        try:
            self._prepare(path)
        except sqlite3.DatabaseError as error:
            self._connection.close()
            raise UserError(f"{path} cannot be used: {error}; restore it from a copy") from error
        except BaseException:
            self._connection.close()
            raise

    def _prepare(self, path: Path) -> None:
        self._check_whose(path)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute("PRAGMA foreign_keys = ON")
        self._connection.execute("PRAGMA cache_size = -65536")
        self._connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        migrations.apply(self._database)
        self._connection.execute(f"PRAGMA user_version = {len(MIGRATION_NAMES)}")
        self._connection.commit()

    def _check_whose(self, path: Path) -> None:
        """Make sure that the file is new or ours, and not from a newer version, before anything is written to it."""
        if self._database.table_names() and self.value("PRAGMA application_id") != APPLICATION_ID:
            raise UserError(f"{path} is an SQLite file, but not of a Spandesk project")
        applied = {migration.name for migration in migrations.applied(self._database)}
        if applied - MIGRATION_NAMES or self.value("PRAGMA user_version") > len(MIGRATION_NAMES):
            raise UserError(f"{path.parent} was made by a newer Spandesk; update this one to open it")

    @contextmanager
    def atomic(self) -> Generator[None, None, None]:
        """One transaction, all or nothing; other threads wait. May be nested.

        Raises:
            UserError: the disk is full or the file cannot be written; then nothing of the block is stored.
        """
        try:
            with self._lock, self._database.atomic():
                yield
        except sqlite3.OperationalError as error:
            raise UserError(f"the change could not be stored: {error}; nothing of it was") from error

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        with self._lock:
            return self._connection.execute(sql, parameters).fetchall()

    def value(self, sql: str, parameters: Sequence[Any] = ()) -> Any:
        """The first column of the only row; None if there is no row."""
        with self._lock:
            row = self._connection.execute(sql, parameters).fetchone()
        return row[0] if row else None

    def write(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        """Run one statement inside the open transaction, or in one of its own; returns the last row's number."""
        with self.atomic():
            return self._connection.execute(sql, parameters).lastrowid or 0

    def write_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        with self.atomic():
            self._connection.executemany(sql, rows)

    def problems(self) -> list[str]:
        """What SQLite's own integrity check finds; empty when the file is sound."""
        try:
            found = [str(row[0]) for row in self.rows("PRAGMA integrity_check")]
        except sqlite3.DatabaseError as error:
            return [f"the database is damaged: {error}"]
        found += [
            f"{row[0]} row {row[1]} points to a missing {row[2]}" for row in self.rows("PRAGMA foreign_key_check")
        ]
        return [problem for problem in found if problem != "ok"]

    def close(self) -> None:
        with self._lock:
            self._connection.close()
