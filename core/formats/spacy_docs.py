"""spaCy's binary training data: a DocBin with one document a sentence.

What we write has our own tokens, which end at blanks and where spans begin and end, so that every span is in the file
and the document's text is the sentence's. Sentences that nobody judged have no entities set, those judged in part have
only some. The id, the document, the annotator and what else is said are in the document's user data.

Source: https://spacy.io/api/docbin and https://spacy.io/api/data-formats#binary-training. Only `_spacy` imports spaCy,
and only when needed, since it is optional and large. A DocBin is in memory as a whole, in spaCy as here.
"""

import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from core.domain.errors import UserError
from core.domain.spans import Judged
from core.formats.json_records import hide_extras, show_extras
from core.formats.records import CorpusFormat, Head, Record, Rejected, StatedSpan, WriteOptions, stated_spans
from core.formats.source_files import Source
from core.formats.spacy_json import cut_tokens, is_taken
from core.io.files import replacing_bytes
from core.messages.catalogue import mark, say_count

SUFFIX = ".spacy"
_DAMAGED = (zlib.error, ValueError, TypeError, KeyError, IndexError, AttributeError)
"""What spaCy raises for a file that is none of its own."""
_MISSING = 0
"""The value of `Token.ent_iob` where nobody decided."""


def score(head: Head) -> float:
    """Surely by the first bytes; a file with the suffix alone is refused with what is wrong with it."""
    return 1.0 if _is_docbin(head.data) else 0.9 if head.path.suffix.lower() == SUFFIX else 0.0


def _is_docbin(data: bytes) -> bool:
    try:
        start = zlib.decompressobj().decompress(data, 256)
    except zlib.error:
        return False
    return b"\xa5attrs" in start


def read(source: Source) -> Iterator[Record | Rejected]:
    """Read the documents of a DocBin.

    Raises:
        UserError: before the first one, if spaCy is not installed or the file is not a DocBin; later, if it is damaged.
    """
    spacy = _spacy(source.path)
    with _naming_damage(source):
        box = spacy.tokens.DocBin().from_bytes(source.path.read_bytes())
    return _records(source, box, spacy.vocab.Vocab())


def _spacy(path: Path) -> Any:
    try:
        import spacy.tokens
        import spacy.vocab
    except ImportError as error:
        raise UserError(
            "{path} is data of spaCy, which needs the package spacy: install Spandesk with its extra [spacy], or use"
            " spacy-json",
            path=path,
        ) from error
    return spacy


@contextmanager
def _naming_damage(source: Source) -> Iterator[None]:
    try:
        yield
    except _DAMAGED as error:
        reason = str(error).partition("\n")[0].removesuffix(".")
        raise UserError(
            "{path} is not a DocBin of spaCy or is damaged ({reason}); write it again", path=source.name, reason=reason
        ) from error


def _records(source: Source, box: Any, vocab: Any) -> Iterator[Record]:
    documents = box.get_docs(vocab)
    number = 0
    while True:
        with _naming_damage(source):
            document = next(documents, None)
        if document is None:
            break
        number += 1
        yield _record(number, document)


def _record(number: int, document: Any) -> Record:
    said = {_name_of(key): _as_json(value) for key, value in document.user_data.items()}
    own = {key: said.pop(key) for key in ("id", "document", "annotator") if isinstance(said.get(key), str | int)}
    groups = {key: [_triple(span) for span in spans] for key, spans in document.spans.items()}
    return Record(
        number,
        document.text,
        tuple([StatedSpan(*_triple(span)) for span in document.ents]),
        str(own.get("id", "")),
        judged=_judged(document),
        document=str(own.get("document", "")),
        annotator=str(own.get("annotator", "")),
        extras=show_extras(said, is_taken)
        | ({"spans": groups} if groups else {})
        | ({"cats": document.cats} if document.cats else {}),
    )


