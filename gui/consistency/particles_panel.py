"""Gold spans that end in a particle, a row each, corrected by a key or all checked ones at once."""

from collections.abc import Collection, Generator, Iterator, Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from core.domain.editing import GoldSpans
from core.domain.events import Reading
from core.domain.generators import map_progress
from core.domain.spans import Example, SentenceNumber
from core.languages.korean.particle_spans import ParticleSpan
from core.messages.catalogue import mark, say, say_count
from core.store.changes import ChangeSet
from core.store.gold.corrections import LARGE
from core.store.project import Project
from core.store.sentence_selection import Selection
from gui.consistency.search_panel import Found, SearchPanel
from gui.keys.commands import tip
from gui.text.wording import format_spans
from gui.widgets.choosers import chip, chooser
from gui.widgets.concordance import Place, PlaceModel, PlaceTable
from gui.widgets.page import EmptyState, PageContext
from gui.widgets.text_labels import PlainLabel, hint_label

DROP, ADD, DISMISSED = "drop", "add", "dismissed"
_NOTHING = {
    DROP: mark("No gold span ends in a particle."),
    ADD: mark("No gold span leaves out the end of a name that only looks like a particle."),
    DISMISSED: mark("No string was dismissed."),
}
_SHOWN = {DROP: mark("Ends in a particle"), ADD: mark("Cut too short"), DISMISSED: mark("Dismissed")}


