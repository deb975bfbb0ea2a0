"""The lines of a dictionary as a table that is typed into: strings, labels, what they find, what is wrong with them."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, Qt, Signal
from PySide6.QtGui import QColor

from core.messages.catalogue import mark, say
from core.services.dictionary_draft import COUNTED, DraftLine, DraftReport
from gui.look.theme import Look, font
from gui.text.wording import wrap_tooltip
from gui.widgets.tables import ROOT, Column, Index

STRING, LABEL, POOL, TRAIN, DEV, GOLD, NOTE = range(7)
_FOUND = mark("Places that it finds in this section")
_COLUMNS = (
    Column(mark("String or /expression/")),
    Column(mark("Label")),
    Column(mark("Pool"), _FOUND, is_number=True),
    Column(mark("Train"), _FOUND, is_number=True),
    Column(mark("Dev"), _FOUND, is_number=True),
    Column(
        mark("Gold agrees"),
        mark("At how many of its places in train and dev the gold has just this span and label"),
        is_number=True,
    ),
    Column(mark("Note")),
)
_UNKNOWN = "…"


class DraftModel(QAbstractTableModel):
    """The lines, and a blank one below them; what is typed there is a new line.

    Signals:
        edited: the lines are others.
    """

    edited = Signal()

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._lines: list[DraftLine] = []
        self._report: DraftReport | None = None
        self._indices: list[int | None] = []
        self._first_label = ""

    @property
    def lines(self) -> tuple[DraftLine, ...]:
        """As they are typed now."""
        return tuple(self._lines)

    def show_lines(self, lines: Iterable[DraftLine], first_label: str) -> None:
        """Show these lines.

        Args:
            first_label: the label that a first line gets; later ones get that of the line before.
        """
        self.beginResetModel()
        self._lines, self._first_label = list(lines), first_label
        self._report, self._indices = None, [None] * len(self._lines)
        self.endResetModel()

    def show_report(self, report: DraftReport) -> None:
        """Show what is known of the lines, which are still those that the report is of."""
        self._report, self._indices = report, list(range(len(self._lines)))
        if self._lines:
            self.dataChanged.emit(self.index(0, POOL), self.index(len(self._lines) - 1, NOTE))

    def add(self, lines: Sequence[DraftLine]) -> None:
        """Add lines at the end; one without a label gets that of the line before."""
        if lines:
            first = len(self._lines)
            self.beginInsertRows(ROOT, first, first + len(lines) - 1)
            for line in lines:
                self._lines.append(line if line.label else line._replace(label=self._next_label))
                self._indices.append(None)
            self.endInsertRows()
            self.edited.emit()

    @property
    def _next_label(self) -> str:
        return self._lines[-1].label if self._lines else self._first_label

    def remove(self, rows: Iterable[int]) -> None:
        """Remove lines; the blank one stays."""
        gone = sorted({row for row in rows if row < len(self._lines)}, reverse=True)
        for row in gone:
            self.beginRemoveRows(ROOT, row, row)
            del self._lines[row], self._indices[row]
            self.endRemoveRows()
        if gone:
            self.edited.emit()

    def find(self, text: str, after: int) -> int | None:
        """The next row after one that contains a text, from the first again after the last; None: there is none."""
        rows = [*range(after + 1, len(self._lines)), *range(min(after + 1, len(self._lines)))]
        return next((row for row in rows if text.casefold() in self._lines[row].written.casefold()), None)

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._lines) + 1

    def columnCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(_COLUMNS)

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsEditable if index.column() in (STRING, LABEL) else flags

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        return _COLUMNS[section].read_head(role) if orientation == Qt.Orientation.Horizontal else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, column = index.row(), index.column()
        is_blank = row == len(self._lines)
        if role == Qt.ItemDataRole.DisplayRole and is_blank and column == STRING:
            return say("Type a new entry…")
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return "" if is_blank else self._cell(row, column)
        if role == Qt.ItemDataRole.ToolTipRole and column in (STRING, NOTE) and not is_blank:
            return wrap_tooltip(self._cell(row, column))
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _COLUMNS[column].alignment
        if role == Qt.ItemDataRole.FontRole:
            return font(bold=column == LABEL, tabular=column >= POOL)
        if role == Qt.ItemDataRole.ForegroundRole:
            return self._ink(row, column, is_blank=is_blank)
        return None

    def _cell(self, row: int, column: int) -> str:
        line, index, report = self._lines[row], self._indices[row], self._report
        if column in _TYPED:
            return _TYPED[column](line)
        if line.is_blank:
            return ""
        if report is None or index is None:
            return "" if column == NOTE else _UNKNOWN
        if column == NOTE:
            return report.problems.get(index) or report.notices.get(index, "")
        return _describe_figure(report, index, column)

    def _ink(self, row: int, column: int, *, is_blank: bool) -> QColor | None:
        theme = self._look.theme
        if is_blank:
            return QColor(theme.muted)
        if column == LABEL and (label := self._lines[row].label):
            return QColor(theme.label(label).ink)
        if column == NOTE:
            is_problem = self._report is not None and self._indices[row] in self._report.problems
            return QColor(theme.error if is_problem else theme.muted)
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        row, column = index.row(), index.column()
        if role != Qt.ItemDataRole.EditRole or column not in (STRING, LABEL):
            return False
        if row == len(self._lines):
            if not value:
                return False
            self._begin_line()
        changed = self._lines[row]._replace(**{"written" if column == STRING else "label": value})
        if changed != self._lines[row]:
            self._lines[row], self._indices[row] = changed, None
            self.dataChanged.emit(self.index(row, 0), self.index(row, NOTE))
            self.edited.emit()
        return True

    def _begin_line(self) -> None:
        """Make a line of the blank one; another blank one follows."""
        after = len(self._lines) + 1
        self.beginInsertRows(ROOT, after, after)
        self._lines.append(DraftLine("", self._next_label))
        self._indices.append(None)
        self.endInsertRows()


_TYPED: dict[int, Callable[[DraftLine], str]] = {STRING: lambda line: line.written, LABEL: lambda line: line.label}


def _describe_figure(report: DraftReport, index: int, column: int) -> str:
    """A figure of a line as far as it is known."""
    if index in report.problems:
        return ""
    if report.failure or (report.total and not report.read):
        return _UNKNOWN
    if column != GOLD:
        return f"{report.found[COUNTED[column - POOL]][index]:,}"
    judged = report.judged[index]
    return say("{agreeing:,} of {judged:,}", agreeing=report.agreeing[index], judged=judged) if judged else "–"
