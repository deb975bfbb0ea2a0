"""A table below its title and what it says."""

from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from gui.metrics.table import Table, markdown_table
from gui.metrics.table_painting import MetricDelegate, NameStyle
from gui.metrics.view import MetricView
from gui.widgets.labels import PlainLabel, hint_label


class TitledTable(QWidget):
    """A heading, a line that says how to read the table, and the table.

    Args:
        delegate: paints the model that the table shows.

    Attributes:
        head: beside the heading there is room.
        body: beside the table there is room for another view of it.
    """

    def __init__(self, title: str, said: str, delegate: MetricDelegate, *, names: NameStyle) -> None:
        super().__init__()
        self._title = title
        self.title = PlainLabel(title)
        self.title.setProperty("role", "heading")
        self.said = hint_label(said)
        self.said.setWordWrap(True)
        self.model = delegate.model
        self.view = MetricView(self.model, delegate, title, names=names)
        words = QVBoxLayout()
        words.setContentsMargins(16, 0, 16, 0)
        words.setSpacing(4)
        self.head = QHBoxLayout()
        self.head.addWidget(self.title, 1)
        words.addLayout(self.head)
        words.addWidget(self.said)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 12, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(words)
        self.body = QStackedWidget()
        self.body.addWidget(self.view)
        layout.addWidget(self.body, 1)

    def markdown(self) -> list[str]:
        """The table with its heading; nothing where there is none."""
        table = markdown_table(self.model)
        return [f"**{self.title.text()}**", table] if table else []

    def show_table(self, table: Table, of: str = "") -> None:
        """Show a table; `of` goes on where the title ends."""
        self.title.setText(self._title + of)
        self.view.show_table(table)
