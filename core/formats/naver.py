"""Naver NER: a sentence per line, a tab, and a tag for each of its words.

    나리는 부산에 산다 .<TAB>PER-B LOC-B O O

The corpus of the Naver NLP Challenge 2018 in the shape of https://github.com/monologg/KoELECTRA. Its original shape,
blocks of `index word tag`, is one of columns.
"""

import re
from collections.abc import Generator, Iterable, Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path

from core.domain.errors import UserError
from core.formats.column_patch import check_labels
from core.formats.cut_words import CutWords
from core.formats.patching import LineBuffer, patch_lines, retag
from core.formats.records import (
    CorpusFormat,
    Edit,
    Head,
    Piece,
    Record,
    Rejected,
    StatedSpan,
    WriteOptions,
    reject,
    stated_spans,
)
from core.formats.source_files import Source
from core.formats.word_tags import BadTagError, TagStyle, find_ranges, parse_tag
from core.io.files import replacing
from core.messages.catalogue import mark

_WORD = re.compile(r"[^ ]+")
_STYLE = TagStyle(is_label_first=True)
_BREAKS = re.compile(r"[\t\r\n\0]")


def score(head: Head) -> float:
    """Surely if most of the first lines are words and as many tags, and a line has more than one."""
    lines = [line for line in head.lines if line.strip()]
    counts = [_count_tags(line) for line in lines]
    return 1.0 if max(counts, default=0) > 1 and sum(map(bool, counts)) * 2 > len(lines) else 0.0


def read(source: Source) -> Iterator[Record | Rejected]:
    """Read the sentences; their number is that of their line."""
    for number, ended in source.lines():
        line = ended.rstrip("\r\n")
        if line.strip():
            yield _record(source, number, line)


def patch(source: Source, edit: Edit, options: WriteOptions) -> Generator[Piece, None, tuple[str, ...]]:
    """The lines of a file, with other tags in some."""
    words, lines = CutWords(options.cut_words), LineBuffer(source)
    for number, ended in lines:
        line = ended.rstrip("\r\n")
        if line.strip():
            yield patch_lines(lines, number, _record(source, number, line), edit, partial(_change, number, line, words))
    yield lines.release()
    return words.notices()


def _change(number: int, line: str, words: CutWords, record: Record) -> dict[int, str]:
    """The line with the gold of a record."""
    check_labels(record, _STYLE, r"[\s\0]")
    text, _, tags = line.rpartition("\t")
    forms, cells = list(_WORD.finditer(text)), list(_WORD.finditer(tags))
    names = [cell[0] for cell in cells]
    after = words.find_ranges(record, [form.start() for form in forms], [form.end() for form in forms])
    new = retag(names, find_ranges(names), after, _STYLE)
    gaps = [tags[: cells[0].start()], *(tags[a.end() : b.start()] for a, b in pairwise(cells)), tags[cells[-1].end() :]]
    return {number: f"{text}\t{gaps[0]}{''.join(tag + gap for tag, gap in zip(new, gaps[1:], strict=True))}"}


def write(path: Path, records: Iterable[Record], options: WriteOptions) -> tuple[str, ...]:
    """Write a sentence per line.

    Raises:
        UserError: a text or a label contains what separates texts and tags, or a span cuts a word and the options
            refuse that; or the file cannot be written.
    """
    words = CutWords(options.cut_words)
    with replacing(path) as file:
        for record in records:
            _check_writable(record)
            tags = " ".join([_write_tag(tag) for word, tag in words.tag(record) if word])
            file.write(f"{record.text}\t{tags}\n")
    return words.notices()


FORMAT = CorpusFormat(
    "naver", mark("Naver NER (a sentence per line)"), ".tsv", score, read, write, tags_words=True, patch=patch
)


def _count_tags(line: str) -> int:
    """How many tags a line has, if it has as many words."""
    text, _, tags = line.rpartition("\t")
    names = tags.split()
    return len(names) if len(_WORD.findall(text)) == len(names) and all(map(parse_tag, names)) else 0


def _record(source: Source, number: int, line: str) -> Record | Rejected:
    text, tab, tags = line.rpartition("\t")
    if not tab:
        return reject(source, number, UserError("the line is not a sentence, a tab and its tags"))
    return Record(number, text, _gold(source, number, text, tags.split(" ")), line=number)


def _gold(source: Source, number: int, text: str, tags: list[str]) -> tuple[StatedSpan, ...] | Rejected:
    words = list(_WORD.finditer(text))
    names = [tag for tag in tags if tag]
    if len(words) != len(names):
        reason = UserError("it has {words:,} words, but {tags:,} tags", words=len(words), tags=len(names))
        return reject(source, number, reason)
    try:
        ranges = find_ranges(names)
    except BadTagError as error:
        return reject(source, number, error.reason)
    return tuple([StatedSpan(words[first].start(), words[end - 1].end(), label) for first, end, label in ranges])


def _write_tag(tag: str) -> str:
    """A tag with its label before its part."""
    part, dash, label = tag.partition("-")
    return f"{label}{dash}{part}"


def _check_writable(record: Record) -> None:
    if _BREAKS.search(record.text):
        raise UserError(
            "the sentence {id!r} contains a tab, a line end or a NUL, which a line of Naver NER cannot contain;"
            " export as jsonl instead",
            id=record.id,
        )
    for span in stated_spans(record):
        if re.search(r"\s", span.label) or parse_tag(f"{span.label}-B") != ("B", span.label):
            raise UserError(
                "the label {label!r} cannot be written as a tag of Naver NER; rename it, or export as columns instead",
                label=span.label,
            )
