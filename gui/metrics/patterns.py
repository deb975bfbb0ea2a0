"""How the outcomes look in charts: each has a pattern of its own, after the shapes that Inspect gives them."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetricsF, QPainter, QPen

from core.metrics.comparison import Outcome
from gui.palette import mixed
from gui.sentence.painting import wave
from gui.theme import TAG_SIZE, Theme, font

_HATCHES: dict[Outcome, Qt.BrushStyle] = {
    "edge": Qt.BrushStyle.BDiagPattern,
    "type": Qt.BrushStyle.VerPattern,
    "both": Qt.BrushStyle.DiagCrossPattern,
}
_WAVES_APART = 5


def ground_of(outcome: Outcome, theme: Theme) -> str:
    """What lies under the pattern of an outcome."""
    if outcome == "right":
        return mixed(theme.right, theme.surface, 0.28)
    return mixed(theme.error, theme.surface, 0.14) if outcome in _HATCHES else theme.surface


def paint_outcome(painter: QPainter, rect: QRectF, outcome: Outcome, theme: Theme) -> None:
    """Fill a rectangle as the outcome looks: even, hatched, striped, crossed, dashed around, or in waves."""
    painter.save()
    painter.fillRect(rect, QColor(ground_of(outcome, theme)))
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
    painter.fillRect(spot, QColor(ground_of(outcome, theme)))
    painter.setFont(small)
    painter.setPen(QColor(theme.text))
    painter.drawText(spot, Qt.AlignmentFlag.AlignCenter, number)


def paint_key(painter: QPainter, at: QPointF, outcome: Outcome, words: str, theme: Theme) -> float:
    """One entry of a legend, swatch and words; returns where it ends."""
    swatch = QRectF(at.x(), at.y() + 2, 16, 12)
    paint_outcome(painter, swatch, outcome, theme)
    painter.setFont(font(TAG_SIZE))
    painter.setPen(QColor(theme.muted))
    width = key_width(words)
    painter.drawText(
        QRectF(swatch.right() + 5, at.y(), width, 16), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words
    )
    return at.x() + width


def key_width(words: str) -> float:
    """What an entry of a legend takes, with the gap behind it."""
    return 16 + 5 + QFontMetricsF(font(TAG_SIZE)).horizontalAdvance(words) + 14
