"""The view of the strings that are most often gold spans of a type."""

from functools import partial
from typing import NamedTuple

from PySide6.QtWidgets import QTableWidgetItem

from core.domain.labels import in_display_order
from core.domain.spans import SPLITS, SentenceNumber, Split
from core.messages.catalogue import say, say_count
from core.store.corpus_counts import FrequentStrings, SpanString, StringCounts
from core.store.project import Project
from core.store.sentence_selection import FixedSet, Selection
from gui.background import LatestQuery
from gui.corpus.counted_view import CountedView
from gui.corpus.split_counts import LinkedTable
from gui.look.theme import Look
from gui.text.wording import label_names, wrap_tooltip
from gui.widgets.choosers import chooser
from gui.widgets.tables import count_cells

MOST_LISTED = 200
"""How many strings of a type are listed."""


class StringPlaces(NamedTuple):
    """The spans of a label in a split that cover one string."""

    split: Split
    label: str
    text: str


class StringsView(CountedView):
    """Lists the strings of one type, with their counts, which lead to the sentences, and the other types they have."""

    def __init__(self, look: Look) -> None:
        self.table = StringTable(look)
        super().__init__(self.table)
        self._look = look
        self._counts = StringCounts()
        self._wanted: str | None = None
        self.label = chooser(say("Type"), say("The type whose strings are listed"))
        self.tools = (self.said, self.label)
        self._listing, self._finding = LatestQuery(self), LatestQuery(self)
        self._listing.answered.connect(self._list)
        self._finding.answered.connect(self._link)
        self.table.linked.connect(self._find)
        self.label.currentIndexChanged.connect(lambda _: self.choose(self.label.currentData()))

    def count(self, project: Project) -> object:
        return project.counts.strings()

    def clear(self) -> None:
        for query in (self._listing, self._finding):
            query.cancel()
        self._counts, self._wanted = StringCounts(), None
        self.label.offer([])
        self.table.setRowCount(0)

    def show_counts(self, counts: StringCounts) -> None:
        assert self._project is not None
        self._counts = counts
        labels = in_display_order(counts.labels, self._project.sentences.labels())
        wanted = self._wanted if self._wanted in labels else next(iter(labels), None)
        self.label.offer([(label_names(self._look.theme.entity_type(label)), label) for label in labels], wanted)
        self.choose(wanted)

    def choose(self, label: str | None) -> None:
        """List the strings of a type; as soon as they are counted."""
        self._wanted = label
        place = self.label.findData(label)
        if place != self.label.currentIndex():
            self.label.setCurrentIndex(max(place, 0))  # which lists them
        elif place >= 0:
            self._listing.submit(partial(self._counts.most_frequent, label or "", MOST_LISTED))

    def _list(self, found: FrequentStrings) -> None:
        self.said.setText(_describe(found))
        self.table.show_strings(found)

    def _find(self, places: StringPlaces) -> None:
        project = self._project
        assert project is not None, "strings are listed of a project"
        self._finding.submit(lambda: (places, project.counts.sentences_with(*places)))

    def _link(self, answer: tuple[StringPlaces, list[SentenceNumber]]) -> None:
        (split, label, text), numbers = answer
        words = say("{label}: {string}", label=label, string=text)
        self.linked.emit(Selection(split, label=label, among=FixedSet(words, frozenset(numbers))))


def _describe(found: FrequentStrings) -> str:
    if len(found.first) < found.strings:
        return say("{shown:,} of {count:,} strings", shown=len(found.first), count=found.strings)
    return say_count("{count:,} string", "{count:,} strings", found.strings)


class StringTable(LinkedTable):
    """Rows are strings, the most frequent first."""

    def __init__(self, look: Look) -> None:
        further = say("Share"), say("Other types")
        super().__init__(say("String"), say("Strings that gold spans of the type cover"), look, further)
        self.horizontalHeader().resizeSection(len(SPLITS) + 2, 144)

    def show_strings(self, found: FrequentStrings) -> None:
        """Show the strings of a type, with bars as long as their share of the most frequent one in each split."""
        self.setRowCount(len(found.first))
        most = {split: max((each.counts[split] for each in found.first), default=0) for split in SPLITS}
        for row, each in enumerate(found.first):
            others = " · ".join(f"{label} {count:,}" for label, count in each.others.items())
            words = [QTableWidgetItem(text) for text in (each.text, f"{each.total / found.spans:.1%}", others)]
            for item in words:
                item.setToolTip(wrap_tooltip(item.text()))
            self.fill(row, [words[0], *count_cells(each.counts), *words[1:]])
            self._lead_to_places(row, found.label, each, most)
        self.scrollToTop()

    def _lead_to_places(self, row: int, label: str, each: SpanString, most: dict[Split, int]) -> None:
        links = {split: StringPlaces(split, label, each.text) for split in SPLITS if each.counts[split]}
        self.lead_to_sentences(row, links, {split: each.counts[split] / most[split] for split in links})
