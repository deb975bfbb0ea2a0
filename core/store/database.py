"""Access to project.db: one SQLite connection for writing, and a pool of read-only ones."""

import json
import sqlite3
import threading
import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import sqlite_utils

from core.domain.errors import UserError
from core.domain.spans import SentenceNumber
from core.io.folders import sync
from core.messages.catalogue import mark, say
from core.store.backups import back_up
from core.store.faults import explaining, is_locked, locked_reason, way_back
from core.store.interruption import reading
from core.store.migrations import APPLICATION_ID, migrations
from core.store.newest_migrations import MIGRATION_NAMES

Row = tuple[Any, ...]

_READER_CACHE = 8_192
"""The page cache of a reading connection in KiB; the operating system caches the file, too."""

_NUMBERS_AT_ONCE = 10_000
"""Parameters in one statement; SQLite's default limit is 32,766."""

_NOT_SAVED = mark("the change was not saved ({reason}); the project is unchanged")
_UNREADABLE = mark("the project cannot be read: {reason}")

_UNOPENED = mark("{folder} cannot be opened: {reason}")
_ANOTHER_PLACE = mark("free some space or choose another place")

_PATIENCE = 0.01
"""Seconds between attempts to interrupt running readers."""

_LOCKED_WAIT = 0.1
"""Seconds that one attempt to write waits for another program's lock; a responsive thread makes only one attempt."""
_LONGEST_WAIT = 10.0
"""Seconds that writes of other threads wait in all, with repeated attempts."""
_PAUSE = 0.01
"""Seconds between two attempts, in which other threads can write."""


def create_database(path: Path) -> None:
    """Create an empty database with the current schema, atomically.

    Raises:
        UserError: the disk is full, or the folder cannot be written.
    """
    part = path.with_name(f".{path.name}-{uuid4().hex}.part")
    try:
        with explaining(mark("{path} cannot be written: {reason}"), path, way_out=_ANOTHER_PLACE):
            with closing(sqlite3.connect(part)) as connection:
                connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                connection.execute("PRAGMA synchronous = OFF")  # flushed to disk once at the end
                _apply_migrations(sqlite_utils.Database(connection))
            sync(part)
            part.rename(path)
            sync(path.parent)
    finally:
        with suppress(OSError):
            part.unlink()


def _apply_migrations(database: sqlite_utils.Database) -> None:
    migrations.apply(database)
    database.conn.execute(f"PRAGMA user_version = {len(MIGRATION_NAMES)}")
    database.conn.commit()


