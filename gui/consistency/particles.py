"""Gold spans that end in a particle, a row each, mended by a key or all ticked ones at once."""

from collections.abc import Collection, Generator, Iterator, Sequence
from datetime import datetime
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QStackedLayout, QVBoxLayout, QWidget

from core.domain.editing import GoldSpans
from core.domain.events import Reading
from core.domain.generators import map_progress
from core.domain.spans import Example, SentenceNumber
from core.languages.korean.particle_spans import ParticleSpan
from core.store.changes import ChangeSet
from core.store.gold.corrections import LARGE
from core.store.project import Project
from core.store.sentence_selection import Selection
from gui.background import LatestQuery
from gui.keys.commands import tip
from gui.text.progress import FLEETING
from gui.text.words import counted, words_of
from gui.widgets.choosers import chip, chooser
from gui.widgets.page import EmptyState, PageContext
from gui.widgets.place_table import Place, PlaceModel, PlaceTable
from gui.widgets.text_labels import PlainLabel, hint_label

_TITLE = "Searching the corpus for particles"
DROP, ADD, DISMISSED = "drop", "add", "dismissed"
_NOTHING = {
    DROP: "No gold span ends in a particle.",
    ADD: "No gold span leaves out the end of a name that only looks like a particle.",
    DISMISSED: "No string is said not to be a particle.",
}
_SHOWN = {"Ends in a particle": DROP, "Leaves out what is no particle": ADD, "Said not to be a particle": DISMISSED}


