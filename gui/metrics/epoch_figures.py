"""The figures of epochs, the F1 of each as lines, and answers about one, kept until something changes."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

from PySide6.QtCore import QObject, Signal

from core.domain.labels import in_display_order
from core.domain.scores import Report
from core.domain.spans import Split
from core.messages.catalogue import mark, say
from core.metrics.comparison import SpanMatch
from core.metrics.report import Counts, build_report, count_spans
from core.store.predictions import EpochKey
from core.store.project import Project
from core.store.sentences import GOLDS, Gold
from core.store.sources import Source, SourceKind
from gui.background import LatestQuery

_SCORED: tuple[Split, ...] = ("dev", "test")


@dataclass(frozen=True, slots=True)
class EpochFigures:
    """What one epoch reached on the sentences that are in a split now, and how many they are.

    Attributes:
        matches: how often each kind of match occurs; all else follows from it.
        tag_set: the labels of the project in their order.
    """

    key: EpochKey
    source: Source
    split: Split
    matches: Mapping[SpanMatch, int]
    counts: Mapping[str, Counts]
    report: Report
    sentences: int
    tag_set: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What people call the epoch."""
        return self.source.name_epoch(self.key.epoch)

    @property
    def epoch_title(self) -> str:
        """`Epoch 2`, or of a source that is not a run, `Version 2`."""
        template = mark("Epoch {number}") if self.source.is_run else mark("Version {number}")
        return say(template, number=self.key.epoch)

    @property
    def epoch_in_words(self) -> str:
        """The same in the middle of a sentence."""
        template = mark("epoch {number}") if self.source.is_run else mark("version {number}")
        return say(template, number=self.key.epoch)

    @property
    def total(self) -> Counts:
        return sum(self.counts.values(), Counts())


class FiguresRequest(NamedTuple):
    """What a page is about to show: the epochs of a source, one of them beside another one's.

    Attributes:
        split: what is chosen; another one is read where the source was not scored on it.
    """

    keys: tuple[EpochKey, ...]
    kind: SourceKind
    split: Split
    gold: Gold
    current: EpochKey
    other: EpochKey | None


class FiguresCache:
    """Reads figures of a project and keeps them; where something changes, another source takes its place.

    A large corpus takes a while to count: `prepare` does it on any thread, ahead of all questions about what is shown.
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self._known: dict[tuple[EpochKey, Split, Gold, EpochKey | None], EpochFigures] = {}
        self._sentences: dict[tuple[EpochKey, Split], int] = {}
        self._prepared: set[FiguresRequest] = set()

    def is_prepared(self, wanted: FiguresRequest) -> bool:
        """Whether all figures are there already."""
        return wanted in self._prepared

    def prepare(self, wanted: FiguresRequest) -> None:
        """Read all figures that a page shows."""
        keys, _, _, gold, current, other = wanted
        splits = self.offered_splits(keys, wanted.kind)
        split = wanted.split if wanted.split in splits else splits[0]
        for key in self.scored(keys, split):
            self.of(key, split, gold)
        for each in GOLDS:
            self.of(current, split, each)
        if other is not None:
            self.of(other, split, gold, current)
            self.of(current, split, gold, other)
        self._prepared.add(wanted)

    def offered_splits(self, keys: Sequence[EpochKey], kind: SourceKind) -> list[Split]:
        """The splits on which a source was scored."""
        if kind == "cross-check":
            return ["train"]
        if kind != "training":
            return [split for split in (*_SCORED, "train") if any(self.sentences(key, split) for key in keys)] or [
                "dev"
            ]
        return [split for split in _SCORED if split == "dev" or any(self.sentences(key, split) for key in keys)]

    def scored(self, keys: Sequence[EpochKey], split: Split) -> list[EpochKey]:
        """The epochs with predictions of a split."""
        return [key for key in keys if split == "dev" or self.sentences(key, split)]

    def of(self, key: EpochKey, split: Split, gold: Gold, other: EpochKey | None = None) -> EpochFigures:
        """An epoch's figures.

        Args:
            other: count only sentences that this epoch predicted as well.
        """
        question = (key, split, gold, other)
        if question not in self._known:
            matches = self._project.predictions.matches(key, split, gold, other)
            counts, sentences = count_spans(matches), self.sentences(key, split, other)
            source = self._project.sources.by_number(key.source)
            tag_set = self._project.sentences.labels()
            self._known[question] = EpochFigures(
                key, source, split, matches, counts, build_report(counts), sentences, tag_set
            )
        return self._known[question]

    def sentences(self, key: EpochKey, split: Split, other: EpochKey | None = None) -> int:
        """For how many sentences that are in the split now the epoch made predictions."""
        if other is not None:
            return self._project.predictions.count(key, split, other)
        if (key, split) not in self._sentences:
            self._sentences[key, split] = self._project.predictions.count(key, split)
        return self._sentences[key, split]


MICRO = "micro"


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """The F1 of a type, or of all (`micro`), at those epochs that have one."""

    name: str
    epochs: tuple[int, ...]
    values: tuple[float, ...]


def build_f1_lines(figures: Sequence[EpochFigures]) -> tuple[ScoreLine, ...]:
    """A line for every type that occurs, and the micro average last."""
    found = {label for epoch in figures for label in epoch.report.labels}
    labels = in_display_order(found, figures[0].tag_set) if figures else ()
    rows = [(epoch.key.epoch, epoch.report.rows()) for epoch in figures]
    return tuple(
        ScoreLine(
            name,
            tuple(epoch for epoch, row in rows if name in row),
            tuple(row[name].f1 for _, row in rows if name in row),
        )
        for name in (*labels, MICRO)
        if figures
    )


Question = TypeVar("Question", bound=Hashable)


class KeptAnswers(QObject, Generic[Question]):
    """Answers the question that a view asks now on another thread, and keeps the answers until `forget`.

    Args:
        is_patient: whether a question waits until what is shown is painted.

    Signals:
        counting: another question was asked whose answer is not known yet.
        answered: the answer to the question.
    """

    counting = Signal()
    answered = Signal(object)

    def __init__(self, parent: QObject, *, is_patient: bool = False) -> None:
        super().__init__(parent)
        self.question: Question | None = None
        self._known: dict[Question, Any] = {}
        self._query = LatestQuery(self)
        self._query.answered.connect(self._take)
        self._submit = self._query.submit_when_painted if is_patient else self._query.submit

    @property
    def is_answered(self) -> bool:
        """Whether the answer to the question is known."""
        return self.question in self._known

    def forget(self) -> None:
        """Count everything anew from now on, and nothing until asked."""
        self._query.cancel()
        self._known.clear()
        self.question = None

    def ask(self, question: Question, count: Callable[[], object]) -> None:
        """Ask this, unless it was asked last; where its answer is known, `answered` is emitted at once."""
        if question == self.question:
            return
        self._query.cancel()
        self.question = question
        if question in self._known:
            self.answered.emit(self._known[question])
        else:
            self.counting.emit()
            self._submit(count)

    def _take(self, answer: object) -> None:
        assert self.question is not None
        self._known[self.question] = answer
        self.answered.emit(answer)
