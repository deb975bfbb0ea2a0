"""The shapes of a word that a person may mean: its noun, that with its particles, and the whole eojeol."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from core.domain.editing import strip_punctuation, word_at
from core.languages.korean.josa import noun_end
from core.languages.korean.normalise import to_nfc

_BRACKETS = {"(": ")", "[": "]", "{": "}", "<": ">", "〈": "〉", "《": "》", "「": "」", "『": "』", "（": "）"}
_CLOSING = {closing: opening for opening, closing in _BRACKETS.items()}


def word_shapes(text: str, index: int, boundaries: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """The shapes of the eojeol around a character, the likeliest first; none on a blank.

    Args:
        boundaries: where characters as people see them begin and end, so that none is cut into.
    """
    whole = word_at(text, index)
    if whole is None:
        return ()
    near = boundaries[bisect_left(boundaries, whole[0]) : bisect_right(boundaries, whole[1])]
    with_particles = _bare(*whole, text, near)
    composed = to_nfc(text[slice(*with_particles)])
    end = composed.ends[noun_end(composed.text) - 1] + with_particles[0]
    noun = _bare(with_particles[0], max(at for at in near if at <= end), text, near)
    return tuple(dict.fromkeys((noun, with_particles, whole)))


def _bare(start: int, end: int, text: str, boundaries: Sequence[int]) -> tuple[int, int]:
    """The range without punctuation around it; a bracket whose other half is inside stays."""
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
