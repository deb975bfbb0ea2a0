"""Which column of a file contains the words and which the tags, by what is in them."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from core.domain.errors import UserError
from core.domain.labels import TTA_LABELS, coarse_label
from core.formats.word_tags import OUTSIDE, WordTag, is_iob1, parse_tag
from core.messages.catalogue import join_words

Cells = Sequence[str]
"""The columns of a row."""

Shape = tuple[bool, int]
"""Whether the columns are separated by tabs, and how many there are."""

_CHUNKS = frozenset(["NP", "VP", "PP", "ADJP", "ADVP", "SBAR", "PRT", "CONJP", "INTJ", "LST", "UCP"])
"""The phrases of CoNLL-2000, whose column looks like one of entities."""
_KNOWN = frozenset((*TTA_LABELS, *["PER", "LOC", "ORG", "MISC", "PERSON", "LOCATION", "DAT", "TIM", "NUM"]))
INDEX = re.compile(r"(\d{1,9})|\d{1,9}[-.]\d{1,9}")
_LABEL = re.compile("[A-Z][A-Z0-9_]{1,19}")
"""What a tag without B and I looks like."""
_CHARACTERS = 30
"""How many words of one character show that each character has a row of its own."""


@dataclass(frozen=True, slots=True)
class Layout:
    """What the columns of rows of one shape contain.

    Attributes:
        word, tag, index: places of columns, from 0; index: of the numbers of the words, if there are such.
        outside: the tags of words outside all entities.
        is_iob1: whether an I may begin an entity.
        is_bare: whether tags are labels alone, without B and I; neighbours with the same one are one entity.
        glue: what is between two words of the text.
    """

    word: int
    tag: int
    index: int | None
    outside: frozenset[str]
    is_iob1: bool
    glue: str
    is_bare: bool = False

    def is_tagged(self, cells: Cells) -> bool:
        """Whether the column of tags contains a tag."""
        return cells[self.tag] in self.outside or parse_tag(self.tag_of(cells)) is not None

    def tag_of(self, cells: Cells) -> str:
        """The tag of a row; a bare one with I."""
        tag = cells[self.tag]
        return f"I-{tag}" if self.is_bare and tag not in self.outside else tag

    @property
    def used(self) -> frozenset[int]:
        """The columns that a record does not keep as they are."""
        return frozenset({self.word, self.tag} if self.index is None else {self.word, self.tag, self.index})


Split = tuple[int, Cells]
"""A line's number and columns."""


class Words(NamedTuple):
    """The words of a sentence and the text that they make.

    Attributes:
        starts, ends: where each begins and ends in the text; None inside a token of CoNLL-U with several words.
    """

    layout: Layout
    rows: Sequence[Split]
    text: str
    starts: Sequence[int | None]
    ends: Sequence[int | None]


def split_row(line: str) -> list[str]:
    """The columns of a line without its end; quotes mean nothing, and a blank before a tag alone is a word."""
    if "\t" in line:
        return line.split("\t")
    cells = [cell for cell in line.split(" ") if cell]
    return [" ", *cells] if line[0] == " " and len(cells) == 1 else cells


def shape_of(line: str, cells: Cells) -> Shape:
    """The shape of a row."""
    return "\t" in line, len(cells)


def find_layout(sentences: Sequence[Sequence[Cells]], tag_column: int | None = None) -> Layout:
    """Find out what the columns contain from sentences with rows of one shape.

    Args:
        tag_column: the column of the tags, from 1, if the user named it.

    Raises:
        UserError: no column contains tags, or more than one does; the message says how to name it.
    """
    rows = [row for sentence in sentences for row in sentence]
    count = len(rows[0]) if rows else 1
    if count < 2:
        raise UserError("its rows have one column, so there is none with tags")
    if tag_column is not None and not 0 < tag_column <= count:
        raise UserError(
            "column {number} cannot contain the tags: its rows have only {count} columns",
            number=tag_column,
            count=count,
        )
    columns = [[row[place] for row in rows] for place in range(count)]
    tag = _choose_tag_column(columns) if tag_column is None else tag_column - 1
    index = 0 if tag and count > 2 and all(_counts(row[0] for row in sentence) for sentence in sentences) else None
    word = next(place for place in range(count) if place not in (tag, index))
    outside = _outside(columns[tag])
    tags = ([_read_tag(row[tag], outside) or OUTSIDE for row in sentence] for sentence in sentences)
    is_bare = _is_bare(columns[tag])
    return Layout(word, tag, index, outside, is_bare or is_iob1(tags), _glue(columns[word]), is_bare)


