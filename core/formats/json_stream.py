"""JSON files of any size, read and written one value of their list at a time."""

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple, TextIO

from core.domain.errors import UserError
from core.formats.records import Rejected, reject
from core.formats.source_files import Source
from core.io.files import replacing

LIST = re.compile(r"\s*\[")
"""The opening of a file that is one list."""

_CHUNK = 1 << 20
_LONGEST_WORD = 12
"""A little more than the longest token of JSON that is not a string: a fault nearer to the end may be only the cut."""
_GAP = re.compile(r"[\s,]*")
_DECODER = json.JSONDecoder()
TOLERANT = json.JSONDecoder(parse_int=float)
"""Decodes whole numbers of any length, which are no longer exact."""
UNKNOWN = 0.2
"""How sure a format of JSON is of a file whose head is one value that is cut off."""
TOO_LARGE = UserError("the JSON is too large or too deep to read")
_HEAD_PART = re.compile(r'"(?:[^"\\]|\\.)*"?|[\[\]{},]', re.DOTALL)
_CUT_ESCAPE = re.compile(r"\\u[0-9a-fA-F]{0,3}$")


class Element(NamedTuple):
    """A value of a file's list, its place there and the line where it begins, both from 1."""

    number: int
    line: int
    value: Any


class JsonWindow:
    """The part of a text that is in memory; it moves on, and grows where one value is larger.

    Args:
        passed: gets all text that the window moves over, in pieces; each value that is taken is a piece.

    Attributes:
        line: the line at which the window's position is.
    """

    def __init__(self, file: TextIO, passed: list[str] | None = None) -> None:
        self._file = file
        self._passed = passed
        self._text = ""
        self._at = 0
        self.line = 1

    def open_list(self, opening: re.Pattern[str]) -> bool:
        """Move to the values of the list that `opening` finds near the beginning; without it, to the first value."""
        self._grow()
        found = opening.match(self._text)
        self._move_to(found.end() if found else 0)
        return found is not None

    def peek(self) -> str:
        """Move to what follows commas and blanks; returns its first character, or nothing at the end of the file."""
        while True:
            gap = _GAP.match(self._text, self._at)
            self._move_to(gap.end() if gap else self._at)
            if self._at < len(self._text) or not self._grow():
                return self._text[self._at : self._at + 1]

    def take(self, decoder: json.JSONDecoder = _DECODER) -> Any:
        """Move behind the next value and return it.

        Raises:
            json.JSONDecodeError: it is not JSON; the window's line is that of the fault.
            ValueError, RecursionError: a number is too long, or the value is too deep; the window has not moved.
        """
        while True:
            try:
                value, end = decoder.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                if not self._may_be_cut(error) or not self._grow():
                    self._move_to(min(error.pos, len(self._text)))
                    raise
            else:
                if end < len(self._text) or not self._grow():
                    self._move_to(end)
                    return value

    def take_element(self) -> Any:
        """Move behind the next value and return it, as `take` does.

        Raises:
            UserError: a number in it is too long; the window is behind it.
        """
        try:
            return self.take()
        except json.JSONDecodeError:
            raise
        except ValueError as error:
            self.take(TOLERANT)
            raise TOO_LARGE from error

    def members(self) -> Iterator[str]:
        """The keys of the object that is next; take the value of each, or go through its elements, before the next key.

        Raises:
            json.JSONDecodeError: it is not an object, or ends too early.
        """
        self._pass("{")
        while self.peek() not in ("}", ""):
            key = self.take()
            self._pass(":")
            self.peek()
            yield str(key)
        self._pass("}")

    def elements(self) -> Iterator[int]:
        """The lines of the elements of the list that is next; take each before the next one.

        Raises:
            json.JSONDecodeError: it is not a list, or ends too early.
        """
        self._pass("[")
        while self.peek() not in ("]", ""):
            yield self.line
        self._pass("]")

    def _pass(self, character: str) -> None:
        if self.peek() != character:
            raise json.JSONDecodeError(f"Expecting '{character}'", self._text, self._at)
        self._move_to(self._at + 1)

    def _may_be_cut(self, error: json.JSONDecodeError) -> bool:
        return error.msg.startswith("Unterminated") or error.pos > len(self._text) - _LONGEST_WORD

    def _move_to(self, place: int) -> None:
        self.line += self._text.count("\n", self._at, place)
        if self._passed is not None:
            self._passed.append(self._text[self._at : place])
        self._at = place

    def pass_rest(self) -> Iterator[None]:
        """Move to the end of the file, whatever is there, pausing now and then."""
        self._move_to(len(self._text))
        while self._grow():
            yield
            self._move_to(len(self._text))

    def _grow(self) -> bool:
        """Drop what was read and read as much as is left, so that a value of any size is scanned few times."""
        left = self._text[self._at :]
        more = self._file.read(max(_CHUNK, len(left)))
        self._text, self._at = left + more, 0
        return bool(more)


