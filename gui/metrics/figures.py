"""The figures of one epoch, read from the store and kept until something changes."""

from collections.abc import Mapping
from dataclasses import dataclass

from core.scoring.comparison import Verdict
from core.scoring.metrics import Counts, Report, counts_of, reported
from core.spans import Split
from core.store.predictions import EpochKey
from core.store.project import Project
from core.store.selection import Selection
from core.store.sentences import Gold


@dataclass(frozen=True, slots=True)
class Figures:
    """What one epoch reached on the sentences that are in a split now, and how many they are.

    Attributes:
        verdicts: how often each verdict was given; all else follows from it.
    """

    key: EpochKey
    split: Split
    verdicts: Mapping[Verdict, int]
    counts: Mapping[str, Counts]
    report: Report
    sentences: int

    @property
    def total(self) -> Counts:
        return sum(self.counts.values(), Counts())


class FiguresSource:
    """Reads figures of a project; an answer is kept until `forget`, as a large corpus takes a while to count."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._known: dict[tuple[EpochKey, Split, Gold, EpochKey | None], Figures] = {}
        self._sentences: dict[tuple[EpochKey, Split], int] = {}

    def forget(self) -> None:
        """Read everything anew from now on."""
        self._known.clear()
        self._sentences.clear()

    def of(self, key: EpochKey, split: Split, gold: Gold, other: EpochKey | None = None) -> Figures:
        """An epoch's figures.

        Args:
            other: count only sentences that this epoch predicted as well.
        """
        question = (key, split, gold, other)
        if question not in self._known:
            verdicts = self._project.predictions.verdicts(key, split, gold, other)
            counts, sentences = counts_of(verdicts), self.sentences(key, split, other)
            self._known[question] = Figures(key, split, verdicts, counts, reported(counts), sentences)
        return self._known[question]

    def sentences(self, key: EpochKey, split: Split, other: EpochKey | None = None) -> int:
        """For how many sentences that are in the split now the epoch made predictions."""
        if other is not None:
            return self._project.predictions.count(key, split, other)
        if (key, split) not in self._sentences:
            self._sentences[key, split] = self._project.predictions.count(key, split)
        return self._sentences[key, split]

    def behind(self, selection: Selection, key: EpochKey, gold: Gold) -> int:
        """How many sentences a selection shows."""
        return len(self._project.selections.numbers(selection, key, gold))
