"""The view of errors: how the spans of each type err, beside which types are taken for which."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QSplitter

from gui.metrics.counts import CountDelegate
from gui.metrics.errors import confusion_table, kinds_table
from gui.metrics.figures import Figures
from gui.metrics.kinds_panel import KindsPanel
from gui.metrics.model import Behind, MetricModel
from gui.metrics.titled import TitledTable
from gui.theme import Theme

_PAIRS_PADDING, _MARGIN = 5, 16


class ErrorsPanel(QSplitter):
    """Both tables of one epoch, the first one as bars if asked for.

    Signals:
        opened: a number with sentences behind it was chosen; its `Link`.
    """

    opened = Signal(object)

    def __init__(self, behind: Behind, theme: Theme) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.kinds = KindsPanel(behind, theme)
        self.confusion = TitledTable(
            "Confusion of types",
            "Gold types in rows, predicted types in columns; on the diagonal the edges may be wrong",
            CountDelegate(MetricModel(behind), theme, padding=_PAIRS_PADDING),
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

    def markdown(self) -> list[str]:
        """Both tables."""
        return [*self.kinds.markdown(), *self.confusion.markdown()]

    def fit(self, room: QSize) -> None:
        """Give both tables what they need of the room; what is left makes longer bars of the first one."""
        least, others = (table.view.fitting_width(room) for table in (self.kinds, self.confusion))
        wanted = max(least, min(room.width() - others - _MARGIN, 2 * least))
        self.setSizes([wanted, room.width() - wanted - self.handleWidth()])

    def set_theme(self, theme: Theme) -> None:
        self.kinds.set_theme(theme)
        self.confusion.view.set_theme(theme)
