"""JSON Lines: one sentence per line, `{"id": "a", "text": "이순신은", "label": [[0, 3, "PS"]]}`, as doccano writes.

Offsets are code points, end exclusive. Source: https://doccano.github.io/doccano/, sequence labelling, JSONL.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from core.domain.errors import UserError
from core.domain.spans import Sentence, Span
from core.formats.records import (
    HEAD_LENGTH,
    Check,
    CorpusFormat,
    Item,
    Record,
    Rejected,
    Text,
    accept_any,
    make_id,
    with_sentence_id,
)
from core.io.files import replacing
from core.messages.catalogue import join_words

_SPAN_KEYS = ("label", "labels", "spans", "entities")
_GOLD_BY_ANOTHER_NAME = re.compile(r"annotation|entit|label|span|(?:^|_)(?:ner?|bio|iob|tags?)(?:_|$)", re.IGNORECASE)
"""Keys under which other programs write entities in other shapes."""
_OPENING = re.compile(r'\{.*"text"\s*:', re.DOTALL)


def recognises(_path: Path, head: str) -> bool:
    """Whether one of the first lines is an object with a text."""
    lines = head.split("\n")
    complete = lines[:-1] if len(head) >= HEAD_LENGTH else lines
    if any(_has_text(line) for line in complete):
        return True
    return len(lines) == 1 and bool(_OPENING.match(head.lstrip()))


def read(path: Path, check: Check = accept_any) -> Iterator[Record]:
    """Read the sentences of a JSON Lines file; one without an id gets one from its line number (see `make_id`)."""

    def sentence_of(record: dict[str, Any], text: str, name: str) -> Sentence:
        sentence = Sentence(name, text, tuple(span_of(item) for item in _spans(record)))
        check(sentence)
        return sentence

    return _records(path, sentence_of)


def read_texts(path: Path) -> Iterator[Text | Rejected]:
    """Read the texts of a JSON Lines file, with the same ids."""
    return _records(path, lambda _record, text, name: Text(text, name))


def _records(path: Path, make: Callable[[dict[str, Any], str, str], Item]) -> Iterator[Item | Rejected]:
    """Read each line and pass its record, text and id to `make`."""
    with path.open(encoding="utf-8-sig", newline="\n") as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                yield _record(line, path, number, make)


def write(path: Path, sentences: Iterable[Sentence]) -> None:
    """Write one sentence a line.

    Raises:
        UserError: the file cannot be written.
    """
    with replacing(path) as file:
        for sentence in sentences:
            label = [[span.start, span.end, span.label] for span in sentence.spans]
            record = {"id": sentence.id, "text": sentence.text, "label": label}
            file.write(json.dumps(record, ensure_ascii=False) + "\n")


FORMAT = CorpusFormat("jsonl", "JSON lines", ".jsonl", recognises, read, read_texts, write)


def _has_text(line: str) -> bool:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(record, dict) and "text" in record


def _record(line: str, path: Path, number: int, make: Callable[[dict[str, Any], str, str], Item]) -> Item | Rejected:
    known_id = ""
    try:
        record = _object(line)
        known_id = _id(record)
        text = _text(record)
        return make(record, text, known_id or make_id(path, number, text))
    except UserError as error:
        return Rejected(str(path), number, with_sentence_id(known_id, error))


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
    if not text.strip():
        raise UserError("it has no text")
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


def span_of(item: Any) -> Span:
    """The span of a parsed `[start, end, label]`.

    Raises:
        UserError: it is not a valid span.
    """
    match item:
        case [start, end, str(label)] if type(start) is int and type(end) is int:
            return Span(start, end, label)
    raise UserError("{item} is not [start, end, label]", item=json.dumps(item, ensure_ascii=False))
