"""Whether a probability keeps what it promises: the share of right spans against the mean probability, bin by bin."""

import math
from collections.abc import Iterator

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from core.metrics.comparison import Outcome
from gui.look.palette import mixed
from gui.look.theme import TAG_SIZE, Look, font
from gui.metrics.calibration import EDGES_IN_WORDS, CalibrationShown
from gui.metrics.chart_parts import Segment, SegmentChart
from gui.metrics.error_bars import paint_key, paint_outcome
from gui.metrics.table_model import Behind

_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 16, 16, 40
_LEAST, _MOST = 3.5, 10.0
"""Radius in pixels of the dot of a bin with hardly any span, and of one with all of them."""
_MIDDLE = Qt.AlignmentFlag.AlignCenter


class ReliabilityDiagram(SegmentChart):
    """A dot a bin, larger the more spans it has; on the diagonal probabilities keep what they promise."""

    def __init__(self, behind: Behind, look: Look) -> None:
        super().__init__(behind, look, "Share of right spans against their probability")
        self._shown: CalibrationShown | None = None

    def show_calibration(self, shown: CalibrationShown | None) -> None:
        """Show these spans; None shows none."""
        self._shown = shown
        self.refresh()

    def minimumSizeHint(self) -> QSize:
        return QSize(240, 240)

    def placed(self) -> Iterator[Segment]:
        if self._shown is None:
            return
        bins = self._shown.bins
        total = max(sum(found.spans for found in bins), 1)
        for column, found in enumerate(bins):
            if found.spans:
                radius = _LEAST + (_MOST - _LEAST) * math.sqrt(found.spans / total)
                middle = self._at(found.confidence, found.accuracy)
                rect = QRectF(middle.x() - radius, middle.y() - radius, 2 * radius, 2 * radius)
                yield Segment(rect, 0, column, self._shown.bin_words(column), self._shown.links[column, None])

    @property
    def _plot(self) -> QRectF:
        """The largest square that there is room for."""
        side = max(min(self.width() - _LEFT - _RIGHT, self.height() - _TOP - _BOTTOM), 1)
        return QRectF(_LEFT, _TOP, side, side)

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
            painter.drawText(
                QRectF(16, y - 8, _LEFT - 22, 16), Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, words
            )
            painter.drawText(QRectF(x - 20, plot.bottom() + 4, 40, 14), _MIDDLE, words)
        painter.setPen(QPen(QColor(theme.edge), 1, Qt.PenStyle.DashLine))
        painter.drawLine(self._at(0, 0), self._at(1, 1))
        painter.setPen(QColor(theme.muted))
        painter.drawText(QRectF(plot.left(), plot.bottom() + 20, plot.width(), 16), _MIDDLE, "mean probability")
        painter.save()
        painter.translate(8, plot.center().y())
        painter.rotate(-90)
        painter.drawText(QRectF(-60, -8, 120, 16), _MIDDLE, "share that is right")
        painter.restore()
        near_top = QRectF(plot.left() + 6, plot.top() + 4, plot.width() - 12, 16)
        painter.drawText(near_top, Qt.AlignmentFlag.AlignLeft, "more are right than promised")
        near_end = QRectF(plot.left(), plot.bottom() - 20, plot.width() - 6, 16)
        painter.drawText(near_end, Qt.AlignmentFlag.AlignRight, "fewer are right than promised")


_BARS_LEFT, _BARS_RIGHT, _BARS_TOP, _BARS_BOTTOM = 52, 12, 44, 40
_LOOKS: tuple[Outcome, Outcome] = ("right", "both")
"""The outcomes whose looks the bars of right and of wrong spans have."""
_WORDS = ("right", "wrong")


class Histogram(SegmentChart):
    """Two bars a bin. Their heights go by the square root, so that a few spans are seen beside thousands."""

    def __init__(self, behind: Behind, look: Look) -> None:
        super().__init__(behind, look, "Predicted spans by probability, right against wrong")
        self._shown: CalibrationShown | None = None

    def show_calibration(self, shown: CalibrationShown | None) -> None:
        """Show these spans; None shows none."""
        self._shown = shown
        self.refresh()

    def minimumSizeHint(self) -> QSize:
        return QSize(420, 240)

    def placed(self) -> Iterator[Segment]:
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
                words = self._shown.words(column, is_right=not row)
                yield Segment(rect, row, column, words, self._shown.links[column, not row])

    @property
    def _plot(self) -> QRectF:
        return QRectF(
            _BARS_LEFT, _BARS_TOP, self.width() - _BARS_LEFT - _BARS_RIGHT, self.height() - _BARS_TOP - _BARS_BOTTOM
        )

    @property
    def _highest(self) -> int:
        assert self._shown is not None
        return max((max(found.right, found.wrong) for found in self._shown.bins), default=0) or 1

    def draw(self, painter: QPainter) -> None:
        at = QPointF(_BARS_LEFT, 4)
        for look, words in zip(_LOOKS, _WORDS, strict=True):
            at = QPointF(paint_key(painter, at, look, words, self.look.theme), 4)
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
            place = QRectF(0, y - 8, _BARS_LEFT - 6, 16)
            painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, f"{tick:,}")
        step = plot.width() / len(EDGES_IN_WORDS)
        for column, words in enumerate(EDGES_IN_WORDS):
            place = QRectF(plot.left() + column * step, plot.bottom() + 4, step, 14)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, words)
        place = QRectF(plot.left(), plot.bottom() + 20, plot.width(), 16)
        painter.drawText(
            place,
            Qt.AlignmentFlag.AlignCenter,
            "probability of the predicted span; heights by the square root of the count",
        )

    def _draw_count(self, painter: QPainter, segment: Segment) -> None:
        assert self._shown is not None
        found = self._shown.bins[segment.column]
        number = compact(found.right if segment.row == 0 else found.wrong)
        small = font(TAG_SIZE, tabular=True)
        width = QFontMetricsF(small).horizontalAdvance(number)
        if width > segment.rect.width() * 1.3:
            return
        place = QRectF(segment.rect.center().x() - width, segment.rect.top() - 15, 2 * width, 14)
        painter.setFont(small)
        painter.setPen(QColor(self.look.theme.text))
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, number)


def ticks(highest: int) -> list[int]:
    """0, a round number near the highest, and two lower ones that stand apart by the square root."""
    return sorted({0, *(_rounded(highest // part) for part in (1, 4, 25) if highest >= part)})


def _rounded(number: int) -> int:
    size: int = 10 ** (len(str(number)) - 1)
    return number // size * size


def compact(number: int) -> str:
    """`812`, `1.2k`, `31k`."""
    if number < 1_000:
        return str(number)
    return f"{number / 1_000:.1f}k" if number < 9_950 else f"{number / 1_000:.0f}k"
