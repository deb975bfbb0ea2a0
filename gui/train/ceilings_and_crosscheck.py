"""What a person can check besides training: the ceilings of the tagging units, and gold errors by a cross-check."""

from collections.abc import Callable, Generator, Mapping
from dataclasses import replace
from typing import Protocol

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QFrame,
    QHeaderView,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from core.domain.events import CrosscheckEvent, Measuring, RunStarted
from core.domain.scores import Report
from core.domain.settings import TrainSettings, Unit
from core.domain.spans import Split
from core.messages.catalogue import say, say_count
from core.store.project import Project
from core.store.sentence_selection import Selection
from gui.background import JobRunner
from gui.look.theme import scaled
from gui.metrics.scores_view import AVERAGE_TITLES
from gui.session import Session
from gui.text.progress import FLEETING, duration
from gui.train.fields import UNIT_TITLES
from gui.train.readiness import FOLDS, PastRuns
from gui.widgets.flow import FlowLayout
from gui.widgets.text_labels import PlainLabel

# Ceilings of the tagging units

MeasuresCeilings = Callable[[Project, str, Split], Generator[Measuring, None, dict[Unit, Report]]]
"""`core.services.engine.measure_ceilings`, or its replacement in a test."""

_ROW_HEIGHT = 28
_HEAD = 150
"""Pixels of the window that are not rows of the table."""


