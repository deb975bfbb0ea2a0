"""KLUE-NER TSV: one character and its BIO tag per row, with a marked-up header before each sentence.

    ## klue-ner-v1_dev_00001-wikitree<TAB><B:PS> 씨는 …
    B<TAB>B-PS
     <TAB>O
    씨<TAB>O

Source: klue_benchmark/klue-ner-v1.1 of https://github.com/KLUE-benchmark/KLUE.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from core.domain.errors import UserError
from core.domain.spans import Sentence, Span
from core.formats.records import (
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
from core.messages.catalogue import say

COLUMNS = "## 컬럼명 : CHAR\tNE_TAG"
PREAMBLE = rf"""## 토큰, 레이블 구분자 : \t
## 토큰 구분자 : \n
## 문장 구분자 : \n\n
## 주석 : ##
{COLUMNS}
"""
"""The five comment lines with which KLUE's own files begin."""

_HEADER = re.compile(r"^## .*\t", re.MULTILINE)
_ROW = re.compile(r"[^\t\n]+\t(?:O|[BI]-[^\t\n]+)\r?")
_JOINER = "\u200d"
_EXTENDING = re.compile(
    "[\u200c\u200d\u1160-\u11ff\ud7b0-\ud7ff\uff9e\uff9f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]"
)
"""Joiners, conjoining vowels and finals, half-width sound marks, skin tones, and tags."""
_PAIRED = re.compile("[\u1100-\u115f\ua960-\ua97f]{2}|[\U0001f1e6-\U0001f1ff]{2}")
"""Conjoining initials, and the letters of flags."""
_UNWRITABLE = re.compile(r"[\t\r\n\0]")

Row = tuple[int, str]
"""A line's number and text."""


@dataclass(slots=True)
class _Block:
    """The lines of one sentence."""

    line: int
    id: str = ""
    markup: str | None = None
    rows: list[Row] = field(default_factory=list)


class _MalformedError(Exception):
    """A sentence that is not in the format; the line and the reason."""


def recognises(_path: Path, head: str) -> bool:
    """Whether the first rows are tagged characters; tagged words, as in CoNLL files, need a KLUE header to pass."""
    body, cut, _ = head.rpartition("\n")
    lines = (body if cut else head).split("\n")
    rows = [line for line in lines if line.strip("\r") and not line.startswith("##")]
    if not rows:
        return COLUMNS in head or bool(_HEADER.search(head))
    if not any(_ROW.fullmatch(row) for row in rows):
        return False
    return bool(_HEADER.search(head)) or all(row.find("\t") == 1 for row in rows)


def read(path: Path, check: Check = accept_any) -> Iterator[Record]:
    """Read the sentences of a KLUE-NER file; one without a header gets an id from its position (see `make_id`)."""

    def sentence_of(block: _Block, number: int) -> Sentence:
        sentence = _sentence(block, path, number)
        check(sentence)
        return sentence

    return _records(path, sentence_of)


def read_texts(path: Path) -> Iterator[Text | Rejected]:
    """Read the texts of a KLUE-NER file with the same ids, ignoring tags and headers."""

    def text_of(block: _Block, number: int) -> Text:
        _check_rows(block)
        text = "".join(_character(*row) for row in block.rows)
        if not text.strip():
            raise _MalformedError(block.line, say("it has no text"))
        return Text(text, block.id or make_id(path, number, text))

    return _records(path, text_of)


def _records(path: Path, make: Callable[[_Block, int], Item]) -> Iterator[Item | Rejected]:
    """Pass each block and its number to `make`."""
    with path.open(encoding="utf-8-sig", newline="\n") as file:
        for number, block in enumerate(_blocks(file), 1):
            yield _record(block, path, number, make)


def write(path: Path, sentences: Iterable[Sentence]) -> None:
    """Write the sentences as in KLUE's own files, including the comment lines.

    Raises:
        UserError: a sentence contains a tab or a line end, which rows cannot; or the file cannot be written.
    """
    with replacing(path) as file:
        file.write(PREAMBLE)
        for sentence in sentences:
            file.write(_block_text(sentence))


FORMAT = CorpusFormat("klue", "KLUE-NER TSV", ".tsv", recognises, read, read_texts, write)


def _blocks(lines: Iterable[str]) -> Iterator[_Block]:
    block: _Block | None = None
    for number, ended in enumerate(lines, 1):
        line = ended.rstrip("\r\n")
        if line.startswith("##"):
            if _is_header(line):
                if block:
                    yield block
                block = _start_block(number, line)
        elif line:
            block = block or _Block(number)
            block.rows.append((number, line))
        elif block:
            yield block
            block = None
    if block:
        yield block


def _is_header(line: str) -> bool:
    return line.startswith("## ") and "\t" in line and line != COLUMNS


def _start_block(number: int, line: str) -> _Block:
    sentence_id, _, markup = line[3:].partition("\t")
    return _Block(number, sentence_id, markup)


