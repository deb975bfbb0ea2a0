"""The menu of a span, or of selected characters: what is wrong with it, and all that can be done with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget, QWidgetAction

from core.metrics.comparison import Comparison
from gui.keys.commands import Name, native
from gui.keys.keymap import Keymap
from gui.sentence.span_selection import TextSelection, comparison_of
from gui.text.inspect import explained
from gui.widgets.text_labels import PlainLabel

_LONGEST = 40
_TEXTS: dict[Name, str] = {
    "accept": "Accept the predicted span",
    "remove": "Remove",
    "identical": "Label all identical…",
    "extend": "Extend to whole eojeols",
    "shrink": "Shrink",
    "copy": "Copy text",
}
"""The commands in the menu, and what it calls them."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a menu is about: what is selected in a sentence."""

    text: str
    selection: TextSelection
    comparisons: tuple[Comparison, ...]
    is_editable: bool

    @property
    def words(self) -> str:
        """The selected text, cut where it is long, and its label."""
        text = self.text[self.selection.start : self.selection.end]
        short = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
        return f"{short}  {self.selection.label}".rstrip()


class SpanMenu(QMenu):
    """Shown once, and gone when it is closed.

    Signals:
        labelled: the person wants this label on it.
        kept: the person wants this label on all that the mouse selects.
    """

    labelled = Signal(str)
    kept = Signal(str)

    def __init__(
        self,
        subject: Subject,
        labels: Mapping[str, str],
        actions: Mapping[Name, QAction],
        keymap: Keymap,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._say(subject.words, role="heading")
        comparison = comparison_of(subject.comparisons, subject.selection)
        if comparison is not None and comparison.is_error:
            self._say(explained(comparison, subject.text), role="error")
        self.addSeparator()
        self.addMenu(self._labels(subject, labels))
        for name, text in _TEXTS.items():
            actions[name].setText(text)
            self.addAction(actions[name])
            if name in ("identical", "shrink"):
                self.addSeparator()
        if subject.selection.label in labels:
            label = subject.selection.label
            keys = keymap.keys("sticky")
            key = f"\t{native(keys[0])}" if keys else ""
            self.addAction(f"Keep {label} for all that the mouse selects{key}", lambda: self.kept.emit(label))

    def _say(self, words: str, *, role: str) -> None:
        label = PlainLabel(words)
        label.setProperty("role", role)
        label.setContentsMargins(12, 4, 24, 4)
        said = QWidgetAction(self)
        said.setDefaultWidget(label)
        said.setEnabled(False)
        self.addAction(said)

    def _labels(self, subject: Subject, labels: Mapping[str, str]) -> QMenu:
        """Every label of the tag set with its key; that of the gold span is marked."""
        menu = QMenu("Relabel" if subject.selection.kind == "gold" else "Label", self)
        menu.setEnabled(subject.is_editable)
        for label, caption in labels.items():
            action = menu.addAction(caption, partial(self.labelled.emit, label))
            action.setCheckable(True)
            action.setChecked(subject.selection.kind == "gold" and subject.selection.label == label)
        return menu
