"""The morphemes of a text (이순신은 = 이순신 + 은): where they meet, and of which class each character's is.

Source: Kiwi (Lee 2024), through `kiwipiepy`; its tags are those of the Sejong corpus with a few of its own.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version

from core.languages.korean.analyser import Analyser, Token
from core.languages.korean.normalise import Normalised

SEPARATOR = "␟"
"""Stands between two morphemes of an eojeol; tokenizers keep it, for it is neither a control nor punctuation."""

# fmt: off
_TAGS = (
    "NNG", "NNP", "NNB", "NR", "NP", "VV", "VA", "VX", "VCP", "VCN", "MM", "MAG", "MAJ", "IC", "JKS", "JKC",
    "JKG", "JKO", "JKB", "JKV", "JKQ", "JX", "JC", "EP", "EF", "EC", "ETN", "ETM", "XPN", "XSN", "XSV", "XSA",
    "XSM", "XR", "SF", "SP", "SS", "SSO", "SSC", "SE", "SO", "SW", "SL", "SH", "SN", "SB", "W_URL", "W_EMAIL",
    "W_HASHTAG", "W_MENTION", "W_SERIAL", "W_EMOJI", "Z_CODA", "Z_SIOT",
)
# fmt: on
_NUMBERS = {tag: number for number, tag in enumerate(_TAGS, start=1)}
MORPHEME_CLASSES = 2 * (len(_TAGS) + 1)
"""Every tag, and none of them, each at the first character of a morpheme and inside it."""

_analyser = Analyser()


def analyser_version() -> str:
    """Which analyser gives the morphemes: another version of it may find others in the same text."""
    return f"kiwipiepy {version('kiwipiepy')}, model {version('kiwipiepy_model')}"


def split_into_morphemes(texts: Sequence[Normalised]) -> list[Normalised]:
    """The texts with `SEPARATOR` wherever two morphemes meet inside an eojeol; it stands for nothing of the original.

    A character that two morphemes share (했 = 하 + 었) stays whole. A `SEPARATOR` of the text's own is left out.
    """
    analyses = _analyser.analyse([text.text for text in texts])
    return [
        _separated(text, {edge for start, length, _ in tokens for edge in (start, start + length)})
        for text, tokens in zip(texts, analyses, strict=True)
    ]


def morpheme_classes(texts: Sequence[Normalised]) -> list[list[int]]:
    """For each character of each text its morpheme's class, below `MORPHEME_CLASSES`; 0 where there is no morpheme.

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
    """A morpheme that has characters of its own: where it stands, and its tag."""

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
    def is_noun(self) -> bool:
        return self.tag in ("NNG", "NNP")


def find_morphemes(texts: Sequence[str]) -> list[list[Morpheme]]:
    """The morphemes of each text, in NFC, without those that share characters with another one (the ᆫ of 한)."""
    return [_alone(tokens) for tokens in _analyser.analyse(texts)]


def _alone(tokens: Sequence[Token]) -> list[Morpheme]:
    shared = {
        at
        for (left, length, _), (right, _, _) in itertools.pairwise(tokens)
        if left + length > right
        for at in (left, right)
    }
    return [Morpheme(start, start + length, tag) for start, length, tag in tokens if length and start not in shared]


def _separated(text: Normalised, edges: set[int]) -> Normalised:
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
