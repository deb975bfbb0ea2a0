"""The panel that holds one run against another on the sentences that both predicted."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.metrics.delegate import MetricDelegate
from gui.metrics.figures import Figures
from gui.metrics.markdown import markdown_table
from gui.metrics.model import MetricModel
from gui.metrics.table import comparison_table
from gui.metrics.view import MetricView
from gui.metrics.words import comparison_line
from gui.plain_label import PlainLabel
from gui.theme import Theme


class ComparisonPanel(QWidget):
    """A compact table of both runs, F1 first."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.title = PlainLabel()
        self.title.setProperty("role", "heading")
        self.said = PlainLabel()
        self.said.setProperty("role", "hint")
        self.said.setWordWrap(True)
        self.model = MetricModel(lambda _: 0)
        delegate = MetricDelegate(self.model, theme)
        self.view = MetricView(self.model, delegate, "F1, precision and recall of both runs", names="korean")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 12, 0, 0)
        layout.setSpacing(8)
        words = QVBoxLayout()
        words.setContentsMargins(16, 0, 16, 0)
        words.setSpacing(4)
        words.addWidget(self.title)
        words.addWidget(self.said)
        layout.addLayout(words)
        layout.addWidget(self.view, 1)

    def markdown(self) -> list[str]:
        """The table with its heading and on how many sentences it is."""
        return [f"**{self.title.text()}**", self.said.text(), markdown_table(self.model)]

    def show_figures(self, before: Figures, now: Figures) -> None:
        """Show both epochs' figures, which are on the same sentences."""
        titles = [f"run {figures.key.run}, epoch {figures.key.epoch}" for figures in (now, before)]
        self.title.setText(f"{titles[0].capitalize()}, against {titles[1]}")
        self.said.setText(comparison_line(before, now))
        self.view.show_table(comparison_table(before, now))
        self.view.setVisible(bool(now.sentences))
