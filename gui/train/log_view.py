"""The log of what trainings did, one line an event."""

from datetime import datetime

from PySide6.QtWidgets import QPlainTextEdit

_MAX_LINES = 2000


class LogView(QPlainTextEdit):
    """Lines with their time, newest last; can be selected and copied. Stays at its end unless scrolled up."""

    def __init__(self) -> None:
        super().__init__(readOnly=True)
        self.setMaximumBlockCount(_MAX_LINES)
        self.setPlaceholderText("Training log")
        self.setAccessibleName("Training log")
        self.setTabChangesFocus(True)
        self._is_at_end = True
        bar = self.verticalScrollBar()
        bar.valueChanged.connect(self._note_place)
        bar.rangeChanged.connect(self._keep_place)

    def add(self, line: str) -> None:
        """Note something that happened now."""
        self.appendPlainText(f"{datetime.now():%H:%M:%S}  {line}")

    def recall(self, line: str) -> None:
        """Note something that happened at another time."""
        self.appendPlainText(line)

    def _note_place(self, value: int) -> None:
        self._is_at_end = value >= self.verticalScrollBar().maximum()

    def _keep_place(self, _: int, last: int) -> None:
        """Qt itself follows only while the log is seen."""
        if self._is_at_end or last == 0:
            self.verticalScrollBar().setValue(last)
            self._is_at_end = True
