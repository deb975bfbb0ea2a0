"""project.db: one SQLite connection that writes, and others beside it that only read."""

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
from core.store.migrations import APPLICATION_ID, MIGRATION_NAMES, migrations

Row = tuple[Any, ...]

_READER_CACHE = 8_192
"""KiB of pages that a connection that reads keeps; the system keeps the file's pages besides."""

_NUMBERS_AT_ONCE = 10_000
"""In one statement; SQLite takes at most 32,766 parameters, unless it was built to take more."""

_NOT_SAVED = mark("the change was not saved ({reason}); the project is unchanged")
_UNREADABLE = mark("the project cannot be read: {reason}")

_UNOPENED = mark("{folder} cannot be opened: {reason}")
_ANOTHER_PLACE = mark("free some space or choose another place")

_PATIENCE = 0.01
"""Seconds between attempts to interrupt running readers."""

_LOCKED_WAIT = 0.1
"""Seconds that a write waits where another program has locked the file, and that one of the window waits at most."""
_LONGEST_WAIT = 10.0
"""Seconds that other writes wait, which have their turn again and again."""
_PAUSE = 0.01
"""Seconds between two turns of them, in which others of this program have theirs."""


def create_database(path: Path) -> None:
    """Write an empty database of today's schema, which is complete or not there at all.

    Raises:
        UserError: the disk is full, or the folder cannot be written.
    """
    part = path.with_name(f".{path.name}-{uuid4().hex}.part")
    try:
        with explaining(mark("{path} cannot be written: {reason}"), path, way_out=_ANOTHER_PLACE):
            with closing(sqlite3.connect(part)) as connection:
                connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                connection.execute("PRAGMA synchronous = OFF")  # all of it is put on the disk at the end
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
    """project.db: a connection that writes, behind one lock, and connections that read, one for each reader at a time.

    What reads outside a transaction sees the last one that was committed, and waits for nobody: no list waits while a
    job stores its predictions, no correction while a list is read. Inside a transaction a thread reads what it wrote.
    Hold the lock briefly all the same, for others that want to write: long work goes in slices.

    SQLite 3.7.0 to 3.51.2 can corrupt a WAL database when one connection runs a checkpoint while another commits a
    transaction that begins the log anew (https://www.sqlite.org/wal.html#walresetbug). Here the same connection does
    both, under the lock; the others are opened with `mode=ro`, which neither writes nor runs checkpoints, and are
    closed before it. A project has one process at a time (`core.store.project`).

    Args:
        is_responsive: what the calling thread writes, now and later, fails soon where another program has locked the
            file, as it does for a window that must not freeze; other threads wait.
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
        """Bring the schema up to date; returns whether the file can be read while it is written."""
        self._check_ownership()
        [mode] = self._connection.execute("PRAGMA journal_mode = WAL").fetchone()
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute("PRAGMA cache_size = -65536")
        self._migrate()
        self._connection.execute("PRAGMA foreign_keys = ON")  # a migration may put a table in the place of another
        return bool(mode == "wal")  # some file systems of networks cannot

    def _check_ownership(self) -> None:
        """Make sure that the file is ours and not from a newer version, before anything is written to it."""
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
        """Apply the migrations that the file lacks, after a checked copy of it was made.

        Raises:
            UserError: it cannot be copied or written; the text says where the copy is, if there is one.
        """
        applied = self._applied()
        if applied == MIGRATION_NAMES and self.value("PRAGMA user_version") == len(MIGRATION_NAMES):
            return
        if not applied:  # an older version was killed while it made the file
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
        """Whether the calling thread is inside a transaction, and so reads what may never be committed."""
        return self._writing == threading.get_ident()

    @property
    def is_awaited(self) -> bool:
        """Whether another thread waits for the end of the transaction under way, to write itself."""
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
        """One transaction, all or nothing; other threads wait. May be nested.

        Args:
            is_temporary: only temporary tables are written, which no other program can keep from it.

        Raises:
            UserError: the disk is full, or the file is damaged or cannot be written; then nothing of the block is
                stored.
        """
        begin = "BEGIN DEFERRED" if is_temporary else "BEGIN IMMEDIATE"
        with (
            explaining(_NOT_SAVED, self._path),
            self._database.atomic() if self.is_writing else self._transaction(begin),
        ):
            yield

    @contextmanager
    def _transaction(self, begin: str) -> Generator[None, None, None]:
        """The writer's turn from BEGIN to COMMIT; given up and taken again while another program has the lock."""
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
        """End the transaction; tried again while another program reads a file that has no WAL."""
        until = self._deadline()
        try:
            while not self._has_executed("COMMIT", until):
                self._is_kept_from_commit = True
        finally:
            self._is_kept_from_commit = False

    @property
    def _is_responsive(self) -> bool:
        """Whether the calling thread is one that must not wait for other programs."""
        return self._responsive == threading.get_ident()

    def _deadline(self) -> float:
        return time.monotonic() + (0 if self._is_responsive else _LONGEST_WAIT)

    def _has_executed(self, sql: str, until: float) -> bool:
        """Execute the statement, unless another program has the lock and it is not yet too late to try again."""
        try:
            self._connection.execute(sql)
        except sqlite3.OperationalError as error:
            if not is_locked(error) or time.monotonic() >= until:
                raise
            return False
        return True

    @contextmanager
    def _reading(self) -> Generator[sqlite3.Connection, None, None]:
        """The connection that the calling thread is to read with."""
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
        """The rows of a query about any number of sentences, or others that have numbers; read some at a time.

        Args:
            sql: has `{numbers}` where the list of them is; other parameters come before it.
        """
        rows: list[Row] = []
        for first in range(0, len(numbers), _NUMBERS_AT_ONCE):
            part = numbers[first : first + _NUMBERS_AT_ONCE]
            rows += self.rows(sql.replace("{numbers}", ",".join("?" * len(part))), [*parameters, *part])
        return rows

    def paged(self, sql: str, parameters: Sequence[Any], *, size: int) -> Iterator[Row]:
        """The rows of a query, read so many at a time; the database is held only that long.

        Args:
            sql: gives a number above 0 first, and ends with `AND number > ? ORDER BY number LIMIT ?`.
            parameters: of what stands before that end.
        """
        last = 0
        while True:
            rows = self.rows(sql, [*parameters, last, size])
            yield from rows
            if len(rows) < size:
                return
            last = rows[-1][0]

    def value(self, sql: str, parameters: Sequence[Any] = ()) -> Any:
        """The first column of the only row; None if there is no row."""
        with explaining(_UNREADABLE, self._path, reads=True), self._reading() as connection:
            row = connection.execute(sql, parameters).fetchone()
        return row[0] if row else None

    def numbers(self, sql: str, parameters: Sequence[Any] = ()) -> list[SentenceNumber]:
        """The sentence numbers in the first column, in the order of the rows; many of them faster than `rows`.

        SQLite gathers them, so that Python's lock is not taken and given back for every row.
        """
        gathering = f"WITH found (value) AS ({sql}) SELECT json_group_array(value) FROM found"
        found: list[SentenceNumber] = json.loads(self.value(gathering, parameters))
        return found

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
        except UserError as error:
            return [str(error)]
        found += [
            say("{table} row {row} points to a missing {other}", table=table, row=row, other=other)
            for table, row, other, _ in self.rows("PRAGMA foreign_key_check")
        ]
        return [problem for problem in found if problem != "ok"]

    def close(self) -> None:
        """Close the file; what other threads read is broken off first."""
        self._readers.close()
        with self._lock:
            self._connection.close()


class _Readers:
    """Connections that only read; made as they are needed, and lent to one thread at a time."""

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
                self._changed.wait(_PATIENCE)  # one that was just about to begin was not broken off
            for reader in self._all:
                reader.close()
            self._all, self._idle = [], []
