"""NIKL named-entity JSON (모두의 말뭉치 개체명 분석 말뭉치), editions 2019 to 2021.

    {"id": …, "document": [{"id": …, "sentence": [{"id": …, "form": text, "NE": [
        {"id": 1, "form": "이순신", "label": "PS", "begin": 0, "end": 3}, …]}, …]}, …]}

Offsets are code points, end exclusive. Edition 2020 has `ne`; edition 2021 has fine labels, which become the fifteen
coarse types. Source: National Institute of Korean Language, https://kli.korean.go.kr/corpus/.
"""

import codecs
import json
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any, BinaryIO

import ijson

from core.domain.errors import UserError
from core.domain.labels import coarse_label
from core.domain.spans import Sentence, Span
from core.formats.records import Check, CorpusFormat, Item, Record, Rejected, Text, accept_any, with_sentence_id
from core.io.files import replacing
from core.messages.catalogue import say

_SENTENCES = "document.item.sentence.item"
_NOTHING = "\0"
_DOCUMENTS = re.compile(r'\s*\{.*"document"\s*:\s*\[', re.DOTALL)
_CHUNK = 1 << 16
_SYNTAX_ERRORS = (ijson.JSONError, UnicodeDecodeError)
"""ijson's C backend raises UnicodeDecodeError on half a surrogate pair."""


