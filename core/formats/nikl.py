"""NIKL named-entity JSON (모두의 말뭉치 개체명 분석 말뭉치), editions 2019 to 2022.

    {"id": …, "document": [{"id": …, "sentence": [{"id": …, "form": text, "NE": [
        {"id": 1, "form": "이순신", "label": "PS", "begin": 0, "end": 3}, …]}, …]}, …]}

Offsets are code points, end exclusive. Edition 2020 has `ne`; later ones have fine labels and links (`kid`, `wikiid`,
`URL`); spoken documents have `utterance` instead of `sentence`. Source: National Institute of Korean Language,
https://kli.korean.go.kr/corpus/.
"""

import json
from collections.abc import Collection, Generator, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from itertools import chain, groupby
from pathlib import Path
from typing import Any

from core.domain.errors import UserError
from core.formats.json_records import hide_extras, is_ours, show_extras
from core.formats.json_span_edits import SpanEdits
from core.formats.json_stream import JsonWindow, parse_head, reject_rest
from core.formats.json_text import Container
from core.formats.patching import find_wanted
from core.formats.records import (
    CannotFollowError,
    CorpusFormat,
    Edit,
    Head,
    Piece,
    Record,
    Rejected,
    StatedSpan,
    WriteOptions,
    reject,
    screen,
    stated_spans,
)
from core.formats.source_files import Source
from core.io.files import replacing
from core.messages.catalogue import mark, say_count

_LISTS = ("sentence", "utterance")
_NEW_ENTITY = {"id": 1, "form": "", "label": "", "begin": 0, "end": 0}
_ENTITY = {"id", "form", "label", "begin", "end"}
"""The members that every entity has."""
_CORPUS, _DOCUMENT, _BEFORE, _AFTER = "corpus", "document", "blank before", "blank after"
"""The extras with members of the file (at its first sentence) and of a document (likewise), and with sentences
without a text that precede a sentence, or follow the last one of a document."""

_MADE = frozenset({"word", "NE", "ne", _BEFORE, _AFTER})
"""The extras that `write` makes members of a sentence or sentences of, in ways of their own."""


def score(head: Head) -> float:
    """Surely if the file is an object with a list of documents."""
    value = parse_head(head.text)
    documents = value.get("document") if isinstance(value, dict) and not is_ours(value) else None
    return 1.0 if isinstance(documents, list) and (not documents or isinstance(documents[0], dict)) else 0.0


def read(source: Source) -> Iterator[Record | Rejected]:
    """Read the sentences of a NIKL file; if its JSON is damaged, those before the damage and one `Rejected`."""
    with source.open_text() as file:
        reading = _Reading(source, JsonWindow(file))
        try:
            yield from reading.records()
        except (ValueError, RecursionError) as error:
            yield from reading.release()
            yield reject_rest(source, reading.window.line, error)
            return
    if not reading.number:
        yield reject(
            source, None, UserError("it contains no sentences at document[].sentence[], where NIKL files have them")
        )
    if reading.blank:
        yield Rejected(source.name, None, _describe_blank(reading.blank))


def patch(source: Source, edit: Edit, _options: WriteOptions) -> Generator[Piece, None, tuple[str, ...]]:
    """The text of a file, with other entities in some sentences."""
    with source.open_text() as file:
        passed: list[str] = []
        reading = _Patching(source, JsonWindow(file, passed), passed, edit)
        with suppress(ValueError, RecursionError):
            for _ in reading.records():
                yield from reading.take_pieces()
        for _ in reading.window.pass_rest():
            yield from reading.take_pieces()
        yield from reading.take_pieces()
    return ()


def write(path: Path, records: Iterable[Record], _options: WriteOptions) -> tuple[str, ...]:
    """Write the sentences with their documents; without documents, consecutive ids that agree up to their last dot
    form one.

    Raises:
        UserError: the file cannot be written.
    """
    rest = iter(records)
    first = next(rest, None)
    corpus = (_members(first, _CORPUS) if first else {}) or _make_corpus(path.stem)
    groups = groupby(chain([first] if first else [], rest), key=lambda record: _document_of(record, path))
    with replacing(path) as file:
        file.write(_opening(corpus, "document"))
        for number, (document, group) in enumerate(groups):
            opener = next(group)
            members = _members(opener, _DOCUMENT)
            key = "utterance" if members.pop("utterance", None) == [] else "sentence"
            file.write((",\n" if number else "\n") + _opening({"id": document} | (members or {"metadata": {}}), key))
            placed = {_DOCUMENT, *([] if number else [_CORPUS])}
            sentences = chain(_to_json(opener, placed), chain.from_iterable(map(_to_json, group)))
            file.writelines((",\n" if place else "\n") + _dump(item) for place, item in enumerate(sentences))
            file.write("\n]}")
        file.write("\n]}\n")
    return ()


FORMAT = CorpusFormat(
    "nikl",
    mark("NIKL named entities (JSON)"),
    ".json",
    score,
    read,
    write,
    holds=frozenset({"ids", "documents", "extras", "whitespace", "line ends", "half words"}),
    patch=patch,
)