def _record(block: _Block, path: Path, number: int, make: Callable[[_Block, int], Item]) -> Item | Rejected:
    try:
        return make(block, number)
    except _MalformedError as error:
        line, reason = error.args
    except UserError as error:
        line, reason = block.line, str(error)
    return Rejected(str(path), line, with_sentence_id(block.id, reason))


def _check_rows(block: _Block) -> None:
    if not block.rows:
        raise _MalformedError(block.line, say("no character rows follow its header"))


def _sentence(block: _Block, path: Path, number: int) -> Sentence:
    _check_rows(block)
    text, spans = _text_and_spans(block.rows)
    sentence = Sentence(block.id or make_id(path, number, text), text, spans)
    if block.markup is not None and block.markup != (tagged := _mark_up(sentence)):
        raise _MalformedError(
            block.line,
            say(
                "its header and its rows disagree ({difference}); correct one of them, or delete the header to use the"
                " rows",
                difference=_difference(block.markup, tagged),
            ),
        )
    return sentence


def _text_and_spans(rows: Iterable[Row]) -> tuple[str, tuple[Span, ...]]:
    """The text of the rows, and the spans that their tags encode (strict IOB2)."""
    characters: list[str] = []
    spans: list[Span] = []
    at = start = 0
    label = ""
    for number, row in rows:
        character, tag = _split_row(number, row)
        inside = tag[0] == "I"
        if inside and tag[2:] != label:
            raise _MalformedError(
                number,
                say(
                    "{tag} follows no {first} or {tag}; an entity begins with {first}",
                    tag=tag,
                    first=f"B-{tag[2:]}",
                ),
            )
        if label and not inside:
            spans.append(Span(start, at, label))
            label = ""
        if tag[0] == "B":
            start, label = at, tag[2:]
        characters.append(character)
        at += len(character)
    if label:
        spans.append(Span(start, at, label))
    return "".join(characters), tuple(spans)


def _split_row(number: int, row: str) -> tuple[str, str]:
    character, tab, tag = _character(number, row), *row.partition("\t")[1:]
    if not tab:
        raise _MalformedError(number, say("the row {row!r:.80} is not a character, a tab and a tag", row=row))
    if tag != "O" and (tag[:2] not in ("B-", "I-") or len(tag) == 2 or "\t" in tag):
        raise _MalformedError(number, say("the tag {tag!r:.80} is not O, B-… or I-…", tag=tag))
    return character, tag


def _character(number: int, row: str) -> str:
    character = row.partition("\t")[0]
    if not character:
        raise _MalformedError(number, say("the row {row!r:.80} is not a character, a tab and a tag", row=row))
    if not all(_extends(*pair) for pair in pairwise(character)):
        raise _MalformedError(
            number, say("the row {row!r:.80} contains more than one character; KLUE-NER has one per row", row=row)
        )
    return character


def _extends(before: str, after: str) -> bool:
    """Whether a code point belongs to the same grapheme cluster as the one before it.

    Source: Unicode Standard Annex 29, section 3, with a little more allowed.
    """
    return (
        unicodedata.category(after)[0] == "M"
        or bool(_EXTENDING.fullmatch(after))
        or before == _JOINER
        or bool(_PAIRED.fullmatch(before + after))
    )


def _difference(header: str, rows: str) -> str:
    """Where two texts first differ, with a few characters of each."""
    pairs = enumerate(zip(header, rows, strict=False))
    at = next((i for i, (left, right) in pairs if left != right), min(len(header), len(rows)))
    return say(
        "at character {place:,} the header has {header!r}, the rows {rows!r}",
        place=at + 1,
        header=header[at : at + 12],
        rows=rows[at : at + 12],
    )


def _mark_up(sentence: Sentence) -> str:
    """The text with each entity as `<entity:LABEL>`."""
    pieces: list[str] = []
    at = 0
    for span in sentence.spans:
        pieces += (sentence.text[at : span.start], "<", sentence.text[span.start : span.end], f":{span.label}>")
        at = span.end
    return "".join((*pieces, sentence.text[at:]))


def _block_text(sentence: Sentence) -> str:
    cells = (sentence.id, sentence.text, *(span.label for span in sentence.spans))
    if any(_UNWRITABLE.search(cell) for cell in cells):
        raise UserError(
            "the sentence {id!r} contains a tab, a line end or a NUL, which a KLUE-NER file cannot contain;"
            " export as jsonl or nikl instead",
            id=sentence.id,
        )
    rows = (f"{character}\t{tag}\n" for character, tag in zip(sentence.text, _tags(sentence), strict=True))
    return f"## {sentence.id}\t{_mark_up(sentence)}\n{''.join(rows)}\n"


def _tags(sentence: Sentence) -> list[str]:
    tags = ["O"] * len(sentence.text)
    for span in sentence.spans:
        tags[span.start : span.end] = [f"B-{span.label}", *[f"I-{span.label}"] * (span.end - span.start - 1)]
    return tags
