"""What is sent to the corpus, where to, and what came of it."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QPushButton, QVBoxLayout

from core.domain.spans import SPLITS, Split
from gui.choosers import chooser
from gui.plain_label import PlainLabel
from gui.words import counted, wrapped

_FLATTERS = (
    "Gold that a run found itself flatters its score on {split}. Mend the spans in Inspect, or send the text alone."
)


class SendBar(QFrame):
    """Choices and a button.

    Signals:
        changed: another choice.
        asked: the button was pressed.
        opened: the sentences that were sent are to be shown.
    """

    changed = Signal()
    asked = Signal()
    opened = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.split = chooser("Split", "The split that the lines become sentences of")
        for split in SPLITS:
            self.split.addItem(split, split)
        self.with_spans = QCheckBox("with the spans as gold")
        self.with_spans.setChecked(True)
        self.with_spans.setToolTip(wrapped("Off, the sentences come without gold, to be labelled in Inspect"))
        self.send = QPushButton()
        self.send.setProperty("primary", True)
        self.warning = PlainLabel(wraps=True)
        self.said = PlainLabel()
        self.stays = PlainLabel("Undo does not take sent sentences back.")
        for label in (self.warning, self.stays, self.said):
            label.setProperty("role", "hint")
        self.open = QPushButton("Open in Inspect")
        self.open.setProperty("flat", True)
        self._lay_out()
        self.split.activated.connect(lambda _: self.changed.emit())
        self.with_spans.toggled.connect(lambda _: self.changed.emit())
        self.send.clicked.connect(self.asked)
        self.open.clicked.connect(self.opened)
        self.tell("", can_open=False)

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(PlainLabel("Send to"))
        for widget in (self.split, self.with_spans, self.send):
            row.addWidget(widget)
        row.addStretch(1)
        notice = QHBoxLayout()
        notice.setSpacing(4)
        notice.addWidget(self.said)
        notice.addWidget(self.open)
        notice.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(8)
        column.addLayout(row)
        column.addWidget(self.stays)
        column.addWidget(self.warning)
        column.addLayout(notice)

    @property
    def chosen_split(self) -> Split:
        split: Split = self.split.currentData()
        return split

    def offer(self, count: int, obstacle: str) -> None:
        """Offer to send so many lines, or say why that cannot be."""
        split = self.chosen_split
        self.send.setText(f"Send {counted(count, 'line')} to {split}" if count else f"Send to {split}")
        self.send.setEnabled(not obstacle)
        self.send.setToolTip(wrapped(obstacle or "They become sentences of the corpus, with an id of their own"))
        self.warning.setText(_FLATTERS.format(split=split))
        self.warning.setVisible(split != "train" and self.with_spans.isChecked())

    def tell(self, words: str, *, can_open: bool) -> None:
        """Say what came of the last sending."""
        self.said.setText(words)
        self.said.setVisible(bool(words))
        self.open.setVisible(can_open)
