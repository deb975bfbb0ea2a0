"""The places of one string: which of them are to get which label, what that changes, and the button that does it."""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from core.analysis.consistency import (
    Inconsistency,
    Kind,
    StringPlace,
    StringTally,
    UseKind,
    find_places,
    most_common_label,
    tally_uses,
)
from core.domain.events import Reading
from core.domain.generators import map_progress
from core.domain.spans import SPLITS, Example, SentenceNumber, Span
from core.store.changes import ChangeSet
from core.store.project import Project
from gui.consistency.string_model import kinds_in_words, ways
from gui.look.theme import Look
from gui.text.words import counted, words_of
from gui.widgets.choosers import chip, chooser
from gui.widgets.place_table import Place, PlaceModel, PlaceTable
from gui.widgets.text_labels import PlainLabel, hint_label

NO_LABEL = "no label"
_KIND_OF: dict[UseKind, Kind] = {"span": "labels", "edge": "edges", "none": "missed"}


class PlacesPanel(QWidget):
    """Shows the places of an `Inconsistency`; stores nothing.

    Signals:
        agreed: the button was pressed; `chosen` and `label` tell what is wanted.
        opened: the id of a sentence was clicked; the id.
    """

    agreed = Signal()
    opened = Signal(str)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.setProperty("panel", True)
        self._found: Inconsistency | None = None
        self._kind: Kind | None = None
        self._places: list[StringPlace] = []
        self._waits = False
        self.title = PlainLabel()
        self.title.setProperty("role", "title")
        self.ways = hint_label(wraps=True)
        self.target = chooser("Label", "What the ticked places are to be")
        self.all, self.none = chip("All", checkable=False), chip("None", checkable=False)
        self.model = PlaceModel(look)
        self.table = PlaceTable(self.model, "Places of the string")
        self.said = PlainLabel(wraps=True)
        self.apply = QPushButton()
        self.apply.setProperty("primary", True)
        self._lay_out()
        self.target.currentIndexChanged.connect(lambda _: self._show_places())
        self.all.clicked.connect(self.model.tick_all)
        self.none.clicked.connect(lambda: self.model.tick([]))
        self.model.ticked.connect(self._tell)
        self.apply.clicked.connect(self.agreed)
        self.table.opened.connect(lambda row: self.opened.emit(self.model.places[row].sentence.id))

    def _lay_out(self) -> None:
        choices = QHBoxLayout()
        choices.setSpacing(8)
        choices.addWidget(PlainLabel("Ticked places become"))
        choices.addWidget(self.target)
        choices.addStretch(1)
        choices.addWidget(PlainLabel("Tick"))
        choices.addWidget(self.all)
        choices.addWidget(self.none)
        foot = QHBoxLayout()
        foot.setSpacing(12)
        foot.addWidget(self.said, 1)
        foot.addWidget(self.apply)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 12)
        layout.setSpacing(8)
        layout.addWidget(self.title)
        layout.addWidget(self.ways)
        layout.addLayout(choices)
        layout.addWidget(self.table, 1)
        layout.addLayout(foot)

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
        """The ticked places, in order."""
        return [self._places[row] for row in self.model.ticked_rows]

    def show_waiting(self, found: Inconsistency, kind: Kind | None, labels: Sequence[str]) -> None:
        """Show a string whose places are not known yet.

        Args:
            kind: the one that is looked at; its exceptions are ticked at first.
            labels: the tag set, any label of which the places can get.
        """
        is_other = self._found is None or self._found.text != found.text
        self._found, self._kind, self._waits = found, kind, True
        self.title.setText(found.text)
        kinds = kinds_in_words(list(found.scores)) or "labelled in one way now"
        self.ways.setText(f"{ways(found)}  –  {kinds}")
        self._offer(found, labels, most_common_label(found) if is_other else self.label)
        if is_other:
            self._places = []
            self.model.clear()
        self._tell()

    def _offer(self, found: Inconsistency, labels: Sequence[str], chosen: str | None) -> None:
        with QSignalBlocker(self.target):
            self.target.clear()
            for label in (*found.labels, *(label for label in labels if label not in found.labels)):
                self.target.addItem(label, label)
            self.target.insertItem(len(found.labels), NO_LABEL, None)
            if chosen is not None and self.target.findData(chosen) < 0:  # it has left the tag set
                chosen = most_common_label(found)
            self.target.setCurrentIndex(len(found.labels) if chosen is None else self.target.findData(chosen))

    def show_places(self, places: Sequence[StringPlace]) -> None:
        """Show the places; those that would change stand first."""
        self._places, self._waits = list(places), False
        self._show_places()

    def _show_places(self) -> None:
        label, found = self.label, self._found
        if found is None:
            return
        at = self.table.verticalScrollBar().value()
        self._places.sort(
            key=lambda place: (place.new_spans(label) == place.touched, place.sentence.number, place.start)
        )
        rows = [_place(place, label) for place in self._places]
        self.model.show(rows, [row for row, place in enumerate(self._places) if self._is_exception(found, place)])
        self.table.verticalScrollBar().setValue(at)

    def _is_exception(self, found: Inconsistency, place: StringPlace) -> bool:
        """Whether a place is ticked unasked: one of few that differ, of the kind that is looked at.

        Other edges are ticked only if they are looked at: parts of longer names are right as often as not.
        """
        kind = _KIND_OF.get(place.use.kind)
        if place.new_spans(self.label) == place.touched or kind is None or kind not in (self._kind, kind):
            return False
        if self._kind is None and kind == "edges":
            return False
        agreeing = found.count("none") if self.label is None else found.labels.get(self.label, 0)
        differing = found.labels.get(place.use.label, 0) if place.use.kind == "span" else found.count(place.use.kind)
        return self._kind in (None, kind) and differing <= agreeing

    def _tell(self) -> None:
        chosen = self.chosen
        changing = sum(place.changes for place in self.model.places)
        sentences = len({place.sentence.number for place in chosen})
        differ = "differs" if changing == 1 else "differ"
        if not self._places:
            self.said.setText("Looking for its places …")
        elif not changing:
            self.said.setText("All places are so already.")
        else:
            self.said.setText(
                f"{len(chosen):,} of {counted(changing, 'place')} that {differ} will change, in"
                f" {counted(sentences, 'sentence')}; spans they overlap make way. One undo takes it back."
            )
        self.apply.setText(f"Change {counted(len(chosen), 'place')}")
        self.apply.setEnabled(bool(chosen) and not self._waits)


