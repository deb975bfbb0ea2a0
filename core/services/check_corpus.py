"""What in a corpus should be looked at before training on it: repeated, shared and contradicting texts, sentences
without a span, spans with outer blanks.
"""

import json
from collections import defaultdict
from collections.abc import Generator, Iterable
from dataclasses import dataclass, field

from core.domain.events import Reading
from core.domain.spans import SPLITS, SentenceNumber, Split
from core.domain.splitting import normalise_for_comparison, text_key
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
    checks, total = CorpusChecks(), project.sentences.count()
    with_text: dict[int, list[tuple[Split, SentenceNumber, int]]] = defaultdict(list)
    for done, (number, split, text, gold) in enumerate(project.counts.texts_and_golds()):
        if done % SLICE == 0:
            yield Reading(done, total)
        spans = [(text[start:end], label) for start, end, label in json.loads(gold)]
        if not spans:
            checks.bare[split].add(number)
        elif any(string != string.strip() for string, _ in spans):
            checks.blank_edges[split].add(number)
        with_text[text_key(text)].append((split, number, _gold_key(spans)))
    yield Reading(total, total)
    for places in with_text.values():
        if len(places) > 1:
            _compare_places(places, checks)
    return checks


def _gold_key(spans: Iterable[tuple[str, str]]) -> int:
    """A hash that equal spans of equal texts share, wherever their texts begin."""
    return hash(tuple((normalise_for_comparison(string), label) for string, label in spans))


def _compare_places(places: list[tuple[Split, SentenceNumber, int]], checks: CorpusChecks) -> None:
    """Add the sentences of one text to what was found."""
    splits = [split for split, _, _ in places]
    is_shared, is_contradicting = len({*splits}) > 1, len({gold for _, _, gold in places}) > 1
    for split, number, _ in places:
        if splits.count(split) > 1:
            checks.repeated[split].add(number)
        if is_shared:
            checks.shared[split].add(number)
        if is_contradicting:
            checks.contradicting[split].add(number)
