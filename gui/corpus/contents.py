"""What the open project's corpus contains, in three tables: types by split, files, and what should be looked at."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QStackedWidget,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from core.domain.spans import SPLITS, Split
from core.formats.registry import FORMATS
from core.formats.source_files import name_encoding
from core.messages.catalogue import mark, say
from core.services.check_corpus import CorpusChecks, FoundIn, check_corpus
from core.services.typed_sentences import SOURCE
from core.store.gold.moves import ImportedPart
from core.store.project import Project
from core.store.sentence_selection import FixedSet, Selection
from core.store.sentences import ImportedFile
from gui.background import LatestQuery
from gui.look.theme import Look, font, scaled
from gui.text.wording import wrap_tooltip
from gui.widgets.choosers import chip
from gui.widgets.page import PageContext
from gui.widgets.tables import LEFT, RIGHT, Index, LabelItem, SplitTable, prepare_table
from gui.widgets.text_labels import hint_label

_SELECTION = Qt.ItemDataRole.UserRole + 1
_SHARE = Qt.ItemDataRole.UserRole + 2
_TITLES = {
    "repeated": mark("Repeated in its split"),
    "shared": mark("Shared with another split"),
    "contradicting": mark("Repeated with other gold spans"),
    "blank_edges": mark("Span with a blank at its edge"),
    "bare": mark("Without a gold span"),
}
"""What each check of `CorpusChecks` finds."""


class CorpusContents(QWidget):
    """Shows one of the tables; their counts lead to the sentences that they count."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context = context
        self._project: Project | None = None
        self._is_checked = False
        self.summary = SummaryTable(context.look)
        self.files = FilesTable()
        self.checks = ChecksTable(context.look)
        self.drop = QPushButton(say("Drop import"))
        self.drop.setToolTip(say("Delete the sentences of the selected import; undo brings them back"))
        self.drop.setEnabled(False)
        self.checking = hint_label()
        self.views = [chip(say("Types")), chip(say("Files")), chip(say("Checks"))]
        self._stack = QStackedWidget()
        self._query = LatestQuery(self)
        self._lay_out()
        for place, button in enumerate(self.views):
            button.clicked.connect(lambda _, place=place: self.turn_to(place))
        self.summary.linked.connect(lambda selection: context.session.inspect(selection, gold="corrected"))
        self.checks.linked.connect(context.session.inspect)
        self._query.answered.connect(self._show_checks)
        self.files.itemSelectionChanged.connect(lambda: self.drop.setEnabled(self.files.can_drop))
        self.drop.clicked.connect(lambda: context.session.run_reporting_errors(self._drop))

    def _lay_out(self) -> None:
        tabs = QHBoxLayout()
        tabs.setSpacing(4)
        for button in self.views:
            tabs.addWidget(button)
        tabs.addStretch(1)
        tabs.addWidget(self.checking)
        tabs.addWidget(self.drop)
        for table in (self.summary, self.files, self.checks):
            self._stack.addWidget(table)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(tabs)
        layout.addWidget(self._stack, 1)
        self.turn_to(0)

    def turn_to(self, place: int) -> None:
        """Show one of the tables."""
        self._stack.setCurrentIndex(place)
        for at, button in enumerate(self.views):
            button.setChecked(at == place)
        self.drop.setVisible(self._stack.currentWidget() is self.files)
        self.checking.setVisible(self._stack.currentWidget() is self.checks)
        self._check_if_seen()

    def show_project(self, project: Project, imports: Sequence[ImportedFile]) -> None:
        """Show what a project contains now."""
        self._project = project
        self.summary.show_project(project)
        self.files.show_imports(imports, project.moves.imports())
        self._outdate_checks()

    def show_spans(self, project: Project) -> None:
        """Show it after a correction, which changes spans alone."""
        self.summary.show_spans(project)
        self._outdate_checks()

    def _outdate_checks(self) -> None:
        self._query.cancel()
        self._is_checked = False
        self._check_if_seen()

    def _check_if_seen(self) -> None:
        if self._project is not None and not self._is_checked and self._stack.currentWidget() is self.checks:
            self._is_checked = True
            project = self._project
            self.checking.setText(say("Counting…"))
            self._query.submit(lambda: check_corpus(project))

    def _show_checks(self, checks: CorpusChecks) -> None:
        self.checking.setText("")
        self.checks.show_checks(checks)

    def forget(self) -> None:
        """The project is closed; nothing more is read of it."""
        self._project = None
        self._query.cancel()

    def _drop(self) -> None:
        number = self.files.selected
        if self._project is not None and number is not None:
            session, file = self._context.session, self.files.selected_file
            numbers = self._project.moves.of_import(number)
            session.move_sentences(numbers, "deleted", say("import of {file} dropped", file=file))


