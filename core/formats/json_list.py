"""JSON: a list of records in all dialects of JSON Lines, alone or as `{"data": […]}`, or one record after another."""

import re
from collections.abc import Generator, Iterable, Iterator
from pathlib import Path
from typing import Any

from core.domain.errors import UserError
from core.formats.json_patch import JsonPatch
from core.formats.json_records import (
    HALF_CHARACTER,
    HELD,
    TEXT_KEYS,
    has_half_character,
    has_text,
    is_ours,
    read_record,
    to_members,
)
from core.formats.json_spans import Names, names_of_numbers
from core.formats.json_stream import (
    UNKNOWN,
    Element,
    JsonWindow,
    parse_head,
    read_elements,
    read_elements_in,
    write_elements,
)
from core.formats.records import HEAD_LENGTH, CorpusFormat, Edit, Head, Piece, Record, Rejected, WriteOptions, reject
from core.formats.source_files import Source
from core.messages.catalogue import mark

_LISTS = ("data", "examples", "records", "sentences")
LIST = re.compile(
    rf'\s*(?:\{{(?:(?!"(?:{"|".join(TEXT_KEYS)})"\s*:\s*")[^\[\]{{}}])*"(?:{"|".join(_LISTS)})"\s*:\s*)?\['
)


def score(head: Head) -> float:
    """Surely if the first record of a list is as we write it; nearly if it has a text, since the lists of tools do."""
    value = parse_head(head.text)
    if LIST.match(head.text) and isinstance(value, dict):
        value = next((value[key] for key in _LISTS if isinstance(value.get(key), list)), value)
    first = value[0] if isinstance(value, list) and value else value
    if has_text(first):
        return 1.0 if isinstance(value, list) and is_ours(first) else 0.95
    return UNKNOWN if first in ({}, []) and len(head.text) == HEAD_LENGTH else 0.0


def read(source: Source) -> Iterator[Record | Rejected]:
    """Read the records of a list; if its JSON is damaged, those before the damage and one `Rejected`."""
    names = names_of_numbers(source.options.tag_names)
    for element in read_elements(source, LIST):
        yield element if isinstance(element, Rejected) else _record(source, element, names)


def _record(source: Source, element: Element, names: Names) -> Record | Rejected:
    if not isinstance(element.value, dict):
        return reject(source, element.line, UserError("a record is not an object but {item!r:.40}", item=element.value))
    record = read_record(source, element.number, element.line, element.value, names)
    if isinstance(record, Record) and record.extras and has_half_character(record.extras):
        return reject(source, element.line, HALF_CHARACTER, record.id)
    return record


def patch(source: Source, edit: Edit, options: WriteOptions) -> Generator[Piece, None, tuple[str, ...]]:
    """The text of a file, with other entities in some records."""
    names = names_of_numbers(source.options.tag_names)
    records = JsonPatch(source, names, lambda: _values(source), edit, options)
    with source.open_text() as file:
        passed: list[str] = []
        window = JsonWindow(file, passed)
        for element in read_elements_in(source, window, LIST):
            text = passed.pop() if isinstance(element, Element) else ""
            yield Piece("".join(passed))
            passed.clear()
            if isinstance(element, Element):
                yield records.patch(text, element.value, _record(source, element, names))
        for _ in window.pass_rest():
            yield Piece("".join(passed))
            passed.clear()
        yield Piece("".join(passed))
    return records.notices()


def _values(source: Source) -> Iterator[Any]:
    return (element.value for element in read_elements(source, LIST) if isinstance(element, Element))


def write(path: Path, records: Iterable[Record], _options: WriteOptions) -> tuple[str, ...]:
    """Write one sentence a line.

    Raises:
        UserError: the file cannot be written.
    """
    write_elements(path, map(to_members, records))
    return ()


FORMAT = CorpusFormat(
    "json", mark("JSON list"), ".json", score, read, write, holds=HELD, patch=patch, asks=frozenset({"tag_names"})
)
