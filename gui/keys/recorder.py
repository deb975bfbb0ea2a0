"""A button that waits for a key and tells which one was pressed."""

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QPushButton

from gui.keys.chords import chord_of, normalised

WAITING = "Press a key… Esc stops"


class KeyRecorder(QPushButton):
    """While it waits, every key is taken as it stands on the keyboard, Tab and shortcuts too.

    Signals:
        recorded: a key was pressed, as `chord_of` writes it.
    """

    recorded = Signal(str)

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._text = text
        self.setAutoDefault(False)
        self.setCheckable(True)
        self.clicked.connect(lambda on: self.wait() if on else self.stop())

    def wait(self) -> None:
        """Wait for a key."""
        self.setChecked(True)
        self.setText(WAITING)
        self.setFocus()

    def stop(self) -> None:
        self.setChecked(False)
        self.setText(self._text)

    def event(self, event: QEvent) -> bool:
        if self.isChecked() and isinstance(event, QKeyEvent):
            event.accept()
            if event.type() == QEvent.Type.KeyPress and not event.isAutoRepeat():
                self._take(chord_of(event))
            return True
        return super().event(event)

    def _take(self, key: str) -> None:
        if not normalised(key):
            return
        self.stop()
        if key != "Esc":
            self.recorded.emit(key)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.stop()
        super().focusOutEvent(event)