class Database:
    """project.db: one connection for writing, behind a lock, and a read-only connection for each concurrent reader.

    Reads outside a transaction see the last commit and never wait: a list can be read while a job stores predictions,
    and a correction can be saved while a list is read. Inside a transaction a thread reads what it wrote. Keep
    transactions short for other writers: do long work in slices.

    SQLite 3.7.0 to 3.51.2 can corrupt a WAL database when one connection runs a checkpoint while another commits a
    transaction that restarts the log (https://www.sqlite.org/wal.html#walresetbug). Here one connection does both,
    under the lock; the others are opened with `mode=ro`, so they neither write nor run checkpoints, and are closed
    first. Only one process opens a project at a time (`core.store.project`).

    Args:
        is_responsive: whether writes of the calling thread fail soon if another program has locked the file, so that a
            window does not freeze; other threads wait.
    """

    def __init__(self, path: Path, *, is_responsive: bool = False) -> None:
        self._path = path
        self._lock = threading.RLock()
        self._counting, self._awaiting = threading.Lock(), 0
        self._is_kept_from_commit = False
        self._writing: int | None = None
        self._responsive = threading.get_ident() if is_responsive else None
        self._readers = _Readers(path)
        self._reads_beside = False
        with explaining(_UNOPENED, self._path):
            uri = f"{path.resolve().as_uri()}?mode=rw"
            self._connection = sqlite3.connect(uri, timeout=_LOCKED_WAIT, uri=True, check_same_thread=False)
        self._database = sqlite_utils.Database(self._connection)
        try:
            with explaining(_UNOPENED, self._path):
                self._reads_beside = self._prepare()
        except BaseException:
            self._connection.close()
            raise

    def _prepare(self) -> bool:
        """Update the schema; returns whether the file can be read while it is written."""
        self._check_ownership()
        [mode] = self._connection.execute("PRAGMA journal_mode = WAL").fetchone()
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute("PRAGMA cache_size = -65536")
        self._migrate()
        self._connection.execute("PRAGMA foreign_keys = ON")  # off until now, since a migration may replace a table
        return bool(mode == "wal")  # some network file systems do not support WAL

    def _check_ownership(self) -> None:
        """Check that the file is a Spandesk project, not from a newer version, before anything is written."""
        if self.value("PRAGMA application_id") != APPLICATION_ID:
            if self._database.table_names():
                raise UserError("{path} is an SQLite file, but not a Spandesk project", path=self._path)
            raise UserError("{path} is damaged: it is empty; {way_out}", path=self._path, way_out=way_back(self._path))
        if self._applied() - MIGRATION_NAMES or self.value("PRAGMA user_version") > len(MIGRATION_NAMES):
            raise UserError(
                "{folder} was made by a newer Spandesk; update this one to open it", folder=self._path.parent
            )

    def _applied(self) -> set[str]:
        return {migration.name for migration in migrations.applied(self._database)}

    def _migrate(self) -> None:
        """Back up the file and apply the missing migrations.

        Raises:
            UserError: it cannot be backed up or written; the message names the backup, if there is one.
        """
        applied = self._applied()
        if applied == MIGRATION_NAMES and self.value("PRAGMA user_version") == len(MIGRATION_NAMES):
            return
        if not applied:  # an older version was killed while creating the file
            _apply_migrations(self._database)
            return
        copy = back_up(self._connection, self._path, f"schema-{len(applied)}")
        try:
            with explaining(
                mark("{folder} cannot be updated; a copy from before is {copy}: {reason}"), self._path, copy=copy
            ):
                _apply_migrations(self._database)
        except sqlite3.Error as error:
            error.add_note(f"a copy from before the update is {copy}")
            raise

    @property
    def is_writing(self) -> bool:
        """Whether the calling thread is in a transaction, so that it reads uncommitted data."""
        return self._writing == threading.get_ident()

    @property
    def is_awaited(self) -> bool:
        """Whether another thread waits for the current transaction to end, in order to write."""
        return self._awaiting > 0

    @contextmanager
    def _writing_turn(self) -> Generator[None, None, None]:
        with self._counting:
            self._awaiting += 1
        try:
            while not self._lock.acquire(timeout=_LOCKED_WAIT):
                if self._is_kept_from_commit and self._is_responsive:
                    raise UserError(_NOT_SAVED, reason=locked_reason(self._path))
        finally:
            with self._counting:
                self._awaiting -= 1
        try:
            yield
        finally:
            self._lock.release()

    @contextmanager
    def atomic(self, *, is_temporary: bool = False) -> Generator[None, None, None]:
        """Run the block in one transaction, all or nothing, while other writers wait. May be nested.

        Args:
            is_temporary: whether only temporary tables are written, for which no other program's lock matters.

        Raises:
            UserError: the disk is full, or the file is damaged or cannot be written; then the block is rolled back.
        """
        begin = "BEGIN DEFERRED" if is_temporary else "BEGIN IMMEDIATE"
        with (
            explaining(_NOT_SAVED, self._path),
            self._database.atomic() if self.is_writing else self._transaction(begin),
        ):
            yield

    @contextmanager
    def _transaction(self, begin: str) -> Generator[None, None, None]:
        """Hold the write lock from BEGIN to COMMIT; it is released while another program keeps the file locked."""
        until = self._deadline()
        while True:
            with self._writing_turn():
                try:
                    if self._has_executed(begin, until):
                        self._writing = threading.get_ident()
                        try:
                            yield
                        finally:
                            self._writing = None
                        self._commit()
                        return
                except BaseException:
                    if self._connection.in_transaction:
                        self._connection.rollback()
                    raise
            time.sleep(_PAUSE)

    def _commit(self) -> None:
        """Commit; retried while another program reads a file without WAL."""
        until = self._deadline()
        try:
            while not self._has_executed("COMMIT", until):
                self._is_kept_from_commit = True
        finally:
            self._is_kept_from_commit = False

    @property
    def _is_responsive(self) -> bool:
        """Whether the calling thread must not wait for other programs."""
        return self._responsive == threading.get_ident()

    def _deadline(self) -> float:
        return time.monotonic() + (0 if self._is_responsive else _LONGEST_WAIT)

    def _has_executed(self, sql: str, until: float) -> bool:
        """Execute a statement; returns false if another program has locked the file and there is time to try again."""
        try:
            self._connection.execute(sql)
        except sqlite3.OperationalError as error:
            if not is_locked(error) or time.monotonic() >= until:
                raise
            return False
        return True

    @contextmanager
    def _reading(self) -> Generator[sqlite3.Connection, None, None]:
        """The connection for reads of the calling thread."""
        if self._reads_beside and not self.is_writing:
            with self._readers.one() as reader:
                yield reader
        else:
            with self._lock:
                yield self._connection

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """All rows of a query.

        Raises:
            UserError: the file is damaged or cannot be read.
        """
        with explaining(_UNREADABLE, self._path, reads=True), self._reading() as connection:
            return connection.execute(sql, parameters).fetchall()

    def rows_of(self, sql: str, numbers: Sequence[int], parameters: Sequence[Any] = ()) -> list[Row]:
        """The rows of a query for any number of sentence (or other) numbers, read in parts.

        Args:
            sql: contains `{numbers}` where their list belongs; other parameters come before it.
        """
        rows: list[Row] = []
        for first in range(0, len(numbers), _NUMBERS_AT_ONCE):
            part = numbers[first : first + _NUMBERS_AT_ONCE]
            rows += self.rows(sql.replace("{numbers}", ",".join("?" * len(part))), [*parameters, *part])
        return rows

    def paged(self, sql: str, parameters: Sequence[Any], *, size: int) -> Iterator[Row]:
        """The rows of a query, read in pages, without a lock between them.

        Args:
            sql: selects a positive number first, and ends with `AND number > ? ORDER BY number LIMIT ?`.
            parameters: those before that end.
        """
        last = 0
        while True:
            rows = self.rows(sql, [*parameters, last, size])
            yield from rows
            if len(rows) < size:
                return
            last = rows[-1][0]

    def value(self, sql: str, parameters: Sequence[Any] = ()) -> Any:
        """The first column of the only row; None without a row."""
        with explaining(_UNREADABLE, self._path, reads=True), self._reading() as connection:
            row = connection.execute(sql, parameters).fetchone()
        return row[0] if row else None

    def numbers(self, sql: str, parameters: Sequence[Any] = ()) -> list[SentenceNumber]:
        """The sentence numbers in the first column, in the order of the rows; faster than `rows` for many.

        SQLite collects them, so that Python's lock is not released and acquired for every row.
        """
        gathering = f"WITH found (value) AS ({sql}) SELECT json_group_array(value) FROM found"
        found: list[SentenceNumber] = json.loads(self.value(gathering, parameters))
        return found

    def write(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        """Run a statement in the open transaction, or in one of its own; returns the last inserted row number."""
        with self.atomic():
            return self._connection.execute(sql, parameters).lastrowid or 0

    def write_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        with self.atomic():
            self._connection.executemany(sql, rows)

    def problems(self) -> list[str]:
        """The problems found by SQLite's integrity check; empty if there are none."""
        try:
            found = [str(row[0]) for row in self.rows("PRAGMA integrity_check")]
        except UserError as error:
            return [str(error)]
        found += [
            say("{table} row {row} points to a missing {other}", table=table, row=row, other=other)
            for table, row, other, _ in self.rows("PRAGMA foreign_key_check")
        ]
        return [problem for problem in found if problem != "ok"]

    def close(self) -> None:
        """Close the file, after interrupting the reads of other threads."""
        self._readers.close()
        with self._lock:
            self._connection.close()


class _Readers:
    """A pool of read-only connections, created on demand, each used by one thread at a time."""

    def __init__(self, path: Path) -> None:
        self._uri = f"{path.resolve().as_uri()}?mode=ro"
        self._all: list[sqlite3.Connection] = []
        self._idle: list[sqlite3.Connection] = []
        self._changed = threading.Condition()
        self._is_closed = False

    @contextmanager
    def one(self) -> Generator[sqlite3.Connection, None, None]:
        reader = self._taken()
        try:
            with reading(reader):
                yield reader
        finally:
            with self._changed:
                self._idle.append(reader)
                self._changed.notify()

    def _taken(self) -> sqlite3.Connection:
        with self._changed:
            if self._is_closed:
                raise sqlite3.ProgrammingError("the database is closed")
            if not self._idle:
                reader = sqlite3.connect(self._uri, uri=True, check_same_thread=False)
                reader.execute(f"PRAGMA cache_size = -{_READER_CACHE}")
                self._all.append(reader)
                return reader
            return self._idle.pop()

    def close(self) -> None:
        with self._changed:
            self._is_closed = True
            while len(self._idle) < len(self._all):
                for reader in self._all:
                    reader.interrupt()
                self._changed.wait(_PATIENCE)  # an interrupt has no effect on a query that is about to start
            for reader in self._all:
                reader.close()
            self._all, self._idle = [], []
