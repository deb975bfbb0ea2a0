"""Painting a scene: gold on the text, predicted under it, and every error by its own shape."""

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen

from core.domain.spans import Span
from gui.look.theme import SENTENCE_SIZE, TAG_SIZE, Theme, font, scaled
from gui.sentence.layout import Piece
from gui.sentence.mouse import edges_of
from gui.sentence.scene import BRACKET, TAG_PADDING, Mark, Scene, Style, TagMetrics, Words
from gui.sentence.span_selection import TextSelection, of_gold, of_predicted

MARGIN = 16
"""Around the text of a large sentence, inside the widget."""
ROW_TEXT_SIZE = 14
"""Of a sentence in a row of a list."""


@dataclass(frozen=True)
class Brush:
    """What every painting function needs: the painter, the scene and the colours."""

    painter: QPainter
    scene: Scene
    theme: Theme


def large_style(text_size: int = SENTENCE_SIZE, *, foot: float = MARGIN) -> Style:
    """A sentence with tags in lanes of their own."""
    tags = _tag_metrics(text_size)
    return Style(scaled(text_size), MARGIN, foot, radius=4.0, outline=1.5, drop=4.0, wave=3.0, tags=tags)


def row_style() -> Style:
    """A sentence on one line, without tags."""
    return Style(ROW_TEXT_SIZE, margin=0.0, foot=0.0, radius=3.0, outline=1.0, drop=3.0, wave=2.0, tags=None)


@lru_cache(maxsize=8)
def _tag_metrics(text_size: int) -> TagMetrics:
    """The size of tags in the window's typeface, on a text of this size; on a smaller text they stay legible."""
    size = max(TAG_SIZE, round(text_size * TAG_SIZE / SENTENCE_SIZE))
    heights = [QFontMetricsF(_tag_font(size, bold=bold)) for bold in (False, True)]
    return TagMetrics(
        size=size,
        height=math.ceil(max(metrics.height() for metrics in heights)) + 1,
        width=lambda words: _width_of(words.text, size, bold=_is_bold(words)),
    )


@lru_cache(maxsize=4096)
def _width_of(text: str, size: int, *, bold: bool) -> float:
    return QFontMetricsF(_tag_font(size, bold=bold)).horizontalAdvance(text)


def paint(
    painter: QPainter,
    scene: Scene,
    theme: Theme,
    selection: TextSelection | None,
    *,
    replaced: Collection[Span] = (),
    hits: Sequence[tuple[int, int]] = (),
    part: QRectF | None = None,
) -> None:
    """Paint the sentence, from the ground up.

    Args:
        replaced: gold spans that labelling the selection would take away; their labels are struck out.
        hits: ranges of code points that were searched for.
        part: what is to be painted, whole lines at least; everything where it is None.
    """
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    brush = Brush(painter, scene, theme)
    lines = scene.lines_in(part) if part is not None else scene.layout.lines
    marks = scene.marks_on(lines)
    _paint_grounds(brush, marks, hits, scene.range_of(lines))
    if selection is not None and selection.kind == "range":
        _paint_range(brush, selection)
    _paint_text(brush, lines)
    for mark in marks:
        if mark.lane == "other":
            _paint_other(brush, mark, selection)
            continue
        _paint_mark(brush, mark, selection)
        if mark.lane == "gold" and mark.span in replaced:
            _paint_strike(brush, mark.tag.rect)


def _paint_grounds(
    brush: Brush, marks: Iterable[Mark], hits: Sequence[tuple[int, int]], shown: tuple[int, int]
) -> None:
    """What lies under the text between two code points: gold, and on it hits and where edges differ."""
    first, last = shown
    for mark in marks:
        if mark.lane == "gold" or (mark.is_unjudged and not brush.scene.has_gold):
            _paint_fill(brush, mark)
    for start, end in hits:
        if start < last and first < end:
            _paint_hit(brush, start, end)
    for start, end in brush.scene.differing:
        if start < last and first < end:
            _paint_hatching(brush, start, end)


