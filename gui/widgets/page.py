"""What the window needs of a page, and what pages are given."""

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from gui.background import JobRunner
from gui.keys.keymap import Keymap
from gui.look.theme import Theme
from gui.preferences import Preferences
from gui.session import Session
from gui.widgets.labels import PlainLabel


@dataclass(frozen=True, slots=True)
class PageContext:
    """What every page is made with."""

    session: Session
    runner: JobRunner
    preferences: Preferences
    theme: Theme
    keymap: Keymap


class EmptyState(QWidget):
    """What a page shows when it has nothing to show: what to do next, and the button to do it."""

    def __init__(self, title: str, hint: str, button: str) -> None:
        super().__init__()
        self.title = PlainLabel(title)
        self.title.setProperty("role", "title")
        self.hint = PlainLabel(hint)
        self.hint.setProperty("role", "hint")
        self.hint.setWordWrap(True)
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