def read_elements(source: Source, opening: re.Pattern[str] = LIST) -> Iterator[Element | Rejected]:
    """Read the values of a JSON list one at a time, or those of a file with one value after another.

    If the JSON is damaged, those before the damage and one `Rejected`.

    Args:
        opening: matches the file's beginning up to and including the list's bracket.
    """
    with source.open_text() as file:
        yield from read_elements_in(source, JsonWindow(file), opening)


def read_elements_in(source: Source, window: JsonWindow, opening: re.Pattern[str]) -> Iterator[Element | Rejected]:
    """The same as `read_elements` through a window at the beginning of the file."""
    is_list = window.open_list(opening)
    number = 0
    try:
        while (first := window.peek()) and not (is_list and first == "]"):
            number += 1
            line = window.line
            try:
                element: Element | Rejected = Element(number, line, window.take_element())
            except UserError as error:
                element = reject(source, line, error)
            yield element
    except (ValueError, RecursionError) as error:
        yield reject_rest(source, window.line, error)
    else:
        if is_list and not first:
            yield reject(source, window.line, UserError("the file ends before its list does; get it again"))


def reject_rest(source: Source, line: int, error: Exception) -> Rejected:
    """The rejection of what follows a fault in a JSON file."""
    fault = error.msg if isinstance(error, json.JSONDecodeError) else type(error).__name__
    return reject(
        source,
        line,
        UserError(
            "the JSON breaks here ({fault}), so nothing after it could be read; correct the file or get it again",
            fault=fault,
        ),
    )


@lru_cache(maxsize=4)
def parse_head(text: str) -> Any:
    """The first value in the beginning of a file, without what is cut off; None if that is not an object or a list."""
    start = end = len(text) - len(text.lstrip())
    open_brackets: list[str] = []
    closing = with_string = ""
    if not text.startswith(("[", "{"), start):
        return None
    for found in _HEAD_PART.finditer(text, start):
        part = found[0]
        if part in ("[", "{"):
            open_brackets.append("]" if part == "[" else "}")
        elif part in ("]", "}"):
            if not open_brackets or open_brackets.pop() != part:
                return None
        elif part != ",":
            is_whole = len(part) > 1 and part.endswith('"')
            with_string = text[start : found.end()] if is_whole else _CUT_ESCAPE.sub("", text[start:]) + '"'
            continue
        end, closing, with_string = found.start() if part == "," else found.end(), "".join(open_brackets[::-1]), ""
        if not open_brackets:
            break
    for whole in filter(None, (with_string, text[start:end])):
        with suppress(ValueError, RecursionError):
            return TOLERANT.decode(whole + closing)
    return None


def records_in_head(text: str) -> list[dict[str, Any]]:
    """The objects of a file's list, or the object that the file is or begins with, as far as they are in its head."""
    value = parse_head(text)
    return [each for each in (value if isinstance(value, list) else [value]) if isinstance(each, dict)]


def write_elements(path: Path, values: Iterable[Any]) -> None:
    """Write a list, one value a line.

    Raises:
        UserError: the file cannot be written.
    """
    with replacing(path) as file:
        file.write("[")
        for number, value in enumerate(values):
            file.write((",\n" if number else "\n") + json.dumps(value, ensure_ascii=False))
        file.write("\n]\n")
