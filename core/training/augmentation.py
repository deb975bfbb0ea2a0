"""More training text out of the same gold: mentions of entities replaced by others of their label.

Source: Dai and Adel 2020, An Analysis of Simple Data Augmentation for Named Entity Recognition (mention replacement).
"""

import random
import string
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Literal

from core.domain.spans import Sentence, Span

_REPLACED = 0.5
"""Share of a chosen sentence's mentions that are replaced."""

_FIRST_SYLLABLE, _LAST_SYLLABLE, _FINALS = "가", "힣", 28
_FINAL_L = 8
"""Of the 28 finals, the number of ㄹ."""
_DIGITS = "영일이삼사오육칠팔구"
"""As they are read; 0 also where it closes 십, 백, 천 or 만, which end in other consonants than ㄹ too."""

Ending = Literal["vowel", "ㄹ", "consonant"]
"""How a mention sounds at its end, which decides the forms of particles after it: 는/은, 라/이라; 로 after ㄹ too."""

Kind = tuple[str, bool, Ending | None]
"""A label, whether its mentions end in a digit, and their ending; None where the writing does not tell the sound."""


class MentionReplacement:
    """Replaces mentions by others from the same sentences.

    The other one sounds alike at its end, so that the particle after it stays right (세종은 → 이순신은, 부산으로 →
    강남으로, 서울로 → 벵골로). Where that is not known, as in Latin letters, a mention before Hangul is kept.
    """

    def __init__(self, sentences: Iterable[Sentence]) -> None:
        self._mentions: dict[Kind, list[str]] = defaultdict(list)
        for sentence in sentences:
            for span in sentence.spans:
                mention = sentence.text[span.start : span.end]
                self._mentions[_kind(span.label, mention)].append(mention)

    def chosen(self, sentences: Sequence[Sentence], share: float, *, seed: str) -> list[Sentence]:
        """The sentences in order, in about this share (0–1) of them some mentions replaced; one seed, one result."""
        draw = random.Random(seed)
        return [self._replaced(s, draw) if s.spans and draw.random() < share else s for s in sentences]

    def _replaced(self, sentence: Sentence, draw: random.Random) -> Sentence:
        parts: list[str] = []
        spans: list[Span] = []
        length = read = 0
        for span in sorted(sentence.spans):
            mention = sentence.text[span.start : span.end]
            kind = _kind(span.label, mention)
            if draw.random() < _REPLACED and (kind[2] or not _begins_in_hangul(sentence.text[span.end :])):
                mention = draw.choice(self._mentions[kind])
            parts += [sentence.text[read : span.start], mention]
            start = length + span.start - read
            spans.append(Span(start, start + len(mention), span.label))
            length, read = start + len(mention), span.end
        return Sentence(sentence.id, "".join([*parts, sentence.text[read:]]), tuple(spans))


def _kind(label: str, mention: str) -> Kind:
    last = unicodedata.normalize("NFC", mention)[-1]
    is_digit = last in string.digits
    if is_digit:
        last = _DIGITS[int(last)]
    return label, is_digit, _ending(last) if _is_syllable(last) else None


def _ending(syllable: str) -> Ending:
    final = (ord(syllable) - ord(_FIRST_SYLLABLE)) % _FINALS
    return "ㄹ" if final == _FINAL_L else "consonant" if final else "vowel"


def _begins_in_hangul(text: str) -> bool:
    return bool(text) and (_is_syllable(text[0]) or "\u1100" <= text[0] <= "\u1112")  # conjoining initial consonants


def _is_syllable(character: str) -> bool:
    return _FIRST_SYLLABLE <= character <= _LAST_SYLLABLE
