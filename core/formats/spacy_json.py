"""spaCy's training data as JSON: documents of tokens, as `spacy convert` takes them, and lists of texts with entities.

    [{"id": "a", "paragraphs": [{"raw": "나리는 갔다", "sentences": [{"tokens": [
        {"id": 0, "orth": "나리", "ner": "U-PS"}, {"id": 1, "orth": "는", "ner": "O"}, …]}]}]}]

    [["나리는 갔다", {"entities": [[0, 2, "PS"]]}], …], also as the list `annotations` beside `classes`

Tags are BILUO, and `-` where nobody decided. Without `raw`, the text is the tokens joined by single blanks. The first
form is written. Sources: https://v2.spacy.io/api/annotation#json-input and https://spacy.io/api/data-formats#json-input.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count, pairwise
from pathlib import Path
from typing import Any

from core.domain.errors import UserError
from core.domain.spans import Judged
from core.formats.json_records import hide_extras, show_extras
from core.formats.json_stream import Element, read_elements, records_in_head, write_elements
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
from core.formats.source_files import Source
from core.formats.word_tags import BadTagError, find_ranges
from core.messages.catalogue import mark

_OPENING = re.compile(r'\s*(?:\{\s*"classes"\s*:.*?"annotations"\s*:\s*)?\[', re.DOTALL)
_PAIRS = re.compile(r'\s*\[\s*"(?:[^"\\]|\\.)*(?:$|"\s*,\s*\{\s*(?:\}|"(?:entities|cats|links)"\s*:))', re.DOTALL)
_UNKNOWN = "-"
_OWN = ("document", "annotator")
"""Members of a document that spaCy does not know: what we say of it ourselves."""
_RUN = re.compile(r"\s+|\S+")
_BLANKS = re.compile(r"\s+")

Piece = tuple[int, int]
"""Where a token is in its text."""
_TokenisedSentence = tuple[str | None, list[dict[str, Any]], dict[str, Any]]
"""A sentence's text if the file says it, its tokens, and what is said besides of its paragraph."""


def score(head: Head) -> float:
    """Surely if the file is a list of documents with paragraphs, or of texts with their entities."""
    opening = _OPENING.match(head.text)
    first = next(iter(records_in_head(head.text)), {})
    return 1.0 if is_document(first) or (opening and _PAIRS.match(head.text, opening.end())) else 0.0


def is_document(members: Mapping[str, Any]) -> bool:
    """Whether an object seems to be a document, which begins with its paragraphs, perhaps after its id."""
    first = list(members)[:2]
    return "paragraphs" in first and "text" not in first and isinstance(members["paragraphs"], list)


def read(source: Source) -> Iterator[Record | Rejected]:
    """Read the sentences of the documents, or the texts with their entities."""
    numbers = count(1)
    for element in read_elements(source, _OPENING):
        if isinstance(element, Rejected):
            yield element
            continue
        try:
            yield from _records(source, element, numbers)
        except UserError as error:
            yield reject(source, element.line, error, _id_of(element.value))


def _records(source: Source, element: Element, numbers: Iterator[int]) -> Iterator[Record | Rejected]:
    match element.value:
        case [str(text), dict(given)]:
            yield _pair(source, element, next(numbers), text, given)
        case {"paragraphs": [*paragraphs]}:
            sentences = [each for paragraph in paragraphs for each in _sentences(paragraph)]
            for place, sentence in enumerate(sentences, 1):
                yield _sentence(source, element, next(numbers), sentence, place if len(sentences) > 1 else 0)
        case other:
            raise UserError(
                'it is neither a document with paragraphs nor a pair such as ["text", {{"entities": []}}]: {item:.80}',
                item=json.dumps(other, ensure_ascii=False),
            )


