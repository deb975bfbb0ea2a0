"""All formats, and how to detect the format of a file and read it."""

import codecs
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from core.domain.errors import UserError
from core.formats import jsonl, klue, nikl, parquet
from core.formats.records import HEAD_LENGTH, Check, CorpusFormat, Record, Rejected, Text, accept_any
from core.io.files import Kind, kind_of, open_descriptor
from core.messages.catalogue import join_words, mark, say

AUTO = "auto"

STANDARD_INPUT = Path("-")
"""Standard input on the command line."""

FORMATS: tuple[CorpusFormat, ...] = (klue.FORMAT, nikl.FORMAT, jsonl.FORMAT)
"""In the order in which `detect_format` tries them."""

_CHUNK = 1 << 20
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def format_by_name(name: str) -> CorpusFormat:
    """The format with this name.

    Raises:
        UserError: there is none; the message lists all names.
    """
    for known in FORMATS:
        if known.name == name:
            return known
    raise UserError(
        "there is no corpus format {name!r}; it must be one of {known}",
        name=name,
        known=join_words(known.name for known in FORMATS),
    )


def detect_format(path: Path) -> CorpusFormat:
    """Detect the format of a file from its content.

    Raises:
        UserError: the file is missing, a folder, empty, not UTF-8 text or in no known format.
    """
    _check_text(path)
    return _recognise(path)


def read(path: Path, name: str = AUTO, check: Check = accept_any) -> Iterator[Record]:
    """Read the records of a corpus file one at a time.

    Args:
        name: of the format; "auto" detects it.
        check: raises `UserError` to reject a sentence.

    Raises:
        UserError: at once, before the first record; see `detect_format` and `format_by_name`.
    """
    chosen = None if name == AUTO else format_by_name(name)
    _check_text(path)
    return _guarded(path, (chosen or _recognise(path)).read(path, check))


def _guarded(path: Path, records: Iterator[Any]) -> Iterator[Any]:
    """The records of a file; an error while reading them becomes a `UserError`."""
    with _reading(path):
        yield from records


def format_for_export(path: Path, name: str = AUTO) -> CorpusFormat:
    """The format to write a file in: the named one, or for "auto" the one with the file's suffix.

    Raises:
        UserError: there is none.
    """
    if name != AUTO:
        return format_by_name(name)
    for known in FORMATS:
        if path.suffix.lower() == known.suffix:
            return known
    suffixes = join_words(f"{known.suffix} ({known.name})" for known in FORMATS)
    raise UserError(
        "the name {name} does not say the format; end it with one of {suffixes}, or name the format",
        name=path.name,
        suffixes=suffixes,
    )


def read_texts(path: Path) -> Iterator[Text | Rejected]:
    """Read the texts to tag one at a time: the sentences of a corpus or Parquet file, or the lines of any other text.

    Gold is not read, so it may be invalid. An open file of the process, such as `-` or /dev/stdin, is read once.

    Raises:
        UserError: before the first text, if the file is missing, a folder, empty or not UTF-8 text, or see
            `parquet.read_texts`; later, if it can no longer be read.
    """
    descriptor = 0 if path == STANDARD_INPUT else open_descriptor(path)
    if descriptor is None or (stat.S_ISREG(os.fstat(descriptor).st_mode) and path != STANDARD_INPUT):
        return _read_texts(path)
    return _read_texts_of_copy(descriptor, say("standard input") if descriptor == 0 else str(path))


def _read_texts(path: Path) -> Iterator[Text | Rejected]:
    if kind_of(path) == "file" and parquet.recognises(path):
        return parquet.read_texts(path)
    _check_text(path)
    known = _find_format(path)
    return _guarded(path, known.read_texts(path) if known else _read_lines(path))


def _read_texts_of_copy(descriptor: int, name: str) -> Iterator[Text | Rejected]:
    """The texts of an open file that can be read only once, from a temporary copy."""
    folder = TemporaryDirectory(prefix="spandesk-")
    copy = Path(folder.name) / "stdin"
    with _reading(Path(name)), os.fdopen(os.dup(descriptor), "rb") as source, copy.open("xb") as file:
        shutil.copyfileobj(source, file)
    with _naming(copy, name):
        records = _read_texts(copy)

    def read() -> Iterator[Text | Rejected]:
        with folder, _naming(copy, name):
            for record in records:
                yield replace(record, file=name) if isinstance(record, Rejected) else record

    return read()