class ParticlesPanel(QWidget):
    """Searches when asked; rows come and go with the gold from then on."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context = context
        self._found: list[ParticleSpan] = []
        self._golds: dict[SentenceNumber, GoldSpans] = {}
        self._rows: list[ParticleSpan] = []
        self._searched_at = datetime.now()
        self._is_outdated = self._is_overtaken = False
        self._query = LatestQuery(self)
        self._query.answered.connect(self._take_golds)
        self.shown = chooser("Shown", "Which of the spans that were found are listed")
        for title, what in _SHOWN.items():
            self.shown.addItem(title, what)
        self.age = PlainLabel()
        self.age.setProperty("role", "small")
        self.again = QPushButton("Search again")
        self.all, self.none = chip("All", checkable=False), chip("None", checkable=False)
        self.model = PlaceModel(context.look)
        self.table = PlaceTable(self.model, "Spans that end in a particle", wide=True)
        self.said = PlainLabel(wraps=True)
        self.dismiss, self.mend, self.apply = QPushButton(), QPushButton(), QPushButton()
        self.apply.setProperty("primary", True)
        self.nothing = hint_label()
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty = EmptyState(
            "Do spans end in particles?",
            "A search of the corpus looks at each gold span in its sentence: where it ends in a particle (이순신은 for"
            " 이순신), and where it leaves out the end of a name that only looks like one (제주 for 제주도).",
            "Search the corpus",
        )
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        for widget in (self.shown, self.age):
            head.addWidget(widget)
        head.addStretch(1)
        for choice in (PlainLabel("Tick"), self.all, self.none):
            head.addWidget(choice)
        head.addSpacing(8)
        head.addWidget(self.again)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self.said, 1)
        for button in (self.dismiss, self.mend, self.apply):
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
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(content)

    def _connect(self) -> None:
        for button in (self.empty.button, self.again):
            button.clicked.connect(self.search)
        self.shown.currentIndexChanged.connect(lambda _: self._list())
        self.all.clicked.connect(self.model.tick_all)
        self.none.clicked.connect(lambda: self.model.tick([]))
        self.model.ticked.connect(self._tell)
        self.table.selectionModel().selectionChanged.connect(lambda *_: self._tell())
        self.table.opened.connect(self._inspect)
        self.mend.clicked.connect(lambda: self._mend(self._selected()))
        self.apply.clicked.connect(self._mend_ticked)
        self.dismiss.clicked.connect(self._dismiss)
        keymap = self._context.keymap
        self.table.addAction(keymap.action("accept", self, lambda: self._mend(self._selected())))
        self.table.addAction(keymap.action("remove", self, self._dismiss))

    def show_project(self, project: Project | None) -> None:
        """Begin anew with another project, or none."""
        self._query.cancel()
        self._found, self._golds = [], {}
        self._list()
        self._stack.setCurrentWidget(self.empty)

    def search(self) -> None:
        """Search the corpus as a background job."""
        self._context.session.run_reporting_errors(self._start)

    def _start(self) -> None:
        project, session = self._project(), self._context.session
        job = self._context.runner.start(_TITLE, lambda: _searching(project), fleeting=FLEETING)
        self._is_overtaken = False
        for button in (self.empty.button, self.again):
            button.setEnabled(False)
            job.ended.connect(partial(button.setEnabled, True))
        job.finished.connect(lambda found: self._take(project, found))
        session.report_failure(job)

    def _project(self) -> Project:
        project = self._context.session.project
        assert project is not None, "the page shows no button without a project"
        return project

    def _take(self, project: Project, found: list[ParticleSpan]) -> None:
        if project is not self._context.session.project:
            return
        self._found, self._golds = found, {}
        self._is_outdated = self._is_overtaken
        self._searched_at = datetime.now()
        self._read_golds(self._numbers)

    @property
    def _numbers(self) -> set[SentenceNumber]:
        """The sentences of the spans that were found."""
        return {each.sentence.number for each in self._found}

    def _read_golds(self, numbers: Collection[SentenceNumber]) -> None:
        """List the spans anew with the gold of these sentences; where they are many, another thread reads it."""
        if self._query.is_waiting:  # what is being read may be older than what changed now
            numbers = self._numbers
        reads = partial(_golds, self._project(), list(numbers))
        if len(numbers) > LARGE:
            self._query.submit(reads)
        else:
            self._query.cancel()
            self._take_golds(reads())

    def _take_golds(self, golds: dict[SentenceNumber, GoldSpans]) -> None:
        is_new = not self._golds
        self._golds |= golds
        self._stack.setCurrentIndex(1)
        self._list()
        if is_new:
            self.table.go_to(0)
            (self.table if self._rows else self.shown).setFocus()

    def _list(self) -> None:
        """Show the spans that still stand as they were found; the selection and the ticks stay where they were."""
        row = next(iter(self.table.selected_rows), 0)
        ticked = {self._rows[each] for each in self.model.ticked_rows}
        self._rows = list(self._listed())
        at = self.table.verticalScrollBar().value()
        self.model.show([_place(each) for each in self._rows], [r for r, e in enumerate(self._rows) if e in ticked])
        self.table.verticalScrollBar().setValue(at)
        self.table.go_to(row)
        self.table.setVisible(bool(self._rows))
        self.nothing.setVisible(not self._rows)
        self._tell()

    def _listed(self) -> Iterator[ParticleSpan]:
        shown, project = self.shown.currentData(), self._context.session.project
        dismissed = project.not_particles.strings() if project is not None else frozenset()
        for each in self._found:
            if each.span in self._golds.get(each.sentence.number, ()):
                is_dismissed = each.string in dismissed
                if shown == DISMISSED if is_dismissed else shown == each.direction:
                    yield each

    def _selected(self) -> list[ParticleSpan]:
        return [self._rows[row] for row in self.table.selected_rows]

    def _mend(self, chosen: list[ParticleSpan]) -> None:
        if self._query.is_waiting:
            return  # the gold that is known here may be older than the project's
        golds: dict[SentenceNumber, GoldSpans] = {}
        for each in chosen:
            number = each.sentence.number
            golds[number] = each.correct(golds.get(number, self._golds[number]))
        session = self._context.session
        if golds:
            session.run_reporting_errors(lambda: session.correct_together(golds))

    def _mend_ticked(self) -> None:
        """Mend all ticked rows, and give the table of those that are left the keys."""
        self._mend([self._rows[row] for row in self.model.ticked_rows])
        (self.table if self._rows else self.shown).setFocus()

    def _dismiss(self) -> None:
        """Ask no more about the selected strings; about dismissed ones, ask again."""
        strings, session = {each.string for each in self._selected()}, self._context.session
        dismissed = self.shown.currentData() != DISMISSED
        session.run_reporting_errors(lambda: session.dismiss_particles(strings, dismissed=dismissed))

    def _inspect(self, row: int) -> None:
        found = self._rows[row]
        self._context.session.inspect(Selection(split=found.sentence.split, sentence_id=found.sentence.id))

    def follow(self, change: ChangeSet) -> None:
        """Let rows go whose span was changed, and come back with it."""
        self._is_overtaken |= change.corpus
        if self._context.session.project is None or not self._found:
            return
        self._is_outdated |= change.corpus
        touched = self._numbers if change.corpus else self._numbers & set(change.sentences)
        if touched or change.particles:
            self._read_golds(touched)
        self._tell()

    def _tell(self) -> None:
        ticked, selected = len(self.model.ticked_rows), len(self.table.selected_rows)
        is_dismissed, adds = self.shown.currentData() == DISMISSED, self.shown.currentData() == ADD
        verb = "Add" if adds else "Drop"
        self.mend.setText(f"{verb} the end" if adds else f"{verb} the particle")
        self.dismiss.setText("Ask again" if is_dismissed else "It is one" if adds else "Not a particle")
        keymap = self._context.keymap
        self.mend.setToolTip(tip("Mend the selected spans and go to the next", keymap.keys("accept")))
        self.dismiss.setToolTip(tip("Kept in the project, for all spans of the string", keymap.keys("remove")))
        self.apply.setText(f"{verb} {counted(ticked, 'ticked end' if adds else 'ticked particle')}")
        self.apply.setEnabled(ticked > 0)
        for button in (self.mend, self.dismiss):
            button.setEnabled(selected > 0)
        self.nothing.setText(_NOTHING[self.shown.currentData()])
        self.said.setText(f"{counted(len(self._rows), 'span')}. A correction each, or one for all that are ticked.")
        outdated = "; the corpus has changed since, so search again" if self._is_outdated else ""
        self.age.setText(f"Searched at {self._searched_at:%H:%M}{outdated}.")


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
    now, then = words_of(text, [span]), words_of(text, [found.corrected])
    return Place(found.sentence, span.start, span.end, span.label, now, then)