def _id_of(document: Any) -> str:
    value = document.get("id") if isinstance(document, dict) else None
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _pair(source: Source, element: Element, number: int, text: str, given: dict[str, Any]) -> Record:
    entities = given.get("entities")
    gold: tuple[StatedSpan, ...] | Rejected = ()
    try:
        gold = tuple([_triple(item) for item in _list_of(entities)])
    except UserError as error:
        gold = reject(source, element.line, error)
    extras = {key: value for key, value in given.items() if key != "entities"}
    return Record(number, text, gold, line=element.line, judged="no" if entities is None else "yes", extras=extras)


def _list_of(entities: Any) -> list[Any]:
    if entities is None:
        return []
    if not isinstance(entities, list):
        raise UserError("its entities are not a list")
    return entities


def _triple(item: Any) -> StatedSpan:
    match item:
        case [start, end, str(label)] if type(start) is type(end) is int:
            return StatedSpan(start, end, label)
    raise UserError("{item} is not [start, end, label]", item=json.dumps(item, ensure_ascii=False))


def _sentences(paragraph: Any) -> list[_TokenisedSentence]:
    """The sentences of a paragraph.

    Raises:
        UserError: the paragraph has another form, or its tokens are not in its text.
    """
    if not isinstance(paragraph, dict) or not isinstance(paragraph.get("sentences"), list):
        raise UserError("a paragraph has no list of sentences")
    others: dict[str, Any] = {key: value for key, value in paragraph.items() if key not in ("sentences", "raw")}
    tokens = [_tokens(sentence) for sentence in paragraph["sentences"]]
    raw = paragraph.get("raw")
    if not isinstance(raw, str):
        return [(None, each, others) for each in tokens]
    if len(tokens) == 1:
        return [(raw, tokens[0], others)]
    places = iter(_find_tokens(raw, [token["orth"] for each in tokens for token in each]))
    cut: list[_TokenisedSentence] = []
    for each in tokens:
        pieces = [next(places) for _ in each]
        cut.append((raw[pieces[0][0] : pieces[-1][1]] if pieces else "", each, others))
    return cut


def _tokens(sentence: Any) -> list[dict[str, Any]]:
    tokens = sentence.get("tokens") if isinstance(sentence, dict) else None
    if not isinstance(tokens, list) or not all(isinstance(t, dict) and isinstance(t.get("orth"), str) for t in tokens):
        raise UserError("a sentence has no list of tokens with their text under orth")
    return tokens


def _find_tokens(raw: str, words: Iterable[str]) -> list[Piece]:
    """Where the tokens are in a text; between them are blanks only.

    Raises:
        UserError: the text is not made of them.
    """
    pieces, at = [], 0
    for word in words:
        if not raw.startswith(word, at) and (gap := _BLANKS.match(raw, at)):
            at = gap.end()
        if not raw.startswith(word, at):
            raise UserError(
                "its text goes on with {rest!r:.80}, its tokens with {word!r:.80}", rest=raw[at : at + 20], word=word
            )
        pieces.append((at, at + len(word)))
        at += len(word)
    if raw[at:].strip():
        raise UserError("its tokens end before its text, with {rest!r:.80} left", rest=raw[at:])
    return pieces


def _sentence(
    source: Source,
    element: Element,
    number: int,
    sentence: _TokenisedSentence,
    place: int,
) -> Record:
    """A sentence as a record; `place` is its number in its document, 0 if it is the only one there."""
    stated, tokens, of_paragraph = sentence
    words = [token["orth"] for token in tokens]
    text = " ".join(words) if stated is None else stated
    tags = [token.get("ner") for token in tokens]
    document = _id_of(element.value)
    sentence_id = f"{document}.{place}" if place and document else document
    others = {key: value for key, value in element.value.items() if key not in ("id", "paragraphs")}
    own = {key: others.pop(key) for key in _OWN if isinstance(others.get(key), str)}
    try:
        gold: tuple[StatedSpan, ...] | Rejected = _spans(_find_tokens(text, words), tags)
    except UserError as error:
        gold = reject(source, element.line, error, sentence_id)
    return Record(
        number,
        text,
        gold,
        sentence_id,
        element.line,
        _judged(tags, words),
        own.get("document", document if place else ""),
        own.get("annotator", ""),
        extras=show_extras(others, is_taken) | of_paragraph | _columns(tokens),
    )


