"""The log of what trainings did, one line an event."""

from datetime import datetime

from PySide6.QtWidgets import QPlainTextEdit

_MAX_LINES = 2000


class LogView(QPlainTextEdit):
    """Lines with their time, newest last; can be selected and copied."""

    def __init__(self) -> None:
        super().__init__(readOnly=True)
        self.setMaximumBlockCount(_MAX_LINES)
        self.setPlaceholderText("What happens while a run trains is noted here.")
        self.setAccessibleName("Training log")
        self.setTabChangesFocus(True)

    def add(self, line: str) -> None:
        """Note something that happened now."""
        self.appendPlainText(f"{datetime.now():%H:%M:%S}  {line}")
