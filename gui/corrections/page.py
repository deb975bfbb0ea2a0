"""The Corrections page: every step that changed gold, and the way back."""

from collections.abc import Collection, Iterable
from itertools import pairwise
from typing import NamedTuple

from PySide6.QtCore import QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QStackedLayout,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from core.domain.spans import SPLITS, SentenceNumber
from core.messages.catalogue import mark, say, say_count
from core.store.changes import ChangeSet
from core.store.gold.log import Correction
from core.store.gold.section_changes import SentenceMove
from core.store.gold.step_list import STEP_GROUPS, ListedStep, MovedSentence, StepFilter, StepGroup
from core.store.project import Project
from gui.corrections.step_model import AFTER, BEFORE, CHANGE, CONTEXT, WHEN, WHO, ContextDelegate, StepModel
from gui.look.theme import scaled
from gui.text.wording import wrap_tooltip
from gui.widgets.choosers import chooser
from gui.widgets.page import EmptyState, Page, PageContext
from gui.widgets.text_fields import LineField
from gui.widgets.text_labels import hint_label

SEARCH_DELAY = 250
"""Milliseconds after the last keystroke before the list is filtered."""

_GROUPS: dict[StepGroup, str] = {
    "corrections": mark("Corrections"),
    "labels": mark("Renamed and merged labels"),
    "verdicts": mark("Verdicts"),
    "reverts": mark("Reverts"),
    "moves": mark("Moved sentences"),
}
_LABEL_KINDS = ("rename", "merge")


