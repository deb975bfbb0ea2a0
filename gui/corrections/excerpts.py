"""A span in its context on one line: the text around it, and the span in bold and the ink of its label."""

from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QApplication, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from core.domain.spans import Span
from gui.look.theme import Look

SPAN_ROLE = Qt.ItemDataRole.UserRole + 1
"""The role under which a model gives the `Excerpt` of an index; its text is what the index displays."""

_BEFORE, _AFTER = 8, 60
"""Characters of context; the line is cut at its end, so that the span stays in sight."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A part of a text: what is before a span, the span, what is after it, and its label."""

    before: str
    span: str
    after: str
    label: str

    @property
    def text(self) -> str:
        return self.before + self.span + self.after


def excerpt(text: str, span: Span) -> Excerpt:
    """The surroundings of a span on one line."""
    line = text.replace("\n", " ")
    first, last = max(0, span.start - _BEFORE), span.end + _AFTER
    before = ("…" if first else "") + line[first : span.start]
    return Excerpt(before, line[span.start : span.end], line[span.end : last], span.label)


class ContextDelegate(QStyledItemDelegate):
    """Paints what a model gives under `SPAN_ROLE`; where that is nothing, the plain text."""

    def __init__(self, look: Look, parent: QObject) -> None:
        super().__init__(parent)
        self._look = look

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        found = index.data(SPAN_ROLE)
        if not isinstance(found, Excerpt):
            super().paint(painter, option, index)
            return
        self.initStyleOption(option, index)
        style = option.widget.style() if option.widget is not None else QApplication.style()
        rect = style.subElementRect(QStyle.SubElement.SE_ItemViewItemText, option, option.widget)
        margin = style.pixelMetric(QStyle.PixelMetric.PM_FocusFrameHMargin, None, option.widget) + 1
        rect.adjust(margin, 0, -margin, 0)  # as Qt does for a text
        option.text = ""
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, option.widget)
        painter.save()
        painter.setClipRect(rect)
        self._paint_parts(painter, rect, option, found)
        painter.restore()

    def _paint_parts(self, painter: QPainter, rect: QRect, option: QStyleOptionViewItem, found: Excerpt) -> None:
        bold = QFont(option.font)
        bold.setBold(True)
        plain = option.palette.text().color()
        ink = QColor(self._look.theme.label(found.label).ink)
        for text, face, colour in (
            (found.before, option.font, plain),
            (found.span, bold, ink),
            (found.after, option.font, plain),
        ):
            metrics = QFontMetrics(face)
            painter.setFont(face)
            painter.setPen(colour)
            line = metrics.elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
            painter.drawText(rect, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, line)
            rect.setLeft(rect.left() + metrics.horizontalAdvance(line))
