"""F1 by epoch as lines; the plotting library is loaded when a chart is first seen."""

from typing import TYPE_CHECKING

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.metrics.lines import Line
from gui.plain_label import PlainLabel
from gui.theme import Theme

if TYPE_CHECKING:
    from gui.metrics.plot import EpochPlot


class ScoreChart(QWidget):
    """The lines of one run; one of them can be emphasised."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._lines: tuple[Line, ...] = ()
        self._emphasised = ""
        self.plot: EpochPlot | None = None
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
            from gui.metrics.plot import EpochPlot  # pyqtgraph takes half a second to load

            self.plot = EpochPlot()
            self._layout.addWidget(self.plot.widget, 1)
            self._draw()

    def _draw(self) -> None:
        if self.plot is not None:
            self.plot.draw(self._lines, self._emphasised, self._theme)
