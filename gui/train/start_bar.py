"""What stands under the form: what will be trained on, what speaks against it, and the buttons."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QPushButton, QVBoxLayout

from gui.plain_label import PlainLabel
from gui.theme import set_property
from gui.train.readiness import Readiness
from gui.train.retrain_panel import move_box


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
        self.corpus = QPushButton("Go to Corpus")
        self.move_dev: QCheckBox = move_box()
        self.start = QPushButton("Train")
        self.start.setProperty("primary", True)
        self.resume = QPushButton()
        self.resume.setToolTip("Resume from the last saved step; the result is that of an uninterrupted run")
        self.stop = QPushButton("Stop")
        self.stop.setToolTip("End the training after the step under way; finished epochs are kept")
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
        self.stop.setText("Stopping…" if is_stopping else "Stop")

    def show_resumable(self, run: int | None, *, is_busy: bool) -> None:
        """Offer to resume a run that was stopped, if there is one."""
        self.resume.setVisible(run is not None and not is_busy)
        self.resume.setText(f"Resume run {run}")

    def make_primary(self, is_primary: bool) -> None:
        """Whether Train is the button that the eye should land on."""
        set_property(self.start, "primary", is_primary)
