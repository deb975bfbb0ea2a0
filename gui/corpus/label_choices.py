"""The labels in files to import: those that the tag set lacks first, each to be added, or taken for another one."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QHeaderView, QTableWidget, QTableWidgetItem

from core.domain.labels import coarse_label
from core.messages.catalogue import say
from gui.look.theme import Look, font, scaled
from gui.widgets.choosers import Chooser, chooser
from gui.widgets.tables import LEFT, RIGHT, prepare_table

_MOST = 200
"""Labels that have a row; more are no labels, but a column that was taken for them."""


class LabelChoices(QTableWidget):
    """One row a label of the files.

    Attributes:
        added: the labels that are ticked, to be added to the tag set.
        renamed: the labels that are taken for others.

    Signals:
        changed: the person chose something else for a label.
    """

    changed = Signal()

    def __init__(self, look: Look) -> None:
        super().__init__(0, 3)
        self._look = look
        self._known: tuple[str, ...] = ()
        self._keeps_fine = False
        self.added: dict[str, None] = {}
        self.renamed: dict[str, str] = {}
        self._proposed: set[str] = set()
        self._counts: Counter[str] = Counter()
        self._items: dict[str, tuple[QTableWidgetItem, QTableWidgetItem]] = {}
        prepare_table(self, say("Labels in the files"), row_height=32)
        self.setSelectionMode(QTableWidget.SelectionMode.NoSelection)
        self.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        for column, words in enumerate((say("Label"), say("Spans"), say("Import as"))):
            head = QTableWidgetItem(words)
            head.setTextAlignment(RIGHT if column == 1 else LEFT)
            self.setHorizontalHeaderItem(column, head)
        header = self.horizontalHeader()
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column, width in ((1, 80), (2, 152)):
            header.resizeSection(column, scaled(width))
        self.itemChanged.connect(self._take_tick)

    def forget(self, known: Sequence[str]) -> None:
        """Begin with other files.

        Args:
            known: the tag set.
        """
        self._known = tuple(known)
        self.added, self.renamed, self._proposed, self._counts, self._items = {}, {}, set(), Counter(), {}
        self.setRowCount(0)

    @property
    def unknown(self) -> tuple[str, ...]:
        """The labels that the tag set has neither as they are nor as the type of a fine one."""
        return tuple(label for label in self._counts if self._is_unknown(label))

    def _is_unknown(self, label: str) -> bool:
        return label not in self._known and coarse_label(label) not in self._known

    def show_counts(self, counts: Counter[str], *, keeps_fine: bool) -> None:
        """Show the spans of each label; a label that was met once keeps its row while the files are read again."""
        met = {**dict.fromkeys(self._counts, 0), **counts}
        self._counts = Counter(dict(sorted(met.items(), key=lambda each: not self._is_unknown(each[0]))))
        self._keeps_fine = keeps_fine
        with QSignalBlocker(self):
            self._fill()

    def propose(self, renamed: Mapping[str, str]) -> None:
        """Choose the labels that some have become in this project, once for each; a person may choose otherwise."""
        new = {label: now for label, now in renamed.items() if label in self._counts and label not in self._proposed}
        self._proposed.update(new)
        if chosen := {
            label: now for label, now in new.items() if label not in self.added and label not in self.renamed
        }:
            self.renamed |= chosen
            self._choose()

    def _fill(self) -> None:
        labels = list(self._counts)[:_MOST]
        if labels != list(self._items):
            self._items = {}
            self.setRowCount(len(labels))
            for row, label in enumerate(labels):
                self._items[label] = self._make_row(row, label)
        for label, (name, count) in self._items.items():
            count.setText(f"{self._counts[label]:,}")
            self._show_choice(label, name)

    def _make_row(self, row: int, label: str) -> tuple[QTableWidgetItem, QTableWidgetItem]:
        name, count = QTableWidgetItem(label), QTableWidgetItem()
        name.setData(Qt.ItemDataRole.UserRole, label)
        count.setTextAlignment(RIGHT)
        count.setFont(font(tabular=True))
        if self._is_unknown(label):
            name.setFont(font(bold=True))
            name.setToolTip(say("The tag set does not have this label: tick it to add it, or choose another for it"))
        self.setItem(row, 0, name)
        self.setItem(row, 1, count)
        box = chooser(say("Import {label} as", label=label), say("The label that its spans get"))
        box.setSizeAdjustPolicy(Chooser.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.currentIndexChanged.connect(lambda _: self._rename(label, box.currentData()))
        self.setCellWidget(row, 2, box)
        return name, count

    def _show_choice(self, label: str, name: QTableWidgetItem) -> None:
        if self._is_unknown(label):
            is_added = label in self.added
            name.setCheckState(Qt.CheckState.Checked if is_added else Qt.CheckState.Unchecked)
        others = (other for other in self._known if other != label)
        items = [(self._describe(label), None), *((other, other) for other in others)]
        self.chooser(label).offer(items, self.renamed.get(label))

    def _describe(self, label: str) -> str:
        """What becomes of a label without a choice."""
        if label in self._known or (not self._is_unknown(label) and self._keeps_fine):
            return label
        if not self._is_unknown(label):
            return say("its type {label}", label=coarse_label(label))
        return label if label in self.added else say("left out")

    def chooser(self, label: str) -> Chooser:
        """The box that says what a label is taken for."""
        box = self.cellWidget(list(self._items).index(label), 2)
        assert isinstance(box, Chooser)
        return box

    def tick(self, labels: Collection[str]) -> None:
        """Tick labels."""
        self.added |= dict.fromkeys(labels)
        for label in labels:
            self.renamed.pop(label, None)
        self._choose()

    def _take_tick(self, item: QTableWidgetItem) -> None:
        label = item.data(Qt.ItemDataRole.UserRole)
        if label is None:
            return
        if item.checkState() == Qt.CheckState.Checked:
            self.tick([label])
        elif label in self.added:
            del self.added[label]
            self._choose()

    def _rename(self, label: str, other: str | None) -> None:
        self.renamed.pop(label, None)
        if other is not None:
            self.renamed[label] = other
            self.added.pop(label, None)
        self._choose()

    def _choose(self) -> None:
        with QSignalBlocker(self):
            self._fill()
        self.changed.emit()
