"""Code points, in which spans count, and UTF-16 units, in which Qt counts."""

from bisect import bisect_left
from dataclasses import dataclass
from functools import lru_cache

_BASIC_PLANE_END = 0xFFFF


@dataclass(frozen=True, slots=True)
class Offsets:
    """Positions in one text in both ways of counting; build it with `offsets`."""

    wide: tuple[int, ...]
    """Code-point positions of the characters that take two units."""
    wide_units: tuple[int, ...]
    """Where the same characters begin in units."""

    def to_units(self, position: int) -> int:
        """The UTF-16 units before a code-point position."""
        return position + bisect_left(self.wide, position)

    def to_code_points(self, unit: int) -> int:
        """The code points before a UTF-16 position; one inside a character counts as the character's start."""
        return unit - bisect_left(self.wide_units, unit)


@lru_cache(maxsize=256)
def offsets(text: str) -> Offsets:
    """The offsets of a text; those of the last texts are remembered, as painting asks for them span by span."""
    wide = tuple(index for index, character in enumerate(text) if ord(character) > _BASIC_PLANE_END)
    return Offsets(wide, tuple(position + before for before, position in enumerate(wide)))
