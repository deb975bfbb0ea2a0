"""The places of one string: which of them are to get which label, what that changes, and the button that does it."""

from collections.abc import Collection, Generator, Iterator, Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from core.analysis.consistency import (
    Inconsistency,
    StringPlace,
    StringTally,
    find_places,
    most_common_label,
    tally_uses,
)
from core.domain.events import Reading
from core.domain.generators import map_progress
from core.domain.spans import SPLITS, Example, SentenceNumber, Span
from core.messages.catalogue import say, say_count
from core.store.changes import ChangeSet
from core.store.gold.remarks import TextPlace
from core.store.project import Project
from gui.consistency.string_model import kinds_in_words, ways
from gui.look.theme import Look
from gui.text.wording import format_spans, wrap_tooltip
from gui.widgets.choosers import chip, chooser
from gui.widgets.concordance import Place, PlaceModel, PlaceTable
from gui.widgets.text_labels import PlainLabel, hint_label


class PlacesPanel(QWidget):
    """Shows the places of an `Inconsistency`, none of them checked at first; stores nothing.

    Signals:
        agreed: the chosen places are to get the label; `chosen` and `label` say which.
        places_accepted: the chosen places are right as they are, or to be asked about again; see `asks_again`.
        string_accepted: the string is right as it is, or to be asked about again.
        opened: the id of a sentence was clicked; the id.
    """

    agreed = Signal()
    places_accepted = Signal()
    string_accepted = Signal()
    opened = Signal(str)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.setProperty("panel", True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._found: Inconsistency | None = None
        self._places: list[StringPlace] = []
        self._accepted: Collection[TextPlace] = ()
        self._waits = False
        self.title = PlainLabel()
        self.title.setProperty("role", "title")
        self.ways = hint_label(wraps=True)
        self.accept_string = QPushButton()
        self.target = chooser(say("Label"), say("The label that checked places get"))
        self.all, self.none = chip(say("All"), checkable=False), chip(say("None"), checkable=False)
        self.model = PlaceModel(look)
        self.table = PlaceTable(self.model, say("Places of the string"), sortable=True)
        self.said = PlainLabel(wraps=True)
        self.accept = QPushButton()
        self.apply = QPushButton()
        self.apply.setProperty("primary", True)
        self._lay_out()
        self._connect()

    def _connect(self) -> None:
        self.target.currentIndexChanged.connect(lambda _: self._show_places())
        self.all.clicked.connect(self.model.check_all)
        self.none.clicked.connect(lambda: self.model.check([]))
        self.model.checks_changed.connect(self._tell)
        self.apply.clicked.connect(self.agreed)
        self.accept.clicked.connect(self.places_accepted)
        self.accept_string.clicked.connect(self.string_accepted)
        self.table.opened.connect(lambda row: self.opened.emit(self.model.places[row].sentence.id))

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(12)
        self._heading = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._heading.addWidget(self.title)
        self._heading.addWidget(self.ways, 1)
        head.addLayout(self._heading, 1)
        head.addWidget(self.accept_string, 0, Qt.AlignmentFlag.AlignTop)
        choices = QHBoxLayout()
        choices.setSpacing(8)
        choices.addWidget(PlainLabel(say("Set checked places to")))
        choices.addWidget(self.target)
        choices.addStretch(1)
        choices.addWidget(PlainLabel(say("Check")))
        choices.addWidget(self.all)
        choices.addWidget(self.none)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self.said, 1)
        foot.addWidget(self.accept)
        foot.addWidget(self.apply)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 8, 16, 12)
        layout.setSpacing(8)
        layout.addLayout(head)
        layout.addLayout(choices)
        layout.addWidget(self.table, 1)
        layout.addLayout(foot)

    def lay_out_heading(self, *, is_low: bool) -> None:
        """Place the string and how it is labelled in one row, or below each other."""
        direction = QBoxLayout.Direction
        self._heading.setDirection(direction.LeftToRight if is_low else direction.TopToBottom)
        self._heading.setSpacing(12 if is_low else 4)

    @property
    def label(self) -> str | None:
        """What the chosen places are to be; None for no span."""
        label: str | None = self.target.currentData()
        return label

    @property
    def numbers(self) -> set[SentenceNumber]:
        """The sentences that are shown, with the gold that they had then."""
        return {place.sentence.number for place in self._places}

    @property
    def chosen(self) -> list[StringPlace]:
        """The checked places, in order."""
        return [self.model.places[row].source for row in self.model.checked_rows]

    @property
    def asks_again(self) -> bool:
        """Whether all chosen places are right as they are, so that they can only be asked about again."""
        rows = self.model.checked_rows
        return bool(rows) and all(self.model.places[row].is_accepted for row in rows)

    def show_waiting(self, found: Inconsistency, labels: Sequence[str], *, is_accepted: bool) -> None:
        """Show a string whose places are not known yet.

        Args:
            labels: the tag set, any label of which the places can get.
            is_accepted: whether the string is right as it is.
        """
        is_other = self._found is None or self._found.text != found.text
        self._found, self._waits = found, True
        self.title.setText(found.text)
        self.ways.setText(_describe(found, is_accepted=is_accepted))
        self.accept_string.setText(say("Ask about string again") if is_accepted else say("Accept string as right"))
        self.accept_string.setToolTip(wrap_tooltip(say("Kept in the project: a search lists the string no more.")))
        self._offer(found, labels, most_common_label(found) if is_other else self.label)
        if is_other:
            self._places = []
            self.model.clear()
        self._tell()

    def _offer(self, found: Inconsistency, labels: Sequence[str], chosen: str | None) -> None:
        others = [label for label in labels if label not in found.labels]
        if chosen is not None and chosen not in (*found.labels, *others):  # it has left the tag set
            chosen = most_common_label(found)
        by_name = [(label, label) for label in (*found.labels, *others)]
        at = len(found.labels)
        self.target.offer([*by_name[:at], (say("no label"), None), *by_name[at:]], chosen)

    def show_places(self, places: Sequence[StringPlace], accepted: Collection[TextPlace]) -> None:
        """Show the places; those that would change come first, those that are right as they are last."""
        self._places, self._accepted, self._waits = list(places), accepted, False
        self._show_places()

    def _show_places(self) -> None:
        """The rows for the label that is chosen; what was checked stays checked."""
        if self._found is None:
            return
        checked = {place_of(each) for each in self.chosen}
        at = self.table.verticalScrollBar().value()
        rows = [_place(each, self.label, is_accepted=place_of(each) in self._accepted) for each in self._places]
        rows.sort(key=lambda row: (row.is_accepted, not row.changes, row.sentence.number, row.start))
        self.model.show(rows)
        self.model.check(row for row, each in enumerate(self.model.places) if place_of(each.source) in checked)
        self.table.verticalScrollBar().setValue(at)

    def _tell(self) -> None:
        chosen = self.chosen
        changing = sum(place.changes for place in self.model.places)
        self.said.setText(self._describe_choice(chosen, changing))
        count = len(chosen)
        self.apply.setText(say_count("Change {count:,} place", "Change {count:,} places", count))
        if self.asks_again:
            words = say_count("Ask about {count:,} place again", "Ask about {count:,} places again", count)
        else:
            words = say_count("Accept {count:,} place as right", "Accept {count:,} places as right", count)
        self.accept.setText(words)
        for button in (self.accept, self.apply):
            button.setEnabled(bool(chosen) and not self._waits)

    def _describe_choice(self, chosen: Sequence[StringPlace], changing: int) -> str:
        if not self._places:
            return say("Searching for its places …")
        if not changing:
            return say("Nothing to change.")
        if not chosen:
            return say_count("{count:,} place differs.", "{count:,} places differ.", changing)
        sentences = len({place.sentence.number for place in chosen})
        return say_count(
            "{chosen:,} of {places} checked, in {count:,} sentence; overlapping spans are replaced.",
            "{chosen:,} of {places} checked, in {count:,} sentences; overlapping spans are replaced.",
            sentences,
            chosen=len(chosen),
            places=say_count("{count:,} place", "{count:,} places", len(self._places)),
        )