def _choose_tag_column(columns: Sequence[Cells]) -> int:
    found = {place: labels for place, cells in enumerate(columns) if (labels := _labels(cells)) is not None}
    bare = [place for place, cells in enumerate(columns) if _is_bare(cells)]
    if len(bare) == 1 and not any(found.values()):
        return bare[0]
    for is_better in (_is_no_chunk, _is_known, bool):
        better = {place: labels for place, labels in found.items() if is_better(labels)}
        found = better or found
    if len(found) == 1 or (found and len(columns) == 2):
        return max(found)
    if not found:
        raise UserError(
            "none of its {count} columns contains tags such as O, B-PS and I-PS; choose the column of the tags"
            " (--tag-column on the command line)",
            count=len(columns),
        )
    raise UserError(
        "its columns {columns} all contain tags; choose the one to use (--tag-column {first} on the command line)",
        columns=join_words(str(place + 1) for place in found),
        first=max(found) + 1,
    )


def _labels(cells: Cells) -> frozenset[str] | None:
    """The labels of a column of tags; None if most of its cells are no tags."""
    outside = _outside(cells)
    tags = {cell: _read_tag(cell, outside) for cell in set(cells)}
    labels = frozenset(tag.label for tag in tags.values() if tag is not None and tag.label)
    tagged = sum(tags[cell] is not None for cell in cells)
    return labels if tagged * 2 >= len(cells) and (labels or "O" in tags) else None


def _is_bare(cells: Cells) -> bool:
    """Whether a column contains O, and labels without B and I; or -, and labels of which each is known."""
    outside = _outside(cells)
    labels = {*cells} - outside
    if not labels or outside.isdisjoint(cells) or not all(_LABEL.fullmatch(each) for each in labels):
        return False
    return not any(map(parse_tag, labels)) and ("O" in cells or all(coarse_label(label) in _KNOWN for label in labels))


def _outside(cells: Cells) -> frozenset[str]:
    """The tags of words outside all entities: O, or - in a column without O."""
    return frozenset({"O"} if "O" in cells else {"O", "-"})


def _read_tag(cell: str, outside: frozenset[str]) -> WordTag | None:
    return OUTSIDE if cell in outside else parse_tag(cell)


def _is_no_chunk(labels: frozenset[str]) -> bool:
    return not labels or not labels <= _CHUNKS


def _is_known(labels: frozenset[str]) -> bool:
    return any(coarse_label(label) in _KNOWN for label in labels)


def _counts(cells: Iterable[str]) -> bool:
    """Whether cells are numbers in steps of at most 1 from 0 or 1; those of CoNLL-U may be ranges and fractions."""
    last = None
    for cell in cells:
        found = INDEX.fullmatch(cell)
        if not found:
            return False
        if found[1]:
            number = int(found[1])
            if number not in ((0, 1) if last is None else (last, last + 1)):
                return False
            last = number
    return last is not None


def _glue(words: Cells) -> str:
    """Nothing if each character has a row of its own, blanks too; else a blank."""
    has_blanks = " " in words
    return "" if has_blanks or (len(words) >= _CHARACTERS and all(len(word) == 1 for word in words)) else " "


def has_tags(sentences: Sequence[Sequence[Cells]]) -> bool:
    """Whether a column contains tags, and more of them than could be by chance."""
    rows = [row for sentence in sentences for row in sentence]
    columns = [[row[place] for row in rows] for place in range(len(rows[0]))]
    found = map(_labels, columns)
    return any(labels is not None and (labels or len(rows) > 2) for labels in found) or any(map(_is_bare, columns))
