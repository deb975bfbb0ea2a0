"""Plain text, without gold: one sentence per line, or running text that is split into sentences."""

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from core.domain.errors import UserError
from core.formats.records import CorpusFormat, Head, Record, WriteOptions, escape_name
from core.formats.source_files import Source
from core.io.files import replacing
from core.languages.korean.sentences import split_sentences
from core.messages.catalogue import mark

_SUFFIX = ".txt"
_AT_ONCE = 500
"""How many lines are split at once."""


def score(head: Head) -> float:
    """Little, and only by the suffix: every text file could be plain text."""
    return 0.1 if head.path.suffix.lower() == _SUFFIX else 0.0


def read(source: Source) -> Iterator[Record]:
    """Read the lines that are not blank, without outer white space, or their sentences; nobody has judged them.

    Raises:
        UserError: in the middle, if the lines are to be split and the analyser of Korean does not work here.
    """
    return _read_running_text(source) if source.options.split_sentences else _read_lines(source)


def _read_lines(source: Source) -> Iterator[Record]:
    for number, line in source.lines():
        if text := line.strip():
            yield Record(number, text, line=number, judged="no")


def _read_running_text(source: Source) -> Iterator[Record]:
    """The sentences of a file as those of one document, with their place (in code points) in it."""
    document = escape_name(Path(source.name).stem)
    number = offset = 0
    rest = source.lines()
    while lines := list(islice(rest, _AT_ONCE)):
        for (line, text), sentences in zip(lines, split_sentences([text for _, text in lines]), strict=True):
            for start, end in sentences:
                number += 1
                place = {"offset": offset + start}
                yield Record(number, text[start:end], line=line, judged="no", document=document, extras=place)
            offset += len(text)


def write(path: Path, records: Iterable[Record], _options: WriteOptions) -> tuple[str, ...]:
    """Write one text per line, without its spans.

    Raises:
        UserError: a text contains a line end; or the file cannot be written.
    """
    with replacing(path) as file:
        for record in records:
            if "\n" in record.text or "\r" in record.text:
                raise UserError(
                    "the sentence {id!r} contains a line end, which plain text cannot contain; export as jsonl instead",
                    id=record.id,
                )
            file.write(record.text + "\n")
    return ()


FORMAT = CorpusFormat("text", mark("Plain text"), _SUFFIX, score, read, write, asks=frozenset({"split_sentences"}))
