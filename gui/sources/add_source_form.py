"""What the panels share that ask about a new source: its name, the buttons, and what is read meanwhile."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout

from core.messages.catalogue import say
from gui.background import LatestQuery
from gui.widgets.text_fields import LineField
from gui.widgets.text_labels import PlainLabel


class AddSourceForm(QFrame):
    """A title, a row that ends with the name, a body that a subclass fills, and the buttons.

    Signals:
        accepted: what is chosen can be added.
        cancelled: nothing is to be added.
    """

    accepted = Signal()
    cancelled = Signal()

    def __init__(self, title: str) -> None:
        super().__init__()
        self.setProperty("panel", True)
        self.name = LineField()
        self.name.setAccessibleName(say("Name of the source"))
        self.start = QPushButton(say("Add source"))
        self.start.setProperty("primary", True)
        self.cancel = QPushButton(say("Cancel"))
        self._query = LatestQuery(self)
        self._lay_out(title)
        self.start.clicked.connect(self.accepted)
        self.cancel.clicked.connect(self.cancelled)

    def _lay_out(self, title: str) -> None:
        heading = PlainLabel(title)
        heading.setProperty("role", "title")
        self.naming, self.body, buttons = QHBoxLayout(), QVBoxLayout(), QHBoxLayout()
        for row in (self.naming, buttons):
            row.setSpacing(8)
        self.naming.addWidget(PlainLabel(say("Name")))
        self.naming.addWidget(self.name, 1)
        buttons.addStretch(1)
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.start)
        self.column = layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        for part in (layout, self.body):
            part.setSpacing(12)
        layout.addWidget(heading)
        layout.addLayout(self.naming)
        layout.addLayout(self.body, 1)
        layout.addLayout(buttons)

    def dismiss(self) -> None:
        """Hide, and read no more."""
        self._query.cancel()
        self.hide()
