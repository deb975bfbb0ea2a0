"""The Inspect page: sentences by their errors, one of them large, and its gold to be mended."""

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QShowEvent
from PySide6.QtWidgets import QApplication, QSplitter, QStackedLayout, QVBoxLayout, QWidget

from core.analysis.occurrences import labelled
from core.spans import SPLITS, SentenceNumber, Span, Split
from core.store.changes import ChangeSet
from core.store.project import Project
from core.store.selection import ALL_ERRORS, Selection
from gui.identical.window import IdenticalWindow, Sought
from gui.inspect.detail import SentenceDetail
from gui.inspect.errors import ErrorIndex
from gui.inspect.filtering import Filter, concerns, filter_of
from gui.inspect.filters import FilterBar
from gui.inspect.keys import COMMANDS, Name, action_for
from gui.inspect.model import SentenceListModel
from gui.inspect.reading import ShownSentence, shown_sentences
from gui.inspect.sentence_list import SentenceList
from gui.opponent import offered_epochs
from gui.pages import EmptyState, PageContext
from gui.sentence.delegate import SentenceRow

_STEPS: dict[Name, str] = {
    "previous sentence": "↑",
    "next sentence": "↓",
    "previous error": "‹ error",
    "next error": "error ›",
}
"""The commands that have a button above the sentence, and its text."""


