"""Widgets below each other, with hairlines between them."""

from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget


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
