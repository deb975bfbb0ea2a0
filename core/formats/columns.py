"""Columns: a word per line with its tag in one of the columns, and a blank line after each sentence.

    나리는<TAB>B-PS
    갔다<TAB>O

Columns are separated by tabs, or by blanks where a line has no tab. Quotes are characters like others. The text is the
words joined by single blanks, unless the file says where no blank is: `SpaceAfter=No`, or a comment `# text = …`.

Sources: https://www.clips.uantwerpen.be/conll2003/ner/ (CoNLL 2002 and 2003, with `-DOCSTART-`) and
https://universaldependencies.org/format.html (CoNLL-U).
"""

import re
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import accumulate, islice
from pathlib import Path
from typing import Any

from core.domain.errors import UserError
from core.formats.column_layout import (
    INDEX,
    Cells,
    Layout,
    Shape,
    Split,
    Words,
    find_layout,
    has_tags,
    shape_of,
    split_row,
)
from core.formats.column_patch import change_rows
from core.formats.cut_words import CutWords
from core.formats.patching import LineBuffer, patch_lines
from core.formats.records import (
    BadLineError,
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
from core.formats.word_tags import BadTagError, TagStyle, find_ranges, find_style
from core.io.files import replacing
from core.messages.catalogue import mark

_SAMPLE = 5_000
"""How many lines of a file tell what its columns contain."""
_DOCUMENT = "-DOCSTART-"
_NAMED_DOCUMENT = re.compile(rf"{_DOCUMENT} \((.*)\)")
_NO_BLANK_AFTER = "SpaceAfter=No"
_COMMENT = re.compile(r"#\s*([^=]+?)\s*=\s*(.*)")
_COLUMNS, _OTHERS = "columns", "comments"
"""Under which a record keeps columns that are not used, and comments without a name."""
_BREAKS = re.compile(r"[\t\r\n\0]")
_SPACING = re.compile(rf"^ | $|  |^{_DOCUMENT}")

Row = tuple[int, str]
"""A line's number and text."""
Layouts = dict[Shape, Layout]
"""What the columns of a file contain, by the shape of its rows."""


@dataclass(slots=True)
class _Block:
    """The lines of one sentence."""

    document: str
    comments: list[str] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)


def score(head: Head) -> float:
    """Likely if one of the columns of the first lines contains tags."""
    samples = _sample(head.lines)
    shape, sentences = _most_frequent(samples)
    others = (row for other, blocks in samples.items() if other != shape for block in blocks for row in block)
    is_most = _count_rows(sentences) >= sum(not row[0].startswith("#") for row in others)
    return 0.8 if sentences and is_most and has_tags(sentences) else 0.0


def read(source: Source) -> Iterator[Record | Rejected]:
    """Read the sentences of a file of columns; their number is that of their block of rows.

    Raises:
        UserError: at once, if it is unclear which column contains the tags.
    """
    return _records(source, _find_layouts(source))


def patch(source: Source, edit: Edit, options: WriteOptions) -> Generator[Piece, None, tuple[str, ...]]:
    """The lines of a file, with other tags in some sentences, in the tags' own scheme."""
    layouts, cut_words, lines = _find_layouts(source), CutWords(options.cut_words), LineBuffer(source)
    style = find_style(_sample_tags(source, layouts))
    for number, block in enumerate(_blocks(lines, layouts), 1):
        record = _record(source, number, block, layouts)
        change = partial(_change, source, block, layouts, style, cut_words)
        yield patch_lines(lines, block.rows[-1][0], record, edit, change)
    yield lines.release()
    return cut_words.notices()


def _change(
    source: Source, block: _Block, layouts: Layouts, style: TagStyle, cut_words: CutWords, record: Record
) -> dict[int, str]:
    stated = _read_comments(block.comments).get("text")
    words = _words(block.rows, layouts, source.options.tag_column, stated)
    return change_rows(words, dict(block.rows), style, cut_words, record)


