"""Sentences with their predictions, as the list and the detail show them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from core.analysis.changes import Steps
from core.domain.spans import PredictedSpan, SentenceNumber, Span
from core.metrics.signals import Signals
from core.store.gold.reviews import NOTHING_SAID, Reviewed
from core.store.project import Project
from core.store.sentences import StoredSentence
from gui.sentence.comparing import comparisons_of
from gui.sentence.delegate import SentenceRow
from gui.session import Context


@dataclass(frozen=True, slots=True)
class ShownSentence:
    """A sentence under a context.

    Attributes:
        predicted: None where no run is chosen, or where it made no predictions for this sentence.
        steps: its path over the run's epochs, up to the one looked at.
        other: what the epoch predicted that is held against it; None where there is none, or it made no predictions.
        gold_shares: how probable the run finds those spans that were the gold when it tagged the sentence. That does
            not depend on what else became of the gold.
        said: what a person said of it, and of what the run predicted.
    """

    stored: StoredSentence
    gold: tuple[Span, ...]
    predicted: tuple[PredictedSpan, ...] | None
    steps: Steps = ()
    other: tuple[PredictedSpan, ...] | None = None
    gold_shares: Mapping[Span, float] = field(default_factory=dict)
    said: Reviewed = NOTHING_SAID

    @property
    def row(self) -> SentenceRow:
        stored = self.stored
        comparisons = None if self.predicted is None else comparisons_of(self.gold, self.predicted)
        return SentenceRow(
            number=stored.number,
            id=stored.id,
            split=stored.split,
            text=stored.text,
            gold=self.gold,
            comparisons=comparisons,
            corrected=stored.corrected,
            steps=self.steps,
            reviewed=self.said.is_reviewed,
            noted=bool(self.said.note),
        )


def shown_sentences(project: Project, context: Context, numbers: Sequence[SentenceNumber]) -> list[ShownSentence]:
    """The sentences with these numbers; unknown numbers are left out."""
    predicted: dict[SentenceNumber, tuple[PredictedSpan, ...]] = {}
    steps: dict[SentenceNumber, Steps] = {}
    signals: dict[SentenceNumber, Signals] = {}
    if context.key is not None:
        signals = project.signals.of(context.key, numbers)
        predicted = project.predictions.of(context.key, numbers)
        steps = project.predictions.steps(context.key, numbers, context.gold)
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


def _gold_shares(signals: Signals | None) -> dict[Span, float]:
    if signals is None:
        return {}
    pairs = zip(signals.gold, signals.gold_probabilities, strict=True)
    return {span: share for span, share in pairs if share is not None}
