"""F1 by epoch as lines; the plotting library is loaded when a chart is first seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from core.labels import in_display_order
from gui.metrics.figures import Figures
from gui.theme import Theme

if TYPE_CHECKING:
    from gui.metrics.plot import EpochPlot

MICRO = "micro"


@dataclass(frozen=True, slots=True)
class Line:
    """The F1 of a type, or of all (`micro`), at those epochs that have one."""

    name: str
    epochs: tuple[int, ...]
    values: tuple[float, ...]


def f1_lines(figures: Sequence[Figures]) -> tuple[Line, ...]:
    """A line for every type that occurs, and the micro average last."""
    labels = in_display_order({label for epoch in figures for label in epoch.report.labels})
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


class ScoreChart(QWidget):
    """The lines of one run; one of them can be emphasised."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._lines: tuple[Line, ...] = ()
        self._emphasised = ""
        self.plot: EpochPlot | None = None
        title = QLabel("F1 by epoch")
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