def _judged(tags: Sequence[Any], words: Sequence[str]) -> Judged:
    """Whether somebody decided what all, some or none of the tokens are; blanks need no decision."""
    decided = [tag not in (None, _UNKNOWN) for tag in tags]
    needed = [is_decided for is_decided, word in zip(decided, words, strict=True) if is_decided or word.strip()]
    return "yes" if all(needed) else "partly" if any(needed) else "no"


def _spans(pieces: Sequence[Piece], tags: Sequence[Any]) -> tuple[StatedSpan, ...]:
    known = ["O" if tag in (None, _UNKNOWN) else str(tag) for tag in tags]
    try:
        return tuple([StatedSpan(pieces[a][0], pieces[b - 1][1], label) for a, b, label in find_ranges(known)])
    except BadTagError as error:
        raise error.reason from error


def _columns(tokens: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What is said of tokens besides their names, a list for each kind."""
    keys = dict.fromkeys(key for token in tokens for key in token if key not in ("id", "orth", "ner"))
    columns = {key: [token.get(key) for token in tokens] for key in keys}
    return {"tokens": columns} if columns else {}


def write(path: Path, records: Iterable[Record], _options: WriteOptions) -> tuple[str, ...]:
    """Write one document a sentence, with tokens that end where spans do.

    Raises:
        UserError: the file cannot be written.
    """
    write_elements(path, map(_document, records))
    return ()


def _document(record: Record) -> dict[str, Any]:
    text, spans = record.text, stated_spans(record)
    begins, ends = {span.start for span in spans}, {span.end for span in spans}
    pieces = [
        (start, end)
        for start, end in cut_tokens(text, spans)
        if start in begins or end in ends or not _is_gap(text, start, end)
    ]
    tags = ["O" if record.judged == "yes" else _UNKNOWN] * len(pieces)
    first = {start: place for place, (start, _) in enumerate(pieces)}
    last = {end: place for place, (_, end) in enumerate(pieces)}
    for span in spans:
        begin, end = first[span.start], last[span.end]
        tags[begin : end + 1] = [f"I-{span.label}"] * (end + 1 - begin)
        tags[end] = f"L-{span.label}"
        tags[begin] = f"{'B' if begin < end else 'U'}-{span.label}"
    tokens = [
        {"id": place, "orth": text[start:end], "ner": tag}
        for place, ((start, end), tag) in enumerate(zip(pieces, tags, strict=True))
    ]
    own = dict(zip(_OWN, (record.document, record.annotator), strict=True))
    said = hide_extras(record.extras, is_taken) | {key: value for key, value in own.items() if value}
    return {"id": record.id, "paragraphs": [{"raw": text, "sentences": [{"tokens": tokens, "brackets": []}]}]} | said


def is_taken(key: str, _value: Any) -> bool:
    """Whether an extra would be taken for something else under its key."""
    return key in ("id", "paragraphs", *_OWN)


def cut_tokens(text: str, spans: Iterable[StatedSpan]) -> list[Piece]:
    """A text cut into blanks and what is between them, and where spans begin and end."""
    cuts = {0, len(text), *(found.end() for found in _RUN.finditer(text))}
    cuts.update(edge for span in spans for edge in span[:2])
    return list(pairwise(sorted(cuts)))


def _is_gap(text: str, start: int, end: int) -> bool:
    """Whether a piece of a text is all of the blanks between two words, or at one of its ends."""
    around = text[max(0, start - 1) : start], text[end : end + 1]
    return text[start:end].isspace() and not any(each.isspace() for each in around)


FORMAT = CorpusFormat(
    "spacy-json",
    mark("spaCy training data (JSON)"),
    ".json",
    score,
    read,
    write,
    holds=frozenset({"ids", "documents", "extras", "judged", "annotators", "whitespace", "line ends", "half words"}),
)
