"""One SQLite connection that several threads may use in turn."""

import sqlite3
import threading
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlite_utils

from core.errors import UserError
from core.store.migrations import APPLICATION_ID, migrations

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
        except BaseException:
            self._connection.close()
            raise

    def _prepare(self, path: Path) -> None:
        try:
            self._connection.execute("PRAGMA journal_mode = WAL")
            application_id = self.value("PRAGMA application_id")
            is_new = not self._database.table_names()
        except sqlite3.DatabaseError as error:
            raise UserError(f"{path} is damaged or not a Spandesk project file ({error})") from error
        if not is_new and application_id != APPLICATION_ID:
            raise UserError(f"{path} is an SQLite file, but not of a Spandesk project")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute("PRAGMA foreign_keys = ON")
        self._connection.execute("PRAGMA cache_size = -65536")
        self._migrate(path)

    def _migrate(self, path: Path) -> None:
        newest = len(migrations.pending(self._database)) + len(migrations.applied(self._database))
        version = int(self.value("PRAGMA user_version"))
        if version > newest:
            raise UserError(
                f"{path.parent} was made by a newer Spandesk (format {version}, this one knows {newest}); update it"
            )
        migrations.apply(self._database)
        self._connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        self._connection.execute(f"PRAGMA user_version = {newest}")
        self._connection.commit()

    @contextmanager
    def atomic(self) -> Generator[None, None, None]:
        """One transaction, all or nothing; other threads wait. May be nested."""
        with self._lock, self._database.atomic():
            yield

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
        found = [str(row[0]) for row in self.rows("PRAGMA integrity_check")]
        found += [
            f"{row[0]} row {row[1]} points to a missing {row[2]}" for row in self.rows("PRAGMA foreign_key_check")
        ]
        return [problem for problem in found if problem != "ok"]

    def close(self) -> None:
        with self._lock:
            self._connection.close()
