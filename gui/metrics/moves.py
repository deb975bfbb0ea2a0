"""How the change of a score looks: the number, and its interval beside it on one scale for the whole table."""

from PySide6.QtCore import QLineF, QModelIndex, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen

from gui.metrics.delegate import MetricDelegate
from gui.metrics.table import Cell, Column
from gui.theme import LIST_SIZE, font

_PLOT, _GAP, _DOT = 84, 12, 3.0
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class MoveDelegate(MetricDelegate):
    """A change is in colour only where its interval lies on one side of zero; else the eye may pass over it."""

    padding = 12

    def width(self, column: Column) -> int:
        return self._number_width() + _GAP + _PLOT + 2 * self.padding

    @staticmethod
    def _number_width() -> int:
        return QFontMetrics(font(LIST_SIZE, bold=True, tabular=True)).horizontalAdvance("+0.000")

    def paint_number(self, painter: QPainter, inner: QRect, index: QModelIndex | QPersistentModelIndex) -> None:
        cell = self.model.cell(index)
        colour = self._colour(cell)
        number = QRect(inner)
        number.setWidth(self._number_width())
        painter.setFont(font(LIST_SIZE, bold=cell.interval is not None and cell.interval.is_sure, tabular=True))
        painter.setPen(colour)
        painter.drawText(number, _RIGHT, written(cell))
        self._paint_interval(painter, inner.adjusted(number.width() + _GAP, 0, 0, 0), cell, colour)

    def _colour(self, cell: Cell) -> QColor:
        if cell.interval is None or not cell.interval.is_sure:
            return QColor(self.theme.muted)
        return QColor(self.theme.right if cell.interval.low > 0 else self.theme.error)

    def _paint_interval(self, painter: QPainter, plot: QRect, cell: Cell, colour: QColor) -> None:
        """A line from bound to bound with a dot at the change, and zero in the middle."""
        if cell.interval is None or cell.value is None:
            return
        middle, scale = plot.center().y() + 0.5, self._scale()

        def x(value: float) -> float:
            return plot.center().x() + 0.5 + value / scale * (plot.width() / 2 - _DOT)

        painter.setPen(QColor(self.theme.edge))
        painter.drawLine(QLineF(x(0), plot.top() + 4, x(0), plot.bottom() - 4))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colour, 1.5))
        painter.drawLine(QLineF(x(cell.interval.low), middle, x(cell.interval.high), middle))
        painter.setBrush(colour)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawEllipse(QLineF(x(cell.value), middle, x(cell.value), middle).p1(), _DOT, _DOT)

    def _scale(self) -> float:
        """What half the plot's width stands for: the farthest bound of the table."""
        bounds = (bound for row in self.model.table.cells for cell in row for bound in cell.interval or ())
        return max(map(abs, bounds), default=0.0) or 1.0


def written(cell: Cell) -> str:
    """`+0.021`, and `0.000` for what rounds to it."""
    shown = f"{cell.value or 0.0:+.3f}"
    return shown[1:] if shown[1:] == "0.000" else shown
