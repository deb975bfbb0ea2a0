"""The filter bar above the list."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import get_args

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from core.analysis.changes import SentenceHistory
from core.domain.labels import EntityType
from core.domain.spans import SPLITS, Split
from core.metrics.comparison import Comparison, Outcome
from core.store.sentence_selection import ALL_ERRORS, ERROR_KINDS, ErrorKind, ReviewState, Selection
from core.store.signal_store import ORDERS, Order
from gui.keys.commands import tip
from gui.keys.keymap import Keymap
from gui.look.theme import scaled
from gui.text.inspect import (
    ORDER_MEANINGS,
    ORDER_WORDS,
    PATH_MEANINGS,
    PATH_WORDS,
    REVIEW_WORDS,
    label_names,
    pace_words,
    selection_words,
)
from gui.text.words import wrapped
from gui.widgets.choosers import Chooser, chip
from gui.widgets.flow import FlowLayout
from gui.widgets.line_field import LineField
from gui.widgets.text_labels import PlainLabel


@dataclass(frozen=True, slots=True)
class Filter:
    """The state of the filter bar.

    Attributes:
        kinds: the kinds of errors to show; all of them when empty and `errors` is on.
        asked: what another page asked to see; stands in place of errors, kinds and label until one of them is touched.
    """

    split: Split = "dev"
    errors: bool = False
    kinds: frozenset[ErrorKind] = frozenset()
    corrected: bool = False
    label: str | None = None
    text: str = ""
    path: SentenceHistory | None = None
    review: ReviewState | None = None
    order: Order = "import"
    asked: Selection | None = None

    @property
    def selection(self) -> Selection:
        base = self.asked or Selection(outcomes=self._outcomes(), label=self.label)
        own = replace(base, split=self.split, text=self.text, corrected=self.corrected, history=self.path)
        return replace(own, review=self.review, order=self.order)

    @property
    def is_queue(self) -> bool:
        """Whether the list is there to be worked through."""
        return self.order != "import" or self.review == "open"

    def _outcomes(self) -> tuple[Outcome, ...]:
        if not self.errors:
            return ()
        chosen = {outcome for kind in self.kinds for outcome in ERROR_KINDS[kind]}
        return tuple(outcome for outcome in ALL_ERRORS if outcome in chosen or not self.kinds)

    def with_errors(self, errors: bool) -> "Filter":
        """All sentences, or those with an error of any kind."""
        return replace(self, errors=errors, kinds=frozenset(), asked=None)

    def with_kind(self, kind: ErrorKind, on: bool) -> "Filter":
        """One kind of error more or less; the last one gone leaves all sentences."""
        kinds = self.kinds | {kind} if on else self.kinds - {kind}
        return replace(self, errors=bool(kinds), kinds=kinds, asked=None)

    def without_run(self) -> "Filter":
        """What can be asked without predictions."""
        order: Order = "import" if Selection(order=self.order).needs_run else self.order
        return replace(self.with_errors(False), path=None, order=order)

    def with_label(self, label: str | None) -> "Filter":
        return replace(self, label=label, asked=None)


_STORED: dict[str, tuple[object, ...]] = {
    "split": SPLITS,
    "errors": (False, True),
    "corrected": (False, True),
    "path": (None, *get_args(SentenceHistory)),
    "review": (None, *get_args(ReviewState)),
    "order": ORDERS,
}
"""The values that a stored field of a filter can have."""


def stored_filter(shown: Filter) -> dict[str, object]:
    """A filter as JSON keeps it, without what another page asked to see."""
    fields = {name: getattr(shown, name) for name in (*_STORED, "label", "text")}
    return {**fields, "kinds": sorted(shown.kinds)}


def read_filter(stored: object) -> Filter | None:
    """The filter that `stored_filter` made; what cannot be read is as at first. None where there is nothing to read."""
    if not isinstance(stored, dict) or stored.get("split") not in SPLITS:
        return None
    fields = {name: stored[name] for name, values in _STORED.items() if name in stored and stored[name] in values}
    fields |= {name: stored[name] for name in ("label", "text") if isinstance(stored.get(name), str)}
    kinds = stored.get("kinds")
    known = frozenset(kind for kind in get_args(ErrorKind) if isinstance(kinds, list) and kind in kinds)
    return Filter(**fields, kinds=known)


def filter_of(selection: Selection) -> Filter:
    """The state that shows exactly a selection: by the bar's own buttons where they have one for it."""
    plain = Filter(
        split=selection.split,
        corrected=selection.corrected,
        text=selection.text,
        path=selection.history,
        review=selection.review,
        order=selection.order,
    )
    for known in (plain, plain.with_errors(True)):
        if known.selection == selection:
            return known
    return replace(plain, asked=selection)


