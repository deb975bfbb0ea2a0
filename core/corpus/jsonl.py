"""JSON lines: one sentence a line, `{"id": "a", "text": "이순신은", "label": [[0, 3, "PS"]]}`, as doccano writes them.

Offsets are code points, end exclusive. Source: https://doccano.github.io/doccano/, sequence labelling, JSONL.
"""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from core.corpus.records import HEAD_LENGTH, Check, CorpusFormat, Record, Rejected, accept, invented_id
from core.errors import UserError
from core.files import replacing
from core.spans import Sentence, Span

_SPAN_KEYS = ("label", "labels", "spans", "entities")
_OPENING = re.compile(r'\{.*"text"\s*:', re.DOTALL)


def recognises(_path: Path, head: str) -> bool:
    """Whether one of the first lines is an object with a text."""
    lines = head.split("\n")
    complete = lines[:-1] if len(head) >= HEAD_LENGTH else lines
    if any(_has_text(line) for line in complete):
        return True
    return len(lines) == 1 and bool(_OPENING.match(head.lstrip()))


def read(path: Path, check: Check = accept) -> Iterator[Record]:
    """The sentences of a JSON-lines file; one without an id gets one by its line (see `invented_id`)."""
    with path.open(encoding="utf-8-sig", newline="\n") as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                yield _record(line, path, number, check)


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


FORMAT = CorpusFormat("jsonl", "JSON lines", ".jsonl", recognises, read, write)


def _has_text(line: str) -> bool:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(record, dict) and "text" in record


def _record(line: str, path: Path, number: int, check: Check) -> Record:
    known_id = ""
    try:
        record = _object(line)
        known_id = _id(record)
        text = _text(record)
        sentence_id = known_id or invented_id(path, number, text)
        sentence = Sentence(sentence_id, text, tuple(span_of(item) for item in _spans(record)))
        check(sentence)
        return sentence
    except UserError as error:
        return Rejected(str(path), number, f"sentence {known_id}: {error}" if known_id else str(error))


def _object(line: str) -> dict[str, Any]:
    try:
        record = json.loads(line)
        if "\\u" in line:
            json.dumps(record, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        raise UserError(f"the line is not JSON: {error.msg} at character {error.pos + 1}") from error
    except UnicodeEncodeError as error:
        raise UserError("an escape such as \\ud83d stands alone, which is half a character") from error
    except (ValueError, RecursionError) as error:
        raise UserError("the line is JSON too big or too deep to read") from error
    if not isinstance(record, dict):
        raise UserError('the line is not an object {"text": …, "label": …}')
    return record


def _id(record: dict[str, Any]) -> str:
    """The record's own id; empty where it has none."""
    value = record.get("id")
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise UserError(f"the id {value!r} is neither a string nor a whole number")
    return str(value)


def _text(record: dict[str, Any]) -> str:
    text = record.get("text")
    if not isinstance(text, str):
        raise UserError('it has no string under "text"')
    return text


def _spans(record: dict[str, Any]) -> list[Any]:
    """The list of spans under the first of the known keys; none of them means no entities."""
    key = next((key for key in _SPAN_KEYS if key in record), None)
    spans = record[key] if key else []
    if not isinstance(spans, list):
        raise UserError(f'what stands under "{key}" is not a list of [start, end, label]')
    return spans


def span_of(item: Any) -> Span:
    """The span that a parsed `[start, end, label]` stands for.

    Raises:
        UserError: it is none.
    """
    match item:
        case [start, end, str(label)] if type(start) is int and type(end) is int:
            return Span(start, end, label)
    raise UserError(f"{json.dumps(item, ensure_ascii=False)} is not [start, end, label]")
