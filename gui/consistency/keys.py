"""The keys of the Consistency page, in one table."""

from typing import Literal, NamedTuple

Name = Literal["tick", "mend", "dismiss"]


class PageKey(NamedTuple):
    """What some keys do in a list of places."""

    title: str
    keys: tuple[str, ...]


PAGE_KEYS: dict[Name, PageKey] = {
    "tick": PageKey("Tick the selected places", ("Space",)),
    "mend": PageKey("Drop the particle, or add the end that is none", ("Return", "Enter")),
    "dismiss": PageKey("Not a particle: do not ask again", ("Delete", "Backspace")),
}
