"""A chart whose parts lead somewhere by mouse and by keys, and the words beside and below the axes of charts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from gui.look.theme import Look, scaled
from gui.text.wording import wrap_tooltip
from gui.widgets.tables import RIGHT

TEXT_HEIGHT = 16
"""Pixels of a line of small text in a chart."""
_CENTRED = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextDontClip

_STEPS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}
_REACH = 3.0
"""Pixels around a small part that still take the pointer."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One part of a chart.

    Attributes:
        row, column: where the arrow keys find it.
        words: what it says, one sentence a line.
        link: what it leads to; None: nowhere.
    """

    rect: QRectF
    row: int
    column: int
    words: str
    link: object


class SegmentChart(QWidget):
    """A chart that paints itself; a subclass places the segments and draws them.

    Args:
        purpose: what a screen reader calls the chart.

    Signals:
        opened: a part that leads somewhere was clicked, or Enter pressed on it; its link.
    """

    opened = Signal(object)

    def __init__(self, look: Look, purpose: str) -> None:
        super().__init__()
        self.look = look
        self._segments: tuple[Segment, ...] | None = None
        self._current: tuple[int, int] | None = None
        self.setAccessibleName(purpose)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def place_segments(self) -> Iterator[Segment]:
        """The parts at the size that the chart has now."""
        raise NotImplementedError

    def draw(self, painter: QPainter) -> None:
        """Paint the whole chart but the ring around the current part."""
        raise NotImplementedError

    @property
    def segments(self) -> Sequence[Segment]:
        if self._segments is None:
            self._segments = tuple(self.place_segments())
        return self._segments

    @property
    def current(self) -> Segment | None:
        """The part that the keys are at."""
        return next((s for s in self.segments if (s.row, s.column) == self._current), None)

    def refresh(self) -> None:
        """Other numbers are to be shown."""
        self._segments = None
        self.updateGeometry()
        self.update()

    def segment_at(self, point: QPointF) -> Segment | None:
        """The part under a point, or else one right beside it."""
        inside = [segment for segment in self.segments if segment.rect.contains(point)]
        reach = QRectF(point.x() - _REACH, point.y() - _REACH, 2 * _REACH, 2 * _REACH)
        return next(iter(inside), None) or next((s for s in self.segments if s.rect.intersects(reach)), None)

    def tooltip(self, segment: Segment) -> str:
        """What it says, one sentence a line."""
        return wrap_tooltip(*segment.words.splitlines())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._segments = None

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), QColor(self.look.theme.surface))
        self.draw(painter)
        current = self.current
        if current is not None and self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(self.look.theme.accent), 2))
            painter.drawRect(current.rect.adjusted(-1, -1, 1, 1))
        painter.end()

    def event(self, event: QEvent) -> bool:
        """Show a tooltip for the part under the pointer."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            segment = self.segment_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), self.tooltip(segment) if segment is not None else "", self)
            return True
        return super().event(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        segment = self.segment_at(event.position())
        is_link = segment is not None and segment.link is not None
        self.setCursor(Qt.CursorShape.PointingHandCursor if is_link else Qt.CursorShape.ArrowCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        segment = self.segment_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and segment is not None:
            self._go_to(segment)
            self._open(segment)

    def _open(self, segment: Segment) -> None:
        if segment.link is not None:
            self.opened.emit(segment.link)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        current = self.current
        if event.key() in _STEPS:
            self._step(*_STEPS[Qt.Key(event.key())])
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and current is not None:
            self._open(current)
        else:
            super().keyPressEvent(event)

    def _step(self, down: int, right: int) -> None:
        """Go to the nearest part in a direction; at first to the first one."""
        current = self.current
        if current is None:
            nearest = min(self.segments, key=lambda s: (s.row, s.column), default=None)
        elif right:
            beside = [s for s in self.segments if s.row == current.row and (s.column - current.column) * right > 0]
            nearest = min(beside, key=lambda s: abs(s.column - current.column), default=None)
        else:
            beyond = [s for s in self.segments if (s.row - current.row) * down > 0]
            x = current.rect.center().x()
            nearest = min(beyond, key=lambda s: (abs(s.row - current.row), abs(s.rect.center().x() - x)), default=None)
        if nearest is not None:
            self._go_to(nearest)

    def _go_to(self, segment: Segment) -> None:
        self._current = segment.row, segment.column
        self.setAccessibleDescription(segment.words)
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def sizeHint(self) -> QSize:
        return self.minimumSizeHint()


def write_beside(painter: QPainter, at: QPointF, words: str) -> None:
    """Write what an axis says beside it, so that it ends at a point in the middle of its line."""
    height = scaled(TEXT_HEIGHT)
    painter.drawText(QRectF(0, at.y() - height / 2, at.x(), height), RIGHT, words)


def write_below(painter: QPainter, at: QPointF, words: str) -> None:
    """Write what an axis says below it, in the middle under a point."""
    painter.drawText(QRectF(at.x(), at.y(), 0, scaled(TEXT_HEIGHT)), _CENTRED, words)
