"""Tables with a column a split, whose counts lead to the sentences that they count, and that of the types."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QAbstractItemView, QStyledItemDelegate, QStyleOptionViewItem, QTableWidgetItem, QWidget

from core.domain.spans import SPLITS, Split
from core.messages.catalogue import say
from core.store.project import Project
from core.store.sentence_selection import Selection
from gui.look.theme import Look, scaled
from gui.widgets.tables import Index, LabelItem, SplitTable, count_cells

_LINK = Qt.ItemDataRole.UserRole + 1
_SHARE = Qt.ItemDataRole.UserRole + 2


class LinkedTable(SplitTable):
    """Counts by split, with bars; each leads to the sentences that it counts.

    Args:
        further: the titles of columns after those of the splits.

    Signals:
        linked: what a cell leads to, most often the `Selection` of these sentences.
    """

    linked = Signal(object)

    def __init__(self, title: str, purpose: str, look: Look, further: Sequence[str] = ()) -> None:
        super().__init__(title, purpose, row_height=28, further=further)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectItems)
        self.setItemDelegate(_BarDelegate(look, self))
        self.setMouseTracking(True)
        self.cellClicked.connect(self._follow)

    def fill(self, row: int, cells: Sequence[QTableWidgetItem], *, bold: bool = False) -> None:
        """Show one thing; its cells cannot be chosen before they lead somewhere."""
        super().fill(row, cells, bold=bold)
        for item in cells:
            item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsSelectable)

    def lead(self, row: int, column: int, link: object, purpose: str, *, share: float = 0.0) -> None:
        """Have a cell lead somewhere, with a bar of this share (0–1)."""
        item = self.item(row, column)
        assert item is not None, "a row is filled first"
        item.setData(_LINK, link)
        item.setData(_SHARE, share)
        item.setToolTip(purpose)
        item.setFlags(item.flags() | Qt.ItemFlag.ItemIsSelectable)

    def lead_to_sentences(self, row: int, links: Mapping[Split, object], shares: Mapping[Split, float]) -> None:
        """Have the counts of a row lead to their sentences, with bars of these shares."""
        for column, split in enumerate(SPLITS, 1):
            if split in links:
                purpose = say("Show these sentences in Inspect")
                self.lead(row, column, links[split], purpose, share=shares.get(split, 0.0))

    def _follow(self, row: int, column: int) -> None:
        if (link := _link_of(self.item(row, column))) is not None:
            self.linked.emit(link)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        is_link = _link_of(self.itemAt(event.position().toPoint())) is not None
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if is_link else Qt.CursorShape.ArrowCursor)
        super().mouseMoveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._follow(self.currentRow(), self.currentColumn())
        else:
            super().keyPressEvent(event)


def _link_of(item: QTableWidgetItem | None) -> object:
    return item.data(_LINK) if item is not None else None


class _BarDelegate(QStyledItemDelegate):
    """Paints a bar below a number, as long as its share."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)
        share = index.data(_SHARE)
        if share:
            room = option.rect.adjusted(scaled(16), 0, -scaled(8), 0)
            width = max(1, round(share * room.width()))
            ink = QColor(self._look.theme.accent)
            ink.setAlphaF(0.5)
            painter.fillRect(room.right() - width + 1, room.bottom() - scaled(4), width, scaled(2), ink)


class SummaryTable(LinkedTable):
    """Rows are types, columns splits; sentences first. The name of a type links to its label, for its strings."""

    def __init__(self, look: Look) -> None:
        super().__init__(say("Gold spans"), say("Sentences and gold spans by split"), look)
        self._look = look
        self._sentences: dict[Split, int] = {}

    def show_project(self, project: Project) -> None:
        """Show what a project holds now."""
        self._sentences = {split: project.sentences.count(split) for split in SPLITS}
        self.show_spans(project)

    def show_spans(self, project: Project) -> None:
        """Show it after a correction, which changes spans alone: counting all sentences takes too long."""
        counts = project.sentences.label_counts()
        labels = [label for label in project.sentences.labels() if any((split, label) in counts for split in SPLITS)]
        self.setRowCount(len(labels) + 2)
        self.fill(0, [QTableWidgetItem(say("Sentences")), *count_cells(self._sentences)], bold=True)
        self.lead_to_sentences(0, {split: Selection(split) for split, count in self._sentences.items() if count}, {})
        totals = {split: sum(n for (other, _), n in counts.items() if other == split) for split in SPLITS}
        self.fill(1, [QTableWidgetItem(say("Spans")), *count_cells(totals)], bold=True)
        most = {split: max((n for (other, _), n in counts.items() if other == split), default=1) for split in SPLITS}
        for row, label in enumerate(labels, start=2):
            of_label = {split: counts.get((split, label), 0) for split in SPLITS}
            self.fill(row, [LabelItem(label, self._look), *count_cells(of_label)])
            self.lead(row, 0, label, say("Show the strings that are most often {label}", label=label))
            found = {split: count for split, count in of_label.items() if count}
            selections = {split: Selection(split, label=label) for split in found}
            self.lead_to_sentences(row, selections, {split: count / most[split] for split, count in found.items()})
