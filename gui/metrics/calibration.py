"""The calibration of an epoch in words: its bins, the sentences behind them, and its summary."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from core.analysis.calibration import (
    Bin,
    Calibration,
    expected_calibration_error,
    name_bins,
    overconfidence,
)
from core.domain.spans import SentenceNumber
from core.messages.catalogue import mark, say, say_count
from core.store.sentence_selection import FixedSet, Selection
from gui.metrics.scores_view import EpochQuestion
from gui.metrics.table_model import SentencesLink, format_figure

BIN_NAMES = name_bins()


@dataclass(frozen=True)
class CalibrationShown:
    """The calibration of an epoch, of one type or of all."""

    calibration: Calibration
    question: EpochQuestion
    label: str | None

    @cached_property
    def bins(self) -> tuple[Bin, ...]:
        return self.calibration.bins(self.label)

    def table(self) -> list[tuple[str, ...]]:
        """A row for each bin with spans: its probabilities, how many spans, their mean probability, the share right."""
        return [
            (
                BIN_NAMES[at],
                f"{found.spans:,}",
                format_figure(found.confidence),
                f"{found.right:,}",
                format_figure(found.accuracy),
            )
            for at, found in enumerate(self.bins)
            if found.spans
        ]

    def describe_bar(self, place: int, *, is_right: bool) -> str:
        """`Wrong: 12 of 40 spans of PS with a probability of .8–.9`."""
        found = self.bins[place]
        template = _RIGHT_OF_SPANS if is_right else _WRONG_OF_SPANS
        return say(template, number=found.right if is_right else found.wrong, spans=self._count_spans(place))

    def describe_bin(self, place: int) -> str:
        """What a bin says of its probabilities."""
        found = self.bins[place]
        probabilities = say(
            "Mean probability {mean:.1%}, right {right:.1%}", mean=found.confidence, right=found.accuracy
        )
        return f"{self._count_spans(place)}\n{probabilities}"

    def _count_spans(self, place: int) -> str:
        count, probability = self.bins[place].spans, BIN_NAMES[place]
        if self.label is None:
            return say_count(
                "{count:,} span with a probability of {bin}",
                "{count:,} spans with a probability of {bin}",
                count,
                bin=probability,
            )
        return say_count(
            "{count:,} span of {label} with a probability of {bin}",
            "{count:,} spans of {label} with a probability of {bin}",
            count,
            label=self.label,
            bin=probability,
        )

    @cached_property
    def links(self) -> Mapping[tuple[int, bool | None], SentencesLink]:
        """The sentences with a right span in a bin, with a wrong one, or (None) with any."""
        return {(place, kind): self._link(place, kind) for place in range(len(BIN_NAMES)) for kind in _OF_LABEL}

    def _link(self, place: int, is_right: bool | None) -> SentencesLink:
        kinds = (True, False) if is_right is None else (is_right,)
        numbers: set[SentenceNumber] = set()
        for kind in kinds:
            numbers.update(self.calibration.sentences_of(place, is_right=kind, label=self.label))
        template = _OF_ALL[is_right] if self.label is None else _OF_LABEL[is_right]
        title = say(template, label=self.label, bin=BIN_NAMES[place])
        selection = Selection(self.question.split, among=FixedSet(title, frozenset(numbers)))
        return SentencesLink(self.question.key, selection, title)

    @property
    def summary(self) -> str:
        """How many spans, the expected calibration error, and in which direction it goes."""
        spans = sum(found.spans for found in self.bins)
        if not spans:
            return say("No {label} was predicted here.", label=self.label) if self.label else say(NOTHING_PREDICTED)
        excess = overconfidence(self.bins)
        tendency = _CALIBRATED if abs(excess) < _CLOSE else _OVERCONFIDENT if excess > 0 else _UNDERCONFIDENT
        parts = (
            say(
                "{spans} in {sentences}.",
                spans=self._count_predicted(spans),
                sentences=say_count("{count:,} sentence", "{count:,} sentences", self.calibration.sentences),
            ),
            say(
                tendency,
                mean=sum(found.spans * found.confidence for found in self.bins) / spans,
                right=sum(found.right for found in self.bins) / spans,
            ),
            say("Expected calibration error {error:.3f}.", error=expected_calibration_error(self.bins)),
        )
        return " ".join(parts)

    def _count_predicted(self, spans: int) -> str:
        if self.label is None:
            return say_count("{count:,} predicted span", "{count:,} predicted spans", spans)
        return say_count(
            "{count:,} predicted span of {label}", "{count:,} predicted spans of {label}", spans, label=self.label
        )


_RIGHT_OF_SPANS, _WRONG_OF_SPANS = mark("Right: {number:,} of {spans}"), mark("Wrong: {number:,} of {spans}")
_OF_ALL: dict[bool | None, str] = {
    True: mark("right spans with a probability of {bin}"),
    False: mark("wrong spans with a probability of {bin}"),
    None: mark("spans with a probability of {bin}"),
}
_OF_LABEL: dict[bool | None, str] = {
    True: mark("right {label} with a probability of {bin}"),
    False: mark("wrong {label} with a probability of {bin}"),
    None: mark("{label} with a probability of {bin}"),
}
"""The titles of the sentences with right, wrong and all spans of a bin, of all types and of one."""
_CLOSE = 0.005
"""Up to this difference of mean probability and share of right spans, the probabilities count as calibrated."""
_CALIBRATED = mark("Their mean probability is {mean:.1%} and {right:.1%} are right: well calibrated.")
_OVERCONFIDENT = mark("Their mean probability is {mean:.1%}, but {right:.1%} are right: over-confident.")
_UNDERCONFIDENT = mark("Their mean probability is {mean:.1%}, but {right:.1%} are right: under-confident.")
NOTHING_PREDICTED = mark("No span was predicted here.")
