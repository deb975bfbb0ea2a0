"""Folders that are whole or not there at all."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def new_folder(folder: Path) -> Iterator[Path]:
    """An empty folder to fill, which becomes `folder` once the block ends well; else nothing is left of it.

    It lies beside `folder`, hidden and named after it, until all of it is on the disk.

    Raises:
        OSError: it cannot be written, or `folder` is there and not empty.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(
        prefix=f".{folder.name}-", dir=folder.parent, ignore_cleanup_errors=True
    ) as beside:
        written = Path(beside) / "new"
        written.mkdir()
        yield written
        for path in (*written.rglob("*"), written):
            sync(path)
        written.rename(folder)
        sync(folder.parent)


def sync(path: Path) -> None:
    """Puts a file's bytes, or a folder's names, on the disk; Windows has no such thing for folders."""
    if path.is_dir() and os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
