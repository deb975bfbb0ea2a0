"""Plain text: one sentence per line, without gold."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from core.domain.errors import UserError
from core.formats.records import CorpusFormat, Head, Record, WriteOptions
from core.formats.sources import Source
from core.io.files import replacing

_SUFFIX = ".txt"


def score(head: Head) -> float:
    """Little, and only by the suffix: every text file could be plain text."""
    return 0.1 if head.path.suffix.lower() == _SUFFIX else 0.0


def read(source: Source) -> Iterator[Record]:
    """Read the lines that are not blank, without outer white space; nobody has judged them."""
    for number, line in source.lines():
        if text := line.strip():
            yield Record(number, text, line=number, judged="no")


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


FORMAT = CorpusFormat("text", "plain text", _SUFFIX, score, read, write)
