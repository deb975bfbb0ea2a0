"""What is asked of the list of strings: a search field and three choices."""

from PySide6.QtCore import QSignalBlocker, QTimer, Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from core.domain.spans import SPLITS
from gui.choosers import chooser
from gui.consistency.model import KIND_WORDS, StringFilter
from gui.line_field import LineField

SEARCH_DELAY = 250
"""Milliseconds after the last keystroke before the list is filtered and the places of its first string are found."""


class StringFilterBar(QWidget):
    """Makes a `StringFilter`.

    Signals:
        changed: it is another one.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("bar", True)
        self.text = LineField("Search strings", clearable=True)
        self.text.setAccessibleName("Search strings")
        self.kind = chooser("Kind", "In which way the string is labelled inconsistently")
        self.kind.addItem("Any kind", None)
        for kind, words in KIND_WORDS.items():
            self.kind.addItem(words.capitalize(), kind)
        self.label = chooser("Label", "A label that some of its spans have")
        self.split = chooser("Split", "A split in which it stands")
        self.split.addItem("All splits", None)
        for split in SPLITS:
            self.split.addItem(split, split)
        self.show_labels([])
        self._lay_out()
        self._timer = QTimer(self, singleShot=True, interval=SEARCH_DELAY)
        self._timer.timeout.connect(self.changed)
        self.text.edited.connect(lambda: self._timer.start())
        self.text.returnPressed.connect(self._change)
        for box in (self.kind, self.label, self.split):
            box.currentIndexChanged.connect(lambda _: self._change())

    def _change(self) -> None:
        self._timer.stop()
        self.changed.emit()

    def _lay_out(self) -> None:
        layout = QGridLayout(self)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.setSpacing(8)
        layout.addWidget(self.text, 0, 0, 1, 3)
        for column, box in enumerate((self.kind, self.label, self.split)):
            layout.addWidget(box, 1, column)
        layout.setColumnStretch(0, 1)

    @property
    def filter(self) -> StringFilter:
        return StringFilter(
            self.text.seen_text.strip(), self.kind.currentData(), self.label.currentData(), self.split.currentData()
        )

    def show_labels(self, labels: list[str]) -> None:
        """Offer these labels; the chosen one stays chosen if it is among them."""
        chosen = self.label.currentData()
        with QSignalBlocker(self.label):
            self.label.clear()
            self.label.addItem("Any label", None)
            for label in labels:
                self.label.addItem(label, label)
            self.label.setCurrentIndex(max(0, self.label.findData(chosen)))
