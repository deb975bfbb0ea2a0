"""Sentences with their predictions, as the list and the detail show them."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from core.analysis.changes import EpochOutcomes
from core.domain.spans import PredictedSpan, SentenceNumber, Span
from core.metrics.signals import Signals
from core.store.gold.reviews import NOTHING_SAID, Reviewed
from core.store.predictions import EpochKey
from core.store.project import Project
from core.store.sentences import StoredSentence
from gui.sentence.delegate import SentenceRow
from gui.sentence.span_selection import comparisons_of
from gui.session import Context
from gui.text.words import name_epoch
from gui.widgets.choosers import chooser
from gui.widgets.text_labels import hint_label


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
    steps: EpochOutcomes = ()
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


class LanesBar(QWidget):
    """Hidden where there is no other epoch.

    Signals:
        chosen: the person wants to see this epoch's predictions, too; an `EpochKey`, or None for none.
    """

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.other = chooser("Compare with", "Show what another epoch predicted, dotted, below the predictions")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(hint_label("Compare with"))
        layout.addWidget(self.other)
        self.other.activated.connect(lambda: self.chosen.emit(self.other.currentData()))

    def offer(self, current: EpochKey | None, others: Sequence[EpochKey], chosen: EpochKey | None) -> None:
        """Offer the other epochs."""
        self.setVisible(current is not None and bool(others))
        with QSignalBlocker(self.other):
            self.other.clear()
            self.other.addItem("none", None)
            for key in others:
                self.other.addItem(name_epoch(key), key)
            self.other.setCurrentIndex(others.index(chosen) + 1 if chosen in others else 0)


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