class ParticlesPanel(SearchPanel):
    """Rows come and go with the gold once they are found."""

    def __init__(self, context: PageContext) -> None:
        empty = EmptyState(
            say("Do spans end in particles?"),
            say(
                "A search of the corpus looks at each gold span in its sentence: where it ends in a particle (이순신은"
                " for 이순신), and where it leaves out the end of a name that only looks like one (제주 for 제주도)."
            ),
            say("Search the corpus"),
        )
        super().__init__(context, empty)
        self._spans: list[ParticleSpan] = []
        self._golds: dict[SentenceNumber, GoldSpans] = {}
        self._hands_keys = False
        self._query.answered.connect(self._take_golds)
        self.shown = chooser(say("Shown"), say("Which of the spans that were found are listed"))
        for what, title in _SHOWN.items():
            self.shown.addItem(say(title), what)
        self.all, self.none = chip(say("All"), checkable=False), chip(say("None"), checkable=False)
        self.model = PlaceModel(context.look)
        self.table = PlaceTable(self.model, say("Spans that end in a particle"), sortable=True)
        self.said = PlainLabel(wraps=True)
        self.dismiss, self.correct, self.apply = QPushButton(), QPushButton(), QPushButton()
        self.apply.setProperty("primary", True)
        self.nothing = hint_label()
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.shown)
        head.addWidget(self.age, 1)
        for choice in (PlainLabel(say("Check")), self.all, self.none):
            head.addWidget(choice)
        head.addSpacing(8)
        head.addWidget(self.again)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self.said, 1)
        for button in (self.dismiss, self.correct, self.apply):
            foot.addWidget(button)
        content = QWidget()
        content.setProperty("panel", True)
        layout = QVBoxLayout(content)
        layout.setContentsMargins(16, 8, 16, 12)
        layout.setSpacing(8)
        layout.addLayout(head)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.nothing, 1)
        layout.addLayout(foot)
        self._stack.addWidget(content)

    def _connect(self) -> None:
        self.shown.currentIndexChanged.connect(lambda _: self._list())
        self.all.clicked.connect(self.model.check_all)
        self.none.clicked.connect(lambda: self.model.check([]))
        self.model.checks_changed.connect(self._tell)
        self.table.selectionModel().selectionChanged.connect(lambda *_: self._tell())
        self.table.opened.connect(self._inspect)
        self.correct.clicked.connect(lambda: self._correct(self._selected()))
        self.apply.clicked.connect(self._correct_checked)
        self.dismiss.clicked.connect(self._dismiss)
        keymap = self._context.keymap
        self.table.addAction(keymap.action("accept", self, lambda: self._correct(self._selected())))
        self.table.addAction(keymap.action("remove", self, self._dismiss))

    # The search

    def _title(self) -> str:
        return say("Searching the corpus for particles")

    def _work(self, project: Project) -> Generator[object, None, list[ParticleSpan]]:
        return _searching(project)

    def _show(self, results: list[ParticleSpan], *, is_new: bool) -> None:
        self._spans, self._golds = results, {}
        self._hands_keys = is_new
        self._read_golds(self._numbers)

    def _clear(self) -> None:
        self._spans, self._golds = [], {}
        self._list()

    @property
    def _numbers(self) -> set[SentenceNumber]:
        """The sentences of the spans that were found."""
        return {each.sentence.number for each in self._spans}

    def _read_golds(self, numbers: Collection[SentenceNumber]) -> None:
        """List the spans anew with the gold of these sentences; where they are many, another thread reads it."""
        if self._query.is_waiting:  # what is being read may be older than what changed now
            numbers = self._numbers
        assert self._project is not None
        reads = partial(_golds, self._project, list(numbers))
        if len(numbers) > LARGE:
            self._query.submit(reads)
        else:
            self._query.cancel()
            self._take_golds(reads())

    def _take_golds(self, golds: dict[SentenceNumber, GoldSpans]) -> None:
        hands_keys, self._hands_keys = self._hands_keys, False
        self._golds |= golds
        self._list()
        if hands_keys:
            self.table.go_to(0)
            self._focus()

    def _focus(self) -> None:
        """Give the keys to the rows, or where there is none, to the choice of others."""
        (self.table if self.model.rowCount() else self.shown).setFocus()

    def _list(self) -> None:
        """Show the spans that are still as they were found; what is selected and checked stays so."""
        row = next(iter(self.table.selected_rows), 0)
        checked = {id(self.model.places[each].source) for each in self.model.checked_rows}
        at = self.table.verticalScrollBar().value()
        self.model.show([_place(each) for each in self._listed()])
        self.model.check(row for row, place in enumerate(self.model.places) if id(place.source) in checked)
        self.table.verticalScrollBar().setValue(at)
        self.table.go_to(row)
        has_any = self.model.rowCount() > 0
        self.table.setVisible(has_any)
        self.nothing.setVisible(not has_any)
        self._tell()

    def _listed(self) -> Iterator[ParticleSpan]:
        shown, project = self.shown.currentData(), self._project
        dismissed = project.dismissals.strings("particle") if project is not None else frozenset()
        for each in self._spans:
            if each.span in self._golds.get(each.sentence.number, ()):
                is_dismissed = each.string in dismissed
                if shown == DISMISSED if is_dismissed else shown == each.direction:
                    yield each

    def _selected(self) -> list[ParticleSpan]:
        return [self.model.places[row].source for row in self.table.selected_rows]

    def _correct(self, chosen: list[ParticleSpan]) -> None:
        if self._query.is_waiting:
            return  # the gold that is known here may be older than the project's
        golds: dict[SentenceNumber, GoldSpans] = {}
        for each in chosen:
            number = each.sentence.number
            golds[number] = each.correct(golds.get(number, self._golds[number]))
        session = self._context.session
        if golds:
            session.run_reporting_errors(lambda: session.correct_together(golds))

    def _correct_checked(self) -> None:
        """Correct all checked rows, and give the table of those that are left the keys."""
        self._correct([self.model.places[row].source for row in self.model.checked_rows])
        self._focus()

    def _dismiss(self) -> None:
        """Ask no more about the selected strings; about dismissed ones, ask again."""
        strings, session = {each.string for each in self._selected()}, self._context.session
        dismissed = self.shown.currentData() != DISMISSED
        session.run_reporting_errors(lambda: session.dismiss("particle", strings, dismissed=dismissed))

    def _inspect(self, row: int) -> None:
        sentence = self.model.places[row].sentence
        self._context.session.inspect(Selection(split=sentence.split, sentence_id=sentence.id))

    # Changes since

    def _follow(self, found: Found, change: ChangeSet) -> None:
        """Let rows go whose span was changed, and come back with it."""
        found.is_outdated |= change.corpus
        touched = self._numbers if change.corpus else self._numbers & set(change.sentences)
        if touched or change.dismissals:
            self._read_golds(touched)
        self._tell()

    def _tell(self) -> None:
        shown = self.shown.currentData()
        self._name_buttons(shown)
        self.apply.setEnabled(bool(self.model.checked_rows))
        for button in (self.correct, self.dismiss):
            button.setEnabled(bool(self.table.selected_rows))
        self.nothing.setText(say(_NOTHING[shown]))
        self.said.setText(
            say_count(
                "{count:,} span. Fix one at a time, or all checked at once.",
                "{count:,} spans. Fix one at a time, or all checked at once.",
                self.model.rowCount(),
            )
        )

    def _name_buttons(self, shown: str) -> None:
        checked, keymap = len(self.model.checked_rows), self._context.keymap
        if shown == ADD:
            self.correct.setText(say("Add the end"))
            self.apply.setText(say_count("Add {count:,} checked end", "Add {count:,} checked ends", checked))
            self.dismiss.setText(say("It is a particle"))
        else:
            self.correct.setText(say("Drop the particle"))
            self.apply.setText(
                say_count("Drop {count:,} checked particle", "Drop {count:,} checked particles", checked)
            )
            self.dismiss.setText(say("Ask again") if shown == DISMISSED else say("Not a particle"))
        self.correct.setToolTip(tip(say("Correct the selected spans and go to the next"), keymap.keys("accept")))
        self.dismiss.setToolTip(tip(say("Kept in the project, for all spans of the string"), keymap.keys("remove")))


def _searching(project: Project) -> Generator[object, None, list[ParticleSpan]]:
    """Loads Kiwi when it begins: the window does not wait for it."""
    from core.languages.korean.particle_spans import find_particles

    total = 2 * project.sentences.count()

    def read() -> Iterator[Example]:
        return (stored.example for stored in project.sentences.each())

    return (yield from map_progress(find_particles(read), lambda done: Reading(done, total)))


def _golds(project: Project, numbers: Sequence[SentenceNumber]) -> dict[SentenceNumber, GoldSpans]:
    parts = (numbers[first : first + LARGE] for first in range(0, len(numbers), LARGE))
    return {stored.number: stored.gold for part in parts for stored in project.sentences.by_number(part)}


def _place(found: ParticleSpan) -> Place:
    text, span = found.sentence.text, found.span
    now, then = format_spans(text, [span]), format_spans(text, [found.corrected])
    return Place(found.sentence, span.start, span.end, span.label, now, then, source=found)
