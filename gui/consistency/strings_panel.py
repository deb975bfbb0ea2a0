"""The inconsistent strings of the corpus beside the places of the one that is chosen."""

from collections.abc import Generator

from PySide6.QtWidgets import QAbstractItemView, QGridLayout, QHBoxLayout, QHeaderView, QTableView, QVBoxLayout, QWidget

from core.analysis.consistency import Inconsistency, StringPlace, StringTally, relabel_places
from core.domain.labels import in_display_order
from core.messages.catalogue import say, say_count
from core.store.changes import ChangeSet
from core.store.project import Project
from core.store.sentence_selection import Selection
from gui.consistency.places_panel import PlacesPanel, Search, finding_places, place_of, recount, searching, settle
from gui.consistency.search_panel import Found, SearchPanel
from gui.consistency.string_model import EXCEPTIONS, LABELLED, TEXT, StringFilterBar, StringModel
from gui.widgets.flow import StackingSplitter
from gui.widgets.page import EmptyState, PageContext
from gui.widgets.tables import prepare_table
from gui.widgets.text_labels import PlainLabel


class StringsPanel(SearchPanel):
    """Lists strings; relabels their places, or notes that they are right as they are."""

    def __init__(self, context: PageContext) -> None:
        empty = EmptyState(
            say("Is the gold consistent?"),
            say(
                "A search of the corpus finds strings that have several labels, that end at several edges, or that are"
                " labelled here and not there, the likeliest errors first. All or some of their places are then"
                " corrected at once."
            ),
            say("Search the corpus"),
        )
        super().__init__(context, empty)
        self._shown: str | None = None
        self.filters = StringFilterBar()
        self.model = StringModel(context.look)
        self.table = QTableView()
        self.count = PlainLabel(wraps=True)
        self.count.setProperty("role", "small")
        self.places = PlacesPanel(context.look)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        self._prepare_table()
        ages = QVBoxLayout()
        ages.setSpacing(0)
        ages.addWidget(self.count)
        ages.addWidget(self.age)
        self._foot = QWidget()
        foot = QHBoxLayout(self._foot)
        foot.setContentsMargins(16, 8, 16, 8)
        foot.setSpacing(8)
        foot.addLayout(ages, 1)
        foot.addWidget(self.again)
        left = QWidget()
        left.setMinimumWidth(272)
        self._grid = QGridLayout(left)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(0)
        self._grid.setRowStretch(1, 1)
        self._arrange(is_stacked=False)
        panes = (left, self.places)
        self.splitter = StackingSplitter(
            self._context.preferences, "consistency", *panes, beside=[360, 860], stacked=[180, 292], stacked_from=400
        )
        self.splitter.turned.connect(lambda is_stacked: self._arrange(is_stacked=is_stacked))
        self._stack.addWidget(self.splitter)

    def _arrange(self, *, is_stacked: bool) -> None:
        """Take few rows above the strings and their places where these are stacked."""
        self.filters.lay_out(is_low=is_stacked)
        self.places.lay_out_heading(is_low=is_stacked)
        self._grid.addWidget(self.filters, 0, 0)
        self._grid.addWidget(self.table, 1, 0, 1, 2 if is_stacked else 1)
        self._grid.addWidget(self._foot, *((0, 1) if is_stacked else (2, 0)))
        self._grid.setColumnStretch(0, 1)

    def _prepare_table(self) -> None:
        self.table.setModel(self.model)
        prepare_table(self.table, say("Inconsistent strings"), row_height=28)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(LABELLED, QHeaderView.ResizeMode.Stretch)
        header.resizeSection(TEXT, 112)
        header.resizeSection(EXCEPTIONS, 88)

    def _connect(self) -> None:
        self.filters.changed.connect(self._filter)
        self.table.selectionModel().currentRowChanged.connect(lambda index, _: self._choose(index.row()))
        self._query.answered.connect(self._take_places)
        self.places.agreed.connect(self._correct)
        self.places.places_accepted.connect(self._accept_places)
        self.places.string_accepted.connect(self._accept_string)
        self.places.opened.connect(self._inspect)
        self.table.addAction(self._context.keymap.action("remove", self, self._accept_string))

    # The search

    def _title(self) -> str:
        return say("Searching the corpus for inconsistent strings")

    def _work(self, project: Project) -> Generator[object, None, Search]:
        return searching(project)

    def _show(self, results: Search, *, is_new: bool) -> None:
        self.model.show(results.found, self._accepted(), self.filters.filter)
        self.filters.show_labels(list(in_display_order(self.model.labels)))
        self._choose_again()
        self._tell_count()
        if is_new:  # the button that was pressed hands the keys to what it found, or to itself where that is nothing
            (self.table if self.model.rowCount() else self.again).setFocus()

    def _clear(self) -> None:
        self._shown = None
        self.model.show({}, frozenset(), self.filters.filter)

    def _accepted(self) -> frozenset[str]:
        """The strings that are right as they are."""
        return frozenset() if self._project is None else self._project.dismissals.strings("string")

    # The string that is chosen

    def _filter(self) -> None:
        self.model.filter(self.filters.filter)
        self._choose_again()
        self._tell_count()

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
            self._show_string(self.model.at(row))

    def _show_string(self, found: Inconsistency) -> None:
        project = self._project
        assert project is not None
        self._shown = found.text
        self.places.show_waiting(found, project.sentences.labels(), is_accepted=found.text in self.model.accepted)
        self._query.submit(lambda: finding_places(project, found))

    def _take_places(self, places: list[StringPlace]) -> None:
        assert self._project is not None
        self.places.show_places(places, self._project.dismissals.places())

    def _correct(self) -> None:
        session, golds = self._context.session, relabel_places(self.places.chosen, self.places.label)
        if session.run_reporting_errors(lambda: session.correct_together(golds)):
            self._go_on()

    def _accept_places(self) -> None:
        """Note that the chosen places are right as they are, or ask about them again."""
        session, places = self._context.session, [place_of(each) for each in self.places.chosen]
        dismissed = not self.places.asks_again
        session.run_reporting_errors(lambda: session.dismiss("place", places, dismissed=dismissed))

    def _accept_string(self) -> None:
        """Note that the string is right as it is, however it is labelled, or ask about it again."""
        session, text = self._context.session, self._shown
        if text is None:
            return
        dismissed = text not in self.model.accepted
        if session.run_reporting_errors(lambda: session.dismiss("string", [text], dismissed=dismissed)) and dismissed:
            self._go_on()

    def _go_on(self) -> None:
        """Choose the next string that is inconsistent, and give the list of strings the keys."""
        row = self.model.row_of(self._shown) if self._shown is not None else None
        following = range(0 if row is None else row + 1, self.model.rowCount())
        wanted = next((each for each in following if self.model.is_open(self.model.at(each))), None)
        if wanted is not None:
            self.table.selectRow(wanted)
            self.table.scrollTo(self.model.index(wanted, TEXT))
        self.table.setFocus()

    def _inspect(self, sentence_id: str) -> None:
        assert self._project is not None
        stored = self._project.sentences.by_id(sentence_id)
        self._context.session.inspect(Selection(split=stored.split, sentence_id=stored.id))

    # Changes since

    def _follow(self, found: Found, change: ChangeSet) -> None:
        """Keep the counts in step; the places are read again, so that corrections show though counts are outdated."""
        project, tally = self._project, found.results.tally
        if project is None or not (change.sentences or change.corpus or change.dismissals):
            return
        if change.dismissals:
            self.model.accept(self._accepted(), self.filters.filter)
        strings = None if found.is_outdated else self._recount(project, tally, change)
        if strings is None:
            found.is_outdated = True
        else:
            found.corrections += len(change.sentences)
            self.model.update(tally, strings)
        is_touched = change.corpus or change.dismissals or not self.places.numbers.isdisjoint(change.sentences)
        if self._shown is not None and (is_touched or self._shown in (strings or ())):
            self._show_string(tally.of(self._shown))
        self._tell_count()

    def _recount(self, project: Project, tally: StringTally, change: ChangeSet) -> set[str] | None:
        """Count what a change concerns anew; returns the strings, None where that cannot be done."""
        settled = settle(project, tally) if change.dismissals else set[str]()
        counted = recount(project, tally, change) if change.sentences or change.corpus else set[str]()
        return None if counted is None else settled | counted

    def _tell_count(self) -> None:
        found, settled = self.model.found, self.model.settled
        listed = self.model.rowCount() - settled
        if listed == found:
            words = say_count("{count:,} string.", "{count:,} strings.", found)
        else:
            words = say_count(
                "{listed:,} of {count:,} string.", "{listed:,} of {count:,} strings.", found, listed=listed
            )
        if settled:
            words = say_count(
                "{strings} {count:,} more is settled.", "{strings} {count:,} more are settled.", settled, strings=words
            )
        self.count.setText(words)
