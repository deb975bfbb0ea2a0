"""The way between pages: the rail with a button a page, and the history of links that were followed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QActionGroup, QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QFrame, QToolButton, QVBoxLayout, QWidget

from gui.context import Context
from gui.keys.commands import page_commands, page_name
from gui.keys.keymap import CommandAction, Keymap
from gui.look.theme import SMALL_SIZE, font, scaled
from gui.session import Session
from gui.widgets.page import Page


class Rail(QFrame):
    """Exclusive buttons from top to bottom, each with a key; `keyed` are their actions by the id of the page.

    Args:
        titles: those of the pages, by their ids, in order.

    Signals:
        chosen: the id of the page whose button or key was pressed.
    """

    chosen = Signal(str)

    def __init__(self, titles: Mapping[str, str], keymap: Keymap, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("rail")
        keymap.add(page_commands(titles.values()))
        self._group = QActionGroup(self)
        self.keyed: dict[str, CommandAction] = {}
        self._buttons: dict[str, QToolButton] = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, _MARGIN, 4, _MARGIN)
        layout.setSpacing(_GAP)
        for number, (page, title) in enumerate(titles.items(), start=1):
            self.keyed[page] = self._action(keymap, number, page, title)
            self._buttons[page] = _button(self.keyed[page])
            layout.addWidget(self._buttons[page])
        width = max(button.width() for button in self._buttons.values())
        for button in self._buttons.values():
            button.setFixedWidth(width)
        layout.addStretch(1)

    def _action(self, keymap: Keymap, number: int, page: str, title: str) -> CommandAction:
        action = keymap.action(page_name(number), self, lambda: self.chosen.emit(page))
        action.setIconText(title)
        action.setCheckable(True)
        self._group.addAction(action)
        return action

    @property
    def _least(self) -> int:
        """The height that a button needs."""
        return max(button.sizeHint().height() for button in self._buttons.values())

    def minimumSizeHint(self) -> QSize:
        return QSize(super().minimumSizeHint().width(), _height_of(self._least, len(self._buttons)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Make the buttons less high where the rail is; large text leaves no room else."""
        super().resizeEvent(event)
        fitting = (self.height() - _height_of(0, len(self._buttons))) // len(self._buttons)
        for button in self._buttons.values():
            button.setFixedHeight(max(self._least, min(scaled(_HEIGHT), fitting)))

    def button(self, page: str) -> QToolButton:
        return self._buttons[page]

    def show_chosen(self, page: str) -> None:
        self.keyed[page].setChecked(True)


def _button(action: CommandAction) -> QToolButton:
    button = QToolButton()
    button.setProperty("rail", True)
    button.setDefaultAction(action)
    button.setIconSize(QSize(_ICON, _ICON))
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
    words = QFontMetrics(font(SMALL_SIZE, bold=True)).horizontalAdvance(action.iconText())  # bold where checked
    button.setFixedSize(max(scaled(80), words + scaled(_BESIDE_WORDS)), scaled(_HEIGHT))
    return button


def _height_of(button: int, count: int) -> int:
    """The height of a rail with so many buttons of this height."""
    return 2 * _MARGIN + count * button + (count - 1) * _GAP


_ICON, _HEIGHT, _MARGIN, _GAP = 20, 60, 6, 2
"""Pixels: an icon, a button of the usual text size, the edge of the rail, and between buttons."""

_BESIDE_WORDS = 20
"""Pixels of margin, border and padding, as the style sheet has them."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A page, and what it showed: what its `place` was, under which context."""

    page: str
    place: object
    context: Context


class History:
    """The visits before and after the page that is shown.

    Args:
        current: the page that is shown, if one is.
    """

    def __init__(self, session: Session, pages: Mapping[str, Page], current: Callable[[], Page | None]) -> None:
        self._session = session
        self._pages = pages
        self._current = current
        self._back: list[Visit] = []
        self._forward: list[Visit] = []

    def leave(self) -> None:
        """Remember where a link is followed; there is no way forward from there any more."""
        self._move_to(self._back)
        self._forward.clear()

    def forget(self) -> None:
        """Begin anew, with another project."""
        self._back.clear()
        self._forward.clear()

    @property
    def back_page(self) -> Page | None:
        """The page that `go_back` returns to."""
        return self._pages[self._back[-1].page] if self._back else None

    @property
    def can_go_forward(self) -> bool:
        return bool(self._forward)

    def go_back(self, show: Callable[[str], None]) -> None:
        """Return to where the last link was followed."""
        self._go(self._back, self._forward, show)

    def go_forward(self, show: Callable[[str], None]) -> None:
        """Go again where `go_back` came from."""
        self._go(self._forward, self._back, show)

    def _go(self, visits: list[Visit], others: list[Visit], show: Callable[[str], None]) -> None:
        if visits:
            visit = visits.pop()
            self._move_to(others)
            show(visit.page)
            self._session.restore_context(visit.context)
            self._pages[visit.page].return_to(visit.place)

    def _move_to(self, visits: list[Visit]) -> None:
        page = self._current()
        if page is not None:
            visits.append(Visit(page.id, page.place(), self._session.context))
