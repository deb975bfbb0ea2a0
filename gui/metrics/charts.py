"""Charts of a run: their base, whose tooltips count sentences; F1 by epoch; how outcomes look."""

import math
from collections.abc import Sequence

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFontMetricsF,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.messages.catalogue import say
from core.metrics.comparison import Outcome
from gui.look.palette import mixed
from gui.look.theme import SMALL_SIZE, TAG_SIZE, Look, Theme, font, scaled
from gui.metrics.epoch_figures import MICRO, ScoreLine
from gui.metrics.table_model import SentenceCounter, SentencesLink
from gui.sentence.painting import wave
from gui.widgets.segment_chart import TEXT_HEIGHT, Segment, SegmentChart, write_below, write_beside
from gui.widgets.tables import LEFT
from gui.widgets.text_labels import PlainLabel


class CountedChart(SegmentChart):
    """A chart whose tooltips count the sentences behind its segments, which have a `SentencesLink`.

    Args:
        counter: asked only when a tooltip is due.
    """

    def __init__(self, counter: SentenceCounter, look: Look, purpose: str) -> None:
        super().__init__(look, purpose)
        self._counter = counter

    def tooltip(self, segment: Segment) -> str:
        assert segment.link is None or isinstance(segment.link, SentencesLink)
        return self._counter.tooltip(segment.words, segment.link)


LABEL_GAP = 13
"""Pixels from the middle of one line's name to that of the next, at the usual text size as all below."""

_LEAST_GAP = 10
_LEADER, _LABEL_WIDTH, _MARGIN, _TICK_WIDTH = 12, 44, 10, 26
_LEFT, _RIGHT, _ABOVE, _BELOW = 52, 8, 14, 36
"""Pixels around the lines: their scale is on the left of them, the epochs are below."""
_MOST_DOTS = 12
_MIDDLE = Qt.AlignmentFlag.AlignVCenter


