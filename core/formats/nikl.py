"""NIKL named-entity JSON (모두의 말뭉치 개체명 분석 말뭉치), editions 2019 to 2021.

    {"id": …, "document": [{"id": …, "sentence": [{"id": …, "form": text, "NE": [
        {"id": 1, "form": "이순신", "label": "PS", "begin": 0, "end": 3}, …]}, …]}, …]}

Offsets are code points, end exclusive. Edition 2020 has `ne`; edition 2021 has fine labels, which become the fifteen
coarse types. Source: National Institute of Korean Language, https://kli.korean.go.kr/corpus/.
"""

import json
import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import ijson

from core.domain.errors import UserError
from core.domain.labels import coarse_label
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
from core.formats.sources import Readable, Source
from core.io.files import replacing

_SENTENCES = "document.item.sentence.item"
_NOTHING = "\0"
_DOCUMENTS = re.compile(r'\s*\{.*"document"\s*:\s*\[', re.DOTALL)
_CHUNK = 1 << 16
_SYNTAX_ERRORS = (ijson.JSONError, UnicodeDecodeError)
"""ijson's C backend raises UnicodeDecodeError on half a surrogate pair."""


class _ReadAhead:
    """The file that the parser reads; keeps the last bytes read, which contain the sentence just parsed.

    Attributes:
        taken: how many bytes the parser has had.
    """

    def __init__(self, file: Readable) -> None:
        self._file = file
        self._bytes = b""
        self._line = 1
        self._cursor = 0
        self.taken = 0

    def read(self, size: int) -> bytes:
        """Read the next bytes, keeping `_CHUNK` of those before."""
        chunk = self._file.read(size)
        self.taken += len(chunk)
        gone = max(0, len(self._bytes) - _CHUNK)
        self._line += self._bytes.count(b"\n", 0, gone)
        self._bytes = self._bytes[gone:] + chunk
        self._cursor = max(0, self._cursor - gone)
        return chunk

    def line_of(self, key: str, value: str) -> int | None:
        """The line of `"key": value`, searched for after the last one found; None if it is not in the kept bytes."""
        found = _member(key, value).search(self._bytes, self._cursor)
        if not found:
            return None
        self._cursor = found.end()
        return self._line + self._bytes.count(b"\n", 0, found.start())


def score(head: Head) -> float:
    """Surely if the file is an object with a list of documents."""
    return 1.0 if _DOCUMENTS.match(head.text) else 0.0


def read(source: Source) -> Iterator[Record | Rejected]:
    """Read the sentences of a NIKL file; if its JSON is damaged, those before the damage and one `Rejected`."""
    is_empty = True
    for record in _records(source):
        is_empty = False
        yield record
    if is_empty:
        yield reject(
            source,
            None,
            UserError("it contains no sentences at document[].sentence[], where NIKL files have them"),
        )


def write(path: Path, records: Iterable[Record], _options: WriteOptions) -> tuple[str, ...]:
    """Write the sentences in the form of the 2019 edition; consecutive ids that agree up to their last dot form one
    document.

    Raises:
        UserError: the file cannot be written.
    """
    with replacing(path) as file:
        metadata = {"title": path.stem, "annotation_level": ["개체명"]}
        file.write(_opening({"id": path.stem, "metadata": metadata}, "document"))
        groups = groupby(records, key=lambda record: record.id.rpartition(".")[0] or path.stem)
        for number, (document, group) in enumerate(groups):
            file.write(",\n" if number else "\n")
            file.write(_opening({"id": document, "metadata": {}}, "sentence"))
            for place, record in enumerate(group):
                file.write((",\n" if place else "\n") + json.dumps(_to_json(record), ensure_ascii=False))
            file.write("\n]}")
        file.write("\n]}\n")
    return ()


FORMAT = CorpusFormat(
    "nikl",
    "NIKL named-entity JSON",
    ".json",
    score,
    read,
    write,
    holds=frozenset({"ids", "whitespace", "line ends", "half words"}),
)


def _records(source: Source) -> Iterator[Record | Rejected]:
    with source.open_utf8() as file:
        window = _ReadAhead(file)
        try:
            for number, item in enumerate(ijson.items(window, _SENTENCES, buf_size=_CHUNK), 1):
                yield _record(source, number, item, window)
        except _SYNTAX_ERRORS as error:
            yield _reject_rest(source, window.taken, error)


