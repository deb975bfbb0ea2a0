"""Spin boxes that look like the other fields."""

from PySide6.QtWidgets import QSpinBox

_INDENT = 9
"""Pixels."""


def indent(box: QSpinBox) -> None:
    """Begin the number where that of a plain field begins: style sheets do not move the text of a spin box."""
    box.lineEdit().setTextMargins(_INDENT, 0, 0, 0)
