"""The top of the Metrics page: which run, what its figures stand on, and what can be done with them."""

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from PySide6.QtCore import QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from core.analysis.verdicts import Estimate
from core.domain.spans import Split
from core.store.predictions import EpochKey
from core.store.project import Project
from gui.background import LatestQuery
from gui.text.metrics import verdicts_line, verdicts_meaning
from gui.text.words import name_epoch, wrapped
from gui.widgets.choosers import chip, chooser
from gui.widgets.text_labels import LinkLabel, PlainLabel, hint_label

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
        self.hint = hint_label()
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
        items = [(name_epoch(key), key) for key in others]
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


NO_VERDICTS = "How many of these are errors of the gold? Verdicts on a random sample tell."


class Asked(NamedTuple):
    """What the estimate is of."""

    key: EpochKey
    split: Split


class VerdictsLine(QWidget):
    """Hidden where there are no verdicts, unless they are offered; what was estimated is kept until `forget`.

    Signals:
        sample_asked: the person wants to give verdicts on a random sample.
    """

    sample_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.said = LinkLabel()
        self._asked: Asked | None = None
        self._offers = False
        self._known: dict[Asked, Estimate | None] = {}
        self._query = LatestQuery(self)
        self._query.answered.connect(self._take)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 8, 16, 8)
        layout.addWidget(self.said)
        self.said.linkActivated.connect(lambda _: self.sample_asked.emit())
        self.hide()

    def forget(self) -> None:
        """Estimate anew from now on, and nothing until asked."""
        self._query.cancel()
        self._known.clear()
        self._asked = None

    def show_epoch(self, project: Project, asked: Asked, *, offers: bool) -> None:
        """Show what the verdicts on an epoch say, as soon as it is known.

        Args:
            offers: whether to offer a sample where there are no verdicts yet.
        """
        self._offers = offers
        if asked != self._asked:
            if self._asked is not None:  # what is said is of another epoch
                self.hide()
            self._query.cancel()
            self._asked = asked
            if asked not in self._known:
                self._query.submit_when_painted(partial(project.reviews.estimate, *asked))
        if asked in self._known:
            self._show(self._known[asked])

    def _take(self, estimate: Estimate | None) -> None:
        assert self._asked is not None
        self._known[self._asked] = estimate
        self._show(estimate)

    def _show(self, estimate: Estimate | None) -> None:
        words, link = (NO_VERDICTS, "Judge a sample")
        if estimate is not None:
            words, link = verdicts_line(estimate), "Go on judging"
        self.said.show_words(words, link)
        self.said.setToolTip(wrapped(*verdicts_meaning(estimate)))
        self.setVisible(estimate is not None or self._offers)