def _sample_tags(source: Source, layouts: Layouts) -> set[str]:
    """The tags in the first lines of a file."""
    rows = (line.rstrip("\r\n") for _, line in islice(source.lines(), _SAMPLE))
    split = ((row, split_row(row)) for row in rows if row.strip())
    found = ((layouts.get(shape_of(row, cells)), cells) for row, cells in split)
    return {cells[layout.tag] for layout, cells in found if layout is not None and layout.is_tagged(cells)}


def _find_layouts(source: Source) -> Layouts:
    """The layout of most rows of a file.

    Raises:
        UserError: it is unclear which column contains the tags.
    """
    shape, sentences = _most_frequent(_sample(line for _, line in islice(source.lines(), _SAMPLE)))
    try:
        return {shape: find_layout(sentences, source.options.tag_column)}
    except UserError as error:
        raise UserError("{path}: {error}", path=source.name, error=error) from error


def write(path: Path, records: Iterable[Record], options: WriteOptions) -> tuple[str, ...]:
    """Write a word and its IOB2 tag per line, and `-DOCSTART-` before each document.

    Raises:
        UserError: a text has blanks that its words do not keep, or a span cuts a word and the options refuse that; or
            the file cannot be written.
    """
    words = CutWords(options.cut_words)
    document, documents = "", 0
    with replacing(path) as file:
        for record in records:
            _check_writable(record)
            if record.document != document:
                document, documents = record.document, documents + 1
                name = "" if document == str(documents) else f" ({document})"
                file.write(f"{_DOCUMENT}{name}\tO\n\n")
            file.write("".join([f"{word}\t{tag}\n" for word, tag in words.tag(record)]) + "\n")
    return words.notices()


FORMAT = CorpusFormat(
    "columns",
    mark("Columns (CoNLL)"),
    ".conll",
    score,
    read,
    write,
    holds=frozenset({"documents"}),
    tags_words=True,
    remark=mark(
        "The texts of {file} are its words, joined by single blanks where the file does not say otherwise; where its"
        " tags have no B- and I-, neighbouring words with the same tag are one entity."
    ),
    patch=patch,
    asks=frozenset({"tag_column"}),
)


def _sample(lines: Iterable[str]) -> dict[Shape, list[list[Cells]]]:
    """The sentences of some lines, by the shape of their rows."""
    samples: dict[Shape, dict[int, list[Cells]]] = {}
    block = 0
    for ended in lines:
        line = ended.rstrip("\r\n")
        if not line.strip():
            block += 1
        elif _DOCUMENT not in line:
            cells = split_row(line)
            samples.setdefault(shape_of(line, cells), {}).setdefault(block, []).append(cells)
    return {shape: list(sentences.values()) for shape, sentences in samples.items()}


def _most_frequent(samples: dict[Shape, list[list[Cells]]]) -> tuple[Shape, list[list[Cells]]]:
    """The shape with the most rows of at least two columns, and its sentences."""
    several = [sample for sample in samples.items() if sample[0][1] > 1]
    return max(several, key=lambda sample: _count_rows(sample[1]), default=((False, 0), []))


def _count_rows(sentences: Iterable[Sequence[Cells]]) -> int:
    return sum(map(len, sentences))


def _records(source: Source, layouts: Layouts) -> Iterator[Record | Rejected]:
    for number, block in enumerate(_blocks(source.lines(), layouts), 1):
        yield _record(source, number, block, layouts)


def _blocks(lines: Iterable[Row], layouts: Layouts) -> Iterator[_Block]:
    documents, block = 0, _Block("")
    for number, ended in lines:
        line = ended.rstrip("\r\n")
        if not line.strip():
            if block.rows:
                yield block
                block = _Block(block.document)
        elif block.rows:
            block.rows.append((number, line))
        elif _DOCUMENT in line and (document := _document(line, documents + 1)) is not None:
            documents, block = documents + 1, _Block(document)
        elif line[0] == "#" and not _is_row(line, layouts):
            _add_comment(block, line)
        else:
            block.rows.append((number, line))
    if block.rows:
        yield block


