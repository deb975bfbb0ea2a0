"""JSON Lines: one sentence per line, `{"id": "a", "text": "이순신은", "label": [[0, 3, "PS"]]}`, as doccano writes.

Offsets are code points, end exclusive. Source: https://doccano.github.io/doccano/, sequence labelling, JSONL.
"""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from core.domain.errors import UserError
from core.domain.spans import Span
from core.formats.records import (
    CorpusFormat,
    Head,
    Record,
    Rejected,
    StatedSpan,
    WriteOptions,
    reject,
    stated_spans,
)
from core.formats.sources import Source
from core.io.files import replacing
from core.messages.catalogue import join_words

_SPAN_KEYS = ("label", "labels", "spans", "entities")
_GOLD_BY_ANOTHER_NAME = re.compile(r"annotation|entit|label|span|(?:^|_)(?:ner?|bio|iob|tags?)(?:_|$)", re.IGNORECASE)
"""Keys under which other programs write entities in other shapes."""
_OPENING = re.compile(r'\{.*"text"\s*:', re.DOTALL)


def score(head: Head) -> float:
    """Surely if one of the first lines is an object with a text."""
    if any(_has_text(line) for line in head.lines):
        return 1.0
    return 0.9 if len(head.lines) == 1 and _OPENING.match(head.text.lstrip()) else 0.0


def read(source: Source) -> Iterator[Record | Rejected]:
    """Read the records of a JSON Lines file, one a line; their number is that of the line."""
    for number, line in source.lines():
        if line.strip():
            yield _record(source, number, line)


def write(path: Path, records: Iterable[Record], _options: WriteOptions) -> tuple[str, ...]:
    """Write one sentence a line.

    Raises:
        UserError: the file cannot be written.
    """
    with replacing(path) as file:
        for record in records:
            label = [[span.start, span.end, span.label] for span in stated_spans(record)]
            members = {"id": record.id, "text": record.text, "label": label}
            file.write(json.dumps(members, ensure_ascii=False) + "\n")
    return ()


FORMAT = CorpusFormat(
    "jsonl",
    "JSON lines",
    ".jsonl",
    score,
    read,
    write,
    holds=frozenset({"ids", "whitespace", "line ends", "half words"}),
)


def _has_text(line: str) -> bool:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(record, dict) and "text" in record


def _record(source: Source, number: int, line: str) -> Record | Rejected:
    known_id = ""
    try:
        members = _object(line)
        known_id = _id(members)
        text = _text(members)
    except UserError as error:
        return reject(source, number, error, known_id)
    return Record(number, text, _gold(source, number, members, known_id), known_id, number)


def _gold(source: Source, number: int, members: dict[str, Any], known_id: str) -> tuple[StatedSpan, ...] | Rejected:
    try:
        return tuple([_stated_span(item) for item in _spans(members)])
    except UserError as error:
        return reject(source, number, error, known_id)


def _object(line: str) -> dict[str, Any]:
    try:
        record = json.loads(line)
        if "\\u" in line:
            json.dumps(record, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        raise UserError(
            "the line is not JSON: {fault} at character {place:,}", fault=error.msg, place=error.pos + 1
        ) from error
    except UnicodeEncodeError as error:
        raise UserError("an escape such as \\ud83d is half a character without its other half") from error
    except (ValueError, RecursionError) as error:
        raise UserError("the JSON is too large or too deep to read") from error
    if not isinstance(record, dict):
        raise UserError('the line is not an object {{"text": …, "label": …}}')
    return record


def _id(record: dict[str, Any]) -> str:
    """The record's own id; empty if it has none."""
    value = record.get("id")
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise UserError("the id {id!r} is neither a string nor a whole number", id=value)
    return str(value)


def _text(record: dict[str, Any]) -> str:
    text = record.get("text")
    if not isinstance(text, str):
        raise UserError('it has no string under "text"')
    return text


def _spans(record: dict[str, Any]) -> list[Any]:
    """The list of spans under the first known key; without such a key there are no entities.

    Raises:
        UserError: it is not a list, or there seem to be spans under another key.
    """
    key = next((key for key in _SPAN_KEYS if key in record), None)
    if key is None:
        _check_keys(record)
    spans = record[key] if key else []
    if not isinstance(spans, list):
        raise UserError('what is under "{key}" is not a list of [start, end, label]', key=key)
    return spans


def _check_keys(record: dict[str, Any]) -> None:
    others = [key for key in record if _GOLD_BY_ANOTHER_NAME.search(key)]
    if others:
        raise UserError(
            'it has none of {known}, but {others:.80}; write its entities as "label": [[start, end,'
            ' "PS"], …], or "label": [] if it has none',
            known=join_words(_SPAN_KEYS),
            others=join_words(others),
        )


def _stated_span(item: Any) -> StatedSpan:
    """The span of a parsed `[start, end, label]`.

    Raises:
        UserError: it is none.
    """
    match item:
        case [start, end, str(label)] if type(start) is int and type(end) is int:
            return StatedSpan(start, end, label)
    raise UserError("{item} is not [start, end, label]", item=json.dumps(item, ensure_ascii=False))


def span_of(item: Any) -> Span:
    """The same as a valid span.

    Raises:
        UserError: it is not a valid span.
    """
    return Span(*_stated_span(item)[:3])