class _Reading:
    """One pass over a file.

    Attributes:
        number: how many sentences there were so far, without blank ones.
        blank: how many had neither a text nor entities.
        held: the sentence before, which waits for what follows it in its document.
    """

    def __init__(self, source: Source, window: JsonWindow) -> None:
        self.window = window
        self.number = self.blank = 0
        self.held: Record | Rejected | None = None
        self._source = source
        self._openings: dict[str, Any] = {}
        self._before: list[Any] = []

    def records(self) -> Iterator[Record | Rejected]:
        """The sentences of all documents."""
        corpus: dict[str, Any] = {}
        documents = 0
        for key in self.window.members():
            if key != "document" or self.window.peek() != "[":
                corpus[key] = self.window.take()
                continue
            if corpus and corpus != _make_corpus(_id(corpus)):
                self._openings[_CORPUS] = corpus
            for line in self.window.elements():
                documents += 1
                if self.window.peek() == "{":
                    yield from self._document(str(documents))
                else:
                    reason = UserError("a document is not an object but {item!r:.40}", item=self.window.take())
                    yield reject(self._source, line, reason)

    def _document(self, name: str) -> Iterator[Record | Rejected]:
        members: dict[str, Any] = {}
        for key in self.window.members():
            if key not in _LISTS or self.window.peek() != "[":
                members[key] = self.window.take()
                continue
            name = self._begin(key, members, name)
            for line in self.window.elements():
                yield from self._sentence(line, name)
        if self._before and isinstance(self.held, Record):
            self.held = replace(self.held, extras={**self.held.extras, _AFTER: self._before})
        self._before = []
        yield from self.release()

    def _sentence(self, line: int, document: str) -> Iterator[Record | Rejected]:
        """Read a sentence and hold it; then the one before it."""
        try:
            item = self.window.take_element()
        except UserError as error:
            self.number += 1
            record: Record | Rejected = reject(self._source, line, error)
        else:
            if _is_blank(item):
                self.blank += 1
                self._before.append(item)
                return
            record = self._record(item, line, document)
        yield from self.release()
        self.held = record

    def release(self) -> Iterator[Record | Rejected]:
        """The sentence that is held, if one is."""
        if self.held is not None:
            yield self.held
            self.held = None

    def _begin(self, key: str, members: dict[str, Any], name: str) -> str:
        """Note what a document says besides its sentences, for its first one; returns its id, or its number."""
        besides = {member: value for member, value in members.items() if member != "id"}
        if key == "utterance":
            besides[key] = []
        if besides not in ({}, {"metadata": {}}):
            self._openings[_DOCUMENT] = besides
        return _id(members) or name

    def _record(self, item: Any, line: int, document: str) -> Record | Rejected:
        self.number += 1
        if not isinstance(item, dict):
            return reject(self._source, line, UserError("a sentence is not an object but {item!r:.40}", item=item))
        known_id, form = _id(item), item.get("form")
        text = form if isinstance(form, str) else ""
        try:
            gold = _entities(item)
        except UserError as error:
            return Record(self.number, text, reject(self._source, line, error, known_id), known_id, line)
        extras = self._openings | _extras(item, text)
        if self._before:
            extras[_BEFORE] = self._before
        self._openings, self._before = {}, []
        return Record(self.number, text, gold, known_id, line, document=document, extras=extras)


class _Patching(_Reading):
    """One pass over a file that is written again.

    Args:
        passed: the pieces of text that the window has moved over, the newest last.
    """

    def __init__(self, source: Source, window: JsonWindow, passed: list[str], edit: Edit) -> None:
        super().__init__(source, window)
        self._passed = passed
        self._edit = edit
        self._pieces: list[Piece] = []

    def take_pieces(self) -> Iterator[Piece]:
        """What the window has moved over since the last time."""
        self._keep_passed()
        yield from self._pieces
        self._pieces = []

    def _keep_passed(self) -> None:
        self._pieces.append(Piece("".join(self._passed)))
        self._passed.clear()

    def _record(self, item: Any, line: int, document: str) -> Record | Rejected:
        record = super()._record(item, line, document)
        text = self._passed.pop()
        self._keep_passed()
        self._pieces.append(self._patch(text, item, record))
        return record

    def _patch(self, text: str, item: Any, record: Record | Rejected) -> Piece:
        record = screen(self._source, record)
        try:
            wanted = None if isinstance(record, Rejected) else find_wanted(record, self._edit)
        except CannotFollowError as error:
            return Piece(text, refused=error.reason)
        if wanted is None:
            return Piece(text)
        root = Container.parse(text)
        edits = SpanEdits(wanted, {}, root.find_style())
        for member in root.items:
            if member.key in ("NE", "ne") and isinstance(item[member.key], list):
                member.text = edits.rewrite(member.text, item[member.key], _NEW_ENTITY)
        return Piece(text, str(root), removed=tuple(edits.removed))


def _id(members: Mapping[str, Any]) -> str:
    value = members.get("id")
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _is_blank(item: Any) -> bool:
    """Whether a sentence has neither a text nor entities, as between the paragraphs of some documents."""
    if not isinstance(item, dict) or item.get("NE") or item.get("ne"):
        return False
    form = item.get("form")
    return isinstance(form, str) and not form.strip()


