"""Back up project.db before a change that cannot be undone."""

import sqlite3
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

from core.domain.errors import UserError
from core.io.folders import is_within, sync
from core.messages.catalogue import mark
from core.store.faults import BACKUPS, explaining

_KEPT = 3
"""How many backups of each name are kept; a failing update makes one at every attempt."""


def back_up(connection: sqlite3.Connection, path: Path, name: str) -> Path:
    """Copy an open database to the project's backup folder and check the copy; returns its path.

    Only the newest backups of each name are kept; partial ones of killed processes are removed.

    Args:
        connection: to the database.
        path: of the database; the backup folder is beside it.
        name: of the backup; the time is added.

    Raises:
        UserError: the copy cannot be written, or the database is damaged; then no backup is left.
    """
    folder = path.parent / BACKUPS
    copy = folder / f"{path.stem}-{name}-{datetime.now(UTC):%Y%m%d-%H%M%S-%f}{path.suffix}"
    part = copy.with_name(f".{copy.name}.part")
    if not is_within(folder, path.parent):
        raise UserError("{folder} is a link, which Spandesk does not follow; replace it with a folder", folder=folder)
    try:
        with explaining(mark("{path} cannot be copied to {backups}: {reason}"), path, way_out=_WAY_OUT, backups=folder):
            folder.mkdir(exist_ok=True)
            _copy(connection, path, part)
            part.rename(copy)
            sync(folder)
            _remove_old(folder, f"{path.stem}-{name}", path.suffix)
    finally:
        with suppress(OSError):
            part.unlink()
    return copy


def _remove_old(folder: Path, name: str, suffix: str) -> None:
    copies = sorted(folder.glob(f"{name}-*{suffix}"))
    for path in (*copies[:-_KEPT], *folder.glob(f".{name}-*.part")):
        with suppress(OSError):
            path.unlink()


_WAY_OUT = mark("free some space or check the permissions, and open the project again")


def _copy(connection: sqlite3.Connection, path: Path, part: Path) -> None:
    with closing(sqlite3.connect(part)) as copy:
        connection.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")  # so that the backup is a single file
        found = [str(row[0]) for row in copy.execute("PRAGMA integrity_check(1)")]
    if found != ["ok"]:
        raise UserError("{path} is damaged ({fault}); restore it from a copy of the project", path=path, fault=found[0])
    sync(part)
