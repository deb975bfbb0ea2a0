"""What a training would find in the corpus, in words; no Qt."""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice

from core.labels import in_display_order
from core.store.project import Project
from core.store.sentences import StoredSentence
from gui.train.words import counted, listed

_AT_ONCE = 200
"""Sentences between two looks at the clock."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """How many sentences there are to train and to measure on, and how many of the latter a person has corrected."""

    train: int
    dev: int
    corrected_dev: int

    @property
    def can_move(self) -> bool:
        """Whether dev sentences remain when the corrected ones move to train."""
        return 0 < self.corrected_dev < self.dev


def corpus_of(project: Project) -> Corpus:
    sentences = project.sentences
    return Corpus(sentences.count("train"), sentences.count("dev"), len(sentences.corrected_in("dev")))


class SpanCount:
    """Counts the gold spans of train and dev a little at a time, so that the window never waits for a large corpus."""

    def __init__(self, project: Project) -> None:
        sentences = project.sentences
        self._left: Iterator[StoredSentence] = chain(sentences.each("train"), sentences.each("dev"))
        self.train: Counter[str] = Counter()
        self.dev: Counter[str] = Counter()
        self.is_done = False

    def advance(self, seconds: float) -> bool:
        """Go on for about so long; whether all is counted."""
        until = time.monotonic() + seconds
        self._count_some()
        while not self.is_done and time.monotonic() < until:
            self._count_some()
        return self.is_done

    def _count_some(self) -> None:
        part = list(islice(self._left, _AT_ONCE))
        for sentence in part:
            counter = self.train if sentence.split == "train" else self.dev
            counter.update(span.label for span in sentence.gold)
        self.is_done = len(part) < _AT_ONCE


@dataclass(frozen=True, slots=True)
class Readiness:
    """What will be trained on.

    Attributes:
        summary: one line.
        warnings: what the user may want to mend first.
        hindrance: why training cannot start; None where it can.
        wants_corpus: whether the Corpus page is the way out.
    """

    summary: str
    warnings: tuple[str, ...] = ()
    hindrance: str | None = None
    wants_corpus: bool = False


def readiness(corpus: Corpus, spans: SpanCount | None, *, limit: int | None, moves: bool) -> Readiness:
    """What a training would find now.

    Args:
        spans: None, or not done, while they are being counted.
        limit: as in the settings.
        moves: whether corrected dev sentences move to train first.
    """
    known = spans if spans is not None and spans.is_done else None
    hindrance = _hindrance(corpus, known)
    return Readiness(
        summary=_summary(corpus, known, limit, corpus.corrected_dev if moves else 0),
        warnings=_warnings(known) if known and hindrance is None else (),
        hindrance=hindrance,
        wants_corpus=hindrance is not None,
    )


def _summary(corpus: Corpus, spans: SpanCount | None, limit: int | None, moving: int) -> str:
    train = counted(corpus.train, "training sentence")
    if spans is not None:
        train += f" with {counted(spans.train.total(), 'span')}"
    parts = [train, counted(corpus.dev, "dev sentence")]
    if spans is not None:
        parts.append(counted(len(spans.train), "type"))
    text = ", ".join(parts)
    if moving:
        text += f"; {counted(moving, 'corrected dev sentence')} move{'s' if moving == 1 else ''} to train"
    return text if limit is None else f"{text}; at most the first {limit:,} of each"


def _hindrance(corpus: Corpus, spans: SpanCount | None) -> str | None:
    if not corpus.train:
        return "There are no training sentences: import some into train."
    if not corpus.dev:
        return "There are no dev sentences to measure on: import some into dev, or split the corpus."
    if spans is not None and not spans.train:
        return "The training sentences hold no span: import or correct some first."
    return None


def _warnings(spans: SpanCount) -> tuple[str, ...]:
    unseen = in_display_order(set(spans.dev) - set(spans.train))
    if not unseen:
        return ()
    verb = "occurs" if len(unseen) == 1 else "occur"
    return (f"{listed(unseen)} {verb} in dev but in no training sentence, and cannot be learned.",)
