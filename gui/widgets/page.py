"""The base of all pages, what pages are given, and how they lay out their parts."""

from dataclasses import dataclass
from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from core.messages.catalogue import say
from gui.background import JobRunner
from gui.keys.keymap import Keymap
from gui.look.theme import Look
from gui.preferences import Preferences
from gui.session import Session
from gui.widgets.text_labels import PlainLabel, hint_label


@dataclass(frozen=True, slots=True)
class PageContext:
    """What every page is made with."""

    session: Session
    runner: JobRunner
    preferences: Preferences
    look: Look
    keymap: Keymap


class Page(QWidget):
    """A page of the window; it reads the project in `refresh`, only while it is seen.

    Attributes:
        id: names the page in code, as in `Session.page_asked`.
        title: the template of its name for people.
        icon: the name of its drawing in `resources/icons`.
    """

    id: ClassVar[str]
    title: ClassVar[str]
    icon: ClassVar[str]

    def __init__(self) -> None:
        super().__init__()
        self._is_stale = False

    def refresh(self) -> None:
        """Read and show the project as it is now."""
        raise NotImplementedError

    def place(self) -> object:
        """What `return_to` needs to show the same again; None where the page keeps that itself."""
        return None

    def return_to(self, place: object) -> None:
        """Show again what was shown when this was the page's `place`."""

    def refresh_when_seen(self) -> None:
        """Refresh after a change: at once where the page is seen, or else when it is shown."""
        self._is_stale = not self.isVisible()
        if not self._is_stale:
            self.refresh()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._is_stale:
            self.refresh_when_seen()

    def title_label(self) -> PlainLabel:
        """The title as the heading of the page."""
        label = PlainLabel(say(self.title))
        label.setProperty("role", "title")
        return label


class EmptyState(QWidget):
    """What a page shows when it has nothing to show: what to do next, and the button to do it."""

    def __init__(self, title: str, hint: str, button: str) -> None:
        super().__init__()
        self.title = PlainLabel(title)
        self.title.setProperty("role", "title")
        self.hint = hint_label(hint, wraps=True)
        self.hint.setFixedWidth(480)
        row = QHBoxLayout()  # an aligned item would get the height of the hint's own shape, not of its width
        row.addWidget(self.hint)
        row.addStretch(1)
        self.button = QPushButton(button)
        self.button.setProperty("primary", True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(48, 48, 48, 48)
        layout.setSpacing(12)
        layout.addStretch(1)
        layout.addWidget(self.title)
        layout.addLayout(row)
        layout.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addStretch(2)


def column_of(*widgets: QWidget, grows: QWidget) -> QWidget:
    """The widgets below each other, with hairlines between them; one of them takes the room that there is."""
    column = QWidget()
    layout = QVBoxLayout(column)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    for widget in widgets:
        if layout.count():
            layout.addWidget(rule())
        layout.addWidget(widget, int(widget is grows))
    return column


def rule() -> QFrame:
    """A hairline."""
    line = QFrame()
    line.setProperty("rule", True)
    return line
