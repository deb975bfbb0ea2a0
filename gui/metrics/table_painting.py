"""How a metrics table is painted: its cells, and its headers of epochs and types, which stay in view."""

import math
from collections.abc import Iterable
from functools import lru_cache
from typing import Literal, NamedTuple

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QMouseEvent, QPainter, QPen, QPolygon
from PySide6.QtWidgets import QHeaderView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from core.domain.labels import FirstNames
from gui.look.palette import mixed
from gui.look.theme import LIST_SIZE, SMALL_SIZE, TAG_SIZE, Look, Theme, font, scaled
from gui.metrics.table_model import MetricCell, MetricColumn, MetricModel, MetricRow, format_figure, rounds_to_change
from gui.widgets.tables import LEFT, RIGHT

PADDING = 8
_GAP, _MARK, _BAR = 6, 7, 3
"""Pixels before the mark of a change, of the mark, and of the bar below a number."""
_RINGED = QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_HasFocus


class MetricDelegate(QStyledItemDelegate):
    """Knows the widths that the numbers need, and how a cell looks."""

    padding = PADDING

    def __init__(self, model: MetricModel, look: Look) -> None:
        super().__init__()
        self.model = model
        self.look = look
        self.hovered: QPersistentModelIndex | None = None

    def width(self, column: MetricColumn) -> int:
        """How wide a column must be for its title and for any number."""
        widest = "00,000" if column.metric == "support" else "0.000"
        value = QFontMetrics(font(LIST_SIZE, bold=True, tabular=True)).horizontalAdvance(widest)
        title = 0 if column.is_type else QFontMetrics(font(SMALL_SIZE)).horizontalAdvance(column.title)
        return max(value, title) + 2 * self.padding + self.change_width(column)

    def change_width(self, column: MetricColumn) -> int:
        """How much of it the change takes, on the right."""
        return 0 if column.before is None else _change_width(scaled(TAG_SIZE))

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
        """Paint the number of a cell, inside its padding."""
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
        painter.setPen(QPen(QColor(self.look.theme.accent), 2))
        painter.drawRect(rect.adjusted(1, 1, -1, -1))

    def _ground(self, index: QModelIndex | QPersistentModelIndex, cell: MetricCell, column: MetricColumn) -> QColor:
        if self.hovered is None or not self.hovered.isValid() or self.hovered.row() != index.row():
            return self.still_ground(cell, column)
        if self.hovered.column() == index.column() and cell.link is not None:
            return QColor(self.look.theme.selection)
        return ground(self.look.theme, is_current=column.is_current, is_hovered=True)

    def still_ground(self, cell: MetricCell, column: MetricColumn) -> QColor:
        """What lies under a number when the pointer is elsewhere."""
        return ground(self.look.theme, is_current=column.is_current)

    def shown(self, cell: MetricCell) -> str:
        """The number as it is written."""
        return format_figure(cell.value)

    def is_faint(self, cell: MetricCell) -> bool:
        """Whether the eye may pass over it."""
        return cell.value is None

    def _paint_lines(
        self, painter: QPainter, rect: QRect, index: QModelIndex | QPersistentModelIndex, column: MetricColumn
    ) -> None:
        """Hairlines before each group and below the types."""
        painter.setPen(QColor(self.look.theme.line))
        if column.starts_group and index.column():
            painter.drawLine(rect.topLeft(), rect.bottomLeft())
        if self.model.closes_types(index.row()):
            painter.drawLine(rect.topLeft(), rect.topRight())

    def _paint_bar(self, painter: QPainter, inner: QRect, value: float, column: MetricColumn) -> None:
        theme = self.look.theme
        ink = theme.accent if column.metric == "f1" else theme.muted
        track = QRect(inner.left(), inner.bottom() - _BAR, inner.width(), _BAR)
        painter.fillRect(track, _blended(theme.line, theme.surface, 0.6))
        track.setWidth(round(inner.width() * value))
        painter.fillRect(track, _blended(ink, theme.surface, 0.5))

    def _paint_value(
        self, painter: QPainter, rect: QRect, index: QModelIndex | QPersistentModelIndex, cell: MetricCell
    ) -> None:
        theme = self.look.theme
        is_main = self.model.row(index.row()).name == "micro"
        painter.setFont(font(LIST_SIZE, bold=is_main, tabular=True))
        painter.setPen(QColor(theme.muted if self.is_faint(cell) else theme.text))
        painter.drawText(rect, RIGHT, self.shown(cell))

    def _paint_change(self, painter: QPainter, rect: QRect, cell: MetricCell) -> None:
        if cell.change is None:
            return
        theme, moves = self.look.theme, rounds_to_change(cell.change)
        colour = QColor(theme.muted if not moves else theme.right if cell.change > 0 else theme.error)
        painter.setFont(font(TAG_SIZE, tabular=True))
        painter.setPen(colour)
        painter.drawText(rect, RIGHT, format_change(cell.change))
        if moves:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            painter.drawPolygon(_triangle(rect.left() + _GAP, rect.center().y(), up=cell.change > 0))


