"""The view of a metrics table: names stay in view, cells are links."""

from PySide6.QtCore import QEvent, QItemSelection, QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QSplitter,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from gui.look.theme import scaled
from gui.metrics.table_model import MetricModel, MetricTable, markdown_table
from gui.metrics.table_painting import GroupedHeader, MetricDelegate, NamesHeader, NameStyle
from gui.text.wording import wrap_tooltip
from gui.widgets.text_labels import PlainLabel, hint_label

ROW_HEIGHT = 25


class MetricView(QTableView):
    """Shows a `MetricModel`.

    Args:
        purpose: what a screen reader calls the table.

    Signals:
        opened: a cell with sentences behind it was clicked, or Enter pressed on it; its `SentencesLink`.
        row_pointed: the row under the pointer, or else the selected one; its name, empty for none.
    """

    opened = Signal(object)
    row_pointed = Signal(str)

    def __init__(
        self, model: MetricModel, delegate: MetricDelegate, purpose: str, *, names: NameStyle = "full"
    ) -> None:
        super().__init__()
        self._model = model
        self._delegate = delegate
        self._columns = GroupedHeader(model, delegate, delegate.look, self)
        self._names = NamesHeader(model, delegate.look, self, names=names)
        self._corner = QFrame(self)
        self._pointed = ""
        self._prepare()
        self.setAccessibleName(purpose)
        self._take_theme()
        delegate.look.theme_changed.connect(self._take_theme)
        self._names.pointed.connect(self._point_at_row)
        self.clicked.connect(self._open)

    def _prepare(self) -> None:
        self.setHorizontalHeader(self._columns)
        self.setVerticalHeader(self._names)
        self.setModel(self._model)
        self.setItemDelegate(self._delegate)
        self._names.setDefaultSectionSize(scaled(ROW_HEIGHT))
        self.setShowGrid(False)
        self.setMouseTracking(True)
        self.setCornerButtonEnabled(False)
        self.setTabKeyNavigation(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)

    def _take_theme(self) -> None:
        theme = self._delegate.look.theme
        self._corner.setStyleSheet(f"border: 1px solid {theme.line}; border-width: 0 1px 1px 0")
        self._model.first_names = theme.first_names

    def show_table(self, table: MetricTable) -> None:
        """Show other figures; scroll position and current cell stay."""
        bars = (self.horizontalScrollBar(), self.verticalScrollBar())
        places = [bar.value() for bar in bars]
        current = self._current_place()
        for part in (self._columns, self._names, self._corner):
            part.setVisible(bool(table.rows))
        is_other = not table.has_shape_of(self._model.table)
        self._model.show(table)
        if is_other:
            self._fit_columns()
            self._restore_current(*current)
            for bar, place in zip(bars, places, strict=True):
                bar.setValue(place)

    def fitting_width(self, limit: QSize) -> int:
        """The width within a limit that shows as many columns from the last as fit, and none of them in part.

        Where the support is in the way of the current epoch's figures, as many as these take.
        """
        width = self._names.sizeHint().width() + 2 * self.frameWidth()
        if self._columns.sizeHint().height() + self._names.length() > limit.height():
            width += self.verticalScrollBar().sizeHint().width()
        current = [number for number, column in enumerate(self._model.table.columns) if column.is_current]
        alone = width + sum(map(self._columns.sectionSize, current))
        for column in reversed(range(self._columns.count())):
            if width + self._columns.sectionSize(column) > limit.width():
                return alone if column in current and alone <= limit.width() else width
            width += self._columns.sectionSize(column)
        return width

    def reveal_current(self) -> None:
        """Scroll sideways as far as needed to see the columns of the current epoch, and support where it comes next."""
        columns = self._model.table.columns
        current = [number for number, column in enumerate(columns) if column.is_current]
        if current:
            last = min(current[-1] + 1, len(columns) - 1)
            end = last if columns[last].metric == "support" else current[-1]
            for column in (end, current[0]):
                self.scrollTo(self._model.index(max(self.rowAt(0), 0), column))

    def _fit_columns(self) -> None:
        for number, column in enumerate(self._model.table.columns):
            self.setColumnWidth(number, self._delegate.width(column))
        self.updateGeometries()

    def _current_place(self) -> tuple[str, str, str]:
        index = self.currentIndex()
        if not index.isValid():
            return "", "", ""
        column = self._model.column(index.column())
        return self._model.row(index.row()).name, column.group, column.title

    def _restore_current(self, name: str, group: str, title: str) -> None:
        rows = [number for number, row in enumerate(self._model.table.rows) if row.name == name]
        columns = [n for n, c in enumerate(self._model.table.columns) if (c.group, c.title) == (group, title)]
        if rows and columns:
            self.setCurrentIndex(self._model.index(rows[0], columns[0]))

    def _open(self, index: QModelIndex) -> None:
        link = self._model.cell(index).link if index.isValid() else None
        if link is not None:
            self.opened.emit(link)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open(self.currentIndex())
        elif event.key() == Qt.Key.Key_Escape and self.currentIndex().isValid():
            self.setCurrentIndex(QModelIndex())
        else:
            super().keyPressEvent(event)

    def updateGeometries(self) -> None:  # noqa: N802
        """Qt's own corner draws no line to the columns that scroll beneath it."""
        super().updateGeometries()
        self._corner.setGeometry(self.frameWidth(), self.frameWidth(), self._names.width(), self._columns.height())
        self._corner.raise_()

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:  # noqa: N802
        super().selectionChanged(selected, deselected)
        self._report_pointed()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self._hover(self.indexAt(event.position().toPoint()))

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self._hover(QModelIndex())
        return super().viewportEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._point_at_row(-1)
        super().leaveEvent(event)

    def _hover(self, index: QModelIndex) -> None:
        is_link = index.isValid() and self._model.cell(index).link is not None
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if is_link else Qt.CursorShape.ArrowCursor)
        if self._delegate.hovered != index:
            self._update_row(-1 if self._delegate.hovered is None else self._delegate.hovered.row())
            self._delegate.hovered = QPersistentModelIndex(index)
            self._update_row(index.row())
            self._point_at_row(index.row())

    def _update_row(self, row: int) -> None:
        self.viewport().update(
            0, self.rowViewportPosition(row), self.viewport().width(), self._names.defaultSectionSize()
        )

    def _point_at_row(self, row: int) -> None:
        if row != self._names.hovered_row:
            self._names.hovered_row = row
            self._names.viewport().update()
            self._report_pointed()

    def _report_pointed(self) -> None:
        selected = [index.row() for index in self.selectedIndexes()]
        row = self._names.hovered_row if self._names.hovered_row >= 0 else next(iter(selected), -1)
        name = self._model.row(row).name if 0 <= row < self._model.rowCount() else ""
        if name != self._pointed:
            self._pointed = name
            self.row_pointed.emit(name)


