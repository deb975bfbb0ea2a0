"""What adapts to little room: a layout that continues in a further row, a panel that scrolls, panes that stack."""

from itertools import islice

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLayout, QLayoutItem, QScrollArea, QSplitter, QVBoxLayout, QWidget

from gui.look.theme import scaled
from gui.preferences import Preferences


class FlowLayout(QLayout):
    """Every widget has its own width; each row is as high as the highest of its widgets."""

    def __init__(self, parent: QWidget | None = None, *, gap: int = 4, row_gap: int = 6) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._groups: list[int] = []  # how many items each group of them has
        self._row_gap = row_gap
        self._known: dict[int, list[tuple[QLayoutItem, QRect]]] = {}
        self.setContentsMargins(0, 0, 0, 0)
        self.setSpacing(gap)

    def add_group(self, *widgets: QWidget) -> None:
        """Add widgets that stay in one row, if a row has room for them."""
        for widget in widgets:
            self.addWidget(widget)
        self._groups.append(len(widgets))

    def addItem(self, item: QLayoutItem) -> None:  # noqa: N802
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:  # noqa: N802
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:  # noqa: N802
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def invalidate(self) -> None:
        self._known.clear()
        super().invalidate()

    def expandingDirections(self) -> Qt.Orientation:  # noqa: N802
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        margins = self.contentsMargins()
        places = self._places(width - margins.left() - margins.right())
        lowest = max((place.y() + place.height() for _, place in places), default=0)
        return lowest + margins.top() + margins.bottom()

    def minimumSize(self) -> QSize:  # noqa: N802
        margins = self.contentsMargins()
        widest = max((item.sizeHint().width() for item in self._shown()), default=0)
        return QSize(widest + margins.left() + margins.right(), margins.top() + margins.bottom())

    def sizeHint(self) -> QSize:
        margins = self.contentsMargins()
        widths = [item.sizeHint().width() + self.spacing() for item in self._shown()]
        width = max(0, sum(widths) - self.spacing()) + margins.left() + margins.right()
        return QSize(width, self.heightForWidth(width))

    def setGeometry(self, rect: QRect) -> None:  # noqa: N802
        super().setGeometry(rect)
        inside = self.contentsRect()
        for item, place in self._places(inside.width()):
            item.setGeometry(place.translated(inside.topLeft()))

    def _shown(self) -> list[QLayoutItem]:
        return [item for item in self._items if not item.isEmpty()]

    def _places(self, width: int) -> list[tuple[QLayoutItem, QRect]]:
        """Each item with its rectangle, from the corner of the layout on; in the middle of its row's height.

        Kept until something changes: Qt asks for several widths each time that a window is laid out.
        """
        if width not in self._known:
            self._known[width] = self._stacked(self._rows(width))
        return self._known[width]

    def _rows(self, width: int) -> list[list[tuple[QLayoutItem, QRect]]]:
        rows: list[list[tuple[QLayoutItem, QRect]]] = [[]]
        left = 0
        for group in self._grouped():
            sizes = [item.sizeHint() for item in group]
            whole = sum(size.width() + self.spacing() for size in sizes) - self.spacing()
            for at, (item, size) in enumerate(zip(group, sizes, strict=True)):
                needed = whole if at == 0 and whole <= width else size.width()
                if rows[-1] and left + needed > width:
                    rows.append([])
                    left = 0
                rows[-1].append((item, QRect(QPoint(left, 0), size)))
                left += size.width() + self.spacing()
        return rows

    def _grouped(self) -> list[list[QLayoutItem]]:
        """The items that are shown, group by group."""
        items = iter(self._items)
        groups = [list(islice(items, size)) for size in self._groups]
        return [[item for item in group if not item.isEmpty()] for group in [*groups, *([item] for item in items)]]

    def _stacked(self, rows: list[list[tuple[QLayoutItem, QRect]]]) -> list[tuple[QLayoutItem, QRect]]:
        placed, top = [], 0
        for row in filter(None, rows):
            height = max(place.height() for _, place in row)
            placed += [(item, place.translated(0, top + (height - place.height()) // 2)) for item, place in row]
            top += height + self._row_gap
        return placed


class ScrolledPanel(QScrollArea):
    """Shows a panel, and scrolls it where it is less high than its parts are at its width.

    Args:
        least_height: of what is seen of it, in pixels of the usual text size.

    Attributes:
        panel: what takes the layout.
    """

    def __init__(self, *, least_height: int) -> None:
        super().__init__(widgetResizable=True)
        self._least_height = least_height
        self.panel = _Panel()
        self.panel.setProperty("panel", True)
        self.panel.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(self.panel)

    def minimumSizeHint(self) -> QSize:
        return QSize(self.panel.minimumSizeHint().width(), scaled(self._least_height))


class _Panel(QWidget):
    """Its least height is that of its layout at its width, for which a scroll area does not ask."""

    def minimumSizeHint(self) -> QSize:
        layout = self.layout()
        least = layout.minimumSize() if layout is not None else QSize()
        needed = layout.minimumHeightForWidth(self.width()) if layout is not None else 0
        return QSize(least.width(), max(least.height(), needed))


_STACKED_BELOW = 1000
"""Panes in less than this width are stacked, where there is height for it; pixels of the usual text size."""


class StackingSplitter(QSplitter):
    """Two panes beside each other, or stacked where they would be too narrow; each way keeps its share of the room.

    Args:
        name: what the shares are remembered by, with `-stacked` for those of stacked panes.
        beside, stacked: the sizes of the panes at first, in pixels.
        stacked_from: the least height of stacked panes, in pixels of the usual text size.

    Signals:
        turned: the panes are placed another way; whether they are stacked.
    """

    turned = Signal(bool)

    def __init__(
        self,
        preferences: Preferences,
        name: str,
        *panes: QWidget,
        beside: list[int],
        stacked: list[int],
        stacked_from: int,
    ) -> None:
        super().__init__()
        self._preferences, self._name = preferences, name
        self._beside, self._stacked, self._stacked_from = beside, stacked, stacked_from
        self.setChildrenCollapsible(False)
        for pane in panes:
            self.addWidget(pane)
        self.setStretchFactor(1, 1)
        self.splitterMoved.connect(lambda *_: preferences.remember_splitter(self._key, self))
        self._share_room()

    @property
    def is_stacked(self) -> bool:
        return self.orientation() == Qt.Orientation.Vertical

    @property
    def _key(self) -> str:
        return f"{self._name}-stacked" if self.is_stacked else self._name

    def _share_room(self) -> None:
        """Give each pane the share that it had last when they were placed this way."""
        if not self._preferences.restore_splitter(self._key, self):
            self.setSizes(self._stacked if self.is_stacked else self._beside)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_stacked = self.width() < scaled(_STACKED_BELOW) and self.height() >= scaled(self._stacked_from)
        if is_stacked != self.is_stacked:
            self.setOrientation(Qt.Orientation.Vertical if is_stacked else Qt.Orientation.Horizontal)
            self.turned.emit(is_stacked)
            self._share_room()


def row_layout(left: int, right: int) -> QHBoxLayout:
    """A row with margins at its ends."""
    row = QHBoxLayout()
    row.setContentsMargins(left, 0, right, 0)
    row.setSpacing(4)
    return row


def column_layout(widget: QWidget, margins: tuple[int, int, int, int]) -> QVBoxLayout:
    """The parts of a widget below each other."""
    column = QVBoxLayout(widget)
    column.setContentsMargins(*margins)
    column.setSpacing(8)
    return column
