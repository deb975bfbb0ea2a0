"""Korean words in running text: where they begin and end, and what a person who points at one may mean."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache

from core.domain.editing import strip_punctuation, word_at
from core.languages.korean.josa import may_follow_noun, noun_end
from core.languages.korean.normalise import to_nfc
from core.messages.korean import is_syllable

_HANGUL = re.compile("[\u1100-\u11ff가-힣]")
_SYLLABLES = re.compile("[가-힣]*")
_WORD_START = re.compile(r"(?<![^\W_])\S|(?<=[가-힣])[^\s가-힣]")

_BRACKETS = {"(": ")", "[": "]", "{": "}", "<": ">", "〈": "〉", "《": "》", "「": "」", "『": "』", "（": "）"}
_CLOSING = {closing: opening for opening, closing in _BRACKETS.items()}
_EITHER = {*_BRACKETS, *_CLOSING}


def word_shapes(text: str, index: int, boundaries: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """The ranges that pointing at a character may mean, likeliest first: noun between brackets (보아텡 of
    보아텡(AC밀란)이), noun, word, eojeol; none on a blank.

    Args:
        boundaries: the boundaries of grapheme clusters, so that none is split.
    """
    whole = word_at(text, index)
    if whole is None:
        return ()
    near = boundaries[bisect_left(boundaries, whole[0]) : bisect_right(boundaries, whole[1])]
    with_particles = _strip_marks(*whole, text, near)
    noun = _cut_particles(*with_particles, text, near)
    if (part := _find_bracketed(*with_particles, text, index)) is None:
        return tuple(dict.fromkeys((noun, with_particles, whole)))
    between = _cut_particles(*_strip_marks(*part, text, near), text, near)
    return tuple(dict.fromkeys((between, noun, with_particles, whole)))


def _cut_particles(start: int, end: int, text: str, boundaries: Sequence[int]) -> tuple[int, int]:
    composed = to_nfc(text[start:end])
    last = composed.ends[noun_end(composed.text) - 1] + start
    return _strip_marks(start, max(at for at in boundaries if at <= last), text, boundaries)


def _find_bracketed(start: int, end: int, text: str, index: int) -> tuple[int, int] | None:
    """The part of a word before, inside or after a pair of brackets that an index is in; None: it has no such part, or
    the index is on a bracket or outside of the word.
    """
    marks = [start - 1, *(at for at in range(start, end) if text[at] in _EITHER), end]
    if len(marks) == 2 or index in marks or not start <= index < end:
        return None
    place = bisect_left(marks, index)
    return marks[place - 1] + 1, marks[place]


def _strip_marks(start: int, end: int, text: str, boundaries: Sequence[int]) -> tuple[int, int]:
    """The range without punctuation at its edges, except a bracket whose other half is inside."""
    first, last = strip_punctuation(start, end, text, boundaries)
    inside = text[first:last]
    if last < end and (opening := _CLOSING.get(text[last])) and inside.count(opening) > inside.count(text[last]):
        last += 1
    if (
        first > start
        and (closing := _BRACKETS.get(text[first - 1]))
        and inside.count(closing) > inside.count(text[first - 1])
    ):
        first -= 1
    return first, last


def contains_hangul(text: str) -> bool:
    """Whether a text has a Hangul syllable or a conjoining jamo."""
    return _HANGUL.search(text) is not None


def begins_in_hangul(text: str) -> bool:
    """Whether a text begins with a Hangul syllable or a conjoining initial consonant."""
    return is_syllable(text[:1]) or "\u1100" <= text[:1] <= "\u1112"


def find_word_starts(text: str) -> Iterator[int]:
    """Where a word may begin: after a space, a bracket or another mark, and where Hangul changes to another script."""
    return (match.start() for match in _WORD_START.finditer(text))


def starts_word(text: str, start: int) -> bool:
    """Whether `find_word_starts` finds a place."""
    return _WORD_START.match(text, start) is not None


def ends_word(text: str, end: int) -> bool:
    """Whether a noun may end before a character: at the end of its eojeol, or before what may follow a noun in it."""
    after = text[end : end + 1]
    if not after or not after.isalnum():
        return True
    tail = rest_of_eojeol(text, end)
    return bool(tail) and _may_follow_noun(tail)


_may_follow_noun = lru_cache(maxsize=65_536)(may_follow_noun)


def followed_by_particle(text: str, end: int) -> bool:
    """Whether the syllables after a string can be particles or 이다, as a closed list has them."""
    return may_follow_noun(rest_of_eojeol(text, end))


def rest_of_eojeol(text: str, end: int) -> str:
    """The Hangul syllables from a position on."""
    match = _SYLLABLES.match(text, end)
    assert match is not None, "the pattern matches the empty string"
    return match.group()


def is_whole_word(text: str, start: int, end: int) -> bool:
    """Whether a string is not cut out of a longer word (AI in SAID), as far as the scripts show.

    In Hangul a word ends anywhere, since particles follow without a space, but begins only where an eojeol or a
    bracket in it begins.
    """
    before, after = text[start - 1 : start], text[end : end + 1]
    if before and before.isalnum() and (is_syllable(text[start]) or not is_syllable(before)):
        return False
    return not (after and after.isalnum() and not is_syllable(after) and not is_syllable(text[end - 1]))
