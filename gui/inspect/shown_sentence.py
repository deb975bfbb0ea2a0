"""A sentence as the Inspect page shows it under a context: its gold, what is predicted or suggested, what was said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from core.analysis.changes import EpochOutcomes
from core.domain.spans import PredictedSpan, SentenceNumber, Span
from core.domain.suggestions import AcceptedSuggestions, accept_suggestions
from core.messages.catalogue import say_count
from core.metrics.comparison import Comparison
from core.metrics.signals import Signals
from core.services.source_choice import find_suggestions
from core.store.gold.reviews import NOTHING_SAID, Reviewed
from core.store.project import Project
from core.store.sentences import StoredSentence
from gui.context import Context, find_readers
from gui.sentence.delegate import SentenceRow
from gui.sentence.span_selection import comparisons_of, place_suggestions, unite_readings
from gui.text.wording import name_epoch


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
        suggested_by: the name of the epoch or version whose spans are suggested for a sentence of the pool.
        readers: the names of the people whose spans are decided on: of `predicted`, and of `other` where there are two.
        comparisons: how the predicted spans compare with the gold; without predictions, all gold is right.
    """

    stored: StoredSentence
    gold: tuple[Span, ...]
    predicted: tuple[PredictedSpan, ...] | None
    steps: EpochOutcomes = ()
    other: tuple[PredictedSpan, ...] | None = None
    gold_shares: Mapping[Span, float] = field(default_factory=dict)
    said: Reviewed = NOTHING_SAID
    readers: tuple[str, ...] = ()
    suggested_by: str = ""
    comparisons: tuple[Comparison, ...] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        compare = place_suggestions if self.suggests else comparisons_of
        found = unite_readings(self.predicted, self.other) if self.is_between_people else self.predicted
        object.__setattr__(self, "comparisons", compare(self.gold, found))

    @property
    def is_pooled(self) -> bool:
        """Whether it is in the pool, where predicted spans are suggestions."""
        return self.stored.split == "pool"

    @property
    def is_between_people(self) -> bool:
        """Whether two people are decided between, whatever the gold is."""
        return len(self.readers) > 1

    @property
    def suggests(self) -> bool:
        """Whether what is found is offered, and no error where the gold differs."""
        return self.is_pooled or self.is_between_people

    @property
    def said_by(self) -> tuple[tuple[str, frozenset[Span]], ...]:
        """The readers with what they say."""
        found = (frozenset(each.span for each in spans or ()) for spans in (self.predicted, self.other))
        return tuple(zip(self.readers, found, strict=False))

    @property
    def accepted(self) -> AcceptedSuggestions:
        """What becomes of its gold by taking all suggestions; outside of the pool there are none."""
        suggested = (self.predicted or ()) if self.is_pooled else ()
        return accept_suggestions(self.gold, [found.span for found in suggested])

    @property
    def has_acceptable(self) -> bool:
        """Whether taking all suggestions changes its gold; those that overlap something stay hints."""
        return self.accepted.spans != self.gold

    @property
    def labels(self) -> set[str]:
        """The labels of its gold and predicted spans."""
        found = (each.span for each in (*(self.predicted or ()), *(self.other or ())))
        return {span.label for span in (*self.gold, *found)}

    @property
    def row(self) -> SentenceRow:
        stored = self.stored
        return SentenceRow(
            number=stored.number,
            id=stored.id,
            split=stored.split,
            text=stored.text,
            gold=self.gold,
            comparisons=None if self.predicted is None or self.suggests else self.comparisons,
            corrected=stored.corrected and not self.is_pooled,
            steps=() if self.is_pooled else self.steps,
            reviewed=self.said.is_reviewed,
            noted=bool(self.said.note),
        )


def shown_sentences(
    project: Project,
    context: Context,
    numbers: Sequence[SentenceNumber],
    *,
    as_rows: bool = False,
    batch: int | None = None,
) -> list[ShownSentence]:
    """The sentences with these numbers; unknown numbers are left out.

    Args:
        batch: the one that is listed, which may be of hits that are suggested then.
        as_rows: read only what a row shows: neither what another epoch predicted, nor the gold's probabilities, nor
            who suggests.
    """
    predicted: dict[SentenceNumber, tuple[PredictedSpan, ...]] = {}
    suggesting: dict[SentenceNumber, str] = {}
    steps: dict[SentenceNumber, EpochOutcomes] = {}
    signals: dict[SentenceNumber, Signals] = {}
    if context.key is not None:
        signals = {} if as_rows else project.signals.of(context.key, numbers)
        predicted = project.predictions.of(context.key, numbers)
        steps = project.predictions.epoch_outcomes(context.key, numbers, context.gold)
    other = project.predictions.of(context.other, numbers) if context.other is not None and not as_rows else {}
    said = project.reviews.of(numbers, context.key)
    all_stored = project.sentences.by_number(numbers)
    readers = find_readers(project, context)
    names = () if readers is None else tuple(project.sources.by_number(each.source).title for each in readers.sources)
    if len(names) < 2:
        pooled = [each.number for each in all_stored if each.split == "pool"]
        suggested = find_suggestions(project, pooled, project.batches.dictionary(batch), context.key)
        predicted |= {number: spans for number, (_, spans) in suggested.items()}
        if not as_rows:
            suggesting = {number: name_epoch(project, key) for number, (key, _) in suggested.items()}
    return [
        ShownSentence(
            stored,
            stored.gold if context.gold == "corrected" else stored.imported_now,
            predicted.get(stored.number),
            steps.get(stored.number, ()),
            other.get(stored.number),
            _gold_shares(signals.get(stored.number)),
            said[stored.number],
            names if stored.split != "pool" or len(names) > 1 else (),
            suggesting.get(stored.number, ""),
        )
        for stored in all_stored
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


def describe_overlaps(shown: ShownSentence) -> str:
    """How many suggestions stay hints when all are taken, and why."""
    left = shown.accepted
    if left.overlapping:
        return say_count(
            "{count:,} suggestion overlaps yours", "{count:,} suggestions overlap yours", len(left.overlapping)
        )
    if left.tied:
        return say_count(
            "{count:,} suggestion overlaps another: choose",
            "{count:,} suggestions overlap each other: choose",
            len(left.tied),
        )
    return ""