class ScoreChart(QWidget):
    """The lines of one run, from 0 to 1; one of them can be emphasised."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._lines: tuple[ScoreLine, ...] = ()
        self._emphasised = ""
        self._title = PlainLabel(say("F1 by epoch"))
        self._title.setProperty("role", "heading")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 8, 8)
        layout.addWidget(self._title, 0, Qt.AlignmentFlag.AlignTop)
        self.setMinimumSize(scaled(280), scaled(140))
        self.setAccessibleName(say("Scores by epoch"))

    def show_lines(self, lines: tuple[ScoreLine, ...]) -> None:
        self._lines = lines
        self.update()

    @property
    def height_for_names(self) -> int:
        """The height in pixels in which every line has its name, with room for one more."""
        around = self.height() - math.floor(self._plot.height())
        return around + scaled(_LEAST_GAP) * (1 + sum(bool(line.values) for line in self._lines))

    def emphasise(self, name: str) -> None:
        """Emphasise one line and grey the others; an empty name, or one without a line, shows all alike."""
        self._emphasised = name
        self.update()

    def place_of(self, epoch: int, value: float) -> QPointF:
        """Where a score is drawn; the only epoch of a run is in the middle."""
        plot, epochs = self._plot, self._epochs
        room = plot.adjusted(_MARGIN, 0, -scaled(_MARGIN + _LEADER + _LABEL_WIDTH), 0)
        share = (epoch - epochs[0]) / (epochs[-1] - epochs[0]) if len(epochs) > 1 else 0.5
        return QPointF(room.left() + share * room.width(), plot.bottom() - value * plot.height())

    @property
    def _plot(self) -> QRectF:
        left, top = scaled(_LEFT), self._title.geometry().bottom() + _ABOVE
        return QRectF(left, top, self.width() - left - _RIGHT, self.height() - top - scaled(_BELOW))

    @property
    def _epochs(self) -> list[int]:
        return sorted({epoch for line in self._lines for epoch in line.epochs})

    @property
    def _emphasised_line(self) -> str:
        return self._emphasised if any(line.name == self._emphasised for line in self._lines) else ""

    def _is_thick(self, line: ScoreLine) -> bool:
        return line.name == (self._emphasised_line or MICRO)

    def _is_grey(self, line: ScoreLine) -> bool:
        return bool(self._emphasised_line) and line.name != self._emphasised_line

    def _ink(self, line: ScoreLine, strength: float = 1.0) -> QColor:
        """The colour of a line; of a grey one at so much of the strength of other words."""
        if self._is_grey(line):
            return QColor(mixed(self._look.theme.muted, self._look.theme.surface, strength))
        return QColor(self._look.theme.text if line.name == MICRO else self._look.theme.label(line.name).ink)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._epochs:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_axes(painter)
        self._paint_names(painter)
        for line in sorted(self._lines, key=self._is_thick):
            self._paint_line(painter, line)
        painter.end()

    def _paint_axes(self, painter: QPainter) -> None:
        plot, theme = self._plot, self._look.theme
        painter.setFont(font(TAG_SIZE, tabular=True))
        for tick in range(6):
            y = plot.bottom() - plot.height() * tick / 5
            painter.setPen(QColor(mixed(theme.line, theme.surface, 0.6)))
            painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
            painter.setPen(QColor(theme.muted))
            write_beside(painter, QPointF(plot.left() - 5, y), f"{tick / 5:.1f}")
        epochs, width = self._epochs, scaled(_TICK_WIDTH)
        room = self.place_of(epochs[-1], 0).x() - self.place_of(epochs[0], 0).x() + width
        for epoch in epochs[:: -math.ceil(len(epochs) * width / room)]:
            write_below(painter, QPointF(self.place_of(epoch, 0).x(), plot.bottom() + 10), str(epoch))
        painter.setPen(QColor(theme.line))
        corner = QPointF(plot.left(), plot.bottom() + 8)
        painter.drawPolyline([QPointF(plot.left(), plot.top() - 8), corner, QPointF(plot.right(), corner.y())])

    def _paint_line(self, painter: QPainter, line: ScoreLine) -> None:
        points = [self.place_of(*each) for each in zip(line.epochs, line.values, strict=True)]
        colour, is_thick = self._ink(line, 0.28), self._is_thick(line)
        painter.setPen(QPen(colour, 3 if is_thick else 1.4))
        painter.drawPolyline(QPolygonF(points))
        if len(points) <= _MOST_DOTS:
            radius = 4.0 if len(points) == 1 or is_thick else 2.5
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            for point in points:
                painter.drawEllipse(point, radius, radius)

    def _paint_names(self, painter: QPainter) -> None:
        """The names, each led to from the end of its line, where they do not cover each other.

        Where they cannot all be legible, only the one that counts.
        """
        plot, theme = self._plot, self._look.theme
        lines = [line for line in self._lines if line.values]
        ends = [self.place_of(line.epochs[-1], line.values[-1]) for line in lines]
        left = self.place_of(self._epochs[-1], 0).x() + scaled(_LEADER)
        fit = plot.height() >= scaled(_LEAST_GAP) * len(lines)
        places = spread_labels([end.y() for end in ends], scaled(LABEL_GAP), plot.top(), plot.bottom())
        for line, end, y in zip(lines, ends, places, strict=True):
            if fit or self._is_thick(line):
                painter.setPen(QColor(mixed(theme.muted, theme.surface, 0.28)))
                painter.drawLine(QLineF(end, QPointF(left, y)))
                painter.setPen(self._ink(line, 0.6))
                painter.setFont(font(SMALL_SIZE if line.name == MICRO else TAG_SIZE, bold=True))
                painter.drawText(
                    QRectF(left + 3, y - TEXT_HEIGHT, self.width() - left, 2 * TEXT_HEIGHT),
                    _MIDDLE,
                    say("micro") if line.name == MICRO else line.name,
                )


def spread_labels(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Places near the wanted ones, in their order, that are `gap` apart and within bounds as far as they fit."""
    gap = min(gap, (high - low) / max(len(wanted) - 1, 1))
    order = sorted(range(len(wanted)), key=lambda index: wanted[index])
    groups: list[tuple[float, int]] = []
    for index in order:
        middle, size = min(max(wanted[index], low), high), 1
        while groups and middle - (size - 1) * gap / 2 < groups[-1][0] + (groups[-1][1] - 1) * gap / 2 + gap:
            before, count = groups.pop()
            middle = (before * count + middle * size) / (count + size)
            size += count
            half = (size - 1) * gap / 2
            middle = min(max(middle, low + half), high - half)
        groups.append((middle, size))
    placed = [middle + (number - (size - 1) / 2) * gap for middle, size in groups for number in range(size)]
    return [placed[order.index(index)] for index in range(len(wanted))]


