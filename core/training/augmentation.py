"""More training text out of the same gold: mentions of entities replaced by others of their label.

Source: Dai and Adel 2020, An Analysis of Simple Data Augmentation for Named Entity Recognition (mention replacement).
"""

import random
import string
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence

from core.domain.spans import Sentence, Span
from core.languages.korean.words import begins_in_hangul
from core.messages.korean import DIGITS, Ending, is_syllable, syllable_ending

_REPLACED = 0.5
"""Share of a chosen sentence's mentions that are replaced."""

Kind = tuple[str, bool, Ending | None]
"""A label, whether its mentions end in a digit, and their ending; None where the spelling does not give the sound."""


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
            if draw.random() < _REPLACED and (kind[2] or not begins_in_hangul(sentence.text[span.end :])):
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
        last = DIGITS[int(last)]
    return label, is_digit, syllable_ending(last) if is_syllable(last) else None