class _ReadAhead:
    """The file that the parser reads; keeps the last bytes read, which contain the sentence just parsed."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._bytes = b""
        self._line = 1
        self._cursor = 0

    def read(self, size: int) -> bytes:
        """Read the next bytes, keeping `_CHUNK` of those before."""
        chunk = self._file.read(size)
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


def recognises(_path: Path, head: str) -> bool:
    """Whether the file is an object with a list of documents."""
    return bool(_DOCUMENTS.match(head))


def read(path: Path, check: Check = accept_any) -> Iterator[Record]:
    """Read the sentences of a NIKL file; if its JSON is damaged, those before the damage and one `Rejected`."""

    def sentence_of(item: Any) -> Sentence:
        sentence = _sentence(item)
        check(sentence)
        return sentence

    return _read(path, sentence_of)


def read_texts(path: Path) -> Iterator[Text | Rejected]:
    """Read the texts of a NIKL file with their ids, ignoring entities."""
    return _read(path, _text)


def _read(path: Path, make: Callable[[Any], Item]) -> Iterator[Item | Rejected]:
    """Pass each sentence to `make`; if the JSON is damaged, end with one `Rejected`."""
    with path.open("rb") as file:
        empty = True
        for record in _records(file, str(path), make):
            empty = False
            yield record
    if empty:
        yield Rejected(
            str(path), None, say("it contains no sentences at document[].sentence[], where NIKL files have them")
        )


def write(path: Path, sentences: Iterable[Sentence]) -> None:
    """Write the sentences in the form of the 2019 edition; consecutive ids that agree up to their last dot form one
    document.

    Raises:
        UserError: the file cannot be written.
    """
    with replacing(path) as file:
        metadata = {"title": path.stem, "annotation_level": ["개체명"]}
        file.write(_opening({"id": path.stem, "metadata": metadata}, "document"))
        groups = groupby(sentences, key=lambda sentence: sentence.id.rpartition(".")[0] or path.stem)
        for number, (document, group) in enumerate(groups):
            file.write(",\n" if number else "\n")
            file.write(_opening({"id": document, "metadata": {}}, "sentence"))
            for place, sentence in enumerate(group):
                file.write((",\n" if place else "\n") + json.dumps(_to_json(sentence), ensure_ascii=False))
            file.write("\n]}")
        file.write("\n]}\n")


FORMAT = CorpusFormat("nikl", "NIKL named-entity JSON", ".json", recognises, read, read_texts, write)


def _records(file: BinaryIO, name: str, make: Callable[[Any], Item]) -> Iterator[Item | Rejected]:
    _skip_mark(file)
    window = _ReadAhead(file)
    try:
        for item in ijson.items(window, _SENTENCES, buf_size=_CHUNK):
            yield _record(item, name, window, make)
    except _SYNTAX_ERRORS as error:
        yield _reject_rest(file, name, error)


def _skip_mark(file: BinaryIO) -> None:
    file.seek(len(codecs.BOM_UTF8) if file.read(len(codecs.BOM_UTF8)) == codecs.BOM_UTF8 else 0)


def _record(item: Any, name: str, window: _ReadAhead, make: Callable[[Any], Item]) -> Item | Rejected:
    try:
        return make(item)
    except UserError as error:
        known_id = _string(item, "id")
        form = _string(item, "form")
        line = window.line_of("id", known_id) if known_id else window.line_of("form", form) if form else None
        return Rejected(name, line, with_sentence_id(known_id, error))


def _string(item: Any, key: str) -> str:
    value = item.get(key) if isinstance(item, dict) else None
    return value if isinstance(value, str) else ""


def _text(item: Any) -> Text:
    if not isinstance(item, dict):
        raise UserError("a sentence is not an object but {item!r:.40}", item=item)
    if not (sentence_id := _string(item, "id")):
        raise UserError("a sentence has no id")
    if not (form := _string(item, "form")).strip():
        raise UserError("it has no text")
    return Text(form, sentence_id)


def _sentence(item: Any) -> Sentence:
    text = _text(item)
    entities = item.get("NE", item.get("ne"))
    if not isinstance(entities, list):
        raise UserError("it has no list of entities (NE or ne)")
    return Sentence(text.id or "", text.text, tuple(_span(entity, text.text) for entity in entities))


def _span(entity: Any, text: str) -> Span:
    match entity:
        case {"begin": begin, "end": end, "label": str(label), "form": str(form)} if type(begin) is type(end) is int:
            span = Span(begin, end, coarse_label(label))
        case _:
            raise UserError("an entity lacks one of begin, end, label and form: {entity!r:.80}", entity=entity)
    if end > len(text):
        raise UserError.of_count(
            "the entity {form!r} at {start}–{end} reaches past the text, which has {count:,} character",
            "the entity {form!r} at {start}–{end} reaches past the text, which has {count:,} characters",
            count=len(text),
            form=form,
            start=begin,
            end=end,
        )
    if text[begin:end] != form:
        raise UserError(
            "the text at {begin}–{end} is {text!r}, but the file says {form!r}",
            begin=begin,
            end=end,
            text=text[begin:end],
            form=form,
        )
    return span


def _member(key: str, value: str) -> re.Pattern[bytes]:
    spellings = (json.dumps(value, ensure_ascii=False), json.dumps(value))
    either = b"|".join(re.escape(spelling.encode()) for spelling in spellings)
    return re.compile(rb'"%s"\s*:\s*(?:%s)' % (key.encode(), either))


def _reject_rest(file: BinaryIO, name: str, error: Exception) -> Rejected:
    return Rejected(
        name,
        _line_of_failure(file, file.tell()),
        say(
            "the JSON breaks here ({fault}), so nothing after it could be read; correct the file or get it again",
            fault=_reason(error),
        ),
    )


def _reason(error: Exception) -> str:
    """The first line of the parser's message, which is bytes if it quotes the file from the middle of a character."""
    said = error.args[0] if error.args else error
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(error)
    return text.partition("\n")[0].removesuffix(".")


def _line_of_failure(file: BinaryIO, end: int) -> int:
    """The line of the damage, which is in the chunk before the byte `end`: parse again, byte by byte in that chunk."""
    parser = ijson.items_coro(ijson.sendable_list(), _NOTHING)
    file.seek(0)
    _skip_mark(file)
    chunk = file.read(_CHUNK)
    line = 1
    while file.tell() < end:
        parser.send(chunk)
        line += chunk.count(b"\n")
        chunk = file.read(_CHUNK)
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


def _to_json(sentence: Sentence) -> dict[str, Any]:
    text = sentence.text
    entities = [
        {"id": i, "form": text[span.start : span.end], "label": span.label, "begin": span.start, "end": span.end}
        for i, span in enumerate(sentence.spans, 1)
    ]
    return {"id": sentence.id, "form": text, "word": _words(text), "NE": entities}


def _words(text: str) -> list[dict[str, Any]]:
    """The eojeols as NIKL counts them: the strings between spaces."""
    words, at = [], 0
    for i, form in enumerate(text.split(" "), 1):
        words.append({"id": i, "form": form, "begin": at, "end": at + len(form)})
        at += len(form) + 1
    return words
