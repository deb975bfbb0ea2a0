"""How far each tagging unit can go: asked for on the Train page, measured in the background, shown in a window."""

from collections.abc import Callable, Generator, Mapping

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from core.domain.events import Measuring
from core.domain.scores import AVERAGES, Report
from core.domain.settings import Unit
from core.domain.spans import Split
from core.store.project import Project
from gui.background import JobRunner
from gui.look.theme import scaled
from gui.session import Session
from gui.text.progress import FLEETING
from gui.widgets.text_labels import PlainLabel

MeasuresCeilings = Callable[[Project, str, Split], Generator[Measuring, None, dict[Unit, Report]]]
"""`core.services.engine.measure_ceilings`, or what stands for it in a test."""

_ROW_HEIGHT = 28
_HEAD = 150
"""Pixels of the window that are not rows of the table."""

_EXPLANATION = (
    "F1 that perfect tags would reach on dev: an entity whose edge lies inside a unit cannot be told. No training can"
    " go beyond these figures."
)


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
        title = "Measuring the ceilings of the tagging units"
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
        self.setWindowTitle(f"Ceilings of the tagging units with {encoder}")
        self.table = _table(reports)
        explanation = PlainLabel(_EXPLANATION, wraps=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 20)
        layout.setSpacing(12)
        layout.addWidget(explanation)
        layout.addWidget(self.table)
        self.resize(560, _HEAD + _ROW_HEIGHT * self.table.rowCount())


def _table(reports: Mapping[Unit, Report]) -> QTableWidget:
    rows = next(iter(reports.values())).rows()
    columns = ["type", *reports, "support"]
    table = QTableWidget(len(rows), len(columns))
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
    table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    table.setShowGrid(False)
    table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(scaled(_ROW_HEIGHT))
    for column, name in enumerate(columns):
        table.setHorizontalHeaderItem(column, _item(name, column))
    for row, (name, score) in enumerate(rows.items()):
        title = f"{name} avg" if name in AVERAGES else name
        texts = [f"{report.rows()[name].f1:.4f}" for report in reports.values()]
        for column, text in enumerate([title, *texts, f"{score.support:,}"]):
            table.setItem(row, column, _item(text, column))
    return table


def _item(text: str, column: int) -> QTableWidgetItem:
    """A cell: names stand left, figures right."""
    side = Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft
    item = QTableWidgetItem(text)
    item.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
    return item
