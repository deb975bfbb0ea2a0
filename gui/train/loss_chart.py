"""The loss over the steps and the F1 of every epoch. Imports pyqtgraph, which takes half a second: import this late."""

import math
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.messages.catalogue import say
from gui.look.theme import SMALL_SIZE, TAG_SIZE, Look, font, scaled

_MAX_POINTS = 2000
"""Of the loss, over all epochs; with more every other is dropped, so that drawing stays quick."""

_MIN_POINTS = 32
_AXIS_WIDTH = 56
_HEADROOM = 1.12
_MAX_EPOCH_NAMES = 6
_MAX_BOUNDARIES = 24


class LossChart(QWidget):
    """Loss as a line (left axis), F1 on dev as points (right axis), epochs as light upright lines.

    Where nothing but the mean loss of an epoch is known, as in a run of another session, it is a point at its end.
    """

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._epochs, self._steps, self._has_steps = 1, 1, True
        self._losses: dict[int, list[tuple[float, float]]] = {}
        self._means: dict[int, float] = {}
        self._f1s: dict[int, float] = {}
        self._top = 0.0
        pg.setConfigOptions(antialias=True)
        self._view: Any = pg.PlotWidget(enableMenu=False)
        self._view.setAccessibleName(say("Loss and F1 of the run"))
        self._view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._plot: Any = self._view.getPlotItem()
        self._right: Any = pg.ViewBox(enableMenu=False, enableMouse=False)
        self._loss_line: Any = pg.PlotDataItem()
        self._mean_points: Any = pg.PlotDataItem(pen=None, symbol="s", symbolSize=6)
        self._f1_line: Any = pg.PlotDataItem(symbol="o", symbolSize=8)
        self._f1_text: Any = pg.TextItem(anchor=(0.5, 1.4))
        self._boundaries: list[Any] = []
        self._arrange()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._view)

    def _take_theme(self) -> None:
        theme = self._look.theme
        self._view.setBackground(theme.surface)
        self._loss_line.setPen(pg.mkPen(theme.accent, width=2))
        self._mean_points.setSymbolBrush(theme.accent)
        self._mean_points.setSymbolPen(theme.accent)
        self._f1_line.setPen(pg.mkPen(theme.right, width=1, style=Qt.PenStyle.DashLine))
        self._f1_line.setSymbolBrush(theme.right)
        self._f1_line.setSymbolPen(theme.right)
        self._f1_text.setColor(theme.right)
        self._f1_text.fill = pg.mkBrush(theme.surface)
        self._dress_axes()
        for line in self._boundaries:
            line.setPen(pg.mkPen(theme.line))

    def _arrange(self) -> None:
        plot = self._plot
        plot.setMouseEnabled(x=False, y=False)
        for action in plot.scene().contextMenu:
            action.setParent(None)  # no menu shows it, and its words are pyqtgraph's
        plot.hideButtons()
        plot.addItem(self._loss_line)
        plot.addItem(self._mean_points)
        self._mean_points.setZValue(1)  # over the epochs' lines
        for side in ("top", "right"):
            plot.showAxis(side)
        plot.scene().addItem(self._right)
        plot.getAxis("right").linkToView(self._right)
        self._right.setXLink(plot)
        self._right.setZValue(1)  # a view box lies under everything by itself
        self._right.setYRange(0, _HEADROOM, padding=0)
        self._right.addItem(self._f1_line)
        self._right.addItem(self._f1_text)
        self._f1_text.setFont(font(SMALL_SIZE, bold=True, tabular=True))
        plot.vb.sigResized.connect(lambda: self._right.setGeometry(plot.vb.sceneBoundingRect()))
        self._take_theme()
        self._look.theme_changed.connect(self._take_theme)

    def _dress_axes(self) -> None:
        for side in ("left", "right", "top", "bottom"):
            axis = self._plot.getAxis(side)
            axis.setPen(self._look.theme.line)
            axis.setTextPen(self._look.theme.muted)
            axis.setTickFont(font(TAG_SIZE, tabular=True))
            axis.setStyle(tickLength=0 if side == "top" else -4, tickTextOffset=6)
        for side in ("left", "right"):
            self._plot.getAxis(side).setWidth(_AXIS_WIDTH)
        size = f"{scaled(SMALL_SIZE)}px"
        self._plot.getAxis("left").enableAutoSIPrefix(False)
        self._plot.getAxis("left").setLabel(say("loss"), color=self._look.theme.accent, **{"font-size": size})
        self._plot.getAxis("right").setLabel(say("● F1 on dev"), color=self._look.theme.right, **{"font-size": size})
        self._label_steps()
        self._plot.getAxis("right").setTicks([[(tenth / 5, f"{tenth / 5:.1f}") for tenth in range(6)]])

    def _label_steps(self) -> None:
        axis = self._plot.getAxis("bottom")
        axis.enableAutoSIPrefix(False)
        axis.setLabel(say("step"), color=self._look.theme.muted, **{"font-size": f"{scaled(SMALL_SIZE)}px"})
        axis.setTicks(None if self._has_steps else [[]])
        axis.showLabel(self._has_steps)

    def begin(self, epochs: int, steps_per_epoch: int | None) -> None:
        """Clear the chart for a run.

        Args:
            steps_per_epoch: None where they are not known; then the chart has no steps, only epochs.
        """
        self._epochs, self._steps = max(1, epochs), max(1, steps_per_epoch or 1)
        self._has_steps = steps_per_epoch is not None
        self._losses, self._means, self._f1s, self._top = {}, {}, {}, 0.0
        self._label_steps()
        last = self._epochs * self._steps
        self._plot.setXRange(0, last * 1.03, padding=0)
        self._plot.setYRange(0, 1, padding=0)
        self._show_epochs()
        self._mean_points.setData([], [])
        self._show_losses()
        self._show_f1s()

    def add_loss(self, epoch: int, step: int, loss: float) -> None:
        """The loss at a step of an epoch; one that is reported again, until the next is measured, adds nothing."""
        points = self._losses.setdefault(epoch, [])
        if points and points[-1][1] == loss:
            return
        points.append(((epoch - 1) * self._steps + step, loss))
        if len(points) > max(_MIN_POINTS, _MAX_POINTS // self._epochs):
            del points[1:-1:2]
        self._show_losses()

    def end_epoch(self, epoch: int, loss: float, f1: float) -> None:
        """The mean loss and the micro F1 (0–1) of an epoch; its last steps may have gone by unreported."""
        if epoch not in self._losses:
            self.add_loss(epoch, self._steps, loss)
            self._means[epoch] = loss
            self._mean_points.setData([number * self._steps for number in self._means], list(self._means.values()))
        self._f1s[epoch] = f1
        self._show_f1s()

    def _show_losses(self) -> None:
        points = [point for epoch in self._losses.values() for point in epoch]
        self._loss_line.setData([step for step, _ in points], [loss for _, loss in points])
        highest = max((loss for points in self._losses.values() for _, loss in points[-1:]), default=0.0)
        if highest > self._top:
            self._top = highest * 1.25
            self._plot.setYRange(0, self._top * _HEADROOM, padding=0)

    def _show_f1s(self) -> None:
        self._f1_line.setData([epoch * self._steps for epoch in self._f1s], list(self._f1s.values()))
        self._f1_text.setVisible(bool(self._f1s))
        if self._f1s:
            last = max(self._f1s)
            self._f1_text.setText(f"{self._f1s[last]:.4f}")
            self._f1_text.setAnchor((last / self._epochs, 1.4))  # so that no edge cuts it
            self._f1_text.setPos(last * self._steps, self._f1s[last])

    def _show_epochs(self) -> None:
        for line in self._boundaries:
            self._plot.removeItem(line)
        pen = pg.mkPen(self._look.theme.line)
        every, named = range(1, self._epochs + 1), _evenly(self._epochs, _MAX_EPOCH_NAMES)
        self._boundaries = [
            pg.InfiniteLine(epoch * self._steps, pen=pen)
            for epoch in (every if len(every) <= _MAX_BOUNDARIES else named)
        ]
        for line in self._boundaries:
            self._plot.addItem(line, ignoreBounds=True)
        names = [
            (epoch * self._steps, say("epoch {epoch}", epoch=epoch) if epoch == named[0] else str(epoch))
            for epoch in named
        ]
        self._plot.getAxis("top").setTicks([names])


def _evenly(last: int, at_most: int) -> range:
    """Some of the epochs up to the last, with equal gaps."""
    every = math.ceil(last / at_most)
    return range(every, last + 1, every)