def _paint_mark(brush: Brush, mark: Mark, selection: TextSelection | None) -> None:
    selected = selection is not None and mark.span is not None and selection == _selection_of(mark, mark.span)
    if mark.lane == "predicted" and mark.span is not None:
        _paint_bracket(brush, mark, selected=selected)
    elif mark.lane == "predicted":
        brush.painter.setPen(_pen(brush.theme.error, 1.5, Qt.PenStyle.DashLine))
        _paint_stem(brush, mark)
    if selected and mark.lane == "gold":
        _paint_ring(brush, mark)
    elif selected and brush.scene.can_move_edges(mark):
        _paint_handles(brush, mark)
    _paint_tag(brush, mark, selected=selected)


def _selection_of(mark: Mark, span: Span) -> TextSelection:
    return of_gold(span) if mark.lane == "gold" else of_predicted(span)


def _paint_fill(brush: Brush, mark: Mark) -> None:
    assert mark.span is not None
    colours, style = brush.theme.label(mark.span.label), brush.scene.style
    outline = Qt.PenStyle.NoPen
    if mark.comparison.is_error:
        outline = Qt.PenStyle.DashLine if mark.comparison.outcome == "missed" else Qt.PenStyle.SolidLine
    brush.painter.setPen(_pen(colours.ink, style.outline, outline))
    brush.painter.setBrush(QColor(colours.fill))
    _draw_rounded(brush, mark)


def _draw_rounded(brush: Brush, mark: Mark) -> None:
    """Draw the pieces of a mark with the painter's pen and brush."""
    radius = brush.scene.style.radius
    for piece in mark.pieces:
        rect = _fill_rect(brush.scene, piece)
        if piece.first and piece.last:
            brush.painter.drawRoundedRect(rect, radius, radius)
        else:
            brush.painter.drawPath(_rounded(rect, radius, first=piece.first, last=piece.last))


def _fill_rect(scene: Scene, piece: Piece) -> QRectF:
    """The ground of a piece of text, a little inside its edges so that neighbours stay apart."""
    rect = scene.text_rect(piece)
    return rect.adjusted(0.75 if piece.first else 0, 0, -0.75 if piece.last else 0, 1)


def _rounded(rect: QRectF, radius: float, *, first: bool, last: bool) -> QPainterPath:
    """A rectangle whose corners are round where the span begins and ends, and square where it goes on."""
    path = QPainterPath()
    path.addRoundedRect(rect, radius, radius)
    half = rect.width() / 2
    for square, side in ((not first, rect.adjusted(0, 0, -half, 0)), (not last, rect.adjusted(half, 0, 0, 0))):
        if square:
            corner = QPainterPath()
            corner.addRect(side)
            path = path.united(corner)
    return path


def _paint_hatching(brush: Brush, start: int, end: int) -> None:
    painter = brush.painter
    for rect in brush.scene.text_rects(start, end):
        ground = rect.adjusted(0.75, 1, -0.75, 0)
        painter.save()
        painter.setClipRect(ground)
        painter.setPen(QPen(_faded(brush.theme.error, 0.55), 1.1))
        height = ground.height()
        for step in range(int((ground.width() + height) / 5) + 1):
            x = ground.left() - height + step * 5
            painter.drawLine(QLineF(x, ground.bottom(), x + height, ground.top()))
        painter.restore()


def _paint_hit(brush: Brush, start: int, end: int) -> None:
    """A block smaller than the ground of a gold span, which stays visible around it."""
    brush.painter.setPen(_pen(brush.theme.edge, 1.0))
    brush.painter.setBrush(QColor(brush.theme.hit))
    for rect in brush.scene.text_rects(start, end):
        brush.painter.drawRect(rect.adjusted(0.5, 2.5, -0.5, -1.5))


def _paint_range(brush: Brush, selection: TextSelection) -> None:
    painter = brush.painter
    for rect in brush.scene.text_rects(selection.start, selection.end):
        painter.setBrush(_faded(brush.theme.accent, 0.28))
        painter.setPen(QPen(QColor(brush.theme.accent), 1.5))
        painter.drawRoundedRect(rect.adjusted(0, -1, 0, 1), 2, 2)


