"""The filter bar above the list."""

from collections.abc import Sequence
from dataclasses import replace
from typing import get_args

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from core.domain.labels import EntityType
from core.domain.spans import SPLITS
from core.store.selection import ErrorKind
from gui.choosers import Chooser
from gui.inspect.filtering import Filter
from gui.inspect.queue_bar import QueueBar
from gui.inspect.words import PATH_MEANINGS, PATH_WORDS, label_names, selection_words
from gui.keys.commands import tip
from gui.keys.keymap import Keymap
from gui.line_field import LineField
from gui.plain_label import PlainLabel
from gui.words import wrapped

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
    """Shows and changes a `Filter`.

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
        self.all = _chip("All", "Every sentence of the split")
        self.errors = _chip("Errors", "Sentences in which predicted and gold differ")
        self.kinds = {kind: _chip(kind, _KIND_TIPS[kind]) for kind in get_args(ErrorKind)}
        self.corrected = _chip("corrected", "Sentences whose gold was corrected")
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
        self.asked = _chip("", "Remove this filter")
        self._timer = QTimer(self, singleShot=True, interval=SEARCH_DELAY)
        self.show_labels(())
        self._lay_out()
        self._connect()
        self._name_key()
        self.show_filter(self.filter)

    def _lay_out(self) -> None:
        separator = PlainLabel("·")
        separator.setProperty("role", "hint")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 8)
        layout.setSpacing(8)
        layout.addLayout(_row(self.split, self.all, self.errors, None, self.paths))
        layout.addLayout(_row(*self.kinds.values(), separator, self.corrected, None))
        search = _row(self.labels, self.search)
        search.setStretch(1, 1)
        layout.addLayout(search)
        layout.addWidget(self.queue)
        layout.addLayout(_row(self.asked, None, self.queue.said))
        self.labels.setFixedWidth(208)

    def _connect(self) -> None:
        self.split.activated.connect(lambda: self._change(replace(self.filter, split=self.split.currentData())))
        self.all.clicked.connect(self._show_all)
        self.errors.clicked.connect(lambda: self._change(self.filter.with_errors(True)))
        for kind, chip in self.kinds.items():
            chip.clicked.connect(lambda on, kind=kind: self._change(self.filter.with_kind(kind, on)))
        self.corrected.clicked.connect(lambda on: self._change(replace(self.filter, corrected=on)))
        self.paths.activated.connect(lambda: self._change(replace(self.filter, path=self.paths.currentData())))
        self.labels.activated.connect(lambda: self._change(self.filter.with_label(self.labels.currentData())))
        self.asked.clicked.connect(lambda: self._change(replace(self.filter, asked=None)))
        self.queue.changed.connect(self._change)
        for box in (self.split, self.paths, self.labels, self.queue.orders, self.queue.reviews):
            box.picked.connect(self.picked)
        self.search.edited.connect(self._timer.start)
        self.search.returnPressed.connect(self._search)
        self._timer.timeout.connect(self._search)
        self._keymap.changed.connect(self._name_key)

    def _name_key(self) -> None:
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
        """Stand at this filter; nothing is told."""
        self.filter = shown
        self.split.setCurrentText(shown.split)
        self.all.setChecked(not shown.errors and shown.asked is None)
        self.errors.setChecked(shown.errors)
        for kind, chip in self.kinds.items():
            chip.setChecked(kind in shown.kinds)
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

    def forbid_errors(self, reason: str | None) -> None:
        """Close the filters that need predictions and say why; open them where there is no reason."""
        tips: dict[QWidget, str] = {self.errors: "Sentences in which predicted and gold differ"}
        tips |= {chip: _KIND_TIPS[kind] for kind, chip in self.kinds.items()}
        tips[self.paths] = "Sentences by what became of them over the epochs of the run, up to the one looked at"
        for widget, purpose in tips.items():
            widget.setEnabled(reason is None)
            widget.setToolTip(wrapped(reason or purpose))
        self.queue.forbid_signals(reason)


def _chip(text: str, purpose: str) -> QToolButton:
    chip = QToolButton()
    chip.setText(text)
    chip.setToolTip(purpose)
    chip.setCheckable(True)
    chip.setProperty("chip", True)
    chip.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return chip


def _row(*widgets: QWidget | None) -> QHBoxLayout:
    """The widgets side by side; None is a stretch."""
    row = QHBoxLayout()
    row.setSpacing(4)
    for widget in widgets:
        if widget is None:
            row.addStretch(1)
        else:
            row.addWidget(widget)
    return row
