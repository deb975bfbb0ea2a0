"""A cache of encoded windows on disk, so that a text is tokenised only once."""

import hashlib
import shutil
from collections.abc import Generator, Sequence
from contextlib import suppress
from dataclasses import fields
from pathlib import Path
from uuid import uuid4

import numpy as np

from core.io.folders import new_folder
from core.model.encoding.text_encoder import TextEncoding
from core.model.encoding.windows import Windows, concatenate

_AT_ONCE = 1000
"""Texts that are encoded between two reports."""

_ENCODINGS_KEPT = 4
"""How many encodings (tokenizer and tagging unit) are kept; the least recently used is removed first."""

_KEY_BYTES = 16
_KEYS = "keys"


def encode_cached(
    texts: Sequence[str], by: TextEncoding, folder: Path | None, *, keeps: bool = True
) -> Generator[int, None, Windows]:
    """Encode texts to windows, reading from the cache folder what it has and adding the rest.

    A damaged or unwritable folder only costs time.

    Args:
        folder: None disables the cache.
        keeps: whether to write to the folder; one of several processes is enough.

    Yields:
        How many texts were encoded or read since the last time.
    """
    own = folder / by.digest[:16] if folder else None
    if own is not None and own.is_symlink():
        own = None  # a link would lead out of the folder
    cache = _Cache(own, is_kept=keeps)
    keys = [_key(text) for text in texts]
    new = {key: text for key, text in zip(keys, texts, strict=True) if key not in cache.rows}
    if len(texts) > len(new):
        yield len(texts) - len(new)
    parts, new_texts = [], list(new.values())
    for first in range(0, len(new_texts), _AT_ONCE):
        parts.append(by.encode(new_texts[first : first + _AT_ONCE]))
        yield min(_AT_ONCE, len(new_texts) - first)
    cache.add(list(new), concatenate(parts))
    if folder and own and keeps:
        with suppress(OSError):
            _forget_others(folder, own)
    return cache.windows(keys)


def _key(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=_KEY_BYTES).digest()


class _Cache:
    """The segments of one encoding: each is a folder of columns that is written once, atomically.

    Attributes:
        rows: the row of each text by its key, counted over all segments.
    """

    def __init__(self, folder: Path | None, *, is_kept: bool) -> None:
        self.rows: dict[bytes, int] = {}
        self._folder = folder
        self._is_kept = is_kept
        self._segments: list[Windows] = []
        for path in sorted(folder.glob("segment-*")) if folder and folder.is_dir() else ():
            self._open(path)

    def add(self, keys: Sequence[bytes], windows: Windows) -> None:
        """Add encoded windows, and write them if allowed and possible."""
        if not keys:
            return
        if self._folder and self._is_kept:
            with suppress(OSError):
                _write(self._folder, keys, windows)
        self._take(keys, windows)

    def windows(self, keys: Sequence[bytes]) -> Windows:
        """The windows of the texts with these keys, which must all be cached."""
        rows = np.array([self.rows[key] for key in keys], np.int64)
        ends = np.cumsum([segment.texts for segment in self._segments])
        if len(ends) == 1:
            return self._segments[0].select(rows)
        of_segment = np.searchsorted(ends, rows, side="right")
        order = np.argsort(of_segment, kind="stable")
        parts = [
            segment.select(rows[of_segment == number] - (ends[number] - segment.texts))
            for number, segment in enumerate(self._segments)
        ]
        return concatenate(parts).select(np.argsort(order))

    def _open(self, path: Path) -> None:
        try:
            columns = {field.name: np.load(path / f"{field.name}.npy", mmap_mode="r") for field in fields(Windows)}
            keys = np.load(path / f"{_KEYS}.npy").tobytes()
        except (OSError, ValueError, EOFError):
            if self._is_kept:
                shutil.rmtree(path, ignore_errors=True)
            return
        self._take([keys[i : i + _KEY_BYTES] for i in range(0, len(keys), _KEY_BYTES)], Windows(**columns))

    def _take(self, keys: Sequence[bytes], windows: Windows) -> None:
        first = sum(segment.texts for segment in self._segments)
        self._segments.append(windows)
        self.rows.update({key: first + row for row, key in enumerate(keys)})


def _write(folder: Path, keys: Sequence[bytes], windows: Windows) -> None:
    with new_folder(folder / f"segment-{uuid4().hex}") as written:
        for field in fields(Windows):
            np.save(written / f"{field.name}.npy", getattr(windows, field.name))
        np.save(written / f"{_KEYS}.npy", np.frombuffer(b"".join(keys), np.uint8))


def _forget_others(folder: Path, used: Path) -> None:
    """Remove the least recently used encodings."""
    used.touch()
    folders = (path for path in folder.iterdir() if path.is_dir() and not path.is_symlink())
    known = sorted(folders, key=lambda path: path.stat().st_mtime)
    for path in known[:-_ENCODINGS_KEPT]:
        shutil.rmtree(path, ignore_errors=True)
