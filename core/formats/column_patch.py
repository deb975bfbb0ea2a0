"""Rows of columns with other tags; everything else in them stays as it was."""

import re
from collections.abc import Mapping, Sequence
from itertools import accumulate
from sys import maxsize

from core.domain.errors import UserError
from core.formats.column_layout import Words
from core.formats.cut_words import CutWords
from core.formats.patching import retag
from core.formats.records import CannotFollowError, Record, stated_spans
from core.formats.word_tags import TagStyle, find_ranges


def change_rows(
    words: Words, lines: Mapping[int, str], style: TagStyle, cut_words: CutWords, record: Record
) -> dict[int, str]:
    """The rows of a sentence whose tags differ with the gold of a record; columns that repeat the tags follow.

    Args:
        lines: the rows by their numbers.

    Raises:
        CannotFollowError: a label cannot be part of a tag.
        UserError: a span cuts a word, and that is refused.
    """
    if words.layout.is_bare:
        raise CannotFollowError(UserError("its tags have no B and I, so they cannot say where entities begin"))
    check_labels(record, style, r"[\t\r\n\0]" if any("\t" in line for line in lines.values()) else r"[\s\0]")
    layout = words.layout
    tags = [cells[layout.tag] for _, cells in words.rows]
    before = find_ranges(tags, layout.outside, is_iob1=layout.is_iob1)
    after = cut_words.find_ranges(record, *_fill(words))
    outside = next((tag for tag in tags if tag in layout.outside), "O" if "O" in layout.outside else "-")
    new = retag(tags, before, after, style, outside, is_iob1=layout.is_iob1)
    repeating = _repeating_columns(words, tags)
    return {
        number: _replace_cells(lines[number], repeating, tag)
        for (number, _), old, tag in zip(words.rows, tags, new, strict=True)
        if tag != old
    }


def check_labels(record: Record, style: TagStyle, unwritable: str) -> None:
    """Refuse labels that a tag cannot contain.

    Raises:
        CannotFollowError: there is one.
    """
    for span in stated_spans(record):
        if re.search(unwritable, span.label) or not style.can_write(span.label):
            raise CannotFollowError(UserError("the label {label!r} cannot be part of a tag", label=span.label))


def _fill(words: Words) -> tuple[list[int], list[int]]:
    """Where words begin and end; those inside a token of several words do so where their token does."""
    starts = accumulate([-1 if start is None else start for start in words.starts], max)
    ends = accumulate([maxsize if end is None else end for end in reversed(words.ends)], min)
    return list(starts), list(ends)[::-1]


def _repeating_columns(words: Words, tags: Sequence[str]) -> frozenset[int]:
    """The column of the tags, and others that say the same."""
    tag, width = words.layout.tag, len(words.rows[0][1])
    if all(each in words.layout.outside for each in tags):
        return frozenset({tag})
    return frozenset(place for place in range(width) if [cells[place] for _, cells in words.rows] == tags)


def _replace_cells(line: str, columns: frozenset[int], tag: str) -> str:
    """The row with another tag in some columns; what separates the columns stays."""
    cells = list(re.finditer(r"[^\t]+|(?<=\t)(?=\t)|^(?=\t)|(?<=\t)$" if "\t" in line else r"^ (?= *\S+$)|[^ ]+", line))
    for place in sorted(columns, reverse=True):
        line = line[: cells[place].start()] + tag + line[cells[place].end() :]
    return line
