"""The note on a sentence: one quiet line below it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent

from core.domain.spans import SentenceNumber
from gui.keys.commands import tip
from gui.keys.keymap import Keymap
from gui.line_field import LineField
from gui.theme import Theme


class NoteLine(LineField):
    """Shows a sentence's note and takes another.

    Signals:
        given: the person wrote another note; the sentence's number and the words.
        left: the person is through with it, and wants the sentence's keys again.
    """

    given = Signal(int, str)
    left = Signal()

    def __init__(self, theme: Theme, keymap: Keymap) -> None:
        super().__init__("Note")
        self._keymap = keymap
        self._number: SentenceNumber | None = None
        self._stored = ""
        self._refused: dict[SentenceNumber, str] = {}
        self.setAccessibleName("Note")
        self.setMaxLength(2_000)
        self.set_theme(theme)
        self.editingFinished.connect(self.commit)
        keymap.changed.connect(self._name_key)
        self._name_key()

    def set_theme(self, theme: Theme) -> None:
        """Take another theme's colours."""
        self.setStyleSheet(
            "QLineEdit { border: 1px solid transparent; background: transparent; padding: 1px 4px; min-height: 18px; }"
            f"QLineEdit:hover {{ background: {theme.hover}; }}"
            f"QLineEdit:focus {{ border-color: {theme.accent}; background: {theme.raised}; }}"
        )

    def _name_key(self) -> None:
        self.setToolTip(tip("A note on the sentence; the search finds it", self._keymap.keys("note")))

    def show_note(self, number: SentenceNumber | None, text: str) -> None:
        """Show the note of a sentence; what is being written on the same one stays, and what could not be stored."""
        is_writing = number == self._number and self.hasFocus() and self.seen_text != self._stored
        self._number, self._stored = number, text
        if not is_writing:
            self.show_text(text if number is None else self._refused.get(number, text))
            self.setCursorPosition(0)
        self.setEnabled(number is not None)

    def commit(self) -> None:
        """Give what was written, a syllable that is being composed included, if it is another note than before."""
        self.commit_composition()
        number, text = self._number, self.text().strip()
        if number is None:
            return
        self._refused.pop(number, None)
        if text == self._stored:
            return
        self.given.emit(number, text)
        if self._number == number and self._stored != text:  # it could not be stored now
            self._refused[number] = text

    def forget(self) -> None:
        """Begin anew with another project."""
        self._refused.clear()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.show_text(self._stored)
            if self._number is not None:
                self._refused.pop(self._number, None)
            self.left.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.commit()
            self.left.emit()
        else:
            super().keyPressEvent(event)
