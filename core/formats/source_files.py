"""Corpus files as readers see them: opened once, decoded, and called by the name that the user knows."""

import codecs
import csv
import hashlib
import os
import re
import shutil
import stat
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO, NamedTuple, Protocol, TextIO

from core.domain.errors import UserError
from core.domain.generators import run_to_end
from core.io.files import Kind, kind_of, open_descriptor
from core.messages.catalogue import mark, say
from core.messages.terminal import escape_controls

STANDARD_INPUT = Path("-")
"""Standard input on the command line."""

Encoding = str
"""A codec of Python: utf-8-sig (with or without mark), utf-16 (with mark) or cp949 (a superset of EUC-KR)."""

_ENCODING_NAMES = {"utf-8-sig": "UTF-8", "utf-16": "UTF-16", "cp949": "CP949"}

_CHUNK = 1 << 20
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def name_encoding(encoding: Encoding) -> str:
    """An encoding as people write it."""
    return _ENCODING_NAMES[encoding]


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What a reader cannot find out from a file alone.

    Attributes:
        tag_names: the names of the numbers under `ner_tags`, from 0.
        tag_column: the column of the tags in a file of columns, from 1.
        split_sentences: whether the lines of plain text are running text, to be split into sentences.
    """

    tag_names: tuple[str, ...] = ()
    tag_column: int | None = None
    split_sentences: bool = False


DEFAULTS = ReadOptions()


def split_names(text: str) -> tuple[str, ...]:
    """Names separated by commas; those with a comma of their own are in double quotes."""
    names = next(csv.reader([text], skipinitialspace=True), [])
    return tuple(name.strip() for name in names if name.strip())


@dataclass(frozen=True, slots=True)
class Source:
    """A corpus file to read.

    Attributes:
        path: of the file, or of a copy of what came through a pipe.
        name: what messages call it.
        is_damaged: whether some bytes are not text in this encoding; `screen` rejects the records that contain them.
        parts: how many of the last parts of the name call it: ARCHIVE/MEMBER for one in an archive of several.
    """

    path: Path
    name: str
    encoding: Encoding = "utf-8-sig"
    is_damaged: bool = False
    options: ReadOptions = DEFAULTS
    parts: int = 1

    def lines(self) -> Iterator[tuple[int, str]]:
        """The lines with their numbers from 1 and with their ends."""
        with self.open_text() as file:
            yield from enumerate(file, 1)

    def open_text(self) -> TextIO:
        """Open the file's text; lines end with \\n, and other line ends are left as they are."""
        return self.path.open(encoding=self.encoding, errors=self._errors, newline="\n")

    @contextmanager
    def open_utf8(self) -> Iterator["Readable"]:
        """The bytes of the file in UTF-8, without a byte order mark."""
        with self.path.open("rb") as file:
            if self.encoding == "utf-8-sig" and not self.is_damaged:
                file.seek(len(codecs.BOM_UTF8) if file.read(len(codecs.BOM_UTF8)) == codecs.BOM_UTF8 else 0)
                yield file
            else:
                yield _Recoded(file, codecs.getincrementaldecoder(self.encoding)(self._errors))

    def open_encoder(self) -> tuple[bytes, Callable[[str], bytes]]:
        """The byte order mark of the file, and what makes bytes of its text as they are in it.

        The function raises UnicodeEncodeError for text that the encoding does not have.
        """
        with self.path.open("rb") as file:
            start = file.read(len(codecs.BOM_UTF8))
        if self.encoding == "utf-16":
            mark = start[:2]
            codec = "utf-16-le" if mark == codecs.BOM_UTF16_LE else "utf-16-be"
        elif self.encoding == "utf-8-sig":
            mark, codec = (start if start == codecs.BOM_UTF8 else b""), "utf-8"
        else:
            mark, codec = b"", self.encoding
        return mark, lambda text: self._encode(text, codec)

    def _encode(self, text: str, codec: str) -> bytes:
        if not self.is_damaged:
            return text.encode(codec)
        pieces = _BAD_CHARACTER.split(text)
        return b"".join(
            bytes([ord(piece) - _BAD_BYTE]) if place % 2 else piece.encode(codec) for place, piece in enumerate(pieces)
        )

    @property
    def short_name(self) -> str:
        """The name without its folder."""
        return "/".join(Path(self.name).parts[-self.parts :])

    @property
    def file_name(self) -> str:
        """The name without its folder, as text on one line."""
        return escape_controls(self.short_name)

    @property
    def encoding_name(self) -> str:
        """The encoding as people write it."""
        return name_encoding(self.encoding)

    @property
    def _errors(self) -> str:
        return _MARK_BAD_BYTES if self.is_damaged else "strict"