class CorrectionsPage(Page):
    """Lists the steps; reverts some of them, shows their sentences."""

    id, title, icon = "corrections", mark("Corrections"), "corrections"

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context = context
        self.model = StepModel(context.look, self)
        self.tree = QTreeView()
        self.filters = StepFilterBar()
        self.said = hint_label()
        self.nothing = hint_label(say("No change fits the filter."))
        self.explanation = hint_label(wraps=True)
        self.revert = QPushButton(say("Revert"))
        self.show_sentence = QPushButton(say("Show sentence"))
        self.empty = EmptyState(
            say("No corrections yet"),
            say("Correct gold spans on the Inspect page. Every change is kept here and can be taken back."),
            say("Go to Inspect"),
        )
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(self.title_label())
        head.addWidget(self.said)
        head.addStretch(1)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self.explanation, 1)
        foot.addWidget(self.show_sentence)
        foot.addWidget(self.revert)
        self._prepare_tree()
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.nothing.hide()
        listing = QWidget()
        layout = QVBoxLayout(listing)
        layout.setContentsMargins(24, 16, 24, 16)
        layout.setSpacing(12)
        layout.addLayout(head)
        layout.addWidget(self.filters)
        layout.addWidget(self.tree, 1)
        layout.addWidget(self.nothing, 1)
        layout.addLayout(foot)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(listing)
        # The tree first, so that Ctrl+Z is not that of the search field.
        for one, other in pairwise([self.tree, *self.filters.parts, self.show_sentence, self.revert]):
            QWidget.setTabOrder(one, other)

    def _prepare_tree(self) -> None:
        self.tree.setModel(self.model)
        self.tree.setAccessibleName(say("Corrections"))
        self.tree.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.tree.setUniformRowHeights(True)
        self.tree.setItemDelegateForColumn(CONTEXT, ContextDelegate(self._context.look, self.tree))
        header = self.tree.header()
        header.setStretchLastSection(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for column, width in ((BEFORE, 120), (AFTER, 120), (WHO, 96), (WHEN, 136)):
            header.resizeSection(column, scaled(width))
        for column in (CHANGE, CONTEXT):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)

    def _connect(self) -> None:
        session = self._context.session
        session.project_changed.connect(self._take_project)
        session.changed.connect(self._follow)
        self.empty.button.clicked.connect(lambda: session.show_page("inspect"))
        self.filters.changed.connect(lambda: self.model.show_filter(self.filters.filter))
        self.tree.selectionModel().selectionChanged.connect(lambda *_: self._enable())
        self.model.loaded.connect(self._show_loaded)
        self.tree.doubleClicked.connect(lambda _: self._inspect())
        self.show_sentence.clicked.connect(self._inspect)
        self.revert.clicked.connect(self._revert)

    def _take_project(self, project: Project | None) -> None:
        self.model.show_project(project)
        self.filters.clear()
        self._stack.setCurrentIndex(int(project is not None and project.corrections.last_number() > 0))
        self.refresh_when_seen()

    def refresh(self) -> None:
        if (project := self._context.session.project) is not None:
            self.filters.show_labels(project.sentences.labels())
            self.model.refresh()

    def _follow(self, change: ChangeSet) -> None:
        if change.sentences or change.corpus:
            self.refresh_when_seen()

    def _show_loaded(self) -> None:
        """Show what was read, or what to do where there is nothing yet."""
        has_rows = self.model.rowCount() > 0
        is_opening = has_rows and self._stack.currentIndex() == 0
        self.tree.setVisible(has_rows)
        self.tree.setColumnHidden(WHO, not self.model.authors)
        self.filters.show_authors(self.model.authors)
        self.nothing.setVisible(not has_rows)
        self._stack.setCurrentIndex(int(has_rows or self.filters.filter != StepFilter()))
        if is_opening and self.isVisible():
            self.tree.setFocus()
        self.said.setText(
            say_count(
                "{count:,} sentence differs from the gold as imported.",
                "{count:,} sentences differ from the gold as imported.",
                self.model.corrected,
            )
        )
        self._enable()

    def _selected(self) -> "_Selected":
        steps, details = list[ListedStep](), list[tuple[ListedStep, Correction | MovedSentence]]()
        for index in self.tree.selectionModel().selectedRows():
            step, detail = self.model.step(index), self.model.detail(index)
            if not index.parent().isValid():
                steps.append(step)
            elif detail is not None:
                details.append((step, detail))
        return _Selected(steps, details)

    def _enable(self) -> None:
        selected = self._selected()
        self.show_sentence.setEnabled(self._shown_sentence() is not None)
        self.revert.setEnabled(selected.revertible.has_any)
        words = _explain(selected)
        self.explanation.setText(words)
        self.revert.setToolTip(wrap_tooltip(words))

    def _revert(self) -> None:
        chosen, session = self._selected().revertible, self._context.session
        steps = [each.step.number for each in chosen.steps]
        session.run_reporting_errors(
            lambda: session.revert(*chosen.correction_numbers, steps=steps, moves=chosen.moves)
        )

    def _shown_sentence(self) -> SentenceNumber | None:
        """The sentence of what is selected, if that is one alone."""
        rows = self.tree.selectionModel().selectedRows()
        if len(rows) != 1:
            return None
        detail, step = self.model.detail(rows[0]), self.model.step(rows[0]).step
        if detail is not None:
            return detail.sentence if isinstance(detail, Correction) else detail.move.sentence
        return step.sentence if step.sentences == 1 else None

    def _inspect(self) -> None:
        if (number := self._shown_sentence()) is not None:
            self._context.session.show_sentence(number)


class _Selected(NamedTuple):
    """Steps, and sentences that were corrected or moved, with the steps that they are of."""

    steps: list[ListedStep]
    details: list[tuple[ListedStep, Correction | MovedSentence]]

    @property
    def has_any(self) -> bool:
        return bool(self.steps or self.details)

    @property
    def revertible(self) -> "_Selected":
        """What a revert takes back: not what is undone, nor names of labels; a step with all of it."""
        whole = {each.step.number for each in self.steps}
        return _Selected(
            [each for each in self.steps if _is_revertible(each)],
            [pair for pair in self.details if _is_revertible(pair[0]) and pair[0].step.number not in whole],
        )

    @property
    def correction_numbers(self) -> list[int]:
        return [each.number for _, each in self.details if isinstance(each, Correction)]

    @property
    def moves(self) -> list[SentenceMove]:
        return [each.move for _, each in self.details if isinstance(each, MovedSentence)]

    @property
    def moved_sentences(self) -> int:
        """How many sentences were moved without a change of their gold."""
        return sum(each.step.sentences for each in self.steps if not each.corrections) + len(self.moves)


