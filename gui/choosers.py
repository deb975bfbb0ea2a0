"""Combo boxes that tell what they are for."""

from PySide6.QtWidgets import QComboBox


def chooser(name: str, purpose: str) -> QComboBox:
    """A combo box as wide as its longest item.

    Args:
        name: what a screen reader calls it.
        purpose: its tooltip.
    """
    box = QComboBox()
    box.setAccessibleName(name)
    box.setToolTip(purpose)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
    return box
