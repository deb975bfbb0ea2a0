"""The kinds of errors of each type, as a table or as bars."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QFrame, QScrollArea

from gui.metrics.counts import CountDelegate
from gui.metrics.head import chip
from gui.metrics.kind_bars import KindBars
from gui.metrics.model import Behind, MetricModel
from gui.metrics.table import Table
from gui.metrics.titled import TitledTable
from gui.theme import Theme

_PADDING = 8
_AS_TABLE = "Gold spans by outcome, spurious by predicted type"
_AS_BARS = "A bar is the gold spans of a type, whose number stands before it; spurious ones are behind its end"


class KindsPanel(TitledTable):
    """Two views of one table, one of which is shown."""

    def __init__(self, behind: Behind, theme: Theme) -> None:
        delegate = CountDelegate(MetricModel(behind), theme, padding=_PADDING)
        super().__init__("Kinds of errors", _AS_TABLE, delegate, names="korean")
        self.bars = KindBars(behind, theme)
        self.bars.opened.connect(self.view.opened)
        self.as_table = chip("Table", "The numbers")
        self.as_bars = chip("Bars", "The shares of each type, at a glance")
        choice = QButtonGroup(self)
        for button in (self.as_table, self.as_bars):
            choice.addButton(button)
            self.head.addWidget(button)
        self.as_table.setChecked(True)
        scroller = QScrollArea(widgetResizable=True)
        scroller.setFrameShape(QFrame.Shape.NoFrame)
        scroller.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroller.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroller.setWidget(self.bars)
        self.body.addWidget(scroller)
        self.as_bars.toggled.connect(self._show_bars)

    def _show_bars(self, is_shown: bool) -> None:
        self.said.setText(_AS_BARS if is_shown else _AS_TABLE)
        self.body.setCurrentIndex(int(is_shown))

    def show_table(self, table: Table, of: str = "") -> None:
        super().show_table(table, of)
        self.bars.show_table(table)

    def set_theme(self, theme: Theme) -> None:
        self.view.set_theme(theme)
        self.bars.set_theme(theme)
