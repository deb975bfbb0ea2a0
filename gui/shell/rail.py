"""The navigation rail: one button a page."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QKeySequence
from PySide6.QtWidgets import QButtonGroup, QFrame, QToolButton, QVBoxLayout, QWidget


class Rail(QFrame):
    """Exclusive buttons from top to bottom.

    Signals:
        chosen: the name of the page whose button was pressed.
    """

    chosen = Signal(str)

    def __init__(self, pages: Sequence[tuple[str, QIcon]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("rail")
        self._group = QButtonGroup(self)
        self._buttons: dict[str, QToolButton] = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 8, 4, 8)
        layout.setSpacing(4)
        for number, (name, icon) in enumerate(pages, start=1):
            layout.addWidget(self._button(name, icon, QKeySequence(f"Alt+{number}")))
        layout.addStretch(1)

    def _button(self, name: str, icon: QIcon, shortcut: QKeySequence) -> QToolButton:
        button = QToolButton()
        button.setProperty("rail", True)
        button.setText(name)
        button.setIcon(icon)
        button.setIconSize(QSize(20, 20))
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        button.setCheckable(True)
        button.setShortcut(shortcut)
        button.setToolTip(f"{name} ({shortcut.toString()})")
        button.setFixedSize(80, 60)
        button.clicked.connect(lambda: self.chosen.emit(name))
        self._group.addButton(button)
        self._buttons[name] = button
        return button

    def button(self, name: str) -> QToolButton:
        return self._buttons[name]

    def show_chosen(self, name: str) -> None:
        self._buttons[name].setChecked(True)