class Ceilings(QObject):
    """Starts ceiling jobs.

    Signals:
        found: the ceilings were measured.

    Attributes:
        measured: the encoder whose ceilings were measured last, and its reports.
    """

    found = Signal()

    def __init__(self, session: Session, runner: JobRunner, measuring: MeasuresCeilings, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._runner = runner
        self._measuring = measuring
        self.measured: tuple[str, Mapping[Unit, Report]] | None = None

    def measure(self, encoder: str) -> None:
        """Measure them on the dev split.

        Raises:
            UserError: another job is under way.
        """
        project = self._session.project
        assert project is not None, "no project is open"
        title = say("Measuring the ceilings of the tagging units")
        job = self._runner.start(title, lambda: self._measuring(project, encoder, "dev"), fleeting=FLEETING)
        job.finished.connect(lambda reports: self._keep(encoder, reports))
        self._session.report_failure(job)

    def _keep(self, encoder: str, reports: Mapping[Unit, Report]) -> None:
        self.measured = encoder, reports
        self.found.emit()


class CeilingsWindow(QDialog):
    """The figures of every unit and type, side by side."""

    def __init__(self, encoder: str, reports: Mapping[Unit, Report], parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(say("Ceilings of the tagging units with {encoder}", encoder=encoder))
        self.table = _ceilings_table(reports)
        explanation = say(
            "F1 that perfect tags would reach on dev: an entity whose edge lies inside a unit cannot be found. No"
            " training can exceed these figures."
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 20)
        layout.setSpacing(12)
        layout.addWidget(PlainLabel(explanation, wraps=True))
        layout.addWidget(self.table)
        self.resize(560, _HEAD + _ROW_HEIGHT * self.table.rowCount())


def _ceilings_table(reports: Mapping[Unit, Report]) -> QTableWidget:
    rows = next(iter(reports.values())).rows()
    columns = [say("Type"), *(say(UNIT_TITLES[unit]) for unit in reports), say("Support")]
    table = QTableWidget(len(rows), len(columns))
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
    table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    table.setShowGrid(False)
    table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(scaled(_ROW_HEIGHT))
    for column, name in enumerate(columns):
        table.setHorizontalHeaderItem(column, _table_item(name, column))
    for row, (name, score) in enumerate(rows.items()):
        title = say(AVERAGE_TITLES[name]) if name in AVERAGE_TITLES else name
        texts = [f"{report.rows()[name].f1:.4f}" for report in reports.values()]
        for column, text in enumerate([title, *texts, f"{score.support:,}"]):
            table.setItem(row, column, _table_item(text, column))
    return table


def _table_item(text: str, column: int) -> QTableWidgetItem:
    """A cell: names at the left, figures at the right."""
    side = Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft
    item = QTableWidgetItem(text)
    item.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
    return item


# Cross-check of the training sentences


class Crosschecks(Protocol):
    """`core.services.engine.crosscheck`, or its replacement in a test."""

    def __call__(self, project: Project, settings: TrainSettings) -> Generator[CrosscheckEvent, None, int]: ...


class Crosscheck(QObject):
    """Starts cross-checks of the open project.

    Signals:
        finished: one ran to its end; the number of its run.
    """

    finished = Signal(int)

    def __init__(self, session: Session, runner: JobRunner, crosschecking: Crosschecks, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._runner = runner
        self._crosschecking = crosschecking

    def start(self, settings: TrainSettings) -> None:
        """Cross-check the training sentences with the settings of a training.

        Raises:
            UserError: another job is under way.
        """
        project = self._session.project
        assert project is not None, "no project is open"
        checked = replace(settings, folds=FOLDS, from_run=None)
        job = self._runner.start(
            say("Cross-checking training sentences"), lambda: self._crosschecking(project, checked), fleeting=FLEETING
        )
        runs: list[int] = []
        job.reported.connect(lambda event: self._take(project, event, runs))
        job.finished.connect(lambda run: self.finished.emit(run))
        self._session.report_failure(job)
        job.ended.connect(lambda: self._session.publish_runs(project, *runs))

    def _take(self, project: Project, event: object, runs: list[int]) -> None:
        if isinstance(event, RunStarted):
            runs.append(event.run)
            self._session.publish_runs(project, *runs)

    def show_findings(self, run: int) -> None:
        """Show what a cross-check found, likely gold errors first."""
        self._session.inspect(Selection("train", order="suspicious"), source=run)


class CrosscheckPanel(QFrame):
    """Says what a cross-check does, offers one, and leads to what the last one found.

    Signals:
        asked: the user wants one.
        findings_asked: the user wants to see what a run found.
    """

    asked = Signal()
    findings_asked = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("panel", True)
        self._run: int | None = None
        title = PlainLabel(say("Gold errors among the training sentences"), wraps=True)
        title.setProperty("role", "heading")
        self.purpose = PlainLabel(wraps=True)
        self.result = PlainLabel(wraps=True)
        self.button = QPushButton(say("Cross-check training sentences"))
        self.findings = QPushButton(say("Show likely gold errors"))
        self.button.setEnabled(False)
        self.button.clicked.connect(self.asked)
        self.findings.clicked.connect(lambda: self.findings_asked.emit(self._run))
        buttons = FlowLayout()
        for button in (self.button, self.findings):
            buttons.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.setSpacing(8)
        for label in (title, self.purpose, self.result):
            layout.addWidget(label)
        layout.addLayout(buttons)

    def show_purpose(self, words: str, hindrance: str | None) -> None:
        """Say what a cross-check would do, and why it cannot be started now, if that is so."""
        self.purpose.setText(words)
        self.button.setEnabled(hindrance is None)
        self.button.setToolTip(hindrance or say("Uses the settings above; if it is stopped, nothing of it is kept"))

    def show_last(self, past: PastRuns) -> None:
        """Lead to what the last cross-check found."""
        self._run = past.last
        self.result.setText(past.result)
        for widget in (self.result, self.findings):
            widget.setVisible(past.last is not None)


def purpose_line(sentences: int, seconds: float | None) -> str:
    """What a cross-check does with so many training sentences, and how long it takes, where that is known."""
    purpose = say_count(
        "A run learns the errors of its training sentences by heart, so its own predictions do not show them. A"
        " cross-check trains {folds} taggers with the settings above, each on four fifths of the {count:,} training"
        " sentence, and tags the last fifth with it.",
        "A run learns the errors of its training sentences by heart, so its own predictions do not show them. A"
        " cross-check trains {folds} taggers with the settings above, each on four fifths of the {count:,} training"
        " sentences, and tags the last fifth with it.",
        sentences,
        folds=FOLDS,
    )
    if seconds is None:
        return say("{purpose} That takes as long as {trainings} trainings.", purpose=purpose, trainings=FOLDS - 1)
    return say(
        "{purpose} That takes as long as {trainings} trainings: about {time}.",
        purpose=purpose,
        trainings=FOLDS - 1,
        time=duration(max(seconds, 1)),
    )
