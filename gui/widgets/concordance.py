"""The table of places: checks with Space, ids that lead to their sentences."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QKeyEvent
from PySide6.QtWidgets import (
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from core.domain.spans import Example
from core.messages.catalogue import mark, say
from gui.look.theme import LIST_SIZE, Look, font, scaled
from gui.text.wording import common_prefix, wrap_tooltip
from gui.widgets.tables import ROOT, Index, prepare_table

LEFT, STRING, RIGHT, CURRENT, PROPOSED, SENTENCE = range(6)


_TITLES = (
    mark("Left context"),
    mark("Match"),
    mark("Right context"),
    mark("Current"),
    mark("Proposed"),
    mark("Sentence"),
)

_CONTEXT = 60
"""Characters of context on either side."""


@dataclass(frozen=True, slots=True)
class Place:
    """One place as the table shows it.

    Attributes:
        label: whose ink the string has; None for that of the text.
        current, proposed: how it is labelled, and how it would be, in words; equal where nothing would change.
        is_accepted: whether a person said that it is right as it is.
        source: what it was made from.
    """

    sentence: Example
    start: int
    end: int
    label: str | None
    current: str
    proposed: str
    is_accepted: bool = False
    source: Any = None

    @property
    def changes(self) -> bool:
        return self.current != self.proposed and not self.is_accepted

    @property
    def can_be_checked(self) -> bool:
        return self.changes or self.is_accepted


class PlaceModel(QAbstractTableModel):
    """Places, those that would change with a check or without.

    Args:
        links: whether a click on an id leads to its sentence.

    Signals:
        checks_changed: other places are checked.
    """

    checks_changed = Signal()

    def __init__(self, look: Look, *, links: bool = True) -> None:
        super().__init__()
        self._look = look
        self._rows: list[Place] = []
        self._added: list[int] = []
        self._id_prefix = ""
        self._checked: set[int] = set()
        self._sorted_by: tuple[int, Qt.SortOrder] = (-1, Qt.SortOrder.AscendingOrder)
        self._bold = font(LIST_SIZE, bold=True)
        self._links = links

    def add(self, found: Sequence[Place], checked: Iterable[int]) -> None:
        """Show further places at the end.

        Args:
            checked: which of them are checked at first.
        """
        if not found:
            return
        first = len(self._rows)
        self.beginInsertRows(ROOT, first, first + len(found) - 1)
        self._rows += found
        self._id_prefix = common_prefix([each.sentence.id for each in self._rows])
        self._added += range(first, first + len(found))
        self._checked |= {first + at for at in checked}
        self.endInsertRows()
        self.checks_changed.emit()

    def show(self, found: Sequence[Place], checked: Iterable[int] = ()) -> None:
        """Show these places alone."""
        self.beginResetModel()
        self._rows, self._checked = list(found), set(checked)
        self._id_prefix = common_prefix([each.sentence.id for each in found])
        self._added = list(range(len(found)))
        self._reorder(self._order())
        self.endResetModel()
        self.checks_changed.emit()

    def clear(self) -> None:
        self.show([])

    @property
    def places(self) -> Sequence[Place]:
        return self._rows

    @property
    def checked_rows(self) -> list[int]:
        return sorted(self._checked)

    def check(self, rows: Iterable[int]) -> None:
        """Check exactly those of these rows that can be."""
        self._checked = {row for row in rows if self._rows[row].can_be_checked}
        if self._rows:
            self.dataChanged.emit(self.index(0, LEFT), self.index(len(self._rows) - 1, LEFT))
        self.checks_changed.emit()

    def check_all(self) -> None:
        self.check(row for row, place in enumerate(self._rows) if place.changes)

    def toggle(self, rows: Iterable[int]) -> None:
        """Check all of these rows, or none of them where all are checked."""
        chosen = {row for row in rows if self._rows[row].can_be_checked}
        self.check(self._checked - chosen if chosen <= self._checked else self._checked | chosen)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column, the context to the left from the match backwards; -1 brings back the order as shown."""
        self._sorted_by = column, order
        self.layoutAboutToBeChanged.emit()
        before, order_now = self.persistentIndexList(), self._order()
        self._reorder(order_now)
        row_of = {old: new for new, old in enumerate(order_now)}
        self.changePersistentIndexList(before, [self.index(row_of[each.row()], each.column()) for each in before])
        self.layoutChanged.emit()

    def _order(self) -> list[int]:
        """The rows in the order that is wanted; those that were added first come first where they are equal."""
        column, order = self._sorted_by
        rows = range(len(self._rows))
        if column < 0:
            return sorted(rows, key=lambda row: self._added[row])
        keys = [_sort_key(place, column) for place in self._rows]
        return sorted(rows, key=lambda row: keys[row], reverse=order == Qt.SortOrder.DescendingOrder)

    def _reorder(self, order: Sequence[int]) -> None:
        self._rows = [self._rows[row] for row in order]
        self._added = [self._added[row] for row in order]
        self._checked = {row for row, old in enumerate(order) if old in self._checked}

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(_TITLES)

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        can_check = index.column() == LEFT and self._rows[index.row()].can_be_checked
        return flags | Qt.ItemFlag.ItemIsUserCheckable if can_check else flags

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        is_words = role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole)
        if orientation == Qt.Orientation.Horizontal and is_words:
            return say(_TITLES[section])
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if section == LEFT else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        place, column = self._rows[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            text, cut = _cell(place, column), self._id_prefix if column == SENTENCE else ""
            return f"…{text.removeprefix(cut)}" if cut and text.startswith(cut) else text
        if role == Qt.ItemDataRole.CheckStateRole and column == LEFT and place.can_be_checked:
            return Qt.CheckState.Checked if index.row() in self._checked else Qt.CheckState.Unchecked
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column == LEFT else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ToolTipRole:
            return wrap_tooltip(place.sentence.text if column in (LEFT, STRING, RIGHT) else _cell(place, column))
        return self._style(place, index, role)

    def _style(self, place: Place, index: Index, role: int) -> QFont | QColor | None:
        column = index.column()
        if role == Qt.ItemDataRole.FontRole:
            return self._bold if column == STRING else None
        if role != Qt.ItemDataRole.ForegroundRole:
            return None
        if column == STRING and place.label is not None:
            return QColor(self._look.theme.label(place.label).ink)
        if column == SENTENCE and self._links:
            return QColor(self._look.theme.accent)
        if column == PROPOSED and index.row() not in self._checked:
            return QColor(self._look.theme.muted)
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.CheckStateRole or index.column() != LEFT:
            return False
        self._checked ^= {index.row()}
        self.dataChanged.emit(index, self.index(index.row(), SENTENCE))
        self.checks_changed.emit()
        return True


def _cell(place: Place, column: int) -> str:
    text = place.sentence.text
    if column == LEFT:
        return ("…" if place.start > _CONTEXT else "") + text[max(0, place.start - _CONTEXT) : place.start]
    if column == STRING:
        return text[place.start : place.end]
    if column == RIGHT:
        return text[place.end : place.end + _CONTEXT] + ("…" if place.end + _CONTEXT < len(text) else "")
    if column == SENTENCE:
        return place.sentence.id
    if column == CURRENT:
        return place.current
    if place.is_accepted:
        return say("right as it is")
    return place.proposed if place.changes else "–"


def _sort_key(place: Place, column: int) -> str:
    text = place.sentence.text
    if column == LEFT:
        return text[: place.start][::-1].casefold()
    if column == RIGHT:
        return text[place.end :].casefold()
    return _cell(place, column).casefold()


_ROW_HEIGHT = 30
_MOST_WIDTH = {STRING: 160, CURRENT: 152, PROPOSED: 152, SENTENCE: 128}
"""Pixels; what is longer is cut off."""
_MEASURED_ROWS = 40


class PlaceTable(QTableView):
    """Shows a `PlaceModel`; Space checks the selected rows.

    Args:
        sortable: whether a click on a header sorts by it, and a third one no more.

    Signals:
        opened: the id of a sentence was clicked; the row.
    """

    opened = Signal(int)

    def __init__(
        self,
        model: PlaceModel,
        says: str,
        *,
        hidden: Collection[int] = (),
        sortable: bool = False,
    ) -> None:
        super().__init__()
        self._model = model
        self.setModel(model)
        prepare_table(self, says, row_height=_ROW_HEIGHT)
        self.setItemDelegateForColumn(LEFT, _Elided(self, Qt.TextElideMode.ElideLeft))
        self.setItemDelegateForColumn(SENTENCE, _Elided(self, Qt.TextElideMode.ElideRight))
        self._prepare_header()
        for column in hidden:
            self.hideColumn(column)
        if sortable:
            self.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
            self.horizontalHeader().setSortIndicatorClearable(True)
            self.setSortingEnabled(True)
        self.clicked.connect(self._open)

    def _prepare_header(self) -> None:
        header = self.horizontalHeader()
        header.setResizeContentsPrecision(_MEASURED_ROWS)
        for column in (LEFT, RIGHT):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        self._fitted = {column: header.sectionSizeHint(column) for column in _MOST_WIDTH}
        for column, width in self._fitted.items():
            header.resizeSection(column, width)
        self._model.modelReset.connect(self._fit_columns)
        self._model.rowsInserted.connect(self._fit_columns)

    def _fit_columns(self) -> None:
        """Leave the context all the width that the other columns do not need.

        They grow until other places are shown, so that no correction moves them; one that a person resized stays.
        """
        header = self.horizontalHeader()
        for column, fitted in self._fitted.items():
            if header.sectionSize(column) == fitted:
                least = fitted if self._model.rowCount() else 0
                wanted = max(least, header.sectionSizeHint(column), self.sizeHintForColumn(column))
                self._fitted[column] = max(least, min(wanted, scaled(_MOST_WIDTH[column])))
                header.resizeSection(column, self._fitted[column])

    @property
    def selected_rows(self) -> list[int]:
        return sorted(index.row() for index in self.selectionModel().selectedRows())

    def go_to(self, row: int) -> None:
        """Select a row, or the nearest there is."""
        if self._model.rowCount():
            self.selectRow(max(0, min(row, self._model.rowCount() - 1)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and self.selected_rows:
            self._model.toggle(self.selected_rows)
        else:
            super().keyPressEvent(event)

    def _open(self, index: Index) -> None:
        if index.column() == SENTENCE:
            self.opened.emit(index.row())


class _Elided(QStyledItemDelegate):
    """Cuts a text where it is least missed: context far from the string, the end of an id."""

    def __init__(self, parent: QObject, mode: Qt.TextElideMode) -> None:
        super().__init__(parent)
        self._mode = mode

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:  # noqa: N802
        super().initStyleOption(option, index)
        option.textElideMode = self._mode
