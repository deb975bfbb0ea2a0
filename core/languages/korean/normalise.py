"""Normalise text for the model (NFC, isolated jamo as letters), with every character mapped back to the original."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

_JAMO = ("HANGUL CHOSEONG ", "HANGUL JUNGSEONG ", "HANGUL JONGSEONG ")
_LETTER = "HANGUL LETTER "


@dataclass(frozen=True, slots=True)
class Normalised:
    """A normalised text; its character i comes from the code points [starts[i], ends[i]) of the original.

    Characters from a sequence that composes or is reordered all map to the whole sequence.
    """

    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The range in the original of the characters [start, end), which must not be empty."""
        return self.starts[start], self.ends[end - 1]


def normalise_text(text: str) -> Normalised:
    """The text in NFC, with jamo outside syllables replaced by the compatibility letters that vocabularies contain.

    Conjoining (U+1100…) and half-width jamo would be [UNK] in most vocabularies; ㄱ–ㆎ (U+3131…) would not.
    """
    composed = to_nfc(text)
    return Normalised(composed.text.translate(_letters()), composed.starts, composed.ends)


def to_nfc(text: str) -> Normalised:
    """The text in Normalization Form C (Unicode Standard Annex 15), with the origin of each character."""
    if unicodedata.is_normalized("NFC", text):
        return Normalised(text, range(len(text)), range(1, len(text) + 1))
    composed: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for start, end in _segments(text):
        segment = unicodedata.normalize("NFC", text[start:end])
        composed.append(segment)
        if segment == text[start:end]:
            starts += range(start, end)
            ends += range(start + 1, end + 1)
        else:
            starts += [start] * len(segment)
            ends += [end] * len(segment)
    return Normalised("".join(composed), starts, ends)


def _segments(text: str) -> Iterator[tuple[int, int]]:
    """The shortest ranges that normalise independently of each other."""
    start = 0
    for position in range(1, len(text)):
        if _separable(text[start:position], text[position]):
            yield start, position
            start = position
    yield start, len(text)


def _separable(segment: str, character: str) -> bool:
    """Whether nothing composes or is reordered across the boundary before the character."""
    if unicodedata.combining(unicodedata.normalize("NFD", character)[0]):
        return False
    apart = unicodedata.normalize("NFC", segment) + unicodedata.normalize("NFC", character)
    return unicodedata.normalize("NFC", segment + character) == apart


@cache
def _letters() -> dict[int, str]:
    """The Hangul compatibility letter of the same name for every jamo that has one."""
    letters = {unicodedata.name(chr(code)).removeprefix(_LETTER): chr(code) for code in range(0x3131, 0x318F)}
    names = {code: unicodedata.name(chr(code), "") for code in (*range(0x1100, 0x1200), *range(0xFFA0, 0xFFDD))}
    found = {code: letters.get(_jamo(name)) for code, name in names.items()}
    return {code: letter for code, letter in found.items() if letter}


def _jamo(name: str) -> str:
    """The name of a jamo, such as KIYEOK, without its position (initial, final) and width."""
    kind = next((prefix for prefix in (*_JAMO, f"HALFWIDTH {_LETTER}") if name.startswith(prefix)), "")
    return name.removeprefix(kind) if kind else ""
