"""What readers of corpus files yield and writers take, and the description of a format.

A reader says what its file says and judges nothing: labels, ids, overlaps, and whether a stated surface is what the
offsets cut are checked by `core.services.import_corpus`, by one rule for all formats.
"""

import hashlib
import json
import re
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

from core.domain.errors import UserError
from core.domain.spans import Judged, PredictedSpan
from core.formats.source_files import Source, find_bad_byte
from core.messages.catalogue import mark, say
from core.messages.terminal import escape_controls


@dataclass(frozen=True, slots=True)
class Text:
    """A text to tag, with its id in the corpus file; lines of plain text have none."""

    text: str
    id: str | None = None


@dataclass(frozen=True, slots=True)
class TaggedText:
    """A text with the spans that a run found, in order of position."""

    text: Text
    spans: tuple[PredictedSpan, ...]


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record that could not be read: its file, its line (from 1) if known, and the reason.

    The reason may quote the record, so it is limited to `REASON_LENGTH` characters, and control characters are escaped.

    Attributes:
        kind: what records rejected for the same reason have in common: the template of the reason; empty: unknown.
    """

    file: str
    line: int | None
    reason: str
    kind: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "reason", escape_controls(self.reason, most=REASON_LENGTH))

    @property
    def where(self) -> str:
        if self.line is None:
            return escape_controls(self.file)
        return say("{file}, line {line}", file=escape_controls(self.file), line=self.line)


REASON_LENGTH = 400


class StatedSpan(NamedTuple):
    """An entity as a file states it, unchecked.

    Attributes:
        start, end: in code points, end exclusive, unless the file was written with other offsets; both `UNPLACED`: the
            file says only what it covers.
        surface: the text that it covers according to the file, if the file says so.
    """

    start: int
    end: int
    label: str
    surface: str | None = None


UNPLACED = -1


@dataclass(frozen=True, slots=True)
class Record:
    """One text of a corpus file with all that the file says of it, unchecked.

    Attributes:
        number: its place in the file, from 1; the same each time that the file is read.
        gold: its entities in the file's order, or why they cannot be read.
        id: as in the file; empty: the file gives none.
        line: where it begins, from 1, for messages.
        judged: whether a person decided what its entities are; the likeliest where the file does not say so.
        document: the id or number of its document in the file; empty: the file knows no documents.
        annotator: who made its gold, if the file says so.
        extras: what the file says besides, as JSON values, under the file's own keys.
        refused: entities of which a person said that the text does not have them.
        says_judged: whether the file says what `judged` is; else a person should be asked, once for a file.
    """

    number: int
    text: str
    gold: "tuple[StatedSpan, ...] | Rejected" = ()
    id: str = ""
    line: int | None = None
    judged: Judged = "yes"
    document: str = ""
    annotator: str = ""
    extras: Mapping[str, Any] = field(default_factory=dict)
    says_judged: bool = True
    refused: tuple[StatedSpan, ...] = ()


def stated_spans(record: Record) -> tuple[StatedSpan, ...]:
    """The entities of a record to be written, which is never one whose entities could not be read."""
    assert not isinstance(record.gold, Rejected), record.gold.reason
    return record.gold


class WantedSpan(NamedTuple):
    """An entity that a record is to state when its file is written again with corrections.

    Attributes:
        start, end: in what the file's offsets count.
        surface: the text that it covers.
        origin: the entity of the record that this one is or was made of, with its surface; None: it is new.
    """

    start: int
    end: int
    label: str
    surface: str
    origin: StatedSpan | None = None

    @property
    def is_changed(self) -> bool:
        """Whether the record does not state it yet."""
        return self.origin is None or self[:3] != self.origin[:3]


Edit = Callable[[Record], Sequence[WantedSpan] | None]
"""What the entities of a record are to be, in order of position; None: as they are. Called once for each record that
can be read, in order; raises `CannotFollowError` where the record cannot have them."""


class Piece(NamedTuple):
    """A part of a file's text, and what it becomes.

    Attributes:
        new: None if it stays as it is.
        refused: why its record stays as it is although its entities should change.
        removed: what was removed because it repeats the entities and cannot follow them.
    """

    old: str
    new: str | None = None
    refused: UserError | None = None
    removed: tuple[str, ...] = ()


class CannotFollowError(Exception):
    """A record cannot state the entities that it should; it stays as it is."""

    def __init__(self, reason: UserError) -> None:
        super().__init__(reason)
        self.reason = reason


class BadLineError(Exception):
    """A record that a line makes unreadable; readers turn it into a `Rejected`."""

    def __init__(self, line: int | None, reason: UserError) -> None:
        super().__init__(line, reason)
        self.line = line
        self.reason = reason


_SPREADSHEET_ERROR = re.compile(r"(?:^|[\t ])(#(?:NAME\?|REF!|VALUE!|DIV/0!))(?=[\t ]|$)")


FORMULA_ERROR = mark(
    "{cell} is the error of a formula, so a spreadsheet has changed the file; import it as it was before it was saved"
    " there"
)


def check_no_spreadsheet_error(number: int, row: str) -> None:
    """Refuse a row with what a spreadsheet writes where it took a cell that begins with = or - for a formula.

    Raises:
        BadLineError: it has such a cell.
    """
    if "#" in row and (found := _SPREADSHEET_ERROR.search(row)):
        raise BadLineError(
            number,
            UserError(FORMULA_ERROR, cell=found[1]),
        )


def reject(source: Source, line: int | None, reason: UserError | str, sentence_id: str = "") -> Rejected:
    """The rejection of a record of a file; if the reason quotes bytes that are not text, they are the reason."""
    if source.is_damaged and (byte := find_bad_byte(str(reason))) is not None:
        reason = _describe_bad_byte(source, byte)
    kind = reason.code if isinstance(reason, UserError) else reason
    return Rejected(source.name, line, with_sentence_id(sentence_id, reason), kind)


def with_sentence_id(sentence_id: str, reason: UserError | str) -> str:
    """The reason why a record is rejected, with the id of its sentence if it has one."""
    return say("sentence {id}: {reason}", id=sentence_id, reason=reason) if sentence_id else str(reason)


def screen(source: Source, record: Record | Rejected) -> Record | Rejected:
    """The record with an id, or why nobody can use its text."""
    if isinstance(record, Rejected):
        return record
    try:
        _check_text(source, record)
    except UserError as error:
        return reject(source, record.line, error, record.id)
    return record if record.id else replace(record, id=make_id(source, record.number, record.text))


_NOTHING_TO_SEE = re.compile("[\\s\u200b-\u200d\u2060\ufeff]*")
"""Blanks, and characters without a width."""


def _check_text(source: Source, record: Record) -> None:
    if _NOTHING_TO_SEE.fullmatch(record.text):
        raise UserError("it has no text")
    if "\0" in record.text:
        raise UserError("its text contains a NUL character")
    if source.is_damaged and (byte := find_bad_byte(_all_text(record))) is not None:
        raise _describe_bad_byte(source, byte)
    try:
        record.text.encode()
    except UnicodeEncodeError:
        raise UserError("it contains half a character, an escape such as \\ud83d without its other half") from None


def _all_text(record: Record) -> str:
    """All that a record says but for its entities, each of which has a label and a surface to check."""
    besides = json.dumps(dict(record.extras), ensure_ascii=False)
    return "\n".join((record.text, record.id, record.document, record.annotator, besides))


def _describe_bad_byte(source: Source, byte: int) -> UserError:
    return UserError("the byte 0x{byte:02X} in it is not {encoding}", byte=byte, encoding=source.encoding_name)


def make_id(source: Source, number: int, text: str) -> str:
    """Make an id for a record without one: the stem of its file, its number there, and six digits of a hash of its
    text.

    The same file gives the same ids again, so nothing is imported twice; another file of the same name gives others.
    """
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{_stem(source.name, source.parts)}-{number}-{digest[:6]}"


@lru_cache(maxsize=16)
def _stem(name: str, parts: int) -> str:
    path = Path(*Path(name).parts[-parts:])
    return escape_name(path.with_name(path.stem).as_posix())


def escape_name(name: str) -> str:
    """A file name as text, with escapes if it is not UTF-8."""
    return name.encode("utf-8", "backslashreplace").decode()


HEAD_LENGTH = 4096
"""How many characters of a file a format sees to recognise it."""


class Head(NamedTuple):
    """The beginning of a file, by which its format is recognised.

    Attributes:
        path: of the file; its suffix says little, since files are renamed.
        text: the first `HEAD_LENGTH` characters, without a byte order mark; empty for a binary file and a folder.
        data: the first bytes; empty for a folder.
    """

    path: Path
    text: str
    data: bytes

    @property
    def lines(self) -> list[str]:
        """The lines that are complete, without their ends; the only line even if it is cut off."""
        *lines, last = self.text.split("\n")
        return [line.removesuffix("\r") for line in lines or [last]]


@dataclass(frozen=True, slots=True)
class WriteOptions:
    """How to write a corpus where a format cannot hold all of it.

    Attributes:
        cut_words: what happens to spans that end inside a word in a format that tags whole words: they are refused,
            widened to the word, or left out.
    """

    cut_words: Literal["refuse", "widen", "leave-out"] = "refuse"


Kind = Literal["text", "binary", "folder"]
ReadChoice = Literal["tag_column", "tag_names", "split_sentences"]
"""A field of `ReadOptions`, which a person is asked for where the format can use it."""
Holding = Literal["ids", "documents", "extras", "judged", "annotators", "whitespace", "line ends", "half words"]
"""What a format can hold besides texts and their spans; "half words" are spans that begin or end inside a word."""


@dataclass(frozen=True)
class CorpusFormat:
    """A corpus file format.

    Args:
        name: the value of `--format`.
        template: the message that names it.
        suffix: of new files, with its dot; ignored in reading.
        kind: whether a corpus is a text file (decoded by the reader of any encoding), a binary file or a folder.
        score: how surely a file has this format, from 0 (not at all) to 1.
        read: yields the records in order.
        write: writes the records to a file, replacing an older one atomically, and returns notices for the user, a
            sentence each; None: the format can only be read.
        holds: what comes back when what was written is read again, besides texts and spans.
        tags_words: whether it tags whole words, so that there is a choice for spans that cut one (see `WriteOptions`).
        remark: the message on what a person should know of the sentences of a {file}; empty: nothing.
        patch: yields the whole text of a file in pieces, with other entities in some of its records; returns notices
            for the user; None: the format cannot be patched.
        asks: the options that its reader can use.
    """

    name: str
    template: str
    suffix: str
    score: Callable[[Head], float]
    read: Callable[[Source], Iterator[Record | Rejected]]
    write: Callable[[Path, Iterable[Record], WriteOptions], tuple[str, ...]] | None = None
    kind: Kind = "text"
    holds: frozenset[Holding] = frozenset()
    tags_words: bool = False
    remark: str = ""
    patch: Callable[[Source, Edit, WriteOptions], Generator[Piece, None, tuple[str, ...]]] | None = None
    asks: frozenset[ReadChoice] = frozenset()

    @property
    def title(self) -> str:
        """The name that users see."""
        return say(self.template)
