"""Find gold spans that include a particle (이순신은 for 이순신), or that cut off an ending that only looks like one."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

from core.domain.editing import GoldSpans, with_span, without_span
from core.domain.spans import Example, PredictedSpan, SentenceNumber, Span
from core.languages.korean.josa import may_follow_noun
from core.languages.korean.morphemes import Morpheme, find_morphemes
from core.languages.korean.normalise import to_nfc
from core.languages.korean.words import followed_by_particle
from core.messages.korean import is_syllable

Direction = Literal["drop", "add"]


@dataclass(frozen=True, slots=True)
class ParticleSpan:
    """A gold span that probably ends at the wrong place.

    Attributes:
        end: the proposed end.
        seen: how many spans of the corpus have the proposed string and this label.
    """

    sentence: Example
    span: Span
    end: int
    seen: int

    @property
    def direction(self) -> Direction:
        """`drop` for a particle to remove, `add` for an ending that was cut off."""
        return "drop" if self.end < self.span.end else "add"

    @property
    def corrected(self) -> Span:
        return Span(self.span.start, self.end, self.span.label)

    def correct(self, gold: GoldSpans) -> GoldSpans:
        """The gold of the sentence with the corrected span; spans that it overlaps are replaced."""
        return with_span(without_span(gold, self.span), self.corrected)

    @property
    def string(self) -> str:
        """The longer of the current and the proposed string, which a person dismisses if its end is not a particle."""
        return self.sentence.text[self.span.start : max(self.span.end, self.end)]


SLICE = 500
"""Sentences between two progress reports, and the most that are analysed together."""

_LONGEST = 6
"""The longest particles that are looked for, in characters."""
_CLEAR = frozenset("은는을를의에와께")
"""Particles of one syllable that few names end in; any other counts only if its stem is a span elsewhere."""
_AFTER_NUMBER = frozenset("도만가인대")
"""Syllables that are units, not particles, after a number."""


@dataclass(slots=True)
class _Evidence:
    """Statistics of all gold spans: how often a string has a label, and which strings a particle follows."""

    spans: Counter[tuple[str, str]] = field(default_factory=Counter)
    followed: set[str] = field(default_factory=set)

    def learn(self, sentence: Example) -> None:
        composed = _compose(sentence)
        for span in composed.spans:
            string = composed.text[span.start : span.end]
            self.spans[string, span.label] += 1
            if followed_by_particle(composed.text, span.end):
                self.followed.add(string)


class _Composed(NamedTuple):
    """A sentence in NFC, with the end of each character in the text as imported."""

    text: str
    spans: Sequence[Span]
    ends: Sequence[int]


def _compose(sentence: Example) -> _Composed:
    text = to_nfc(sentence.text)
    if text.text == sentence.text:
        return _Composed(sentence.text, sentence.gold, text.ends)
    ranges = ((bisect_left(text.starts, s.start), bisect_right(text.ends, s.end), s.label) for s in sentence.gold)
    return _Composed(text.text, [Span(start, max(start + 1, end), label) for start, end, label in ranges], text.ends)


def find_particles(
    read: Callable[[], Iterable[Example]],
) -> Generator[int, None, list[ParticleSpan]]:
    """Find suspicious ends, the best supported first; yields how many sentences were read, each of them twice.

    Args:
        read: iterates over all sentences; called twice.
    """
    evidence, found, done = _Evidence(), list[ParticleSpan](), 0
    for each in read():
        evidence.learn(each)
        done += 1
        if done % SLICE == 0:
            yield done
    waiting: list[Example] = []
    for each in read():
        done += 1
        composed = _compose(each)
        if any(_is_worth_an_analysis(composed.text, span, evidence) for span in composed.spans):
            waiting.append(each)
        if done % SLICE == 0:
            found += _find_ends(waiting, evidence)
            waiting = []
            yield done
    found += _find_ends(waiting, evidence)
    return sorted(found, key=lambda each: (-each.seen, each.string, each.sentence.number))


def cut_particles(texts: Sequence[str], found: Sequence[Sequence[PredictedSpan]]) -> list[tuple[PredictedSpan, ...]]:
    """The spans of each text, those that end with clear particles without these, whatever other spans are.

    Raises:
        UserError: Kiwi does not work here.
    """
    sentences = [
        Example(SentenceNumber(0), "pool", "", text, tuple(each.span for each in spans))
        for text, spans in zip(texts, found, strict=True)
    ]
    return [
        tuple(replace(each, span=replace(each.span, end=ends.get(each.span, each.span.end))) for each in spans)
        for spans, ends in zip(found, _find_ends_without_particles(sentences), strict=True)
    ]


def _find_ends_without_particles(sentences: Sequence[Example]) -> list[dict[Span, int]]:
    """For the spans of each sentence that end with clear particles, their ends without these."""
    evidence, composed = _Evidence(), [_compose(each) for each in sentences]
    worth = [
        place
        for place, (text, spans, _) in enumerate(composed)
        if any(_may_drop(text, span, evidence) for span in spans)
    ]
    ends: list[dict[Span, int]] = [{} for _ in sentences]
    for place, analysis in zip(worth, find_morphemes([composed[place].text for place in worth]), strict=True):
        text, spans, ends_of_characters = composed[place]
        for own, span in zip(sentences[place].gold, spans, strict=True):
            end = _end_without_particle(text, span, analysis, evidence)
            if end is not None:
                ends[place][own] = ends_of_characters[end - 1]
    return ends


def _is_worth_an_analysis(text: str, span: Span, evidence: _Evidence) -> bool:
    """Whether any end that Kiwi may propose could be accepted: so only a few percent of the spans are analysed."""
    return _may_drop(text, span, evidence) or any(
        _can_add(text, span, end, evidence) for end in range(span.end + 1, span.end + _LONGEST)
    )


def _may_drop(text: str, span: Span, evidence: _Evidence) -> bool:
    """Whether the span may end with particles."""
    return any(
        may_follow_noun(text[at : span.end]) and _can_drop(text, span, at, evidence)
        for at in range(max(span.start + 1, span.end - _LONGEST), span.end)
    )


def _can_drop(text: str, span: Span, start: int, evidence: _Evidence) -> bool:
    """Whether the evidence, apart from Kiwi's analysis, allows the span's particles to begin there."""
    after = text[span.end : span.end + 1]
    stem, particles = text[span.start : start], text[start : span.end]
    if after.isalnum() or after == "(" or stem[-1].isspace() or text[span.start : span.end] in evidence.followed:
        return False
    if stem[-1].isnumeric() and particles in _AFTER_NUMBER:
        return False
    is_clear = len(particles) > 1 or particles in _CLEAR or not is_syllable(stem[-1])
    return (stem, span.label) in evidence.spans or (is_clear and len(stem.split()[-1]) > 1)


def _can_add(text: str, span: Span, end: int, evidence: _Evidence) -> bool:
    """Whether the evidence, apart from Kiwi's analysis, allows the span to extend to there."""
    whole, shorter = (evidence.spans[text[span.start : at], span.label] for at in (end, span.end))
    return whole >= shorter and may_follow_noun(text[span.end : end])


