"""Atomic replacement of files, and what kind of file a path leads to."""

import errno
import os
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, BinaryIO, Literal, TextIO, TypeVar
from uuid import uuid4

from core.domain.errors import UserError
from core.io.folders import sync
from core.messages.catalogue import say

if sys.platform != "win32":
    import fcntl

File = TypeVar("File", bound=IO[str] | IO[bytes])
Kind = Literal["missing", "file", "folder", "pipe", "device", "socket"]

_KINDS: dict[int, Kind] = {
    stat.S_IFREG: "file",
    stat.S_IFDIR: "folder",
    stat.S_IFIFO: "pipe",
    stat.S_IFSOCK: "socket",
}
_PART, _PART_ENDS = ".spandesk-", ".part"


def kind_of(path: Path) -> Kind:
    """What is at a path, links followed.

    Raises:
        UserError: it cannot be determined, for instance because the name is too long.
    """
    try:
        return _KINDS.get(stat.S_IFMT(path.stat().st_mode), "device")
    except (FileNotFoundError, NotADirectoryError):
        return "missing"
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UserError("{path} cannot be used: {reason}", path=path, reason=reason) from error


STANDARD_OUTPUT = 1


def open_descriptor(path: Path) -> int | None:
    """The descriptor that a path such as /dev/stdout or /dev/fd/63 refers to; None for other paths."""
    for _ in range(40):  # Linux follows at most as many links
        folder = os.path.realpath(path.parent)
        if path.name.isdecimal() and folder == os.path.realpath("/dev/fd"):
            return int(path.name)
        if not path.is_symlink():
            return None
        path = Path(folder) / path.readlink()
    return None


@contextmanager
def replacing(path: Path) -> Iterator[TextIO]:
    """A new UTF-8 text file that replaces `path` when the block ends without error; otherwise `path` is unchanged.

    It is written beside `path`, flushed to disk and renamed; it keeps the mode of the old file. Line ends are written
    as given. Links are followed. A pipe, a device or /dev/stdout is written to directly.

    Raises:
        UserError: the folder is missing or not writable, the disk is full, or `path` is a folder or a socket.
    """
    with _replacing(path, lambda file: open(file, "w", encoding="utf-8", newline="")) as file:  # noqa: PTH123
        yield file


@contextmanager
def replacing_bytes(path: Path) -> Iterator[BinaryIO]:
    """The same as `replacing` for a file of bytes."""
    with _replacing(path, lambda file: open(file, "wb")) as file:  # noqa: PTH123
        yield file


@contextmanager
def _replacing(path: Path, new: Callable[[Path | int], File]) -> Iterator[File]:
    try:
        descriptor = open_descriptor(path)
        if descriptor is not None:
            file = new(os.dup(descriptor))  # opening it by its path would overwrite it from its beginning
            with file:
                yield file
        elif kind_of(path) in ("pipe", "device"):
            file = new(path)
            with file:
                yield file
        else:
            with _replacing_file(Path(os.path.realpath(path)), new) as file:
                yield file
    except OSError as error:
        raise UserError("{path} cannot be written: {reason}", path=path, reason=error.strerror or error) from error


@contextmanager
def _replacing_file(target: Path, new: Callable[[Path | int], File]) -> Iterator[File]:
    _check_replaceable(target)
    _remove_left_parts(target.parent)
    part, lock = _new_part(target.parent)
    try:
        file = new(os.dup(lock.fileno()))
        with file:
            yield file
            file.flush()
            with suppress(FileNotFoundError):
                part.chmod(stat.S_IMODE(target.stat().st_mode))
            os.fsync(file.fileno())
        if sys.platform == "win32":
            lock.close()  # Windows cannot rename an open file
        part.replace(target)
        sync(target.parent)
    finally:
        with suppress(OSError):
            part.unlink()
        lock.close()


def _check_replaceable(target: Path) -> None:
    if kind_of(target) == "folder":
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if kind_of(target) == "socket":
        raise OSError(errno.EINVAL, say("it is a socket"))


def _new_part(folder: Path) -> tuple[Path, BinaryIO]:
    """Create a temporary file; returns its path and the open, locked file."""
    while True:
        part = folder / f"{_PART}{uuid4().hex}{_PART_ENDS}"
        file = part.open("xb")
        with suppress(OSError):  # some file systems have no locks; no file there is removed as left over
            _lock(file, wait=True)
        if os.fstat(file.fileno()).st_nlink:  # otherwise another process removed it as left over before it was locked
            return part, file
        file.close()


def _lock(file: BinaryIO, *, wait: bool) -> None:
    """Lock a file until it is closed or the process ends. Windows needs no lock, since it does not remove open files.

    Raises:
        OSError: another process has locked it, and `wait` is false.
    """
    if sys.platform != "win32":
        fcntl.flock(file.fileno(), fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)


def _remove_left_parts(folder: Path) -> None:
    """Remove the temporary files of killed processes: those that no process has locked."""
    for part in folder.glob(f"{_PART}*{_PART_ENDS}"):
        with suppress(OSError), part.open("rb+") as file:
            _lock(file, wait=False)
            part.unlink()