def _paint_text(brush: Brush, lines: Iterable[int]) -> None:
    scene = brush.scene
    brush.painter.setPen(QColor(brush.theme.text))
    for number in lines:
        scene.layout.draw(brush.painter, number, QPointF(scene.style.margin, scene.lines[number].text_top))


def _paint_bracket(brush: Brush, mark: Mark, *, selected: bool) -> None:
    """The predicted span's line under the text: wavy where no gold is near, dashed for a suggestion, with legs."""
    is_error = mark.comparison.is_error
    colour, line = brush.theme.error if is_error else brush.theme.edge, Qt.PenStyle.SolidLine
    if mark.is_unjudged and mark.span is not None:
        colour, line = _ink_of_offered(brush, mark.span), Qt.PenStyle.DashLine
    if selected:
        colour = brush.theme.accent
    width = 2.0 if selected else 1.5 if is_error or mark.is_unjudged else 1.0
    brush.painter.setPen(_pen(colour, width, line))
    brush.painter.setBrush(Qt.BrushStyle.NoBrush)
    for piece in mark.pieces:
        rect = brush.scene.text_rect(piece).adjusted(1.5 if piece.first else 0, 0, -1.5 if piece.last else 0, 0)
        brush.painter.drawPath(_bracket(brush, rect, piece, mark))
    _paint_stem(brush, mark)


def _paint_other(brush: Brush, mark: Mark, selection: TextSelection | None) -> None:
    """A span of another epoch or reader: a dotted bracket of its own, away from the text, and its tag below."""
    selected = mark.is_unjudged and mark.span is not None and selection == of_predicted(mark.span)
    colour = brush.theme.error if mark.comparison.is_error else brush.theme.edge
    if mark.is_unjudged and mark.span is not None:
        colour = brush.theme.accent if selected else _ink_of_offered(brush, mark.span)
    pen = _pen(colour, 2.0 if selected else 1.2, Qt.PenStyle.DotLine)
    brush.painter.setBrush(Qt.BrushStyle.NoBrush)
    for piece in mark.pieces if mark.span is not None else ():
        brush.painter.setPen(pen)
        text = brush.scene.text_rect(piece)
        drop = brush.scene.lines[piece.line].other_top - BRACKET - text.bottom()
        rect = text.adjusted(1.5 if piece.first else 0, drop, -1.5 if piece.last else 0, drop)
        brush.painter.drawPath(_bracket(brush, rect, piece, mark))
    if mark.tag.stem is not None:
        brush.painter.setPen(pen)
        top = brush.scene.lines[mark.pieces[0].line].other_top
        brush.painter.drawLine(QLineF(mark.tag.stem + 1.5, top, mark.tag.stem + 1.5, mark.tag.rect.bottom() - 2))
    _paint_tag(brush, mark, selected=selected)


def _ink_of_offered(brush: Brush, span: Span) -> str:
    """That of its label, but for what two readers say alike."""
    return brush.theme.edge if span in brush.scene.agreed else brush.theme.label(span.label).ink


def _bracket(brush: Brush, rect: QRectF, piece: Piece, mark: Mark) -> QPainterPath:
    style = brush.scene.style
    height = style.wave if mark.comparison.outcome == "spurious" else 0.0
    return _bracket_path(rect.left(), rect.right(), rect.bottom(), style.drop, height, piece.first, piece.last)


@lru_cache(maxsize=1024)
def _bracket_path(
    left: float, right: float, bottom: float, drop: float, height: float, has_start: bool, has_end: bool
) -> QPainterPath:
    """A line below the text, in waves of a height if it has one, with a leg at each end that it has."""
    base = bottom + drop
    path = QPainterPath(QPointF(left, bottom + 1 if has_start else base))
    path.lineTo(left, base)
    if height:
        path.addPath(wave(left, right, base, height=height))
        path.moveTo(right, base)
    path.lineTo(right, base)
    if has_end:
        path.lineTo(right, bottom + 1)
    return path


