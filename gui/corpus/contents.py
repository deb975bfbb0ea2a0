"""What the open project's corpus contains, in views to choose from: types, strings, lengths, files, checks."""

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QStackedWidget,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from core.formats.registry import FORMATS
from core.formats.source_files import name_encoding
from core.messages.catalogue import mark, say
from core.services.typed_sentences import SOURCE
from core.store.gold.moves import ImportedPart
from core.store.project import Project
from core.store.sentence_selection import Selection
from core.store.sentences import ImportedFile
from gui.corpus.counted_view import ChecksView
from gui.corpus.length_view import LengthsView
from gui.corpus.share_window import ShareWindow
from gui.corpus.split_counts import SummaryTable
from gui.corpus.strings_view import StringsView
from gui.look.theme import font
from gui.text.wording import wrap_tooltip
from gui.widgets.choosers import chip
from gui.widgets.page import PageContext
from gui.widgets.tables import LEFT, RIGHT, prepare_table


class CorpusContents(QWidget):
    """Shows one of the views; their counts lead to the sentences that they count.

    Attributes:
        tabs: the button of each view.
    """

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context = context
        self._project: Project | None = None
        self.summary = SummaryTable(context.look)
        self.strings = StringsView(context.look)
        self.lengths = LengthsView(context.look)
        self.files = FilesTable()
        self.checks = ChecksView(context.look)
        self._counted = (self.strings, self.lengths, self.checks)
        self.drop = QPushButton(say("Drop import"))
        self.drop.setToolTip(say("Delete the sentences of the selected import; undo brings them back"))
        self.drop.setEnabled(False)
        self.share = QPushButton(say("Move share…"))
        self.share.setToolTip(say("Move a random share of a split to another one"))
        self.tabs = {
            self.summary: chip(say("Types")),
            self.strings: chip(say("Strings"), say("The most frequent strings of a type")),
            self.lengths: chip(say("Lengths"), say("How many characters sentences have")),
            self.files: chip(say("Files")),
            self.checks: chip(say("Checks"), say("Sentences to look at before a training")),
        }
        self._tools = {view: view.tools for view in self._counted} | {
            self.summary: (self.share,),
            self.files: (self.drop,),
        }
        self._stack = QStackedWidget()
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        tabs = QHBoxLayout()
        tabs.setSpacing(4)
        for button in self.tabs.values():
            tabs.addWidget(button)
        tabs.addStretch(1)
        tabs.addStrut(self.strings.label.sizeHint().height())  # tables begin at one height
        for tools in self._tools.values():
            for tool in tools:
                tabs.addWidget(tool)
                tabs.addSpacing(4)
        for view in self.tabs:
            self._stack.addWidget(view)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(tabs)
        layout.addWidget(self._stack, 1)
        self.turn_to(self.summary)

    def _connect(self) -> None:
        session = self._context.session
        for view, button in self.tabs.items():
            button.clicked.connect(lambda _, view=view: self.turn_to(view))
        self.share.clicked.connect(lambda: ShareWindow(session, self).open())
        self.summary.linked.connect(self._follow)
        for counted in self._counted:
            counted.linked.connect(self._follow)
        self.files.itemSelectionChanged.connect(lambda: self.drop.setEnabled(self.files.can_drop))
        self.drop.clicked.connect(lambda: session.run_reporting_errors(self._drop))

    def turn_to(self, view: QWidget) -> None:
        """Show one of the views."""
        for each, button in self.tabs.items():
            button.setChecked(each is view)
        for each, tools in self._tools.items():
            for tool in tools:
                tool.setVisible(each is view)
        self._stack.setCurrentWidget(view)

    def _follow(self, link: Selection | str) -> None:
        """Go to the sentences that something leads to, or to the strings of a label."""
        if isinstance(link, Selection):
            self._context.session.inspect(link, gold="corrected")
        else:
            self.strings.choose(link)
            self.turn_to(self.strings)

    def show_project(self, project: Project, imports: Sequence[ImportedFile]) -> None:
        """Show what a project contains now."""
        self._project = project
        self.summary.show_project(project)
        self.share.setEnabled(project.sentences.has_any())
        self.files.show_imports(imports, project.moves.imports())
        self._count_anew(project)

    def show_spans(self, project: Project) -> None:
        """Show it after a correction, which changes spans alone."""
        self.summary.show_spans(project)
        self._count_anew(project)

    def _count_anew(self, project: Project | None) -> None:
        for view in self._counted:
            view.show_project(project)

    def forget(self) -> None:
        """The project is closed; nothing more is read of it."""
        self._project = None
        self._count_anew(None)

    def _drop(self) -> None:
        number = self.files.selected
        if self._project is not None and number is not None:
            session, file = self._context.session, self.files.selected_file
            numbers = self._project.moves.of_import(number)
            session.move_sentences(numbers, "deleted", say("import of {file} dropped", file=file))


class FilesTable(QTableWidget):
    """One row an import.

    Signals:
        skipped_asked: the number of its skipped records was clicked; the name of the file.
    """

    skipped_asked = Signal(str)

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
        self.cellClicked.connect(self._ask_for_skipped)
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
                leads = column == _SKIPPED and imported.rejections
                item.setToolTip(say("Show these records") if leads else wrap_tooltip(imported.path or imported.file))
                self.setItem(row, column, item)

    def _ask_for_skipped(self, row: int, column: int) -> None:
        if column == _SKIPPED and self._imports[row].rejections:
            self.skipped_asked.emit(self._imports[row].file)

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


_SKIPPED = 4
"""The column of skipped records."""


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