def _name_of(key: Any) -> str:
    """The name of a datum: as given, or for an attribute of spaCy `_.NAME`, with its place if it is of a token."""
    if not isinstance(key, tuple):
        return str(key)
    _, name, *places = key
    return "_".join([f"_.{name}", *(str(place) for place in places if place is not None)])


def _as_json(value: Any) -> Any:
    return json.loads(json.dumps(value, ensure_ascii=False, default=str))


def _triple(span: Any) -> list[Any]:
    return [span.start_char, span.end_char, span.label_]


def _judged(document: Any) -> Judged:
    """Whether entities are set for all, some or none of the tokens; blanks are not counted."""
    decided = {token.ent_iob != _MISSING for token in document if not token.is_space or token.ent_iob != _MISSING}
    return "partly" if len(decided) > 1 else "yes" if decided == {True} else "no"


def write(path: Path, records: Iterable[Record], _options: WriteOptions) -> tuple[str, ...]:
    """Write one document a sentence, and say how many spans another tokenizer could lose.

    Raises:
        UserError: spaCy is not installed, or the file cannot be written.
    """
    spacy = _spacy(path)
    box, vocab = spacy.tokens.DocBin(attrs=["ENT_IOB", "ENT_TYPE"], store_user_data=True), spacy.vocab.Vocab()
    cut = 0
    for record in records:
        box.add(_document(spacy, vocab, record))
        cut += sum(_is_cut(record.text, span.start) or _is_cut(record.text, span.end) for span in stated_spans(record))
    with replacing_bytes(path) as file:
        file.write(box.to_bytes())
    notice = say_count(
        "{count:,} span begins or ends inside a word; the tokens of the file keep it, but training with another"
        " tokenizer loses it",
        "{count:,} spans begin or end inside a word; the tokens of the file keep them, but training with another"
        " tokenizer loses them",
        cut,
    )
    return (notice,) if cut else ()


def _is_cut(text: str, edge: int) -> bool:
    """Whether there is no blank on either side of an edge inside a text."""
    return 0 < edge < len(text) and not text[edge - 1].isspace() and not text[edge].isspace()


def _document(spacy: Any, vocab: Any, record: Record) -> Any:
    spans = stated_spans(record)
    words, spaces, starts = _words(record.text, spans)
    document = spacy.tokens.Doc(vocab, words=words, spaces=spaces)
    assert document.text == record.text, record.id
    place_of = {start: place for place, start in enumerate([*starts, len(record.text)])}
    ends = {start + len(word): place for place, (start, word) in enumerate(zip(starts, words, strict=True), 1)}
    entities = [spacy.tokens.Span(document, place_of[span.start], ends[span.end], label=span.label) for span in spans]
    if record.judged == "yes" or entities:
        document.set_ents(entities, default="outside" if record.judged == "yes" else "missing")
    own = {"id": record.id, "document": record.document, "annotator": record.annotator}
    document.user_data.update(hide_extras(record.extras, is_taken))
    document.user_data.update({key: value for key, value in own.items() if value})
    return document


def _words(text: str, spans: Sequence[StatedSpan]) -> tuple[list[str], list[bool], list[int]]:
    """The tokens of a text, whether a blank follows that is part of none, and where they begin."""
    begins, ends = {span.start for span in spans}, {span.end for span in spans}
    words: list[str] = []
    spaces: list[bool] = []
    starts: list[int] = []
    for start, end in cut_tokens(text, spans):
        is_taken = bool(words) and not spaces[-1] and text[start] == " " and start not in begins
        if is_taken and not (end == start + 1 and end in ends):
            spaces[-1] = True
            start += 1
        if start < end:
            words.append(text[start:end])
            spaces.append(False)
            starts.append(start)
    return words, spaces, starts


FORMAT = CorpusFormat(
    "spacy",
    mark("spaCy (DocBin)"),
    SUFFIX,
    score,
    read,
    write,
    kind="binary",
    holds=frozenset({"ids", "documents", "extras", "judged", "annotators", "whitespace", "line ends", "half words"}),
)
