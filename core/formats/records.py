"""What a reader yields for each piece of a corpus file, texts to tag and tagged texts, and what a format is."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from core.domain.errors import UserError
from core.domain.spans import PredictedSpan, Sentence
from core.messages.catalogue import say
from core.messages.words import escape_controls


@dataclass(frozen=True, slots=True)
class Text:
    """A text to tag, with the id that it has in its corpus file; lines of plain text have none."""

    text: str
    id: str | None = None


@dataclass(frozen=True, slots=True)
class TaggedText:
    """A text with the spans that a run found in it, in order of position."""

    text: Text
    spans: tuple[PredictedSpan, ...]


HEAD_LENGTH = 4096
"""Characters of a file that a format sees to recognise it by."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record that could not be read: its file, its line from 1 where that is known, and why, in one clause.

    The reason, which quotes the record, is cut off after `REASON_LENGTH` characters and has escapes for those that a
    terminal would obey.
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
    """Why a record is rejected, with the id of its sentence where it has one."""
    return say("sentence {id}: {reason}", id=sentence_id, reason=reason) if sentence_id else str(reason)


Record = Sentence | Rejected

Item = TypeVar("Item", Sentence, Text)
"""What a reader makes of a record: a sentence with its gold, or its text alone."""

Check = Callable[[Sentence], None]
"""Raises `UserError` against a sentence that is well-formed but not wanted; the reader rejects it with its line."""


def accept_any(_sentence: Sentence) -> None:
    """The check that has nothing against any sentence."""


def make_id(path: Path, number: int, text: str) -> str:
    """The id of a record that comes without one: its file's stem, its number in there, six digits that tell its text.

    The same file again gives the same ids, so that nothing is imported twice; another file of that name gives others.
    """
    return f"{escape_name(path.stem)}-{number}-{hashlib.sha256(text.encode()).hexdigest()[:6]}"


def escape_name(name: str) -> str:
    """A file's name as text: one that is no UTF-8 has escapes."""
    return name.encode("utf-8", "backslashreplace").decode()


@dataclass(frozen=True)
class CorpusFormat:
    """A shape of corpus file.

    Args:
        name: what `--format` takes.
        title: what people call it.
        suffix: of new files, with its dot; reading never looks at it.
        recognises: whether a file with this head (its first `HEAD_LENGTH` characters, without a byte order mark) has
            this shape.
        read: the records in the file's order, one at a time; sentences that fail the check are rejected.
        read_texts: the texts with their ids in the order of the file, whatever their gold; rejects only empty ones.
        write: puts the sentences into a file that replaces an older one in one step.
    """

    name: str
    title: str
    suffix: str
    recognises: Callable[[Path, str], bool]
    read: Callable[[Path, Check], Iterator[Record]]
    read_texts: Callable[[Path], Iterator[Text | Rejected]]
    write: Callable[[Path, Iterable[Sentence]], None]
