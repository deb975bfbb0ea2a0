"""The large sentence: gold on the text, predicted under it, and the gestures that change the gold."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget

from core.domain.editing import (
    Edge,
    GoldSpans,
    ends_in_blank,
    extend_to_words,
    next_word,
    overlapping_spans,
    strip_punctuation,
    trim_blanks,
    with_span,
)
from core.domain.spans import PredictedSpan, Span
from core.languages.korean.words import word_shapes
from core.messages.catalogue import say
from core.metrics.comparison import Comparison
from gui.keys.commands import Name
from gui.look.theme import Look
from gui.sentence.accessible import announce, describe_correction, describe_selection, describe_sentence
from gui.sentence.layout import TextLayout
from gui.sentence.mouse import (
    EdgeDrag,
    RangeDrag,
    Target,
    context_menu_target,
    cursor_at,
    nearest_boundary,
    nearest_character,
    target_at,
)
from gui.sentence.span_selection import (
    Proposal,
    TextSelection,
    find_replaced,
    following,
    kept,
    of_gold,
    propose_acceptance,
    propose_edge,
    propose_label,
    propose_range,
    propose_removal,
    stops,
    unite_readings,
)
from gui.sentence.view import SentenceView

_LOSSES = frozenset(
    {QEvent.Type.UngrabMouse, QEvent.Type.WindowDeactivate, QEvent.Type.WindowBlocked, QEvent.Type.Hide}
)
"""Events after which the release of the mouse's button may go elsewhere."""


