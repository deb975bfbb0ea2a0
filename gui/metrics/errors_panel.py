"""The view of errors: how the spans of each type err, beside which types are taken for which."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QLabel, QSplitter, QVBoxLayout, QWidget

from gui.metrics.counts import CountDelegate
from gui.metrics.errors import confusion_table, kinds_table
from gui.metrics.figures import Figures
from gui.metrics.headers import NameStyle
from gui.metrics.model import Behind, MetricModel
from gui.metrics.table import Table
from gui.metrics.view import MetricView
from gui.theme import Theme

_KINDS_PADDING, _PAIRS_PADDING = 8, 5


class CountTable(QWidget):
    """A table of counts below its title and what it says."""

    def __init__(self, title: str, said: str, behind: Behind, theme: Theme, *, padding: int, names: NameStyle) -> None:
        super().__init__()
        self._title = title
        self.title = QLabel(title)
        self.title.setProperty("role", "heading")
        hint = QLabel(said)
        hint.setProperty("role", "hint")
        hint.setWordWrap(True)
        self.model = MetricModel(behind)
        self.view = MetricView(self.model, CountDelegate(self.model, theme, padding=padding), title, names=names)
        words = QVBoxLayout()
        words.setContentsMargins(16, 0, 16, 0)
        words.setSpacing(4)
        words.addWidget(self.title)
        words.addWidget(hint)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 12, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(words)
        layout.addWidget(self.view, 1)

    def show_table(self, table: Table, epoch: int) -> None:
        self.title.setText(f"{self._title} in epoch {epoch}")
        self.view.show_table(table)


class ErrorsPanel(QSplitter):
    """Both tables of one epoch.

    Signals:
        opened: a number with sentences behind it was chosen; its `Link`.
    """

    opened = Signal(object)

    def __init__(self, behind: Behind, theme: Theme) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.kinds = CountTable(
            "Kinds of errors",
            "Gold spans by outcome, spurious by predicted type",
            behind,
            theme,
            padding=_KINDS_PADDING,
            names="korean",
        )
        self.confusion = CountTable(
            "Confusion of types",
            "Gold types in rows, predicted types in columns; on the diagonal the edges may be wrong",
            behind,
            theme,
            padding=_PAIRS_PADDING,
            names="label",
        )
        for table in (self.kinds, self.confusion):
            self.addWidget(table)
            table.view.opened.connect(self.opened)
        self.setChildrenCollapsible(False)
        self.setProperty("panel", True)

    def show_figures(self, figures: Figures) -> None:
        """Show the errors of an epoch."""
        self.kinds.show_table(kinds_table(figures), figures.key.epoch)
        self.confusion.show_table(confusion_table(figures), figures.key.epoch)

    def fit(self, room: QSize) -> None:
        """Give the first table what it needs of the room, and the second the rest."""
        wanted = self.kinds.view.fitting_width(room)
        self.setSizes([wanted, room.width() - wanted - self.handleWidth()])

    def set_theme(self, theme: Theme) -> None:
        for table in (self.kinds, self.confusion):
            table.view.set_theme(theme)