@contextmanager
def _naming(path: Path, name: str) -> Iterator[None]:
    """Replace a path with another name in the errors of the block."""
    try:
        yield
    except UserError as error:
        fields = {key: name if str(value) == str(path) else value for key, value in error.fields.items()}
        raise UserError(error.code, **fields) from error


def _read_lines(path: Path) -> Iterator[Text]:
    with path.open(encoding="utf-8-sig") as file:
        yield from (Text(line.strip()) for line in file if line.strip())


def _find_format(path: Path) -> CorpusFormat | None:
    with _reading(path), path.open(encoding="utf-8-sig", newline="") as file:
        head = file.read(HEAD_LENGTH)
    return next((known for known in FORMATS if known.recognises(path, head)), None)


def _recognise(path: Path) -> CorpusFormat:
    if known := _find_format(path):
        return known
    raise UserError(
        "{path} is in no known format ({known})", path=path, known=join_words(known.title for known in FORMATS)
    )


_READ_ONCE: dict[Kind, str] = {
    "pipe": mark("{path} is a pipe, which can only be read once; save its output in a file first"),
    "device": mark("{path} is a device, which can only be read once; save its output in a file first"),
    "socket": mark("{path} is a socket, which cannot be read; save its output in a file first"),
}


def _check_text(path: Path) -> None:
    """Read the whole file once: an error late in it must be found before anything is imported."""
    kind = kind_of(path)
    if kind == "missing":
        raise UserError("{path} does not exist", path=path)
    if kind == "folder":
        raise UserError("{path} is a folder; name the corpus files in it", path=path)
    if kind != "file":
        raise UserError(_READ_ONCE[kind], path=path)
    with _reading(path):
        try:
            _check_bytes(path)
        except UnicodeDecodeError as error:
            raise _encoding_fault(path, error) from error


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Turn read errors in the block into a `UserError` that names the file."""
    try:
        yield
    except OSError as error:
        raise UserError("{path} cannot be read: {reason}", path=path, reason=error.strerror or error) from error
    except UnicodeDecodeError as error:
        raise UserError("{path} has changed since it was checked: it is no longer UTF-8", path=path) from error


def _check_bytes(path: Path) -> None:
    filled = False
    for line, text in _decode(path, "utf-8-sig"):
        if "\0" in text:
            line += text.count("\n", 0, text.index("\0"))
            raise UserError("{path} is not text: line {line} contains a NUL byte", path=path, line=line)
        filled = filled or bool(text.strip())
    if not filled:
        raise UserError("{path} is empty", path=path)


def _decode(path: Path, encoding: str) -> Iterator[tuple[int, str]]:
    """The text of the file in chunks, each with the number of the line that it begins in.

    Raises:
        UnicodeDecodeError: its reason is the number of the line.
    """
    decoder = codecs.getincrementaldecoder(encoding)()
    line = 1
    with path.open("rb") as file:
        while True:
            chunk = file.read(_CHUNK)
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                breaks = error.object.count(b"\n", 0, error.start)
                error.reason = str(line + breaks)
                raise
            yield line, text
            if not chunk:
                return
            line += text.count("\n")


def _encoding_fault(path: Path, error: UnicodeDecodeError) -> UserError:
    with path.open("rb") as file:
        if file.read(2) in _UTF16_MARKS:
            return UserError("{path} is UTF-16; convert it to UTF-8", path=path)
    if b"\0" in error.object:
        return UserError("{path} is binary, not text", path=path)
    byte = error.object[error.start]
    if _is_cp949(path):
        return UserError(
            "{path} is not UTF-8 (line {line}, byte 0x{byte:02X}); it is probably CP949: convert it with"
            " iconv -f CP949 -t UTF-8",
            path=path,
            line=error.reason,
            byte=byte,
        )
    return UserError(
        "{path} is not UTF-8 (line {line}, byte 0x{byte:02X}); convert it to UTF-8",
        path=path,
        line=error.reason,
        byte=byte,
    )


def _is_cp949(path: Path) -> bool:
    try:
        for _ in _decode(path, "cp949"):
            pass
    except UnicodeDecodeError:
        return False
    return True
