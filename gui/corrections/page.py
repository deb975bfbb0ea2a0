"""The Corrections page: every change of the gold, and the way back."""

from datetime import datetime
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QStackedLayout,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from core.domain.spans import SPLITS
from core.messages.catalogue import mark
from core.store.changes import ChangeSet
from core.store.gold.corrections import Corrections
from core.store.gold.log import Correction
from core.store.project import Project
from core.store.sentence_selection import Selection
from gui.text.words import counted, words_of, wrapped
from gui.widgets.page import EmptyState, Page, PageContext
from gui.widgets.tables import ROOT, Index, prepare_table
from gui.widgets.text_labels import hint_label


class CorrectionsPage(Page):
    """Lists the log; reverts a correction, shows its sentence."""

    id, title, icon = "corrections", mark("Corrections"), "corrections"

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context = context
        self.model = CorrectionModel()
        self.table = QTableView()
        self.said = hint_label()
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
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.title_label())
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
        prepare_table(self.table, "Corrections", row_height=32)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        header = self.table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setStyleSheet("QHeaderView::section { padding-left: 11px; }")
        for column, width in ((0, 56), (1, 160), (2, 120), (5, 140)):
            header.resizeSection(column, width)
        for column in (3, 4):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)

    def _connect(self) -> None:
        session = self._context.session
        session.project_changed.connect(self._take_project)
        session.changed.connect(self._follow)
        self.empty.button.clicked.connect(lambda: session.page_asked.emit("inspect"))
        self.table.selectionModel().selectionChanged.connect(lambda *_: self._enable())
        self.model.modelReset.connect(self._enable)
        self.model.dataChanged.connect(lambda *_: self._enable())
        self.table.doubleClicked.connect(lambda _: self._inspect())
        self.show_sentence.clicked.connect(self._inspect)
        self.revert.clicked.connect(self._revert)

    def _take_project(self, project: Project | None) -> None:
        if project is None:
            self.model.show_log(None)
        self.refresh_when_seen()

    def refresh(self) -> None:
        project = self._context.session.project
        self.model.show_log(project.corrections if project else None)
        count = self.model.rowCount()
        self._stack.setCurrentIndex(1 if count else 0)
        if project is not None and count:
            changed = sum(len(project.sentences.corrected_in(split)) for split in SPLITS)
            verb = "differs" if changed == 1 else "differ"
            self.said.setText(f"{counted(changed, 'sentence')} {verb} from the gold as imported.")

    def _follow(self, change: ChangeSet) -> None:
        if change.sentences or change.corpus:
            self.refresh_when_seen()

    def _current(self) -> Correction | None:
        rows = self.table.selectionModel().selectedRows()
        return self.model.correction(rows[0].row()) if rows else None

    def _enable(self) -> None:
        correction = self._current()
        self.show_sentence.setEnabled(correction is not None)
        self.revert.setEnabled(correction is not None and self._can_revert(correction))
        if correction is None:
            self.revert.setToolTip("Choose a correction first")
        elif not self.revert.isEnabled():
            self.revert.setToolTip("The sentence has the gold from before this correction")
        else:
            self.revert.setToolTip(_consequence(correction))

    def _can_revert(self, correction: Correction) -> bool:
        project = self._context.session.project
        return project is not None and any(
            sentence.gold != correction.before for sentence in project.sentences.by_number([correction.sentence])
        )

    def _revert(self) -> None:
        correction, session = self._current(), self._context.session
        if correction is not None:
            session.run_reporting_errors(lambda: session.revert(correction.number))

    def _inspect(self) -> None:
        correction, project = self._current(), self._context.session.project
        if correction is not None and project is not None:
            [sentence] = project.sentences.by_number([correction.sentence])
            self._context.session.inspect(Selection(split=sentence.split, sentence_id=sentence.id))


def _consequence(correction: Correction) -> str:
    """What a revert does."""
    later = "" if correction.is_newest else "Its later corrections are undone with it."
    return wrapped(
        f"Give {correction.sentence_id} the gold from before correction #{correction.number}.", later
    ).strip()


COLUMNS = ("#", "When", "Sentence", "Before", "After", "")
_KINDS = {"correct": "", "undo": "undo of #", "redo": "redo of #", "revert": "revert of #"}
_PAGE = 200


class CorrectionModel(QAbstractTableModel):
    """Newest first; rows are read from the store a page at a time."""

    def __init__(self) -> None:
        super().__init__()
        self._corrections: Corrections | None = None
        self._count = 0
        self._rows: list[Correction] = []

    def show_log(self, corrections: Corrections | None) -> None:
        """Read the log anew; where it is the same one, the rows that are known stay, and with them what is selected."""
        count = corrections.count() if corrections else 0
        new = count - self._count
        if corrections is not None and corrections is self._corrections and self._rows and 0 <= new <= _PAGE:
            self._take_new(corrections, new)
            return
        self.beginResetModel()
        self._corrections, self._count = corrections, count
        self._rows = corrections.listed(0, _PAGE) if corrections else []
        self.endResetModel()

    def _take_new(self, corrections: Corrections, new: int) -> None:
        """Add so many corrections on top, and read the others again: another may be the newest of its sentence now."""
        rows = corrections.listed(0, len(self._rows) + new)
        self._count += new
        if new:
            self.beginInsertRows(ROOT, 0, new - 1)
        self._rows = rows
        if new:
            self.endInsertRows()
        self.dataChanged.emit(self.index(new, 0), self.index(len(rows) - 1, len(COLUMNS) - 1))

    def correction(self, row: int) -> Correction:
        return self._rows[row]

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def canFetchMore(self, parent: Index) -> bool:
        return not parent.isValid() and len(self._rows) < self._count

    def fetchMore(self, parent: Index) -> None:
        if self._corrections is None:
            return
        more = self._corrections.listed(len(self._rows), _PAGE)
        if not more:
            self._count = len(self._rows)
            return
        self.beginInsertRows(QModelIndex(), len(self._rows), len(self._rows) + len(more) - 1)
        self._rows += more
        self.endInsertRows()

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return COLUMNS[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        correction = self._rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return _cells(correction)[index.column()]
        if role == Qt.ItemDataRole.ToolTipRole:
            return wrapped(correction.text)
        return None


def _cells(correction: Correction) -> tuple[str, ...]:
    gone = [span for span in correction.before if span not in correction.after]
    come = [span for span in correction.after if span not in correction.before]
    kind = f"{_KINDS[correction.kind]}{correction.target}" if correction.target else ""
    return (
        str(correction.number),
        f"{datetime.fromisoformat(correction.made_at).astimezone():%Y-%m-%d %H:%M:%S}",
        correction.sentence_id,
        words_of(correction.text, gone),
        words_of(correction.text, come),
        kind,
    )
