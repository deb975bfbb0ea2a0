"""One sentence with its spans as shapes: every mark, its tag and its place, for painting and for hit-testing alike."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, get_args

from PySide6.QtCore import QRectF

from core.domain.spans import PredictedSpan, Span
from core.messages.catalogue import say
from core.metrics.comparison import Comparison
from gui.sentence.layout import Piece, TextLayout
from gui.text.wording import ERROR_TAGS

Lane = Literal["gold", "predicted", "other"]
"""The gold on the text, what the epoch predicted below it, and below that what another epoch predicted."""
LANES: tuple[Lane, ...] = get_args(Lane)
Role = Literal["label", "gold label", "quiet", "error"]

BRACKET = 6.0
"""Between the text and the tags of the predicted lane."""
TAG_GAP, TAG_PADDING, LINE_GAP = 2.0, 3.0, 7.0
STEM = 3.0
"""What a line that joins a tag to its mark takes of the tag's room."""
_SHIFT = 8.0
"""How far to the left of its mark a tag may go rather than to a further row."""
_LONGEST_NAME = 10
"""Characters of a reader's name in a tag."""
LINE_HEIGHT = 2.4
"""The least distance of two lines, in font sizes."""


@dataclass(frozen=True, slots=True)
class Words:
    """A part of a tag in one ink: that of a label, a quiet one or the one of errors."""

    text: str
    role: Role
    label: str = ""


@dataclass(frozen=True, slots=True)
class Tag:
    """The words at a mark, and their place; `stem` is where a line joins them to the mark, if one has to."""

    words: tuple[Words, ...]
    rect: QRectF
    stem: float | None


@dataclass(frozen=True, slots=True)
class Mark:
    """A gold or predicted span, or the lack of a predicted one (the lane `predicted` or `other` of a missed span)."""

    lane: Lane
    comparison: Comparison
    pieces: tuple[Piece, ...]
    tag: Tag

    @property
    def span(self) -> Span | None:
        if self.lane == "gold":
            return self.comparison.gold
        return self.comparison.predicted.span if self.comparison.predicted else None

    @property
    def is_unjudged(self) -> bool:
        """Whether it is a predicted span of a text without gold; see `unjudged`."""
        return self.comparison.gold is None and not self.comparison.is_error


@dataclass(frozen=True, slots=True)
class TagMetrics:
    """The size of a tag's letters, how tall a row of tags is and how wide words are in it, in pixels."""

    size: int
    height: float
    width: Callable[[Words], float]


@dataclass(frozen=True, slots=True)
class Style:
    """How a sentence is drawn, in pixels.

    Attributes:
        text_size: of the sentence's letters.
        margin: above the text and beside it.
        foot: below the last line.
        radius: of the corners of a gold span.
        outline: the width of the line around a gold span.
        drop: from the text down to the line under a predicted span.
        wave: how far a wavy line goes up and down.
        tags: None draws the shapes of gold and errors alone.
    """

    text_size: int
    margin: float
    foot: float
    radius: float
    outline: float
    drop: float
    wave: float
    tags: TagMetrics | None


@dataclass(frozen=True, slots=True)
class LineBox:
    """The vertical extent of one line, of its text, of its predicted lane's tags and of those of the other lane."""

    top: float
    text_top: float
    text_bottom: float
    tag_top: float
    other_top: float
    bottom: float


