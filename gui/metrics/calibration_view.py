"""The view of calibration: the type that is looked at, a summary, and two charts."""

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from core.analysis.calibration import (
    Calibration,
    calibrate,
)
from core.domain.labels import in_display_order
from core.messages.catalogue import say
from core.store.project import Project
from gui.look.theme import Look
from gui.metrics.calibration_charts import CalibrationShown, Histogram, ReliabilityDiagram
from gui.metrics.epoch_figures import KeptAnswers
from gui.metrics.scores_view import EpochQuestion
from gui.metrics.table_model import SentenceCounter, format_markdown
from gui.widgets.choosers import chooser
from gui.widgets.text_labels import PlainLabel, hint_label


class CalibrationPanel(QWidget):
    """Two charts of one epoch; what was counted is kept until `forget`.

    Signals:
        opened: a part with sentences behind it was chosen; its `SentencesLink`.
    """

    opened = Signal(object)

    def __init__(self, counter: SentenceCounter, look: Look) -> None:
        super().__init__()
        self._look = look
        self._tag_set: tuple[str, ...] = ()
        self._calibration: Calibration | None = None
        self._label: str | None = None
        self._shown: CalibrationShown | None = None
        self._calibrations = KeptAnswers[EpochQuestion](self)
        self._calibrations.counting.connect(self._show_counting)
        self._calibrations.answered.connect(self._take)
        self.forget = self._calibrations.forget
        self.title = PlainLabel()
        self.title.setProperty("role", "heading")
        self.caption = hint_label(wraps=True)
        self.label = chooser(say("Type"), say("The type whose spans are shown"))
        self.histogram = Histogram(counter, look)
        self.reliability = ReliabilityDiagram(counter, look)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self._lay_out()
        for chart in (self.histogram, self.reliability):
            chart.opened.connect(self.opened)
        self.label.activated.connect(lambda _: self._choose(self.label.currentData()))

    def _lay_out(self) -> None:
        self.setProperty("panel", True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.title, 1)
        head.addWidget(PlainLabel(say("Type")))
        head.addWidget(self.label)
        words = QVBoxLayout()
        words.setContentsMargins(16, 0, 16, 0)
        words.setSpacing(4)
        words.addLayout(head)
        words.addWidget(self.caption)
        self.splitter.setChildrenCollapsible(False)
        for chart in (self.histogram, self.reliability):
            self.splitter.addWidget(chart)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 12, 0, 8)
        layout.setSpacing(12)
        layout.addLayout(words)
        layout.addWidget(self.splitter, 1)

    def show_question(self, project: Project, question: EpochQuestion) -> None:
        """Show an epoch's calibration, as soon as it is counted."""
        self._tag_set = project.sentences.labels()
        self.title.setText(say("Calibration in epoch {epoch}", epoch=question.key.epoch))
        self._calibrations.ask(question, lambda: calibrate(project.predictions.examples(*question)))

    def _show_counting(self) -> None:
        self._calibration = None
        self._show_charts(None, say("Counting the spans …"))

    def _take(self, calibration: Calibration) -> None:
        self._calibration = calibration
        self._show()

    def _choose(self, label: str | None) -> None:
        self._label = label
        self._show()

    def _show(self) -> None:
        calibration, question = self._calibration, self._calibrations.question
        if calibration is None or question is None:
            return
        if self._label not in calibration.labels:
            self._label = None
        self._offer(calibration.labels)
        shown = CalibrationShown(calibration, question, self._label)
        self._show_charts(shown, shown.summary)

    def _offer(self, labels: tuple[str, ...]) -> None:
        types = [self._look.theme.entity_type(label) for label in in_display_order(labels, self._tag_set)]
        items = [(say("All types"), None), *((" ".join(dict.fromkeys((t.label, t.korean))), t.label) for t in types)]
        with QSignalBlocker(self.label):
            self.label.clear()
            for title, value in items:
                self.label.addItem(title, value)
            self.label.setCurrentIndex([value for _, value in items].index(self._label))

    def markdown(self) -> list[str]:
        """The summary, and the bins as a table."""
        parts = [f"**{self.title.text()}**", self.caption.text()]
        if self._shown is not None and (rows := self._shown.table()):
            titles = (say("Probability"), say("Spans"), say("Mean probability"), say("Right"), say("Share right"))
            parts.append(format_markdown(titles, rows))
        return parts

    def _show_charts(self, shown: CalibrationShown | None, words: str) -> None:
        self._shown = shown
        self.caption.setText(words)
        for chart in (self.histogram, self.reliability):
            chart.show_calibration(shown)

    def fit(self, room: QSize) -> None:
        """Give the diagram its square, and the histogram the rest."""
        square = min(room.height() - 120, 2 * room.width() // 5)
        self.splitter.setSizes([room.width() - square - self.splitter.handleWidth(), square])
