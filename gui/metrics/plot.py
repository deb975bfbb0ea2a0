"""The chart's drawing, by pyqtgraph; only `gui.metrics.chart` imports this, and late."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor

from gui.metrics.lines import MICRO, Line
from gui.palette import mixed
from gui.theme import SMALL_SIZE, TAG_SIZE, Theme, font

LABEL_GAP = 13
"""Pixels from the middle of one line's name to that of the next."""

_LEAST_GAP = 10
_LEADER, _LABEL_WIDTH, _MARGIN, _TICK_WIDTH = 12, 44, 10, 26
_MOST_DOTS = 12
_Y_TICKS = [(tick / 5, f"{tick / 5:.1f}") for tick in range(6)]


@dataclass(frozen=True, slots=True)
class _Items:
    """What draws one line: itself, its name at the end, and the stroke that leads there."""

    curve: Any
    name: Any
    leader: Any


class EpochPlot:
    """A plot from 0 to 1 with a name at the end of every line instead of a legend; it neither pans nor zooms."""

    def __init__(self) -> None:
        self.widget: Any = pg.PlotWidget()
        self.widget.setAccessibleName("Scores by epoch")
        self.widget.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._plot = self.widget.getPlotItem()
        self._view = self._plot.getViewBox()
        self._items: dict[str, _Items] = {}
        self._lines: tuple[Line, ...] = ()
        self._stands_out = ""
        self._plot.setMenuEnabled(False)
        self._plot.hideButtons()
        self._plot.setMouseEnabled(False, False)
        self._view.disableAutoRange()
        self._plot.showGrid(y=True, alpha=0.6)
        self._plot.getAxis("left").setTicks([_Y_TICKS])
        for side in ("left", "bottom"):
            self._plot.getAxis(side).setStyle(tickFont=font(TAG_SIZE, tabular=True), tickLength=-3)
        self._view.sigResized.connect(lambda *_: self._place())

    def draw(self, lines: tuple[Line, ...], emphasised: str, theme: Theme) -> None:
        """Show these lines in these colours."""
        self.widget.setBackground(theme.surface)
        for side in ("left", "bottom"):
            axis = self._plot.getAxis(side)
            axis.setPen(QColor(theme.line))
            axis.setTextPen(QColor(theme.muted))
        if lines != self._lines:
            self._lines = lines
            self._keep_items_of({line.name for line in lines})
            for line in lines:
                self._items[line.name].curve.setData(line.epochs, line.values)
            self._place()
        self._stands_out = emphasised if emphasised in self._items else ""
        for line in lines:
            self._paint(line, theme)
        self._show_names()

    def _keep_items_of(self, names: set[str]) -> None:
        for name in set(self._items) - names:
            items = self._items.pop(name)
            for item in (items.curve, items.name, items.leader):
                self._plot.removeItem(item)
        for name in names - set(self._items):
            items = _Items(pg.PlotDataItem(antialias=True), pg.TextItem(name, anchor=(0, 0.5)), pg.PlotDataItem())
            items.name.setFont(font(SMALL_SIZE if name == MICRO else TAG_SIZE, bold=True))
            items.name.textItem.document().setDocumentMargin(0)
            for item in (items.leader, items.curve, items.name):
                self._plot.addItem(item)
            self._items[name] = items

    def _is_thick(self, line: Line) -> bool:
        return line.name == (self._stands_out or MICRO)

    def _show_names(self) -> None:
        """Where they cannot all be legible, only the one that counts."""
        fit = self._view.height() >= _LEAST_GAP * len(self._lines)
        for line in self._lines:
            items = self._items[line.name]
            for item in (items.name, items.leader):
                item.setVisible(fit or self._is_thick(line))

    def _paint(self, line: Line, theme: Theme) -> None:
        items = self._items[line.name]
        ink = theme.text if line.name == MICRO else theme.label(line.name).ink
        is_grey = bool(self._stands_out) and line.name != self._stands_out
        colour = QColor(mixed(theme.muted, theme.surface, 0.28) if is_grey else ink)
        is_thick = self._is_thick(line)
        items.curve.setPen(pg.mkPen(colour, width=3 if is_thick else 1.4))
        items.curve.setSymbol("o" if len(line.epochs) <= _MOST_DOTS else None)
        items.curve.setSymbolSize(8 if len(line.epochs) == 1 or is_thick else 5)
        items.curve.setSymbolPen(None)
        items.curve.setSymbolBrush(colour)
        items.name.setColor(QColor(mixed(theme.muted, theme.surface, 0.6) if is_grey else ink))
        items.leader.setPen(pg.mkPen(QColor(mixed(theme.muted, theme.surface, 0.28)), width=1))
        for layer, item in enumerate((items.leader, items.curve, items.name)):
            item.setZValue(layer + (0 if is_grey else 10) + (10 if is_thick else 0))

    def _place(self) -> None:
        """Fit the axes to the epochs and the window, and put the names where they do not cover each other."""
        epochs = sorted({epoch for line in self._lines for epoch in line.epochs})
        width, height = self._view.width(), self._view.height()
        if not epochs or width <= _LABEL_WIDTH + _LEADER + 2 * _MARGIN or height <= 0:
            return
        unit = self._fit_epochs(epochs, width)
        margin = 8 / height
        self._view.setYRange(-margin, 1 + margin, padding=0)
        lines = [line for line in self._lines if line.values]
        wanted = [line.values[-1] * height for line in lines]
        at = epochs[-1] + _LEADER * unit
        self._show_names()
        for line, place in zip(lines, spread(wanted, LABEL_GAP, 0, height), strict=True):
            self._items[line.name].name.setPos(at + 3 * unit, place / height)
            self._items[line.name].leader.setData([line.epochs[-1], at], [line.values[-1], place / height])

    def _fit_epochs(self, epochs: Sequence[int], width: float) -> float:
        """Show the epochs with room for the names behind them; how much of an epoch a pixel is."""
        span = max(epochs[-1] - epochs[0], 1)
        free = width - _LABEL_WIDTH - _LEADER - 2 * _MARGIN
        unit = span / free
        left = epochs[0] - _MARGIN * unit if len(epochs) > 1 else epochs[0] - span / 2
        self._view.setXRange(left, left + width * unit, padding=0)
        step = math.ceil(len(epochs) * _TICK_WIDTH / free)
        self._plot.getAxis("bottom").setTicks([[(epoch, str(epoch)) for epoch in epochs[::-1][::step]]])
        return unit


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
