"""Tagging units: the parts of a text that get one tag each, computed from the pieces of a tokenizer."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.domain.tags import Extent
from core.languages.korean.normalise import Normalised

PLACES = 16
"""The number of place classes of a syllable: eight positions in its piece, each at the start of an eojeol or not."""

_LAST_PLACE = 7


@dataclass(frozen=True, slots=True)
class TaggingUnit:
    """A tagging unit: the piece whose encoder state it uses, and its range in the original text.

    Attributes:
        piece: the index among the text's pieces.
        extent: in code points; never empty and never overlapping.
        character: the code point of a syllable after normalisation; 0 for other units.
        place: the position of a syllable in its piece and whether it begins an eojeol (below `PLACES`); 0 for others.
        morpheme: the morpheme class of a syllable (below `MORPHEME_CLASSES`); 0 for others.
    """

    piece: int
    extent: Extent
    character: int = 0
    place: int = 0
    morpheme: int = 0


def piece_units(text: Normalised, offsets: Sequence[Extent]) -> list[TaggingUnit]:
    """One unit for each piece that covers characters (not white space) that no earlier piece covers.

    Other pieces (another byte of a character, a lone ▁) have no tag.
    """
    units: list[TaggingUnit] = []
    read = taken = 0
    for piece, (start, end) in enumerate(offsets):
        first, last = max(start, read), end
        while first < last and (text.text[first].isspace() or text.ends[first] <= taken):
            first += 1  # also over an accent that belongs to the character before, with which it was composed
        while first < last and text.text[last - 1].isspace():
            last -= 1
        if first < last:
            extent = text.original(first, last)
            units.append(TaggingUnit(piece, extent))
            read, taken = end, extent[1]
    return units


def syllable_units(text: Normalised, offsets: Sequence[Extent], morphemes: Sequence[int]) -> list[TaggingUnit]:
    """One unit for each visible character; a character that no piece covers uses the piece before it.

    Args:
        morphemes: the morpheme class of each character; see `core.languages.korean.morphemes.morpheme_classes`.
    """
    units: list[TaggingUnit] = []
    taken = piece_start = 0
    for i, piece in _pieces_of_characters(text.text, offsets):
        if not units or piece != units[-1].piece:
            piece_start = i
        start, end = text.original(i, i + 1)
        if max(start, taken) < end:
            begins = i == 0 or text.text[i - 1].isspace()
            place = min(i - piece_start, _LAST_PLACE) + (PLACES // 2 if begins else 0)
            units.append(TaggingUnit(piece, (max(start, taken), end), ord(text.text[i]), place, morphemes[i]))
            taken = end
    return units


def _pieces_of_characters(text: str, offsets: Sequence[Extent]) -> Iterator[tuple[int, int]]:
    """The index of each visible character, with the first piece that covers it or the one before."""
    piece = 0
    for i, character in enumerate(text):
        while piece < len(offsets) - 1 and offsets[piece][1] <= i:
            piece += 1
        if offsets and not character.isspace():
            reads = piece == 0 or offsets[piece][0] <= i
            yield i, piece if reads else piece - 1
