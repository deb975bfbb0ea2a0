"""How the numbers of the tables of errors look: the more of a type went wrong in one way, the deeper the ground."""

import math

from PySide6.QtGui import QColor, QFontMetrics

from gui.metrics.delegate import MetricDelegate, ground
from gui.metrics.headers import chip_width
from gui.metrics.model import MetricModel
from gui.metrics.table import Cell, Column, figure
from gui.palette import mixed
from gui.theme import LIST_SIZE, SMALL_SIZE, Theme, font

_DEEPEST = 0.32
"""How much of the ground is the colour of errors where all of a type went wrong in one way."""


class CountDelegate(MetricDelegate):
    """Zeros are dots, so that the eye finds what there is.

    Args:
        padding: pixels beside the numbers.
    """

    def __init__(self, model: MetricModel, theme: Theme, *, padding: int) -> None:
        super().__init__(model, theme)
        self.padding = padding

    def width(self, column: Column) -> int:
        """How wide a column must be for its title and for every number of the table."""
        numbers = QFontMetrics(font(LIST_SIZE, tabular=True))
        shown = {self.shown(cell) for row in self.model.table.cells for cell in row}
        widest = max(map(numbers.horizontalAdvance, shown))
        title = QFontMetrics(font(SMALL_SIZE)).horizontalAdvance(column.title)
        return max(widest, chip_width([column.title]) if column.is_type else title) + 2 * self.padding

    def still_ground(self, cell: Cell, column: Column) -> QColor:
        if not cell.value or cell.heat is None:
            return ground(self.theme, is_current=False)
        if not cell.heat:
            return QColor(self.theme.window)
        return QColor(mixed(self.theme.error, self.theme.surface, heat_share(cell.heat)))

    def is_faint(self, cell: Cell) -> bool:
        return not cell.value

    def shown(self, cell: Cell) -> str:
        if cell.value is None:
            return ""
        return figure(cell.value) if cell.value else "·"


def heat_share(heat: float) -> float:
    """How much of the ground is coloured; by the square root, so that a few per cent are seen."""
    return _DEEPEST * math.sqrt(min(heat, 1.0))
