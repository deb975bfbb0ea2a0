"""Text fields, of one line and of several, that know what an input method is about to add."""

import re
from dataclasses import dataclass

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QGuiApplication, QInputMethodEvent, QTextCursor
from PySide6.QtWidgets import (
    QApplication,
    QLineEdit,
    QPlainTextEdit,
)

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


_BREAK = re.compile("[\u2028\u2029]|\\Z")
"""What a text field makes of a line end, of any kind, and of a soft one."""


@dataclass(frozen=True, slots=True)
class FieldLine:
    """A sentence without the blanks around it, and the place of the whole line with its end (code points)."""

    text: str
    start: int
    end: int


def lines_of(raw: str) -> list[FieldLine]:
    """The lines that say something.

    Args:
        raw: a document's raw text, in which nothing but line ends was rewritten.
    """
    lines, start = [], 0
    for found in _BREAK.finditer(raw):
        text = raw[start : found.start()].strip()
        if text:
            lines.append(FieldLine(text, start, found.end()))
        start = found.end()
    return lines


def sound(text: str) -> str:
    """The text with U+FFFD for halves of characters, which no file and no database can store."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


class TextField(QPlainTextEdit):
    """Plain text of any number of lines.

    Signals:
        edited: the text is another, or a syllable on its way into it.
    """

    edited = Signal()

    def __init__(self, placeholder: str = "") -> None:
        super().__init__(placeholderText=placeholder)
        self._composed = ""
        self.setTabChangesFocus(True)
        self.textChanged.connect(self.edited)

    @property
    def lines(self) -> list[FieldLine]:
        """The lines as they are seen, a syllable that is being composed included."""
        raw = sound(self.document().toRawText())
        at = offsets(raw).to_code_points(self.textCursor().position())
        return lines_of(raw[:at] + self._composed + raw[at:])

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        self._composed = sound(event.preeditString())
        super().inputMethodEvent(event)
        self.edited.emit()

    def add_line(self, text: str) -> None:
        """Put a line at the end, as if it had been typed."""
        cursor = QTextCursor(self.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.insertText(text if self.document().isEmpty() else f"\n{text}")
        self.setTextCursor(cursor)

    def remove(self, line: FieldLine) -> None:
        """Take a line out; the field's own undo brings it back."""
        QGuiApplication.inputMethod().commit()
        raw = sound(self.document().toRawText())
        if line not in lines_of(raw):
            return
        mapping = offsets(raw)
        begins = line.start - 1 if line.end == len(raw) and line.start else line.start
        cursor = QTextCursor(self.document())
        cursor.setPosition(mapping.to_units(begins))
        cursor.setPosition(mapping.to_units(line.end), QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()
