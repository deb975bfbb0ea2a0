"""The order of the list and which sentences a person is through with: what to look at next, and how much is left."""

from dataclasses import replace
from typing import get_args

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from core.store.selection import ReviewState, Selection
from core.store.signals import ORDERS
from gui.choosers import Chooser
from gui.inspect.filtering import Filter
from gui.inspect.words import ORDER_MEANINGS, ORDER_WORDS, REVIEW_WORDS, pace_words
from gui.plain_label import PlainLabel
from gui.words import wrapped


class QueueBar(QWidget):
    """Shows and changes the order and the review state of a `Filter`.

    Attributes:
        said: how much is left and how long the last ones took; its place is the bar's owner's business.

    Signals:
        changed: the person chose; the new `Filter`.
    """

    changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._filter = Filter()
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
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.orders)
        layout.addWidget(self.reviews)
        layout.addStretch(1)
        self.orders.activated.connect(lambda: self._choose(replace(self._filter, order=self.orders.currentData())))
        self.reviews.activated.connect(lambda: self._choose(replace(self._filter, review=self.reviews.currentData())))

    def _choose(self, chosen: Filter) -> None:
        self.show_filter(chosen)
        self.changed.emit(chosen)

    def show_filter(self, shown: Filter) -> None:
        """Stand at this filter; nothing is told."""
        self._filter = shown
        self.orders.setCurrentIndex(self.orders.findData(shown.order))
        self.orders.setToolTip(wrapped(ORDER_MEANINGS[shown.order]))
        self.reviews.setCurrentIndex(self.reviews.findData(shown.review))

    def forbid_signals(self, reason: str | None) -> None:
        """Close the orders that go by what a run made of the sentences; open them where there is no reason."""
        for at, order in enumerate(ORDERS):
            if Selection(order=order).needs_run:
                item = self.orders.model().item(at)  # type: ignore[attr-defined]
                item.setEnabled(reason is None)
                item.setToolTip(wrapped(reason or ORDER_MEANINGS[order]))

    def say(self, left: int | None, seconds: float | None) -> None:
        """Say how many sentences of the list are not reviewed; None where the list is no queue."""
        self.said.setVisible(left is not None)
        self.said.setText("" if left is None else pace_words(left, seconds))
        self.said.setToolTip(
            wrapped("Sentences of this list that are not marked as reviewed, and the median time of the last ones")
        )
