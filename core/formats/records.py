"""The records that readers of corpus files yield, and the description of a format."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from core.domain.errors import UserError
from core.domain.spans import PredictedSpan, Sentence
from core.messages.catalogue import say
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


HEAD_LENGTH = 4096
"""How many characters of a file a format sees to recognise it."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record that could not be read: its file, its line (from 1) if known, and the reason.

    The reason may quote the record, so it is limited to `REASON_LENGTH` characters, and control characters are escaped.
    """

    file: str
    line: int | None
    reason: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "reason", escape_controls(self.reason, most=REASON_LENGTH))

    @property
    def where(self) -> str:
        if self.line is None:
            return self.file
        return say("{file}, line {line}", file=self.file, line=self.line)


REASON_LENGTH = 400


def with_sentence_id(sentence_id: str, reason: UserError | str) -> str:
    """The reason why a record is rejected, with the id of its sentence if it has one."""
    return say("sentence {id}: {reason}", id=sentence_id, reason=reason) if sentence_id else str(reason)


Record = Sentence | Rejected

Item = TypeVar("Item", Sentence, Text)
"""What a reader makes of a record: a sentence with its gold, or its text alone."""

Check = Callable[[Sentence], None]
"""Raises `UserError` to reject a well-formed sentence; the reader adds its line."""


def accept_any(_sentence: Sentence) -> None:
    """The check that accepts every sentence."""


def make_id(path: Path, number: int, text: str) -> str:
    """Make an id for a record without one: the stem of its file, its number there, and six digits of a hash of its
    text.

    The same file gives the same ids again, so nothing is imported twice; another file of the same name gives others.
    """
    return f"{escape_name(path.stem)}-{number}-{hashlib.sha256(text.encode()).hexdigest()[:6]}"


def escape_name(name: str) -> str:
    """A file name as text, with escapes if it is not UTF-8."""
    return name.encode("utf-8", "backslashreplace").decode()


@dataclass(frozen=True)
class CorpusFormat:
    """A corpus file format.

    Args:
        name: the value of `--format`.
        title: the name that users see.
        suffix: of new files, with its dot; ignored in reading.
        recognises: whether a file has this format, from its first `HEAD_LENGTH` characters, without a byte order mark.
        read: yields the records in order; sentences that fail the check are rejected.
        read_texts: yields the texts with their ids in order, ignoring gold; rejects only empty ones.
        write: writes the sentences to a file, replacing an older one atomically.
    """

    name: str
    title: str
    suffix: str
    recognises: Callable[[Path, str], bool]
    read: Callable[[Path, Check], Iterator[Record]]
    read_texts: Callable[[Path], Iterator[Text | Rejected]]
    write: Callable[[Path, Iterable[Sentence]], None]
