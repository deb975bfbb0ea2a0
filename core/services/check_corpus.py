"""What in a corpus should be looked at before training on it: repeated and shared texts, spans with outer blanks."""

from collections import defaultdict
from collections.abc import Generator
from dataclasses import dataclass

from core.domain.spans import SPLITS, SentenceNumber, Split
from core.domain.splitting import text_key
from core.store.project import Project
from core.store.sentences import SLICE

FoundIn = dict[Split, frozenset[SentenceNumber]]
"""The sentences of each split in which a check found something."""


@dataclass(frozen=True, slots=True)
class CorpusChecks:
    """The sentences that each check found.

    Attributes:
        repeated: their text is in the same split more than once.
        shared: their text is in another split, too.
        blank_edges: a gold span begins or ends with a blank.
    """

    repeated: FoundIn
    shared: FoundIn
    blank_edges: FoundIn


def check_corpus(project: Project) -> Generator[None, None, CorpusChecks]:
    """Check all splits of a project, pausing now and then."""
    with_text: dict[int, list[tuple[Split, SentenceNumber]]] = defaultdict(list)
    blank_edges: dict[Split, set[SentenceNumber]] = {split: set() for split in SPLITS}
    for split in SPLITS:
        for done, stored in enumerate(project.sentences.each(split), 1):
            with_text[text_key(stored.text)].append((split, stored.number))
            covered = [stored.text[span.start : span.end] for span in stored.gold]
            if any(text != text.strip() for text in covered):
                blank_edges[split].add(stored.number)
            if done % SLICE == 0:
                yield
    yield
    repeated: dict[Split, set[SentenceNumber]] = {split: set() for split in SPLITS}
    shared: dict[Split, set[SentenceNumber]] = {split: set() for split in SPLITS}
    for places in with_text.values():
        splits = [split for split, _ in places]
        for split, number in places if len(places) > 1 else ():
            if splits.count(split) > 1:
                repeated[split].add(number)
            if len({*splits}) > 1:
                shared[split].add(number)
    return CorpusChecks(_freeze(repeated), _freeze(shared), _freeze(blank_edges))


def _freeze(found: dict[Split, set[SentenceNumber]]) -> FoundIn:
    return {split: frozenset(numbers) for split, numbers in found.items()}
