"""Files that are whole or not there at all, and what a path leads to."""

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
        UserError: nobody can tell, such as of a name that is too long.
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
    """The number of the open file that a path such as /dev/stdout or /dev/fd/63 stands for; None for other paths."""
    for _ in range(40):  # as many links as Linux follows
        folder = os.path.realpath(path.parent)
        if path.name.isdecimal() and folder == os.path.realpath("/dev/fd"):
            return int(path.name)
        if not path.is_symlink():
            return None
        path = Path(folder) / path.readlink()
    return None


@contextmanager
def replacing(path: Path) -> Iterator[TextIO]:
    """A UTF-8 text file that takes the place of `path` once the block ends well; else `path` stays as it was.

    It is written beside `path`, flushed to the disk and renamed; it keeps the mode of the older file. Line ends are
    written as given. A link is followed. What is no file, such as a pipe, a device or /dev/stdout, is written to.

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
            file = new(os.dup(descriptor))  # opened by its path it would begin at its start again
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
            lock.close()  # an open file cannot be renamed there
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
    """A new file to be put in place, and itself, open and locked."""
    while True:
        part = folder / f"{_PART}{uuid4().hex}{_PART_ENDS}"
        file = part.open("xb")
        with suppress(OSError):  # there are file systems without locks; nothing is taken for left over there
            _lock(file, wait=True)
        if os.fstat(file.fileno()).st_nlink:  # else it was taken for left over before it was locked
            return part, file
        file.close()


def _lock(file: BinaryIO, *, wait: bool) -> None:
    """Lock a file until it is closed, or its process ends. Windows needs no lock: it removes no open file.

    Raises:
        OSError: another process has locked it, and is not waited for.
    """
    if sys.platform != "win32":
        fcntl.flock(file.fileno(), fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)


def _remove_left_parts(folder: Path) -> None:
    """Remove what a killed process was about to put in place here: the files that nobody has locked."""
    for part in folder.glob(f"{_PART}*{_PART_ENDS}"):
        with suppress(OSError), part.open("rb+") as file:
            _lock(file, wait=False)
            part.unlink()
