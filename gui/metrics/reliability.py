"""Whether a probability keeps what it promises: the share of right spans against the mean probability, bin by bin."""

import math
from collections.abc import Iterator

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from gui.metrics.calibration import CalibrationShown
from gui.metrics.model import Behind
from gui.metrics.segments import Segment, SegmentChart
from gui.palette import mixed
from gui.theme import TAG_SIZE, Theme, font

_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 16, 16, 40
_LEAST, _MOST = 3.5, 10.0
"""Radius in pixels of the dot of a bin with hardly any span, and of one with all of them."""
_MIDDLE = Qt.AlignmentFlag.AlignCenter


class ReliabilityDiagram(SegmentChart):
    """A dot a bin, larger the more spans it has; on the diagonal probabilities keep what they promise."""

    def __init__(self, behind: Behind, theme: Theme) -> None:
        super().__init__(behind, theme, "Share of right spans against their probability")
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
            ink = self.theme.error if is_too_sure else self.theme.accent
            painter.setPen(QPen(QColor(mixed(ink, self.theme.surface, 0.6)), 2))
            painter.drawLine(self._at(found.confidence, found.confidence), self._at(found.confidence, found.accuracy))
        for segment in self.segments:
            found = self._shown.bins[segment.column]
            ink = self.theme.error if found.confidence > found.accuracy else self.theme.accent
            painter.setPen(QPen(QColor(self.theme.surface), 1.5))
            painter.setBrush(QColor(ink))
            painter.drawEllipse(segment.rect)

    def _draw_axes(self, painter: QPainter) -> None:
        plot, theme = self._plot, self.theme
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
