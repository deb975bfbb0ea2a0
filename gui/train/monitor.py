"""The right side of the Train page: how the training goes, in a headline, figures, a chart and a log."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from core.domain.events import EpochFinished, Prepared, Progress, RunStarted
from core.domain.settings import TrainSettings
from core.messages.catalogue import mark, say
from core.store.runs import Epoch, Run
from gui.look.theme import Look, font
from gui.preferences import Preferences
from gui.text.progress import duration
from gui.train.fields import HEADING_HEIGHT, settings_line
from gui.train.readiness import RunComparison
from gui.train.training_job import (
    EpochScore,
    TrainingEnd,
    event_line,
    result_line,
    stored_epoch_line,
    stored_result_line,
)
from gui.widgets.text_labels import PlainLabel

if TYPE_CHECKING:
    from gui.train.loss_chart import LossChart


class Monitor(QWidget):
    """Follows one training after the other.

    Attributes:
        run: the number of the run that is shown.
        stored: the run that is shown, where it is one of the past.

    Signals:
        metrics_asked: the user wants to see the metrics of a run; its number.
    """

    metrics_asked = Signal(int)

    def __init__(self, look: Look, preferences: Preferences) -> None:
        super().__init__()
        self._look = look
        self._epochs = 1
        self.run: int | None = None
        self._run_with_metrics: int | None = None
        self.stored: Run | None = None
        self._stored: tuple[EpochScore, ...] = ()
        self.headline = _plain_label("title")
        self.headline.setWordWrap(True)
        self.headline.setMinimumHeight(HEADING_HEIGHT)
        self.see_metrics = QPushButton(say("See metrics"))
        self.see_metrics.setToolTip(say("Open the table of this run, type by type"))
        self.see_metrics.clicked.connect(lambda: self.metrics_asked.emit(self._run_with_metrics))
        self.figures = LiveFigures()
        self.chart: LossChart | None = None
        self.placeholder = _plain_label("hint")
        self.placeholder.setText(say("The loss, as a mean of ten steps, and the F1 of every epoch are drawn here."))
        self.placeholder.setWordWrap(True)
        self.placeholder.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.chart_place = _panel(self.placeholder)
        self.log = LogView()
        self._lay_out(preferences)

    def _lay_out(self, preferences: Preferences) -> None:
        top = QHBoxLayout()
        top.setSpacing(12)
        top.addWidget(self.headline, 1)
        top.addWidget(self.see_metrics, 0, Qt.AlignmentFlag.AlignTop)
        keep = self.see_metrics.sizePolicy()
        keep.setRetainSizeWhenHidden(True)
        self.see_metrics.setSizePolicy(keep)
        splitter = QSplitter(Qt.Orientation.Vertical, childrenCollapsible=False)
        splitter.addWidget(self.chart_place)
        splitter.addWidget(self.log)
        splitter.setHandleWidth(8)
        splitter.setStyleSheet("QSplitter::handle:!hover { background: transparent; }")
        splitter.setSizes([300, 160])
        splitter.setStretchFactor(0, 1)
        preferences.keep_splitter("train/log", splitter)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 12, 20, 16)
        layout.setSpacing(12)
        layout.addLayout(top)
        layout.addWidget(self.figures)
        layout.addWidget(splitter, 1)

    def show_idle(self, headline: str, run: int | None) -> None:
        """Nothing trains; say what the result of a run was.

        Args:
            run: the one whose metrics there are to see.
        """
        self._run_with_metrics = run
        self.headline.setText(headline)
        self.see_metrics.setVisible(run is not None)

    def show_stored(self, run: Run, epochs: Sequence[Epoch]) -> None:
        """Nothing trains; show the figures of a stored run, its chart, and in the log what it did."""
        self.run, self.stored, self._epochs = run.number, run, run.settings.epochs
        self._stored = tuple(EpochScore.of_stored(epoch) for epoch in epochs)
        self.show_idle(stored_result_line(run, self._stored), run.number if epochs else None)
        self.figures.clear()
        for score in self._stored[-1:]:
            self.figures.show_score(score, self._epochs)
        self.log.recall(say("Run {run}: {settings}", run=run.number, settings=settings_line(run.settings)))
        for epoch in epochs:
            self.log.recall(stored_epoch_line(epoch))
        self._draw_stored()

    def show_compared(self, compared: RunComparison) -> None:
        """Head a stored retrain with what it was made for, the comparison with the run before it."""
        if self.stored is not None and self.stored.number == compared.run:
            self.headline.setText(result_line(compared.run, self._stored, compared))

    def showEvent(self, event: QShowEvent) -> None:
        """Make the chart after the rest is painted, since it takes as long as all of that."""
        super().showEvent(event)
        if self.chart is None:
            QTimer.singleShot(0, self, self._draw_stored)

    def _draw_stored(self) -> None:
        """Draw a stored run, once the chart is needed."""
        if not self._stored or (self.chart is None and not self.isVisible()):
            return
        chart = self._shown_chart()
        chart.begin(self._epochs, None)
        for score in self._stored:
            chart.end_epoch(score.number, score.loss, score.f1)

    def clear(self) -> None:
        """Forget the last training."""
        self.figures.clear()
        self.log.clear()
        self.run, self.stored, self._stored = None, None, ()
        self._hide_chart()

    def begin(self, title: str, settings: TrainSettings) -> None:
        """A training was started."""
        self._epochs, self.stored, self._stored = settings.epochs, None, ()
        self.show_idle(title, None)
        self.figures.clear()
        self.log.add(say("{training}: {settings}", training=title, settings=settings_line(settings)))

    def follow(self, event: object, epochs: Sequence[EpochScore]) -> None:
        """Show one event of the training.

        Args:
            epochs: the finished ones of its run, those from before it was resumed included.
        """
        self.figures.show_event(event)
        line = event_line(event)
        if line is not None:
            self.log.add(line)
        if isinstance(event, RunStarted):
            self.run = event.run
            for score in epochs[-1:]:
                self.figures.show_score(score, self._epochs)
            self._hide_chart()
        elif isinstance(event, Prepared):
            chart = self._shown_chart()  # not before: while the encoder is loaded, this would freeze the window
            chart.begin(self._epochs, event.steps_per_epoch)
            for score in epochs:
                chart.end_epoch(score.number, score.loss, score.f1)
        elif self.chart is not None:
            self._draw(self.chart, event)

    def end(self, ending: TrainingEnd) -> None:
        """The training ended."""
        self.figures.show_end()
        self.log.add(ending.line)
        self.show_idle(ending.headline, ending.run)

    def _draw(self, chart: "LossChart", event: object) -> None:
        if isinstance(event, Progress) and event.loss is not None:
            chart.add_loss(event.epoch, event.step, event.loss)
        elif isinstance(event, EpochFinished):
            chart.end_epoch(event.epoch, event.loss, event.report.micro.f1)

    def prepare_chart(self) -> None:
        """Make the chart ahead of a training: while that loads torch, the window's thread takes five times as long."""
        self._make_chart()
        self._draw_stored()

    def _make_chart(self) -> "LossChart":
        """pyqtgraph takes half a second to import, where it is not loaded yet."""
        if self.chart is None:
            from gui.train.loss_chart import LossChart

            self.chart = LossChart(self._look)
            self.chart.hide()
            layout = self.chart_place.layout()
            assert layout is not None
            layout.addWidget(self.chart)
        return self.chart

    def _hide_chart(self) -> None:
        self.placeholder.show()
        if self.chart is not None:
            self.chart.hide()

    def _shown_chart(self) -> "LossChart":
        chart = self._make_chart()
        self.placeholder.hide()
        chart.show()
        return chart


