"""Atomic creation of folders, and safe removal inside a root."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def new_folder(folder: Path) -> Iterator[Path]:
    """An empty folder to fill, which becomes `folder` when the block ends without error; otherwise it is removed.

    Until all of it is on disk, it is a hidden folder beside `folder`.

    Raises:
        OSError: it cannot be written, or `folder` exists and is not empty.
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


def find_unused(folder: Path) -> Path:
    """The path, or the first of its numbered namesakes where nothing is yet."""
    number, free = 1, folder
    while free.exists():
        number += 1
        free = folder.with_name(f"{folder.stem}-{number}{folder.suffix}")
    return free


def is_within(path: Path, root: Path) -> bool:
    """Whether neither a path below a root nor any folder between them is a link."""
    return path.resolve() == root.resolve() / path.relative_to(root)


def remove_within(folder: Path, root: Path) -> None:
    """Remove a folder below a root as far as possible; one behind a link is left alone."""
    if folder.is_dir() and is_within(folder, root):
        shutil.rmtree(folder, ignore_errors=True)


def sync(path: Path) -> None:
    """Flush a file, or the entries of a folder, to disk; Windows cannot do so for folders."""
    if path.is_dir() and os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
