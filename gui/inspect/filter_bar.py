"""What the list of sentences is filtered by, how that is said, and the bar above the list."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, get_args

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from core.analysis.changes import SentenceHistory
from core.domain.labels import EntityType
from core.domain.spans import SECTIONS, SPLITS, Section
from core.messages.catalogue import join_words, mark, say
from core.store.sentence_selection import ALL_ERRORS, ErrorKind, ReviewState, Selection
from core.store.signal_store import ORDERS, Order
from gui.inspect.filter import Filter
from gui.keys.commands import tip
from gui.keys.keymap import Keymap
from gui.look.theme import scaled
from gui.text.wording import SECTION_WORDS, VERDICTS, label_names, wrap_tooltip
from gui.widgets.choosers import Chooser, chip
from gui.widgets.flow import FlowLayout
from gui.widgets.text_fields import LineField
from gui.widgets.text_labels import PlainLabel

HISTORY_WORDS: dict[SentenceHistory | None, str] = {
    None: mark("Any history"),
    "right": mark("Always right"),
    "learned": mark("Learned"),
    "forgotten": mark("Forgotten"),
    "never": mark("Never right"),
}
"""What became of sentences over the epochs of a run."""

HISTORY_MEANINGS: dict[SentenceHistory, str] = {
    "right": mark("Sentences without an error in every epoch so far"),
    "learned": mark("Sentences without an error now, with one in an earlier epoch"),
    "forgotten": mark("Sentences with an error now, without one in an earlier epoch"),
    "never": mark("Sentences with an error in every epoch so far"),
}


ORDER_WORDS: dict[Order, str] = {
    "import": mark("In order of import"),
    "uncertain": mark("Least certain first"),
    "suspicious": mark("Likely gold errors"),
    "loss": mark("Highest loss first"),
    "random": mark("Random sample"),
}

ORDER_MEANINGS: dict[Order, str] = {
    "import": mark("In the order of the corpus"),
    "uncertain": mark("First the sentences whose tags the run is least sure of: training on them teaches it most"),
    "suspicious": mark("First the sentences where the run is most certain that the gold is wrong"),
    "loss": mark("First the sentences whose gold is least likely to the run"),
    "random": mark(
        "Fixed random order. Verdicts given here, with no filters other than errors and review, estimate how many gold"
        " errors there are in all"
    ),
}

REVIEW_WORDS: dict[ReviewState | None, str] = {
    None: mark("Reviewed or not"),
    "open": mark("Not reviewed"),
    "reviewed": mark("Reviewed"),
    "noted": mark("With note"),
}


def describe_pace(left: int, seconds: float | None) -> str:
    """How many sentences are left, and how long the last ones took: `132 to review · about 11 s each`."""
    if seconds is None:
        return say("{left:,} to review", left=left)
    if seconds < 100:
        return say("{left:,} to review · about {seconds:.0f} s each", left=left, seconds=max(seconds, 1))
    return say("{left:,} to review · about {minutes:.0f} min each", left=left, minutes=seconds / 60)


def describe_selection(selection: Selection) -> str:
    """What a selection asks for of an analysis, id, labels and outcomes; the rest is seen in the filter bar."""
    sentence = say("sentence {id}", id=selection.sentence_id) if selection.sentence_id is not None else ""
    among = selection.among.words if selection.among is not None else ""
    return " · ".join(
        part for part in (among, sentence, _describe_labels(selection), _describe_outcomes(selection)) if part
    )


def _describe_labels(selection: Selection) -> str:
    gold, predicted = selection.gold_label, selection.predicted_label
    if gold and predicted and gold != predicted:
        return say("{gold} taken for {predicted}", gold=gold, predicted=predicted)
    if gold and not predicted and not selection.outcomes:
        return say("{label} in the gold", label=gold)
    if predicted and not gold and not selection.outcomes:
        return say("{label} predicted", label=predicted)
    if selection.label and not selection.compares:
        return say("{label} in the gold", label=selection.label)
    return gold or predicted or selection.label or ""


def _describe_outcomes(selection: Selection) -> str:
    outcomes, every = set(selection.outcomes), set(ALL_ERRORS)
    has_gold, has_predicted = selection.gold_label is not None, selection.predicted_label is not None
    if not has_gold and outcomes | {"missed"} == every and (has_predicted or outcomes != every):
        return say("wrong predictions (precision)")
    if not has_predicted and outcomes | {"spurious"} == every and (has_gold or outcomes != every):
        return say("gold not found (recall)")
    if outcomes == every:
        return say("errors")
    return join_words(say(words) for outcome, words in VERDICTS.items() if outcome in outcomes)


_SEARCH = mark(
    "Sentences with this in their text, id or note; file:, document:, annotator: and extra: with a name or value look"
    " in what their file says, as document:news; length:>200 and length:20-39 go by their characters"
)
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
        self.split = _chooser(say("Split"), say("The split whose sentences are listed"), {})
        self.split.setSizeAdjustPolicy(Chooser.SizeAdjustPolicy.AdjustToContents)
        self.show_sections(())
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
        self._not_of_pool = (
            *self.kinds.values(),
            self.errors,
            self.histories,
            self.corrected,
            self.labels,
            self.orders,
            self.reviews,
        )
        layout.addLayout(flow)
        foot = QHBoxLayout()
        foot.addWidget(self.asked)
        foot.addStretch(1)
        foot.addWidget(self.pace)
        layout.addLayout(foot)
        self.labels.setFixedWidth(scaled(208))
        self.search.setFixedWidth(scaled(160))

    def _connect(self) -> None:
        self.split.activated.connect(lambda: self._change(self.filter.in_section(self.split.currentData())))
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
        self.search.setToolTip(wrap_tooltip(tip(say(_SEARCH), self._keymap.keys("find"))))

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
        if self.split.findData(shown.split) < 0:
            self.show_sections((shown.split,))
        self.split.setCurrentIndex(self.split.findData(shown.split))
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
        for widget in self._not_of_pool:
            widget.setVisible(shown.split != "pool")
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

    def show_sections(self, others: Collection[Section]) -> None:
        """Offer the splits, and those of pool, set aside and deleted that have sentences, or are shown."""
        shown = self.filter.split
        offered = (each for each in SECTIONS if each in SPLITS or each in others or each == shown)
        self.split.offer([(say(SECTION_WORDS[section]), section) for section in offered], shown)

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
