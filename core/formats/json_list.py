"""JSON: a list of records in all dialects of JSON Lines, alone or as `{"data": […]}`, or one record after another."""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from core.domain.errors import UserError
from core.formats.json_records import (
    HALF_CHARACTER,
    HELD,
    TEXT_MEMBER,
    has_half_character,
    has_text,
    read_record,
    to_members,
)
from core.formats.json_spans import names_of_numbers
from core.formats.json_stream import read_elements, write_elements
from core.formats.records import CorpusFormat, Head, Record, Rejected, WriteOptions, reject
from core.formats.sources import Source

LIST = re.compile(r'\s*(?:\{[^\[\]{}]*"(?:data|examples|records|sentences)"\s*:\s*)?\[')
_DECODER = json.JSONDecoder()


def score(head: Head) -> float:
    """Nearly surely if the first record has a text; tools whose lists say more go before."""
    found = LIST.match(head.text)
    start = found.end() if found else 0
    first = head.text[start:].lstrip()
    try:
        return 0.95 if has_text(_DECODER.raw_decode(first)[0]) else 0.0
    except (ValueError, RecursionError):
        return 0.8 if found and TEXT_MEMBER.match(first) else 0.0


def read(source: Source) -> Iterator[Record | Rejected]:
    """Read the records of a list; if its JSON is damaged, those before the damage and one `Rejected`."""
    names = names_of_numbers(source.options.tag_names)
    for element in read_elements(source, LIST):
        if isinstance(element, Rejected):
            yield element
        elif not isinstance(element.value, dict):
            yield reject(
                source, element.line, UserError("a record is not an object but {item!r:.40}", item=element.value)
            )
        else:
            record = read_record(source, element.number, element.line, element.value, names)
            if isinstance(record, Record) and record.extras and has_half_character(record.extras):
                yield reject(source, element.line, HALF_CHARACTER, record.id)
            else:
                yield record


def write(path: Path, records: Iterable[Record], _options: WriteOptions) -> tuple[str, ...]:
    """Write one sentence a line.

    Raises:
        UserError: the file cannot be written.
    """
    write_elements(path, map(to_members, records))
    return ()


FORMAT = CorpusFormat("json", "JSON list", ".json", score, read, write, holds=HELD)
