"""The numbers of a training in large figures that keep their places."""

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QSizePolicy, QVBoxLayout

from core.domain.events import EpochFinished, Progress
from gui.look.theme import font
from gui.text.progress import duration
from gui.text.train import EpochScore
from gui.widgets.text_labels import PlainLabel

_NOTHING = "–"
_SIZE = 20
_SHARES = {6: (4, 7, 4, 4, 6, 4), 3: (3, 6, 4, 0, 0, 0)}
"""Of the width, by the number of columns: steps and the time left take the most."""
_ROOM_FOR_ONE_ROW = 560
"""Pixels; in less, the figures take two rows."""
_STEPS = {"prepare": "encoding", "train": "step", "predict": "tagging dev"}


class Figure(QVBoxLayout):
    """One number under its name."""

    def __init__(self, name: str, purpose: str) -> None:
        super().__init__()
        self.setSpacing(0)
        self.name = PlainLabel(name)
        self.name.setProperty("role", "small")
        self.number = PlainLabel(_NOTHING)
        self.number.setFont(font(_SIZE, tabular=True))
        self.number.setAccessibleName(name)
        for label in (self.name, self.number):
            label.setToolTip(purpose)
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            self.addWidget(label)


class Figures(QFrame):
    """Epoch, step, loss, speed, time left and F1, in columns wide enough for a long training."""

    def __init__(self) -> None:
        super().__init__()
        self.epoch = Figure("epoch", "Passes over the training sentences")
        self.step = Figure("step", "Batches of this epoch")
        self.loss = Figure("loss", "Mean over this epoch so far, in nats per tagging unit")
        self.speed = Figure("sentences/s", "Training sentences per second; tagging dev is not counted")
        self.left = Figure("time left", "Until the last epoch ends, at this speed")
        self.f1 = Figure("F1 on dev", "Micro F1 of the last finished epoch, on the gold as corrected")
        self._figures = (self.epoch, self.step, self.loss, self.speed, self.left, self.f1)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(16)
        self._columns = 0
        self._arrange(6)

    def _arrange(self, columns: int) -> None:
        """Lay the figures out in rows of so many."""
        if columns == self._columns:
            return
        self._columns = columns
        for place, figure in enumerate(self._figures):
            self._grid.removeItem(figure)
            self._grid.addLayout(figure, *divmod(place, columns))
        for column, share in enumerate(_SHARES[columns]):
            self._grid.setColumnStretch(column, share)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange(6 if self.width() >= _ROOM_FOR_ONE_ROW else 3)

    def clear(self) -> None:
        for figure in self._figures:
            figure.number.setText(_NOTHING)

    def show_score(self, score: EpochScore, epochs: int) -> None:
        """Show a finished epoch, of so many that the run was to have."""
        self.epoch.number.setText(f"{score.number}/{epochs}")
        self.loss.number.setText(f"{score.loss:.4f}")
        self.f1.number.setText(f"{score.f1:.4f}")

    def show_event(self, event: object) -> None:
        """Take over what an event says; other numbers stay."""
        if isinstance(event, Progress):
            self._show_progress(event)
        elif isinstance(event, EpochFinished):
            self.f1.number.setText(f"{event.report.micro.f1:.4f}")
            self.loss.number.setText(f"{event.loss:.4f}")

    def show_end(self) -> None:
        """Nothing is left to wait for."""
        self.left.number.setText(_NOTHING)

    def _show_progress(self, event: Progress) -> None:
        if event.epoch:
            self.epoch.number.setText(f"{event.epoch}/{event.epochs}")
        self.step.name.setText(_STEPS[event.phase])
        self.step.number.setText(f"{event.step:,}/{event.steps:,}")
        if event.loss is not None:
            self.loss.number.setText(f"{event.loss:.4f}")
        if event.phase == "train":
            self.speed.number.setText(f"{event.sentences_per_second:,.0f}")
        if event.seconds_left is not None:
            self.left.number.setText(duration(event.seconds_left))
