"""What starts a training: the bar under the form, and the panel that offers a retrain with corrections."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QPushButton, QVBoxLayout

from core.messages.catalogue import say
from gui.look.theme import set_property
from gui.train.readiness import Readiness, Retraining, consequence, correction_count, under_way
from gui.widgets.choosers import WrappingCheckBox
from gui.widgets.text_labels import PlainLabel


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
        self.button = QPushButton(say("Retrain with corrections"))
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
        self.button.setToolTip(
            say("Train a new run with the settings of run {run} on the corrected gold", run=found.base.number)
        )
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
    box = WrappingCheckBox(say("Move corrected dev sentences to train (recommended)"))
    box.setChecked(True)
    box.setToolTip(say("Dev then has only sentences that nobody corrected after seeing their predictions"))
    return box


class StartBar(QFrame):
    """Summary, warnings, Train and Stop.

    Signals:
        start_asked, resume_asked, stop_asked, corpus_asked: a button was pressed.
        changed: the choice about corrected dev sentences is another.
    """

    start_asked = Signal()
    resume_asked = Signal()
    stop_asked = Signal()
    corpus_asked = Signal()
    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.summary = PlainLabel(wraps=True)
        self.warnings = PlainLabel(wraps=True)
        self.reason = PlainLabel(wraps=True)
        self.reason.setProperty("role", "small")
        self.corpus = QPushButton(say("Go to Corpus"))
        self.move_dev = move_box()
        self.start = QPushButton(say("Train"))
        self.start.setProperty("primary", True)
        self.resume = QPushButton()
        self.resume.setToolTip(say("Resume from the last saved step; the result is that of an uninterrupted run"))
        self.stop = QPushButton(say("Stop"))
        self.stop.setToolTip(say("Stop after the current step; finished epochs are kept"))
        self._lay_out()
        self.start.clicked.connect(self.start_asked)
        self.resume.clicked.connect(self.resume_asked)
        self.stop.clicked.connect(self.stop_asked)
        self.corpus.clicked.connect(self.corpus_asked)
        self.move_dev.toggled.connect(self.changed)

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 12, 20, 16)
        layout.setSpacing(8)
        for widget in (self.summary, self.move_dev, self.warnings):
            layout.addWidget(widget)
        layout.addWidget(self.corpus, 0, Qt.AlignmentFlag.AlignLeft)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        self.start.setMinimumWidth(96)
        self.stop.setMinimumWidth(96)
        buttons.addWidget(self.start)
        buttons.addWidget(self.resume)
        buttons.addWidget(self.stop)
        buttons.addWidget(self.reason, 1)
        layout.addLayout(buttons)

    def show_readiness(self, found: Readiness) -> None:
        self.summary.setText(found.summary)
        texts = [*found.warnings, *([found.hindrance] if found.hindrance else [])]
        self.warnings.setText("\n".join(f"⚠ {text}" for text in texts))
        self.warnings.setVisible(bool(texts))
        set_property(self.warnings, "role", "error" if found.hindrance else "hint")
        self.corpus.setVisible(found.wants_corpus)

    def show_buttons(self, *, reason: str | None, is_training: bool, is_stopping: bool) -> None:
        """Enable what can be done.

        Args:
            reason: why nothing can be started now.
        """
        self.start.setEnabled(reason is None)
        self.reason.setText(reason or "")
        self.stop.setVisible(is_training)
        self.stop.setEnabled(not is_stopping)
        self.stop.setText(say("Stopping…") if is_stopping else say("Stop"))

    def show_resumable(self, run: int | None) -> None:
        """Offer to resume a run; None offers nothing."""
        self.resume.setVisible(run is not None)
        self.resume.setText("" if run is None else say("Resume run {run}", run=run))

    def make_primary(self, is_primary: bool) -> None:
        """Whether Train is the button that the eye should land on."""
        set_property(self.start, "primary", is_primary)
