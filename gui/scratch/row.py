"""One line of the Scratch page: what was found in it, whether to send it, and where it stands in the corpus."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from core.domain.spans import PredictedSpan, SentenceNumber, Split
from gui.plain_label import PlainLabel
from gui.scratch.lines import Line
from gui.scratch.view import LineView
from gui.sentence.scene import PADDING, probability
from gui.theme import Theme
from gui.words import counted


@dataclass(frozen=True, slots=True)
class Place:
    """The sentence of the corpus that has a line's text; `is_new` where the line was sent and became it."""

    number: SentenceNumber
    id: str
    split: Split
    is_new: bool


class LineRow(QFrame):
    """Shows a line; what comes of it is the page's.

    Args:
        cross: the icon of the button that removes the line.

    Signals:
        toggled: the line is to be sent, or not.
        removed: the line is to go.
        opened: its sentence of the corpus is to be shown; the `Place`.
    """

    toggled = Signal(bool)
    removed = Signal()
    opened = Signal(object)

    def __init__(self, theme: Theme, cross: QIcon) -> None:
        super().__init__()
        self.line = Line("", 0, 0)
        self._place: Place | None = None
        self._shown: object = None
        self.chosen = QCheckBox()
        self.view = LineView(theme)
        self.said = PlainLabel()
        self.said.setProperty("role", "small")
        self.open = QPushButton("Open in Inspect")
        self.open.setProperty("flat", True)
        self.open.setStyleSheet("padding: 0 6px; min-height: 16px")  # so that a row stays as high as it was
        self.remove = QToolButton()
        self.remove.setIcon(cross)
        self.remove.setIconSize(QSize(14, 14))
        self.remove.setToolTip("Take this line out of the text; Ctrl+Z there brings it back")
        self.remove.setAccessibleName("Remove the line")
        self._lay_out()
        self.chosen.toggled.connect(self.toggled)
        self.remove.clicked.connect(self.removed)
        self.open.clicked.connect(lambda: self.opened.emit(self._place))

    def _lay_out(self) -> None:
        self.setProperty("panel", True)
        below = QHBoxLayout()
        below.setContentsMargins(int(PADDING), 0, 0, 0)
        below.setSpacing(4)
        below.addWidget(self.said)
        below.addWidget(self.open)
        below.addStretch(1)
        body = QVBoxLayout()
        body.setSpacing(0)
        body.addWidget(self.view)
        body.addLayout(below)
        row = QHBoxLayout()
        row.setContentsMargins(16, 0, 8, 8)
        row.setSpacing(0)
        top = Qt.AlignmentFlag.AlignTop
        row.addLayout(_lowered(self.chosen), 0)
        row.addLayout(body, 1)
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
        line: Line,
        spans: Sequence[PredictedSpan] | None,
        *,
        is_chosen: bool,
        place: Place | None,
        is_soon_tagged: bool,
    ) -> None:
        """Show a line.

        Args:
            spans: None while they are sought.
            is_soon_tagged: then what was shown before stays meanwhile, unless the line is quite another.
        """
        if spans is not None or not is_soon_tagged or not _resemble(line.text, self.view.text):
            self.view.show_line(line.text, spans or ())
        self.line = line
        shown = (spans, is_chosen, place)
        if shown == self._shown:
            return
        self._shown, self._place = shown, place
        with QSignalBlocker(self.chosen):
            self.chosen.setChecked(is_chosen and place is None)
        self.chosen.setEnabled(place is None)
        self.chosen.setToolTip("Send this line to the corpus" if place is None else "The corpus has this text")
        self.said.setText(_said(spans, place))
        self.open.setVisible(place is not None)

    def set_theme(self, theme: Theme) -> None:
        self.view.set_theme(theme)


def _lowered(widget: QWidget) -> QVBoxLayout:
    """The widget at the height of the first line of text."""
    column = QVBoxLayout()
    column.setContentsMargins(0, int(PADDING) + 4, 0, 0)
    column.addWidget(widget)
    column.addStretch(1)
    return column


def _resemble(text: str, other: str) -> bool:
    """Whether one may have come of the other under someone's hands: they begin or end alike."""
    return bool(other) and (text[:2] == other[:2] or text[-2:] == other[-2:])


def _said(spans: Sequence[PredictedSpan] | None, place: Place | None) -> str:
    """How many spans, and the probability of the least certain one; where the text stands in the corpus."""
    if spans is None:
        found = "…"
    elif not spans:
        found = "no span"
    else:
        least = probability(min(span.probability for span in spans))
        found = counted(len(spans), "span") + (f", least certain {least}" if len(spans) > 1 else "")
    if place is None:
        return found
    return f"{found} · {'sent to' if place.is_new else 'the corpus has it:'} {place.split} as {place.id}"
