"""A label that ends in an ellipsis where its words do not fit."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy

from gui.plain_label import PlainLabel
from gui.words import wrapped


class ElidedLabel(PlainLabel):
    """Plain words on one line; all of them in the tooltip.

    They need no room of their own, so other words move nothing: Qt's own text would lay the whole window out anew.
    """

    def __init__(self) -> None:
        super().__init__()
        self._words = ""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def say(self, words: str) -> None:
        """Show these words."""
        self._words = words
        self.setToolTip(wrapped(words))
        self.setAccessibleName(words)
        self.update()

    def text(self) -> str:
        return self._words

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        words = self.fontMetrics().elidedText(self._words, Qt.TextElideMode.ElideRight, self.width())
        painter.setPen(self.palette().windowText().color())
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words)
        painter.end()
