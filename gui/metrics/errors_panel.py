"""The view of errors: how the spans of each type err, beside which types are taken for which."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QSplitter

from gui.metrics.counts import CountDelegate
from gui.metrics.errors import confusion_table, kinds_table
from gui.metrics.figures import Figures
from gui.metrics.model import Behind, MetricModel
from gui.metrics.titled import TitledTable
from gui.theme import Theme

_KINDS_PADDING, _PAIRS_PADDING = 8, 5


class ErrorsPanel(QSplitter):
    """Both tables of one epoch.

    Signals:
        opened: a number with sentences behind it was chosen; its `Link`.
    """

    opened = Signal(object)

    def __init__(self, behind: Behind, theme: Theme) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        models = (MetricModel(behind), MetricModel(behind))
        self.kinds = TitledTable(
            "Kinds of errors",
            "Gold spans by outcome, spurious by predicted type",
            CountDelegate(models[0], theme, padding=_KINDS_PADDING),
            names="korean",
        )
        self.confusion = TitledTable(
            "Confusion of types",
            "Gold types in rows, predicted types in columns; on the diagonal the edges may be wrong",
            CountDelegate(models[1], theme, padding=_PAIRS_PADDING),
            names="label",
        )
        for table in (self.kinds, self.confusion):
            self.addWidget(table)
            table.view.opened.connect(self.opened)
        self.setChildrenCollapsible(False)
        self.setProperty("panel", True)

    def show_figures(self, figures: Figures) -> None:
        """Show the errors of an epoch."""
        for table, shown in ((self.kinds, kinds_table(figures)), (self.confusion, confusion_table(figures))):
            table.show_table(shown, f" in epoch {figures.key.epoch}")

    def fit(self, room: QSize) -> None:
        """Give the first table what it needs of the room, and the second the rest."""
        wanted = self.kinds.view.fitting_width(room)
        self.setSizes([wanted, room.width() - wanted - self.handleWidth()])

    def set_theme(self, theme: Theme) -> None:
        for table in (self.kinds, self.confusion):
            table.view.set_theme(theme)
