"""Sentences of running text: where Kiwi finds that one ends, but not within brackets and quotes."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from core.languages.korean.analyser import Analyser, serving
from core.languages.korean.normalise import to_nfc

_PAIRS = dict(zip("([{<“‘「『《〈（【", ")]}>”’」』》〉）】", strict=True))
_OPENING = {closing: opening for opening, closing in _PAIRS.items()}
_QUOTE = '"'
_OPENERS = "".join((*_PAIRS, _QUOTE))
_CLOSERS = "".join((*_OPENING, _QUOTE))
_LONGEST = 1_000
"""How many characters apart two brackets may be that belong together."""

_splitter = Analyser(serving("load_splitter"))


def split_sentences(texts: Sequence[str]) -> list[list[tuple[int, int]]]:
    """Where the sentences of each text begin and end, without outer white space; nothing else is between them.

    Raises:
        UserError: the analyser does not work here.
    """
    composed = [to_nfc(text) for text in texts]
    found = _splitter.analyse([each.text for each in composed])
    return [
        list(_sentences(text, [each.starts[start] for start, _, _ in sentences if start < len(each.text)]))
        for text, each, sentences in zip(texts, composed, found, strict=True)
    ]


def _sentences(text: str, borders: Iterable[int]) -> Iterator[tuple[int, int]]:
    pairs = list(_bracket_pairs(text))
    kept = sorted({_move_out_of_brackets(text, border, pairs) for border in borders})
    for start, end in pairwise((0, *kept, len(text))):
        inside = text[start:end]
        if sentence := inside.strip():
            first = start + len(inside) - len(inside.lstrip())
            yield first, first + len(sentence)


def _bracket_pairs(text: str) -> Iterator[tuple[int, int]]:
    """The places of brackets and quotes that belong together."""
    opened: list[tuple[int, str]] = []
    for place, character in enumerate(text):
        opening = _QUOTE if character == _QUOTE else _OPENING.get(character)
        depth = next((depth for depth in range(len(opened) - 1, -1, -1) if opened[depth][1] == opening), None)
        if opening and depth is not None:
            if place - opened[depth][0] <= _LONGEST:
                yield opened[depth][0], place
            del opened[depth:]
        elif character in _OPENERS:
            opened.append((place, character))


def _move_out_of_brackets(text: str, border: int, pairs: Iterable[tuple[int, int]]) -> int:
    """The border, or the beginning or the end of the brackets that it would cut; 0 if sentences are in brackets."""
    around = min(((first, last) for first, last in pairs if first < border <= last), default=None)
    if around is None:
        return border
    first, last = around
    if not text[first:border].strip(_OPENERS + " "):
        return first
    return last + 1 if not text[border:last].strip(_CLOSERS + " ") else 0