@lru_cache
def _change_width(size: int) -> int:
    """What a change takes at a size of its text, in pixels; kept, since every cell asks."""
    return _GAP + _MARK + 3 + QFontMetrics(font(TAG_SIZE, tabular=True)).horizontalAdvance(".000")


def format_change(change: float) -> str:
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


NameStyle = Literal["full", "korean", "label"]
"""What the header of a type shows: label, Korean and English name; the first two; the label alone."""

_LINE_HEIGHT, _CHIP_HEIGHT = 22, 16


def chip_width(labels: Iterable[str]) -> int:
    """How wide a chip must be for any of the labels."""
    metrics = QFontMetrics(font(TAG_SIZE, bold=True))
    return max((metrics.horizontalAdvance(label) for label in labels), default=0) + 10


def paint_chip(painter: QPainter, left: QPoint, width: int, label: str, theme: Theme) -> None:
    """Paint the label of a type on its own ground, from the middle of its left side on."""
    height = scaled(_CHIP_HEIGHT)
    chip, colours = QRect(left.x(), left.y() - height // 2, width, height), theme.label(label)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colours.fill))
    painter.drawRoundedRect(chip, 3, 3)
    painter.setPen(QColor(colours.ink))
    painter.setFont(font(TAG_SIZE, bold=True))
    painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, label)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)


class GroupedHeader(QHeaderView):
    """Two levels: the group over its columns, then the column."""

    def __init__(self, model: MetricModel, delegate: MetricDelegate, look: Look, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._model = model
        self._delegate = delegate
        self.look = look
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setMinimumSectionSize(24)

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), 2 * scaled(_LINE_HEIGHT) + 1)

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:  # noqa: N802, N803
        column, theme = self._model.column(logicalIndex), self.look.theme
        painter.save()
        painter.setClipRect(rect)
        painter.fillRect(rect, ground(theme, is_current=column.is_current))
        top = QRect(self._group_rect(logicalIndex))
        top.setHeight(scaled(_LINE_HEIGHT))
        painter.setFont(font(SMALL_SIZE, bold=column.is_current))
        painter.setPen(QColor(theme.accent if column.is_current else theme.text))
        painter.drawText(top.adjusted(PADDING, 0, -PADDING, 0), Qt.AlignmentFlag.AlignCenter, column.group)
        if column.is_current:
            painter.fillRect(QRect(rect.left(), 0, rect.width(), 2), QColor(theme.accent))
        self._paint_title(painter, rect, logicalIndex)
        painter.restore()

    def _paint_title(self, painter: QPainter, rect: QRect, section: int) -> None:
        column, theme = self._model.column(section), self.look.theme
        below = rect.adjusted(0, scaled(_LINE_HEIGHT), -self._delegate.padding - self._delegate.change_width(column), 0)
        if column.is_type:
            width = chip_width([column.title])
            paint_chip(painter, QPoint(below.right() + 1 - width, below.center().y()), width, column.title, theme)
        else:
            painter.setFont(font(SMALL_SIZE))
            painter.setPen(QColor(theme.muted))
            painter.drawText(below, RIGHT, column.title)
        painter.setPen(QColor(theme.line))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        if column.starts_group and section:
            painter.drawLine(rect.topLeft(), rect.bottomLeft())

    def _group_rect(self, section: int) -> QRect:
        first = last = section
        while not self._model.column(first).starts_group:
            first -= 1
        while last + 1 < self.count() and not self._model.column(last + 1).starts_group:
            last += 1
        left = self.sectionViewportPosition(first)
        right = self.sectionViewportPosition(last) + self.sectionSize(last)
        return QRect(left, 0, right - left, self.height())


