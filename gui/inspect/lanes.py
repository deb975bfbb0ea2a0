"""The line above a sentence that says whose predictions stand under it, and offers another epoch's beside them."""

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from core.store.predictions import EpochKey
from gui.choosers import chooser
from gui.plain_label import PlainLabel


class LanesBar(QWidget):
    """Hidden where there is no other epoch.

    Signals:
        chosen: the person wants to see this epoch's predictions, too; an `EpochKey`, or None for none.
    """

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.said = PlainLabel()
        self.said.setProperty("role", "hint")
        self.other = chooser("Another epoch", "Show what another epoch predicted, dotted, below the predictions")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 0, 16, 0)
        layout.setSpacing(8)
        layout.addWidget(self.said)
        layout.addWidget(self.other)
        layout.addStretch(1)
        self.other.activated.connect(lambda: self.chosen.emit(self.other.currentData()))

    def offer(self, current: EpochKey | None, others: Sequence[EpochKey], chosen: EpochKey | None) -> None:
        """Say which epoch is under the text, and offer the others."""
        self.setVisible(current is not None and bool(others))
        if current is not None:
            self.said.setText(f"Under the text: {_name(current)}, and dotted")
        with QSignalBlocker(self.other):
            self.other.clear()
            self.other.addItem("nothing else", None)
            for key in others:
                self.other.addItem(_name(key), key)
            self.other.setCurrentIndex(others.index(chosen) + 1 if chosen in others else 0)


def _name(key: EpochKey) -> str:
    return f"run {key.run}, epoch {key.epoch}"