def is_random_sample(selection: Selection) -> bool:
    """Whether the sentences come by chance alone, of all or of all with an error, so that they stand for the others."""
    is_whole = selection.outcomes in ((), ALL_ERRORS) and selection.review in (None, "open")
    return is_whole and selection == Selection(
        selection.split, outcomes=selection.outcomes, review=selection.review, order="random"
    )


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
        and selection.label in (None, gold, predicted)
    )


SEARCH_DELAY = 250
"""Milliseconds after the last keystroke before the search begins."""
_LONGEST_ASKED = 320
_KIND_TIPS: dict[ErrorKind, str] = {
    "missed": "Sentences with a gold span that the run did not find",
    "spurious": "Sentences with a predicted span where the gold has none",
    "edge": "Sentences with a predicted span whose start or end is wrong",
    "type": "Sentences with a predicted span whose label is wrong",
}


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
        self.split = Chooser()
        for split in SPLITS:
            self.split.addItem(split, split)
        self.split.setToolTip("The split whose sentences are listed")
        self.split.setAccessibleName("Split")
        self.all = chip("All", "Every sentence of the split")
        self.errors = chip("Errors", "Sentences in which predicted and gold differ")
        self.kinds = {kind: chip(kind, _KIND_TIPS[kind]) for kind in get_args(ErrorKind)}
        self.corrected = chip("corrected", "Sentences whose gold was corrected")
        self.paths = Chooser()
        self.paths.setAccessibleName("Path over the epochs")
        self.paths.addItem("Any path", None)
        for path, words in PATH_WORDS.items():
            self.paths.addItem(words.capitalize(), path)
            self.paths.setItemData(
                self.paths.count() - 1, f"Sentences {PATH_MEANINGS[path]}", Qt.ItemDataRole.ToolTipRole
            )
        self.labels = Chooser()
        self.labels.setAccessibleName("Label")
        self.labels.setToolTip("Only sentences with this label; with an error filter, in the error itself")
        self.search = LineField("Search text, id or note", clearable=True)
        self.search.setAccessibleName("Search")
        self.queue = QueueBar()
        self.asked = chip("", "Remove this filter")
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
        flow.add_group(self.split, self.all, self.errors, self.paths)
        flow.add_group(*self.kinds.values(), self.corrected)
        flow.add_group(self.labels, self.search)
        flow.add_group(self.queue.orders, self.queue.reviews)
        layout.addLayout(flow)
        foot = QHBoxLayout()
        foot.addWidget(self.asked)
        foot.addStretch(1)
        foot.addWidget(self.queue.said)
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
        self.paths.activated.connect(lambda: self._change(replace(self.filter, path=self.paths.currentData())))
        self.labels.activated.connect(lambda: self._change(self.filter.with_label(self.labels.currentData())))
        self.asked.clicked.connect(lambda: self._change(replace(self.filter, asked=None)))
        orders, reviews = self.queue.orders, self.queue.reviews
        orders.activated.connect(lambda: self._change(replace(self.filter, order=orders.currentData())))
        reviews.activated.connect(lambda: self._change(replace(self.filter, review=reviews.currentData())))
        for box in (self.split, self.paths, self.labels, self.queue.orders, self.queue.reviews):
            box.picked.connect(self.picked)
        self.search.edited.connect(self._timer.start)
        self.search.returnPressed.connect(self._search)
        self._timer.timeout.connect(self._search)
        self._keymap.changed.connect(self._update_key_hint)

    def _update_key_hint(self) -> None:
        self.search.setToolTip(tip("Sentences with this in their text, id or note", self._keymap.keys("find")))

    def _show_all(self) -> None:
        """Show errors or not; where it was not, drop all that keeps sentences out of the list."""
        has_errors = self.filter.errors or self.filter.asked is not None
        self._change(self.filter.with_errors(False) if has_errors else Filter(split=self.filter.split))

    def show_whether_all(self, is_all: bool) -> None:
        """Light the button of all sentences only where all are listed: some orders leave out what they cannot sort."""
        self.all.setChecked(is_all and not self.filter.errors)

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
        self.paths.setCurrentIndex(max(0, self.paths.findData(shown.path)))
        self.labels.setCurrentIndex(max(0, self.labels.findData(shown.label)))
        self.queue.show_filter(shown)
        if self.search.seen_text != shown.text:
            self.search.show_text(shown.text)
        self._timer.stop()
        self._show_asked()

    def _show_asked(self) -> None:
        asked = self.filter.asked
        self.asked.setVisible(asked is not None)
        if asked is not None:
            words = selection_words(asked)
            elided = self.asked.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, _LONGEST_ASKED)
            self.asked.setText(f"{elided}  ✕")
            self.asked.setToolTip(wrapped(f"{words}: remove this filter"))
            self.asked.setAccessibleName(f"Remove the filter {words}")
            self.asked.setChecked(True)

    def show_counts(self, sentences: int, errors: int | None) -> None:
        """Say how many sentences the split has, and how many of them have an error where that is known."""
        self.all.setText(f"All {sentences:,}")
        self.errors.setText("Errors" if errors is None else f"Errors {errors:,}")

    def show_labels(self, labels: Sequence[EntityType]) -> None:
        """Offer the labels of the tag set."""
        self.labels.clear()
        self.labels.addItem("All types", None)
        for label in labels:
            self.labels.addItem(label_names(label), label.label)
        self.labels.view().setMinimumWidth(220)
        self.labels.setCurrentIndex(max(0, self.labels.findData(self.filter.label)))

    def disable_error_filters(self, reason: str | None) -> None:
        """Close the filters that need predictions and say why; open them where there is no reason."""
        tips: dict[QWidget, str] = {self.errors: "Sentences in which predicted and gold differ"}
        tips |= {chip: _KIND_TIPS[kind] for kind, chip in self.kinds.items()}
        tips[self.paths] = "Sentences by what became of them over the epochs of the run, up to the one looked at"
        for widget, purpose in tips.items():
            widget.setEnabled(reason is None)
            widget.setToolTip(wrapped(reason or purpose))
        self.queue.disable_run_orders(reason)


