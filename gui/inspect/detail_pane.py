"""One sentence, large: what gold and run say of it, and the tools that correct the gold."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QSplitter, QVBoxLayout, QWidget

from core.analysis.verdicts import Blame, pair_of
from core.domain.editing import with_span
from core.domain.spans import SentenceNumber, Span
from core.messages.catalogue import mark, say
from core.metrics.comparison import Comparison
from core.store.gold.reviews import NOTHING_SAID
from core.store.search import find_hits
from core.store.sentences import Gold
from gui.inspect.comparison_table import CELL_MARGIN, ComparisonTable
from gui.inspect.document_panel import DocumentPanel
from gui.inspect.labelling import READ_ONLY, LabelChips, Labelling, SpanMenu, Subject, tool_button
from gui.inspect.review_bar import ComparisonBar, NoteLine, ReviewedMark, Verdicts
from gui.inspect.shown_sentence import ShownSentence, describe_overlaps
from gui.keys.commands import Name
from gui.look.theme import scaled, set_property
from gui.sentence.canvas import SentenceCanvas
from gui.sentence.mouse import place_below
from gui.sentence.span_selection import TextSelection, difference_of, has_span, of_gold, of_predicted, start_of, stops
from gui.text.wording import format_spans
from gui.widgets.flow import FlowLayout, ScrolledPanel, column_layout, row_layout
from gui.widgets.page import PageContext
from gui.widgets.text_labels import ElidedLabel

_TOOLS: dict[Name, str] = {
    "accept": mark("Accept"),
    "accept and go on": mark("Accept, next"),
    "accept all": mark("Accept all"),
    "accept all and go on": mark("Accept all, done"),
    "remove": mark("Remove"),
    "identical": mark("All identical…"),
}
"""The commands that have a button below the sentence, and its text."""
_OF_POOL: tuple[Name, ...] = ("accept all", "accept all and go on")
_MARGIN = 16
_LEAST_HEIGHT = 240
_AROUND = 24
"""Pixels above and below a line of the sentence in which its labels stand."""


class SentenceDetail(QWidget):
    """Shows a sentence and proposes its new gold; it stores nothing.

    Signals:
        goldProposed: the whole new gold, a tuple of `Span`.
        identicalAsked: every string like this span is to be labelled; a `Span`.
        sentence_done: the person has finished the sentence and wants the next error; its gold then.
        judged: the person says who is wrong; a `Comparison` and a `Blame`.
        rejected: the person does not want this suggestion; a `Span`.
    """

    goldProposed = Signal(tuple)  # noqa: N815
    identicalAsked = Signal(object)  # noqa: N815
    sentence_done = Signal(tuple)
    judged = Signal(object, str)
    rejected = Signal(object)

    def __init__(self, context: PageContext, steps: Sequence[QAction], reviewed: ReviewedMark) -> None:
        super().__init__()
        self._shown: ShownSentence | None = None
        self._gold: Gold = "corrected"
        self._is_warning = False
        self._seen: TextSelection | None = None
        self.position = ElidedLabel()
        self.reviewed = reviewed
        self.note = NoteLine(context.keymap)
        self.notice = ElidedLabel()
        self.lanes = ComparisonBar()
        self.canvas = SentenceCanvas(context.look)
        self.chips = LabelChips(context.look, context.keymap)
        self.labelling = Labelling(self.canvas, self.chips, context.keymap)
        self.document = DocumentPanel()
        self.table = ComparisonTable(context.look)
        self.verdicts = Verdicts(context.keymap, self)
        self.scroller = self._make_scroller()
        self._keymap = context.keymap
        self.actions_by_name = {name: self._keymap.action(name, self, run) for name, run in self._runs().items()}
        self._lay_out(context, steps)
        self._connect()

    def _runs(self) -> dict[Name, Callable[[], object]]:
        return {
            **self.canvas.keyed_edits(),
            "sticky": self.labelling.toggle_sticky,
            "accept and go on": self._accept_and_go_on,
            "accept all": self._accept_all,
            "accept all and go on": self._accept_all_and_go_on,
            "remove": self._remove,
            "identical": self._ask_for_identical,
            "copy": self._copy,
            "menu": self._show_menu_below,
            "clear": self._clear,
            "next in document": lambda: self.document.go(1),
            "previous in document": lambda: self.document.go(-1),
        }

    def _lay_out(self, context: PageContext, steps: Sequence[QAction]) -> None:
        self.setProperty("panel", True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        upper, lower = ScrolledPanel(least_height=_LEAST_HEIGHT), QWidget()
        column = column_layout(upper.panel, (0, 8, 0, 8))
        column.addLayout(self._header(steps))
        self.review_row = self._review()
        column.addLayout(self.review_row)
        column.addWidget(self.document.details)
        column.addWidget(self.document.before)
        column.addWidget(self.scroller, 1)
        column.addWidget(self.document.after)
        tools = QVBoxLayout()
        tools.setContentsMargins(_MARGIN, 0, _MARGIN, 0)
        tools.setSpacing(6)
        tools.addWidget(self.chips)
        tools.addLayout(self._notices())
        tools.addLayout(self._tools())
        column.addLayout(tools)
        column_layout(lower, (_MARGIN - CELL_MARGIN, 0, 0, 0)).addWidget(self.table)
        self._body = QSplitter(Qt.Orientation.Vertical)
        self._body.setChildrenCollapsible(False)
        for part, share in ((upper, 82), (lower, 18)):
            self._body.addWidget(part)
            self._body.setStretchFactor(self._body.indexOf(part), share)
        self._body.setSizes([820, 180])
        context.preferences.keep_splitter("inspect-sentence", self._body)
        column_layout(self, (0, 0, 0, 0)).addWidget(self._body)

    def _header(self, steps: Sequence[QAction]) -> QHBoxLayout:
        self.position.setProperty("role", "hint")
        row = row_layout(_MARGIN, 8)
        row.addWidget(self.position, 1)
        for action in steps:
            row.addWidget(tool_button(action))
        return row

    def _review(self) -> FlowLayout:
        """Whether the sentence is reviewed, and what its predictions are compared with."""
        flow = FlowLayout(gap=16)
        flow.setContentsMargins(_MARGIN, 0, _MARGIN, 0)
        flow.addWidget(self.reviewed)
        flow.addWidget(self.reviewed.reason)
        flow.addWidget(self.reviewed.suggested_by)
        flow.addWidget(self.lanes)
        return flow

    def _notices(self) -> QHBoxLayout:
        """The note on the sentence, and what the window says to what was done."""
        self.notice.setProperty("role", "hint")
        row = row_layout(0, 0)
        row.addWidget(self.note, 1)
        row.addWidget(self.labelling.note)
        row.addWidget(self.notice, 1)
        return row

    def _make_scroller(self) -> QScrollArea:
        scroller = QScrollArea(widgetResizable=True)
        scroller.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroller.setProperty("sentence", True)
        self.canvas.focused.connect(lambda on: set_property(scroller, "focused", on))
        scroller.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroller.setMinimumHeight(scaled(88))
        scroller.setWidget(self.canvas)
        return scroller

    def _tools(self) -> FlowLayout:
        flow = FlowLayout()
        for name, text in _TOOLS.items():
            self.actions_by_name[name].setIconText(say(text))
        buttons = {name: tool_button(self.actions_by_name[name], outlined=True) for name in _TOOLS}
        self._of_pool = [buttons[name] for name in _OF_POOL]
        flow.add_group(*buttons.values())
        flow.add_group(*self.verdicts.buttons)
        return flow

    def _connect(self) -> None:
        self.canvas.goldProposed.connect(self._propose)
        self.canvas.selectionChanged.connect(self._follow_selection)
        self.canvas.menuAsked.connect(self._show_menu)
        self.labelling.noticed.connect(lambda words, refused: self.show_notice(words, refused=refused))
        self.table.chosen.connect(self.select)
        self.verdicts.given.connect(self._judge)
        self.note.finished.connect(self.canvas.setFocus)
        for widget in (self.canvas, self.table):
            self.install_shortcuts(widget)

    def install_shortcuts(self, widget: QWidget) -> None:
        """Make the keys that work on the sentence work where this widget has the focus, too."""
        widget.addActions([*self.actions_by_name.values(), *self.labelling.keyed, *self.verdicts.keyed.values()])
        self._keymap.watch(widget)

    def show_sentence(
        self, shown: ShownSentence | None, gold: Gold, position: str, progress: str = "", searched: str = ""
    ) -> None:
        """Show a sentence, or nothing; the selected span stays so while it is the same sentence.

        Args:
            progress: how much of the split is reviewed, in words.
            searched: what is highlighted, and brought into view where it is another sentence or search.
        """
        is_other = self._number(shown) != self._number(self._shown)
        if is_other:
            self.canvas.clear_selection()
        self._shown, self._gold = shown, gold
        self.labelling.is_editable = self.is_editable
        is_corrected = shown is not None and shown.row.corrected
        self.position.show_text(f"{say('✎ corrected')} · {position}" if is_corrected else position)
        said = shown.said if shown is not None else NOTHING_SAID
        self.reviewed.show_mark(said.is_reviewed, progress)
        self.note.show_note(self._number(shown), said.note, said.note_author)
        self._body.setVisible(shown is not None)
        self.chips.show_needed(shown.labels if shown is not None else ())
        hits = find_hits(shown.stored.text, searched) if shown is not None else ()
        is_other_search, self.canvas.hits = hits != self.canvas.hits, hits
        self.show_stored()
        if is_other or is_other_search:
            self._show_beginning(hits)
        overlaps = describe_overlaps(shown) if shown is not None else ""
        self.show_notice(overlaps if self.is_editable or shown is None else say(READ_ONLY))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.document.fit(self.height())

    def show_stored(self) -> None:
        """Show the gold as it is stored, whatever was proposed."""
        shown = self._shown
        if shown is None:
            self.canvas.show_sentence("", ())
            self.table.show_comparisons("", (), {}, compares=False)
        else:
            compares, comparisons = shown.predicted is not None, shown.comparisons
            self.table.show_comparisons(
                shown.stored.text,
                comparisons,
                shown.gold_shares,
                shown.said,
                compares=compares,
                judges=not shown.suggests,
                said_by=shown.said_by,
            )
            self.canvas.show_sentence(
                shown.stored.text,
                shown.gold,
                shown.predicted,
                shown.other,
                comparisons=comparisons,
                suggests=shown.suggests,
                readers=shown.readers,
            )
            self.verdicts.set_visible(compares and not shown.suggests)
            for button in self._of_pool:
                button.setVisible(shown.is_pooled)
        self._follow_selection()

    def _show_beginning(self, hits: Sequence[tuple[int, int]]) -> None:
        """Bring the first hit of a search into view, and where there is none the beginning, which takes no layout."""
        if hits:
            self._bring_into_view(*hits[0])
        else:
            self.scroller.verticalScrollBar().setValue(0)

    def _bring_into_view(self, start: int, end: int) -> None:
        """Scroll until a range of the sentence is seen with the labels around it."""
        rects = self.canvas.scene.text_rects(start, end)
        if rects:
            width = self.canvas.width()
            self.canvas.resize(width, max(self.canvas.height(), self.canvas.heightForWidth(width)))  # or Qt does later
            centre = rects[0].center().toPoint()
            self.scroller.ensureVisible(centre.x(), centre.y(), 0, round(rects[0].height()) + _AROUND)

    @property
    def shown(self) -> ShownSentence | None:
        """The sentence that is shown, as it was read last."""
        return self._shown

    @staticmethod
    def _number(shown: ShownSentence | None) -> SentenceNumber | None:
        return None if shown is None else shown.stored.number

    @property
    def is_editable(self) -> bool:
        return self._shown is not None and self._gold == "corrected"

    def select_gold(self, wanted: Collection[Span]) -> None:
        """Select the first of these spans that the sentence has as gold."""
        found = next((span for c in self.canvas.comparisons if (span := c.gold) is not None and span in wanted), None)
        if found is not None:
            self.canvas.select(of_gold(found))

    def _warn_of_replaced(self) -> None:
        """Say which spans a label would take away, and no longer once it would not."""
        shown = self._shown
        spans = self.canvas.replaced if self.is_editable and shown is not None else ()
        if spans and shown is not None:
            self.show_notice(say("replaces {spans}", spans=format_spans(shown.stored.text, spans)))
            self._is_warning = True
        elif self._is_warning:
            self.show_notice("")

    def show_notice(self, words: str, *, refused: bool = False) -> None:
        """Say something beside the tools until another sentence is shown."""
        self._is_warning = False
        self.notice.show_text(words)
        set_property(self.notice, "role", "error" if refused else "hint")

    def _clear(self) -> None:
        """Drop a drag; where there is none, select nothing and let the kept label go."""
        if not self.canvas.is_pressed:
            self.labelling.let_go()
        self.canvas.cancel()

    def _copy(self) -> None:
        selection = self.canvas.selection
        if self._shown is not None and selection is not None:
            QGuiApplication.clipboard().setText(self._shown.stored.text[selection.start : selection.end])

    def _show_menu_below(self) -> None:
        """Show the menu of what is selected; where nothing is, of the first span or eojeol."""
        if (selection := self.canvas.select_something()) is not None:
            self._show_menu(self.canvas.mapToGlobal(place_below(self.canvas.scene, selection)))

    def _show_menu(self, place: QPoint) -> None:
        selection = self.canvas.selection
        if self._shown is not None and selection is not None:
            subject = Subject(self._shown.stored.text, selection, self.canvas.comparisons, self.is_editable)
            menu = SpanMenu(subject, self.chips.captions, self.actions_by_name, self._keymap, self)
            menu.labelled.connect(self.labelling.apply)
            menu.kept.connect(self.chips.keep)
            menu.popup(place)

    def select(self, comparison: Comparison) -> None:
        """Select the gold span of a comparison; the predicted one where there is no gold."""
        if comparison.gold is not None:
            self.canvas.select(of_gold(comparison.gold))
        else:
            assert comparison.predicted is not None
            self.canvas.select(of_predicted(comparison.predicted.span))

    def select_first(self, wanted: Callable[[Comparison], bool]) -> None:
        """Select the first span that is wanted; the first error where none is."""
        found = next(filter(wanted, self.canvas.comparisons), None)
        if found is not None:
            self.select(found)
        else:
            self.canvas.select_next(1, errors_only=True)

    def _propose(self, spans: tuple[Span, ...]) -> None:
        if self.is_editable:
            self.goldProposed.emit(spans)
        else:
            self.canvas.clear_selection()
            self.show_stored()
            self.show_notice(say(READ_ONLY), refused=True)

    def _accept_and_go_on(self) -> None:
        """Accept what is selected and go to the next error; with the last one of the sentence, pass on."""
        shown, selection = self._shown, self.canvas.selection
        if shown is None or not self.is_editable:
            return
        gold, difference = shown.gold, difference_of(self.canvas.comparisons, selection)
        span = difference.predicted.span if difference is not None and difference.predicted is not None else None
        if span is not None:
            gold = with_span(gold, span)
        start = span.start if span is not None else selection.start if selection is not None else -1
        places = stops(replace(shown, gold=gold).comparisons, errors_only=True)
        if not any(place.start > start for place in places):
            self.sentence_done.emit(gold)
            return
        self.canvas.accept_selected()
        self.canvas.select_next(1, errors_only=True)

    def _accept_all(self) -> None:
        """Take the suggestions for a sentence of the pool, as far as they overlap nothing."""
        if self._shown is not None and self._shown.has_acceptable:
            self._propose(self._shown.accepted.spans)

    def _accept_all_and_go_on(self) -> None:
        """Finish a sentence of the pool with its suggestions, as far as they overlap nothing, in one step."""
        if self._shown is not None and self._shown.is_pooled and self.is_editable:
            self.sentence_done.emit(self._shown.accepted.spans)

    def _remove(self) -> None:
        if self._can_reject and (selection := self.canvas.selection) is not None:
            self.rejected.emit(selection.span)
        else:
            self.canvas.delete_selected()

    @property
    def _can_reject(self) -> bool:
        selection = self.canvas.selection
        is_suggestion = selection is not None and selection.kind == "predicted"
        return is_suggestion and self._shown is not None and self._shown.is_pooled

    def _judge(self, blame: Blame) -> None:
        difference = difference_of(self.canvas.comparisons, self.canvas.selection)
        if not self.is_editable:
            self.show_notice(say(READ_ONLY), refused=True)
        elif difference is None:
            self.show_notice(say("Select an error first"))
        else:
            self.judged.emit(difference, blame)

    def select_unjudged(self) -> bool:
        """Select the next error of the sentence that has no verdict, from the selected one on; whether there is one."""
        verdicts = self._shown.said.verdicts if self._shown is not None else {}
        left = [c for c in self.canvas.comparisons if c.is_error and pair_of(c) not in verdicts]
        at = self.canvas.selection.start if self.canvas.selection is not None else 0
        if left:
            self.select(next((c for c in left if start_of(c) >= at), left[0]))
        return bool(left)

    def _ask_for_identical(self) -> None:
        selection = self.canvas.selection
        if self.is_editable and selection is not None and selection.span is not None:
            self.identicalAsked.emit(selection.span)

    def _follow_selection(self) -> None:
        selection, comparisons = self.canvas.selection, self.canvas.comparisons
        is_gold = selection is not None and selection.kind == "gold"
        difference = difference_of(comparisons, selection)
        can_accept = difference is not None and difference.predicted is not None
        self.actions_by_name["accept"].setEnabled(self.is_editable and can_accept)
        has_predictions = self._shown is not None and self._shown.predicted is not None
        self.actions_by_name["accept and go on"].setEnabled(self.is_editable and has_predictions)
        self.verdicts.offer(possible=self.is_editable and difference is not None)
        self.actions_by_name["remove"].setEnabled(self.is_editable and (is_gold or self._can_reject))
        can_accept_all = self._shown is not None and self._shown.has_acceptable
        self.actions_by_name["accept all"].setEnabled(self.is_editable and can_accept_all)
        is_pooled = self._shown is not None and self._shown.is_pooled
        self.actions_by_name["accept all and go on"].setEnabled(self.is_editable and is_pooled)
        self.actions_by_name["copy"].setEnabled(selection is not None)
        for name in ("extend", "shrink"):
            is_own = selection is not None and (is_pooled or selection.kind != "predicted")
            self.actions_by_name[name].setEnabled(self.is_editable and is_own)
        is_span = selection is not None and selection.span is not None
        self.actions_by_name["identical"].setEnabled(self.is_editable and is_span)
        self.chips.setEnabled(self.is_editable)
        self.chips.highlight(selection.label if selection is not None and is_gold else None)
        if selection is not None and selection != self._seen and not self.canvas.is_pressed:
            self._bring_into_view(selection.start, selection.end)
        self._seen = selection
        self._warn_of_replaced()
        span = selection.span if selection is not None else None
        self.table.highlight(next((c for c in comparisons if span is not None and has_span(c, span)), None))
