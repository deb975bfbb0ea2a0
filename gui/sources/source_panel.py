"""The source that is chosen: its name and note, edited in place, what is known of it, and what can be done with it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QMenu, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from core.domain.spans import Section
from core.messages.catalogue import say, say_count
from core.services.source_list import TAGGED, SourceSummary
from core.store.project import Project
from gui.context import Context, offered_epochs
from gui.look.theme import TITLE_SIZE, font
from gui.sources.source_words import describe_facts
from gui.text.wording import SECTION_WORDS, wrap_tooltip
from gui.widgets.flow import FlowLayout, ScrolledPanel
from gui.widgets.page import rule
from gui.widgets.text_fields import LineField
from gui.widgets.text_labels import PlainLabel


@dataclass(frozen=True, slots=True)
class Offer:
    """What can be done with a source now.

    Attributes:
        shows: it can be the source that the window shows.
        compares: what the window shows can be compared with it.
        is_compared: it is.
        edits: its entries can be edited.
        tags: it can tag further sentences.
        suggests: its spans can be suggested in the pool.
        is_suggesting: they are.
        has_weights: its model can be exported, and its weights deleted.
        removes: it can be removed.
    """

    shows: bool = False
    compares: bool = False
    is_compared: bool = False
    edits: bool = False
    tags: bool = False
    suggests: bool = False
    is_suggesting: bool = False
    has_weights: bool = False
    removes: bool = False


def find_offer(project: Project, context: Context, summary: SourceSummary) -> Offer:
    """What can be done with a source, whatever job is under way."""
    source, key = summary.source, context.key
    is_ended = summary.run is None or summary.run.status != "running"
    compared = key is not None and key.source != source.number
    others = offered_epochs(project, key) if key is not None and compared else []
    return Offer(
        shows=bool(summary.epochs),
        compares=any(other.source == source.number for other in others),
        is_compared=context.other is not None and context.other.source == source.number,
        edits=source.kind == "dictionary" and source.removed is None,
        tags=source.tags_more and (bool(summary.epochs) or not source.is_run),
        suggests=bool(summary.epochs) and not source.is_crosscheck,
        is_suggesting=project.sources.suggesting() == source.number,
        has_weights=source.kind == "training" and source.removed is None and bool(summary.epochs) and is_ended,
        removes=is_ended,
    )


class SourcePanel(ScrolledPanel):
    """Shows a source; what is asked for is done by others.

    Signals:
        renamed, noted: the person typed another name or note.
        metrics_asked, sentences_asked: to see what the source says.
        compare_asked: to compare with it, or to stop that.
        edit_asked: to edit its entries.
        tag_asked: to have it tag a `Section`.
        suggest_asked: to take its spans as suggestions, or to stop that.
        export_asked: to export the model of an epoch.
        weights_asked, remove_asked: to delete its weights, or all of it.
    """

    renamed = Signal(int, str)
    noted = Signal(int, str)
    metrics_asked = Signal()
    sentences_asked = Signal()
    compare_asked = Signal(bool)
    edit_asked = Signal()
    tag_asked = Signal(str)
    suggest_asked = Signal(bool)
    export_asked = Signal(int)
    weights_asked = Signal()
    remove_asked = Signal()

    def __init__(self) -> None:
        super().__init__(least_height=160)
        self.shown: SourceSummary | None = None
        self.name = _field(say("Name"))
        self.name.setFont(font(TITLE_SIZE, bold=True))
        self.note = _field(say("Note"))
        self.note.setPlaceholderText(say("Note…"))
        self.facts = PlainLabel(wraps=True)
        self.facts.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self.metrics = QPushButton(say("Show metrics"))
        self.metrics.setProperty("primary", True)
        self.sentences = QPushButton(say("Show sentences"))
        self.compare = _toggle(say("Compare with it"))
        self.compare.setToolTip(say("Show it beside what the window shows, in Metrics and in Inspect"))
        self.edit = QPushButton(say("Edit entries…"))
        self.tag = QPushButton(say("Tag…"))
        self.tags = QMenu(self)
        self.tag.setMenu(self.tags)
        self.suggest = _toggle(say("Use for suggestions"))
        self.suggest.setToolTip(say("Its spans are what is suggested for the sentences of the pool"))
        self.export = QPushButton(say("Export model…"))
        self.export.setToolTip(say("Write a folder that transformers opens without Spandesk"))
        self.exports = QMenu(self)
        self.export.setMenu(self.exports)
        self.weights = QPushButton(say("Delete weights"))
        self.weights.setToolTip(
            wrap_tooltip(
                say("What it tagged stays, but it tags nothing more. Can be undone until you close the project.")
            )
        )
        self.remove = QPushButton(say("Remove"))
        self.remove.setToolTip(
            wrap_tooltip(say("Delete the source and its spans. Can be undone until you close the project."))
        )
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        actions = FlowLayout(gap=8, row_gap=8)
        for button in self.buttons:
            actions.addWidget(button)
        fields = QVBoxLayout()
        fields.setContentsMargins(0, 0, 0, 0)
        fields.setSpacing(0)
        for field in (self.name, self.note):
            fields.addWidget(field)
        self.column = QVBoxLayout(self.panel)
        self.column.setContentsMargins(16 - _FIELD_INDENT, 12, 16, 16)
        for part in (self.facts, actions):
            part.setContentsMargins(_FIELD_INDENT, 0, 0, 0)
        self.column.setSpacing(12)
        self.column.addLayout(fields)
        self.column.addWidget(self.facts)
        self.column.addLayout(actions)
        self.column.addStretch(1)

    def add_section(self, section: QWidget) -> None:
        """Show something more below the buttons, after a hairline."""
        section.setContentsMargins(_FIELD_INDENT, 0, 0, 0)
        for widget in (rule(), section):
            self.column.insertWidget(self.column.count() - 1, widget)

    def _connect(self) -> None:
        self.name.editingFinished.connect(self.store_edits)
        self.note.editingFinished.connect(self.store_edits)
        self.metrics.clicked.connect(self.metrics_asked)
        self.sentences.clicked.connect(self.sentences_asked)
        self.compare.clicked.connect(self.compare_asked)
        self.edit.clicked.connect(self.edit_asked)
        self.suggest.clicked.connect(self.suggest_asked)
        self.weights.clicked.connect(self.weights_asked)
        self.remove.clicked.connect(self.remove_asked)

    @property
    def buttons(self) -> tuple[QPushButton, ...]:
        """Its buttons in order."""
        return (
            self.metrics,
            self.sentences,
            self.compare,
            self.edit,
            self.tag,
            self.suggest,
            self.export,
            self.weights,
            self.remove,
        )

    def store_edits(self) -> None:
        """Report a name or a note that was typed and is another one."""
        if self.shown is None:
            return
        source, name, note = self.shown.source, self.name.seen_text.strip(), self.note.seen_text.strip()
        self.shown = replace(self.shown, source=replace(source, name=name, note=note))
        if name != source.name:
            self.renamed.emit(source.number, name)
        if note != source.note:
            self.noted.emit(source.number, note)

    def show_source(self, summary: SourceSummary, counts: Mapping[Section, int]) -> None:
        """Show a source; what is being typed of the same one stays.

        Args:
            counts: how many sentences each section has.
        """
        source = summary.source
        is_same = self.shown is not None and self.shown.source.number == source.number
        if not is_same:
            self.store_edits()
        for field, words in ((self.name, source.name), (self.note, source.note)):
            if not is_same or not field.hasFocus():
                field.show_text(words)
        self.shown = summary
        self.name.setPlaceholderText(source.heading if not source.name else "")
        self.facts.setText(describe_facts(summary))
        self._offer_sections(summary, counts)
        self._offer_epochs(summary)

    def _offer_sections(self, summary: SourceSummary, counts: Mapping[Section, int]) -> None:
        """Offer the sections with sentences, and how many of each it has not tagged yet."""
        self.tags.clear()
        for section in TAGGED:
            if not (whole := counts.get(section, 0)):
                continue
            words = say_count(
                "{section} · {left:,} of {count:,} left",
                "{section} · {left:,} of {count:,} left",
                whole,
                section=say(SECTION_WORDS[section]),
                left=max(0, whole - summary.judged.get(section, 0)),
            )
            self.tags.addAction(words, partial(self.tag_asked.emit, section))

    def _offer_epochs(self, summary: SourceSummary) -> None:
        """Offer the epochs whose model can be exported: the best one, the last one, or any."""
        self.exports.clear()
        best, last = summary.best, summary.newest
        if best is not None and summary.best_f1 is not None:
            words = say("Best epoch on dev: {epoch}, with F1 {f1:.3f}", epoch=best.epoch, f1=summary.best_f1)
            self.exports.addAction(words, partial(self.export_asked.emit, best.epoch))
        if last is not None:
            words = say("Last epoch: {epoch}", epoch=last.epoch)
            self.exports.addAction(words, partial(self.export_asked.emit, last.epoch))
        if not {each.epoch for each in (best, last) if each is not None}.issuperset(summary.epochs):
            others = self.exports.addMenu(say("Another epoch"))
            for epoch in summary.epochs:
                others.addAction(say("Epoch {epoch}", epoch=epoch), partial(self.export_asked.emit, epoch))

    def show_offer(self, offer: Offer, job: str) -> None:
        """Show the buttons of what can be done.

        Args:
            job: the title of the job under way, during which no other one starts; empty: there is none.
        """
        shown = {
            self.metrics: offer.shows,
            self.sentences: offer.shows,
            self.compare: offer.compares,
            self.edit: offer.edits,
            self.tag: offer.tags and not self.tags.isEmpty(),
            self.suggest: offer.suggests,
            self.export: offer.has_weights,
            self.weights: offer.has_weights,
            self.remove: offer.removes,
        }
        for button, is_offered in shown.items():
            button.setVisible(is_offered)
        self.compare.setChecked(offer.is_compared)
        self.suggest.setChecked(offer.is_suggesting)
        for button in (self.tag, self.export):
            button.setEnabled(not job)
        idle, busy = say("Have it tag what it has not tagged yet"), say("“{job}” is still running", job=job)
        self.tag.setToolTip(busy if job else idle)


_FIELD_INDENT = 7
"""Pixels between the edge of a field and its text."""


def _field(name: str) -> LineField:
    field = LineField()
    field.setAccessibleName(name)
    field.setProperty("note", True)
    return field


def _toggle(words: str) -> QPushButton:
    button = QPushButton(words)
    button.setCheckable(True)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return button