class Readable(Protocol):
    """What `Source.open_utf8` opens."""

    def read(self, size: int, /) -> bytes:
        """At least one byte, unless the file is at its end."""
        ...


class _Recoded:
    """A file in another encoding as UTF-8."""

    def __init__(self, file: BinaryIO, decoder: codecs.IncrementalDecoder) -> None:
        self._file = file
        self._decoder = decoder

    def read(self, size: int, /) -> bytes:
        while True:
            data = self._file.read(size)
            text = self._decoder.decode(data, final=not data)
            if text or not data:
                return text.encode("utf-8", "surrogatepass")


_BAD_BYTE = 0x10FF00
"""Added to a byte that is not text: a code point at the end of the last private area, which no corpus uses."""
_MARK_BAD_BYTES = "spandesk-mark-bad-bytes"
_BAD_BYTES = re.compile(r"[\U0010ff00-\U0010ffff]|\\U0010ff[0-9a-f]{2}")
"""The mark of a byte that is not text, as it is or as `repr` writes it."""
_BAD_CHARACTER = re.compile(r"([\U0010ff00-\U0010ffff])")


def _mark_bad_bytes(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "".join(chr(_BAD_BYTE + byte) for byte in error.object[error.start : error.end]), error.end


codecs.register_error(_MARK_BAD_BYTES, _mark_bad_bytes)


def find_bad_byte(text: str) -> int | None:
    """The first byte that was not text, in a text of a damaged source."""
    found = _BAD_BYTES.search(text)
    if not found:
        return None
    return int(found[0][-2:], 16) if found[0].startswith("\\") else ord(found[0]) - _BAD_BYTE


_READ_ONCE: dict[Kind, str] = {
    "pipe": mark("{path} is a pipe, which can only be read once; save its output in a file first"),
    "device": mark("{path} is a device, which can only be read once; save its output in a file first"),
    "socket": mark("{path} is a socket, which cannot be read; save its output in a file first"),
}


def check_kind(path: Path) -> Kind:
    """Check that a path leads to a file or a folder; returns which.

    Raises:
        UserError: it leads to nothing, or to what cannot be read twice.
    """
    kind = kind_of(path)
    if kind == "missing":
        raise UserError("{path} does not exist", path=path)
    if kind not in ("file", "folder"):
        raise UserError(_READ_ONCE[kind], path=path)
    return kind


def digest_of(path: Path) -> str | None:
    """The SHA-256 of a file in hexadecimal digits, by which it is known again; None for a folder."""
    if path.is_dir():
        return None
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def digest_of_folder(folder: Path) -> str:
    """The SHA-256 of the names and contents of the files in a folder and those in it, without hidden ones."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(".")):
        name = path.relative_to(folder).as_posix()
        digest.update(f"{digest_of(path)} {name}\n".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


@contextmanager
def naming_read_errors(name: str) -> Iterator[None]:
    """Turn read errors in the block into a `UserError` that names the file."""
    try:
        yield
    except OSError as error:
        raise UserError("{path} cannot be read: {reason}", path=name, reason=error.strerror or error) from error
    except UnicodeDecodeError as error:
        raise UserError("{path} has changed since it was checked: its encoding is another", path=name) from error


def copy_once(path: Path) -> tuple[TemporaryDirectory[str], Path] | None:
    """A temporary copy of an open file of this process that can be read only once, such as - or /dev/stdin; None for
    other paths."""
    descriptor = 0 if path == STANDARD_INPUT else open_descriptor(path)
    if descriptor is None or (stat.S_ISREG(os.fstat(descriptor).st_mode) and path != STANDARD_INPUT):
        return None
    folder = TemporaryDirectory(prefix="spandesk-")
    copy = Path(folder.name) / "stdin"
    with naming_read_errors(name_of(path)), os.fdopen(os.dup(descriptor), "rb") as source, copy.open("xb") as file:
        shutil.copyfileobj(source, file)
    return folder, copy


def name_of(path: Path) -> str:
    """What messages call a corpus file."""
    return say("standard input") if path == STANDARD_INPUT or open_descriptor(path) == 0 else str(path)


class TextCheck(NamedTuple):
    """How a text file is encoded, and whether all of it is."""

    encoding: Encoding
    is_damaged: bool


def check_text(path: Path, name: str) -> TextCheck:
    """Read a whole file to find its encoding, before anything of it is imported.

    Bytes that contradict UTF-8 make it CP949 if more lines are text in that encoding alone than in UTF-8 alone.

    Raises:
        UserError: it is empty or binary.
    """
    return run_to_end(check_text_in_steps(path, name))


def guess_encoding(path: Path, name: str) -> TextCheck:
    """How the first megabyte of a file is encoded.

    Raises:
        UserError: it is empty or binary.
    """
    return run_to_end(check_text_in_steps(path, name, most=_CHUNK))


def check_text_in_steps(path: Path, name: str, most: int | None = None) -> Generator[None, None, TextCheck]:
    """`check_text` of at most so many bytes, pausing after each megabyte."""
    with path.open("rb") as file:
        start = file.read(HEAD_BYTES)
    if start.startswith(_UTF16_MARKS):
        return (yield from _check_decoding(path, name, "utf-16", most))
    if _is_binary(start):
        raise UserError("{path} is binary, not text", path=name)
    return (yield from _check_decoding(path, name, "utf-8-sig", most))


HEAD_BYTES = 1 << 14
"""How many bytes of a file tell that it is binary."""
_NO_TEXT = re.compile(rb"[\x01-\x08\x0e-\x1f]")


def _is_binary(start: bytes) -> bool:
    """Whether a file begins as no text does: with NULs in half of its lines, or beside other control characters.

    A NUL in a text makes only its record unreadable.
    """
    if b"\0" not in start:
        return False
    lines = [line for line in start.split(b"\n") if line.strip()]
    return bool(_NO_TEXT.search(start)) or 2 * sum(b"\0" in line for line in lines) >= len(lines)


def _check_decoding(path: Path, name: str, encoding: Encoding, most: int | None) -> Generator[None, None, TextCheck]:
    decoder = codecs.getincrementaldecoder(encoding)()
    is_filled, done = False, 0
    try:
        for chunk in _chunks(path):
            text = decoder.decode(chunk, final=not chunk)
            is_filled = is_filled or bool(text.strip())
            done += len(chunk)
            if most is not None and done >= most:
                return TextCheck(encoding, False)
            yield
    except UnicodeDecodeError:
        return TextCheck(encoding, True) if encoding == "utf-16" else (yield from _compare_encodings(path, most))
    if not is_filled:
        raise UserError("{path} is empty", path=name)
    return TextCheck(encoding, False)


def _chunks(path: Path) -> Iterator[bytes]:
    """The bytes of a file, then an empty chunk."""
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk
    yield b""


def _compare_encodings(path: Path, most: int | None) -> Generator[None, None, TextCheck]:
    """The encoding that explains more of a file's lines, which are not all UTF-8."""
    utf8 = cp949 = done = 0
    is_all_cp949 = True
    with path.open("rb") as file:
        for line in iter(lambda: file.readline(_CHUNK), b""):
            done, before = done + len(line), done
            if done // _CHUNK > before // _CHUNK:
                yield
            if line.isascii():
                continue
            if _decodes(line, "utf-8"):
                utf8 += 1
            elif _decodes(line, "cp949"):
                cp949 += 1
            else:
                is_all_cp949 = False
            if most is not None and done >= most:
                break
    if cp949 > utf8:
        return TextCheck("cp949", not is_all_cp949 or utf8 > 0)
    return TextCheck("utf-8-sig", True)


def _decodes(line: bytes, encoding: Encoding) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def read_head(path: Path, encoding: Encoding, length: int) -> str:
    """The first characters of a text file, without a byte order mark."""
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        return file.read(length)