def _plain_label(role: str) -> QLabel:
    """A label that shows what it is given as it is, and cuts it off rather than push others aside."""
    label = PlainLabel()
    label.setProperty("role", role)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    return label


def _panel(content: QWidget) -> QFrame:
    frame = QFrame()
    frame.setProperty("panel", True)
    frame.setMinimumHeight(120)
    layout = QVBoxLayout(frame)
    layout.setContentsMargins(8, 8, 8, 8)
    layout.addWidget(content)
    return frame


_MAX_LINES = 2000


class LogView(QPlainTextEdit):
    """Lines with their time, newest last; can be selected and copied. Stays at its end unless scrolled up."""

    def __init__(self) -> None:
        super().__init__(readOnly=True)
        self.setMaximumBlockCount(_MAX_LINES)
        self.setPlaceholderText(say("Training log"))
        self.setAccessibleName(say("Training log"))
        self.setTabChangesFocus(True)
        self._is_at_end = True
        bar = self.verticalScrollBar()
        bar.valueChanged.connect(self._note_place)
        bar.rangeChanged.connect(self._keep_place)

    def add(self, line: str) -> None:
        """Log something that happened now."""
        self.appendPlainText(f"{datetime.now():%H:%M:%S}  {line}")

    def recall(self, line: str) -> None:
        """Log something that happened at another time."""
        self.appendPlainText(line)

    def _note_place(self, value: int) -> None:
        self._is_at_end = value >= self.verticalScrollBar().maximum()

    def _keep_place(self, _: int, last: int) -> None:
        """Qt itself follows only while the log is seen."""
        if self._is_at_end or last == 0:
            self.verticalScrollBar().setValue(last)
            self._is_at_end = True


