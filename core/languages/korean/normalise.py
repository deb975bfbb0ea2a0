"""The text as the model reads it (NFC, loose jamo as letters), every character mapped back to the text as imported."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

_JAMO = ("HANGUL CHOSEONG ", "HANGUL JUNGSEONG ", "HANGUL JONGSEONG ")
_LETTER = "HANGUL LETTER "


@dataclass(frozen=True, slots=True)
class Normalised:
    """A text for the model; its character i stands for the code points [starts[i], ends[i]) of the original.

    Characters that came out of a sequence which composes or changes order all stand for the whole of it.
    """

    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The extent in the original of the characters [start, end), which must not be empty."""
        return self.starts[start], self.ends[end - 1]


def normalise_text(text: str) -> Normalised:
    """The text in NFC, with jamo that belong to no syllable written as the letters that vocabularies know.

    Conjoining (U+1100…) and half-width jamo are rare enough to be [UNK] everywhere; ㄱ–ㆎ (U+3131…) are not.
    """
    composed = to_nfc(text)
    return Normalised(composed.text.translate(_letters()), composed.starts, composed.ends)


def to_nfc(text: str) -> Normalised:
    """The text in Normalization Form C (Unicode Standard Annex 15) and where each character came from."""
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
    """The shortest stretches that normalise independently of each other."""
    start = 0
    for position in range(1, len(text)):
        if _separable(text[start:position], text[position]):
            yield start, position
            start = position
    yield start, len(text)


def _separable(segment: str, character: str) -> bool:
    """Whether nothing composes, or changes place, across the boundary before the character."""
    if unicodedata.combining(unicodedata.normalize("NFD", character)[0]):
        return False
    apart = unicodedata.normalize("NFC", segment) + unicodedata.normalize("NFC", character)
    return unicodedata.normalize("NFC", segment + character) == apart


@cache
def _letters() -> dict[int, str]:
    """For every jamo that has one, the Hangul compatibility letter of that name."""
    letters = {unicodedata.name(chr(code)).removeprefix(_LETTER): chr(code) for code in range(0x3131, 0x318F)}
    names = {code: unicodedata.name(chr(code), "") for code in (*range(0x1100, 0x1200), *range(0xFFA0, 0xFFDD))}
    found = {code: letters.get(_jamo(name)) for code, name in names.items()}
    return {code: letter for code, letter in found.items() if letter}


def _jamo(name: str) -> str:
    """What a jamo's Unicode name calls it: KIYEOK, whether it stands at the head, the foot, or is half as wide."""
    kind = next((prefix for prefix in (*_JAMO, f"HALFWIDTH {_LETTER}") if name.startswith(prefix)), "")
    return name.removeprefix(kind) if kind else ""
