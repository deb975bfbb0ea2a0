"""What the page shows, read from the project on whatever thread asks: sentences, lists of them, figures of a split."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from core.analysis.changes import EpochOutcomes
from core.domain.spans import PredictedSpan, SentenceNumber, Span, Split
from core.messages.catalogue import say
from core.metrics.comparison import Comparison
from core.metrics.signals import Signals
from core.store.gold.reviews import NOTHING_SAID, Reviewed
from core.store.project import Project
from core.store.sentence_selection import ALL_ERRORS, Selection
from core.store.sentences import StoredSentence
from gui.inspect.filters import Filter
from gui.sentence.delegate import SentenceRow
from gui.sentence.span_selection import comparisons_of
from gui.session import Context
from gui.text.wording import common_prefix, name_epoch


@dataclass(frozen=True, slots=True)
class ShownSentence:
    """A sentence under a context.

    Attributes:
        predicted: None where no run is chosen, or where it made no predictions for this sentence.
        steps: its path over the run's epochs, up to the one looked at.
        other: what the epoch that it is compared with predicted; None where there is none, or it made no predictions.
        gold_shares: how probable the run finds those spans that were the gold when it tagged the sentence. That does
            not depend on what else became of the gold.
        said: what a person said of it, and of what the run predicted.
        comparisons: how the predicted spans compare with the gold; without predictions, all gold is right.
    """

    stored: StoredSentence
    gold: tuple[Span, ...]
    predicted: tuple[PredictedSpan, ...] | None
    steps: EpochOutcomes = ()
    other: tuple[PredictedSpan, ...] | None = None
    gold_shares: Mapping[Span, float] = field(default_factory=dict)
    said: Reviewed = NOTHING_SAID
    comparisons: tuple[Comparison, ...] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "comparisons", comparisons_of(self.gold, self.predicted))

    @property
    def row(self) -> SentenceRow:
        stored = self.stored
        return SentenceRow(
            number=stored.number,
            id=stored.id,
            split=stored.split,
            text=stored.text,
            gold=self.gold,
            comparisons=None if self.predicted is None else self.comparisons,
            corrected=stored.corrected,
            steps=self.steps,
            reviewed=self.said.is_reviewed,
            noted=bool(self.said.note),
        )


def shown_sentences(project: Project, context: Context, numbers: Sequence[SentenceNumber]) -> list[ShownSentence]:
    """The sentences with these numbers; unknown numbers are left out."""
    predicted: dict[SentenceNumber, tuple[PredictedSpan, ...]] = {}
    steps: dict[SentenceNumber, EpochOutcomes] = {}
    signals: dict[SentenceNumber, Signals] = {}
    if context.key is not None:
        signals = project.signals.of(context.key, numbers)
        predicted = project.predictions.of(context.key, numbers)
        steps = project.predictions.epoch_outcomes(context.key, numbers, context.gold)
    other = project.predictions.of(context.other, numbers) if context.other is not None else {}
    said = project.reviews.of(numbers, context.key)
    return [
        ShownSentence(
            stored,
            stored.gold if context.gold == "corrected" else stored.imported_now,
            predicted.get(stored.number),
            steps.get(stored.number, ()),
            other.get(stored.number),
            _gold_shares(signals.get(stored.number)),
            said[stored.number],
        )
        for stored in project.sentences.by_number(numbers)
    ]


def shown_with_gold(project: Project, context: Context, shown: ShownSentence, gold: tuple[Span, ...]) -> ShownSentence:
    """A sentence after its gold as corrected was changed; of the store, only its path over the epochs is read."""
    stored, key = replace(shown.stored, gold=gold), context.key
    steps = project.predictions.epoch_outcomes(key, [stored.number], context.gold) if key is not None else {}
    return replace(
        shown,
        stored=stored,
        gold=gold if context.gold == "corrected" else shown.gold,
        steps=steps.get(stored.number, ()),
    )


def _gold_shares(signals: Signals | None) -> dict[Span, float]:
    if signals is None:
        return {}
    pairs = zip(signals.gold, signals.gold_probabilities, strict=True)
    return {span: share for span, share in pairs if share is not None}


@dataclass(frozen=True, slots=True)
class ListQuery:
    """What is asked of a filter: which sentences it leaves, or the figures of its split, or both.

    Attributes:
        lists, counts: whether the sentences of the filter, and whether the stats of its split, are wanted.
        keeps: the current sentence stays where it is not listed, too; else the first one of the list is shown.
        seeks: another page asked; what it looks for is then selected in the first sentence.
    """

    lists: bool = False
    counts: bool = False
    keeps: bool = True
    seeks: bool = False

    def after(self, unanswered: "ListQuery | None") -> "ListQuery":
        """The same, and what was wanted before and had no answer yet."""
        if unanswered is None:
            return self
        return ListQuery(
            self.lists or unanswered.lists,
            self.counts or unanswered.counts,
            self.keeps and unanswered.keeps,
            self.seeks or unanswered.seeks,
        )


@dataclass(frozen=True, slots=True)
class SplitStats:
    """Figures of a split.

    Attributes:
        errors: the sentences with an error, in order of number.
        why_no_errors: why errors cannot be found; None where they can.
        reviewed: the sentences that are marked as reviewed.
        pace: the median of the seconds that the last ones took; None where none was timed.
    """

    split: Split
    sentences: int = 0
    errors: tuple[SentenceNumber, ...] = ()
    why_no_errors: str | None = None
    reviewed: frozenset[SentenceNumber] = frozenset()
    pace: float | None = None


@dataclass(frozen=True, slots=True)
class ListResult:
    """An answer.

    Attributes:
        filter: the one that was asked with, without what needs predictions where there are none.
        numbers, stats: None where they were not wanted.
        id_prefix: what most of the ids begin with.
    """

    query: ListQuery
    filter: Filter
    numbers: list[SentenceNumber] | None
    stats: SplitStats | None
    id_prefix: str = ""


def run_query(project: Project | None, context: Context, shown: Filter, query: ListQuery) -> ListResult:
    """Answer a question; takes up to some tenths of a second in a large project."""
    stats = _split_stats(project, context, shown.split) if query.counts else None
    if stats is not None and stats.why_no_errors is not None and shown.selection.needs_run:
        shown = shown.without_run()
    numbers: list[SentenceNumber] | None = None
    if query.lists:
        numbers = project.selections.numbers(shown.selection, context.key, context.gold) if project is not None else []
    prefix = common_prefix(project.sentences.ids(_sample(numbers))) if project is not None and numbers else ""
    return ListResult(query, shown, numbers, stats, prefix)


_SAMPLED = 400
"""Sentences of a list whose ids are looked at."""


def _sample(numbers: Sequence[SentenceNumber]) -> Sequence[SentenceNumber]:
    return numbers[:: -(-len(numbers) // _SAMPLED)]


def _split_stats(project: Project | None, context: Context, split: Split) -> SplitStats:
    if project is None:
        return SplitStats(split, why_no_errors=_why_no_errors(None, context, split))
    reason = _why_no_errors(project, context, split)
    errors: list[SentenceNumber] = []
    if reason is None:
        wrong = Selection(split=split, outcomes=ALL_ERRORS)
        errors = project.selections.numbers(wrong, context.key, context.gold)
    reviewed = frozenset(project.reviews.reviewed_in(split))
    return SplitStats(split, project.sentences.count(split), tuple(errors), reason, reviewed, project.reviews.pace())


def _why_no_errors(project: Project | None, context: Context, split: Split) -> str | None:
    if project is None or context.key is None:
        return say("Train a run first: errors are found by its predictions")
    if not project.predictions.has_any(context.key, split):
        return say(
            "There are no predictions of {epoch} for the {split} sentences", epoch=name_epoch(context.key), split=split
        )
    return None


class ErrorIndex:
    """Sentence numbers in ascending order."""

    def __init__(self, numbers: list[SentenceNumber]) -> None:
        self._numbers = numbers

    def __len__(self) -> int:
        return len(self._numbers)

    def set_has_error(self, number: SentenceNumber, has_error: bool) -> None:
        """Say whether a sentence has an error now."""
        at, known = bisect_left(self._numbers, number), number in self
        if has_error and not known:
            insort(self._numbers, number)
        elif known and not has_error:
            del self._numbers[at]

    def __contains__(self, number: SentenceNumber) -> bool:
        at = bisect_left(self._numbers, number)
        return at < len(self._numbers) and self._numbers[at] == number

    def following(
        self, number: SentenceNumber, step: int, is_listed: Callable[[SentenceNumber], bool]
    ) -> SentenceNumber | None:
        """The next sentence with an error that is listed, or with -1 the one before; None after the last."""
        if step > 0:
            candidates = range(bisect_right(self._numbers, number), len(self._numbers))
        else:
            candidates = range(bisect_left(self._numbers, number) - 1, -1, -1)
        return next((self._numbers[at] for at in candidates if is_listed(self._numbers[at])), None)
