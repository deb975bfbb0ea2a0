"""The lines of a text as a text field holds it."""

import re
from dataclasses import dataclass

MOST = 100
"""Lines that are shown; whoever has more has a file to import."""

_BREAK = re.compile("[\u2028\u2029]|\\Z")
"""What a text field makes of a line end, of any kind, and of a soft one."""


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence without the blanks around it, and where the whole line with its end stands (code points)."""

    text: str
    start: int
    end: int


def lines_of(raw: str) -> list[Line]:
    """The lines that say something.

    Args:
        raw: a document's raw text, in which nothing but line ends was rewritten.
    """
    lines, start = [], 0
    for found in _BREAK.finditer(raw):
        text = raw[start : found.start()].strip()
        if text:
            lines.append(Line(text, start, found.end()))
        start = found.end()
    return lines


def sound(text: str) -> str:
    """The text with U+FFFD for halves of characters, which no file and no database holds."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