def _in_words(place: StringPlace, spans: Sequence[Span]) -> str:
    """The label alone for a span of the string itself; `한국 정부 OG` for any other."""
    if [(span.start, span.end) for span in spans] == [(place.start, place.end)]:
        return spans[0].label
    return words_of(place.sentence.text, spans) if spans else NO_LABEL


def _place(place: StringPlace, label: str | None) -> Place:
    now, then = (_in_words(place, spans) for spans in (place.touched, place.new_spans(label)))
    ink = place.use.label if place.use.kind == "span" else None
    return Place(place.sentence, place.start, place.end, ink, now, then)


@dataclass(frozen=True, slots=True)
class Search:
    """The counts of every string, and the inconsistent ones as they were found, the likeliest mistakes first."""

    tally: StringTally
    found: list[Inconsistency]


def searching(project: Project) -> Generator[object, None, Search]:
    """Search the whole corpus; a background job."""
    total = 2 * project.sentences.count()

    def read() -> Iterator[Example]:
        return (stored.example for stored in project.sentences.each())

    tally = yield from map_progress(tally_uses(read), lambda done: Reading(done, total))
    return Search(tally, tally.inconsistent())


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


def finding_places(project: Project, found: Inconsistency) -> Generator[None, None, list[StringPlace]]:
    """All places of a string, in steps of some milliseconds."""
    places: list[StringPlace] = []
    for split in SPLITS:
        for sentences in project.sentences.containing(found.text, split):
            places += find_places(found, (stored.example for stored in sentences))
            yield
    return places
