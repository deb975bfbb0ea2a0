"""The entries of a dictionary, and the lines in which people write them: `surface⇥label` or `/expression/⇥label`.

docs/dictionary.md describes the lines and what they match.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import regex

from core.domain.errors import UserError
from core.domain.labels import check_label_name
from core.formats.records import Rejected, reject
from core.formats.source_files import Source, find_bad_byte


@dataclass(frozen=True, slots=True)
class DictionaryEntry:
    """A string, or a regular expression, and the label of what it matches.

    Attributes:
        text: the string in NFC with single blanks, or the expression without its slashes.
        line: where it is written, from 1; None: nowhere.
    """

    text: str
    label: str
    is_pattern: bool = False
    line: int | None = field(default=None, compare=False)

    @property
    def written(self) -> str:
        """The string or expression as its line has it."""
        if self.is_pattern:
            return f"/{self.text}/"
        return f"/{regex.escape(self.text)}/" if _is_slashed(self.text) else self.text


def parse_entry(line: str, number: int | None = None) -> DictionaryEntry | None:
    """The entry of a line; None if it is blank or a comment.

    Raises:
        UserError: it is not an entry, or its label or expression is not valid.
    """
    cells = [cell.strip() for cell in line.strip("\ufeff\r\n").rstrip().split("\t")]
    if len(cells) == 1 and (not cells[0] or cells[0].startswith("#")):
        return None
    if len(cells) != 2 or not cells[0]:
        raise UserError("this is not an entry; write a string or /expression/, a tab, and a label")
    text, label = unicodedata.normalize("NFC", cells[0]), check_label_name(cells[1])
    if _is_slashed(text):
        compile_pattern(text[1:-1])
        return DictionaryEntry(text[1:-1], label, True, number)
    return DictionaryEntry(" ".join(text.split()), label, False, number)


def _is_slashed(text: str) -> bool:
    return len(text) > 2 and text.startswith("/") and text.endswith("/")


@lru_cache
def compile_pattern(expression: str) -> Any:
    """The compiled expression, in the syntax of Python and of the library `regex`.

    Raises:
        UserError: it is not valid, or it matches where nothing is.
    """
    try:
        compiled = regex.compile(expression)
        matches_nothing = compiled.search("", timeout=1.0) is not None
    except (regex.error, TimeoutError, OverflowError, RecursionError) as error:
        reason = getattr(error, "msg", None) or str(error)
        place = getattr(error, "pos", None)
        if place is None:
            raise UserError(
                "the expression /{expression}/ is not valid ({reason}); correct it",
                expression=expression,
                reason=reason,
            ) from error
        raise UserError(
            "the expression /{expression}/ is not valid ({reason} at character {place}); correct it, or write \\ before"
            " a character that means itself",
            expression=expression,
            reason=reason,
            place=place,
        ) from error
    if matches_nothing:
        raise UserError(
            "the expression /{expression}/ also matches where nothing is; write + instead of *, for example",
            expression=expression,
        )
    return compiled


def read_dictionary(source: Source) -> Iterator[DictionaryEntry | Rejected]:
    """The entries of a file, and the lines that are none."""
    for number, line in source.lines():
        if source.is_damaged and find_bad_byte(line) is not None:
            yield reject(source, number, line)
            continue
        try:
            entry = parse_entry(line, number)
        except UserError as error:
            yield reject(source, number, error)
        else:
            if entry is not None:
                yield entry


def write_entries(entries: Iterable[DictionaryEntry]) -> str:
    """The lines of entries."""
    return "".join(f"{entry.written}\t{entry.label}\n" for entry in entries)
