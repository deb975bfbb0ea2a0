"""Labels: plain words, words on one line, words with a link."""

import html
import re
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from gui.text.wording import wrap_tooltip


class PlainLabel(QLabel):
    """A label that reads no markup: Qt would find some in a sentence, an id, or the name of a file or a label."""

    def __init__(self, text: str = "", parent: QWidget | None = None, *, wraps: bool = False) -> None:
        super().__init__(text, parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(wraps)


def hint_label(text: str = "", *, wraps: bool = False) -> PlainLabel:
    """Plain words of less weight."""
    label = PlainLabel(text, wraps=wraps)
    label.setProperty("role", "hint")
    return label


class LinkLabel(QLabel):
    """Plain words, and a link after them that mouse and keyboard reach."""

    def __init__(self, words: str = "", link: str = "") -> None:
        super().__init__(wordWrap=True)
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.LinksAccessibleByMouse | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
        )
        self.show_words(words, link)

    def show_words(self, words: str, link: str) -> None:
        """Show these words; the link is not broken over lines."""
        linked = f'&nbsp; <a href="#">{html.escape(link).replace(" ", "&nbsp;")}</a>' if link else ""
        self.setText(html.escape(words) + linked)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:  # Qt colours a link once, when the text is set
            text = self.text()
            self.clear()
            self.setText(text)


class QuietLinks(LinkLabel):
    """Parts that are links and look like other words."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "hint")
        self._parts: Sequence[tuple[str, str]] = ()
        self._separator = ""

    def show_links(self, parts: Sequence[tuple[str, str]], separator: str) -> None:
        """Show parts, each with what its link leads to, or nothing."""
        self._parts, self._separator = parts, separator
        self._show()

    def _show(self) -> None:
        joint = html.escape(self._separator).replace("\n", "<br>")
        colour = self.palette().windowText().color().name()
        self.setText(joint.join(_linked(words, target, colour) for words, target in self._parts))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self._show()
        super().changeEvent(event)


_LONG = re.compile(r"(?:[,/_.:;&?=-]|[!-~]{16})(?=[!-~])")
"""Where a line may break in what has no blanks, such as addresses: a word that cannot break would widen the window."""


def _linked(words: str, target: str, colour: str) -> str:
    shown = html.escape(_LONG.sub("\\g<0>\u200b", words))
    style = f"color: {colour}; text-decoration: none"
    return f'<a href="{html.escape(target)}" style="{style}">{shown}</a>' if target else shown


class ElidedLabel(PlainLabel):
    """Plain words on one line; all of them in the tooltip.

    They need no room of their own, so other words move nothing: Qt's own text would lay the whole window out anew.
    """

    def __init__(self) -> None:
        super().__init__()
        self._words = ""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def show_text(self, words: str) -> None:
        """Show these words."""
        self._words = words
        self.setToolTip(wrap_tooltip(words))
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
