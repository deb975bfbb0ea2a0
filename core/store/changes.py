"""What a mutation of the store changed; views refresh on it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, get_args

from core.domain.spans import SentenceNumber, Span

ChangeKind = Literal["correct", "review", "relabel", "labels", "dismiss", "undo", "redo", "revert", "import", "run"]
"""What happened:

correct: a person gave sentences new gold, perhaps with a mark, a note or a verdict.
review: a person said something of sentences, and their gold stayed.
relabel: a label was renamed, merged or replaced across the corpus.
labels: the tag set alone changed.
dismiss: strings or places were dismissed as right as they are, or are asked about again.
undo, redo: a step of any of these kinds was taken back or made again; `Corrections.next_steps` describes it beforehand.
revert: a sentence got the gold from before one correction.
import: sentences were added.
run: a run began, went on or ended, and perhaps moved corrected dev sentences to train.
"""

CHANGE_KINDS: tuple[ChangeKind, ...] = get_args(ChangeKind)


class GoldChange(NamedTuple):
    """The gold of a sentence before and after a change."""

    before: tuple[Span, ...]
    after: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """What happened, and what it changed: some sentences, the corpus as a whole, some runs, what is said of sentences.

    Attributes:
        kind: what happened; where nothing changed, what was asked for.
        sentences: those whose gold or split changed.
        golds: the gold of each before and after, where a step changed at most `core.store.gold.corrections.LARGE` of
            them; empty otherwise, so that a large change takes little memory.
        corpus: whether so much changed, or the tag set did, that views read everything again.
        runs: those that changed.
        reviews: the sentences of which a mark, a note or a verdict changed; those whose gold changed as well are also
            in `sentences`.
        dismissals: whether it changed which strings and places are dismissed as right as they are.
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
        """The sentences of which anything changed."""
        return tuple(dict.fromkeys((*self.sentences, *self.reviews)))

    def __bool__(self) -> bool:
        return bool(self.sentences or self.corpus or self.runs or self.reviews or self.dismissals)
