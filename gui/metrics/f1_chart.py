"""F1 by epoch as lines, with a name at the end of every line instead of a legend."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.domain.labels import in_display_order
from gui.look.palette import mixed
from gui.look.theme import SMALL_SIZE, TAG_SIZE, Look, font
from gui.metrics.epoch_figures import Figures
from gui.widgets.text_labels import PlainLabel

MICRO = "micro"


@dataclass(frozen=True, slots=True)
class Line:
    """The F1 of a type, or of all (`micro`), at those epochs that have one."""

    name: str
    epochs: tuple[int, ...]
    values: tuple[float, ...]


def f1_lines(figures: Sequence[Figures]) -> tuple[Line, ...]:
    """A line for every type that occurs, and the micro average last."""
    found = {label for epoch in figures for label in epoch.report.labels}
    labels = in_display_order(found, figures[0].tag_set) if figures else ()
    rows = [(epoch.key.epoch, epoch.report.rows()) for epoch in figures]
    return tuple(
        Line(
            name,
            tuple(epoch for epoch, row in rows if name in row),
            tuple(row[name].f1 for _, row in rows if name in row),
        )
        for name in (*labels, MICRO)
        if figures
    )


LABEL_GAP = 13
"""Pixels from the middle of one line's name to that of the next."""

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
        self._lines: tuple[Line, ...] = ()
        self._emphasised = ""
        self._title = PlainLabel("F1 by epoch")
        self._title.setProperty("role", "heading")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 8, 8)
        layout.addWidget(self._title, 0, Qt.AlignmentFlag.AlignTop)
        self.setMinimumSize(280, 180)
        self.setAccessibleName("Scores by epoch")

    def show_lines(self, lines: tuple[Line, ...]) -> None:
        self._lines = lines
        self.update()

    def emphasise(self, name: str) -> None:
        """Let one line stand out and grey the others; an empty name, or one without a line, shows all alike."""
        self._emphasised = name
        self.update()

    def place_of(self, epoch: int, value: float) -> QPointF:
        """Where a score is drawn; the only epoch of a run is in the middle."""
        plot, epochs = self._plot, self._epochs
        room = plot.adjusted(_MARGIN, 0, -_MARGIN - _LEADER - _LABEL_WIDTH, 0)
        share = (epoch - epochs[0]) / (epochs[-1] - epochs[0]) if len(epochs) > 1 else 0.5
        return QPointF(room.left() + share * room.width(), plot.bottom() - value * plot.height())

    @property
    def _plot(self) -> QRectF:
        top = self._title.geometry().bottom() + _ABOVE
        return QRectF(_LEFT, top, self.width() - _LEFT - _RIGHT, self.height() - top - _BELOW)

    @property
    def _epochs(self) -> list[int]:
        return sorted({epoch for line in self._lines for epoch in line.epochs})

    @property
    def _stands_out(self) -> str:
        return self._emphasised if any(line.name == self._emphasised for line in self._lines) else ""

    def _is_thick(self, line: Line) -> bool:
        return line.name == (self._stands_out or MICRO)

    def _is_grey(self, line: Line) -> bool:
        return bool(self._stands_out) and line.name != self._stands_out

    def _ink(self, line: Line, strength: float = 1.0) -> QColor:
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
            painter.drawText(QRectF(0, y - 8, _LEFT - 5, 16), _MIDDLE | Qt.AlignmentFlag.AlignRight, f"{tick / 5:.1f}")
        epochs = self._epochs
        room = self.place_of(epochs[-1], 0).x() - self.place_of(epochs[0], 0).x() + _TICK_WIDTH
        for epoch in epochs[:: -math.ceil(len(epochs) * _TICK_WIDTH / room)]:
            place = QRectF(self.place_of(epoch, 0).x() - 20, plot.bottom() + 10, 40, 16)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, str(epoch))
        painter.setPen(QColor(theme.line))
        corner = QPointF(plot.left(), plot.bottom() + 8)
        painter.drawPolyline([QPointF(plot.left(), plot.top() - 8), corner, QPointF(plot.right(), corner.y())])

    def _paint_line(self, painter: QPainter, line: Line) -> None:
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
        left = self.place_of(self._epochs[-1], 0).x() + _LEADER
        fit = plot.height() >= _LEAST_GAP * len(lines)
        places = spread([end.y() for end in ends], LABEL_GAP, plot.top(), plot.bottom())
        for line, end, y in zip(lines, ends, places, strict=True):
            if fit or self._is_thick(line):
                painter.setPen(QColor(mixed(theme.muted, theme.surface, 0.28)))
                painter.drawLine(QLineF(end, QPointF(left, y)))
                painter.setPen(self._ink(line, 0.6))
                painter.setFont(font(SMALL_SIZE if line.name == MICRO else TAG_SIZE, bold=True))
                painter.drawText(QRectF(left + 3, y - 10, self.width() - left, 20), _MIDDLE, line.name)


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
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
