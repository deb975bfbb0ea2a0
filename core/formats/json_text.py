"""JSON as it is written: some values are replaced, and everything between them stays as it was."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

_BLANKS = re.compile(r"[ \t\n\r]*")
_DECODER = json.JSONDecoder()


@dataclass(slots=True)
class Item:
    """A value in a list or an object.

    Attributes:
        text: the value as it is written.
        gap: what is before it: the comma with blanks.
        head: its key, as it is written, with the colon and blanks; empty in a list.
    """

    text: str
    gap: str = ""
    head: str = ""
    key: str = ""


class JsonStyle(NamedTuple):
    """How a record is written, for what is added to it."""

    comma: str
    colon: str
    is_ascii: bool

    def write(self, value: Any) -> str:
        """The JSON text of a value."""
        return json.dumps(value, ensure_ascii=self.is_ascii, separators=(self.comma, self.colon))


@dataclass(slots=True)
class Container:
    """A list or an object as it is written.

    Attributes:
        opening, closing: the brackets with the blanks inside them.
    """

    opening: str
    items: list[Item]
    closing: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """The container that is the whole of a valid JSON text; blanks around it are part of its ends."""
        at = _skip(text, 0) + 1
        is_object = text[at - 1] == "{"
        end_of_last = here = _skip(text, at)
        opening, items = text[:here], []
        while text[here] not in "]}":
            start, key = here, ""
            if is_object:
                key, here = _DECODER.raw_decode(text, here)
                here = _skip(text, _skip(text, here) + 1)
            _, end = _DECODER.raw_decode(text, here)
            items.append(Item(text[here:end], text[end_of_last:start], text[start:here], key))
            end_of_last, here = end, _skip(text, end)
            if text[here] == ",":
                here = _skip(text, here + 1)
        return cls(opening, items, text[end_of_last:])

    def __str__(self) -> str:
        if not self.items:
            return self.opening.rstrip() + self.closing.lstrip()
        first, *others = self.items
        rest = (f"{item.gap}{item.head}{item.text}" for item in others)
        return f"{self.opening}{first.head}{first.text}{''.join(rest)}{self.closing}"

    def fill(self, items: Iterable[Item], style: JsonStyle) -> None:
        """Have these items, with gaps as there are or were."""
        gap = self.find_gap(style)
        self.items = [Item(item.text, item.gap or gap, item.head, item.key) for item in items]

    def find_gap(self, style: JsonStyle) -> str:
        """What is or would be between two items."""
        if len(self.items) > 1:
            return self.items[1].gap
        blanks = self.opening.lstrip()[1:]
        return f",{blanks}" if "\n" in blanks else style.comma

    def find_style(self) -> JsonStyle:
        """How the record that this is writes what is on one line."""
        text = str(self)
        commas = [item.gap for item in self.items[1:]]
        colons = [item.head for item in self.items]
        has_blanks = not colons or colons[-1].endswith((" ", "\t"))
        is_compact = commas[-1] == "," if commas else not has_blanks
        return JsonStyle("," if is_compact else ", ", ": " if has_blanks else ":", text.isascii())


def write_list(texts: Sequence[str], style: JsonStyle) -> str:
    """A new list of values as they are written."""
    return f"[{style.comma.join(texts)}]"


def _skip(text: str, at: int) -> int:
    found = _BLANKS.match(text, at)
    return found.end() if found else at