@dataclass(frozen=True)
class Scene:
    """A laid-out sentence; `differing` are the ranges in which gold and predicted edges differ. Without gold,
    predicted spans are filled in its place; beside it, suggestions are not. With two readers, the other lane is worked
    on like the predicted one, and what both say is quiet: `agreed`.
    """

    layout: TextLayout
    style: Style
    lines: tuple[LineBox, ...]
    marks: tuple[Mark, ...]
    differing: tuple[tuple[int, int], ...]
    has_gold: bool = True
    readers: tuple[str, ...] = ()
    agreed: frozenset[Span] = frozenset()

    @property
    def worked_on(self) -> tuple[Lane, ...]:
        """The lanes whose spans can be selected."""
        return LANES if len(self.readers) > 1 else LANES[:2]

    @property
    def height(self) -> float:
        return (self.lines[-1].bottom if self.lines else 0.0) + self.style.foot

    def text_rect(self, piece: Piece) -> QRectF:
        """The rectangle of a piece of text, in the widget's coordinates."""
        line, left = self.lines[piece.line], self.style.margin + piece.left
        return QRectF(left, line.text_top, piece.right - piece.left, line.text_bottom - line.text_top)

    def edge_rect(self, line: int, x: float) -> QRectF:
        """An upright line as high as the text, at a horizontal position of the layout."""
        placed = self.lines[line]
        return QRectF(self.style.margin + x, placed.text_top, 0.0, placed.text_bottom - placed.text_top)

    def text_rects(self, start: int, end: int) -> tuple[QRectF, ...]:
        """The rectangles of a range of code points."""
        return tuple(self.text_rect(piece) for piece in self.layout.pieces(start, end))

    def can_move_edges(self, mark: Mark) -> bool:
        """Whether the edges of a mark can be moved: those of gold, and of a suggestion that overlaps none."""
        span = mark.span
        if mark.lane == "gold" or span is None:
            return span is not None
        is_suggestion = mark.lane == "predicted" and mark.is_unjudged and self.has_gold
        return is_suggestion and not any(map(span.overlaps, self._gold))

    @cached_property
    def _gold(self) -> Sequence[Span]:
        return [mark.span for mark in self.marks if mark.lane == "gold" and mark.span is not None]

    @cached_property
    def _marks_by_line(self) -> Mapping[int, Sequence[int]]:
        """The indices in `marks` of those that have a piece on a line."""
        found = defaultdict[int, list[int]](list)
        for at, mark in enumerate(self.marks):
            for line in {piece.line for piece in mark.pieces}:
                found[line].append(at)
        return found

    def marks_on(self, lines: Iterable[int]) -> tuple[Mark, ...]:
        """The marks that have a piece on one of some lines, in their order."""
        return tuple(
            self.marks[at] for at in sorted({at for line in lines for at in self._marks_by_line.get(line, ())})
        )

    def lines_in(self, rect: QRectF) -> range:
        """The lines that a rectangle touches."""
        return range(self.line_at(rect.top()), self.line_at(rect.bottom()) + 1)

    def range_of(self, lines: range) -> tuple[int, int]:
        """The code points of some lines that follow one another."""
        starts = (*self.layout.starts, self.layout.end)
        return starts[lines.start], starts[lines.stop]

    def layout_x(self, x: float) -> float:
        """A horizontal position of the widget as one of the layout."""
        return x - self.style.margin

    def line_at(self, y: float) -> int:
        """The line nearest to a vertical position."""
        return min(bisect_right(self.lines, y, key=lambda line: line.bottom), len(self.lines) - 1)


@dataclass(frozen=True, slots=True)
class _UnplacedMark:
    """A mark whose tag has no place yet."""

    lane: Lane
    comparison: Comparison
    pieces: tuple[Piece, ...]
    words: tuple[Words, ...]
    width: float


@dataclass(frozen=True, slots=True)
class _PlacedTag:
    """The place of a tag in its lane of its line: the row counts away from the text."""

    mark: _UnplacedMark
    row: int
    left: float


def arrange(
    layout: TextLayout,
    comparisons: Sequence[Comparison],
    style: Style,
    *,
    predicted: bool,
    other: Sequence[Comparison] | None = None,
    gold: bool = True,
    readers: tuple[str, ...] = (),
) -> Scene:
    """Give every mark and tag its place.

    Args:
        comparisons: without a run, gold spans that are `right` and have no predicted one.
        style: without tags, nothing is drawn but gold and errors, and no lane has room.
        predicted: whether to leave room for the predicted lane.
        other: how another epoch's predictions compare with the same gold, for a lane of their own; None for none.
        gold: whether to leave room for labels over the text.
        readers: the people whose spans those of the predicted lane, and of the other one, are: named in their tags.
    """
    if style.tags is None:
        return _arrange_without_tags(layout, comparisons, style)
    unplaced = defaultdict[tuple[int, Lane], list[_UnplacedMark]](list)
    one, second = (*readers, "", "")[:2]
    agreed = _found_in(comparisons) & _found_in(other or ()) if second else frozenset[Span]()
    shown = _marks_to_place(layout, comparisons, style.tags, one)
    for mark in shown + _other_marks(layout, other or (), style.tags, second):
        if mark.lane != "gold" and _found_in([mark.comparison]) & agreed:
            mark = replace(mark, words=tuple([replace(part, role="quiet") for part in mark.words]))
        unplaced[mark.pieces[0].line, mark.lane].append(mark)
    tags = {place: assign_tag_rows(unplaced[place], layout.width) for place in sorted(unplaced, key=_order_of_painting)}
    room: dict[Lane, bool] = {"gold": gold, "predicted": predicted, "other": other is not None}
    lines = _line_boxes(layout, tags, style, style.tags.height, lanes=[lane for lane in LANES if room[lane]])
    marks = tuple(_place_mark(tag, lines[line], style) for (line, _), placed in tags.items() for tag in placed)
    return Scene(layout, style, lines, marks, tuple(_differing(comparisons)), gold, readers, agreed)


