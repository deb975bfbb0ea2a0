"""How large a window may be for its screen."""

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

_FRAME = QSize(16, 48)
"""What title bar and borders take; Qt knows that only once the window is shown."""


def fitting(wanted: QSize, available: QSize) -> QSize:
    """The wanted size, or as much of it as a screen has room for with the window's frame."""
    return wanted.boundedTo(available - _FRAME)


def resize_to_fit(window: QWidget, wanted: QSize) -> None:
    """Give a window a size at which no edge of it lies beyond its screen."""
    window.resize(fitting(wanted, window.screen().availableGeometry().size()))
