"""What keeps SQLite from its work for a reason outside this program, in words that hold no text of the corpus."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.domain.errors import UserError

_FULL = {sqlite3.SQLITE_FULL}
_FAILING = {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_NOMEM}
_LOCKED = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL}
_FORBIDDEN = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_AUTH}
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT}

_UNDECODABLE = "Could not decode to UTF-8"
"""How Python's sqlite3 begins to say so; the text itself follows, and a code does not come with it."""


def outer_cause(error: sqlite3.Error, path: Path) -> str | None:
    """Why the file cannot be used, and the way out; None where the error is a fault of this program."""
    code = _code(error) & 0xFF
    if code in _FULL:
        return f"the disk of {path} is full; free some space and try again"
    if code in _FAILING:
        return f"{path} cannot be read or written ({error}); check that its disk has free space and works"
    if is_locked(error):
        return f"another program is using {path}; close it and try again"
    if code in _FORBIDDEN:
        return f"{path} cannot be opened or written; check the permissions of the file and of its folder"
    if code in _DAMAGED:
        return f"{path} is damaged ({error}); {way_back(path)}"
    if str(error).startswith(_UNDECODABLE):
        return f"{path} is damaged (a text in it is not UTF-8); {way_back(path)}"
    return None


@contextmanager
def explaining(failed: str, path: Path, *, way_out: str | None = None, reads: bool = False) -> Iterator[None]:
    """Turn what is raised for a reason outside this program into one sentence; a fault of ours stays as it is.

    Args:
        failed: what is not done when it raises.
        path: of the database.
        way_out: from an error of the file system, which is turned into a sentence as well; None leaves it as it is.
        reads: what is done only reads, so that an attempt to write is a fault of ours.

    Raises:
        UserError: the file cannot be used.
    """
    try:
        yield
    except sqlite3.Error as error:
        is_ours = reads and _code(error) == sqlite3.SQLITE_READONLY
        reason = outer_cause(error, path)
        if is_ours or reason is None:
            raise
        raise UserError(f"{failed}: {reason}") from error
    except OSError as error:
        if way_out is None:
            raise
        raise UserError(f"{failed}: {error.strerror}; {way_out}") from error


def way_back(path: Path) -> str:
    """Where an undamaged copy of the file may be."""
    folder = path.parent / BACKUPS
    return "restore it from a copy of the project" + (f", or from {folder}" if folder.is_dir() else "")


BACKUPS = "backups"
"""The folder of a project that has copies of its database."""


def is_locked(error: sqlite3.Error) -> bool:
    """Whether another program keeps the file from being used, which may pass."""
    return _code(error) & 0xFF in _LOCKED


def _code(error: sqlite3.Error) -> int:
    """SQLite's result code; SQLITE_ERROR where the module raised the error by itself."""
    code: int = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    return code
