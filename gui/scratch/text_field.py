"""The field for text of any number of lines, and the lines in it."""

import re
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication, QInputMethodEvent, QTextCursor
from PySide6.QtWidgets import (
    QPlainTextEdit,
)

from core.messages.catalogue import say
from gui.text.utf16 import offsets

_BREAK = re.compile("[\u2028\u2029]|\\Z")
"""What a text field makes of a line end, of any kind, and of a soft one."""


@dataclass(frozen=True, slots=True)
class ScratchLine:
    """A sentence without the blanks around it, and the place of the whole line with its end (code points)."""

    text: str
    start: int
    end: int


def lines_of(raw: str) -> list[ScratchLine]:
    """The lines that say something.

    Args:
        raw: a document's raw text, in which nothing but line ends was rewritten.
    """
    lines, start = [], 0
    for found in _BREAK.finditer(raw):
        text = raw[start : found.start()].strip()
        if text:
            lines.append(ScratchLine(text, start, found.end()))
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

    def __init__(self) -> None:
        super().__init__()
        self._composed = ""
        self.setAccessibleName(say("Text to tag"))
        self.setPlaceholderText(say("Type or paste text, one sentence per line"))
        self.setTabChangesFocus(True)
        self.textChanged.connect(self.edited)

    @property
    def lines(self) -> list[ScratchLine]:
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

    def remove(self, line: ScratchLine) -> None:
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
