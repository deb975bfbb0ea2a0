"""A line with its predicted spans, painted as Inspect paints a sentence; there is no gold, and nothing to edit."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QToolTip

from core.domain.spans import PredictedSpan
from gui.look.theme import Theme
from gui.sentence.accessible import describe_sentence
from gui.sentence.scene import Mark
from gui.sentence.view import SentenceView
from gui.text.inspect import label_names


class LineView(SentenceView):
    """Shows one line."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, has_gold=False)

    @property
    def text(self) -> str:
        return self._shown.text

    @property
    def spans(self) -> tuple[PredictedSpan, ...]:
        return self._shown.predicted or ()

    def show_line(self, text: str, spans: Sequence[PredictedSpan]) -> None:
        """Show a line and what was found in it."""
        if (text, tuple(spans)) == (self.text, self._shown.predicted):
            return
        self._shown.show(text, (), spans, None)
        self.setAccessibleName(text)
        self.setAccessibleDescription(describe_sentence(text, self.comparisons))
        self.updateGeometry()
        self.update()

    def mark_at(self, point: QPointF) -> Mark | None:
        """The span whose text or tag is at a point."""
        scene = self.scene
        for mark in scene.marks:
            rects = (mark.tag.rect, *(scene.text_rect(piece) for piece in mark.pieces))
            if any(rect.contains(point) for rect in rects):
                return mark
        return None

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
        text = self.text[found.span.start : found.span.end]
        return f"{text}\n{label_names(self._theme.entity_type(found.span.label))}\nprobability {found.probability:.4f}"