class QueueBar:
    """Shows the order and the review state of a `Filter`, which the bar that it is in keeps and changes.

    Attributes:
        said: how much is left and how long the last ones took; its place is the bar's owner's business.
    """

    def __init__(self) -> None:
        self.orders, self.reviews = Chooser(), Chooser()
        self.said = PlainLabel()
        self.said.setProperty("role", "small")
        for order in ORDERS:
            self.orders.addItem(ORDER_WORDS[order], order)
            meaning = wrapped(ORDER_MEANINGS[order])
            self.orders.setItemData(self.orders.count() - 1, meaning, Qt.ItemDataRole.ToolTipRole)
        for state in (None, *get_args(ReviewState)):
            self.reviews.addItem(REVIEW_WORDS[state], state)
        self.orders.setAccessibleName("Order")
        self.reviews.setAccessibleName("Review")
        self.reviews.setToolTip(wrapped("Sentences by whether they are marked as reviewed, or that have a note"))

    def show_filter(self, shown: Filter) -> None:
        """Display this filter."""
        self.orders.setCurrentIndex(self.orders.findData(shown.order))
        self.orders.setToolTip(wrapped(ORDER_MEANINGS[shown.order]))
        self.reviews.setCurrentIndex(self.reviews.findData(shown.review))

    def disable_run_orders(self, reason: str | None) -> None:
        """Close the orders that go by what a run made of the sentences; open them where there is no reason."""
        for at, order in enumerate(ORDERS):
            if Selection(order=order).needs_run:
                item = self.orders.model().item(at)  # type: ignore[attr-defined]
                item.setEnabled(reason is None)
                item.setToolTip(wrapped(reason or ORDER_MEANINGS[order]))

    def show_pace(self, left: int | None, seconds: float | None) -> None:
        """Say how many sentences of the list are not reviewed; None where the list is no queue."""
        self.said.setVisible(left is not None)
        self.said.setText("" if left is None else pace_words(left, seconds))
        self.said.setToolTip(
            wrapped("Sentences of this list that are not marked as reviewed, and the median time of the last ones")
        )
