"""How many spans of each type each split holds."""

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from core.domain.spans import SPLITS, Split
from core.store.project import Project
from gui.inspect.words import label_names
from gui.theme import Theme, font


class SummaryTable(QTableWidget):
    """Rows are types, columns splits; sentences first."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(0, 1 + len(SPLITS))
        self._theme = theme
        self._labels: list[str] = []
        self._sentences: dict[Split, int] = {}
        self.setAccessibleName("Sentences and gold spans by split")
        self.setShowGrid(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(28)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column, title in enumerate(["Gold spans", *SPLITS]):
            head = QTableWidgetItem(title)
            head.setTextAlignment(_RIGHT if column else _LEFT)
            self.setHorizontalHeaderItem(column, head)
            self.horizontalHeader().resizeSection(column, 96)

    def set_theme(self, theme: Theme) -> None:
        """Take another theme's colours."""
        self._theme = theme
        for row, label in enumerate(self._labels, start=2):
            item = self.item(row, 0)
            if item is not None:
                item.setForeground(QColor(theme.label(label).ink))

    def show_project(self, project: Project) -> None:
        """Show what a project holds now."""
        self._sentences = {split: project.sentences.count(split) for split in SPLITS}
        self.show_spans(project)

    def show_spans(self, project: Project) -> None:
        """Show it after a correction, which changes spans alone; counting all sentences would be felt."""
        counts = project.sentences.label_counts()
        labels = [label for label in project.sentences.labels() if any((split, label) in counts for split in SPLITS)]
        self._labels = labels
        self.setRowCount(len(labels) + 2)
        self._fill(0, "Sentences", self._sentences, bold=True)
        totals = {split: sum(n for (other, _), n in counts.items() if other == split) for split in SPLITS}
        self._fill(1, "Spans", totals, bold=True)
        for row, label in enumerate(labels, start=2):
            name = label_names(self._theme.entity_type(label))
            ink = QColor(self._theme.label(label).ink)
            self._fill(row, name, {split: counts.get((split, label), 0) for split in SPLITS}, ink=ink)

    def _fill(
        self, row: int, name: str, counts: Mapping[Split, int], *, bold: bool = False, ink: QColor | None = None
    ) -> None:
        for column, text in enumerate([name, *(f"{counts[split]:,}" if counts[split] else "–" for split in SPLITS)]):
            item = QTableWidgetItem(text)
            item.setFont(font(bold=bold, tabular=column > 0))
            if column:
                item.setTextAlignment(_RIGHT)
            elif ink is not None:
                item.setForeground(ink)
            self.setItem(row, column, item)


_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
