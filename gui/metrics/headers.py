"""The headers of a metrics table: epochs above their metrics, and types with their names, which stay in view."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Literal, NamedTuple

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QMouseEvent, QPainter
from PySide6.QtWidgets import QHeaderView, QWidget

from core.domain.labels import FirstNames
from gui.metrics.delegate import PADDING, MetricDelegate, ground
from gui.metrics.model import MetricModel
from gui.metrics.table import Row
from gui.theme import LIST_SIZE, SMALL_SIZE, TAG_SIZE, Theme, font

NameStyle = Literal["full", "korean", "label"]
"""What the header of a type shows: label, Korean and English name; the first two; the label alone."""

_LINE_HEIGHT, _CHIP_HEIGHT = 22, 16
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


def chip_width(labels: Iterable[str]) -> int:
    """How wide a chip must be for any of the labels."""
    metrics = QFontMetrics(font(TAG_SIZE, bold=True))
    return max((metrics.horizontalAdvance(label) for label in labels), default=0) + 10


def paint_chip(painter: QPainter, place: QPoint, width: int, label: str, theme: Theme) -> None:
    """Paint the label of a type on its own ground."""
    chip, colours = QRect(place, QSize(width, _CHIP_HEIGHT)), theme.label(label)
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

    def __init__(self, model: MetricModel, delegate: MetricDelegate, theme: Theme, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._model = model
        self._delegate = delegate
        self.theme = theme
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setMinimumSectionSize(24)

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), 2 * _LINE_HEIGHT + 1)

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:  # noqa: N802, N803
        column, theme = self._model.column(logicalIndex), self.theme
        painter.save()
        painter.setClipRect(rect)
        painter.fillRect(rect, ground(theme, is_current=column.is_current))
        top = QRect(self._group_rect(logicalIndex))
        top.setHeight(_LINE_HEIGHT)
        painter.setFont(font(SMALL_SIZE, bold=column.is_current))
        painter.setPen(QColor(theme.accent if column.is_current else theme.text))
        painter.drawText(top.adjusted(PADDING, 0, -PADDING, 0), Qt.AlignmentFlag.AlignCenter, column.group)
        if column.is_current:
            painter.fillRect(QRect(rect.left(), 0, rect.width(), 2), QColor(theme.accent))
        self._paint_title(painter, rect, logicalIndex)
        painter.restore()

    def _paint_title(self, painter: QPainter, rect: QRect, section: int) -> None:
        column, theme = self._model.column(section), self.theme
        below = rect.adjusted(0, _LINE_HEIGHT, -self._delegate.padding - self._delegate.change_width(column), 0)
        if column.is_type:
            width = chip_width([column.title])
            paint_chip(painter, QPoint(below.right() + 1 - width, below.center().y() - 8), width, column.title, theme)
        else:
            painter.setFont(font(SMALL_SIZE))
            painter.setPen(QColor(theme.muted))
            painter.drawText(below, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, column.title)
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
    """Types as chip, Korean and English name; then what is told of all types.

    Signals:
        pointed: the row under the pointer, −1 for none.
    """

    pointed = Signal(int)

    def __init__(self, model: MetricModel, theme: Theme, parent: QWidget, *, names: NameStyle) -> None:
        super().__init__(Qt.Orientation.Vertical, parent)
        self._model = model
        self.theme = theme
        self._style: NameStyle = names
        self.hovered_row = -1
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setMouseTracking(True)

    def sizeHint(self) -> QSize:
        return QSize(self._widths.whole, 0)

    @property
    def _widths(self) -> "_Widths":
        return _measured(self._model.table.rows, self.theme.first_names, self._style)

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:  # noqa: N802, N803
        row, theme = self._model.row(logicalIndex), self.theme
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
            painter.setPen(QColor(self.theme.line))
            painter.drawLine(rect.topLeft(), rect.topRight())
        painter.setPen(QColor(self.theme.text))
        painter.setFont(font(LIST_SIZE, bold=row.name == "micro"))
        painter.drawText(rect.adjusted(2 * PADDING, 0, 0, -3), _LEFT, row.title)

    def _paint_type(self, painter: QPainter, rect: QRect, row: Row) -> None:
        label, korean, english = _names(row, self.theme.first_names, self._style)
        width = self._widths.chip
        paint_chip(painter, QPoint(rect.left() + 2 * PADDING, rect.center().y() - 9), width, label, self.theme)
        self._paint_names(painter, rect.adjusted(width + 3 * PADDING, 0, 0, -3), korean, english)

    def _paint_names(self, painter: QPainter, rect: QRect, korean: str, english: str) -> None:
        painter.setFont(font(LIST_SIZE))
        painter.setPen(QColor(self.theme.text))
        painter.drawText(rect, _LEFT, korean)
        widest = self._widths.korean
        painter.setFont(font(SMALL_SIZE))
        painter.setPen(QColor(self.theme.muted))
        painter.drawText(rect.adjusted(widest + PADDING if widest else 0, 0, 0, 0), _LEFT, english)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self.pointed.emit(self.logicalIndexAt(event.position().toPoint()))


class _Widths(NamedTuple):
    """The widest chip, the widest Korean name, and what a whole header needs."""

    chip: int
    korean: int
    whole: int


@lru_cache(maxsize=16)
def _measured(rows: tuple[Row, ...], first_names: FirstNames, style: NameStyle) -> _Widths:
    """Kept, since Qt asks for them at every step of a layout."""
    metrics, small = QFontMetrics(font(LIST_SIZE)), QFontMetrics(font(SMALL_SIZE))
    names = [_names(row, first_names, style) for row in rows if row.is_type]
    chip = chip_width(label for label, _, _ in names)
    korean = max((metrics.horizontalAdvance(korean) for _, korean, _ in names), default=0)
    english = max((small.horizontalAdvance(english) for _, _, english in names), default=0)
    parts = [chip, *(part for part in (korean, english) if part)]
    titles = [metrics.horizontalAdvance(row.title) for row in rows]
    whole = max(sum(parts) + PADDING * (len(parts) - 1), *titles, 0) + 4 * PADDING
    return _Widths(chip, korean, whole)


def _names(row: Row, first_names: FirstNames, style: NameStyle) -> tuple[str, str, str]:
    """Label, and the names that say more than it."""
    known = first_names.entity_type(row.name)
    korean = known.korean if known.korean != known.label and style != "label" else ""
    english = known.english if known.english != known.label and style == "full" else ""
    return known.label, korean, english
