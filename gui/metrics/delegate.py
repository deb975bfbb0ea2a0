"""Paints one number of a metrics table: the value, a light bar for it, and the change."""

from functools import lru_cache

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen, QPolygon
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from gui.metrics.model import MetricModel
from gui.metrics.table import Cell, Column, figure, rounds_to_change
from gui.palette import mixed
from gui.theme import LIST_SIZE, TAG_SIZE, Theme, font

PADDING = 8
_GAP = 6
_MARK = 7
_BAR = 3

_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_RINGED = QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_HasFocus


class MetricDelegate(QStyledItemDelegate):
    """Knows the widths that the numbers need, and how a cell looks."""

    padding = PADDING

    def __init__(self, model: MetricModel, theme: Theme) -> None:
        super().__init__()
        self.model = model
        self.theme = theme
        self.hovered: QPersistentModelIndex | None = None
        self._font = font(LIST_SIZE, tabular=True)
        self._bold = font(LIST_SIZE, bold=True, tabular=True)
        self._small = font(TAG_SIZE, tabular=True)
        self._change_width = _GAP + _MARK + 3 + QFontMetrics(self._small).horizontalAdvance(".000")

    def width(self, column: Column) -> int:
        """How wide a column must be for any number."""
        widest = "00,000" if column.metric == "support" else "0.000"
        value = QFontMetrics(self._bold).horizontalAdvance(widest) + 2 * self.padding
        return value + self.change_width(column)

    def change_width(self, column: Column) -> int:
        """How much of it the change takes, on the right."""
        return 0 if column.before is None else self._change_width

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        cell, column = self.model.cell(index), self.model.column(index.column())
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        painter.save()
        painter.fillRect(rect, self._ground(index, cell, column))
        self._paint_lines(painter, rect, index, column)
        self.paint_number(painter, rect.adjusted(self.padding, 0, -self.padding, 0), index)
        if state & _RINGED:
            self._paint_ring(painter, rect)
        painter.restore()

    def paint_number(self, painter: QPainter, inner: QRect, index: QModelIndex | QPersistentModelIndex) -> None:
        """Paint what a cell tells, inside its padding."""
        cell, column = self.model.cell(index), self.model.column(index.column())
        if isinstance(cell.value, float):
            self._paint_bar(painter, inner, cell.value, column)
        if column.before is not None:
            change = inner.adjusted(inner.width() - self.change_width(column), 0, 0, -_BAR)
            self._paint_change(painter, change, cell)
            inner.setRight(change.left() - 1)
        self._paint_value(painter, inner.adjusted(0, 0, 0, -_BAR), index, cell)

    def _paint_ring(self, painter: QPainter, rect: QRect) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(self.theme.accent), 2))
        painter.drawRect(rect.adjusted(1, 1, -1, -1))

    def _ground(self, index: QModelIndex | QPersistentModelIndex, cell: Cell, column: Column) -> QColor:
        if self.hovered is None or not self.hovered.isValid() or self.hovered.row() != index.row():
            return self.still_ground(cell, column)
        if self.hovered.column() == index.column() and cell.link is not None:
            return QColor(self.theme.selection)
        return ground(self.theme, is_current=column.is_current, is_hovered=True)

    def still_ground(self, cell: Cell, column: Column) -> QColor:
        """What lies under a number when the pointer is elsewhere."""
        return ground(self.theme, is_current=column.is_current)

    def shown(self, cell: Cell) -> str:
        """The number as it is written."""
        return figure(cell.value)

    def is_faint(self, cell: Cell) -> bool:
        """Whether the eye may pass over it."""
        return cell.value is None

    def _paint_lines(
        self, painter: QPainter, rect: QRect, index: QModelIndex | QPersistentModelIndex, column: Column
    ) -> None:
        """Hairlines before each group and below the types."""
        painter.setPen(QColor(self.theme.line))
        if column.starts_group and index.column():
            painter.drawLine(rect.topLeft(), rect.bottomLeft())
        if self.model.closes_types(index.row()):
            painter.drawLine(rect.topLeft(), rect.topRight())

    def _paint_bar(self, painter: QPainter, inner: QRect, value: float, column: Column) -> None:
        theme = self.theme
        ink = theme.accent if column.metric == "f1" else theme.muted
        track = QRect(inner.left(), inner.bottom() - _BAR, inner.width(), _BAR)
        painter.fillRect(track, _blended(theme.line, theme.surface, 0.6))
        track.setWidth(round(inner.width() * value))
        painter.fillRect(track, _blended(ink, theme.surface, 0.5))

    def _paint_value(
        self, painter: QPainter, rect: QRect, index: QModelIndex | QPersistentModelIndex, cell: Cell
    ) -> None:
        theme = self.theme
        is_main = self.model.row(index.row()).name == "micro"
        painter.setFont(self._bold if is_main else self._font)
        painter.setPen(QColor(theme.muted if self.is_faint(cell) else theme.text))
        painter.drawText(rect, _RIGHT, self.shown(cell))

    def _paint_change(self, painter: QPainter, rect: QRect, cell: Cell) -> None:
        if cell.change is None:
            return
        theme, moves = self.theme, rounds_to_change(cell.change)
        colour = QColor(theme.muted if not moves else theme.right if cell.change > 0 else theme.error)
        painter.setFont(self._small)
        painter.setPen(colour)
        painter.drawText(rect, _RIGHT, written_change(cell.change))
        if moves:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            painter.drawPolygon(_triangle(rect.left() + _GAP, rect.center().y(), up=cell.change > 0))


def written_change(change: float) -> str:
    """A change without its sign, as wide as `.000` at most."""
    if not rounds_to_change(change):
        return "="
    return "1.00" if round(abs(change), 3) >= 1 else f"{abs(change):.3f}".removeprefix("0")


def ground(theme: Theme, *, is_current: bool, is_hovered: bool = False) -> QColor:
    """What lies under the numbers and names of a column of the current epoch, or of a row under the pointer."""
    if is_hovered:
        return _blended(theme.hover, theme.selection if is_current else theme.surface, 0.7)
    return _blended(theme.selection, theme.surface, 0.35 if is_current else 0)


@lru_cache(maxsize=64)
def _blended(colour: str, under: str, share: float) -> QColor:
    return QColor(mixed(colour, under, share))


def _triangle(left: int, middle: int, *, up: bool) -> QPolygon:
    base, tip = (middle + 3, middle - 3) if up else (middle - 2, middle + 4)
    return QPolygon([QPoint(left, base), QPoint(left + _MARK, base), QPoint(left + _MARK // 2, tip)])
