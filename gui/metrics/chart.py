"""F1 by epoch as lines; the plotting library is loaded when a chart is first seen."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.metrics.lines import Line
from gui.plain_label import PlainLabel
from gui.theme import Theme

if TYPE_CHECKING:
    from gui.metrics.plot import EpochPlot

LINES_AT_ONCE = 4
"""Lines that are made between two events of the window, when the chart is first seen."""


class ScoreChart(QWidget):
    """The lines of one run; one of them can be emphasised.

    The first drawing is made in several steps, between which the window takes events.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._lines: tuple[Line, ...] = ()
        self._emphasised = ""
        self.plot: EpochPlot | None = None
        self._drawn = 0
        self._first_drawing = QTimer(self, interval=0)
        self._first_drawing.timeout.connect(self._draw_more)
        title = PlainLabel("F1 by epoch")
        title.setProperty("role", "heading")
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(16, 12, 8, 8)
        self._layout.setSpacing(4)
        self._layout.addWidget(title)
        self.setMinimumSize(280, 180)

    def show_lines(self, lines: tuple[Line, ...]) -> None:
        self._lines = lines
        self._draw()

    def emphasise(self, name: str) -> None:
        """Let one line stand out and grey the others; an empty name, or one without a line, shows all alike."""
        self._emphasised = name
        self._draw()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._draw()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self.plot is None:
            self._first_drawing.start()

    @property
    def is_drawn(self) -> bool:
        """Whether all lines are there."""
        return self.plot is not None and not self._first_drawing.isActive()

    def _draw_more(self) -> None:
        """Make the plot, then a few lines more each time."""
        if self.plot is None:
            from gui.metrics.plot import EpochPlot  # pyqtgraph takes half a second to load

            self.plot = EpochPlot()
            self._layout.addWidget(self.plot.widget, 1)
            return
        self._drawn += LINES_AT_ONCE
        if self._drawn >= len(self._lines):
            self._first_drawing.stop()
        self.plot.draw(self._lines[: self._drawn], self._emphasised, self._theme)

    def _draw(self) -> None:
        if self.plot is not None and self.is_drawn:
            self.plot.draw(self._lines, self._emphasised, self._theme)
