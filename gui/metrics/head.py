"""The top of the Metrics page: which run, what its figures stand on, and what can be done with them."""

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt, QTimer
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from core.domain.spans import Split
from core.store.predictions import EpochKey
from gui.choosers import chooser
from gui.plain_label import PlainLabel
from gui.words import wrapped

COPY, COPIED = "Copy as Markdown", "Copied ✓"
CONFIRMATION = 2_000
"""Milliseconds for which the copy button says that it did."""


class Head(QWidget):
    """Labels and controls only; the page fills and connects them."""

    def __init__(self) -> None:
        super().__init__()
        self.title = PlainLabel()
        self.title.setProperty("role", "title")
        self.title.setWordWrap(True)
        self.hint = PlainLabel()
        self.hint.setProperty("role", "hint")
        self.hint.setWordWrap(True)
        self.split = chooser("Split", "The split whose sentences are scored")
        self.other = chooser("Compare with", "Another epoch or run, on the sentences that both predicted")
        self.scores = chip("Scores", "Precision, recall and F1 of every type for every epoch")
        self.errors = chip("Errors", "How the spans of each type err, and which types are taken for which")
        self.changes = chip("Changes", "What moved from another epoch or run, how sure that is, and why")
        self.calibration = chip("Calibration", "Whether the probability of a span says how likely it is right")
        self.evaluate = QPushButton("Evaluate on test")
        self.copy = CopyButton()
        self._lay_out()

    def _lay_out(self) -> None:
        self._splitting = (_label("Scored on", self.split), self.split)
        self._comparing = (_label("Compare with", self.other), self.other)
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addWidget(self.title)
        words.addWidget(self.hint)
        top = _row()
        top.addLayout(words, 1)
        views = QButtonGroup(self)
        for view in (self.scores, self.errors, self.changes, self.calibration):
            views.addButton(view)
            top.addWidget(view, 0, Qt.AlignmentFlag.AlignTop)
        self.scores.setChecked(True)
        top.addSpacing(16)
        for button in (self.evaluate, self.copy):
            top.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        choices = _row()
        for widget in (*self._splitting, *self._comparing):
            choices.addWidget(widget)
        choices.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 12)
        layout.setSpacing(8)
        layout.addLayout(top)
        layout.addLayout(choices)

    def offer_splits(self, splits: Sequence[Split], current: Split) -> None:
        """The splits with predictions; hidden where there is nothing to choose."""
        _fill(self.split, [(split.capitalize(), split) for split in splits], current)
        for widget in self._splitting:
            widget.setVisible(len(splits) > 1)

    def offer_others(self, others: Sequence[EpochKey], current: EpochKey | None) -> None:
        """What the epoch can be compared with; hidden where there is no other, or one epoch alone is shown."""
        items = [(f"run {key.run}, epoch {key.epoch}", key) for key in others]
        _fill(self.other, [("nothing", None), *items], current)
        for widget in self._comparing:
            widget.setVisible(bool(others) and not (self.errors.isChecked() or self.calibration.isChecked()))


class CopyButton(QPushButton):
    """Says for a moment that it copied."""

    def __init__(self) -> None:
        super().__init__(COPY)
        self._timer = QTimer(self, interval=CONFIRMATION, singleShot=True)
        self._timer.timeout.connect(lambda: self.setText(COPY))

    def offer(self, *, possible: bool) -> None:
        self.setEnabled(possible)
        purpose = "Copy what is shown as Markdown tables, with the run, the epoch and the gold"
        obstacle = "The current epoch has not tagged any of these sentences; choose another epoch above"
        self.setToolTip(wrapped(purpose if possible else obstacle))

    def confirm(self) -> None:
        self.setMinimumWidth(self.width())
        self.setText(COPIED)
        self._timer.start()


def chip(text: str, purpose: str) -> QToolButton:
    """A rounded button that stays down."""
    made = QToolButton()
    made.setText(text)
    made.setToolTip(wrapped(purpose))
    made.setCheckable(True)
    made.setProperty("chip", True)
    return made


def _row() -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(8)
    return row


def _label(text: str, buddy: QWidget) -> QLabel:
    label = PlainLabel(text)
    label.setBuddy(buddy)
    return label


def _fill(box: QComboBox, items: Sequence[tuple[str, object]], current: object) -> None:
    with QSignalBlocker(box):
        if [(box.itemText(at), box.itemData(at)) for at in range(box.count())] != list(items):
            box.clear()
            for title, value in items:
                box.addItem(title, value)
        values = [value for _, value in items]
        box.setCurrentIndex(values.index(current) if current in values else 0)