def _document(line: str, number: int) -> str | None:
    """The name of the document that begins with a line, if one does: its own, or its number."""
    named = _NAMED_DOCUMENT.fullmatch(line.partition("\t")[0])
    if named:
        return named[1]
    return str(number) if _DOCUMENT in split_row(line) else None


def _is_row(line: str, layouts: Layouts) -> bool:
    """Whether a line at the beginning of a sentence is a word with its tag rather than a comment."""
    cells = split_row(line)
    layout = layouts.get(shape_of(line, cells))
    return layout is not None and layout.is_tagged(cells)


def _add_comment(block: _Block, line: str) -> None:
    found = _COMMENT.fullmatch(line)
    if found and found[1] == "newdoc id":
        block.document = found[2]
    else:
        block.comments.append(line)


def _record(source: Source, number: int, block: _Block, layouts: Layouts) -> Record | Rejected:
    line, extras = block.rows[0][0], _read_comments(block.comments)
    known_id, stated = extras.pop("sent_id", ""), extras.pop("text", None)
    try:
        for row in block.rows:
            check_no_spreadsheet_error(*row)
        words = _words(block.rows, layouts, source.options.tag_column, stated)
    except BadLineError as error:
        return reject(source, error.line, error.reason, known_id)
    if columns := _other_columns(words):
        extras[_COLUMNS] = columns
    gold = _gold(source, words, known_id)
    return Record(number, words.text, gold, known_id, line, document=block.document, extras=extras)


def _read_comments(comments: Iterable[str]) -> dict[str, Any]:
    """The comments of a sentence: by name those that have one, the others as a list."""
    named: dict[str, Any] = {}
    others: list[str] = []
    for comment in comments:
        found = _COMMENT.fullmatch(comment)
        if found and found[1] not in (*named, _COLUMNS, _OTHERS):
            named[found[1]] = found[2]
        else:
            others.append(comment[1:].strip())
    return {**named, _OTHERS: others} if others else named


def _words(rows: Sequence[Row], layouts: Layouts, tag_column: int | None, stated: str | None) -> Words:
    split = [(number, split_row(line)) for number, line in rows]
    layout = _layout(rows[0][1], split, layouts, tag_column)
    if layout.index is not None:
        split = [row for row in split if "." not in row[1][layout.index]]  # empty nodes are no words
    tokens, sizes = _tokens(split, layout.index)
    forms = [cells[layout.word] for _, cells in tokens]
    if "" in forms:
        raise BadLineError(tokens[forms.index("")][0], UserError("the row has no word"))
    if stated is None:
        says_gaps = any(_NO_BLANK_AFTER in line for _, line in rows)
        text, starts = _join(forms, [_gap(cells, layout) for _, cells in tokens] if says_gaps else None, layout.glue)
    else:
        text, starts = stated, _find_forms(rows[0][0], forms, stated)
    ends = [start + len(form) for start, form in zip(starts, forms, strict=True)]
    if sizes is None:
        return Words(layout, tokens, text, starts, ends)
    inside = [row for row in split if "-" not in row[1][layout.index or 0]]
    return Words(layout, inside, text, _spread(starts, sizes), _spread(ends[::-1], sizes[::-1])[::-1])


def _layout(line: str, rows: Sequence[Split], layouts: Layouts, tag_column: int | None) -> Layout:
    """The layout of a sentence's rows; a file may be several files, each with its own."""
    number, first = rows[0]
    for other, cells in rows:
        if len(cells) != len(first):
            raise BadLineError(
                other,
                UserError(
                    "the row has {count} columns, but the first row of its sentence has {first}",
                    count=len(cells),
                    first=len(first),
                ),
            )
    shape = shape_of(line, first)
    if shape not in layouts:
        try:
            layouts[shape] = find_layout([[cells for _, cells in rows]], tag_column)
        except UserError as error:
            raise BadLineError(number, error) from error
    return layouts[shape]