class SentenceCanvas(SentenceView):
    """One sentence, large. It stores nothing: it proposes a new gold, and its host commits it and shows it again.

    Signals:
        goldProposed: the whole new gold, a tuple of `Span`, after a gesture or a method that changes it.
        selectionChanged: `selection` is another.
        released: a press or drag ended, whatever came of it.
        rangeDrawn: the mouse selected characters, by a drag or a double click.
        focused: it got the focus, or lost it; what holds it shows that, since it can be taller than what is seen.
        menuAsked: the right button was pressed, on what is selected now; where, a global `QPoint`.
    """

    goldProposed = Signal(tuple)  # noqa: N815
    selectionChanged = Signal()  # noqa: N815
    released = Signal()
    rangeDrawn = Signal()  # noqa: N815
    focused = Signal(bool)
    menuAsked = Signal(object)  # noqa: N815

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self._shown.size = look.sentence_size
        look.size_changed.connect(self._take_size)
        self._selection: TextSelection | None = None
        self._proposed: Proposal | None = None
        self._press: tuple[Target, QPointF] | None = None
        self._before_press: TextSelection | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.setCursor(Qt.CursorShape.IBeamCursor)
        self.setAccessibleName(say("Sentence"))

    @property
    def selection(self) -> TextSelection | None:
        """The selected range or span."""
        return self._selection

    @property
    def is_pressed(self) -> bool:
        """Whether a press or drag is under way, which another sentence would end."""
        return self._press is not None

    @property
    def replaced(self) -> tuple[Span, ...]:
        """The other gold spans that labelling or accepting what is selected takes away."""
        return find_replaced(self._shown.gold, self.comparisons, self._selection)

    def _take_size(self) -> None:
        self._shown.size = self._look.sentence_size
        self._refresh()

    def show_sentence(
        self,
        text: str,
        gold: Sequence[Span],
        predicted: Sequence[PredictedSpan] | None = None,
        other: Sequence[PredictedSpan] | None = None,
        *,
        comparisons: tuple[Comparison, ...] | None = None,
        suggests: bool = False,
        readers: tuple[str, ...] = (),
    ) -> None:
        """Show a sentence; the selected span of the same text stays so.

        Args:
            predicted: None where no run is chosen.
            other: what another epoch predicted, for a third lane; None for none.
            comparisons: how predicted and gold compare; None has them compared.
            suggests: whether predicted spans are suggestions, of which none is an error.
            readers: the people whose spans these are, if they are decided on; with two, those of `other` are offered,
                too.
        """
        is_same, before = text == self._shown.text, self._shown.gold
        is_corrected = is_same and self._proposed is not None
        was_pressed = self.is_pressed
        self._press, self._shown.suggests, self._shown.readers = None, suggests, readers
        self._shown.show(text, gold, predicted, other, comparisons)
        is_moved = self._set_selection(self._selected_after() if is_same else None)
        self._refresh()
        if is_corrected:
            announce(self, lambda: describe_correction(text, before, self._selection, self.comparisons))
        elif is_moved:
            self._announce_selection()
        elif not is_same and self.hasFocus():
            announce(self, self.accessibleDescription)
        if was_pressed:
            self.released.emit()

    def _selected_after(self) -> TextSelection | None:
        """What is selected in spans that have changed: where they are what a gesture proposed, what it meant."""
        proposed = self._proposed
        if proposed is not None and proposed.gold == self._shown.gold:
            self._proposed = None
            return proposed.selection
        found = unite_readings(self._shown.predicted, self._shown.other if len(self._shown.readers) > 1 else None)
        return kept(self._selection, self._shown.gold, [each.span for each in found])

    def select_next(self, step: int = 1, *, errors_only: bool = False) -> None:
        """Select the next gold or predicted span, or with -1 the one before, round and round."""
        self.select(following(stops(self.comparisons, errors_only=errors_only), self._selection, step))

    def apply_label(self, label: str) -> None:
        """Label the selected range, relabel the selected gold span, or accept the selected predicted one so named."""
        if self._selection is not None:
            self._take(propose_label(self._shown.gold, self._selection, label))

    def move_edge(self, edge: Edge, step: int) -> None:
        """Move an edge of the selected gold span, suggestion or range, by whole characters, and over blanks."""
        selection = self._selection
        if selection is not None:
            position = self._moved(edge, selection.start if edge == "start" else selection.end, step)
            self._move(selection, lambda gold, own: propose_edge(gold, own, edge, position, self._shown.text))

    def _moved(self, edge: Edge, position: int, step: int) -> int:
        moved = self._layout.moved(position, step)
        while moved != position and ends_in_blank(self._shown.text, edge, moved):
            position, moved = moved, self._layout.moved(moved, step)
        return moved

    def extend(self) -> None:
        """Take the selected gold span, suggestion or range out to whole eojeols."""
        selection = self._selection
        if selection is not None:
            place = extend_to_words(selection.start, selection.end, self._shown.text)
            self._move(selection, lambda gold, own: propose_range(gold, own, *place, self._shown.text))

    def keyed_edits(self) -> dict[Name, Callable[[], object]]:
        """What the keys for spans and their edges do, by the names of their commands."""
        return {
            "next span": lambda: self.select_next(1),
            "previous span": lambda: self.select_next(-1),
            "end right": lambda: self.move_edge("end", 1),
            "end left": lambda: self.move_edge("end", -1),
            "start right": lambda: self.move_edge("start", 1),
            "start left": lambda: self.move_edge("start", -1),
            "accept": self.accept_selected,
            "next eojeol": lambda: self.select_next_word(1),
            "previous eojeol": lambda: self.select_next_word(-1),
            "extend": self.extend,
            "shrink": self.shrink,
        }

    def shrink(self) -> None:
        """Take punctuation off the selected gold span, suggestion or range; where there is none, its last character."""
        selection = self._selection
        if selection is None:
            return
        place = strip_punctuation(selection.start, selection.end, self._shown.text, self._layout.boundaries)
        if place == (selection.start, selection.end):
            self.move_edge("end", -1)
        else:
            self._move(selection, lambda gold, own: propose_range(gold, own, *place, self._shown.text))

    def _move(self, selection: TextSelection, propose: Callable[[GoldSpans, TextSelection], Proposal]) -> None:
        """Move edges of what is selected; a suggestion whose edges move becomes gold with them."""
        gold, span = self._shown.gold, selection.span
        is_suggestion = self._shown.suggests and selection.kind == "predicted"
        if span is None or not is_suggestion:
            self._take(propose(gold, selection))
        elif not overlapping_spans(gold, span.start, span.end):
            taken = with_span(gold, span)
            proposal = propose(taken, of_gold(span))
            if proposal.gold != taken:
                self._take(proposal)

    def select_next_word(self, step: int) -> None:
        """Select the next eojeol, or with -1 the one before, from what is selected on."""
        selection = self._selection
        position = 0 if step > 0 else len(self._shown.text)
        if selection is not None:
            position = selection.end if step > 0 else selection.start
        found = next_word(self._shown.text, position, step)
        if found is not None:
            self._select_range(found)

    def select_something(self) -> TextSelection | None:
        """Select the first span, or else the first eojeol, where nothing is selected; what is selected then."""
        if self._selection is None:
            self.select_next(1)
        if self._selection is None:
            self.select_next_word(1)
        return self._selection

    def delete_selected(self) -> None:
        """Take the selected span out of the gold."""
        if self._selection is not None:
            self._take(propose_removal(self._shown.gold, self._selection))

    def accept_selected(self) -> None:
        """Make gold what the run said: of the selected span, or where nothing is selected of the only difference."""
        self._take(propose_acceptance(self._shown.gold, self.comparisons, self._selection))

    def clear_selection(self) -> None:
        """Select nothing, and drop a drag that is under way."""
        self.select(None)
        self._drop_press()

    def _take(self, proposal: Proposal) -> None:
        """Offer the gold that a gesture made; what it left selected is selected with that gold, if that is shown."""
        if proposal.gold == self._shown.gold:
            self.select(proposal.selection)
            return
        self._proposed = replace(proposal, gold=tuple(sorted(proposal.gold)))
        self.goldProposed.emit(proposal.gold)
        self._proposed = None

    def select(self, selection: TextSelection | None) -> None:
        """Select a range, a gold span or a predicted one, or nothing."""
        if self._set_selection(selection):
            self._announce_selection()

    def _set_selection(self, selection: TextSelection | None) -> bool:
        """Whether it is another one."""
        if selection == self._selection:
            return False
        self._selection = selection
        self.selectionChanged.emit()
        self.update()
        return True

    def _announce_selection(self) -> None:
        """Where the focus is elsewhere, what has it is read instead."""
        selection = self._selection
        if selection is not None and self.hasFocus():
            announce(self, lambda: describe_selection(self._shown.text, selection, self.comparisons))

    @property
    def _layout(self) -> TextLayout:
        return self._shown.layout_at(self.width())

    def _refresh(self) -> None:
        """The spans shown are others: place, describe and paint them anew."""
        if self._shown.drag is None:
            self.setAccessibleDescription(describe_sentence(self._shown.text, self.comparisons))
        self.updateGeometry()
        self.update()

    def _end_press(self) -> None:
        self._press = self._shown.drag = None

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.focused.emit(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.focused.emit(False)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._shown.text:
            self._drop_press()  # one whose release went elsewhere
            self._before_press = self._selection
            self._press = (target_at(self.scene, event.position(), self._selection), event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not event.buttons() & Qt.MouseButton.LeftButton:
            self._drop_press()
        if self._press is None:
            self.setCursor(cursor_at(self.scene, event.position(), self._selection))
            return
        target, origin = self._press
        distance = (event.position() - origin).manhattanLength()
        if self._shown.drag is not None or distance >= min(4, QApplication.startDragDistance()):
            self._drag_to(target, origin, event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self._press is None:
            return
        target, drag = self._press[0], self._shown.drag
        self._end_press()
        if drag is None:
            self.select(target.span)
        elif isinstance(drag, RangeDrag):
            self._draw_range(trim_blanks(*drag.range, self._shown.text))
        else:
            edge, position = drag.target.edge, drag.position
            self._refresh()
            self._move(
                drag.target.selection, lambda gold, own: propose_edge(gold, own, edge, position, self._shown.text)
            )
        self.update()
        self.released.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._shown.text:
            self._drop_press()
            cell = target_at(self.scene, event.position(), None).cell
            shapes = word_shapes(self._shown.text, cell.start, self._layout.boundaries) if cell is not None else ()
            self._draw_range(self._next_of(self._entities_first(shapes)))

    def _entities_first(self, shapes: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
        """What is labelled in this sentence first: 김정은 is a name there, and not 김정 with a particle."""
        shown = self._shown
        spans = [*shown.gold, *(found.span for found in (*(shown.predicted or ()), *(shown.other or ())))]
        entities = {shown.text[span.start : span.end] for span in spans}
        return sorted(shapes, key=lambda shape: shown.text[slice(*shape)] not in entities)

    def _next_of(self, shapes: Sequence[tuple[int, int]]) -> tuple[int, int] | None:
        """The shape of a word after the one that was selected before this double click; else the likeliest."""
        before, self._before_press = self._before_press, None
        selected = (before.start, before.end) if before is not None else None
        at = shapes.index(selected) + 1 if selected in shapes else 0
        return shapes[at % len(shapes)] if shapes else None

    def _draw_range(self, found: tuple[int, int] | None) -> None:
        self._select_range(found)
        if found is not None:
            self.rangeDrawn.emit()

    def _select_range(self, found: tuple[int, int] | None) -> None:
        self.select(TextSelection("range", *found) if found is not None else None)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Select what is under the mouse, unless it is selected, and ask for its menu; the keyboard has a command.

        While the left button is down there is none: the menu would take the release.
        """
        if event.reason() != QContextMenuEvent.Reason.Mouse or not self._shown.text or self.is_pressed:
            return
        self.select(context_menu_target(self.scene, QPointF(event.pos()), self._selection))
        self.menuAsked.emit(event.globalPos())

    def _drag_to(self, target: Target, origin: QPointF, point: QPointF) -> None:
        current = self.scene
        if target.edge is not None:
            drag = EdgeDrag(target.edge, nearest_boundary(current, point))
            if drag != self._shown.drag:
                self._shown.drag = drag
                self._refresh()
            return
        reached = nearest_character(current, point)
        anchor = target.cell
        if anchor is None and target.span is None:  # pressed in a margin: from the text beside it
            anchor = nearest_character(current, origin)
        if anchor is not None and reached is not None:
            self._shown.drag = RangeDrag(anchor, reached)
            self.update()

    def event(self, event: QEvent) -> bool:
        """Claim Esc from the window's shortcuts while there is something to cancel, and drop a drag that loses its end.

        Where another window or a popup takes the mouse, the release of the button never arrives.
        """
        if event.type() in _LOSSES:
            self._drop_press()
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._cancels(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._cancels(event):
            event.ignore()
        else:
            self.cancel()

    def cancel(self) -> None:
        """Drop the press or drag that is under way, or else select nothing."""
        if self._press is not None:
            self._drop_press()
        else:
            self.select(None)

    def _drop_press(self) -> None:
        """End a press or drag as if it had never begun."""
        if self._press is not None:
            self._end_press()
            self._refresh()
            self.released.emit()

    def _cancels(self, event: QKeyEvent) -> bool:
        return event.key() == Qt.Key.Key_Escape and (self._press is not None or self._selection is not None)
