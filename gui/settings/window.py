"""The settings: a window of its own, open beside the main one, in which every change holds at once."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QDialog, QHBoxLayout, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from gui.appearance import Appearance
from gui.keys.keymap import Keymap
from gui.settings.keys import KeysSection
from gui.settings.look import LookSection


class SettingsWindow(QDialog):
    """Two sections, one of them shown."""

    def __init__(self, keymap: Keymap, appearance: Appearance, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Settings")
        self.keys, self.look = KeysSection(keymap), LookSection(appearance)
        self._stack = QStackedWidget()
        self._group = QButtonGroup(self)
        self.sections: dict[str, QToolButton] = {}
        row = QHBoxLayout()
        row.setSpacing(4)
        for title, section in (("Keys", self.keys), ("Appearance", self.look)):
            self._stack.addWidget(section)
            self.sections[title] = self._chip(title, section)
            row.addWidget(self.sections[title])
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(12)
        column.addLayout(row)
        column.addWidget(self._stack, 1)
        self.sections["Keys"].setChecked(True)
        self.resize(760, 600)
        self.keys.search.setFocus()

    def _chip(self, title: str, section: QWidget) -> QToolButton:
        chip = QToolButton()
        chip.setText(title)
        chip.setCheckable(True)
        chip.setProperty("chip", True)
        chip.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        chip.clicked.connect(lambda: self._stack.setCurrentWidget(section))
        self._group.addButton(chip)
        return chip