def _found_in(comparisons: Iterable[Comparison]) -> frozenset[Span]:
    return frozenset(each.predicted.span for each in comparisons if each.predicted is not None)


def _arrange_without_tags(layout: TextLayout, comparisons: Sequence[Comparison], style: Style) -> Scene:
    marks, lines, top = [], [], style.margin
    for comparison in comparisons:
        for lane, span in _lanes(comparison):
            if lane == "predicted" and (comparison.predicted is None or not comparison.is_error):
                continue
            pieces = layout.pieces(span.start, span.end)
            if pieces:
                marks.append(Mark(lane, comparison, pieces, Tag((), QRectF(), None)))
    for _ in layout.lines:
        bottom = top + layout.text_height
        lines.append(LineBox(top, top, bottom, bottom, bottom, bottom))
        top = bottom
    return Scene(layout, style, tuple(lines), tuple(marks), ())


def _order_of_painting(place: tuple[int, Lane]) -> tuple[int, int]:
    line, lane = place
    return line, LANES.index(lane)


def unjudged(predicted: Iterable[PredictedSpan]) -> tuple[Comparison, ...]:
    """Predicted spans of a text that has no gold to compare with: none is an error."""
    return tuple(Comparison("right", None, found) for found in predicted)


def tag_words(comparison: Comparison, lane: Lane, reader: str = "") -> tuple[Words, ...]:
    """What a tag says: the label; for a predicted span also its probability, and what is wrong with it. That of a
    reader begins with the name in place of a probability.
    """
    gold, predicted = comparison.gold, comparison.predicted
    if lane == "gold":
        assert gold is not None
        return (Words(gold.label, "label", gold.label),)
    wrong = say(ERROR_TAGS[comparison.outcome]) if comparison.outcome in ERROR_TAGS else ""
    if predicted is None:
        return (Words(wrong, "error"),)
    label = predicted.span.label
    role: Role = "label" if comparison.is_error or gold is None else "quiet"
    words = f"{_shorten(reader)} {label}" if reader else f"{label} {probability(predicted.probability)}"
    said: tuple[Words, ...] = (Words(words, role, label),)
    if comparison.outcome in ("type", "both"):
        assert gold is not None
        said = (Words(gold.label, "gold label", gold.label), Words("→", "error"), *said)
    return (*said, Words(wrong, "error")) if wrong else said


