"""Connections that fail at a chosen statement, and errors as SQLite raises them."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch


def sqlite_error(code: int, text: str = "out of order") -> sqlite3.OperationalError:
    """The error that the module raises for one of SQLite's result codes."""
    error = sqlite3.OperationalError(text)
    error.sqlite_errorcode = code
    return error


def full_disk() -> sqlite3.OperationalError:
    return sqlite_error(sqlite3.SQLITE_FULL, "database or disk is full")


class FailingConnection(sqlite3.Connection):
    """A connection that writes until it is told to fail; what rolls back, or ends a savepoint, never fails.

    It does not wait for the disk: in these tests the machine goes on.

    Attributes:
        fail_at: how many more statements go well; None lets all go well.
        lasts: all later statements fail as well.
        is_late: the statement is executed and an interrupt comes right after it, in place of a full disk.
    """

    fail_at: int | None = None
    lasts = False
    is_late = False
    has_failed = False

    def execute(self, sql, *args):
        if sql == "PRAGMA synchronous = FULL":
            sql = "PRAGMA synchronous = OFF"
        if self._fails(sql):
            if not self.is_late:
                raise full_disk()
            super().execute(sql, *args)
            raise KeyboardInterrupt
        return super().execute(sql, *args)

    def executemany(self, sql, *args):
        if self._fails(sql):
            raise full_disk()
        return super().executemany(sql, *args)

    def fail(self, at: int, *, lasts: bool = False, is_late: bool = False) -> None:
        self.fail_at, self.lasts, self.is_late, self.has_failed = at, lasts, is_late, False

    def heal(self) -> None:
        self.fail_at = None

    def _fails(self, sql: str) -> bool:
        if self.fail_at is None or sql.startswith(("ROLLBACK", "RELEASE")):
            return False
        self.fail_at -= 1
        fails = self.fail_at < 0
        if fails:
            self.has_failed = True
            if not self.lasts:
                self.fail_at = None
        return fails


@contextmanager
def failing_connections() -> Iterator[None]:
    """Inside the block, what opens a project writes with a `FailingConnection`."""
    connect = sqlite3.connect

    def connect_failing(target, *args, **kwargs):
        if str(target).endswith("mode=rw"):
            kwargs["factory"] = FailingConnection
        return connect(target, *args, **kwargs)

    with patch.object(sqlite3, "connect", connect_failing):
        yield


def connection_of(project) -> FailingConnection:
    return project.database._connection
