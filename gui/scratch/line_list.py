"""The lines with their spans, below each other; or, without a line, what to do and examples to begin with."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QEvent, QPointF, QSignalBlocker, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QHelpEvent, QIcon, QMouseEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QStackedLayout,
    QToolButton,
    QToolTip,
    QVBoxLayout,
    QWidget,
)

from core.domain.spans import PredictedSpan, Section, SentenceNumber, Span
from core.messages.catalogue import say, say_count
from gui.look.theme import Look, icon
from gui.sentence.accessible import describe_sentence
from gui.sentence.painting import MARGIN
from gui.sentence.scene import Mark, probability
from gui.sentence.view import Arrangement, SentenceView
from gui.text.wording import label_names
from gui.widgets.text_fields import FieldLine
from gui.widgets.text_labels import PlainLabel

MOST = 100
"""Lines that are shown; whoever has more has a file to import."""


@dataclass(frozen=True, slots=True)
class CorpusMatch:
    """The sentence of the corpus that has a line's text; `is_new` where the line was sent and became it."""

    number: SentenceNumber
    id: str
    split: Section
    is_new: bool


class LineView(SentenceView):
    """Shows one line: what was found in it, or what a person made of that, with what was found below.

    Signals:
        clicked: the line is to be corrected.
    """

    clicked = Signal()

    def __init__(self, look: Look) -> None:
        super().__init__(look, has_gold=False)
        self._tagged, self._corrected = self._shown, Arrangement(has_gold=True)
        self.gold: tuple[Span, ...] | None = None

    @property
    def text(self) -> str:
        return self._shown.text

    @property
    def spans(self) -> tuple[PredictedSpan, ...]:
        return self._shown.predicted or ()

    def show_line(self, text: str, spans: Sequence[PredictedSpan], gold: tuple[Span, ...] | None = None) -> None:
        """Show a line, what was found in it, and what a person made of that, if anything."""
        if (text, tuple(spans), gold) == (self.text, self._shown.predicted, self.gold):
            return
        self.gold, self._shown = gold, self._tagged if gold is None else self._corrected
        self._shown.show(text, gold or (), spans, None)
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

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.clicked.emit()

    def event(self, event: QEvent) -> bool:
        """Describe the span under the pointer."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            mark = self.mark_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), self._words(mark) if mark is not None else "", self)
            return True
        return super().event(event)

    def _words(self, mark: Mark) -> str:
        found, span = mark.comparison.predicted, mark.span
        assert span is not None, "every mark of a line has a span"
        text = self.text[span.start : span.end]
        names = label_names(self._look.theme.entity_type(span.label))
        if found is None or found.span != span:
            return say("{text}\n{names}", text=text, names=names)
        return say(
            "{text}\n{names}\nprobability {probability:.4f}", text=text, names=names, probability=found.probability
        )


class LineRow(QFrame):
    """Shows a line; the page does what its buttons ask for.

    Args:
        cross: the icon of the button that removes the line.

    Signals:
        toggled: the line is to be sent, or not.
        removed: the line is to go.
        opened: its sentence of the corpus is to be shown; the `CorpusMatch`.
        edit_asked: its spans are to be corrected.
    """

    toggled = Signal(bool)
    removed = Signal()
    opened = Signal(object)
    edit_asked = Signal()

    def __init__(self, look: Look, cross: QIcon) -> None:
        super().__init__()
        self.line = FieldLine("", 0, 0)
        self._place: CorpusMatch | None = None
        self._shown: object = None
        self.chosen = QCheckBox()
        self.view = LineView(look)
        self.said = PlainLabel()
        self.said.setProperty("role", "small")
        self.open = QPushButton(say("Open in Inspect"))
        self.open.setProperty("flat", True)
        self.edit = QPushButton(say("Correct"))
        self.edit.setProperty("flat", True)
        for button in (self.open, self.edit):
            button.setStyleSheet("padding: 0 6px; min-height: 16px")  # so that a row stays as high as it was
        self.remove = QToolButton()
        self.remove.setIcon(cross)
        self.remove.setIconSize(QSize(14, 14))
        self.remove.setToolTip(say("Remove this line from the text; Ctrl+Z in the text restores it"))
        self.remove.setAccessibleName(say("Remove the line"))
        self._lay_out()
        self.chosen.toggled.connect(self.toggled)
        self.remove.clicked.connect(self.removed)
        self.open.clicked.connect(lambda: self.opened.emit(self._place))
        self.edit.clicked.connect(self.edit_asked)
        self.view.clicked.connect(self.edit_asked)

    def _lay_out(self) -> None:
        self.setProperty("panel", True)
        below = QHBoxLayout()
        below.setContentsMargins(MARGIN, 0, 0, 0)
        below.setSpacing(4)
        below.addWidget(self.said)
        below.addWidget(self.open)
        below.addWidget(self.edit)
        below.addStretch(1)
        self._body = QVBoxLayout()
        self._body.setSpacing(0)
        self._body.addWidget(self.view)
        self._body.addLayout(below)
        row = QHBoxLayout()
        row.setContentsMargins(16, 0, 8, 8)
        row.setSpacing(0)
        top = Qt.AlignmentFlag.AlignTop
        row.addLayout(_lowered(self.chosen), 0)
        row.addLayout(self._body, 1)
        row.addWidget(self.remove, 0, top)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        rule = QFrame()
        rule.setProperty("rule", True)
        column.addWidget(rule)

    def show_line(
        self,
        line: FieldLine,
        spans: Sequence[PredictedSpan] | None,
        *,
        gold: tuple[Span, ...] | None,
        is_chosen: bool,
        place: CorpusMatch | None,
        is_soon_tagged: bool,
    ) -> None:
        """Show a line.

        Args:
            spans: None while they are sought.
            gold: what a person made of them; None: nothing yet.
            is_soon_tagged: then what was shown before stays meanwhile, unless the line is quite another.
        """
        if spans is not None or not is_soon_tagged or not _resemble(line.text, self.view.text):
            self.view.show_line(line.text, spans or (), gold)
        self.line = line
        shown = (spans, gold, is_chosen, place)
        if shown == self._shown:
            return
        self._shown, self._place = shown, place
        with QSignalBlocker(self.chosen):
            self.chosen.setChecked(is_chosen and place is None)
        self.chosen.setEnabled(place is None)
        words = say("Send this line to the corpus") if place is None else say("The corpus has this text")
        self.chosen.setToolTip(words)
        self.said.setText(_said(_count_spans(spans, gold), place))
        self.open.setVisible(place is not None)
        self.edit.setVisible(self.can_be_corrected and not self.view.isHidden())

    @property
    def can_be_corrected(self) -> bool:
        """Whether the corpus does not have the line yet, and its spans are known."""
        return self._place is None and (self.view.gold is not None or self.said.text() != _UNKNOWN)

    def hold(self, editor: QWidget) -> None:
        """Show the editor in the place of the line."""
        self._body.insertWidget(0, editor)
        self.view.hide()
        self.edit.hide()
        editor.show()

    def release(self, editor: QWidget) -> None:
        """Show the line again."""
        self._body.removeWidget(editor)
        self.view.show()
        self.edit.setVisible(self.can_be_corrected)


def _lowered(widget: QWidget) -> QVBoxLayout:
    """The widget at the height of the first line of text."""
    column = QVBoxLayout()
    column.setContentsMargins(0, MARGIN + 4, 0, 0)
    column.addWidget(widget)
    column.addStretch(1)
    return column


def _resemble(text: str, other: str) -> bool:
    """Whether one may be an edited version of the other: they begin or end alike."""
    return bool(other) and (text[:2] == other[:2] or text[-2:] == other[-2:])


def _said(found: str, place: CorpusMatch | None) -> str:
    """How many spans there are, and where the corpus has the text."""
    if place is None:
        return found
    if place.is_new:
        return say("{spans} · sent to {split} as {sentence}", spans=found, split=place.split, sentence=place.id)
    return say("{spans} · in the corpus: {split}, {sentence}", spans=found, split=place.split, sentence=place.id)


_UNKNOWN = "…"
"""Said while the spans of a line are sought."""


def _count_spans(spans: Sequence[PredictedSpan] | None, gold: Sequence[Span] | None) -> str:
    """How many spans there are, and the probability of the least certain one, or that they are corrected."""
    if gold is not None:
        return say_count("{count:,} span, corrected", "{count:,} spans, corrected", len(gold))
    if spans is None:
        return _UNKNOWN
    if not spans:
        return say("no span")
    count = say_count("{count:,} span", "{count:,} spans", len(spans))
    if len(spans) == 1:
        return count
    return say("{spans}, least certain {least}", spans=count, least=probability(min(s.probability for s in spans)))


EXAMPLES = (
    "이순신은 1592년 한산도에서 조선 수군을 이끌었다.",
    "삼성전자가 지난해 서울에서 신제품 3종을 공개했다.",
    "민서야 😀 오후 3시에 부산역에서 보자!",
)


AT_ONCE = 10
"""Rows that are made at once; the others follow between the window's events."""


