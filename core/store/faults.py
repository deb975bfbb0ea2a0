"""Errors of SQLite with causes outside this program, as messages that contain no text of the corpus."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.domain.errors import UserError
from core.messages.catalogue import say

_FULL = {sqlite3.SQLITE_FULL}
_FAILING = {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_NOMEM}
_LOCKED = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL}
_FORBIDDEN = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_AUTH}
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT}

_UNDECODABLE = "Could not decode to UTF-8"
"""The beginning of sqlite3's message for undecodable text, which has no error code; the text itself follows."""


def outer_cause(error: sqlite3.Error, path: Path) -> str | None:
    """Why the file cannot be used, and the way out; None if the error is a bug."""
    code = _code(error) & 0xFF
    if code in _FULL:
        return say("the disk of {path} is full; free some space and try again", path=path)
    if code in _FAILING:
        return say(
            "{path} cannot be read or written ({fault}); check that its disk has free space and works",
            path=path,
            fault=error,
        )
    if is_locked(error):
        return locked_reason(path)
    if code in _FORBIDDEN:
        return say("{path} cannot be opened or written; check the permissions of the file and of its folder", path=path)
    if code in _DAMAGED:
        return say("{path} is damaged ({fault}); {way_out}", path=path, fault=error, way_out=way_back(path))
    if str(error).startswith(_UNDECODABLE):
        return say("{path} is damaged (a text in it is not UTF-8); {way_out}", path=path, way_out=way_back(path))
    return None


def locked_reason(path: Path) -> str:
    """The reason that another program has locked the file, and the way out."""
    return say("another program is using {path}; close it and try again", path=path)


@contextmanager
def explaining(
    failed: str, path: Path, *, way_out: str | None = None, reads: bool = False, **fields: object
) -> Iterator[None]:
    """Turn errors of the block with causes outside this program into a `UserError`; bugs are not changed.

    Args:
        failed: the template of what failed, with the fields `reason`, `path`, its `folder`, and `fields`.
        path: of the database.
        way_out: the template of the way out of a file system error, which is then also converted; None leaves those
            unchanged.
        reads: whether the block only reads, so that an attempt to write is a bug.

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
        raise UserError(failed, reason=reason, path=path, folder=path.parent, **fields) from error
    except OSError as error:
        if way_out is None:
            raise
        reason = say("{reason}; {way_out}", reason=error.strerror, way_out=say(way_out))
        raise UserError(failed, reason=reason, path=path, folder=path.parent, **fields) from error


def way_back(path: Path) -> str:
    """The advice to restore the file from a backup."""
    folder = path.parent / BACKUPS
    if folder.is_dir():
        return say("restore it from a copy of the project, or from {folder}", folder=folder)
    return say("restore it from a copy of the project")


BACKUPS = "backups"
"""The backup folder of a project."""


def is_locked(error: sqlite3.Error) -> bool:
    """Whether another program has locked the file, so that it is worth trying again."""
    return _code(error) & 0xFF in _LOCKED


def _code(error: sqlite3.Error) -> int:
    """SQLite's result code; SQLITE_ERROR for errors raised by the module itself."""
    code: int = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    return code
