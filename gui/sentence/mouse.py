"""What a point of a sentence means, and what a drag makes of it: no widget, no state but what is passed in."""

from dataclasses import dataclass

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt

from core.domain.editing import Edge, GoldSpans, with_edge, with_span, word_at
from core.domain.spans import Span
from gui.sentence.layout import CharacterBox
from gui.sentence.scene import BRACKET, Mark, Scene
from gui.sentence.span_selection import TextSelection, is_open, of_gold, of_predicted

_NEAR, _NEAR_SELECTED = 3.0, 6.0
"""Pixels around an edge in which it can be taken: more where handles show it."""


@dataclass(frozen=True, slots=True)
class EdgeTarget:
    """An edge of a gold span, or of a suggestion, which becomes gold with it."""

    selection: TextSelection
    span: Span
    edge: Edge


@dataclass(frozen=True, slots=True)
class Target:
    """What a press would take: an edge, or the span to select, and the character from which a drag would start."""

    edge: EdgeTarget | None = None
    span: TextSelection | None = None
    cell: CharacterBox | None = None


@dataclass(frozen=True, slots=True)
class RangeDrag:
    """A selection of characters on its way from one to another."""

    anchor: CharacterBox
    reached: CharacterBox

    @property
    def range(self) -> tuple[int, int]:
        """The code points between the two, both of them included."""
        return min(self.anchor.start, self.reached.start), max(self.anchor.end, self.reached.end)


@dataclass(frozen=True, slots=True)
class EdgeDrag:
    """An edge of a gold span on its way to another position (code points)."""

    target: EdgeTarget
    position: int

    def gold_of(self, gold: GoldSpans, text: str) -> GoldSpans:
        """The gold as a release would leave it now."""
        span = self.target.span
        return with_edge(with_span(gold, span), span, self.target.edge, self.position, text)

    def span_of(self, gold: GoldSpans, text: str) -> Span:
        """The span as a release would leave it now."""
        before = set(gold)
        return next((span for span in self.gold_of(gold, text) if span not in before), self.target.span)


def target_at(scene: Scene, point: QPointF, selection: TextSelection | None) -> Target:
    """What stands at a point, the most precise first: an edge, a tag or bracket, a span's text, a character."""
    edge = _edge_at(scene, point, selection)
    cell = character_at(scene, point)
    if edge is not None:
        return Target(edge=edge, span=edge.selection, cell=cell)
    return Target(span=_tagged_at(scene, point) or _covering(scene, cell), cell=cell)


def context_menu_target(scene: Scene, point: QPointF, selection: TextSelection | None) -> TextSelection | None:
    """What a menu at a point is about: the selected characters there, the span there, or else the eojeol."""
    target = target_at(scene, point, None)
    cell = target.cell
    is_inside = selection is not None and cell is not None and selection.start <= cell.start < selection.end
    if is_inside and selection is not None and selection.kind == "range":
        return selection
    if target.span is not None or cell is None:
        return target.span or selection
    word = word_at(scene.layout.text, cell.start)
    return TextSelection("range", *word) if word is not None else selection


def cursor_at(scene: Scene, point: QPointF, selection: TextSelection | None) -> Qt.CursorShape:
    """The shape of the mouse's cursor, which tells what a press would take."""
    target = target_at(scene, point, selection)
    if target.edge is not None:
        return Qt.CursorShape.SplitHCursor
    is_beside_text = target.span is not None and target.cell is None
    return Qt.CursorShape.PointingHandCursor if is_beside_text else Qt.CursorShape.IBeamCursor


def place_below(scene: Scene, selection: TextSelection) -> QPoint:
    """The point below the beginning of what is selected."""
    rects = scene.text_rects(selection.start, selection.end)
    return rects[0].bottomLeft().toPoint() if rects else QPoint()


def character_at(scene: Scene, point: QPointF) -> CharacterBox | None:
    """The character whose own rectangle holds the point."""
    cell = nearest_character(scene, point)
    if cell is None:
        return None
    line = scene.lines[cell.line]
    inside = line.text_top <= point.y() <= line.text_bottom and cell.left <= scene.layout_x(point.x()) < cell.right
    return cell if inside else None


def nearest_character(scene: Scene, point: QPointF) -> CharacterBox | None:
    """The character of the nearest line that is nearest to the point."""
    return scene.layout.cell_at(scene.line_at(point.y()), scene.layout_x(point.x()))


def nearest_boundary(scene: Scene, point: QPointF) -> int:
    """The position (code points) between two characters that is nearest to the point."""
    return scene.layout.boundary_at(scene.line_at(point.y()), scene.layout_x(point.x()))


@dataclass(frozen=True, slots=True)
class PlacedEdge:
    """An edge of a mark as a thin upright rectangle on its text, and whether the mark lies right of it."""

    edge: Edge
    rect: QRectF
    is_left: bool


def edges_of(scene: Scene, mark: Mark) -> tuple[PlacedEdge, ...]:
    """Where the edges of a mark stand."""
    if mark.span is None:
        return ()
    names: tuple[Edge, ...] = ("start", "end")
    places = scene.layout.edges(mark.span.start, mark.span.end)
    return tuple(
        PlacedEdge(edge, scene.edge_rect(place.line, place.x), place.is_left)
        for edge, place in zip(names, places, strict=False)
    )


def _edge_at(scene: Scene, point: QPointF, selection: TextSelection | None) -> EdgeTarget | None:
    """The nearest edge of a span that has some; the selected span's first, then that of the span under the point."""
    found = []
    for mark in scene.marks_on([scene.line_at(point.y())]):
        if mark.span is None or not scene.can_move_edges(mark):
            continue
        own = of_gold(mark.span) if mark.lane == "gold" else of_predicted(mark.span)
        reach = _NEAR_SELECTED if selection == own else _NEAR
        for placed in edges_of(scene, mark):
            distance = abs(point.x() - placed.rect.x())
            if distance <= reach and placed.rect.top() <= point.y() <= placed.rect.bottom():
                inside = (point.x() >= placed.rect.x()) == placed.is_left
                found.append(((selection != own, not inside, distance), EdgeTarget(own, mark.span, placed.edge)))
    return min(found, key=lambda entry: entry[0])[1] if found else None


def _tagged_at(scene: Scene, point: QPointF) -> TextSelection | None:
    for mark in scene.marks_on([scene.line_at(point.y())]):
        if mark.lane not in scene.worked_on:
            continue
        if mark.tag.rect.contains(point) or (mark.lane == "predicted" and _on_bracket(scene, mark, point)):
            return _selection_of(mark)
    return None


def _on_bracket(scene: Scene, mark: Mark, point: QPointF) -> bool:
    rects = (scene.text_rect(piece) for piece in mark.pieces)
    return any(QRectF(rect.left(), rect.bottom(), rect.width(), BRACKET).contains(point) for rect in rects)


def _covering(scene: Scene, cell: CharacterBox | None) -> TextSelection | None:
    """The gold span over a character, or else the predicted one, or that of the other lane."""
    if cell is None:
        return None
    for lane in scene.worked_on:
        for mark in scene.marks_on([cell.line]):
            span = mark.span
            if mark.lane == lane and span is not None and span.start < cell.end and cell.start < span.end:
                return _selection_of(mark)
    return None


def _selection_of(mark: Mark) -> TextSelection | None:
    """The span of a mark: a predicted one that is right, or lacking, means the gold one."""
    comparison = mark.comparison
    if mark.lane == "gold" or comparison.predicted is None or not is_open(comparison):
        return of_gold(comparison.gold) if comparison.gold else None
    return of_predicted(comparison.predicted.span)
