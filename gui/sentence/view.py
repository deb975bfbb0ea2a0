"""A widget that shows one sentence: its text and spans, as tall as its width makes it."""

from collections.abc import Collection, Sequence
from functools import lru_cache

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.domain.spans import PredictedSpan, Span
from core.metrics.comparison import Comparison
from gui.look.theme import SENTENCE_SIZE, Look, font
from gui.sentence.layout import TextLayout
from gui.sentence.mouse import EdgeDrag, RangeDrag
from gui.sentence.painting import MARGIN, large_style, paint
from gui.sentence.scene import Scene, arrange, unjudged
from gui.sentence.span_selection import TextSelection, comparisons_of, of_gold, place_suggestions, unite_readings

_LEAST_WIDTH = 240
_FOOT_WITHOUT_GOLD = 4
"""Pixels below a sentence without gold, which is followed by words about it."""


class Arrangement:
    """One sentence with its spans as a drag would leave them; layouts and scenes are kept until these change.

    Args:
        has_gold: whether there is gold to compare with; without it no prediction is an error.

    Attributes:
        text, gold, predicted, other: as the view was asked to show them.
        suggests: whether predicted spans are suggestions, of which none is an error.
        readers: the people whose spans are decided on: of `predicted`, and of `other` if it is between two.
    """

    def __init__(self, *, has_gold: bool) -> None:
        self.text = ""
        self.gold: tuple[Span, ...] = ()
        self.predicted: tuple[PredictedSpan, ...] | None = None
        self.other: tuple[PredictedSpan, ...] | None = None
        self.suggests = False
        self.readers: tuple[str, ...] = ()
        self._has_gold = has_gold
        self._size = SENTENCE_SIZE
        self._drag: RangeDrag | EdgeDrag | None = None
        self._comparisons: tuple[Comparison, ...] | None = None
        self._lay_out = lru_cache(maxsize=8)(_lay_out)
        self.scene_at = lru_cache(maxsize=4)(self._arrange)

    def show(
        self,
        text: str,
        gold: Sequence[Span],
        predicted: Sequence[PredictedSpan] | None,
        other: Sequence[PredictedSpan] | None,
        comparisons: tuple[Comparison, ...] | None = None,
    ) -> None:
        """Show other spans; a drag ends.

        Args:
            comparisons: how predicted and gold compare; None has them compared.
        """
        self.text, self.gold, self._drag = text, tuple(sorted(gold)), None
        self.predicted = None if predicted is None else tuple(predicted)
        self.other = None if other is None else tuple(other)
        self._forget()
        self._comparisons = comparisons

    @property
    def size(self) -> int:
        """Of the text, in pixels."""
        return self._size

    @size.setter
    def size(self, size: int) -> None:
        self._size = size
        self._forget()

    @property
    def drag(self) -> RangeDrag | EdgeDrag | None:
        """The drag that is under way."""
        return self._drag

    @drag.setter
    def drag(self, drag: RangeDrag | EdgeDrag | None) -> None:
        if drag != self._drag:
            moves_edges = isinstance(drag, EdgeDrag) or isinstance(self._drag, EdgeDrag)
            self._drag = drag
            if moves_edges:
                self._forget()

    def _forget(self) -> None:
        self._comparisons = None
        self.scene_at.cache_clear()

    @property
    def shown_gold(self) -> tuple[Span, ...]:
        """The gold as the drag of an edge would leave it."""
        return self._drag.gold_of(self.gold, self.text) if isinstance(self._drag, EdgeDrag) else self.gold

    def shown_selection(self, selection: TextSelection | None) -> TextSelection | None:
        """The selection as the drag would leave it."""
        if isinstance(self._drag, RangeDrag):
            return TextSelection("range", *self._drag.range)
        if isinstance(self._drag, EdgeDrag):
            return of_gold(self._drag.span_of(self.gold, self.text))
        return selection

    @property
    def comparisons(self) -> tuple[Comparison, ...]:
        """How the predicted spans compare with the gold shown; without a run, all gold is right."""
        if self._comparisons is None:
            found = unite_readings(self.predicted, self.other) if len(self.readers) > 1 else self.predicted
            self._comparisons = self._compare(found) if self._has_gold else unjudged(found or ())
        return self._comparisons

    def _compare(self, found: tuple[PredictedSpan, ...] | None) -> tuple[Comparison, ...]:
        return (place_suggestions if self.suggests else comparisons_of)(self.shown_gold, found)

    def layout_at(self, width: float) -> TextLayout:
        """The text in lines, in a widget of a width."""
        return self._lay_out(self.text, self._size, max(1.0, width - 2 * MARGIN))

    def _arrange(self, width: float) -> Scene:
        """The place of everything in a widget of a width."""
        return arrange(
            self.layout_at(width),
            self.comparisons if len(self.readers) < 2 else self._compare(self.predicted),
            large_style(self._size, foot=MARGIN if self._has_gold else _FOOT_WITHOUT_GOLD),
            predicted=self.predicted is not None,
            other=None if self.other is None else self._compare(self.other),
            gold=self._has_gold,
            readers=self.readers,
        )


def _lay_out(text: str, size: int, width: float) -> TextLayout:
    return TextLayout(text, font(size), width)


class SentenceView(QWidget):
    """Paints one sentence; what is to be said of it to a screen reader, and every gesture, is the subclass's.

    Args:
        has_gold: whether there is gold to compare with.

    Attributes:
        hits: the ranges of code points that were searched for, which are highlighted.
    """

    def __init__(self, look: Look, parent: QWidget | None = None, *, has_gold: bool = True) -> None:
        super().__init__(parent)
        self._look = look
        self._shown = Arrangement(has_gold=has_gold)
        self.hits: tuple[tuple[int, int], ...] = ()
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setMouseTracking(True)

    @property
    def scene(self) -> Scene:
        """The place of everything now."""
        return self._shown.scene_at(self.width())

    @property
    def comparisons(self) -> tuple[Comparison, ...]:
        """How the predicted spans compare with the gold shown; without a run, all gold is right."""
        return self._shown.comparisons

    @property
    def selection(self) -> TextSelection | None:
        """The selected range or span."""
        return None

    @property
    def replaced(self) -> Collection[Span]:
        """The gold spans that are shown as about to be taken away."""
        return ()

    def heightForWidth(self, width: int) -> int:
        return round(self._shown.scene_at(width).height + 0.5)

    def sizeHint(self) -> QSize:
        width = max(_LEAST_WIDTH, self.width())
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        return QSize(_LEAST_WIDTH, self.heightForWidth(max(_LEAST_WIDTH, self.width())))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._look.theme.surface))
        if self._shown.text:
            selection = self._shown.shown_selection(self.selection)
            part = QRectF(event.rect())
            paint(painter, self.scene, self._look.theme, selection, replaced=self.replaced, hits=self.hits, part=part)
        painter.end()
