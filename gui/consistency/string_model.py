"""The inconsistent strings as a table: how each is labelled, and how many places are exceptions."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFont
from PySide6.QtWidgets import QGridLayout, QWidget

from core.analysis.consistency import Inconsistency, Kind, StringTally
from core.domain.spans import SPLITS, Split
from core.messages.catalogue import join_words, mark, say
from gui.look.theme import LIST_SIZE, Look, font
from gui.text.wording import wrap_tooltip
from gui.widgets.choosers import chooser
from gui.widgets.tables import LEFT, RIGHT, ROOT, Index
from gui.widgets.text_fields import LineField

TEXT, LABELLED, EXCEPTIONS = range(3)
_TITLES = (mark("String"), mark("How it is labelled"), mark("Exceptions"))


@dataclass(frozen=True, slots=True)
class StringFilter:
    """Which strings are listed; every condition that is set must be met.

    Attributes:
        accepted: whether those that are right as they are are listed, instead of all others.
    """

    text: str = ""
    kind: Kind | None = None
    label: str | None = None
    split: Split | None = None
    accepted: bool = False

    def takes(self, found: Inconsistency) -> bool:
        return (
            self.text.casefold() in found.text.casefold()
            and (self.kind is None or self.kind in found.scores)
            and (self.label is None or self.label in found.labels)
            and (self.split is None or any(use.split == self.split for use in found.uses))
        )

    def score(self, found: Inconsistency) -> float:
        return found.score if self.kind is None else found.scores[self.kind]


class StringModel(QAbstractTableModel):
    """The strings that a filter takes, the likeliest mistakes first.

    A string whose counts change stays where it is, and is checked off once it is consistent.
    """

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._all: dict[str, Inconsistency] = {}
        self._rows: list[str] = []
        self.accepted: frozenset[str] = frozenset()
        self._bold = font(LIST_SIZE, bold=True)

    def show(self, found: dict[str, Inconsistency], accepted: frozenset[str], chosen: StringFilter) -> None:
        """Show what was found, in its order, and keep it up to date; accepted strings are right as they are."""
        self._all = found
        self.accepted = accepted
        self.filter(chosen)

    def filter(self, chosen: StringFilter) -> None:
        """Show other ones of them; what is consistent by now goes."""
        self.beginResetModel()
        taken = [
            each
            for each in self._all.values()
            if each.scores and (each.text in self.accepted) == chosen.accepted and chosen.takes(each)
        ]
        if chosen.kind is not None:
            taken.sort(key=chosen.score, reverse=True)
        self._rows = [each.text for each in taken]
        self.endResetModel()

    def update(self, tally: StringTally, strings: Iterable[str]) -> None:
        """Show the new counts of some strings; row order is unchanged."""
        for string in strings:
            if string in self._all or tally.of(string).scores:
                self._all[string] = tally.of(string)
        if self._rows:
            self.dataChanged.emit(self.index(0, TEXT), self.index(len(self._rows) - 1, EXCEPTIONS))

    def accept(self, accepted: frozenset[str], chosen: StringFilter) -> None:
        """Check off strings that are right as they are; one that is asked about again comes back."""
        again = self.accepted - accepted
        self.accepted = accepted
        if again - set(self._rows):
            self.filter(chosen)
        elif self._rows:
            self.dataChanged.emit(self.index(0, TEXT), self.index(len(self._rows) - 1, EXCEPTIONS))

    def is_open(self, found: Inconsistency) -> bool:
        """Whether a string is inconsistent and not said to be right as it is."""
        return bool(found.scores) and found.text not in self.accepted

    @property
    def found(self) -> int:
        """How many strings are inconsistent, under any filter."""
        return sum(map(self.is_open, self._all.values()))

    @property
    def settled(self) -> int:
        """How many of the listed strings are consistent by now, or right as they are."""
        return sum(not self.is_open(self._all[text]) for text in self._rows)

    @property
    def labels(self) -> set[str]:
        """The labels of all strings that were found."""
        return {label for each in self._all.values() for label in each.labels}

    def at(self, row: int) -> Inconsistency:
        return self._all[self._rows[row]]

    def row_of(self, text: str) -> int | None:
        return self._rows.index(text) if text in self._rows else None

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(_TITLES)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT if section == EXCEPTIONS else LEFT
        is_words = role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole)
        return say(_TITLES[section]) if is_words else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        found, column = self.at(index.row()), index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._cell(found, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return wrap_tooltip(found.text, ways(found))
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT if column == EXCEPTIONS else LEFT
        return self._style(found, column, role)

    def _cell(self, found: Inconsistency, column: int) -> str:
        if column == TEXT:
            return found.text
        if column == LABELLED:
            return ways(found)
        if not self.is_open(found):
            return "✓"
        return say("{exceptions:,} of {places:,}", exceptions=found.exceptions, places=found.places)

    def _style(self, found: Inconsistency, column: int, role: int) -> QFont | QColor | None:
        if role == Qt.ItemDataRole.FontRole:
            return self._bold if column == TEXT and self.is_open(found) else font(tabular=True)
        if role == Qt.ItemDataRole.ForegroundRole and not self.is_open(found):
            return QColor(self._look.theme.muted)
        return None


def ways(found: Inconsistency) -> str:
    """`LC 113 · OG 11 · other edges 8 · no label 6`."""
    parts = [f"{label} {number:,}" for label, number in found.labels.items()]
    if edges := found.count("edge"):
        parts.append(say("other edges {count:,}", count=edges))
    if unlabelled := found.count("none"):
        parts.append(say("no label {count:,}", count=unlabelled))
    return " · ".join(parts)


def kinds_in_words(kinds: Iterable[Kind]) -> str:
    """`several labels, not labelled everywhere`."""
    return join_words(say(KIND_WORDS[kind]) for kind in kinds)


KIND_WORDS: dict[Kind, str] = {
    "labels": mark("several labels"),
    "edges": mark("several edges"),
    "missed": mark("not labelled everywhere"),
}
_KIND_CHOICES: dict[Kind, str] = {
    "labels": mark("Several labels"),
    "edges": mark("Several edges"),
    "missed": mark("Not labelled everywhere"),
}
_ACCEPTED = "accepted"
"""The choice of strings that are right as they are, among the kinds."""


SEARCH_DELAY = 250
"""Milliseconds after the last keystroke before the list is filtered and the places of its first string are found."""


_IN_ONE_ROW = ((0, 0, 1, 1), (0, 1, 1, 1), (0, 2, 1, 1), (0, 3, 1, 1))
_IN_THREE_ROWS = ((0, 0, 1, 2), (1, 0, 1, 2), (2, 0, 1, 1), (2, 1, 1, 1))
"""Row, column and their spans for text, kind, label and split."""


class StringFilterBar(QWidget):
    """Makes a `StringFilter`.

    Signals:
        changed: it is another one.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("bar", True)
        self.text = LineField(say("Search strings"), clearable=True)
        self.text.setAccessibleName(say("Search strings"))
        self.kind = chooser(say("Kind"), say("How the string is labelled inconsistently, or those right as they are"))
        self.kind.addItem(say("Any kind"), None)
        for kind, words in _KIND_CHOICES.items():
            self.kind.addItem(say(words), kind)
        self.kind.addItem(say("Right as it is"), _ACCEPTED)
        self.label = chooser(say("Label"), say("A label that some of its spans have"))
        self.split = chooser(say("Split"), say("A split that contains it"))
        self.split.addItem(say("All splits"), None)
        for split in SPLITS:
            self.split.addItem(split, split)
        self.show_labels([])
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(16, 8, 16, 8)
        self._grid.setSpacing(8)
        self.lay_out(is_low=False)
        self._timer = QTimer(self, singleShot=True, interval=SEARCH_DELAY)
        self._timer.timeout.connect(self.changed)
        self.text.edited.connect(lambda: self._timer.start())
        self.text.returnPressed.connect(self._change)
        for box in (self.kind, self.label, self.split):
            box.currentIndexChanged.connect(lambda _: self._change())

    def _change(self) -> None:
        self._timer.stop()
        self.changed.emit()

    def lay_out(self, *, is_low: bool) -> None:
        """Place the controls in one row, or in three narrow ones."""
        cells = _IN_ONE_ROW if is_low else _IN_THREE_ROWS
        for control, cell in zip((self.text, self.kind, self.label, self.split), cells, strict=True):
            self._grid.addWidget(control, *cell)
        self._grid.setColumnStretch(0, int(is_low))

    @property
    def filter(self) -> StringFilter:
        kind = self.kind.currentData()
        return StringFilter(
            self.text.seen_text.strip(),
            None if kind == _ACCEPTED else kind,
            self.label.currentData(),
            self.split.currentData(),
            accepted=kind == _ACCEPTED,
        )

    def show_labels(self, labels: list[str]) -> None:
        """Offer these labels; the chosen one stays chosen if it is among them."""
        chosen = self.label.currentData()
        items = [(say("Any label"), None), *((label, label) for label in labels)]
        self.label.offer(items, chosen if chosen in labels else None)