def _describe(found: Inconsistency, *, is_accepted: bool) -> str:
    """How a string is labelled, and what is wrong with that."""
    if is_accepted:
        return say("{ways} – right as it is", ways=ways(found))
    if not found.scores:
        return say("{ways} – consistent now", ways=ways(found))
    return say("{ways} – {kinds}", ways=ways(found), kinds=kinds_in_words(found.scores))


def place_of(place: StringPlace) -> TextPlace:
    """Where a place of a string is."""
    return TextPlace(place.sentence.number, place.start, place.end)


def _in_words(place: StringPlace, spans: Sequence[Span]) -> str:
    """The label alone for a span of the string itself; `한국 정부 OG` for any other."""
    if [(span.start, span.end) for span in spans] == [(place.start, place.end)]:
        return spans[0].label
    return format_spans(place.sentence.text, spans) if spans else say("no label")


def _place(place: StringPlace, label: str | None, *, is_accepted: bool) -> Place:
    now, then = (_in_words(place, spans) for spans in (place.touched, place.new_spans(label)))
    ink = place.use.label if place.use.kind == "span" else None
    return Place(place.sentence, place.start, place.end, ink, now, then, is_accepted, place)


@dataclass(frozen=True, slots=True)
class Search:
    """The counts of every string, and by their text the inconsistent ones, the likeliest errors first when found."""

    tally: StringTally
    found: dict[str, Inconsistency]


def searching(project: Project) -> Generator[object, None, Search]:
    """Search the whole corpus; a background job."""
    total = 2 * project.sentences.count()

    def read() -> Iterator[Example]:
        return (stored.example for stored in project.sentences.each())

    settled = project.dismissals.places()
    tally = yield from map_progress(tally_uses(read, settled), lambda done: Reading(done, total))
    return Search(tally, {each.text: each for each in tally.inconsistent()})


def recount(project: Project, tally: StringTally, change: ChangeSet) -> set[str] | None:
    """Count the strings of some corrected sentences anew; returns these strings, None where that cannot be done."""
    if change.corpus or change.golds.keys() != {*change.sentences}:
        return None
    strings: set[str] = set()
    for stored in project.sentences.by_number(change.sentences):
        gold = change.golds[stored.number]
        strings |= tally.count(replace(stored.example, gold=gold.before), -1)
        strings |= tally.count(replace(stored.example, gold=gold.after))
    return strings


def settle(project: Project, tally: StringTally) -> set[str]:
    """Count the strings anew of which places are accepted now, or asked about again; returns these strings."""
    settled = project.dismissals.places()
    numbers = {each[0] for each in settled ^ tally.settled}
    sentences = [stored.example for stored in project.sentences.by_number(sorted(numbers))]
    strings = {string for sentence in sentences for string in tally.count(sentence, -1)}
    tally.settled = settled
    return strings.union(*(tally.count(sentence) for sentence in sentences))


def finding_places(project: Project, found: Inconsistency) -> Generator[None, None, list[StringPlace]]:
    """All places of a string, in steps of some milliseconds."""
    places: list[StringPlace] = []
    for split in SPLITS:
        for sentences in project.sentences.containing(found.text, split):
            places += find_places(found, (stored.example for stored in sentences))
            yield
    return places