def _record(source: Source, number: int, item: Any, window: _ReadAhead) -> Record | Rejected:
    known_id, form = _string(item, "id"), _string(item, "form")
    try:
        _check_sentence(item)
    except UserError as error:
        return reject(source, _find_line(window, known_id, form), error, known_id)
    try:
        gold = _entities(item, form)
    except UserError as error:
        return Record(number, form, reject(source, _find_line(window, known_id, form), error, known_id), known_id)
    return Record(number, form, gold, known_id, _find_line(window, known_id, form))


def _find_line(window: _ReadAhead, known_id: str, form: str) -> int | None:
    return window.line_of("id", known_id) if known_id else window.line_of("form", form) if form else None


def _string(item: Any, key: str) -> str:
    value = item.get(key) if isinstance(item, dict) else None
    return value if isinstance(value, str) else ""


def _check_sentence(item: Any) -> None:
    if not isinstance(item, dict):
        raise UserError("a sentence is not an object but {item!r:.40}", item=item)
    if not _string(item, "id"):
        raise UserError("a sentence has no id")


def _entities(item: dict[str, Any], text: str) -> tuple[StatedSpan, ...]:
    entities = item.get("NE", item.get("ne"))
    if not isinstance(entities, list):
        raise UserError("it has no list of entities (NE or ne)")
    return tuple([_span(entity, text) for entity in entities])


def _span(entity: Any, text: str) -> StatedSpan:
    match entity:
        case {"begin": begin, "end": end, "label": str(label), "form": str(form)} if type(begin) is type(end) is int:
            return StatedSpan(begin, end, coarse_label(label), form)
    raise UserError("an entity lacks one of begin, end, label and form: {entity!r:.80}", entity=entity)


def _member(key: str, value: str) -> re.Pattern[bytes]:
    spellings = (json.dumps(value, ensure_ascii=False), json.dumps(value))
    either = b"|".join(re.escape(spelling.encode()) for spelling in spellings)
    return re.compile(rb'"%s"\s*:\s*(?:%s)' % (key.encode(), either))


def _reject_rest(source: Source, taken: int, error: Exception) -> Rejected:
    return reject(
        source,
        _line_of_failure(source, taken),
        UserError(
            "the JSON breaks here ({fault}), so nothing after it could be read; correct the file or get it again",
            fault=_reason(error),
        ),
    )


def _reason(error: Exception) -> str:
    """The first line of the parser's message, which is bytes if it quotes the file from the middle of a character."""
    said = error.args[0] if error.args else error
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(error)
    return text.partition("\n")[0].removesuffix(".")


def _line_of_failure(source: Source, end: int) -> int:
    """The line of the damage, which is in the chunk before the byte `end`: parse again, byte by byte in that chunk."""
    parser = ijson.items_coro(ijson.sendable_list(), _NOTHING)
    line, taken = 1, 0
    with source.open_utf8() as file:
        chunk = file.read(_CHUNK)
        taken += len(chunk)
        while taken < end:
            parser.send(chunk)
            line += chunk.count(b"\n")
            chunk = file.read(_CHUNK)
            taken += len(chunk)
    return line + chunk.count(b"\n", 0, _bytes_taken(parser, chunk))


def _bytes_taken(parser: Any, chunk: bytes) -> int:
    for at in range(len(chunk)):
        try:
            parser.send(chunk[at : at + 1])
        except _SYNTAX_ERRORS:
            return at
    return len(chunk)


def _opening(members: dict[str, Any], last: str) -> str:
    """The JSON text of an object up to the list under its last key."""
    return f'{json.dumps(members, ensure_ascii=False)[:-1]}, "{last}": ['


def _to_json(record: Record) -> dict[str, Any]:
    text = record.text
    entities = [
        {"id": i, "form": text[span.start : span.end], "label": span.label, "begin": span.start, "end": span.end}
        for i, span in enumerate(stated_spans(record), 1)
    ]
    return {"id": record.id, "form": text, "word": _words(text), "NE": entities}


def _words(text: str) -> list[dict[str, Any]]:
    """The eojeols as NIKL counts them: the strings between spaces."""
    words, at = [], 0
    for i, form in enumerate(text.split(" "), 1):
        words.append({"id": i, "form": form, "begin": at, "end": at + len(form)})
        at += len(form) + 1
    return words
