"""More training text out of the same gold: mentions of entities replaced by others of their label.

Source: Dai and Adel 2020, An Analysis of Simple Data Augmentation for Named Entity Recognition (mention replacement).
"""

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence

from core.spans import Sentence, Span

_REPLACED = 0.5
"""Share of a chosen sentence's mentions that are replaced."""

_FIRST_SYLLABLE, _LAST_SYLLABLE, _FINALS = "가", "힣", 28

Kind = tuple[str, bool | None]
"""A label, and whether its mentions end in a consonant; None where the last character is no Hangul syllable."""


class MentionReplacement:
    """Replaces mentions by others from the same sentences.

    The other one ends in a consonant where the replaced one does, so that the particle after it stays right
    (세종은 → 이순신은, 한나는 → 유리는).
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
            if draw.random() < _REPLACED:
                mention = draw.choice(self._mentions[_kind(span.label, mention)])
            parts += [sentence.text[read : span.start], mention]
            start = length + span.start - read
            spans.append(Span(start, start + len(mention), span.label))
            length, read = start + len(mention), span.end
        return Sentence(sentence.id, "".join([*parts, sentence.text[read:]]), tuple(spans))


def _kind(label: str, mention: str) -> Kind:
    last = mention[-1]
    if not _FIRST_SYLLABLE <= last <= _LAST_SYLLABLE:
        return label, None
    return label, (ord(last) - ord(_FIRST_SYLLABLE)) % _FINALS != 0
