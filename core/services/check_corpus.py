"""What in a corpus should be looked at before training on it: repeated, shared and contradicting texts, sentences
without a span, spans with outer blanks.
"""

import json
from array import array
from collections.abc import Generator, Iterable
from dataclasses import dataclass, field, replace

import numpy as np

from core.domain.events import Reading
from core.domain.spans import SPLITS, SentenceNumber, Split
from core.domain.splitting import Keys, as_keys, normalise_for_comparison, text_key
from core.store.project import Project
from core.store.sentences import SLICE

FoundIn = dict[Split, set[SentenceNumber]]
"""The sentences of each split in which a check found something."""


def _nothing_found() -> FoundIn:
    return {split: set() for split in SPLITS}


@dataclass(frozen=True, slots=True)
class CorpusChecks:
    """The sentences that each check found.

    Attributes:
        repeated: their text is in the same split more than once.
        shared: their text is in another split, too.
        contradicting: their text is in a split once more, with other gold spans.
        blank_edges: a gold span begins or ends with a blank.
        bare: they have no gold span.
    """

    repeated: FoundIn = field(default_factory=_nothing_found)
    shared: FoundIn = field(default_factory=_nothing_found)
    contradicting: FoundIn = field(default_factory=_nothing_found)
    blank_edges: FoundIn = field(default_factory=_nothing_found)
    bare: FoundIn = field(default_factory=_nothing_found)


def check_corpus(project: Project) -> Generator[Reading, None, CorpusChecks]:
    """Check all splits of a project."""
    checks, places, total = CorpusChecks(), TextPlaces(), project.sentences.count()
    for done, (number, split, text, gold) in enumerate(project.counts.texts_and_golds()):
        if done % SLICE == 0:
            yield Reading(done, total)
        spans = [(text[start:end], label) for start, end, label in json.loads(gold)]
        if not spans:
            checks.bare[split].add(number)
        elif any(string != string.strip() for string, _ in spans):
            checks.blank_edges[split].add(number)
        places.add(number, split, text, spans)
    yield Reading(total, total)
    return replace(checks, **places.compare())


class TextPlaces:
    """Where each text is; in arrays, since so many Python objects would slow down garbage collection."""

    def __init__(self) -> None:
        self._numbers, self._splits, self._texts, self._golds = (array("q") for _ in range(4))

    def add(self, number: SentenceNumber, split: Split, text: str, spans: Iterable[tuple[str, str]]) -> None:
        self._numbers.append(number)
        self._splits.append(SPLITS.index(split))
        self._texts.append(text_key(text))
        self._golds.append(hash(tuple((normalise_for_comparison(string), label) for string, label in spans)))

    def compare(self) -> dict[str, FoundIn]:
        """What `CorpusChecks` says of sentences with equal texts, by the names of its attributes."""
        _, texts = np.unique(as_keys(self._texts), return_inverse=True)
        splits = as_keys(self._splits)
        found = {
            "repeated": _count_of_each(texts * len(SPLITS) + splits) > 1,
            "shared": _count_different(texts, splits) > 1,
            "contradicting": _count_different(texts, as_keys(self._golds)) > 1,
        }
        numbers = as_keys(self._numbers)
        return {
            name: {split: {*numbers[chosen & (splits == at)].tolist()} for at, split in enumerate(SPLITS)}
            for name, chosen in found.items()
        }


def _count_of_each(values: Keys) -> Keys:
    """How often each value is there, in the order of the values."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    of_each: Keys = counts[place]
    return of_each


def _count_different(groups: Keys, values: Keys) -> Keys:
    """How many different values the group of each place has; groups are numbered from 0."""
    different, place = np.unique(values, return_inverse=True)
    pairs = np.unique(groups * max(len(different), 1) + place)
    of_each: Keys = np.bincount(pairs // max(len(different), 1))[groups]
    return of_each
