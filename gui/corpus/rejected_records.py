"""The records that imports skipped: grouped by reason, searched, cleared and shown again."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from PySide6.QtCore import QSize, QSortFilterProxyModel, Qt, Signal
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QSizePolicy,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from core.messages.catalogue import mark, say
from core.store.sentences import REJECTED_KEPT, ImportedFile
from gui.look.theme import scaled
from gui.text.wording import wrap_tooltip
from gui.widgets.tables import LEFT, RIGHT
from gui.widgets.text_fields import LineField
from gui.widgets.text_labels import PlainLabel

RejectedRecord = Mapping[str, str | int | None]

_HEADS = (mark("Why it was skipped"), mark("Records"), mark("File"), mark("Line"))
REASON, RECORDS, FILE, LINE = range(len(_HEADS))


_ROW_HEIGHT = 28


def group_by_reason(records: Sequence[RejectedRecord]) -> list[list[RejectedRecord]]:
    """The records that were rejected for one reason, the most frequent first; older versions kept its words alone."""
    groups: dict[object, list[RejectedRecord]] = defaultdict(list)
    for record in records:
        groups[record.get("kind") or record["reason"]].append(record)
    return sorted(groups.values(), key=len, reverse=True)


class RejectedModel(QStandardItemModel):
    """A row for each reason, with its first record and how many there are; those of several records open to them."""

    def show_records(self, records: Sequence[RejectedRecord]) -> None:
        self.clear()
        self.setHorizontalHeaderLabels([say(words) for words in _HEADS])
        for section in (RECORDS, LINE):
            self.horizontalHeaderItem(section).setTextAlignment(RIGHT)
        for group in group_by_reason(records):
            row = _row_of(group[0], f"{len(group):,}")
            for record in group if len(group) > 1 else ():
                row[REASON].appendRow(_row_of(record, ""))
            self.appendRow(row)


def _row_of(record: RejectedRecord, count: str) -> list[QStandardItem]:
    line = "–" if record["line"] is None else str(record["line"])
    row = [QStandardItem(words) for words in (str(record["reason"]), count, str(record["file"]), line)]
    for column, item in enumerate(row):
        item.setEditable(False)
        item.setTextAlignment(RIGHT if column in (RECORDS, LINE) else LEFT)
        item.setToolTip(wrap_tooltip(item.text()))
        item.setSizeHint(QSize(0, scaled(_ROW_HEIGHT)))
    return row


class RejectedTree(QTreeView):
    """Shows a `RejectedModel`, and of it what is searched for.

    Attributes:
        found: the rows that are shown.
    """

    def __init__(self) -> None:
        super().__init__()
        self._rows = RejectedModel(self)
        self.found = QSortFilterProxyModel(self, filterKeyColumn=-1, recursiveFilteringEnabled=True)
        self.found.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.found.setSourceModel(self._rows)
        self.setModel(self.found)
        self.setAccessibleName(say("Skipped records"))
        self.setUniformRowHeights(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)

    def show_records(self, records: Sequence[RejectedRecord]) -> None:
        """Show these records, in the order of the files."""
        self._rows.show_records(records)
        header = self.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(REASON, QHeaderView.ResizeMode.Stretch)
        for column, width in ((RECORDS, 88), (FILE, 160), (LINE, 88)):
            header.resizeSection(column, scaled(width))

    def search(self, text: str) -> None:
        """Show the records whose reason, file or line contains a text, ignoring case."""
        self.found.setFilterFixedString(text)
        if text:
            self.expandAll()
        else:
            self.collapseAll()


class RejectedPanel(QWidget):
    """One line that says how many records were skipped, and their list where it is wanted.

    Signals:
        cleared: the line is to go until an import skips more.
    """

    cleared = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.tree = RejectedTree()
        self.title = PlainLabel()
        self.title.setProperty("role", "heading")
        self.searched = LineField(say("Search"), clearable=True)
        self.searched.setAccessibleName(say("Search the skipped records"))
        self.unfold = QPushButton()
        self.unfold.setCheckable(True)
        self.unfold.setAccessibleName(say("Show the skipped records"))
        self.clear = QPushButton(say("Clear"))
        self.clear.setToolTip(
            say("Hide these records until an import skips more; their number in the Files view shows them again")
        )
        self._lay_out()
        self.unfold.toggled.connect(self._unfold)
        self.searched.edited.connect(lambda: self.tree.search(self.searched.seen_text))
        self.clear.clicked.connect(self.cleared)
        self._unfold(False)

    def _lay_out(self) -> None:
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self.title, 1)
        line.addWidget(self.searched)
        for button in (self.unfold, self.clear):
            button.setProperty("flat", True)
            line.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 0)
        layout.addLayout(line)
        layout.addWidget(self.tree, 1)

    def show_imports(self, imports: Sequence[ImportedFile]) -> None:
        """List the records that these imports skipped."""
        records = [record for imported in imports for record in imported.rejected]
        self.title.setText(_count_rejected(sum(imported.rejections for imported in imports), len(records)))
        self.tree.show_records(records)
        self.tree.search(self.searched.seen_text)

    def show_file(self, file: str) -> None:
        """Show the skipped records of a file."""
        self.show()
        self.unfold.setChecked(True)
        self.searched.setText(file)

    def _unfold(self, is_unfolded: bool) -> None:
        """Show the list, or the line alone."""
        self.unfold.setText(say("Hide") if is_unfolded else say("Show"))
        self.tree.setVisible(is_unfolded)
        self.searched.setVisible(is_unfolded)
        self.searched.clear()
        vertical = QSizePolicy.Policy.Expanding if is_unfolded else QSizePolicy.Policy.Fixed
        self.setSizePolicy(QSizePolicy.Policy.Preferred, vertical)


def _count_rejected(rejected: int, listed: int) -> str:
    if listed < rejected:
        return say(
            "Skipped records: {count:,} (the first {kept:,} of each file are listed)",
            count=rejected,
            kept=REJECTED_KEPT,
        )
    return say("Skipped records: {count:,}", count=rejected)
