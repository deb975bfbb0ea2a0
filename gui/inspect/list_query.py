"""What the list of sentences is made of, read from the project on whatever thread asks."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.domain.spans import SentenceNumber, Split
from core.store.project import Project
from core.store.sentence_selection import ALL_ERRORS, Selection
from gui.inspect.filters import Filter
from gui.session import Context
from gui.text.words import common_prefix, name_epoch


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
        return "Train a run first: errors are found by its predictions"
    if not project.predictions.has_any(context.key, split):
        return f"{name_epoch(context.key).capitalize()} made no predictions for the {split} sentences"
    return None