def _is_revertible(listed: ListedStep) -> bool:
    return not listed.is_undone and listed.step.kind not in _LABEL_KINDS


def _explain(selected: _Selected) -> str:
    """What a revert does, or why there is none."""
    if not selected.has_any:
        return say("Select changes to revert them, or one of them to show its sentence.")
    revertible = selected.revertible
    count = sum(each.step.sentences for each in revertible.steps) + len(revertible.details)
    if revertible.has_any and revertible.moved_sentences == count:
        return say_count(
            "Revert moves {count:,} sentence back, unless it was moved again since. One undo takes the revert back.",
            "Revert moves {count:,} sentences back, except those that were moved again since."
            " One undo takes the revert back.",
            count,
        )
    if revertible.has_any:
        return say_count(
            "Revert gives {count:,} sentence the gold from before; its later changes are undone with it."
            " One undo takes the revert back.",
            "Revert gives {count:,} sentences the gold from before; their later changes are undone with it."
            " One undo takes the revert back.",
            count,
        )
    if all(each.is_undone for each in (*selected.steps, *(step for step, _ in selected.details))):
        return say("What is selected is undone already.")
    return say("Renamed and merged labels are not reverted: undo the step, or rename the label again.")


class StepFilterBar(QWidget):
    """Makes a `StepFilter`.

    Signals:
        changed: it is another one.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.text = LineField(say("Search text, ids and notes"), clearable=True)
        self.text.setAccessibleName(say("Search corrections"))
        self.group = chooser(say("Kind"), say("What was done"))
        self.label = chooser(say("Label"), say("A label of a span that was changed"))
        self.split = chooser(say("Split"), say("The split of the sentence"))
        self.author = chooser(say("Who"), say("Who made the change"))
        self.group.offer([(say("Any kind"), None), *((say(_GROUPS[group]), group) for group in STEP_GROUPS)])
        self.split.offer([(say("All splits"), None), *((split, split) for split in SPLITS)])
        self.show_labels(())
        self.show_authors(())
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.text, 1)
        self._timer = QTimer(self, singleShot=True, interval=SEARCH_DELAY)
        self._timer.timeout.connect(self.changed)
        self.text.edited.connect(self._timer.start)
        self.text.returnPressed.connect(self._change)
        for box in (self.group, self.label, self.split, self.author):
            layout.addWidget(box)
            box.currentIndexChanged.connect(lambda _: self._change())

    def _change(self) -> None:
        self._timer.stop()
        self.changed.emit()

    @property
    def parts(self) -> tuple[QWidget, ...]:
        """Its controls, from left to right."""
        return self.text, self.group, self.label, self.split, self.author

    @property
    def filter(self) -> StepFilter:
        return StepFilter(
            self.group.currentData(),
            self.label.currentData(),
            self.split.currentData(),
            self.text.seen_text.strip(),
            self.author.currentData(),
        )

    def clear(self) -> None:
        """Let everything through."""
        with QSignalBlocker(self.text):
            self.text.show_text("")
        for box in (self.group, self.label, self.split, self.author):
            with QSignalBlocker(box):
                box.setCurrentIndex(0)
        self._change()

    def show_labels(self, labels: Iterable[str]) -> None:
        """Offer these labels; the chosen one stays chosen if it is among them."""
        chosen = self.label.currentData()
        items = [(say("Any label"), None), *((label, label) for label in labels)]
        self.label.offer(items, chosen if chosen in labels else None)
        if self.label.currentData() != chosen:
            self._change()

    def show_authors(self, authors: Collection[str]) -> None:
        """Offer those who made steps, where there are any; the chosen one stays chosen if it is among them."""
        chosen = self.author.currentData()
        self.author.setVisible(bool(authors))
        items = [(say("Anyone"), None), *((author, author) for author in authors), (say("No name"), "")]
        self.author.offer(items, chosen if chosen in (*authors, "") else None)
        if self.author.currentData() != chosen:
            self._change()
