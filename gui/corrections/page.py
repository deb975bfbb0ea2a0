"""The Corrections page: every change of the gold, and the way back."""

from PySide6.QtCore import QModelIndex
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QStackedLayout,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from core.store.changes import ChangeSet
from core.store.corrections import Correction
from core.store.project import Project
from core.store.selection import Selection
from gui.corrections.model import CorrectionModel
from gui.pages import EmptyState, PageContext


class CorrectionsPage(QWidget):
    """Lists the log; reverts a correction, shows its sentence."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context = context
        self.model = CorrectionModel()
        self.table = QTableView()
        self.said = QLabel()
        self.said.setProperty("role", "hint")
        self.revert = QPushButton("Revert")
        self.show_sentence = QPushButton("Show sentence")
        self.empty = EmptyState(
            "No corrections yet",
            "Mend gold spans on the Inspect page. Every change is kept here and can be taken back.",
            "Go to Inspect",
        )
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        title = QLabel("Corrections")
        title.setProperty("role", "title")
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(title)
        head.addStretch(1)
        head.addWidget(self.show_sentence)
        head.addWidget(self.revert)
        self._prepare_table()
        listing = QWidget()
        layout = QVBoxLayout(listing)
        layout.setContentsMargins(24, 16, 24, 16)
        layout.setSpacing(12)
        layout.addLayout(head)
        layout.addWidget(self.said)
        layout.addWidget(self.table, 1)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(listing)

    def _prepare_table(self) -> None:
        self.table.setModel(self.model)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setShowGrid(False)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(32)
        header = self.table.horizontalHeader()
        for column, width in enumerate((160, 160, 260)):
            header.resizeSection(column, width)
        header.setSectionResizeMode(3, QHeaderView.ResizeMode.Stretch)

    def _connect(self) -> None:
        session = self._context.session
        session.project_changed.connect(self._show_project)
        session.changed.connect(self._follow)
        self.empty.button.clicked.connect(lambda: session.page_asked.emit("Inspect"))
        self.table.selectionModel().currentRowChanged.connect(lambda *_: self._enable())
        self.model.modelReset.connect(self._enable)
        self.table.doubleClicked.connect(lambda _: self._inspect())
        self.show_sentence.clicked.connect(self._inspect)
        self.revert.clicked.connect(self._revert)

    def _show_project(self, project: Project | None) -> None:
        self.model.show_log(project.corrections if project else None)
        count = self.model.rowCount()
        self._stack.setCurrentIndex(1 if count else 0)
        if project is not None and count:
            changed = sum(len(project.sentences.corrected_in(split)) for split in ("train", "dev", "test"))
            self.said.setText(f"{changed:,} sentences differ from the gold as imported. Times are in UTC.")

    def _follow(self, change: ChangeSet) -> None:
        if change.sentences or change.corpus:
            self._show_project(self._context.session.project)

    def _current(self) -> Correction | None:
        index: QModelIndex = self.table.currentIndex()
        return self.model.correction(index.row()) if index.isValid() else None

    def _enable(self) -> None:
        correction = self._current()
        self.show_sentence.setEnabled(correction is not None)
        self.revert.setEnabled(correction is not None and correction.is_newest)
        self.revert.setToolTip(
            "Give the sentence the gold from before this correction"
            if correction is None or correction.is_newest
            else "A later correction changed the same sentence; revert that one first"
        )

    def _revert(self) -> None:
        correction, session = self._current(), self._context.session
        if correction is not None:
            session.attempt(lambda: session.revert(correction.number))

    def _inspect(self) -> None:
        correction, project = self._current(), self._context.session.project
        if correction is not None and project is not None:
            [sentence] = project.sentences.by_number([correction.sentence])
            self._context.session.inspect(Selection(split=sentence.split, text=sentence.id))