_HATCHES: dict[Outcome, Qt.BrushStyle] = {
    "edge": Qt.BrushStyle.BDiagPattern,
    "type": Qt.BrushStyle.VerPattern,
    "both": Qt.BrushStyle.DiagCrossPattern,
}


_WAVES_APART, _SWATCH = 5, 16


def outcome_ground(outcome: Outcome, theme: Theme) -> str:
    """What lies under the pattern of an outcome."""
    if outcome == "right":
        return mixed(theme.right, theme.surface, 0.28)
    return mixed(theme.error, theme.surface, 0.14) if outcome in _HATCHES else theme.surface


def paint_outcome(painter: QPainter, rect: QRectF, outcome: Outcome, theme: Theme) -> None:
    """Fill a rectangle as the outcome looks: even, hatched, striped, crossed, dashed around, or in waves."""
    painter.save()
    painter.fillRect(rect, QColor(outcome_ground(outcome, theme)))
    painter.setClipRect(rect)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    ink = QColor(mixed(theme.error, theme.surface, 0.6))
    if outcome in _HATCHES:
        painter.fillRect(rect, QBrush(ink, _HATCHES[outcome]))
    elif outcome == "missed":
        pen = QPen(QColor(theme.error), 1.2)
        pen.setDashPattern([3.0, 2.5])
        painter.setPen(pen)
        painter.drawRect(rect.adjusted(0.5, 0.5, -0.5, -0.5))
    elif outcome == "spurious":
        painter.setPen(QPen(ink, 1))
        for step in range(int(rect.height()) // _WAVES_APART + 1):
            y = rect.top() + 2.5 + step * _WAVES_APART
            painter.drawPath(wave(rect.left(), max(rect.right(), rect.left() + 8), y, height=2))
    painter.restore()


def paint_number(painter: QPainter, rect: QRectF, number: str, outcome: Outcome, theme: Theme) -> None:
    """Write a number into a pattern, on a ground of its own; nothing where it does not fit."""
    small = font(TAG_SIZE, tabular=True)
    width = QFontMetricsF(small).horizontalAdvance(number) + 6
    if width > rect.width() - 2:
        return
    spot = QRectF(rect.center().x() - width / 2, rect.top() + 2, width, rect.height() - 4)
    painter.fillRect(spot, QColor(outcome_ground(outcome, theme)))
    painter.setFont(small)
    painter.setPen(QColor(theme.text))
    painter.drawText(spot, Qt.AlignmentFlag.AlignCenter, number)


def paint_legend_entry(painter: QPainter, at: QPointF, outcome: Outcome, words: str, theme: Theme) -> float:
    """One entry of a legend, swatch and words; returns where it ends."""
    swatch = QRectF(at.x(), at.y() + 2, scaled(_SWATCH), scaled(TEXT_HEIGHT) - 4)
    paint_outcome(painter, swatch, outcome, theme)
    painter.setFont(font(TAG_SIZE))
    painter.setPen(QColor(theme.muted))
    width = legend_entry_width(words)
    painter.drawText(QRectF(swatch.right() + 5, at.y(), width, scaled(TEXT_HEIGHT)), LEFT, words)
    return at.x() + width


def legend_entry_width(words: str) -> float:
    """What an entry of a legend takes, with the gap behind it."""
    return scaled(_SWATCH) + 5 + QFontMetricsF(font(TAG_SIZE)).horizontalAdvance(words) + 14
