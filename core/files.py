"""Files that are whole or not there at all."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, BinaryIO, TextIO, TypeVar
from uuid import uuid4

from core.errors import UserError

File = TypeVar("File", bound=IO[str] | IO[bytes])


@contextmanager
def replacing(path: Path) -> Iterator[TextIO]:
    """A UTF-8 text file that takes the place of `path` once the block ends well; else `path` stays as it was.

    It is written beside `path`, flushed to the disk and renamed. Line ends are written as given. A link is followed.

    Raises:
        UserError: the folder is missing or not writable, the disk is full, or `path` is a folder.
    """
    with _replacing(path, lambda part: part.open("x", encoding="utf-8", newline="")) as file:
        yield file


@contextmanager
def replacing_bytes(path: Path) -> Iterator[BinaryIO]:
    """The same as `replacing` for a file of bytes."""
    with _replacing(path, lambda part: part.open("xb")) as file:
        yield file


@contextmanager
def _replacing(path: Path, new: Callable[[Path], File]) -> Iterator[File]:
    target = Path(os.path.realpath(path))
    part = target.with_name(f".spandesk-{uuid4().hex}.part")
    try:
        file = new(part)
        with file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror or error}") from error
    finally:
        with suppress(OSError):
            part.unlink()