class NamesHeader(QHeaderView):
    """Types as chip, Korean and English name; then the rows of all types.

    Signals:
        pointed: the row under the pointer, −1 for none.
    """

    pointed = Signal(int)

    def __init__(self, model: MetricModel, look: Look, parent: QWidget, *, names: NameStyle) -> None:
        super().__init__(Qt.Orientation.Vertical, parent)
        self._model = model
        self.look = look
        self._style: NameStyle = names
        self.hovered_row = -1
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setMouseTracking(True)

    def sizeHint(self) -> QSize:
        return QSize(self._widths.whole, 0)

    @property
    def _widths(self) -> "_NameWidths":
        return _measured(self._model.table.rows, self.look.theme.first_names, self._style)

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:  # noqa: N802, N803
        row, theme = self._model.row(logicalIndex), self.look.theme
        painter.save()
        painter.fillRect(rect, ground(theme, is_current=False, is_hovered=logicalIndex == self.hovered_row))
        painter.setPen(QColor(theme.line))
        painter.drawLine(rect.topRight(), rect.bottomRight())
        if row.is_type:
            self._paint_type(painter, rect, row)
        else:
            self._paint_title(painter, rect, logicalIndex)
        painter.restore()

    def _paint_title(self, painter: QPainter, rect: QRect, section: int) -> None:
        row = self._model.row(section)
        if self._model.closes_types(section):
            painter.setPen(QColor(self.look.theme.line))
            painter.drawLine(rect.topLeft(), rect.topRight())
        painter.setPen(QColor(self.look.theme.text))
        painter.setFont(font(LIST_SIZE, bold=row.name == "micro"))
        painter.drawText(rect.adjusted(2 * PADDING, 0, 0, -3), LEFT, row.title)

    def _paint_type(self, painter: QPainter, rect: QRect, row: MetricRow) -> None:
        label, korean, english = _names(row, self.look.theme.first_names, self._style)
        width = self._widths.chip
        paint_chip(painter, QPoint(rect.left() + 2 * PADDING, rect.center().y() - 1), width, label, self.look.theme)
        self._paint_names(painter, rect.adjusted(width + 3 * PADDING, 0, 0, -3), korean, english)

    def _paint_names(self, painter: QPainter, rect: QRect, korean: str, english: str) -> None:
        painter.setFont(font(LIST_SIZE))
        painter.setPen(QColor(self.look.theme.text))
        painter.drawText(rect, LEFT, korean)
        widest = self._widths.korean
        painter.setFont(font(SMALL_SIZE))
        painter.setPen(QColor(self.look.theme.muted))
        painter.drawText(rect.adjusted(widest + PADDING if widest else 0, 0, 0, 0), LEFT, english)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self.pointed.emit(self.logicalIndexAt(event.position().toPoint()))


class _NameWidths(NamedTuple):
    """The widest chip, the widest Korean name, and what a whole header needs."""

    chip: int
    korean: int
    whole: int


@lru_cache(maxsize=16)
def _measured(rows: tuple[MetricRow, ...], first_names: FirstNames, style: NameStyle) -> _NameWidths:
    """Kept, since Qt asks for them at every step of a layout."""
    metrics, small = QFontMetrics(font(LIST_SIZE)), QFontMetrics(font(SMALL_SIZE))
    names = [_names(row, first_names, style) for row in rows if row.is_type]
    chip = chip_width(label for label, _, _ in names)
    korean = max((metrics.horizontalAdvance(korean) for _, korean, _ in names), default=0)
    english = max((small.horizontalAdvance(english) for _, _, english in names), default=0)
    parts = [chip, *(part for part in (korean, english) if part)]
    titles = [metrics.horizontalAdvance(row.title) for row in rows]
    whole = max(sum(parts) + PADDING * (len(parts) - 1), *titles, 0) + 4 * PADDING
    return _NameWidths(chip, korean, whole)


def _names(row: MetricRow, first_names: FirstNames, style: NameStyle) -> tuple[str, str, str]:
    """Label, and the names that say more than it."""
    known = first_names.entity_type(row.name)
    korean = known.korean if known.korean != known.label and style != "label" else ""
    english = known.english if known.english != known.label and style == "full" else ""
    return known.label, korean, english


_DEEPEST = 0.32
"""How much of the ground is the colour of errors where all of a type went wrong in one way."""


class CountDelegate(MetricDelegate):
    """Zeros are dots, so that the eye finds what there is.

    Args:
        padding: pixels beside the numbers.
    """

    def __init__(self, model: MetricModel, look: Look, *, padding: int) -> None:
        super().__init__(model, look)
        self.padding = padding

    def width(self, column: MetricColumn) -> int:
        """How wide a column must be for its title and for every number of the table."""
        numbers = QFontMetrics(font(LIST_SIZE, tabular=True))
        shown = {self.shown(cell) for row in self.model.table.cells for cell in row}
        widest = max(map(numbers.horizontalAdvance, shown))
        title = QFontMetrics(font(SMALL_SIZE)).horizontalAdvance(column.title)
        return max(widest, chip_width([column.title]) if column.is_type else title) + 2 * self.padding

    def still_ground(self, cell: MetricCell, column: MetricColumn) -> QColor:
        if not cell.value or cell.heat is None:
            return ground(self.look.theme, is_current=False)
        if not cell.heat:
            return QColor(self.look.theme.window)
        return QColor(mixed(self.look.theme.error, self.look.theme.surface, heat_share(cell.heat)))

    def is_faint(self, cell: MetricCell) -> bool:
        return not cell.value

    def shown(self, cell: MetricCell) -> str:
        if cell.value is None:
            return ""
        return format_figure(cell.value) if cell.value else "·"


def heat_share(heat: float) -> float:
    """How much of the ground is coloured; by the square root, so that a few per cent are seen."""
    return _DEEPEST * math.sqrt(min(heat, 1.0))
