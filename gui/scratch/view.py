"""A line with its predicted spans, painted as Inspect paints a sentence; there is no gold, and nothing to edit."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QSize
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from core.domain.spans import PredictedSpan
from gui.look.theme import SENTENCE_SIZE, Theme, font
from gui.sentence.description import described
from gui.sentence.layout import TextLayout, lay_out
from gui.sentence.painting import paint, tag_metrics
from gui.sentence.scene import PADDING, Mark, Scene, arranged, unjudged
from gui.text.inspect import label_names

_LEAST_WIDTH = 240
_WIDTHS_KEPT = 3
_TRIMMED = 12
"""Pixels of the scene's lower edge that are left to what stands below the line."""


class LineView(QWidget):
    """Shows one line; as tall as its width makes it."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._text = ""
        self._spans: tuple[PredictedSpan, ...] = ()
        self._layouts: dict[int, TextLayout] = {}
        self._scenes: dict[int, Scene] = {}
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setMouseTracking(True)

    @property
    def text(self) -> str:
        return self._text

    @property
    def spans(self) -> tuple[PredictedSpan, ...]:
        return self._spans

    def show_line(self, text: str, spans: Sequence[PredictedSpan]) -> None:
        """Show a line and what was found in it."""
        if (text, tuple(spans)) == (self._text, self._spans):
            return
        if text != self._text:
            self._layouts.clear()
        self._text, self._spans = text, tuple(spans)
        self._scenes.clear()
        self.setAccessibleName(text)
        self.setAccessibleDescription(described(text, unjudged(spans)))
        self.updateGeometry()
        self.update()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def mark_at(self, point: QPointF) -> Mark | None:
        """The span whose text or tag is at a point."""
        scene = self._scene_at(self.width())
        for mark in scene.marks:
            rects = (mark.tag.rect, *(scene.text_rect(piece) for piece in mark.pieces))
            if any(rect.contains(point) for rect in rects):
                return mark
        return None

    def _scene_at(self, width: int) -> Scene:
        if width not in self._scenes:
            self._scenes[width] = arranged(
                self._layout_at(width),
                unjudged(self._spans),
                tag_metrics(),
                font_size=SENTENCE_SIZE,
                predicted=True,
                gold=False,
            )
        return self._scenes[width]

    def _layout_at(self, width: int) -> TextLayout:
        if width not in self._layouts:
            if len(self._layouts) > _WIDTHS_KEPT:
                self._layouts.clear()
                self._scenes.clear()
            self._layouts[width] = lay_out(self._text, font(SENTENCE_SIZE), max(1.0, width - 2 * PADDING))
        return self._layouts[width]

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return round(self._scene_at(width).height + 0.5) - _TRIMMED

    def sizeHint(self) -> QSize:
        width = max(_LEAST_WIDTH, self.width())
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        return QSize(_LEAST_WIDTH, self.heightForWidth(max(_LEAST_WIDTH, self.width())))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._theme.surface))
        paint(painter, self._scene_at(self.width()), self._theme, None)
        painter.end()

    def event(self, event: QEvent) -> bool:
        """Say in words what stands under the pointer."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            mark = self.mark_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), self._words(mark) if mark is not None else "", self)
            return True
        return super().event(event)

    def _words(self, mark: Mark) -> str:
        found = mark.comparison.predicted
        assert found is not None
        text = self._text[found.span.start : found.span.end]
        return f"{text}\n{label_names(self._theme.entity_type(found.span.label))}\nprobability {found.probability:.4f}"
