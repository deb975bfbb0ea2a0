"""Buttons of the large sentence."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QToolButton

from gui.theme import Theme


def tool_button(action: QAction) -> QToolButton:
    """A button of a command, which the mouse does not give the focus."""
    button = QToolButton()
    button.setDefaultAction(action)
    button.setAccessibleName(action.text())  # not the arrow that it shows
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button


def outlined(theme: Theme) -> str:
    """A tool button that looks like the push buttons."""
    return (
        f"QToolButton {{ background: {theme.raised}; border: 1px solid {theme.edge}; padding: 3px 10px; }}"
        f"QToolButton:hover {{ background: {theme.hover}; }}"
        f"QToolButton:focus {{ border-color: {theme.accent}; }}"
        f"QToolButton:disabled {{ color: {theme.edge}; background: {theme.surface}; border-color: {theme.line}; }}"
    )
