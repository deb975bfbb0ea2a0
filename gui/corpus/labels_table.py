"""The labels of the tag set with their spans in each split."""

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from core.domain.spans import SPLITS
from core.store.project import Project
from gui.inspect.words import label_names
from gui.theme import Theme, font

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class LabelsTable(QTableWidget):
    """One row a label; one of them is chosen."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(0, 1 + len(SPLITS))
        self._theme = theme
        self._labels: tuple[str, ...] = ()
        self.setAccessibleName("Labels and their spans")
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(26)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        for column, title in enumerate(["Label", *SPLITS]):
            head = QTableWidgetItem(title)
            head.setTextAlignment(_RIGHT if column else _LEFT)
            self.setHorizontalHeaderItem(column, head)
            header.resizeSection(column, 96)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)

    def set_theme(self, theme: Theme) -> None:
        """Take another theme's colours."""
        self._theme = theme
        for row, label in enumerate(self._labels):
            item = self.item(row, 0)
            if item is not None:
                item.setForeground(QColor(theme.label(label).ink))

    @property
    def label(self) -> str | None:
        """The chosen label."""
        row = self.currentRow()
        return self._labels[row] if 0 <= row < len(self._labels) else None

    def choose(self, label: str | None) -> None:
        """Choose a label, or none where there is no such one."""
        if label in self._labels:
            self.selectRow(self._labels.index(label))
        else:
            self.clearSelection()
            self.setCurrentCell(-1, -1)

    def show_project(self, project: Project) -> None:
        """Show the labels as they are now; the chosen one stays chosen if it is still there."""
        chosen, counts = self.label, project.sentences.label_counts()
        blocker = QSignalBlocker(self)
        self._labels = project.sentences.labels()
        self.setCurrentCell(-1, -1)
        self.setRowCount(len(self._labels))
        for row, label in enumerate(self._labels):
            name = label_names(self._theme.entity_type(label))
            texts = [name, *(f"{counts[split, label]:,}" if (split, label) in counts else "–" for split in SPLITS)]
            for column, text in enumerate(texts):
                item = QTableWidgetItem(text)
                item.setFont(font(tabular=column > 0))
                item.setTextAlignment(_RIGHT if column else _LEFT)
                if not column:
                    item.setForeground(QColor(self._theme.label(label).ink))
                self.setItem(row, column, item)
        self.choose(chosen)
        blocker.unblock()