_MARGIN, _ABOVE, _CAPTION_GAP, _TABLE_GAP = 16, 12, 4, 8


class TitledTable(QWidget):
    """A heading, a line that says how to read the table, and the table.

    Where there is no room for the line it is in the tooltip of the heading.

    Args:
        delegate: paints the model that the table shows.

    Attributes:
        head: beside the heading there is room.
        body: beside the table there is room for another view of it.
    """

    def __init__(self, title: str, caption: str, delegate: MetricDelegate, *, names: NameStyle) -> None:
        super().__init__()
        self.title = PlainLabel(title)
        self.title.setProperty("role", "heading")
        self.caption = hint_label(caption, wraps=True)
        self.model = delegate.model
        self.view = MetricView(self.model, delegate, title, names=names)
        words = QVBoxLayout()
        words.setContentsMargins(_MARGIN, 0, _MARGIN, 0)
        words.setSpacing(_CAPTION_GAP)
        self.head = QHBoxLayout()
        self.head.addWidget(self.title, 1)
        words.addLayout(self.head)
        words.addWidget(self.caption)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, _ABOVE, 0, 0)
        layout.setSpacing(_TABLE_GAP)
        layout.addLayout(words)
        self.body = QStackedWidget()
        self.body.addWidget(self.view)
        layout.addWidget(self.body, 1)

    def describe(self, caption: str) -> None:
        """Say how to read the table."""
        self.caption.setText(caption)
        self._fold_caption()

    def least_height(self, width: int) -> int:
        """What heading, caption, head of the columns and a row take at a width."""
        rows = self.view.horizontalHeader().sizeHint().height() + scaled(ROW_HEIGHT) + 2 * self.view.frameWidth()
        caption = self.caption.heightForWidth(width - 2 * _MARGIN)
        words = _ABOVE + self.head.sizeHint().height() + _CAPTION_GAP + caption + _TABLE_GAP
        return words + max(rows, self.body.minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fold_caption()

    def _fold_caption(self) -> None:
        has_room = self.least_height(self.width()) <= self.height()
        self.caption.setVisible(has_room)
        self.title.setToolTip("" if has_room else wrap_tooltip(self.caption.text()))

    def markdown(self) -> list[str]:
        """The table with its heading; nothing where there is none."""
        table = markdown_table(self.model)
        return [f"**{self.title.text()}**", table] if table else []

    def show_table(self, table: MetricTable, title: str) -> None:
        """Show a table and what it is of."""
        self.title.setText(title)
        self.view.show_table(table)


class TablesPanel(QSplitter):
    """Tables beside or below each other, which never collapse.

    Signals:
        opened: a number with sentences behind it was chosen; its `SentencesLink`.
    """

    opened = Signal(object)

    def __init__(self, orientation: Qt.Orientation, *tables: TitledTable) -> None:
        super().__init__(orientation)
        self.tables = tables
        for table in tables:
            self.addWidget(table)
            table.view.opened.connect(self.opened)
        self.setChildrenCollapsible(False)
        self.setProperty("panel", True)

    def markdown(self) -> list[str]:
        """The tables with their headings."""
        return [part for table in self.tables for part in table.markdown()]
