"""KLUE-NER TSV: one character and its BIO tag per row, with a marked-up header before each sentence.

    ## klue-ner-v1_dev_00001-wikitree<TAB><B:PS> 씨는 …
    B<TAB>B-PS
     <TAB>O
    씨<TAB>O

A header may also contain the plain text, or be missing; rows may end in empty columns. In a sentence whose tags are
labels without B and I, neighbours with one label are one entity; such a sentence cannot be patched.

Source: klue_benchmark/klue-ner-v1.1 of https://github.com/KLUE-benchmark/KLUE.
"""

import re
import unicodedata
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import accumulate, chain, pairwise
from pathlib import Path

from core.domain.errors import UserError
from core.formats.cut_words import CutWords
from core.formats.patching import LineBuffer, patch_lines
from core.formats.records import (
    FORMULA_ERROR,
    BadLineError,
    CannotFollowError,
    CorpusFormat,
    Edit,
    Head,
    Piece,
    Record,
    Rejected,
    StatedSpan,
    WriteOptions,
    check_no_spreadsheet_error,
    reject,
    stated_spans,
)
from core.formats.source_files import Source
from core.formats.word_tags import TagStyle
from core.io.files import replacing
from core.messages.catalogue import mark, say

COLUMNS = "## 컬럼명 : CHAR\tNE_TAG"
PREAMBLE = rf"""## 토큰, 레이블 구분자 : \t
## 토큰 구분자 : \n
## 문장 구분자 : \n\n
## 주석 : ##
{COLUMNS}
"""
"""The five comment lines with which KLUE's own files begin."""

_HEADER = re.compile(r"^## .*\t", re.MULTILINE)
_ROW = re.compile(r"[^\t\n]+\t(?:O|[BI]-[^\t\n]+)\t*\r?")
_JOINER = "\u200d"
_EXTENDING = re.compile(
    "[\u200c\u200d\u1160-\u11ff\ud7b0-\ud7ff\uff9e\uff9f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]"
)
"""Joiners, conjoining vowels and finals, half-width sound marks, skin tones, and tags."""
_PAIRED = re.compile("[\u1100-\u115f\ua960-\ua97f]{2}|[\U0001f1e6-\U0001f1ff]{2}")
"""Conjoining initials, and the letters of flags."""
_BARE_TAG = re.compile(r"[^\t]+\t[A-Z][A-Z_]+")
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


def score(head: Head) -> float:
    """Surely if the first rows are tagged characters; tagged words, as in CoNLL files, need a KLUE header."""
    rows = [line for line in head.lines if line and not line.startswith("##")]
    if not rows:
        return 0.9 if COLUMNS in head.text or _HEADER.search(head.text) else 0.0
    if not any(_ROW.fullmatch(row) for row in rows):
        return 0.0
    return 1.0 if _HEADER.search(head.text) or all(row.find("\t") == 1 for row in rows) else 0.0


def read(source: Source) -> Iterator[Record | Rejected]:
    """Read the sentences of a KLUE-NER file; their number is that of their block of rows."""
    for number, block in enumerate(_blocks(source.lines()), 1):
        yield _record(source, number, block)


def patch(source: Source, edit: Edit, options: WriteOptions) -> Generator[Piece, None, tuple[str, ...]]:
    """The lines of a file, with other tags and markup in some sentences."""
    words, lines = CutWords(options.cut_words), LineBuffer(source)
    for number, block in enumerate(_blocks(lines), 1):
        last = block.rows[-1][0] if block.rows else block.line
        yield patch_lines(lines, last, _record(source, number, block), edit, partial(_change, source, block, words))
    yield lines.release()
    return words.notices()


def _change(source: Source, block: _Block, words: CutWords, record: Record) -> dict[int, str]:
    """The lines of a block with the gold of a record."""
    _check_writable(record)
    if _is_bare(block.rows):
        raise CannotFollowError(UserError("its tags have no B and I, so they cannot say where entities begin"))
    ends = list(accumulate(len(_character(*row)) for row in block.rows))
    starts = [0, *ends[:-1]]
    ranges = words.find_ranges(record, starts, ends)
    changed = {}
    for (number, row), tag in zip(block.rows, TagStyle().write(ranges, len(ends)), strict=True):
        character, _, rest = row.partition("\t")
        changed[number] = f"{character}\t{tag}{rest[len(rest.rstrip(chr(9))) :]}"
    if block.markup is not None and not _has_plain_header(source, block):
        spans = [StatedSpan(starts[first], ends[end - 1], label) for first, end, label in ranges]
        changed[block.line] = f"## {block.id}\t{mark_up(record.text, spans)}"
    return changed


def _has_plain_header(source: Source, block: _Block) -> bool:
    """Whether a block's header is the plain text; where it has no entities, as that of the first block with some."""
    blocks = chain([block], _blocks(source.lines()))
    tagged = (
        each
        for each in blocks
        if each.markup is not None and any(row.rstrip("\t")[-2:] != "\tO" for _, row in each.rows)
    )
    first = next(tagged, None)
    return first is not None and first.markup == "".join([row.partition("\t")[0] for _, row in first.rows])


def write(path: Path, records: Iterable[Record], _options: WriteOptions) -> tuple[str, ...]:
    """Write the sentences as in KLUE's own files, including the comment lines.

    Raises:
        UserError: a sentence contains a tab or a line end, which rows cannot; or the file cannot be written.
    """
    with replacing(path) as file:
        file.write(PREAMBLE)
        for record in records:
            file.write(_block_text(record))
    return ()


