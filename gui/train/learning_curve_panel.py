"""The learning curve: F1 of the runs by the sentences that they learned from, and what more would probably bring."""

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QFrame, QSizePolicy, QVBoxLayout, QWidget

from core.analysis.bootstrap import Interval
from core.messages.catalogue import say
from core.services.learning_curve import LearningCurve, describe_basis, describe_forecast
from gui.look.theme import TAG_SIZE, Look, font, scaled
from gui.widgets.text_labels import PlainLabel, hint_label

FEWEST = 2
"""Runs from which there is a curve to show."""
_HEIGHT, _LEFT, _TOP, _RIGHT, _BOTTOM = 140, 36, 8, 28, 20
_DOT = 3.5


class LearningCurvePanel(QFrame):
    """Hidden until there are `FEWEST` runs of one encoder and settings."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.setProperty("panel", True)
        title = PlainLabel(say("Learning curve"))
        title.setProperty("role", "heading")
        self.chart = LearningCurveChart(look)
        self.forecast, self.basis = PlainLabel(wraps=True), hint_label(wraps=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(8)
        for part in (title, self.chart, self.forecast, self.basis):
            column.addWidget(part)
        self.hide()

    def show_curve(self, curve: LearningCurve) -> None:
        self.setVisible(len(curve.points) >= FEWEST)
        self.chart.show_curve(curve)
        self.forecast.setText(describe_forecast(curve))
        self.basis.setText(describe_basis(curve))


class LearningCurveChart(QWidget):
    """Each run as a point with its interval; the forecast as a hollow one, after a dashed line."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._curve = LearningCurve()
        self.setFixedHeight(scaled(_HEIGHT))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(say("Learning curve"))
        look.theme_changed.connect(self.update)

    def show_curve(self, curve: LearningCurve) -> None:
        self._curve = curve
        self.setAccessibleDescription("\n".join(_describe_points(curve)))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._curve.points:
            return
        painter, theme = QPainter(self), self._look.theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(font(TAG_SIZE, tabular=True))
        self._paint_axes(painter)
        points = [self._place(point.sentences, point.f1) for point in self._curve.points]
        painter.setPen(QPen(QColor(theme.accent), 1.5))
        painter.drawPolyline(QPolygonF(points))
        for point in self._curve.points:
            self._paint_point(painter, point.sentences, point.f1, point.interval, is_known=True)
        if (coming := self._curve.forecast) is not None:
            painter.setPen(QPen(QColor(theme.accent), 1.2, Qt.PenStyle.DashLine))
            painter.drawLine(points[-1], self._place(coming.sentences, coming.f1))
            self._paint_point(painter, coming.sentences, coming.f1, coming.interval, is_known=False)
        painter.end()

    def _paint_point(self, painter: QPainter, sentences: int, f1: float, interval: Interval, *, is_known: bool) -> None:
        theme = self._look.theme
        painter.setPen(QPen(QColor(theme.accent), 1.2))
        painter.drawLine(QLineF(self._place(sentences, interval.low), self._place(sentences, interval.high)))
        painter.setBrush(QColor(theme.accent if is_known else theme.surface))
        painter.drawEllipse(self._place(sentences, f1), _DOT, _DOT)

    def _paint_axes(self, painter: QPainter) -> None:
        theme, area = self._look.theme, self._area
        low, high = self._range
        metrics = QFontMetricsF(painter.font())
        for f1 in (low, (low + high) / 2, high):
            y = self._place(0, f1).y()
            painter.setPen(QColor(theme.line))
            painter.drawLine(QLineF(area.left(), y, area.right(), y))
            painter.setPen(QColor(theme.muted))
            painter.drawText(QPointF(0, y + metrics.ascent() / 2 - 1), f"{f1:.2f}")
        for sentences in (0, self._most):
            words = f"{sentences:,}"
            x = self._place(sentences, low).x() - metrics.horizontalAdvance(words) / 2
            painter.drawText(QPointF(x, area.bottom() + metrics.ascent() + 4), words)
        words = say("labelled sentences")
        left = area.center().x() - metrics.horizontalAdvance(words) / 2
        painter.drawText(QPointF(left, area.bottom() + metrics.ascent() + 4), words)

    @property
    def _area(self) -> QRectF:
        margins = (scaled(_LEFT), scaled(_TOP), -scaled(_RIGHT), -scaled(_BOTTOM))
        return QRectF(self.rect()).adjusted(*margins)

    @property
    def _most(self) -> int:
        coming = self._curve.forecast
        return max([point.sentences for point in self._curve.points] + ([coming.sentences] if coming else [1]))

    @property
    def _range(self) -> tuple[float, float]:
        """The F1 at the foot and at the top, in whole tenths."""
        coming = self._curve.forecast
        intervals = [*(point.interval for point in self._curve.points), *([coming.interval] if coming else [])]
        low = int(min(each.low for each in intervals) * 10) / 10
        high = min(1.0, int(max(each.high for each in intervals) * 10 + 1) / 10)
        return (low, high) if low < high else (high - 0.1, high)

    def _place(self, sentences: int, f1: float) -> QPointF:
        area, (low, high) = self._area, self._range
        x = area.left() + area.width() * sentences / self._most
        return QPointF(x, area.bottom() - area.height() * (f1 - low) / (high - low))


def _describe_points(curve: LearningCurve) -> list[str]:
    return [
        say("run {run}: {sentences:,} sentences, F1 {f1:.4f}", run=point.run, sentences=point.sentences, f1=point.f1)
        for point in curve.points
    ]
