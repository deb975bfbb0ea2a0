"""What the view of calibration says: each bin in words, and the sentences that stand behind it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from core.analysis.calibration import Bin, Calibration, expected_calibration_error, name_bins, overconfidence
from core.domain.spans import SentenceNumber
from core.store.sentence_selection import FixedSet, Selection
from gui.metrics.klue_panel import Question
from gui.metrics.table_model import Link, figure
from gui.text.words import counted

EDGES_IN_WORDS = name_bins()


@dataclass(frozen=True)
class CalibrationShown:
    """The calibration of an epoch, of one type or of all."""

    calibration: Calibration
    question: Question
    label: str | None

    @cached_property
    def bins(self) -> tuple[Bin, ...]:
        return self.calibration.bins(self.label)

    def table(self) -> list[tuple[str, ...]]:
        """A row for each bin with spans: its probabilities, how many spans, their mean probability, the share right."""
        return [
            (
                EDGES_IN_WORDS[at],
                f"{found.spans:,}",
                figure(found.confidence),
                f"{found.right:,}",
                figure(found.accuracy),
            )
            for at, found in enumerate(self.bins)
            if found.spans
        ]

    def words(self, place: int, *, is_right: bool) -> str:
        """`12 of 40 spans of PS with a probability of .8–.9 are wrong`."""
        found = self.bins[place]
        count = found.right if is_right else found.wrong
        spans = f"{counted(found.spans, 'span')}{self._of}"
        verb = "is" if count == 1 else "are"
        probability = EDGES_IN_WORDS[place]
        return f"{count:,} of {spans} with a probability of {probability} {verb} {'right' if is_right else 'wrong'}"

    def bin_words(self, place: int) -> str:
        """What a bin says of its probabilities."""
        found = self.bins[place]
        spans = f"{counted(found.spans, 'span')}{self._of}"
        return (
            f"{spans} with a probability of {EDGES_IN_WORDS[place]}, {found.confidence:.1%} in the mean:"
            f" {found.accuracy:.1%} are right"
        )

    @cached_property
    def links(self) -> Mapping[tuple[int, bool | None], Link]:
        """The sentences with a right span in a bin, with a wrong one, or (None) with any."""
        kinds = (True, False, None)
        return {(place, kind): self._link(place, kind) for place in range(len(EDGES_IN_WORDS)) for kind in kinds}

    def _link(self, place: int, is_right: bool | None) -> Link:
        kinds = (True, False) if is_right is None else (is_right,)
        numbers: set[SentenceNumber] = set()
        for kind in kinds:
            numbers.update(self.calibration.sentences_of(place, is_right=kind, label=self.label))
        kind_words = "" if is_right is None else "right " if is_right else "wrong "
        words = f"{kind_words}{self.label or 'span'} of probability {EDGES_IN_WORDS[place]}"
        selection = Selection(self.question.split, among=FixedSet(words, frozenset(numbers)))
        return Link(self.question.key, selection, f"with a {words}")

    @property
    def _of(self) -> str:
        return f" of {self.label}" if self.label else ""

    @property
    def summary(self) -> str:
        """How many spans, the expected calibration error, and in which direction it goes."""
        bins = self.bins
        spans = sum(found.spans for found in bins)
        if not spans:
            return f"No span{self._of} was predicted here."
        error, excess = expected_calibration_error(bins), overconfidence(bins)
        tendency = "is about right" if abs(excess) < 0.005 else "promises too much" if excess > 0 else "is too modest"
        mean = sum(found.spans * found.confidence for found in bins) / spans
        right = sum(found.right for found in bins) / spans
        return (
            f"{counted(spans, 'predicted span')}{self._of} on {counted(self.calibration.sentences, 'sentence')}:"
            f" {right:.1%} are right where {mean:.1%} was promised, so the probability {tendency}."
            f" Expected calibration error {error:.3f}."
        )
