"""Texts that are nearly the same: a batch to be labelled need not contain two of them.

Two texts are near duplicates if their sets of character trigrams have a Jaccard similarity of at least a threshold
(Broder 1997, On the Resemblance and Containment of Documents), here computed exactly, since only the first few thousand
texts of an order are compared.
"""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

SIMILAR = 0.6
"""Texts of the same template with other names or numbers reach it; those that only share a phrase do not."""

_LENGTH = 3


def thin_similar(texts: Iterable[str], wanted: int, threshold: float = SIMILAR) -> tuple[list[int], dict[int, int]]:
    """Keep texts in their order, passing over those that are nearly the same as one that was kept.

    Returns:
        The places of at most `wanted` texts, and how many were passed over for each of these, where any were.
    """
    kept: list[int] = []
    sizes: list[int] = []
    with_shingle: dict[str, list[int]] = defaultdict(list)
    passed: Counter[int] = Counter()
    for place, text in enumerate(texts):
        if len(kept) == wanted:
            break
        shingles = _shingle(text)
        similar = _find_similar(shingles, with_shingle, sizes, threshold)
        if similar is not None:
            passed[kept[similar]] += 1
            continue
        for shingle in shingles:
            with_shingle[shingle].append(len(kept))
        kept.append(place)
        sizes.append(len(shingles))
    return kept, dict(passed)


def _shingle(text: str) -> set[str]:
    folded = " ".join(unicodedata.normalize("NFC", text).casefold().split())
    return {folded[start : start + _LENGTH] for start in range(max(1, len(folded) - _LENGTH + 1))}


def _find_similar(
    shingles: set[str], with_shingle: dict[str, list[int]], sizes: Sequence[int], threshold: float
) -> int | None:
    """The kept text that is most like a new one, if any is similar."""
    shared: Counter[int] = Counter()
    for shingle in shingles:
        shared.update(with_shingle.get(shingle, ()))
    best = max(
        ((count / (len(shingles) + sizes[other] - count), -other) for other, count in shared.items()), default=None
    )
    return -best[1] if best is not None and best[0] >= threshold else None
