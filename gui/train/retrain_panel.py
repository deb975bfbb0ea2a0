"""The panel that offers to train again once sentences were corrected."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QFrame, QPushButton, QVBoxLayout

from gui.plain_label import PlainLabel
from gui.train.retraining import Retraining, consequence, correction_count, under_way


class RetrainPanel(QFrame):
    """Says what was corrected since the last run and what a retrain does with it; hidden where nothing was.

    Signals:
        asked: the user wants to retrain.
        changed: the choice about corrected dev sentences is another.
    """

    asked = Signal()
    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("panel", True)
        self.found: Retraining | None = None
        self.count = PlainLabel(wraps=True)
        self.count.setProperty("role", "heading")
        self.consequence = PlainLabel(wraps=True)
        self.move_dev = move_box()
        self.move_dev.toggled.connect(self._show_consequence)
        self.move_dev.toggled.connect(self.changed)
        self.button = QPushButton("Retrain with corrections")
        self.button.setProperty("primary", True)
        self.button.clicked.connect(self.asked)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.setSpacing(8)
        for widget in (self.count, self.consequence, self.move_dev):
            layout.addWidget(widget)
        layout.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)
        self.hide()

    @property
    def moves(self) -> bool:
        """Whether corrected dev sentences move to train first."""
        return self.found is not None and self.found.can_move and self.move_dev.isChecked()

    def show_found(self, found: Retraining | None) -> None:
        self.found = found
        self.setVisible(found is not None)
        if found is None:
            return
        self.count.setText(correction_count(found))
        self.button.show()
        self.move_dev.setVisible(found.moving > 0)
        self.move_dev.setEnabled(found.can_move)
        self.button.setToolTip(f"Train a new run with the settings of run {found.base.number} on the corrected gold")
        self._show_consequence()

    def show_training(self, title: str, *, is_compared: bool) -> None:
        """Say that a training that began has the corrections, in place of the offer."""
        if self.found is not None:
            self.consequence.setText(under_way(self.found, title, is_compared=is_compared))
            self.move_dev.hide()
            self.button.hide()

    def _show_consequence(self) -> None:
        if self.found is not None:
            self.consequence.setText(consequence(self.found, moves=self.moves))


def move_box() -> QCheckBox:
    """The choice whether corrected dev sentences become training sentences."""
    box = QCheckBox("Move corrected dev sentences to train (recommended)")
    box.setChecked(True)
    box.setToolTip("Dev then holds only sentences that nobody has mended after seeing predictions")
    return box
