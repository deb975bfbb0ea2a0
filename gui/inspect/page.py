"""The Inspect page: sentences by their errors, one of them large, and its gold to be corrected."""

from collections import Counter

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QApplication, QStackedLayout

from core.analysis.occurrences import label_places
from core.analysis.verdicts import Blame
from core.domain.spans import SentenceNumber, Span
from core.messages.catalogue import mark, say, say_count
from core.metrics.comparison import Comparison
from core.store.changes import ChangeSet
from core.store.project import Project
from core.store.sentence_selection import Selection
from gui.context import offered_epochs
from gui.inspect.adjudication import Adjudicator
from gui.inspect.detail_pane import SentenceDetail
from gui.inspect.document_panel import read_document
from gui.inspect.filter import Filter, read_filter, stored_filter
from gui.inspect.identical_window import IdenticalWindow, Sought
from gui.inspect.list_pane import Listing, ListPlace
from gui.inspect.moving import SentenceMover
from gui.inspect.next_batch_panel import NextBatchPanel
from gui.inspect.pool_work import PoolWork, describe_reason
from gui.inspect.review_bar import ReviewedMark
from gui.inspect.shown_sentence import ShownSentence
from gui.keys.commands import COMMANDS, Name
from gui.keys.keymap import CommandAction, Keymap
from gui.preferences import SETTLED_AFTER
from gui.text.wording import SECTION_WORDS, name_epoch
from gui.widgets.flow import StackingSplitter
from gui.widgets.page import EmptyState, Page, PageContext

_STEPS: dict[Name, str] = {
    "previous sentence": mark("↑"),
    "next sentence": mark("↓"),
    "previous error": mark("‹ Previous error"),
    "next error": mark("Next error ›"),
}
"""The commands that have a button above the sentence, and its text."""


_MARKS: tuple[Name, ...] = ("reviewed", "reviewed and go on", "skip")
"""The commands that end the work on a sentence, or skip it."""


