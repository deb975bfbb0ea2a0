"""The lines with their spans, below each other; or, without a line, what to do and examples to begin with."""

from collections.abc import Collection, Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QScrollArea, QStackedLayout, QVBoxLayout, QWidget

from core.spans import PredictedSpan
from gui.scratch.lines import Line
from gui.scratch.row import LineRow, Place
from gui.theme import Theme

EXAMPLES = (
    "이순신은 1592년 한산도에서 조선 수군을 이끌었다.",
    "삼성전자가 지난해 서울에서 신제품 3종을 공개했다.",
    "민서야 😀 오후 3시에 부산역에서 보자!",
)


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
        self._count = 0
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
        title = QLabel("Nothing typed yet")
        title.setProperty("role", "title")
        hint = QLabel("Type or paste text on the left. Each line is a sentence; its spans appear here. Or begin with:")
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
        return self._kept[: self._count]

    def show_lines(
        self,
        lines: Sequence[Line],
        known: Mapping[str, Sequence[PredictedSpan]],
        left_out: Collection[str],
        places: Mapping[str, Place],
        *,
        is_soon_tagged: bool,
    ) -> None:
        """Show these lines.

        Args:
            known: the spans of those that are tagged.
            left_out: the texts that are not to be sent.
            places: where the corpus has a text.
            is_soon_tagged: whether those that are not will be, in a moment.
        """
        self._count = len(lines)
        while len(self._kept) < len(lines):
            self._kept.append(self._new_row())
        for line, row in zip(lines, self._kept, strict=False):
            chosen = line.text not in left_out
            row.show_line(
                line,
                known.get(line.text),
                is_chosen=chosen,
                place=places.get(line.text),
                is_soon_tagged=is_soon_tagged,
            )
        for at, row in enumerate(self._kept):
            row.setVisible(at < self._count)
        self._stack.setCurrentIndex(1 if lines else 0)

    def _new_row(self) -> LineRow:
        row = LineRow(self._theme)
        row.toggled.connect(lambda is_chosen: self.toggled.emit(row.line.text, is_chosen))
        row.removed.connect(lambda: self.removed.emit(row.line))
        row.opened.connect(self.opened)
        self._rows.addWidget(row)
        return row

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        for row in self._kept:
            row.set_theme(theme)