@dataclass(frozen=True, slots=True)
class ShownLines:
    """What the list shows.

    Attributes:
        known: the spans of the lines that are tagged.
        corrected: those that a person gave some lines.
        left_out: the texts that are not to be sent.
        places: where the corpus has a text.
        is_soon_tagged: whether lines that are not tagged will be, in a moment.
    """

    lines: Sequence[FieldLine] = ()
    known: Mapping[str, Sequence[PredictedSpan]] = field(default_factory=dict)
    left_out: Collection[str] = ()
    places: Mapping[str, CorpusMatch] = field(default_factory=dict)
    corrected: Mapping[str, tuple[Span, ...]] = field(default_factory=dict)
    is_soon_tagged: bool = False


class LineList(QWidget):
    """One row a line.

    Signals:
        toggled: a line, and whether it is to be sent.
        removed: a line is to go; the `FieldLine`.
        opened: a sentence of the corpus is to be shown; the `CorpusMatch`.
        example_chosen: a text to begin with.
        edit_asked: a line is to be corrected; its text.
    """

    toggled = Signal(str, bool)
    removed = Signal(object)
    opened = Signal(object)
    example_chosen = Signal(str)
    edit_asked = Signal(str)

    def __init__(self, look: Look, editor: QWidget) -> None:
        super().__init__()
        self._look = look
        self._editor = editor
        self._edited: LineRow | None = None
        editor.setParent(self)
        editor.hide()
        self._kept: list[LineRow] = []
        self._shown = ShownLines()
        self._cross = icon("close", look.theme)
        look.theme_changed.connect(self._draw_icons)
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self._go_on)
        self.examples = [self._example(text) for text in EXAMPLES]
        self._rows = QVBoxLayout()
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(0)
        body = QWidget()
        body.setProperty("panel", True)
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(self._rows)
        column.addStretch(1)
        self._scroller = QScrollArea(widgetResizable=True)
        self._scroller.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroller.setFrameShape(QFrame.Shape.NoFrame)
        self._scroller.setWidget(body)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self._start())
        self._stack.addWidget(self._scroller)

    def _start(self) -> QWidget:
        title = PlainLabel(say("Nothing typed yet"))
        title.setProperty("role", "title")
        hint = PlainLabel(
            say("Type or paste text on the left. Each line is a sentence; its spans appear here. Or start with:")
        )
        hint.setProperty("role", "hint")
        hint.setWordWrap(True)
        start = QWidget()
        column = QVBoxLayout(start)
        column.setContentsMargins(32, 32, 32, 32)
        column.setSpacing(12)
        column.addWidget(title)
        column.addWidget(hint)
        for button in self.examples:
            column.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)
        return start

    def _example(self, text: str) -> QPushButton:
        button = QPushButton(text)
        button.setProperty("flat", True)
        button.clicked.connect(lambda: self.example_chosen.emit(text))
        return button

    @property
    def rows(self) -> Sequence[LineRow]:
        """The rows that are shown."""
        return self._kept[: len(self._shown.lines)]

    def show_lines(self, shown: ShownLines) -> None:
        """Show these lines."""
        self._shown = shown
        for line, row in zip(shown.lines, self._kept, strict=False):
            self._show_line(line, row)
        for at, row in enumerate(self._kept):
            row.setVisible(at < len(shown.lines))
        self._stack.setCurrentIndex(1 if shown.lines else 0)
        self._go_on()

    def show_editor(self, text: str | None) -> None:
        """Have the editor in the first row with this text; None: in no row."""
        row = next((row for row in self.rows if row.line.text == text), None) if text is not None else None
        if row is self._edited:
            return
        if self._edited is not None:
            self._edited.release(self._editor)
            self._editor.hide()
            self._editor.setParent(self)
        self._edited = row
        if row is not None:
            row.hold(self._editor)
            QTimer.singleShot(0, self._scroller, lambda: self._scroller.ensureWidgetVisible(row))

    def _go_on(self) -> None:
        """Make some of the rows that are lacking."""
        lacking = self._shown.lines[len(self._kept) :]
        for line in lacking[:AT_ONCE]:
            row = self._new_row()
            self._show_line(line, row)
            self._kept.append(row)
            self._rows.addWidget(row)
        if len(lacking) > AT_ONCE:
            self._timer.start()
        else:
            self._timer.stop()

    def _show_line(self, line: FieldLine, row: LineRow) -> None:
        shown = self._shown
        row.show_line(
            line,
            shown.known.get(line.text),
            is_chosen=line.text not in shown.left_out,
            gold=shown.corrected.get(line.text),
            place=shown.places.get(line.text),
            is_soon_tagged=shown.is_soon_tagged,
        )

    def _new_row(self) -> LineRow:
        row = LineRow(self._look, self._cross)
        row.toggled.connect(lambda is_chosen: self.toggled.emit(row.line.text, is_chosen))
        row.removed.connect(lambda: self.removed.emit(row.line))
        row.opened.connect(self.opened)
        row.edit_asked.connect(lambda: self.edit_asked.emit(row.line.text))
        return row

    def _draw_icons(self) -> None:
        self._cross = icon("close", self._look.theme)
        for row in self._kept:
            row.remove.setIcon(self._cross)
