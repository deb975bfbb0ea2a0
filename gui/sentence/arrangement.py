"""What the large sentence shows: its text and spans as a drag would leave them, and where they stand at a width."""

from collections.abc import Sequence

from core.domain.spans import PredictedSpan, Span
from core.metrics.comparison import Comparison
from gui.look.theme import SENTENCE_SIZE
from gui.sentence.interaction import EdgeDrag, RangeDrag, comparisons_of
from gui.sentence.layout import TextLayout, laid_out
from gui.sentence.painting import tag_metrics
from gui.sentence.scene import PADDING, Scene, arranged
from gui.sentence.selection import Selection, of_gold

_WIDTHS_KEPT = 3


class Arrangement:
    """One sentence with its spans; what is made of them is remembered until they change.

    Attributes:
        text, gold, predicted, other: as the canvas was asked to show them.
    """

    def __init__(self) -> None:
        self.text = ""
        self.gold: tuple[Span, ...] = ()
        self.predicted: tuple[PredictedSpan, ...] | None = None
        self.other: tuple[PredictedSpan, ...] | None = None
        self._size = SENTENCE_SIZE
        self._drag: RangeDrag | EdgeDrag | None = None
        self._comparisons: tuple[Comparison, ...] | None = None
        self._scenes: dict[float, Scene] = {}

    def show(
        self,
        text: str,
        gold: Sequence[Span],
        predicted: Sequence[PredictedSpan] | None,
        other: Sequence[PredictedSpan] | None,
    ) -> None:
        """Show other spans; a drag ends."""
        self.text, self.gold, self._drag = text, tuple(sorted(gold)), None
        self.predicted = None if predicted is None else tuple(predicted)
        self.other = None if other is None else tuple(other)
        self._forget()

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
        self._scenes.clear()

    @property
    def shown_gold(self) -> tuple[Span, ...]:
        """The gold as the drag of an edge would leave it."""
        return self._drag.gold_of(self.gold, self.text) if isinstance(self._drag, EdgeDrag) else self.gold

    def shown_selection(self, selection: Selection | None) -> Selection | None:
        """The selection as the drag would leave it."""
        if isinstance(self._drag, RangeDrag):
            return Selection("range", *self._drag.range)
        if isinstance(self._drag, EdgeDrag):
            return of_gold(self._drag.span_of(self.gold, self.text))
        return selection

    @property
    def comparisons(self) -> tuple[Comparison, ...]:
        """How the predicted spans compare with the gold shown; without a run, all gold is right."""
        if self._comparisons is None:
            self._comparisons = comparisons_of(self.shown_gold, self.predicted)
        return self._comparisons

    def layout_at(self, width: float) -> TextLayout:
        """The text in lines, in a widget of a width."""
        return laid_out(self.text, self._size, max(1.0, width - 2 * PADDING))

    def scene_at(self, width: float) -> Scene:
        """Where everything stands in a widget of a width."""
        if width not in self._scenes:
            if len(self._scenes) > _WIDTHS_KEPT:
                self._scenes.clear()
            self._scenes[width] = arranged(
                self.layout_at(width),
                self.comparisons,
                tag_metrics(self._size),
                font_size=self._size,
                predicted=self.predicted is not None,
                other=None if self.other is None else comparisons_of(self.shown_gold, self.other),
            )
        return self._scenes[width]