class LinkedTable(SplitTable):
    """Counts by split, with bars; each leads to the sentences that it counts.

    Signals:
        linked: the `Selection` of these sentences.
    """

    linked = Signal(object)

    def __init__(self, title: str, purpose: str, look: Look) -> None:
        super().__init__(title, purpose, row_height=28)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectItems)
        self.setItemDelegate(_BarDelegate(look, self))
        self.setMouseTracking(True)
        self.cellClicked.connect(self._follow)

    def fill(self, row: int, name: QTableWidgetItem, counts: Mapping[Split, int], *, bold: bool = False) -> None:
        """Show the counts of one thing; they cannot be chosen before they lead somewhere."""
        super().fill(row, name, counts, bold=bold)
        for column in range(self.columnCount()):
            if (item := self.item(row, column)) is not None:
                item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsSelectable)

    def link(self, row: int, selections: Mapping[Split, Selection], shares: Mapping[Split, float]) -> None:
        """Have the counts of a row lead somewhere, with bars of these shares (0–1)."""
        for column, split in enumerate(SPLITS, 1):
            item = self.item(row, column)
            if item is not None and split in selections:
                item.setData(_SELECTION, selections[split])
                item.setData(_SHARE, shares.get(split, 0.0))
                item.setToolTip(say("Show these sentences in Inspect"))
                item.setFlags(item.flags() | Qt.ItemFlag.ItemIsSelectable)

    def _follow(self, row: int, column: int) -> None:
        if (selection := _selection_of(self.item(row, column))) is not None:
            self.linked.emit(selection)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        is_link = _selection_of(self.itemAt(event.position().toPoint())) is not None
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if is_link else Qt.CursorShape.ArrowCursor)
        super().mouseMoveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._follow(self.currentRow(), self.currentColumn())
        else:
            super().keyPressEvent(event)


def _selection_of(item: QTableWidgetItem | None) -> Selection | None:
    selection: Selection | None = item.data(_SELECTION) if item is not None else None
    return selection