class InspectPage(Page):
    """Follows the session: its project, its context, every change, and what other pages ask to see."""

    id, title, icon = "inspect", mark("Inspect"), "inspect"

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._session = context.session
        self._preferences = context.preferences
        self._look = context.look
        self._reload_pending = False
        self._settled = QTimer(self, singleShot=True, interval=SETTLED_AFTER)
        self.listing = Listing(context.session, context.look, context.keymap)
        self.filters, self.model, self.list = self.listing.filters, self.listing.model, self.listing.list
        self.actions_by_name = self._page_actions(context.keymap)
        self.mover = SentenceMover(context.session, self.listing, context.keymap)
        steps = [self.actions_by_name[name] for name in _STEPS]
        reviewed = ReviewedMark(*(self.actions_by_name[name] for name in _MARKS))
        self.adjudicator = Adjudicator(context.session, self.listing, context.keymap)
        self.detail = SentenceDetail(context, steps, reviewed)
        self.detail.review_row.addWidget(self.adjudicator.bar)
        self.pool_work = PoolWork(self._session, self.listing)
        self.next_batch = NextBatchPanel(self._session, context.runner, self.filters)
        self.next_batch.bring_back_asked.connect(self.pool_work.bring_back_all)
        self.listing.add_below_filters(self.next_batch)
        self.empty = EmptyState(
            say("No sentences yet"),
            say("Import a corpus: its sentences appear here with their gold spans, to be looked at and corrected."),
            say("Go to Corpus"),
        )
        self._lay_out(context)
        self._connect()
        self._show_project(self._session.project)

    def _page_actions(self, keymap: Keymap) -> dict[Name, CommandAction]:
        runs = {
            "find": self._find,
            "next pane": self._go_to_next_pane,
            "next sentence": lambda: self.listing.step(1),
            "previous sentence": lambda: self.listing.step(-1),
            "next error": lambda: self._go_to_error(1),
            "previous error": lambda: self._go_to_error(-1),
            "reviewed": self._toggle_reviewed,
            "reviewed and go on": self._review_and_go_on,
            "skip": self._skip,
            "note": lambda: self.detail.note.setFocus(Qt.FocusReason.ShortcutFocusReason),
            "down": lambda: self.listing.step(1),
            "up": lambda: self.listing.step(-1),
        }
        made: dict[Name, CommandAction] = {}
        for name, command in COMMANDS.items():
            if name in runs:
                made[name] = keymap.action(name, self, runs[name])
                made[name].setIconText(say(_STEPS[name]) if name in _STEPS else command.title)
        return made

    def _lay_out(self, context: PageContext) -> None:
        panes = (self.listing, self.detail)
        self.splitter = StackingSplitter(
            self._preferences, "inspect", *panes, beside=[400, 800], stacked=[300, 600], stacked_from=640
        )
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self.splitter)
        self.setFocusProxy(self.list)

    def _connect(self) -> None:
        session = self._session
        session.project_changed.connect(self._show_project)
        session.context_changed.connect(lambda _: self._reload_when_free())
        session.changed.connect(self._follow)
        session.inspection_asked.connect(self._inspect)
        for is_time in (session.closing, self._settled.timeout):
            is_time.connect(self._remember_place)
        self.listing.current_changed.connect(lambda: self._settled.start())
        self.empty.button.clicked.connect(lambda: session.show_page("corpus"))
        self.listing.current_changed.connect(self._show_current)
        self.listing.sought_shown.connect(self._select_what_is_sought)
        self.listing.counted.connect(self._take_counts)
        self.listing.listed.connect(self._show_pool_panel)
        for picked in (self.next_batch.picked, self.filters.picked, self.detail.lanes.other.picked):
            picked.connect(self.list.setFocus)
        self.detail.goldProposed.connect(self._correct)
        self.detail.canvas.released.connect(self._run_pending_reload)
        self.detail.identicalAsked.connect(self._label_identical)
        self.detail.lanes.chosen.connect(session.set_comparison)
        self.detail.document.neighbour_asked.connect(self._go_to_neighbour)
        self.detail.document.sought.connect(self._search_for)
        self.detail.sentence_done.connect(self._finish_sentence)
        self.detail.judged.connect(self._judge)
        self.detail.rejected.connect(self._reject)
        self.detail.note.given.connect(self.listing.reviewing.note)
        for leaves in (session.closing, self.listing.leaving):
            leaves.connect(self.detail.note.commit)
        self.detail.install_shortcuts(self.list.view)
        self.adjudicator.noticed.connect(self.detail.show_notice)
        self.addActions([*self.mover.actions, *self.adjudicator.actions])
        for name, action in self.actions_by_name.items():
            (self.detail.canvas if COMMANDS[name].scope == "canvas" else self).addAction(action)

    def _show_project(self, project: Project | None) -> None:
        """Begin anew with another project, or none."""
        self._reload_pending = False
        self.detail.canvas.clear_selection()
        self.detail.note.forget()
        self.pool_work.forget()
        self.next_batch.begin(project)
        self.listing.begin(project, self._last_place(project) if project is not None else None)
        self.refresh_when_seen()

    def _last_place(self, project: Project) -> ListPlace | None:
        """Where the person was when the project was closed."""
        stored = self._preferences.place(project.folder)
        shown, number = read_filter(stored.get("filter")), stored.get("sentence")
        if shown is None:
            return None
        return ListPlace(shown, SentenceNumber(number) if isinstance(number, int) else None)

    def _remember_place(self) -> None:
        project, (shown, number) = self._session.project, self.place()
        if project is not None:
            self._preferences.remember_place(project.folder, filter=stored_filter(shown), sentence=number)

    def place(self) -> ListPlace:
        return self.listing.list_place

    def return_to(self, place: object) -> None:
        if isinstance(place, ListPlace):
            self.listing.return_to(place)

    def _reload_when_free(self) -> None:
        """Read everything again, but not under the hand of someone who drags."""
        self._reload_pending = self.detail.canvas.is_pressed
        if not self._reload_pending:
            self.refresh_when_seen()

    def _run_pending_reload(self) -> None:
        if self._reload_pending:
            self._reload_pending = False
            self.refresh()

    def refresh(self) -> None:
        """Read everything again under the context and the filter as they stand now."""
        project = self._session.project
        has_sentences = project is not None and project.sentences.has_any()
        is_opening = has_sentences and self._stack.currentWidget() is self.empty
        self._stack.setCurrentWidget(self.splitter if has_sentences else self.empty)
        if project is not None:
            counts = Counter[str]()
            for (_, label), spans in project.sentences.label_counts().items():
                counts[label] += spans
            self.detail.chips.show_labels(project.sentences.label_places(), counts)
        self._offer_others()
        self.listing.reload()
        if is_opening:
            self.list.setFocus()

    def _offer_others(self) -> None:
        project, context = self._session.project, self._session.context
        others = offered_epochs(project, context.key) if project is not None and context.key is not None else []
        names = {} if project is None else {key: name_epoch(project, key) for key in others}
        self.detail.lanes.offer(context.key, names, context.other)

    def _take_counts(self) -> None:
        for name in ("next error", "previous error"):
            self.actions_by_name[name].setEnabled(self.listing.knows_errors and self.filters.filter.split != "pool")
        self.detail.reviewed.show_progress(self.listing.progress)

    def _inspect(self, selection: Selection) -> None:
        """Show exactly the sentences that another page asks to see."""
        self.listing.inspect(selection)
        self.list.setFocus()

    def _show_current(self) -> None:
        number, context = self.listing.current, self._session.context
        self.listing.reviewing.watch(number)
        self.detail.document.show_view(read_document(self._session.project, number))
        if number is None:
            self.detail.reviewed.show_pooled(False)
            self.detail.reviewed.show_suggesting("")
            self.detail.show_sentence(None, context.gold, "")
            return
        for shown in self.listing.shown([number]):
            self._show(shown)

    def _show(self, shown: ShownSentence) -> None:
        section, number = self._name_section(shown), shown.stored.number
        reason = describe_reason(self.pool_work.entry(number)) if shown.is_pooled else ""
        is_skipped = shown.is_pooled and self.pool_work.is_skipped(number)
        self.detail.reviewed.show_pooled(shown.is_pooled, is_skipped=is_skipped, reason=reason)
        self.detail.reviewed.show_suggesting(shown.suggested_by)
        self.actions_by_name["skip"].setEnabled(shown.is_pooled)
        words = f"{self.listing.place} · {section} · {shown.stored.id}"
        self.detail.show_sentence(
            shown, self._session.context.gold, words, self.listing.progress, self.listing.searched
        )

    def _name_section(self, shown: ShownSentence) -> str:
        """Where a sentence is, and why, if a reason was given."""
        number, section = shown.stored.number, say(SECTION_WORDS[shown.stored.split])
        project = self._session.project
        reason = project.moves.reasons([number]).get(number) if project is not None else None
        return say("{section}: {reason}", section=section, reason=reason) if reason else section

    def _go_to_neighbour(self, number: SentenceNumber) -> None:
        """Show another sentence of the document; where it is not listed, by a link to the list of the document."""
        if not self.listing.go_to(number):
            for shown in self.listing.shown([number]):
                listed = Filter(split=shown.stored.split, text=self.detail.document.search)
                self._follow_link(ListPlace(listed, number))

    def _search_for(self, search: str) -> None:
        """List all sentences of the split of which files say the same, with the way back."""
        self._follow_link(ListPlace(Filter(split=self.filters.filter.split, text=search), self.listing.current))

    def _follow_link(self, place: ListPlace) -> None:
        self._session.link_followed.emit()
        self.listing.return_to(place)

    def _correct(self, spans: tuple[Span, ...]) -> None:
        number = self.listing.current
        if number is not None and not self._session.run_reporting_errors(lambda: self._session.correct(number, spans)):
            self.detail.show_stored()

    def _toggle_reviewed(self) -> None:
        for shown in self.listing.shown_current():
            if shown.is_pooled:
                self.pool_work.finish(shown)
                return
            self.listing.reviewing.mark(shown.stored.number, reviewed=not shown.said.is_reviewed)
        self._show_current()  # the button turned by itself, whether or not the mark could be stored

    def _review_and_go_on(self) -> None:
        for shown in self.listing.shown_current():
            if shown.is_pooled:
                self.pool_work.finish(shown)
            elif self.listing.reviewing.mark(shown.stored.number, reviewed=True):
                self.listing.step(1)

    def _finish_sentence(self, gold: tuple[Span, ...]) -> None:
        number, pooled = self.listing.current, self._pooled()
        if pooled is not None and self.pool_work.finish(pooled, gold):
            return
        if pooled is None and number is not None and self.listing.reviewing.finish_sentence(number, gold):
            self._go_to_error(1)
        else:
            self.detail.show_stored()

    def _show_pool_panel(self) -> None:
        """In the pool, say what to label next, and prepare for what is finished."""
        self.next_batch.refresh()
        if (project := self._session.project) is not None and self.filters.filter.split == "pool":
            self.pool_work.prepare(project)

    def _pooled(self) -> ShownSentence | None:
        """The sentence that is shown, if it is in the pool."""
        shown = self.detail.shown
        return shown if shown is not None and shown.is_pooled else None

    def _skip(self) -> None:
        if (pooled := self._pooled()) is not None:
            self.pool_work.skip(pooled.stored.number)

    def _reject(self, span: Span) -> None:
        if (pooled := self._pooled()) is not None:
            self.pool_work.reject(pooled.stored.number, span)

    def _judge(self, comparison: Comparison, blame: Blame) -> None:
        """Store a verdict and go on to the next error without one, here or in the next sentence of the list."""
        listing = self.listing
        if listing.current is None:
            return
        sampled = listing.is_random_sample
        if not listing.reviewing.judge(listing.current, comparison, blame, sampled=sampled):
            self.detail.show_stored()
        elif not self.detail.select_unjudged():
            self._go_to_error(1, to_open=True)

    def _label_identical(self, span: Span) -> None:
        """Offer to label every string like that of a span of the sentence that is shown."""
        project, number = self._session.project, self.listing.current
        if project is None or number is None:
            return
        [stored] = project.sentences.by_number([number])
        sought = Sought(stored.text[span.start : span.end], span.label, stored.split)
        window = IdenticalWindow(project, sought, self._look, self)
        window.agreed.connect(
            lambda chosen: self._session.run_reporting_errors(
                lambda: self._session.correct_together(label_places(chosen))
            )
        )
        self._session.changed.connect(window.follow)
        self._preferences.keep_size("identical", window)
        window.open()

    def _follow(self, change: ChangeSet) -> None:
        suggests_others = change.kind == "source" and self._pooled() is not None
        if change.corpus or suggests_others:
            self._follow_large(change)
        else:
            self._follow_small(change)

    def _follow_large(self, change: ChangeSet) -> None:
        """Read everything again; what an undo brought back into the pool is shown."""
        place = self.pool_work.place_after(change) if self.isVisible() else None
        if place is None:
            self._reload_when_free()
        else:
            self.listing.return_to(place)

    def _follow_small(self, change: ChangeSet) -> None:
        if change.dismissals and self._pooled() is not None:
            self.next_batch.refresh()
            self._show_current()
        touched = change.touched
        read = self.listing.shown_after(change, self.detail.shown)
        rows = [shown.row for shown in read]
        self.model.refresh(touched, rows)
        self.listing.count_reviews_again(change.reviews)
        self.listing.count_corrected(change)
        if change.runs or len(change.sentences) > 1:
            self.listing.count()
        elif change.sentences:
            self.listing.count_again(rows)
        for shown in read:
            if shown.stored.number == self.listing.current:
                self._show(shown)
        is_moved = change.kind in ("undo", "redo")  # the window says what was undone
        if len(touched) > 1 and not is_moved:
            self.detail.show_notice(
                say_count("{count:,} sentence changed", "{count:,} sentences changed", len(touched))
            )
        elif is_moved and len(touched) == 1 and self.listing.current not in touched and self.isVisible():
            self._go_to_changed(touched[0])
        if change.kind in ("undo", "redo", "revert") and len(change.golds) == 1:
            [(number, gold)] = change.golds.items()
            if number == self.listing.current:
                self.detail.select_gold({*gold.after} - {*gold.before})

    def _go_to_changed(self, number: SentenceNumber) -> None:
        """Show the sentence that an undo changed elsewhere."""
        if self.listing.go_to(number):
            return
        for shown in self.listing.shown([number]):
            self.detail.show_notice(say("{id} is not in this list", id=shown.stored.id))

    def _go_to_error(self, step: int, *, to_open: bool = False) -> None:
        """Go to another sentence of the list that has an error, and to the error in it."""
        if self.listing.current is None:
            return
        if self.listing.go_to_error(step, to_open=to_open):
            self._select_what_is_sought()
        elif to_open:
            self.detail.show_notice(say("No further error without a verdict in this list"))
        else:
            self.detail.show_notice(
                say("No further error in this list") if step > 0 else say("No earlier error in this list")
            )

    def _select_what_is_sought(self) -> None:
        sought = self.listing.sought
        self.detail.select_first(lambda comparison: concerns(sought, comparison))

    def _find(self) -> None:
        self.filters.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.filters.search.selectAll()

    def _go_to_next_pane(self) -> None:
        detail = self.detail
        places = (self.filters.search, self.list.view, detail.lanes.other, detail.canvas, detail.table)
        panes = [pane for pane in places if pane.isVisible()]
        focused = QApplication.focusWidget()
        at = next((at for at, pane in enumerate(panes) if pane is focused), -1)
        panes[(at + 1) % len(panes)].setFocus(Qt.FocusReason.ShortcutFocusReason)

    def showEvent(self, event: QShowEvent) -> None:
        focused = QApplication.focusWidget()
        if focused is None or not self.isAncestorOf(focused):
            self.list.setFocus()
        super().showEvent(event)


def concerns(selection: Selection, comparison: Comparison) -> bool:
    """Whether a comparison is what a selection looks for: its outcome and labels if it names any, else any error."""
    gold = comparison.gold.label if comparison.gold else None
    predicted = comparison.predicted.span.label if comparison.predicted else None
    if not selection.compares and not comparison.is_error:
        return False
    return (
        (not selection.outcomes or comparison.outcome in selection.outcomes)
        and selection.gold_label in (None, gold)
        and selection.predicted_label in (None, predicted)
        and selection.label in (None, gold, predicted if selection.compares else gold)
    )
