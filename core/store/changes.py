"""Change-sets: what a mutation of the store changed, so that views can refresh."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, get_args

from core.domain.spans import SentenceNumber, Span

ChangeKind = Literal[
    "correct",
    "review",
    "relabel",
    "labels",
    "dismiss",
    "move",
    "finish",
    "undo",
    "redo",
    "revert",
    "import",
    "run",
    "source",
]
"""What happened:

correct: a person gave sentences new gold, perhaps with a mark, a note or a verdict.
review: a person added a mark, a note or a verdict, without changing gold.
relabel: a label was renamed, merged or replaced across the corpus.
labels: only the tag set changed.
dismiss: strings or places were dismissed as correct, suggestions rejected or sentences skipped, or that was withdrawn.
move: sentences were moved between the sections of the corpus: splits, pool, set aside, deleted.
finish: sentences of the pool got their gold and moved to a split.
undo, redo: a step of any of these kinds was undone or redone; `Corrections.next_steps` describes it beforehand.
revert: sentences got the gold from before some corrections, or the section from before some moves.
import: sentences were added.
run: a run started, progressed or ended, and perhaps moved corrected dev sentences to train.
source: a source of predictions was added, tagged sentences, or was renamed, removed or restored.
"""

CHANGE_KINDS: tuple[ChangeKind, ...] = get_args(ChangeKind)


class GoldChange(NamedTuple):
    """The gold of a sentence before and after a change."""

    before: tuple[Span, ...]
    after: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """What happened, and which sentences, runs, remarks or other parts of the project it changed.

    Attributes:
        kind: what happened; if nothing changed, what was requested.
        sentences: the sentences whose gold or split changed.
        golds: the gold of each before and after, if at most `core.store.gold.corrections.LARGE` sentences changed;
            otherwise empty, to save memory.
        corpus: whether views must reload everything, since many sentences, the section of any, or the tag set changed.
        runs: the numbers of the runs and other sources that changed.
        reviews: the sentences whose marks, notes or verdicts changed; those whose gold changed too are also in
            `sentences`.
        dismissals: whether what was dismissed, rejected or skipped changed.
    """

    kind: ChangeKind
    sentences: tuple[SentenceNumber, ...] = ()
    corpus: bool = False
    runs: tuple[int, ...] = ()
    reviews: tuple[SentenceNumber, ...] = ()
    dismissals: bool = False
    golds: Mapping[SentenceNumber, GoldChange] = field(default_factory=dict)

    @property
    def touched(self) -> tuple[SentenceNumber, ...]:
        """All sentences that changed in any way."""
        return tuple(dict.fromkeys((*self.sentences, *self.reviews)))

    def __bool__(self) -> bool:
        return bool(self.sentences or self.corpus or self.runs or self.reviews or self.dismissals)
