"""Tags of words and the entities that they encode: IOB1, IOB2, BIOES and BILOU, as `B-PS`, `B_PS` or `PS-B`.

Source: Sang and Veenstra, Representing Text Chunks, EACL 1999 (IOB1, IOB2); Ratinov and Roth, Design Challenges and
Misconceptions in Named Entity Recognition, CoNLL 2009 (BILOU, which is BIOES with other letters).
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

from core.domain.errors import UserError

Part = Literal["O", "B", "I", "E", "S"]
"""Where in an entity a word is: outside, at its begin, inside, at its end, or all of it."""

_PARTS: dict[str, Part] = {"B": "B", "I": "I", "M": "I", "E": "E", "L": "E", "S": "S", "U": "S", "W": "S"}
_TAG = re.compile(r"([BIMELSUW])(?:[-_](.+))?|(.+)[-_]([BIMELSUW])", re.DOTALL)


class WordTag(NamedTuple):
    """A tag; a bare `I`, which continues the entity before it, has no label."""

    part: Part
    label: str


WordRange = tuple[int, int, str]
"""An entity as its first word, the word after its last, and its label."""

OUTSIDE = WordTag("O", "")
_ONLY_O = frozenset({"O"})


class BadTagError(Exception):
    """A tag that is none, or that cannot follow the one before it.

    Attributes:
        place: the number of its word, from 0.
    """

    def __init__(self, place: int, reason: UserError) -> None:
        super().__init__(place, reason)
        self.place = place
        self.reason = reason


@lru_cache(maxsize=4096)
def parse_tag(tag: str) -> WordTag | None:
    """A tag as its part and its label; None if it is not a tag."""
    if tag == "O":
        return OUTSIDE
    found = _TAG.fullmatch(tag)
    if not found:
        return None
    before, label, label_before, after = found.groups()
    return WordTag(_PARTS[before or after], label or label_before or "")


def is_iob1(sentences: Iterable[Sequence[WordTag]]) -> bool:
    """Whether entities begin with I, and with B only right after another one of the same label."""
    has_lone_inside = False
    for tags in sentences:
        before = OUTSIDE
        for tag in tags:
            follows = before.part != "O" and tag.label in (before.label, "")
            if tag.part in "BES" and not follows:
                return False
            has_lone_inside = has_lone_inside or (tag.part == "I" and not follows)
            before = tag
    return has_lone_inside


def find_ranges(tags: Sequence[str], outside: frozenset[str] = _ONLY_O, *, is_iob1: bool = False) -> list[WordRange]:
    """The entities that the tags of a sentence's words encode.

    Args:
        outside: the tags of words outside all entities.
        is_iob1: whether an I begins an entity where it continues none.

    Raises:
        BadTagError: a tag is none, or an I or E continues nothing.
    """
    ranges: list[WordRange] = []
    first, label = 0, ""
    for place, tag in enumerate(tags):
        part, own = OUTSIDE if tag in outside else _parse(place, tag, label)
        continues = part in "IE" and label != "" and own == label
        if label and not continues:
            ranges.append((first, place, label))
        if not continues:
            if part in "IE" and not is_iob1:
                raise BadTagError(place, _describe_lone(tag, own))
            first, label = place, own
        if part in "ES":
            ranges.append((first, place + 1, label))
            label = ""
    if label:
        ranges.append((first, len(tags), label))
    return ranges


def _parse(place: int, tag: str, label: str) -> WordTag:
    """The tag of a word; one without a label has that of the entity before it."""
    parsed = parse_tag(tag)
    if parsed is None:
        raise BadTagError(place, UserError("the tag {tag!r:.80} is not O, B-… or I-…", tag=tag))
    if parsed.label or parsed.part == "O":
        return parsed
    if parsed.part not in "IE" or not label:
        raise BadTagError(place, UserError("the tag {tag} has no label", tag=tag))
    return WordTag(parsed.part, label)


def _describe_lone(tag: str, label: str) -> UserError:
    return UserError("{tag} continues no entity with the label {label}; an entity begins with B", tag=tag, label=label)


class TagStyle(NamedTuple):
    """How a file writes tags.

    Attributes:
        inside, end, single: the letters of parts; `end` and `single` are empty where a file has no tags of them.
        separator: between a part and a label.
    """

    inside: str = "I"
    end: str = ""
    single: str = ""
    separator: str = "-"
    is_label_first: bool = False

    def write(self, ranges: Iterable[WordRange], count: int, outside: str = "O", *, is_iob1: bool = False) -> list[str]:
        """The tags of as many words, for entities in order of position."""
        tags, last = [outside] * count, (0, 0, "")
        for entity in ranges:
            first, end, label = entity
            begins = not is_iob1 or (last[1:] == (first, label) and last[1] > 0)
            letters = ["B" if begins else self.inside, *[self.inside] * (end - first - 1)]
            if self.single and end - first == 1:
                letters = [self.single]
            elif self.end and end - first > 1:
                letters[-1] = self.end
            tags[first:end] = [self._join(letter, label) for letter in letters]
            last = entity
        return tags

    def can_write(self, label: str) -> bool:
        """Whether tags with a label are read as such."""
        return parse_tag(self._join("B", label)) == ("B", label)

    def _join(self, letter: str, label: str) -> str:
        parts = (label, letter) if self.is_label_first else (letter, label)
        return self.separator.join(parts)


def find_style(tags: Iterable[str]) -> TagStyle:
    """How tags are written, as far as they tell."""
    letters, separator, is_label_first = set(), "-", False
    for tag in set(tags):
        if tag != "O" and (found := _TAG.fullmatch(tag)):
            before, label, label_before, after = found.groups()
            letters.add(before or after)
            if label or label_before:
                is_label_first = after is not None
                separator = tag[-2] if is_label_first else tag[1]
    has_ends = not letters.isdisjoint("ELSUW")
    is_bilou = not letters.isdisjoint("LU")
    single = next((letter for letter in "SUW" if letter in letters), "U" if is_bilou else "S")
    return TagStyle(
        "M" if "M" in letters and "I" not in letters else "I",
        ("L" if is_bilou else "E") if has_ends else "",
        single if has_ends else "",
        separator,
        is_label_first,
    )