FORMAT = CorpusFormat(
    "klue",
    mark("KLUE-NER (TSV)"),
    ".tsv",
    score,
    read,
    write,
    holds=frozenset({"ids", "whitespace", "half words"}),
    patch=patch,
)


def _blocks(lines: Iterable[Row]) -> Iterator[_Block]:
    block: _Block | None = None
    for number, ended in lines:
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


def _record(source: Source, number: int, block: _Block) -> Record | Rejected:
    try:
        _check_rows(block)
        text = "".join([_character(*row) for row in block.rows])
    except BadLineError as error:
        reason = error.reason
        if reason.code == FORMULA_ERROR and block.markup:
            reason = UserError("{reason}; its header says {text!r:.200}", reason=reason, text=block.markup)
        return reject(source, error.line, reason, block.id)
    return Record(number, text, _gold(source, block, text), block.id, block.line)


def _gold(source: Source, block: _Block, text: str) -> tuple[StatedSpan, ...] | Rejected:
    try:
        spans = _spans(block.rows)
        _check_header(block, text, spans)
    except BadLineError as error:
        return reject(source, error.line, error.reason, block.id)
    return spans


def _check_rows(block: _Block) -> None:
    if not block.rows:
        raise BadLineError(block.line, UserError("no character rows follow its header"))


def _check_header(block: _Block, text: str, spans: tuple[StatedSpan, ...]) -> None:
    if block.markup not in (None, text) and block.markup != (tagged := mark_up(text, spans)):
        raise BadLineError(
            block.line,
            UserError(
                "its header and its rows disagree ({difference}); correct one of them, or delete the header to use the"
                " rows",
                difference=_difference(block.markup, tagged),
            ),
        )


def _spans(rows: Sequence[Row]) -> tuple[StatedSpan, ...]:
    """The spans that the tags of the rows encode (strict IOB2, or labels alone)."""
    spans: list[StatedSpan] = []
    at = start = 0
    label = ""
    is_bare = _is_bare(rows)
    for number, row in rows:
        character, tag = _character(number, row), _read_bare(row, label) if is_bare else _read_tag(number, row)
        inside = tag[0] == "I"
        if inside and tag[2:] != label:
            raise BadLineError(
                number,
                UserError(
                    "{tag} follows no {first} or {tag}; an entity begins with {first}",
                    tag=tag,
                    first=f"B-{tag[2:]}",
                ),
            )
        if label and not inside:
            spans.append(StatedSpan(start, at, label))
            label = ""
        if tag[0] == "B":
            start, label = at, tag[2:]
        at += len(character)
    if label:
        spans.append(StatedSpan(start, at, label))
    return tuple(spans)


def _is_bare(rows: Iterable[Row]) -> bool:
    """Whether the tags are labels without B and I."""
    tags = [row.rstrip("\t") for _, row in rows]
    tagged = [row for row in tags if not row.endswith("\tO")]
    return bool(tagged) and all(map(_BARE_TAG.fullmatch, tagged))


def _read_bare(row: str, label: str) -> str:
    """The tag with B or I that a tag without them is after a character with this label."""
    tag = row.rstrip("\t").rpartition("\t")[2]
    return tag if tag == "O" else f"{'I' if tag == label else 'B'}-{tag}"


def _read_tag(number: int, row: str) -> str:
    _, tab, tag = row.rstrip("\t").partition("\t")
    if not tab:
        raise BadLineError(number, UserError("the row {row!r:.80} is not a character, a tab and a tag", row=row))
    if tag != "O" and (tag[:2] not in ("B-", "I-") or len(tag) == 2 or "\t" in tag):
        raise BadLineError(number, UserError("the tag {tag!r:.80} is not O, B-… or I-…", tag=tag))
    return tag


def _character(number: int, row: str) -> str:
    character = row.partition("\t")[0]
    if len(character) == 1:
        return character
    if not character:
        raise BadLineError(number, UserError("the row {row!r:.80} is not a character, a tab and a tag", row=row))
    if not all(_extends(*pair) for pair in pairwise(character)):
        check_no_spreadsheet_error(number, row)
        raise BadLineError(
            number, UserError("the row {row!r:.80} contains more than one character; KLUE-NER has one per row", row=row)
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


def mark_up(text: str, spans: Iterable[StatedSpan]) -> str:
    """The text with each entity as `<entity:LABEL>`."""
    pieces: list[str] = []
    at = 0
    for span in spans:
        pieces += (text[at : span.start], "<", text[span.start : span.end], f":{span.label}>")
        at = span.end
    return "".join((*pieces, text[at:]))


def _block_text(record: Record) -> str:
    _check_writable(record)
    spans = stated_spans(record)
    rows = (f"{character}\t{tag}\n" for character, tag in zip(record.text, _tags(record.text, spans), strict=True))
    return f"## {record.id}\t{mark_up(record.text, spans)}\n{''.join(rows)}\n"


def _check_writable(record: Record) -> None:
    cells = (record.id, record.text, *(span.label for span in stated_spans(record)))
    if any(_UNWRITABLE.search(cell) for cell in cells):
        raise UserError(
            "the sentence {id!r} contains a tab, a line end or a NUL, which a KLUE-NER file cannot contain;"
            " export as jsonl or nikl instead",
            id=record.id,
        )


def _tags(text: str, spans: Iterable[StatedSpan]) -> list[str]:
    tags = ["O"] * len(text)
    for span in spans:
        tags[span.start : span.end] = [f"B-{span.label}", *[f"I-{span.label}"] * (span.end - span.start - 1)]
    return tags
