"""A blind batch for a second annotator: how many sentences of which section are drawn, and by which seed."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QHBoxLayout, QSpinBox, QVBoxLayout, QWidget

from core.domain.spans import Section
from core.messages.catalogue import say
from core.services.blind_batch import BlindPlan
from gui.session import Session
from gui.widgets.choosers import chooser, indent
from gui.widgets.text_labels import PlainLabel, hint_label


class BlindWindow(QDialog):
    """Asks which sentences to draw.

    Signals:
        agreed: the person wants this `BlindPlan`.
    """

    agreed = Signal(object)

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(say("Blind batch for an annotator"))
        self.sentences = QSpinBox(minimum=1, maximum=999_999, value=100)
        self.sentences.setAccessibleName(say("Sentences"))
        self.section = chooser(say("From"), say("The section to draw sentences from"))
        project = session.project
        sections: tuple[Section, ...] = ("dev", "train", "test", "pool")
        offered = [each for each in sections if project is not None and project.sentences.has_any(each)]
        self.section.offer([(each, each) for each in offered], next(iter(offered), None))
        self.seed = QSpinBox(minimum=1, maximum=999_999, value=1)
        self.seed.setToolTip(say("The same number draws the same sentences"))
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self.start = self.buttons.button(QDialogButtonBox.StandardButton.Ok)
        self.start.setText(say("Choose a file…"))
        self.start.setProperty("primary", True)
        self.buttons.button(QDialogButtonBox.StandardButton.Cancel).setText(say("Cancel"))
        self._lay_out()
        self.buttons.accepted.connect(self._agree)
        self.buttons.rejected.connect(self.close)
        session.closing.connect(self.close)

    def _lay_out(self) -> None:
        choices = QHBoxLayout()
        choices.setSpacing(8)
        for words, field in ((say("Sentences"), self.sentences), (say("From"), self.section), (say("Seed"), self.seed)):
            choices.addWidget(PlainLabel(words))
            choices.addWidget(field)
        choices.addStretch(1)
        for box in (self.sentences, self.seed):
            indent(box)
        hint = say(
            "The file has ids and texts alone, in random order: no gold, suggestions or notes. What comes back is added"
            " on the Sources page, as a person's file."
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(12)
        layout.addLayout(choices)
        layout.addWidget(hint_label(hint, wraps=True))
        layout.addWidget(self.buttons)

    def _agree(self) -> None:
        section: Section = self.section.currentData()
        self.close()
        self.agreed.emit(BlindPlan(self.sentences.value(), section, self.seed.value()))