def _shorten(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…"


def probability(value: float) -> str:
    """A probability as tags show it: `.98`, and `1.0` for what rounds to it."""
    return "1.0" if value >= 0.995 else f"{value:.2f}".removeprefix("0")


def assign_tag_rows(marks: Sequence[_UnplacedMark], width: float) -> list[_PlacedTag]:
    """Put the tags of one lane of one line in as few rows as keep them apart.

    From right to left, so that a tag which has to go to a further row has nothing between itself and its mark.
    """
    limits: list[float] = []
    placed = []
    for mark in sorted(marks, key=lambda mark: mark.pieces[0].left, reverse=True):
        row, left = _fit_in_row(mark, limits, width)
        taken = min(left, mark.pieces[0].left)
        limits[: row + 1] = [min(limit, taken) for limit in (*limits[:row], *(limits[row : row + 1] or [taken]))]
        placed.append(_PlacedTag(mark, row, left))
    return placed


def _fit_in_row(mark: _UnplacedMark, limits: Sequence[float], width: float) -> tuple[int, float]:
    """The nearest row with room for a tag left of that row's limit, and where the tag begins in it."""
    natural = max(0.0, min(mark.pieces[0].left, width - mark.width))
    for row, limit in enumerate(limits):
        left = min(natural, limit - TAG_GAP - mark.width - (STEM if row else 0.0))
        if left >= max(0.0, natural - (0.0 if row else _SHIFT)):
            return row, left
    return len(limits), natural


def _marks_to_place(
    layout: TextLayout, comparisons: Sequence[Comparison], metrics: TagMetrics, reader: str
) -> list[_UnplacedMark]:
    found = []
    for comparison in comparisons:
        for lane, span in _lanes(comparison):
            words = tag_words(comparison, lane, reader)
            pieces = layout.pieces(span.start, span.end)
            if pieces:
                found.append(_UnplacedMark(lane, comparison, pieces, words, tag_width(words, metrics)))
    return found


def _other_marks(
    layout: TextLayout, comparisons: Sequence[Comparison], metrics: TagMetrics, reader: str
) -> list[_UnplacedMark]:
    """What another epoch predicted, or missed."""
    marks = _marks_to_place(layout, comparisons, metrics, reader)
    return [replace(mark, lane="other") for mark in marks if mark.lane == "predicted"]


def tag_width(words: Sequence[Words], metrics: TagMetrics) -> float:
    return sum(metrics.width(part) for part in words) + TAG_PADDING * (len(words) + 1)


def _lanes(comparison: Comparison) -> list[tuple[Lane, Span]]:
    lanes: list[tuple[Lane, Span]] = []
    if comparison.gold is not None:
        lanes.append(("gold", comparison.gold))
    if comparison.predicted is not None:
        lanes.append(("predicted", comparison.predicted.span))
    elif comparison.gold is not None and comparison.outcome == "missed":
        lanes.append(("predicted", comparison.gold))
    return lanes


def _line_boxes(
    layout: TextLayout,
    tags: Mapping[tuple[int, Lane], Sequence[_PlacedTag]],
    style: Style,
    row_height: float,
    *,
    lanes: Collection[Lane],
) -> tuple[LineBox, ...]:
    lines, top = [], style.margin
    for number in layout.lines:
        heights = {lane: _count_rows(tags.get((number, lane), ())) * row_height for lane in LANES}
        text_top = top + (heights["gold"] if "gold" in lanes else 0)
        text_bottom = text_top + layout.text_height
        tag_top = text_bottom + BRACKET
        tags_bottom = tag_top + (heights["predicted"] if "predicted" in lanes else 0)
        other_top = tags_bottom + 2 * BRACKET
        bottom = other_top + heights["other"] if "other" in lanes else tags_bottom
        bottom = max(bottom + LINE_GAP, top + LINE_HEIGHT * style.text_size)
        lines.append(LineBox(top, text_top, text_bottom, tag_top, other_top, bottom))
        top = bottom
    return tuple(lines)


def _count_rows(tags: Iterable[_PlacedTag]) -> int:
    """The rows of tags in a lane, at least one so that lines stay where they are when spans come and go."""
    return max((tag.row + 1 for tag in tags), default=1)


def _place_mark(tag: _PlacedTag, line: LineBox, style: Style) -> Mark:
    assert style.tags is not None
    mark, row_height = tag.mark, style.tags.height
    if mark.lane == "gold":
        top = line.text_top - (tag.row + 1) * row_height
    else:
        top = (line.tag_top if mark.lane == "predicted" else line.other_top) + tag.row * row_height
    left = style.margin + tag.left
    stem = left if tag.row and tag.left == mark.pieces[0].left else None
    rect = QRectF(left + (0.0 if stem is None else STEM), top, mark.width, row_height)
    return Mark(mark.lane, mark.comparison, mark.pieces, Tag(mark.words, rect, stem))


def _differing(comparisons: Sequence[Comparison]) -> list[tuple[int, int]]:
    """The characters that one of a pair of spans has and the other has not."""
    ranges = []
    for comparison in comparisons:
        gold, predicted = comparison.gold, comparison.predicted
        if gold is None or predicted is None:
            continue
        starts = sorted((gold.start, predicted.span.start))
        ends = sorted((gold.end, predicted.span.end))
        ranges += [(start, end) for start, end in (starts, ends) if start < end]
    return ranges
