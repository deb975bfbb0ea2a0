"""The filter bar above the list."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, get_args

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from core.domain.labels import EntityType
from core.domain.spans import SPLITS
from core.messages.catalogue import mark, say
from core.store.sentence_selection import ErrorKind, ReviewState, Selection
from core.store.signal_store import ORDERS
from gui.inspect.filters import (
    HISTORY_MEANINGS,
    HISTORY_WORDS,
    ORDER_MEANINGS,
    ORDER_WORDS,
    REVIEW_WORDS,
    Filter,
    describe_pace,
    describe_selection,
)
from gui.keys.commands import tip
from gui.keys.keymap import Keymap
from gui.look.theme import scaled
from gui.text.wording import label_names, wrap_tooltip
from gui.widgets.choosers import Chooser, chip
from gui.widgets.flow import FlowLayout
from gui.widgets.line_field import LineField
from gui.widgets.text_labels import PlainLabel

SEARCH_DELAY = 250
"""Milliseconds after the last keystroke before the search begins."""
_LONGEST_ASKED = 320
_KINDS: dict[ErrorKind, tuple[str, str]] = {
    "missed": (mark("Missed"), mark("Sentences with a gold span that the run did not find")),
    "spurious": (mark("Spurious"), mark("Sentences with a predicted span where the gold has none")),
    "edge": (mark("Edge"), mark("Sentences with a predicted span whose start or end is wrong")),
    "type": (mark("Type"), mark("Sentences with a predicted span whose label is wrong")),
}
"""The chip of each kind of error: its text, and what it lists."""
_ERRORS = mark("Sentences in which predicted and gold differ")


class FilterBar(QWidget):
    """Shows and changes the `Filter` of the page, which is kept here alone.

    Signals:
        changed: the person changed it; `filter` is the new one.
        picked: the person chose in an open list and is done here.
    """

    changed = Signal()
    picked = Signal()

    def __init__(self, keymap: Keymap) -> None:
        super().__init__()
        self._keymap = keymap
        self.filter = Filter()
        self.split = _chooser(
            say("Split"), say("The split whose sentences are listed"), {name: name for name in SPLITS}
        )
        self.all = chip(say("All"), say("Every sentence of the split"))
        self.errors = chip(say("Errors"), say(_ERRORS))
        self.kinds = {kind: chip(say(_KINDS[kind][0]), say(_KINDS[kind][1])) for kind in get_args(ErrorKind)}
        self.corrected = chip(say("Corrected"), say("Sentences whose gold was corrected"))
        histories = {history: say(words) for history, words in HISTORY_WORDS.items()}
        meanings = (say(HISTORY_MEANINGS[history]) if history else "" for history in HISTORY_WORDS)
        self.histories = _chooser(say("History over the epochs"), "", histories, meanings)
        self.labels = _chooser(
            say("Label"), say("Only sentences with this label; with an error filter, in the error itself"), {}
        )
        self.search = LineField(say("Search text, id or note"), clearable=True)
        self.search.setAccessibleName(say("Search"))
        orders = {order: say(ORDER_WORDS[order]) for order in ORDERS}
        self.orders = _chooser(say("Order"), "", orders, (say(ORDER_MEANINGS[order]) for order in ORDERS))
        self.reviews = _chooser(
            say("Review"),
            say("Sentences by whether they are marked as reviewed, or that have a note"),
            {state: say(REVIEW_WORDS[state]) for state in (None, *get_args(ReviewState))},
        )
        self.asked = chip("", say("Remove this filter"))
        self.pace = PlainLabel()
        self.pace.setProperty("role", "small")
        self._timer = QTimer(self, singleShot=True, interval=SEARCH_DELAY)
        self.show_labels(())
        self._lay_out()
        self._connect()
        self._update_key_hint()
        self.show_filter(self.filter)

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 8)
        layout.setSpacing(6)
        flow = FlowLayout()
        flow.add_group(self.split, self.all, self.errors, self.histories)
        flow.add_group(*self.kinds.values(), self.corrected)
        flow.add_group(self.labels, self.search)
        flow.add_group(self.orders, self.reviews)
        layout.addLayout(flow)
        foot = QHBoxLayout()
        foot.addWidget(self.asked)
        foot.addStretch(1)
        foot.addWidget(self.pace)
        layout.addLayout(foot)
        self.labels.setFixedWidth(scaled(208))
        self.search.setFixedWidth(scaled(160))

    def _connect(self) -> None:
        self.split.activated.connect(lambda: self._change(replace(self.filter, split=self.split.currentData())))
        self.all.clicked.connect(self._show_all)
        self.errors.clicked.connect(lambda: self._change(self.filter.with_errors(True)))
        for kind, button in self.kinds.items():
            button.clicked.connect(lambda on, kind=kind: self._change(self.filter.with_kind(kind, on)))
        self.corrected.clicked.connect(lambda on: self._change(replace(self.filter, corrected=on)))
        self.histories.activated.connect(
            lambda: self._change(replace(self.filter, history=self.histories.currentData()))
        )
        self.labels.activated.connect(lambda: self._change(self.filter.with_label(self.labels.currentData())))
        self.asked.clicked.connect(lambda: self._change(replace(self.filter, asked=None)))
        self.orders.activated.connect(lambda: self._change(replace(self.filter, order=self.orders.currentData())))
        self.reviews.activated.connect(lambda: self._change(replace(self.filter, review=self.reviews.currentData())))
        for box in (self.split, self.histories, self.labels, self.orders, self.reviews):
            box.picked.connect(self.picked)
        self.search.edited.connect(self._timer.start)
        self.search.returnPressed.connect(self._search)
        escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), self.search)
        escape.setContext(Qt.ShortcutContext.WidgetShortcut)
        escape.activated.connect(self._clear)
        self._timer.timeout.connect(self._search)
        self._keymap.changed.connect(self._update_key_hint)

    def _update_key_hint(self) -> None:
        self.search.setToolTip(tip(say("Sentences with this in their text, id or note"), self._keymap.keys("find")))

    def _show_all(self) -> None:
        """Show errors or not; where it was not, drop all that keeps sentences out of the list."""
        has_errors = self.filter.errors or self.filter.asked is not None
        self._change(self.filter.with_errors(False) if has_errors else Filter(split=self.filter.split))

    def show_whether_all(self, is_all: bool) -> None:
        """Light the button of all sentences only where all are listed: some orders leave out what they cannot sort."""
        self.all.setChecked(is_all and not self.filter.errors)

    def _clear(self) -> None:
        """Search for nothing; where that is so already, leave the search."""
        if self.search.seen_text:
            self.search.show_text("")
            self._search()
        else:
            self.picked.emit()

    def _search(self) -> None:
        self._timer.stop()
        if self.search.seen_text != self.filter.text:
            self._change(replace(self.filter, text=self.search.seen_text))

    def _change(self, changed: Filter) -> None:
        if self._timer.isActive():
            changed = replace(changed, text=self.search.seen_text)
        self.show_filter(changed)
        self.changed.emit()

    def show_filter(self, shown: Filter) -> None:
        """Display this filter without emitting `changed`."""
        self.filter = shown
        self.split.setCurrentText(shown.split)
        self.all.setChecked(not shown.errors and shown.asked is None)
        self.errors.setChecked(shown.errors)
        for kind, button in self.kinds.items():
            button.setChecked(kind in shown.kinds)
        self.corrected.setChecked(shown.corrected)
        for box, value in ((self.histories, shown.history), (self.labels, shown.label), (self.reviews, shown.review)):
            box.setCurrentIndex(max(0, box.findData(value)))
        self.orders.setCurrentIndex(self.orders.findData(shown.order))
        self.orders.setToolTip(wrap_tooltip(say(ORDER_MEANINGS[shown.order])))
        if self.search.seen_text != shown.text:
            self.search.show_text(shown.text)
        self._timer.stop()
        self._show_asked()

    def _show_asked(self) -> None:
        asked = self.filter.asked
        self.asked.setVisible(asked is not None)
        if asked is not None:
            words = describe_selection(asked)
            elided = self.asked.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, scaled(_LONGEST_ASKED))
            self.asked.setText(f"{elided}  ✕")
            self.asked.setToolTip(wrap_tooltip(say("{filter}: remove this filter", filter=words)))
            self.asked.setAccessibleName(say("Remove the filter {filter}", filter=words))
            self.asked.setChecked(True)

    def show_counts(self, sentences: int, errors: int | None) -> None:
        """Say how many sentences the split has, and how many of them have an error where that is known."""
        self.all.setText(say("All {sentences:,}", sentences=sentences))
        self.errors.setText(say("Errors") if errors is None else say("Errors {errors:,}", errors=errors))

    def show_pace(self, left: int | None, seconds: float | None) -> None:
        """Say how many sentences of the list are not reviewed; None where the list is no queue."""
        self.pace.setVisible(left is not None)
        self.pace.setText("" if left is None else describe_pace(left, seconds))
        self.pace.setToolTip(
            wrap_tooltip(
                say("Sentences of this list that are not marked as reviewed, and the median time of the last ones")
            )
        )

    def show_labels(self, labels: Sequence[EntityType]) -> None:
        """Offer the labels of the tag set."""
        self.labels.clear()
        self.labels.addItem(say("All types"), None)
        for label in labels:
            self.labels.addItem(label_names(label), label.label)
        self.labels.view().setMinimumWidth(scaled(220))
        self.labels.setCurrentIndex(max(0, self.labels.findData(self.filter.label)))

    def disable_error_filters(self, reason: str | None) -> None:
        """Close the filters that need predictions and say why; open them where there is no reason."""
        tips: dict[QWidget, str] = {self.errors: say(_ERRORS)}
        tips |= {button: say(_KINDS[kind][1]) for kind, button in self.kinds.items()}
        tips[self.histories] = say("Sentences by their errors in all epochs of the run up to the one that is shown")
        for widget, purpose in tips.items():
            widget.setEnabled(reason is None)
            widget.setToolTip(wrap_tooltip(reason or purpose))
        self._disable_run_orders(reason)

    def _disable_run_orders(self, reason: str | None) -> None:
        for at, order in enumerate(ORDERS):
            if Selection(order=order).needs_run:
                item = self.orders.model().item(at)  # type: ignore[attr-defined]
                item.setEnabled(reason is None)
                item.setToolTip(wrap_tooltip(reason or say(ORDER_MEANINGS[order])))


def _chooser(name: str, purpose: str, titles: Mapping[Any, str], meanings: Iterable[str] = ()) -> Chooser:
    """A combo box of values by their titles, each with what it means as its tooltip."""
    box = Chooser()
    box.setAccessibleName(name)
    box.setToolTip(wrap_tooltip(purpose))
    for value, title in titles.items():
        box.addItem(title, value)
    for at, meaning in enumerate(meanings):
        box.setItemData(at, wrap_tooltip(meaning), Qt.ItemDataRole.ToolTipRole)
    return box