def _find_ends(sentences: Sequence[Example], evidence: _Evidence) -> Iterator[ParticleSpan]:
    composed = [_compose(each) for each in sentences]
    for each, (text, spans, ends), analysis in zip(
        sentences, composed, find_morphemes([c.text for c in composed]), strict=True
    ):
        for own, span in zip(each.gold, spans, strict=True):
            end = _end_without_particle(text, span, analysis, evidence)
            end = end or _end_with_rest(text, span, analysis, evidence)
            if end is not None and not any(span.end <= other.start < end for other in spans):
                seen = evidence.spans[text[span.start : end], span.label]
                yield ParticleSpan(each, own, ends[end - 1], seen)


def _end_without_particle(text: str, span: Span, analysis: Sequence[Morpheme], evidence: _Evidence) -> int | None:
    """The end of the span without its particles; None if it has none or does not end its eojeol."""
    inside = [morpheme for morpheme in analysis if span.start <= morpheme.start and morpheme.end <= span.end]
    first = _first_of_particles(inside)
    if not 0 < first < len(inside) or inside[-1].end != span.end or inside[first - 1].end != inside[first].start:
        return None
    start = inside[first].start
    return start if _can_drop(text, span, start, evidence) else None


def _first_of_particles(inside: Sequence[Morpheme]) -> int:
    """The index of the first of the particles (or of 이다) at the end; the number of morphemes if there are none."""
    first = len(inside)
    while first and inside[first - 1].is_ending:
        first -= 1
    if first and inside[first - 1].is_copula:
        return first - 1
    first = len(inside)
    while first and inside[first - 1].is_particle:
        first -= 1
    return first


def _end_with_rest(text: str, span: Span, analysis: Sequence[Morpheme], evidence: _Evidence) -> int | None:
    """The end of the noun that the span cuts, if the rest looks like a particle and the noun is as common whole."""
    for morpheme in analysis:
        if morpheme.start < span.end < morpheme.end and morpheme.is_noun:
            return morpheme.end if _can_add(text, span, morpheme.end, evidence) else None
    return None
