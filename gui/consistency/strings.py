"""The inconsistent strings of the corpus beside the places of the one that is chosen."""

from datetime import datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QSplitter,
    QStackedLayout,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from core.analysis.consistency import Inconsistency, StringPlace, relabel_places
from core.domain.labels import in_display_order
from core.store.changes import ChangeSet
from core.store.project import Project
from core.store.sentence_selection import Selection
from gui.background import Job, LatestQuery
from gui.consistency.places import PlacesPanel, Search, finding_places, recount, searching
from gui.consistency.string_model import EXCEPTIONS, LABELLED, TEXT, StringFilterBar, StringModel
from gui.text.progress import FLEETING
from gui.text.words import counted
from gui.widgets.page import EmptyState, PageContext
from gui.widgets.tables import prepare_table
from gui.widgets.text_labels import PlainLabel

_TITLE = "Searching the corpus for inconsistent strings"


class StringsPanel(QWidget):
    """Searches when asked; its counts follow corrections from then on."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context = context
        self._search: Search | None = None
        self._shown: str | None = None
        self._changed = 0
        self._is_outdated = self._is_overtaken = False
        self._searched_at = datetime.now()
        self.filters = StringFilterBar()
        self.model = StringModel(context.look)
        self.table = QTableView()
        self.age = PlainLabel(wraps=True)
        self.age.setProperty("role", "small")
        self.again = QPushButton("Search again")
        self.places = PlacesPanel(context.look)
        self.empty = EmptyState(
            "Is the gold consistent?",
            "A search of the corpus finds strings that have several labels, that end at several edges, or that are"
            " labelled here and not there, the likeliest mistakes first. All or some of their places are then mended"
            " at once.",
            "Search the corpus",
        )
        self._query = LatestQuery(self)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        self._prepare_table()
        foot = QHBoxLayout()
        foot.setContentsMargins(12, 8, 12, 8)
        foot.setSpacing(8)
        foot.addWidget(self.age, 1)
        foot.addWidget(self.again)
        left = QWidget()
        left.setMinimumWidth(360)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.filters)
        column.addWidget(self.table, 1)
        column.addLayout(foot)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.addWidget(left)
        self.splitter.addWidget(self.places)
        self.splitter.setStretchFactor(1, 1)
        self.splitter.setSizes([380, 840])
        self._context.preferences.keep_splitter("consistency", self.splitter)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self.splitter)

    def _prepare_table(self) -> None:
        self.table.setModel(self.model)
        prepare_table(self.table, "Inconsistent strings", row_height=28)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(LABELLED, QHeaderView.ResizeMode.Stretch)
        header.resizeSection(TEXT, 112)
        header.resizeSection(EXCEPTIONS, 88)

    def _connect(self) -> None:
        self.empty.button.clicked.connect(self.search)
        self.again.clicked.connect(self.search)
        self.filters.changed.connect(self._filter)
        self.table.selectionModel().currentRowChanged.connect(lambda index, _: self._choose(index.row()))
        self._query.answered.connect(self._take_places)
        self.places.agreed.connect(self._mend)
        self.places.opened.connect(self._inspect)

    def show_project(self, project: Project | None) -> None:
        """Begin anew with another project, or none."""
        self._query.cancel()
        self._search, self._shown = None, None
        self.model.show([], self.filters.filter)
        self._stack.setCurrentWidget(self.empty)

    def search(self) -> None:
        """Search the corpus as a background job."""
        session = self._context.session
        session.run_reporting_errors(self._start)

    def _start(self) -> None:
        project = self._context.session.project
        assert project is not None
        job = self._context.runner.start(_TITLE, lambda: searching(project), fleeting=FLEETING)
        self._wait_for(job)
        job.finished.connect(lambda search: self._take(project, search))
        self._context.session.report_failure(job)

    def _wait_for(self, job: Job) -> None:
        for button in (self.empty.button, self.again):
            button.setEnabled(False)
            job.ended.connect(lambda button=button: button.setEnabled(True))
        self._is_overtaken = False

    def _take(self, project: Project, search: Search) -> None:
        if project is not self._context.session.project:
            return
        self._search = search
        self._changed, self._is_outdated = 0, self._is_overtaken
        self._searched_at = datetime.now()
        self._stack.setCurrentWidget(self.splitter)
        self.model.show(search.found, self.filters.filter)
        self.filters.show_labels(list(in_display_order(self.model.labels)))
        self._choose_again()
        self._tell_age()
        self._focus()

    def _focus(self) -> None:
        """The button that was pressed hands the keys to what it found, or to itself where that is nothing."""
        (self.table if self.model.rowCount() else self.again).setFocus()

    def _filter(self) -> None:
        self.model.filter(self.filters.filter)
        self._choose_again()
        self._tell_age()

    def _choose_again(self) -> None:
        """Choose the string that is shown, or else the first."""
        row = self.model.row_of(self._shown) if self._shown is not None else None
        self._shown = None
        if self.model.rowCount():
            self.table.selectRow(row or 0)
            self.table.scrollTo(self.model.index(row or 0, TEXT))
            self._choose(row or 0)
        self.places.setVisible(self.model.rowCount() > 0)

    def _choose(self, row: int) -> None:
        if 0 <= row < self.model.rowCount() and self.model.at(row).text != self._shown:
            self._show(self.model.at(row))

    def _show(self, found: Inconsistency) -> None:
        project = self._context.session.project
        assert project is not None
        self._shown = found.text
        self.places.show_waiting(found, self.filters.filter.kind, project.sentences.labels())
        self._query.submit(lambda: finding_places(project, found))

    def _take_places(self, places: list[StringPlace]) -> None:
        self.places.show_places(places)

    def _mend(self) -> None:
        session, golds = self._context.session, relabel_places(self.places.chosen, self.places.label)
        if session.run_reporting_errors(lambda: session.correct_together(golds)):
            self._go_on()

    def _go_on(self) -> None:
        """Choose the next string that is inconsistent, and give the list of strings the keys."""
        row = self.model.row_of(self._shown) if self._shown is not None else None
        following = range(0 if row is None else row + 1, self.model.rowCount())
        wanted = next((each for each in following if self.model.at(each).scores), None)
        if wanted is not None:
            self.table.selectRow(wanted)
            self.table.scrollTo(self.model.index(wanted, TEXT))
        self.table.setFocus()

    def _inspect(self, sentence_id: str) -> None:
        project = self._context.session.project
        assert project is not None
        stored = project.sentences.by_id(sentence_id)
        self._context.session.inspect(Selection(split=stored.split, sentence_id=stored.id))

    def follow(self, change: ChangeSet) -> None:
        """Keep the counts in step with corrections; say so where that cannot be done."""
        project = self._context.session.project
        if project is None or not (change.sentences or change.corpus):
            return
        self._is_overtaken = True  # a search that is under way may have read these sentences before
        if self._search is None:
            return
        strings = None if self._is_outdated else recount(project, self._search.tally, change)
        if strings is None:
            self._is_outdated = True
        else:
            self._changed += len(change.sentences)
            self.model.update(self._search.tally, strings)
        is_touched = change.corpus or not self.places.numbers.isdisjoint(change.sentences)
        if is_touched or self._shown in (strings or ()):
            self._read_places_again()
        self._tell_age()

    def _read_places_again(self) -> None:
        """Take the places from the gold as it is now, though the counts are as they were: what is mended must show."""
        if self._search is not None and self._shown is not None:
            self._show(self._search.tally.of(self._shown))

    def _tell_age(self) -> None:
        found, settled = self.model.found, self.model.settled
        listed = self.model.rowCount() - settled
        count = counted(found, "string") if listed == found else f"{listed:,} of {counted(found, 'string')}"
        count += f", {settled:,} more {'is' if settled == 1 else 'are'} consistent by now" if settled else ""
        when = f"{count}. Searched at {self._searched_at:%H:%M}"
        if self._is_outdated:
            self.age.setText(f"{when}; the corpus has changed since, so search again.")
        elif self._changed:
            self.age.setText(f"{when}; {counted(self._changed, 'correction')} since then are counted.")
        else:
            self.age.setText(f"{when}.")