def wave(left: float, right: float, base: float, *, height: float) -> QPainterPath:
    """A wavy line of whole waves."""
    path = QPainterPath(QPointF(left, base))
    count = max(2, round((right - left) / 4))
    step = (right - left) / count
    for number in range(count):
        x = left + number * step
        path.quadTo(QPointF(x + step / 2, base + (height if number % 2 else -height)), QPointF(x + step, base))
    return path


def _paint_stem(brush: Brush, mark: Mark) -> None:
    if mark.tag.stem is None:
        return
    first = brush.scene.text_rect(mark.pieces[0])
    tag = mark.tag.rect
    below = tag.top() > first.top()
    ends = (first.bottom() + brush.scene.style.drop, tag.bottom() - 2) if below else (tag.top() + 2, first.top())
    x = mark.tag.stem + 1.5
    brush.painter.drawLine(QLineF(x, ends[0], x, ends[1]))


def _paint_ring(brush: Brush, mark: Mark) -> None:
    painter = brush.painter
    accent = QColor(brush.theme.accent)
    painter.setPen(QPen(accent, 2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    _draw_rounded(brush, mark)
    _paint_handles(brush, mark)


def _paint_handles(brush: Brush, mark: Mark) -> None:
    """What shows that its edges can be dragged."""
    painter = brush.painter
    painter.setPen(QPen(QColor(brush.theme.surface), 1))
    painter.setBrush(QColor(brush.theme.accent))
    for placed in edges_of(brush.scene, mark):
        outwards = -2.0 if placed.is_left else 2.0  # clear of the characters of short spans
        painter.drawRoundedRect(placed.rect.adjusted(outwards - 2.5, -2, outwards + 2.5, 3), 2.5, 2.5)


def _paint_tag(brush: Brush, mark: Mark, *, selected: bool) -> None:
    painter, tag, metrics = brush.painter, mark.tag, brush.scene.style.tags
    if metrics is None:
        return
    if mark.lane == "gold" and tag.stem is not None:
        painter.setPen(_pen(brush.theme.label(tag.words[0].label).ink, 1.0))
        _paint_stem(brush, mark)
    if selected:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(brush.theme.accent))
        painter.drawRoundedRect(tag.rect, 3, 3)
    x = tag.rect.left() + TAG_PADDING
    for words in tag.words:
        size, is_bold = metrics.size, _is_bold(words)
        painter.setFont(_tag_font(size, bold=is_bold))
        painter.setPen(QColor(brush.theme.on_accent if selected else _ink(words, brush.theme)))
        painter.drawText(QPointF(x, tag.rect.top() + _ascent(size, bold=is_bold)), words.text)
        x += _width_of(words.text, size, bold=is_bold) + TAG_PADDING


def _paint_strike(brush: Brush, rect: QRectF) -> None:
    brush.painter.setPen(_pen(brush.theme.error, 1.5))
    brush.painter.drawLine(QLineF(rect.left(), rect.center().y(), rect.right(), rect.center().y()))


def _ink(words: Words, theme: Theme) -> str:
    if words.role == "error":
        return theme.error
    return theme.muted if words.role == "quiet" else theme.label(words.label).ink


def _is_bold(words: Words) -> bool:
    return words.role != "quiet"


@lru_cache(maxsize=8)
def _tag_font(size: int, *, bold: bool) -> QFont:
    return font(size, bold=bold, tabular=True)


@lru_cache(maxsize=8)
def _ascent(size: int, *, bold: bool) -> float:
    return QFontMetricsF(_tag_font(size, bold=bold)).ascent()


@lru_cache(maxsize=256)
def _pen(colour: str, width: float, style: Qt.PenStyle = Qt.PenStyle.SolidLine) -> QPen:
    pen = QPen(QColor(colour), width, style)
    if style == Qt.PenStyle.DashLine:
        pen.setDashPattern([3.0, 2.5])
    return pen


def _faded(colour: str, opacity: float) -> QColor:
    faded = QColor(colour)
    faded.setAlphaF(opacity)
    return faded
