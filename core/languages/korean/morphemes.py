"""Morphemes of texts (이순신은 = 이순신 + 은): their boundaries, and the morpheme class of each character.

Source: Kiwi (Lee 2024) through `kiwipiepy`; its tags are those of the Sejong corpus and a few of its own.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version

from core.languages.korean.analyser import Analyser, Token, serving
from core.languages.korean.normalise import Normalised

SEPARATOR = "␟"
"""Separates two morphemes of an eojeol; tokenizers keep it, since it is neither a control character nor punctuation."""

# fmt: off
MORPHEME_TAGS = (
    "NNG", "NNP", "NNB", "NR", "NP", "VV", "VA", "VX", "VCP", "VCN", "MM", "MAG", "MAJ", "IC", "JKS", "JKC",
    "JKG", "JKO", "JKB", "JKV", "JKQ", "JX", "JC", "EP", "EF", "EC", "ETN", "ETM", "XPN", "XSN", "XSV", "XSA",
    "XSM", "XR", "SF", "SP", "SS", "SSO", "SSC", "SE", "SO", "SW", "SL", "SH", "SN", "SB", "W_URL", "W_EMAIL",
    "W_HASHTAG", "W_MENTION", "W_SERIAL", "W_EMOJI", "Z_CODA", "Z_SIOT",
)
# fmt: on
_NUMBERS = {tag: number for number, tag in enumerate(MORPHEME_TAGS, start=1)}
MORPHEME_CLASSES = 2 * (len(MORPHEME_TAGS) + 1)
"""For every tag, and for unknown ones, a class for the first character of a morpheme and one for the others."""

_analyser = Analyser(serving("load_kiwi"))


def analyser_version() -> str:
    """The version of the analyser; another version may find other morphemes in the same text."""
    return f"kiwipiepy {version('kiwipiepy')}, model {version('kiwipiepy_model')}"


def split_into_morphemes(texts: Sequence[Normalised]) -> list[Normalised]:
    """Insert `SEPARATOR` between the morphemes of an eojeol; it maps to an empty range of the original.

    A character shared by two morphemes (했 = 하 + 었) is not split. A `SEPARATOR` in the text itself is removed.
    """
    analyses = _analyser.analyse([text.text for text in texts])
    return [
        _insert_separators(text, {edge for start, length, _ in tokens for edge in (start, start + length)})
        for text, tokens in zip(texts, analyses, strict=True)
    ]


def morpheme_classes(texts: Sequence[Normalised]) -> list[list[int]]:
    """The morpheme class of each character of each text, below `MORPHEME_CLASSES`; 0 outside morphemes.

    Where two morphemes share a character, the first counts.
    """
    analyses = _analyser.analyse([text.text for text in texts])
    classes = [[0] * len(text.text) for text in texts]
    for row, tokens in zip(classes, analyses, strict=True):
        for start, length, tag in tokens:
            number = 2 * _NUMBERS.get(tag, 0)
            for i in range(start, min(start + length, len(row))):
                row[i] = row[i] or number + int(i > start)
    return classes


@dataclass(frozen=True, slots=True)
class Morpheme:
    """A morpheme with characters of its own: its range and its tag."""

    start: int
    end: int
    tag: str

    @property
    def is_particle(self) -> bool:
        return self.tag.startswith("JK") or self.tag in ("JX", "JC")

    @property
    def is_ending(self) -> bool:
        return self.tag in ("EP", "EF", "EC", "ETN", "ETM")

    @property
    def is_copula(self) -> bool:
        return self.tag == "VCP"

    @property
    def is_verb(self) -> bool:
        return self.tag in ("VV", "VA", "VX")

    @property
    def is_noun(self) -> bool:
        return self.tag in ("NNG", "NNP")


def find_morphemes(texts: Sequence[str]) -> list[list[Morpheme]]:
    """The morphemes of each text (NFC), except those that share a character with another one (the ᆫ of 한)."""
    return [_without_shared(tokens) for tokens in _analyser.analyse(texts)]


def find_all_morphemes(texts: Sequence[str]) -> list[list[Morpheme]]:
    """The morphemes of each text (NFC); two can share a character (인 = 이 + ㄴ)."""
    return [
        [Morpheme(start, start + length, tag) for start, length, tag in tokens if length]
        for tokens in _analyser.analyse(texts)
    ]


def _without_shared(tokens: Sequence[Token]) -> list[Morpheme]:
    shared = {
        at
        for (left, length, _), (right, _, _) in itertools.pairwise(tokens)
        if left + length > right
        for at in (left, right)
    }
    return [Morpheme(start, start + length, tag) for start, length, tag in tokens if length and start not in shared]


def _insert_separators(text: Normalised, edges: set[int]) -> Normalised:
    characters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for i, character in enumerate(text.text):
        if i in edges and _inside_eojeol(text.text, i):
            characters.append(SEPARATOR)
            starts.append(text.starts[i])
            ends.append(text.starts[i])
        if character != SEPARATOR:
            characters.append(character)
            starts.append(text.starts[i])
            ends.append(text.ends[i])
    return Normalised("".join(characters), starts, ends)


def _inside_eojeol(text: str, edge: int) -> bool:
    return edge > 0 and not text[edge - 1].isspace() and not text[edge].isspace()