def _entities(item: Mapping[str, Any]) -> tuple[StatedSpan, ...]:
    entities = item.get("NE", item.get("ne"))
    if not isinstance(entities, list):
        raise UserError("it has no list of entities (NE or ne)")
    return tuple([_span(entity) for entity in entities])


def _span(entity: Any) -> StatedSpan:
    match entity:
        case {"begin": begin, "end": end, "label": str(label), "form": str(form)} if type(begin) is type(end) is int:
            return StatedSpan(begin, end, label, form)
    raise UserError("an entity lacks one of begin, end, label and form: {entity!r:.80}", entity=entity)


def _extras(item: Mapping[str, Any], text: str) -> dict[str, Any]:
    """What a sentence says besides its text and its entities, unless `write` makes it up again."""
    extras = show_extras({key: item[key] for key in item if key not in ("id", "form", "word", "NE", "ne")}, _is_taken)
    if (words := item.get("word")) != _words(text):
        extras["word"] = words
    key = "NE" if "NE" in item else "ne"
    if key == "ne" or any(entity.keys() - _ENTITY for entity in item[key]):
        extras[key] = [{name: value for name, value in entity.items() if name != "form"} for entity in item[key]]
    return extras


def _describe_blank(count: int) -> str:
    return say_count(
        "{count:,} sentence without a text was skipped; it is kept with its neighbours",
        "{count:,} sentences without a text were skipped; they are kept with their neighbours",
        count,
    )


def _make_corpus(name: str) -> dict[str, Any]:
    """The members of a new file."""
    return {"id": name, "metadata": {"title": name, "annotation_level": ["개체명"]}}


def _members(record: Record, key: str) -> dict[str, Any]:
    """What a record keeps of its file or its document."""
    members = record.extras.get(key)
    return dict(members) if isinstance(members, Mapping) and _is_opening(key, members) else {}


def _document_of(record: Record, path: Path) -> str:
    return record.document or record.id.rpartition(".")[0] or path.stem


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _opening(members: dict[str, Any], last: str) -> str:
    """The JSON text of an object up to the list under its last key."""
    return f'{_dump(members)[:-1]}, "{last}": ['


def _to_json(record: Record, placed: Collection[str] = ()) -> Iterator[Any]:
    """The sentence with blank ones before and after it.

    Args:
        placed: the extras that are members of the file or of the document already, if they can be.
    """
    text, extras = record.text, record.extras
    key = "ne" if "ne" in extras and not _is_taken("ne", extras["ne"]) else "NE"
    known = {(entity.get("begin"), entity.get("end")): entity for entity in _objects(extras.get(key))}
    entities = []
    for i, span in enumerate(stated_spans(record), 1):
        own = {"form": text[span.start : span.end], "label": span.label, "begin": span.start, "end": span.end}
        entities.append({"id": i} | own | known.get(span[:2], {}) | own)
    words = extras["word"] if "word" in extras else _words(text)
    done = {name for name in placed if _is_opening(name, extras.get(name))}
    others = {name: value for name, value in extras.items() if name not in done}
    others = hide_extras({name: others[name] for name in others if not _is_made(name, others[name])}, _is_taken)
    yield from filter(_is_blank, _objects(extras.get(_BEFORE)))
    yield {"id": record.id, "form": text, **({} if words is None else {"word": words}), **others, key: entities}
    yield from filter(_is_blank, _objects(extras.get(_AFTER)))


def _is_opening(name: str, value: Any) -> bool:
    """Whether an extra says something of the file or the document rather than of a sentence."""
    if not isinstance(value, Mapping) or not value or "document" in value or value == {"metadata": {}}:
        return False
    is_lists = value.get("utterance", []) == [] and "sentence" not in value
    return {"id", "metadata"} <= value.keys() if name == _CORPUS else "id" not in value and is_lists


def _is_made(name: str, value: Any) -> bool:
    """Whether `write` makes something else of an extra than a member of a sentence."""
    return name in _MADE and not _is_taken(name, value)


def _is_taken(name: str, value: Any) -> bool:
    """Whether a reader would take an extra for something else, were it a member of a sentence."""
    if name in (_BEFORE, _AFTER):
        return not (isinstance(value, list) and value and all(map(_is_blank, value)))
    if name in ("NE", "ne"):
        are_entities = isinstance(value, list) and all(isinstance(each, dict) and "begin" in each for each in value)
        return not are_entities or (name == "NE" and not value)
    return name in ("id", "form")


def _objects(value: Any) -> list[dict[str, Any]]:
    """The objects of a list that `read` kept; another format may have kept anything under the same key."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _words(text: str) -> list[dict[str, Any]]:
    """The eojeols as NIKL counts them: the strings between spaces."""
    words, at = [], 0
    for i, form in enumerate(text.split(" "), 1):
        words.append({"id": i, "form": form, "begin": at, "end": at + len(form)})
        at += len(form) + 1
    return words