def _tokens(rows: Sequence[Split], index: int | None) -> tuple[Sequence[Split], list[int] | None]:
    """The rows whose words make the text, and how many words each token has, if any has several.

    A row of CoNLL-U with the number 3-4 is the token that the words 3 and 4 are in.
    """
    if index is None or not any("-" in cells[index] for _, cells in rows):
        return rows, None
    tokens: list[Split] = []
    sizes: list[int] = []
    last = -1
    for row in rows:
        if not INDEX.fullmatch(row[1][index]):
            raise BadLineError(row[0], UserError("{cell!r:.40} is not the number of a word", cell=row[1][index]))
        begin, dash, end = row[1][index].partition("-")
        if dash:
            last = int(end)
            sizes.append(0)
            tokens.append(row)
        elif int(begin) > last:
            sizes.append(1)
            tokens.append(row)
        else:
            sizes[-1] += 1
    return tokens, sizes


def _spread(places: Sequence[int], sizes: Sequence[int]) -> list[int | None]:
    """The places of tokens as places of their first words; None for their other words."""
    return [place if number == 0 else None for place, size in zip(places, sizes, strict=True) for number in range(size)]


def _join(forms: Sequence[str], gaps: Sequence[str] | None, glue: str) -> tuple[str, list[int]]:
    """The text that words make, and where each begins in it.

    Args:
        gaps: what follows each word; None: the glue follows all but the last.
    """
    gaps = gaps or [glue] * len(forms)
    starts = [0, *accumulate(len(form) + len(gap) for form, gap in zip(forms, gaps, strict=True))]
    text = "".join([piece for pair in zip(forms, gaps, strict=True) for piece in pair])
    return text.removesuffix(gaps[-1]), starts[:-1]


def _gap(cells: Cells, layout: Layout) -> str:
    """What follows a word."""
    others = (cell for place, cell in enumerate(cells) if place not in layout.used)
    return "" if any(_NO_BLANK_AFTER in cell.split("|") for cell in others) else layout.glue


def _find_forms(line: int, forms: Sequence[str], text: str) -> list[int]:
    """Where the words begin in the text that the file states."""
    starts: list[int] = []
    at = 0
    for form in forms:
        start = text.find(form, at)
        if start < 0 or text[at:start].strip():
            raise BadLineError(
                line, UserError("its words are not those of its text, which lacks {form!r:.80}", form=form)
            )
        starts.append(start)
        at = start + len(form)
    if text[at:].strip():
        raise BadLineError(line, UserError("its words end before its text, with {rest!r:.80} left", rest=text[at:]))
    return starts


def _gold(source: Source, words: Words, known_id: str) -> tuple[StatedSpan, ...] | Rejected:
    layout, rows = words.layout, words.rows
    tags = [layout.tag_of(cells) for _, cells in rows]
    try:
        ranges = find_ranges(tags, layout.outside, is_iob1=layout.is_iob1)
        return tuple([_span(words, *found) for found in ranges])
    except BadTagError as error:
        return reject(source, rows[error.place][0], error.reason, known_id)


def _span(words: Words, first: int, end: int, label: str) -> StatedSpan:
    start, stop = words.starts[first], words.ends[end - 1]
    if start is None or stop is None:
        raise BadTagError(first, UserError("an entity {label} cuts a token of several words", label=label))
    return StatedSpan(start, stop, label)


def _other_columns(words: Words) -> dict[str, list[str]]:
    """The columns that are neither words nor tags nor numbers, by their numbers from 1."""
    width = len(words.rows[0][1])
    kept = [place for place in range(width) if place not in words.layout.used]
    return {str(place + 1): [cells[place] for _, cells in words.rows] for place in kept}


def _check_writable(record: Record) -> None:
    """Refuse what words joined by single blanks do not give back."""
    if _BREAKS.search(record.text) or _SPACING.search(record.text):
        raise UserError(
            "the text of the sentence {id!r} is more than words with single blanks between them, which columns cannot"
            " contain; export as jsonl instead",
            id=record.id,
        )
    if any(_BREAKS.search(name) for name in (record.document, *(span.label for span in stated_spans(record)))):
        raise UserError(
            "a label or the document of the sentence {id!r} contains a tab or a line end, which columns cannot contain;"
            " export as jsonl instead",
            id=record.id,
        )
