"""Views of counts that take seconds in a large corpus: their base, and the sentences that checks found."""

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QTableWidgetItem, QVBoxLayout, QWidget

from core.domain.events import Reading
from core.domain.spans import SPLITS
from core.messages.catalogue import mark, say
from core.services.check_corpus import CorpusChecks, FoundIn, check_corpus
from core.store.project import Project
from core.store.sentence_selection import FixedSet, Selection
from gui.background import LatestQuery
from gui.corpus.split_counts import LinkedTable
from gui.look.theme import Look
from gui.widgets.tables import count_cells
from gui.widgets.text_labels import hint_label


class CountedView(QWidget):
    """Counts on another thread while it is seen; to leave it stops the counting.

    Attributes:
        said: how far the counting is, shown beside the tabs.
        tools: all that is shown there with this view.

    Signals:
        linked: the `Selection` that something leads to.
    """

    linked = Signal(object)

    def __init__(self, content: QWidget) -> None:
        super().__init__()
        self.said = hint_label()
        self.tools: tuple[QWidget, ...] = (self.said,)
        self._project: Project | None = None
        self._is_counted = False
        self._query = LatestQuery(self)
        self._query.reported.connect(self._report)
        self._query.answered.connect(self._take)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(content)

    def count(self, project: Project) -> object:
        """The question on another thread, as `LatestQuery` takes it; may yield `Reading`."""
        raise NotImplementedError

    def show_counts(self, counts: Any) -> None:
        """Show the answer."""
        raise NotImplementedError

    def clear(self) -> None:
        """Show nothing: another project is opened."""
        raise NotImplementedError

    def show_project(self, project: Project | None) -> None:
        """Count a project, which may have changed, as soon as the view is seen; None: it is closed."""
        self._query.cancel()
        self._is_counted = False
        self._project = project
        if project is None:
            self.clear()
        if self.isVisible():
            self._start()

    def _start(self) -> None:
        if (project := self._project) is not None and not self._is_counted:
            self.said.setText(say("Counting…"))
            self._query.submit(lambda: self.count(project))

    def _report(self, reading: Reading) -> None:
        self.said.setText(say("Counting… {share:.0%}", share=reading.done / max(reading.total, 1)))

    def _take(self, counts: object) -> None:
        self._is_counted = True
        self.said.clear()
        self.show_counts(counts)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not event.spontaneous():
            self._start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if not event.spontaneous():  # the window was not just minimised
            self._query.cancel()


_TITLES = {
    "repeated": mark("Repeated in its split"),
    "shared": mark("Shared with another split"),
    "contradicting": mark("Repeated with other gold spans"),
    "blank_edges": mark("Span with a blank at its edge"),
    "bare": mark("Without a gold span"),
}
"""What each check of `CorpusChecks` finds."""


class ChecksView(CountedView):
    """Rows are checks of the corpus, columns splits."""

    def __init__(self, look: Look) -> None:
        self.table = LinkedTable(say("Sentences to look at"), say("Sentences that checks of the corpus found"), look)
        super().__init__(self.table)
        self.table.linked.connect(self.linked)
        self.clear()

    def count(self, project: Project) -> object:
        return check_corpus(project)

    def clear(self) -> None:
        self.table.setRowCount(0)
        self.table.setRowCount(len(_TITLES))
        for row, title in enumerate(_TITLES.values()):
            self.table.fill(row, [QTableWidgetItem(say(title))])

    def show_counts(self, counts: CorpusChecks) -> None:
        for row, (name, title) in enumerate(_TITLES.items()):
            found: FoundIn = getattr(counts, name)
            words = say(title)
            numbers = {split: len(found[split]) for split in SPLITS}
            self.table.fill(row, [QTableWidgetItem(words), *count_cells(numbers)])
            sets = {split: FixedSet(words, frozenset(found[split])) for split in SPLITS if found[split]}
            links = {split: Selection(split, among=among) for split, among in sets.items()}
            self.table.lead_to_sentences(row, links, {})