class _BarDelegate(QStyledItemDelegate):
    """Paints a bar below a number, as long as its share."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)
        share = index.data(_SHARE)
        if share:
            room = option.rect.adjusted(scaled(16), 0, -scaled(8), 0)
            width = max(1, round(share * room.width()))
            ink = QColor(self._look.theme.accent)
            ink.setAlphaF(0.5)
            painter.fillRect(room.right() - width + 1, room.bottom() - scaled(4), width, scaled(2), ink)


class SummaryTable(LinkedTable):
    """Rows are types, columns splits; sentences first."""

    def __init__(self, look: Look) -> None:
        super().__init__(say("Gold spans"), say("Sentences and gold spans by split"), look)
        self._look = look
        self._sentences: dict[Split, int] = {}

    def show_project(self, project: Project) -> None:
        """Show what a project holds now."""
        self._sentences = {split: project.sentences.count(split) for split in SPLITS}
        self.show_spans(project)

    def show_spans(self, project: Project) -> None:
        """Show it after a correction, which changes spans alone: counting all sentences takes too long."""
        counts = project.sentences.label_counts()
        labels = [label for label in project.sentences.labels() if any((split, label) in counts for split in SPLITS)]
        self.setRowCount(len(labels) + 2)
        self.fill(0, QTableWidgetItem(say("Sentences")), self._sentences, bold=True)
        self.link(0, {split: Selection(split) for split, count in self._sentences.items() if count}, {})
        totals = {split: sum(n for (other, _), n in counts.items() if other == split) for split in SPLITS}
        self.fill(1, QTableWidgetItem(say("Spans")), totals, bold=True)
        most = {split: max((n for (other, _), n in counts.items() if other == split), default=1) for split in SPLITS}
        for row, label in enumerate(labels, start=2):
            of_label = {split: counts.get((split, label), 0) for split in SPLITS}
            self.fill(row, LabelItem(label, self._look), of_label)
            found = {split: count for split, count in of_label.items() if count}
            selections = {split: Selection(split, label=label) for split in found}
            self.link(row, selections, {split: count / most[split] for split, count in found.items()})


class ChecksTable(LinkedTable):
    """Rows are checks of the corpus, columns splits."""

    def __init__(self, look: Look) -> None:
        super().__init__(say("Sentences to look at"), say("Sentences that checks of the corpus found"), look)

    def show_checks(self, checks: CorpusChecks) -> None:
        """Show how many sentences each check found."""
        self.setRowCount(len(_TITLES))
        for row, (name, title) in enumerate(_TITLES.items()):
            found: FoundIn = getattr(checks, name)
            self.fill(row, QTableWidgetItem(say(title)), {split: len(found[split]) for split in SPLITS})
            words = say(title)
            sets = {split: FixedSet(words, frozenset(numbers)) for split, numbers in found.items() if numbers}
            self.link(row, {split: Selection(split, among=among) for split, among in sets.items()}, {})


class FilesTable(QTableWidget):
    """One row an import."""

    _HEADS = (
        mark("File"),
        mark("Day"),
        mark("Sentences"),
        mark("Spans"),
        mark("Skipped"),
        mark("Format"),
        mark("Encoding"),
    )

    def __init__(self) -> None:
        super().__init__(0, len(self._HEADS))
        prepare_table(self, say("Imported files"), row_height=28)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column, words in enumerate(self._HEADS):
            head = QTableWidgetItem(say(words))
            head.setTextAlignment(RIGHT if column in (2, 3, 4) else LEFT)
            self.setHorizontalHeaderItem(column, head)
        self._imports: list[ImportedFile] = []
        self._left: dict[int, int] = {}

    def show_imports(self, imports: Sequence[ImportedFile], parts: Sequence[ImportedPart]) -> None:
        """Show the imports, the newest first, with what is left of them where sentences were deleted."""
        self._imports = list(reversed(imports))
        self._left = {part.number: part.left for part in parts if part.sentences}
        self.clearSelection()
        self.setRowCount(len(self._imports))
        for row, imported in enumerate(self._imports):
            for column, words in enumerate(_cells(imported, self._left_of(imported))):
                item = QTableWidgetItem(words)
                item.setTextAlignment(RIGHT if column in (2, 3, 4) else LEFT)
                item.setFont(font(tabular=column in (1, 2, 3, 4)))
                item.setToolTip(wrap_tooltip(imported.path or imported.file))
                self.setItem(row, column, item)

    def _left_of(self, imported: ImportedFile) -> int:
        """All, where an older version did not record which sentences it added."""
        return self._left.get(imported.number, imported.sentences)

    @property
    def can_drop(self) -> bool:
        """Whether an import is selected of which something is left."""
        rows = self.selectionModel().selectedRows()
        return bool(rows) and self._left_of(self._imports[rows[0].row()]) > 0

    @property
    def selected(self) -> int | None:
        """The number of the selected import."""
        rows = self.selectionModel().selectedRows()
        return self._imports[rows[0].row()].number if rows else None

    @property
    def selected_file(self) -> str:
        return self._imports[self.currentRow()].file


def _cells(imported: ImportedFile, left: int) -> tuple[str, ...]:
    titles = {known.name: known.title for known in FORMATS}
    is_text = any(known.name == imported.format and known.kind == "text" for known in FORMATS)
    is_typed = imported.format == SOURCE
    return (
        say("typed in Scratch") if is_typed else imported.file,
        f"{datetime.fromisoformat(imported.imported_at).astimezone():%Y-%m-%d}",
        say("{left:,} of {count:,}", left=left, count=imported.sentences) if left < imported.sentences else f"{left:,}",
        f"{imported.spans:,}",
        f"{imported.rejections:,}" if imported.rejections else "–",
        "–" if is_typed else titles.get(imported.format, imported.format),
        name_encoding(imported.encoding) if is_text and imported.encoding else "–",
    )
