"""Folders that are whole or not there at all."""

import os
import shutil
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


def is_within(path: Path, root: Path) -> bool:
    """Whether a path below a root is where it seems to be: neither it nor a folder on the way to it is a link."""
    return path.resolve() == root.resolve() / path.relative_to(root)


def remove_within(folder: Path, root: Path) -> None:
    """Remove a folder below a root, as far as that can be done; one that a link leads to is left alone."""
    if folder.is_dir() and is_within(folder, root):
        shutil.rmtree(folder, ignore_errors=True)


def sync(path: Path) -> None:
    """Puts a file's bytes, or a folder's names, on the disk; Windows has no such thing for folders."""
    if path.is_dir() and os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
