"""JSON Lines: one record per line, in all dialects; we write `{"id": "a", "text": "이순신", "label": [[0, 3, "PS"]]}`.

Offsets are code points, end exclusive. Source: https://doccano.github.io/doccano/, sequence labelling, JSONL.
"""

import json
from collections.abc import Generator, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from core.domain.errors import UserError
from core.formats.json_list import LIST
from core.formats.json_patch import JsonPatch
from core.formats.json_records import (
    HALF_CHARACTER,
    HELD,
    has_half_character,
    has_text,
    read_record,
    to_members,
)
from core.formats.json_spans import names_of_numbers
from core.formats.json_stream import TOLERANT, TOO_LARGE, UNKNOWN, parse_head
from core.formats.records import HEAD_LENGTH, CorpusFormat, Edit, Head, Piece, Record, Rejected, WriteOptions, reject
from core.formats.source_files import Source
from core.io.files import replacing
from core.messages.catalogue import mark


def score(head: Head) -> float:
    """Surely if one of the first lines is an object with a text, unless an object or a list covers several lines."""
    lines = [line for line in head.lines if line.strip()]
    value = parse_head(head.text)
    if LIST.match(head.text) or (len(lines) > 1 and value is not None and _decode(lines[0]) is None):
        return 0.0
    if has_text(value) or any(has_text(_decode(line)) for line in lines):
        return 1.0
    return UNKNOWN if value == {} and len(lines) == 1 and len(head.text) == HEAD_LENGTH else 0.0


def read(source: Source) -> Iterator[Record | Rejected]:
    """Read the records of a JSON Lines file, one a line; their number is that of the line."""
    names = names_of_numbers(source.options.tag_names)
    for number, line in source.lines():
        if not line.isspace():
            try:
                members = _object(line)
            except UserError as error:
                yield reject(source, number, error)
            else:
                yield read_record(source, number, number, members, names)


def patch(source: Source, edit: Edit, options: WriteOptions) -> Generator[Piece, None, tuple[str, ...]]:
    """The lines of a file, with other entities in some."""
    names = names_of_numbers(source.options.tag_names)
    records = JsonPatch(source, names, lambda: _values(source), edit, options)
    for number, line in source.lines():
        try:
            members = None if line.isspace() else _object(line)
        except UserError:
            members = None
        if members is None:
            yield Piece(line)
        else:
            yield records.patch(line, members, read_record(source, number, number, members, names))
    return records.notices()


def _values(source: Source) -> Iterator[Any]:
    for _, line in source.lines():
        with suppress(ValueError, RecursionError):
            yield json.loads(line)


def write(path: Path, records: Iterable[Record], _options: WriteOptions) -> tuple[str, ...]:
    """Write one sentence a line.

    Raises:
        UserError: the file cannot be written.
    """
    with replacing(path) as file:
        for record in records:
            file.write(json.dumps(to_members(record), ensure_ascii=False) + "\n")
    return ()


FORMAT = CorpusFormat(
    "jsonl", mark("JSON Lines"), ".jsonl", score, read, write, holds=HELD, patch=patch, asks=frozenset({"tag_names"})
)


def _decode(line: str) -> Any:
    """A line as JSON; None if it is none."""
    try:
        return TOLERANT.decode(line)
    except (ValueError, RecursionError):
        return None


def _object(line: str) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except json.JSONDecodeError as error:
        raise UserError(
            "the line is not JSON: {fault} at character {place:,}", fault=error.msg, place=error.pos + 1
        ) from error
    except (ValueError, RecursionError) as error:
        raise TOO_LARGE from error
    if "\\u" in line and has_half_character(record):
        raise HALF_CHARACTER
    if not isinstance(record, dict):
        raise UserError('the line is not an object {{"text": …, "label": …}}')
    return record