_NOTHING = "–"
_SIZE = 20
_SHARES = {6: (4, 7, 4, 4, 6, 4), 3: (3, 6, 4), 2: (1, 1)}
"""Of the width, by the number of columns: steps and the time left take the most."""
_ROOM_FOR_ONE_ROW = 560
"""Pixels; in less, the figures take two rows, or three where their names need that."""
_STEPS = {"prepare": mark("encoding"), "train": mark("step"), "predict": mark("tagging dev")}


class LiveFigure(QVBoxLayout):
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


class LiveFigures(QFrame):
    """Epoch, step, loss, speed, time left and F1, in columns wide enough for a long training."""

    def __init__(self) -> None:
        super().__init__()
        self.epoch = LiveFigure(say("epoch"), say("Passes over the training sentences"))
        self.step = LiveFigure(say("step"), say("Batches of this epoch"))
        self.loss = LiveFigure(say("loss"), say("Mean over this epoch so far, in nats per tagging unit"))
        self.speed = LiveFigure(say("sentences/s"), say("Training sentences per second; tagging dev is not counted"))
        self.left = LiveFigure(say("time left"), say("Until the last epoch ends, at this speed"))
        self.f1 = LiveFigure(say("F1 on dev"), say("Micro F1 of the last finished epoch, on the gold as corrected"))
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
        for column in range(len(self._figures)):
            self._grid.setColumnStretch(column, _SHARES[columns][column] if column < columns else 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange(6 if self.width() >= _ROOM_FOR_ONE_ROW else 3 if self._has_room_for_names(3) else 2)

    def _has_room_for_names(self, columns: int) -> bool:
        shares = _SHARES[columns]
        room = (self.width() - (columns - 1) * self._grid.horizontalSpacing()) / sum(shares)
        needed = [figure.name.sizeHint().width() for figure in self._figures]
        return all(width <= room * shares[place % columns] for place, width in enumerate(needed))

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
        self.step.name.setText(say(_STEPS[event.phase]))
        self.step.number.setText(f"{event.step:,}/{event.steps:,}")
        if event.loss is not None:
            self.loss.number.setText(f"{event.loss:.4f}")
        if event.phase == "train":
            self.speed.number.setText(f"{event.sentences_per_second:,.0f}")
        if event.seconds_left is not None:
            self.left.number.setText(duration(event.seconds_left))
