"""Files that are whole or not there at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO
from uuid import uuid4

from core.errors import UserError


@contextmanager
def replacing(path: Path) -> Iterator[TextIO]:
    """A UTF-8 text file that takes the place of `path` once the block ends well; else `path` stays as it was.

    It is written beside `path`, flushed to the disk and renamed. Line ends are written as given. A link is followed.

    Raises:
        UserError: the folder is missing or not writable, the disk is full, or `path` is a folder.
    """
    target = Path(os.path.realpath(path))
    part = target.with_name(f".spandesk-{uuid4().hex}.part")
    try:
        with part.open("x", encoding="utf-8", newline="") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror or error}") from error
    finally:
        with suppress(OSError):
            part.unlink()
