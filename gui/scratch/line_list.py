"""The lines with their spans, below each other; or, without a line, what to do and examples to begin with."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QPushButton, QScrollArea, QStackedLayout, QVBoxLayout, QWidget

from core.domain.spans import PredictedSpan
from gui.icons import icon
from gui.plain_label import PlainLabel
from gui.scratch.lines import Line
from gui.scratch.row import LineRow, Place
from gui.theme import Theme

EXAMPLES = (
    "이순신은 1592년 한산도에서 조선 수군을 이끌었다.",
    "삼성전자가 지난해 서울에서 신제품 3종을 공개했다.",
    "민서야 😀 오후 3시에 부산역에서 보자!",
)


AT_ONCE = 10
"""Rows that are made at once; the others follow between the window's events."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What the list shows.

    Attributes:
        known: the spans of the lines that are tagged.
        left_out: the texts that are not to be sent.
        places: where the corpus has a text.
        is_soon_tagged: whether lines that are not tagged will be, in a moment.
    """

    lines: Sequence[Line] = ()
    known: Mapping[str, Sequence[PredictedSpan]] = field(default_factory=dict)
    left_out: Collection[str] = ()
    places: Mapping[str, Place] = field(default_factory=dict)
    is_soon_tagged: bool = False


class LineList(QWidget):
    """One row a line.

    Signals:
        toggled: a line, and whether it is to be sent.
        removed: a line is to go; the `Line`.
        opened: a sentence of the corpus is to be shown; the `Place`.
        example_chosen: a text to begin with.
    """

    toggled = Signal(str, bool)
    removed = Signal(object)
    opened = Signal(object)
    example_chosen = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._kept: list[LineRow] = []
        self._shown = Shown()
        self._cross = icon("close", theme)
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
        title = PlainLabel("Nothing typed yet")
        title.setProperty("role", "title")
        hint = PlainLabel(
            "Type or paste text on the left. Each line is a sentence; its spans appear here. Or begin with:"
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

    def show_lines(self, shown: Shown) -> None:
        """Show these lines."""
        self._shown = shown
        for line, row in zip(shown.lines, self._kept, strict=False):
            self._show_line(line, row)
        for at, row in enumerate(self._kept):
            row.setVisible(at < len(shown.lines))
        self._stack.setCurrentIndex(1 if shown.lines else 0)
        self._go_on()

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

    def _show_line(self, line: Line, row: LineRow) -> None:
        shown = self._shown
        row.show_line(
            line,
            shown.known.get(line.text),
            is_chosen=line.text not in shown.left_out,
            place=shown.places.get(line.text),
            is_soon_tagged=shown.is_soon_tagged,
        )

    def _new_row(self) -> LineRow:
        row = LineRow(self._theme, self._cross)
        row.toggled.connect(lambda is_chosen: self.toggled.emit(row.line.text, is_chosen))
        row.removed.connect(lambda: self.removed.emit(row.line))
        row.opened.connect(self.opened)
        return row

    def set_theme(self, theme: Theme) -> None:
        self._theme, self._cross = theme, icon("close", theme)
        for row in self._kept:
            row.set_theme(theme)
            row.remove.setIcon(self._cross)