class InspectPage(QWidget):
    """Follows the session: its project, its context, every change, and what other pages ask to see."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._session = context.session
        self._theme = context.theme
        self._current: SentenceNumber | None = None
        self._errors = ErrorIndex([])
        self._counted: Split | None = None
        self._waits = False
        self.filters = FilterBar()
        self.model = SentenceListModel(self._rows, self)
        self.list = SentenceList(self.model, context.theme)
        self.actions_by_name = self._page_actions()
        self.detail = SentenceDetail(context, [self.actions_by_name[name] for name in _STEPS])
        self.empty = EmptyState(
            "No sentences yet",
            "Import a corpus: its sentences appear here with their gold spans, to be looked at and mended.",
            "Go to Corpus",
        )
        self._lay_out(context)
        self._connect()
        self._show_project(self._session.project)
        self._reload()

    def _page_actions(self) -> dict[Name, QAction]:
        runs = {
            "find": self._find,
            "next pane": self._go_to_next_pane,
            "next sentence": lambda: self._step(1),
            "previous sentence": lambda: self._step(-1),
            "next error": lambda: self._go_to_error(1),
            "previous error": lambda: self._go_to_error(-1),
            "down": lambda: self._step(1),
            "up": lambda: self._step(-1),
        }
        made: dict[Name, QAction] = {}
        for name, command in COMMANDS.items():
            if name in runs:
                made[name] = action_for(name, self, runs[name])
                made[name].setIconText(_STEPS.get(name, command.title))
        return made

    def _lay_out(self, context: PageContext) -> None:
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.filters)
        column.addWidget(self.list, 1)
        left.setMinimumWidth(340)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.addWidget(left)
        self.splitter.addWidget(self.detail)
        self.splitter.setStretchFactor(1, 1)
        self.splitter.setSizes([400, 800])
        context.preferences.keep_splitter("inspect", self.splitter)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self.splitter)

    def _connect(self) -> None:
        session = self._session
        session.project_changed.connect(self._show_project)
        session.context_changed.connect(lambda _: self._reload_when_free())
        session.changed.connect(self._follow)
        session.inspection_asked.connect(self._inspect)
        self.empty.button.clicked.connect(lambda: session.page_asked.emit("Corpus"))
        self.filters.changed.connect(self._apply_filter)
        self.list.show_all.clicked.connect(self._show_all)
        self.list.chosen.connect(self._choose)
        self.detail.goldProposed.connect(self._correct)
        self.detail.canvas.released.connect(self._make_up)
        self.detail.identicalAsked.connect(self._label_identical)
        self.detail.lanes.chosen.connect(session.hold_against)
        self.detail.errorAsked.connect(lambda: self._go_to_error(1))
        self.detail.give_keys(self.list.view)
        for name, action in self.actions_by_name.items():
            (self.detail.canvas if COMMANDS[name].scope == "canvas" else self).addAction(action)

    def _show_project(self, project: Project | None) -> None:
        """Begin anew with another project, or none."""
        self._waits = False
        self._current = None
        self.detail.canvas.clear_selection()
        self.filters.show_filter(Filter(split=_first_split(project)))
        if project is None:  # one that was opened brings its context right after, and is read then
            self._reload()

    def _reload_when_free(self) -> None:
        """Read everything again, but not under the hand of someone who drags."""
        self._waits = self.detail.canvas.is_pressed
        if not self._waits:
            self._reload()

    def _make_up(self) -> None:
        if self._waits:
            self._waits = False
            self._reload()

    def _reload(self) -> None:
        """Read everything again under the context and the filter as they stand now."""
        project = self._session.project
        has_sentences = project is not None and project.sentences.count() > 0
        is_opening = has_sentences and self._stack.currentWidget() is self.empty
        self._stack.setCurrentWidget(self.splitter if has_sentences else self.empty)
        labels = project.sentences.labels() if project is not None else ()
        self.filters.show_labels(labels)
        self.detail.chips.show_labels(labels)
        self._offer_others()
        self._count()
        self._list_sentences(keeps=True)
        if is_opening:
            self.list.setFocus()

    def _offer_others(self) -> None:
        project, context = self._session.project, self._session.context
        others = offered_epochs(project, context.key) if project is not None and context.key is not None else []
        self.detail.lanes.offer(context.key, others, context.other)

    def _count(self) -> None:
        """Find the split's errors, or say why there are none to find."""
        project, split = self._session.project, self.filters.filter.split
        self._counted = split
        reason = self._why_no_errors(project, split)
        self.filters.forbid_errors(reason)
        if reason is not None and self.filters.filter.selection.needs_run:
            self.filters.show_filter(self.filters.filter.without_run())
        errors: list[SentenceNumber] = []
        if project is not None and reason is None:
            wrong = Selection(split=split, outcomes=ALL_ERRORS)
            errors = project.selections.numbers(wrong, self._session.context.key, self._session.context.gold)
        self._errors = ErrorIndex(errors)
        self._show_counts()

    def _why_no_errors(self, project: Project | None, split: Split) -> str | None:
        context = self._session.context
        if project is None or context.key is None:
            return "Train a run first: errors are found by its predictions"
        if not project.predictions.count(context.key, split):
            return f"Run {context.run}, epoch {context.epoch} made no predictions for the {split} sentences"
        return None

    def _show_counts(self) -> None:
        project, split = self._session.project, self.filters.filter.split
        sentences = project.sentences.count(split) if project is not None else 0
        knows = self.filters.errors.isEnabled()
        self.filters.show_counts(sentences, len(self._errors) if knows else None)
        for name in ("next error", "previous error"):
            self.actions_by_name[name].setEnabled(knows)

    def _apply_filter(self) -> None:
        if self.filters.filter.split != self._counted:
            self._count()
        self._list_sentences(keeps=False)

    def _list_sentences(self, *, keeps: bool) -> None:
        """Apply the filter; the sentence that is shown stays where it is listed.

        Args:
            keeps: it stays where it is not listed, too; else the first one of the list is shown.
        """
        project, context = self._session.project, self._session.context
        numbers: list[SentenceNumber] = []
        if project is not None:
            numbers = project.selections.numbers(self.filters.filter.selection, context.key, context.gold)
        before, self._current = self._current, None
        self.model.show_numbers(numbers)
        row = self.model.row_of(before) if before is not None else None
        if numbers:
            self.list.say_none("", can_show_all=False)
        else:
            self._say_none()
        if row is None and keeps and self._shown([] if before is None else [before]):
            self._current = before
            self._show_current()
        elif numbers:
            self.list.choose(row or 0)
        else:
            self.detail.show_sentence(None, context.gold, "")

    def _say_none(self) -> None:
        shown, project = self.filters.filter, self._session.project
        has_others = project is not None and project.sentences.count(shown.split) > 0
        words = "No sentence meets this filter." if has_others else f"There are no {shown.split} sentences."
        self.list.say_none(words, can_show_all=True)

    def _show_all(self) -> None:
        project, split = self._session.project, self.filters.filter.split
        if project is not None and not project.sentences.count(split):
            split = _first_split(project)
        self.filters.show_filter(Filter(split=split))
        self._reload()

    def _inspect(self, selection: Selection) -> None:
        """Show exactly the sentences that another page asks to see."""
        self.filters.show_filter(filter_of(selection))
        self._current = None
        self._reload()
        self._select_what_is_sought()
        self.list.setFocus()

    def _choose(self, row: int) -> None:
        self._current = self.model.numbers[row]
        self._show_current()

    def _show_current(self) -> None:
        project, context = self._session.project, self._session.context
        if project is None or self._current is None:
            return
        [shown] = self._shown([self._current])
        row, stored = self.model.row_of(self._current), shown.stored
        place = "not in this list" if row is None else f"sentence {row + 1:,} of {len(self.model.numbers):,}"
        self.detail.show_sentence(shown, context.gold, f"{place} · {stored.split} · {stored.id}")

    def _shown(self, numbers: Sequence[SentenceNumber]) -> list[ShownSentence]:
        project = self._session.project
        return shown_sentences(project, self._session.context, numbers) if project is not None else []

    def _rows(self, numbers: Sequence[SentenceNumber]) -> list[SentenceRow]:
        return [shown.row for shown in self._shown(numbers)]

    def _correct(self, spans: tuple[Span, ...]) -> None:
        number = self._current
        if number is not None and not self._session.attempt(lambda: self._session.correct(number, spans)):
            self.detail.show_stored()

    def _label_identical(self, span: Span) -> None:
        """Offer to label every string like that of a span of the sentence that is shown."""
        project, number = self._session.project, self._current
        if project is None or number is None:
            return
        [stored] = project.sentences.by_number([number])
        sought = Sought(stored.text[span.start : span.end], span.label, stored.split)
        window = IdenticalWindow(project, sought, self._theme, self)
        window.agreed.connect(
            lambda chosen: self._session.attempt(lambda: self._session.correct_together(labelled(chosen)))
        )
        window.open()

    def _follow(self, change: ChangeSet) -> None:
        if change.corpus:
            self._reload_when_free()
            return
        self.model.refresh(change.sentences)
        if change.runs or len(change.sentences) > 1:
            self._count()
        elif change.sentences:
            self._count_again(change.sentences[0])
        if self._current in change.sentences:
            self._show_current()
        if len(change.sentences) > 1:
            self.detail.say(f"{len(change.sentences):,} sentences changed")
        elif len(change.sentences) == 1 and self._current not in change.sentences:
            self._go_to_changed(change.sentences[0])
        if len(change.sentences) == 1 and change.sentences[0] == self._current:
            self._select_what_came_back(change.sentences[0])

    def _select_what_came_back(self, number: SentenceNumber) -> None:
        """Select the span that an undo, a redo or a revert gave the sentence that is shown."""
        project = self._session.project
        newest = project.corrections.listed(0, 1) if project is not None else []
        if newest and newest[0].sentence == number and newest[0].kind != "correct":
            self.detail.select_gold(set(newest[0].after) - set(newest[0].before))

    def _count_again(self, number: SentenceNumber) -> None:
        """Keep the count of errors in step with one sentence."""
        for shown in self._shown([number]):
            in_split = shown.stored.split == self.filters.filter.split
            self._errors.put(number, in_split and bool(shown.row.errors))
        self._show_counts()

    def _go_to_changed(self, number: SentenceNumber) -> None:
        """Show the sentence that an undo changed elsewhere."""
        if self.model.row_of(number) is not None:
            self._go_to(number)
            return
        for shown in self._shown([number]):
            self.detail.say(f"Changed {shown.stored.id}, which this list does not show")

    def _go_to(self, number: SentenceNumber) -> None:
        row = self.model.row_of(number)
        if row is not None:
            self.list.choose(row)

    def _step(self, step: int) -> None:
        """Go to another sentence of the list."""
        if self._current is None or not self.model.numbers:
            return
        row = self.model.row_near(self._current) + step
        if step > 0 and self.model.row_of(self._current) is None:
            row -= 1
        self.list.choose(max(0, min(row, len(self.model.numbers) - 1)))

    def _go_to_error(self, step: int) -> None:
        """Go to another sentence of the list that has an error, and to the error in it."""
        current = self._current
        if current is None:
            return
        number = self._errors.following(current, step, lambda found: self.model.row_of(found) is not None)
        if number is None:
            self.detail.say("No further error in this list" if step > 0 else "No earlier error in this list")
            return
        self._go_to(number)
        self._select_what_is_sought()

    def _select_what_is_sought(self) -> None:
        sought = replace(self.filters.filter.selection, corrected=False)
        self.detail.select_first(lambda comparison: concerns(sought, comparison))

    def _find(self) -> None:
        self.filters.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.filters.search.selectAll()

    def _go_to_next_pane(self) -> None:
        panes = (self.filters.search, self.list.view, self.detail.canvas, self.detail.table)
        focused = QApplication.focusWidget()
        at = next((at for at, pane in enumerate(panes) if pane is focused), -1)
        panes[(at + 1) % len(panes)].setFocus(Qt.FocusReason.ShortcutFocusReason)

    def showEvent(self, event: QShowEvent) -> None:
        focused = QApplication.focusWidget()
        if focused is None or not self.isAncestorOf(focused):
            self.list.setFocus()
        super().showEvent(event)


def _first_split(project: Project | None) -> Split:
    """The dev split; where that is empty, the first that is not."""
    if project is None or project.sentences.count("dev"):
        return "dev"
    return next((split for split in SPLITS if project.sentences.count(split)), "dev")
