"""A person decides where two readers disagree: the commands and buttons for it, and how much is decided."""

from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from core.domain.spans import Section, SentenceNumber
from core.messages.catalogue import say
from core.store.changes import ChangeSet
from core.store.gold.adjudication import Adjudicated, Choice, Readers
from core.store.project import Project
from core.store.sentence_selection import FixedSet, Selection
from gui.background import LatestQuery
from gui.context import find_readers
from gui.inspect.filter import filter_of
from gui.inspect.labelling import tool_button
from gui.inspect.list_pane import Listing, ListPlace
from gui.keys.commands import Name, tip
from gui.keys.keymap import Keymap
from gui.session import Session
from gui.text.wording import wrap_tooltip

_COMMANDS: dict[Choice, Name] = {"one": "take shown", "other": "take other", "neither": "take neither"}
_LONGEST = 16
"""Characters of a name on a button."""


class Adjudicator(QObject):
    """Offers decisions while the window shows a person, stores them, and goes on to the next disagreement.

    Attributes:
        actions: the commands, for the page.
        bar: the buttons; hidden where nothing can be decided.

    Signals:
        noticed: something the person should know.
    """

    noticed = Signal(str)

    def __init__(self, session: Session, listing: Listing, keymap: Keymap) -> None:
        super().__init__(listing)
        self._session, self._listing, self._keymap = session, listing, keymap
        self.readers: Readers | None = None
        self.found = Adjudicated()
        self._section: Section = "dev"
        self._query = LatestQuery(self)
        self._acts = {choice: self._make_action(choice) for choice in _COMMANDS}
        self.buttons = {choice: tool_button(action, outlined=True) for choice, action in self._acts.items()}
        self.progress = QToolButton()
        self.progress.setProperty("chip", True)
        self.progress.setToolTip(say("List the sentences in which the two disagree"))
        self.actions: list[QAction] = list(self._acts.values())
        self.bar = QWidget()
        layout = QHBoxLayout(self.bar)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        for button in (self.progress, *self.buttons.values()):
            layout.addWidget(button)
        self._connect()
        self._show()

    def _make_action(self, choice: Choice) -> QAction:
        return self._keymap.action(_COMMANDS[choice], self, lambda: self._decide(choice))

    def _connect(self) -> None:
        session, listing = self._session, self._listing
        session.project_changed.connect(lambda _: self.refresh())
        session.context_changed.connect(lambda _: self.refresh())
        session.changed.connect(self._follow)
        listing.filters.changed.connect(self.refresh)
        listing.listed.connect(self._follow_section)
        listing.current_changed.connect(self._enable)
        self.progress.clicked.connect(self.list_disagreements)
        self._query.answered.connect(self._take)
        self._keymap.changed.connect(self._show)

    def _follow(self, change: ChangeSet) -> None:
        if self.readers is not None or change.runs:
            self.refresh()

    def _follow_section(self) -> None:
        if self._listing.filters.filter.split != self._section:
            self.refresh()

    def refresh(self) -> None:
        """Find out who is decided between in the section that is listed, and what of it is open."""
        project, self._section = self._session.project, self._listing.filters.filter.split
        readers = find_readers(project, self._session.context) if project is not None else None
        if readers is not None and readers.other is None and self._section == "pool":
            readers = None
        if readers != self.readers:
            self.readers, self.found = readers, Adjudicated()
        self._query.cancel()
        self._show()
        if project is not None and readers is not None:
            find = partial(project.adjudication.find_disagreements, readers, self._section)
            self._query.submit(find)

    def _take(self, found: Adjudicated) -> None:
        self.found = found
        self._show()

    def _show(self) -> None:
        project = self._session.project
        self.bar.setVisible(self.readers is not None and project is not None)
        if project is None or self.readers is None:
            self._enable()
            return
        one, other = self._names(project, self.readers)
        self._name("one", say("Take {reader}", reader=_shorten(one)), _describe_taking(one))
        if self.readers.other is None:
            self._name("other", say("Keep the gold"), say("The gold is right: it stays as it is"))
        else:
            self._name("other", say("Take {reader}", reader=_shorten(other)), _describe_taking(other))
        self._name("neither", say("Neither"), _describe_neither(self._section))
        decided, total = len(self.found.decided), len(self.found.all)
        self.progress.setText(say("{decided:,} of {total:,} decided", decided=decided, total=total))
        self._enable()

    def _name(self, choice: Choice, text: str, words: str) -> None:
        action, keys = self._acts[choice], self._keymap.keys(_COMMANDS[choice])
        action.setIconText(text)
        self.buttons[choice].setAccessibleName(text)
        action.setToolTip(wrap_tooltip(tip(words, keys)))  # a button takes its own from its action again and again

    def _names(self, project: Project, readers: Readers) -> tuple[str, str]:
        one = project.sources.by_number(readers.one.source).title
        return one, say("the gold") if readers.other is None else project.sources.by_number(readers.other.source).title

    def _enable(self) -> None:
        number = self._listing.current
        is_disputed = self.readers is not None and number is not None and number in self.found.all
        for action in self.actions:
            action.setEnabled(is_disputed)

    def list_disagreements(self) -> None:
        """List the sentences in which the two disagree, decided ones among them, and show the first that is open."""
        project = self._session.project
        if project is None or self.readers is None:
            return
        one, other = self._names(project, self.readers)
        words = say("{one} and {other} disagree", one=one, other=other)
        shown = filter_of(Selection(self._section, among=FixedSet(words, self.found.all)))
        self._session.link_followed.emit()
        self._listing.return_to(ListPlace(shown, next(iter(self.found.open), None)))
        self._listing.setFocus()

    def _decide(self, choice: Choice) -> None:
        """Store a decision and go on to the next sentence of the list that is open."""
        project, number, readers = self._session.project, self._listing.current, self.readers
        if project is None or number is None or readers is None:
            return
        following = self._find_following(number)
        seconds = self._listing.reviewing.restart_clock()

        def decide() -> None:
            self._session.publish(project.adjudication.decide(number, readers, choice, seconds=seconds))

        is_stored = self._session.run_reporting_errors(decide)
        if is_stored and (following is None or not self._listing.go_to(following)):
            self.noticed.emit(say("No further open disagreement in this list"))

    def _find_following(self, number: SentenceNumber) -> SentenceNumber | None:
        """The next open sentence of the list, or else the first; None where no other one is open."""
        listed, still_open = self._listing.model.numbers, {*self.found.open} - {number}
        row = self._listing.model.row_of(number)
        after = [*listed[(row or 0) + 1 :], *listed[: row or 0]]
        return next((each for each in after if each in still_open), None)


def _describe_taking(reader: str) -> str:
    return say("Make the spans of {reader} the gold, whatever it was", reader=reader)


def _describe_neither(section: Section) -> str:
    if section == "pool":
        return say("Neither is right: the sentence is done with the spans that you have given it, or with none")
    return say("Neither is right: the gold stays as you have edited it")


def _shorten(name: str) -> str:
    return name if len(name) <= _LONGEST else name[: _LONGEST - 1] + "…"
