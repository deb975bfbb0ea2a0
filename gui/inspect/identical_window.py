"""Labelling every identical string at once: what would change is shown before, and one undo takes it back."""

from collections.abc import Generator, Iterable
from typing import NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QVBoxLayout,
    QWidget,
)

from core.analysis.occurrences import Occurrence, find_occurrences
from core.domain.spans import SPLITS, Section
from core.messages.catalogue import say, say_count
from core.store.changes import ChangeSet
from core.store.project import Project
from gui.background import LatestQuery
from gui.look.theme import Look
from gui.text.wording import format_spans
from gui.widgets.choosers import chip
from gui.widgets.concordance import PROPOSED, Place, PlaceModel, PlaceTable
from gui.widgets.text_labels import PlainLabel


class Sought(NamedTuple):
    """The string, and the label that its places are to have."""

    text: str
    label: str
    split: Section


class IdenticalWindow(QDialog):
    """Finds the places of a string and lets some be chosen; it stores nothing.

    Signals:
        agreed: the places to be labelled, a list of `Occurrence`.
    """

    agreed = Signal(list)

    def __init__(self, project: Project, sought: Sought, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(say("Label every “{text}” as {label}", text=sought.text, label=sought.label))
        self._project = project
        self._sought = sought
        self._same = 0
        self._found: list[Occurrence] = []
        self.model = PlaceModel(look, links=False)
        self.table = PlaceTable(self.model, say("Places of the string"), hidden=[PROPOSED])
        self.said = PlainLabel(wraps=True)
        self.everywhere = chip(say("In all splits"), say("Otherwise in {split} only", split=sought.split))
        self.all, self.none = chip(say("All"), checkable=False), chip(say("None"), checkable=False)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self.buttons.button(QDialogButtonBox.StandardButton.Cancel).setText(say("Cancel"))
        self._query = LatestQuery(self)
        self._lay_out()
        self._connect()
        self._search()

    def _lay_out(self) -> None:
        choices = QHBoxLayout()
        choices.setSpacing(8)
        choices.addWidget(self.everywhere)
        choices.addStretch(1)
        choices.addWidget(PlainLabel(say("Check")))
        for button in (self.all, self.none):
            choices.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(12)
        layout.addLayout(choices)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.said)
        layout.addWidget(self.buttons)
        self.resize(1000, 560)

    def _connect(self) -> None:
        self.everywhere.toggled.connect(lambda _: self._search())
        self.all.clicked.connect(lambda: self.model.check_all())
        self.none.clicked.connect(lambda: self.model.check([]))
        self.model.checks_changed.connect(self._show_choice)
        self._query.reported.connect(self._take)
        self._query.answered.connect(lambda _: self._show_choice())
        self.buttons.accepted.connect(self._agree)
        self.buttons.rejected.connect(self.reject)

    def follow(self, change: ChangeSet) -> None:
        """Search again where the gold has changed meanwhile, as a job that ends may do."""
        if self.isVisible() and (change.sentences or change.corpus):
            self._search()

    def _search(self) -> None:
        self._same = 0
        self._found = []
        self.model.clear()
        splits = SPLITS if self.everywhere.isChecked() else (self._sought.split,)
        self._query.submit(lambda: _searching(self._project, self._sought, splits))
        self._show_choice()

    def _take(self, found: list[Occurrence]) -> None:
        """Add what was found since the last time."""
        other = [place for place in found if place.labelling != "same"]
        self._same += len(found) - len(other)
        self._found += other
        checked = (at for at, place in enumerate(other) if place.labelling == "unlabelled")
        self.model.add([_place(occurrence) for occurrence in other], checked)
        self._show_choice()

    @property
    def chosen(self) -> list[Occurrence]:
        """The checked places, in order."""
        return [self._found[row] for row in self.model.checked_rows]

    def _show_choice(self) -> None:
        chosen = self.chosen
        sentences = len({place.sentence.number for place in chosen})
        rows = self.model.rowCount()
        if self._query.is_waiting:
            words = say_count("Searching … {count:,} place so far.", "Searching … {count:,} places so far.", rows)
        elif not rows:
            words = say("No other place to label.")
        else:
            places = say_count("{count:,} place", "{count:,} places", rows)
            words = say_count(
                "{chosen:,} of {places} will be labelled, in {count:,} sentence; overlapping spans are replaced. One"
                " undo takes it back.",
                "{chosen:,} of {places} will be labelled, in {count:,} sentences; overlapping spans are replaced. One"
                " undo takes it back.",
                sentences,
                chosen=len(chosen),
                places=places,
            )
        if self._same and not self._query.is_waiting:
            same = say_count("{count:,} place has it already.", "{count:,} places have it already.", self._same)
            words = f"{words} {same}"
        self.said.setText(words)
        button = self.buttons.button(QDialogButtonBox.StandardButton.Ok)
        button.setText(say_count("Label {count:,} place", "Label {count:,} places", len(chosen)))
        button.setEnabled(bool(chosen) and not self._query.is_waiting)

    def _agree(self) -> None:
        chosen = self.chosen
        self.accept()
        self.agreed.emit(chosen)


def _searching(project: Project, sought: Sought, splits: Iterable[Section]) -> Generator[list[Occurrence], None, None]:
    for split in splits:
        for sentences in project.sentences.containing(sought.text, split):
            yield list(find_occurrences((stored.example for stored in sentences), sought.text, sought.label))


def _place(occurrence: Occurrence) -> Place:
    sentence, span = occurrence.sentence, occurrence.span
    touched = [other for other in sentence.gold if other.overlaps(span)]
    then = format_spans(sentence.text, [span])
    return Place(sentence, span.start, span.end, span.label, format_spans(sentence.text, touched), then)
