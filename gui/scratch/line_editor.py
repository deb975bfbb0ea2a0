"""The line that is corrected: its spans as gold under the mouse and the keys of Inspect, before the line is sent."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from core.domain.spans import PredictedSpan, Span
from core.messages.catalogue import say
from gui.inspect.labelling import LabelChips, Labelling, SpanMenu, Subject
from gui.keys.commands import Name
from gui.look.theme import set_property
from gui.sentence.canvas import SentenceCanvas
from gui.sentence.painting import MARGIN
from gui.widgets.page import PageContext
from gui.widgets.text_labels import ElidedLabel

Gold = tuple[Span, ...]


class LineEditor(QWidget):
    """Proposes other spans for one line at a time, and stores nothing; its steps are undone by the keys of undo.

    Signals:
        corrected: the spans are to be these, a tuple of `Span`; those of the tagger where they are taken back to them.
        finished: the person is done with the line.
    """

    corrected = Signal(tuple)
    finished = Signal()

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self.canvas = SentenceCanvas(context.look)
        self.chips = LabelChips(context.look, context.keymap)
        self.labelling = Labelling(self.canvas, self.chips, context.keymap)
        self.labelling.is_editable = True
        self.notice = ElidedLabel()
        self.reset = QPushButton(say("As tagged"))
        self.reset.setToolTip(say("Take back all corrections of this line"))
        self.done = QPushButton(say("Done"))
        self._keymap = context.keymap
        self._text = ""
        self._gold: Gold = ()
        self._predicted: tuple[PredictedSpan, ...] = ()
        self._before: list[Gold] = []
        self._after: list[Gold] = []
        self.actions_by_name = {name: context.keymap.action(name, self, run) for name, run in self._runs().items()}
        self._lay_out()
        self._connect()

    def _runs(self) -> dict[Name, Callable[[], object]]:
        return {
            **self.canvas.keyed_edits(),
            "sticky": self.labelling.toggle_sticky,
            "remove": self.canvas.delete_selected,
            "copy": self._copy,
            "clear": self._clear,
            "undo": lambda: self._go_back(self._before, self._after),
            "redo": lambda: self._go_back(self._after, self._before),
        }

    def _lay_out(self) -> None:
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self.labelling.note)
        foot.addWidget(self.notice, 1)
        for button in (self.reset, self.done):
            button.setProperty("flat", True)
            foot.addWidget(button)
        tools = QVBoxLayout()
        tools.setContentsMargins(MARGIN, 0, 0, 0)
        tools.setSpacing(4)
        tools.addWidget(self.chips)
        tools.addLayout(foot)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.canvas)
        column.addLayout(tools)

    def _connect(self) -> None:
        for name in ("undo", "redo"):  # beside those of the window, which work where the line has not the focus
            self.actions_by_name[name].setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self.canvas.addActions([*self.actions_by_name.values(), *self.labelling.keyed])
        self._keymap.watch(self.canvas)
        self.canvas.goldProposed.connect(self._take)
        self.canvas.selectionChanged.connect(self._follow_selection)
        self.canvas.menuAsked.connect(self._show_menu)
        self.labelling.noticed.connect(lambda words, refused: self._say(words, refused=refused))
        self.reset.clicked.connect(lambda: self._take(tuple(found.span for found in self._predicted)))
        self.done.clicked.connect(self.finished)

    def begin(self, text: str) -> None:
        """Correct another line; what was done to the last one is no longer undone."""
        self._text, self._before, self._after = text, [], []
        self.canvas.clear_selection()
        self.labelling.let_go()
        self._say(say("Drag over text or click a span, then press the key of a label."))

    def show_spans(self, gold: Sequence[Span], predicted: Sequence[PredictedSpan]) -> None:
        """Show the line with the spans that it has now, and those of the tagger below."""
        self._gold, self._predicted = tuple(gold), tuple(predicted)
        self.canvas.show_sentence(self._text, self._gold, self._predicted)
        self.chips.show_needed({span.label for span in (*gold, *(found.span for found in predicted))})
        self.reset.setEnabled(self._gold != tuple(found.span for found in self._predicted))

    def _take(self, gold: Gold) -> None:
        if gold != self._gold:
            self._before.append(self._gold)
            self._after.clear()
            self.corrected.emit(gold)

    def _go_back(self, source: list[Gold], target: list[Gold]) -> None:
        """Undo or redo a step on this line."""
        if not source:
            self._say(say("Nothing more to undo or redo on this line"))
            return
        target.append(self._gold)
        self.corrected.emit(source.pop())

    def _clear(self) -> None:
        """Drop a drag, or select nothing and let the kept label go; where there is none of these, be done."""
        if not self.canvas.is_pressed and self.canvas.selection is None and self.chips.kept is None:
            self.finished.emit()
            return
        if not self.canvas.is_pressed:
            self.labelling.let_go()
        self.canvas.cancel()

    def _copy(self) -> None:
        if (selection := self.canvas.selection) is not None:
            QGuiApplication.clipboard().setText(self._text[selection.start : selection.end])

    def _show_menu(self, place: QPoint) -> None:
        if (selection := self.canvas.selection) is not None:
            subject = Subject(self._text, selection, self.canvas.comparisons, is_editable=True)
            menu = SpanMenu(subject, self.chips.captions, self.actions_by_name, self._keymap, self)
            menu.labelled.connect(self.labelling.apply)
            menu.kept.connect(self.chips.keep)
            menu.popup(place)

    def _follow_selection(self) -> None:
        selection = self.canvas.selection
        is_gold = selection is not None and selection.kind == "gold"
        self.chips.highlight(selection.label if selection is not None and is_gold else None)
        self._say("")

    def _say(self, words: str, *, refused: bool = False) -> None:
        self.notice.show_text(words)
        set_property(self.notice, "role", "error" if refused else "hint")
