"""The calibration of an epoch in words and in two charts of how many spans of each probability are right."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from core.analysis.calibration import (
    Bin,
    Calibration,
    expected_calibration_error,
    name_bins,
    overconfidence,
)
from core.domain.spans import SentenceNumber
from core.messages.catalogue import mark, say, say_count
from core.metrics.comparison import Outcome
from core.store.sentence_selection import FixedSet, Selection
from gui.look.palette import mixed
from gui.look.theme import TAG_SIZE, Look, font, scaled
from gui.metrics.charts import CountedChart, paint_legend_entry, paint_outcome
from gui.metrics.scores_view import EpochQuestion
from gui.metrics.table_model import SentenceCounter, SentencesLink, format_figure
from gui.widgets.segment_chart import TEXT_HEIGHT, Segment, write_below, write_beside

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


_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 16, 16, 40
_LEAST, _MOST = 3.5, 10.0
"""Radius in pixels of the dot of a bin with hardly any span, and of one with all of them."""


class _CalibrationChart(CountedChart):
    """A chart of the calibration that it is asked to show."""

    def __init__(self, counter: SentenceCounter, look: Look, purpose: str) -> None:
        super().__init__(counter, look, purpose)
        self._shown: CalibrationShown | None = None

    def show_calibration(self, shown: CalibrationShown | None) -> None:
        """Show these spans; None shows none."""
        self._shown = shown
        self.refresh()


class ReliabilityDiagram(_CalibrationChart):
    """A dot a bin, larger the more spans it has; on the diagonal probabilities are the shares of right spans."""

    def __init__(self, counter: SentenceCounter, look: Look) -> None:
        super().__init__(counter, look, say("Share of right spans by probability"))

    def minimumSizeHint(self) -> QSize:
        return QSize(scaled(240), scaled(240))

    def place_segments(self) -> Iterator[Segment]:
        if self._shown is None:
            return
        bins = self._shown.bins
        total = max(sum(found.spans for found in bins), 1)
        for column, found in enumerate(bins):
            if found.spans:
                radius = _LEAST + (_MOST - _LEAST) * math.sqrt(found.spans / total)
                middle = self._at(found.confidence, found.accuracy)
                rect = QRectF(middle.x() - radius, middle.y() - radius, 2 * radius, 2 * radius)
                yield Segment(rect, 0, column, self._shown.describe_bin(column), self._shown.links[column, None])

    @property
    def _plot(self) -> QRectF:
        """The largest square that there is room for."""
        left = scaled(_LEFT)
        side = max(min(self.width() - left - _RIGHT, self.height() - _TOP - scaled(_BOTTOM)), 1)
        return QRectF(left, _TOP, side, side)

    def _at(self, x: float, y: float) -> QPointF:
        plot = self._plot
        return QPointF(plot.left() + x * plot.width(), plot.bottom() - y * plot.height())

    def draw(self, painter: QPainter) -> None:
        self._draw_axes(painter)
        if self._shown is None:
            return
        for segment in self.segments:
            found = self._shown.bins[segment.column]
            is_too_sure = found.confidence > found.accuracy
            ink = self.look.theme.error if is_too_sure else self.look.theme.accent
            painter.setPen(QPen(QColor(mixed(ink, self.look.theme.surface, 0.6)), 2))
            painter.drawLine(self._at(found.confidence, found.confidence), self._at(found.confidence, found.accuracy))
        for segment in self.segments:
            found = self._shown.bins[segment.column]
            ink = self.look.theme.error if found.confidence > found.accuracy else self.look.theme.accent
            painter.setPen(QPen(QColor(self.look.theme.surface), 1.5))
            painter.setBrush(QColor(ink))
            painter.drawEllipse(segment.rect)

    def _draw_axes(self, painter: QPainter) -> None:
        plot, theme = self._plot, self.look.theme
        painter.setFont(font(TAG_SIZE, tabular=True))
        for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
            words = f"{tick:g}".removeprefix("0") or "0"
            x, y = self._at(tick, 0).x(), self._at(0, tick).y()
            painter.setPen(QPen(QColor(theme.line), 1))
            painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
            painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))
            painter.setPen(QColor(theme.muted))
            write_beside(painter, QPointF(plot.left() - 6, y), words)
            write_below(painter, QPointF(x, plot.bottom() + 4), words)
        painter.setPen(QPen(QColor(theme.edge), 1, Qt.PenStyle.DashLine))
        painter.drawLine(self._at(0, 0), self._at(1, 1))
        painter.setPen(QColor(theme.muted))
        below, height = plot.bottom() + 4 + scaled(TEXT_HEIGHT), scaled(TEXT_HEIGHT)
        write_below(painter, QPointF(plot.center().x(), below), say("mean probability"))
        painter.save()
        painter.rotate(-90)
        write_below(painter, QPointF(-plot.center().y(), 0), say("share that is right"))
        painter.restore()
        near_top = QRectF(plot.left() + 6, plot.top() + 4, plot.width() - 12, height)
        painter.drawText(near_top, Qt.AlignmentFlag.AlignLeft, say("under-confident"))
        near_end = QRectF(plot.left(), plot.bottom() - 4 - height, plot.width() - 6, height)
        painter.drawText(near_end, Qt.AlignmentFlag.AlignRight, say("over-confident"))


_BARS_LEFT, _BARS_RIGHT, _BARS_TOP = 52, 12, 44
_LOOKS: tuple[Outcome, Outcome] = ("right", "both")
"""The outcomes whose looks the bars of right and of wrong spans have."""
_WORDS = (mark("right"), mark("wrong"))


class Histogram(_CalibrationChart):
    """Two bars a bin. Their heights go by the square root, so that a few spans are seen beside thousands."""

    def __init__(self, counter: SentenceCounter, look: Look) -> None:
        super().__init__(counter, look, say("Right and wrong predicted spans by probability"))

    def minimumSizeHint(self) -> QSize:
        return QSize(scaled(420), scaled(240))

    def place_segments(self) -> Iterator[Segment]:
        if self._shown is None:
            return
        plot, bins = self._plot, self._shown.bins
        top = self._highest
        step = plot.width() / len(bins)
        width = max(2.0, step * 0.42)
        for column, found in enumerate(bins):
            for row, count in enumerate((found.right, found.wrong)):
                if not count:
                    continue
                height = max(2.0, plot.height() * math.sqrt(count / top))
                left = plot.left() + step * column + step * 0.06 + row * (width + 1)
                rect = QRectF(left, plot.bottom() - height, width, height)
                words = self._shown.describe_bar(column, is_right=not row)
                yield Segment(rect, row, column, words, self._shown.links[column, not row])

    @property
    def _plot(self) -> QRectF:
        left, top = scaled(_BARS_LEFT), scaled(_BARS_TOP)
        return QRectF(left, top, self.width() - left - _BARS_RIGHT, self.height() - top - scaled(_BOTTOM))

    @property
    def _highest(self) -> int:
        assert self._shown is not None
        return max((max(found.right, found.wrong) for found in self._shown.bins), default=0) or 1

    def draw(self, painter: QPainter) -> None:
        at = QPointF(self._plot.left(), 4)
        for look, words in zip(_LOOKS, _WORDS, strict=True):
            at = QPointF(paint_legend_entry(painter, at, look, say(words), self.look.theme), 4)
        if self._shown is None:
            return
        self._draw_axes(painter)
        for segment in self.segments:
            paint_outcome(painter, segment.rect, _LOOKS[segment.row], self.look.theme)
            self._draw_count(painter, segment)

    def _draw_axes(self, painter: QPainter) -> None:
        plot = self._plot
        painter.setFont(font(TAG_SIZE, tabular=True))
        for tick in ticks(self._highest):
            y = plot.bottom() - plot.height() * math.sqrt(tick / self._highest)
            painter.setPen(QPen(QColor(self.look.theme.line), 1))
            painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
            painter.setPen(QColor(self.look.theme.muted))
            write_beside(painter, QPointF(plot.left() - 6, y), f"{tick:,}")
        step = plot.width() / len(BIN_NAMES)
        widest = max(map(QFontMetricsF(painter.font()).horizontalAdvance, BIN_NAMES)) + 4
        for column in range(len(BIN_NAMES) - 1, -1, -math.ceil(widest / step)):
            middle = plot.left() + (column + 0.5) * step
            write_below(painter, QPointF(middle, plot.bottom() + 4), BIN_NAMES[column])
        words = say("probability of the predicted span; heights by the square root of the count")
        write_below(painter, QPointF(plot.center().x(), plot.bottom() + 4 + scaled(TEXT_HEIGHT)), words)

    def _draw_count(self, painter: QPainter, segment: Segment) -> None:
        assert self._shown is not None
        found = self._shown.bins[segment.column]
        number = format_compact(found.right if segment.row == 0 else found.wrong)
        small = font(TAG_SIZE, tabular=True)
        width = QFontMetricsF(small).horizontalAdvance(number)
        if width > segment.rect.width() * 1.3:
            return
        painter.setFont(small)
        painter.setPen(QColor(self.look.theme.text))
        write_below(painter, QPointF(segment.rect.center().x(), segment.rect.top() - scaled(TEXT_HEIGHT)), number)


def ticks(highest: int) -> list[int]:
    """0, a round number near the highest, and two lower ones, evenly apart by the square root."""
    return sorted({0, *(_rounded(highest // part) for part in (1, 4, 25) if highest >= part)})


def _rounded(number: int) -> int:
    size: int = 10 ** (len(str(number)) - 1)
    return number // size * size


def format_compact(number: int) -> str:
    """`812`, `1.2k`, `31k`."""
    if number < 1_000:
        return str(number)
    return f"{number / 1_000:.1f}k" if number < 9_950 else f"{number / 1_000:.0f}k"
