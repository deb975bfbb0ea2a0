"""A line of text that knows what an input method is about to add."""

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QGuiApplication, QInputMethodEvent
from PySide6.QtWidgets import QApplication, QLineEdit

from gui.text.utf16 import offsets


class LineField(QLineEdit):
    """A text field for languages that are composed: `text()` lacks the syllable on its way, `seen_text` has it.

    Signals:
        edited: the text is another, or a syllable on its way into it.
    """

    edited = Signal()

    def __init__(self, placeholder: str = "", *, clearable: bool = False) -> None:
        super().__init__(clearButtonEnabled=clearable, placeholderText=placeholder)
        self._composed = ""
        self.textChanged.connect(self.edited)

    @property
    def is_composing(self) -> bool:
        """Whether a syllable is on its way into the text."""
        return bool(self._composed)

    @property
    def seen_text(self) -> str:
        """The text as it is seen, a syllable that is being composed included."""
        text = self.text()
        at = offsets(text).to_code_points(self.cursorPosition())
        return text[:at] + self._composed + text[at:]

    def commit_composition(self) -> None:
        """Put what is being composed into the text, whether or not the input method does so when asked to."""
        if self.is_composing and QApplication.focusObject() is self:
            QGuiApplication.inputMethod().commit()
        if composed := self._composed:
            self._end_composition(composed)

    def show_text(self, text: str) -> None:
        """Show another text; what is being composed is dropped."""
        if self.is_composing:
            self._end_composition("")
        self.setText(text)

    def _end_composition(self, committed: str) -> None:
        if QApplication.focusObject() is self:
            QGuiApplication.inputMethod().reset()  # or it would commit later, into whatever is here by then
        end = QInputMethodEvent()
        end.setCommitString(committed)
        QApplication.sendEvent(self, end)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        was_composed, self._composed = self._composed, event.preeditString()
        super().inputMethodEvent(event)
        if self._composed != was_composed:
            self.edited.emit()

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.FocusAboutToChange, QEvent.Type.Hide):
            self.commit_composition()
        return super().event(event)
