"""Moving a random share of a section to another one: how many sentences that takes is shown before."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QHBoxLayout, QSpinBox, QVBoxLayout, QWidget

from core.domain.spans import SPLITS, Section, SentenceNumber
from core.messages.catalogue import say, say_count
from core.services.import_corpus import DEV_SHARE
from core.store.gold.moves import describe_unjudged
from gui.background import LatestQuery
from gui.session import Session
from gui.widgets.choosers import Chooser, chooser, indent
from gui.widgets.text_labels import PlainLabel, hint_label

_SECTIONS: tuple[Section, ...] = (*SPLITS, "pool")


class ShareWindow(QDialog):
    """Draws sentences anew with every choice, and moves those that were drawn last as one step."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(say("Move a random share"))
        self._session = session
        self._drawn: Sequence[SentenceNumber] = ()
        self.share = QSpinBox(suffix=" %", minimum=1, maximum=100, value=round(DEV_SHARE * 100))
        self.share.setAccessibleName(say("Share"))
        self.source = _section_chooser(say("From"), say("The section to draw sentences from"), "train")
        self.target = _section_chooser(say("To"), say("The section to move them to"), "dev")
        self.seed = QSpinBox(minimum=1, maximum=999_999, value=1)
        self.seed.setToolTip(say("The same number draws the same sentences"))
        self.said = PlainLabel(wraps=True)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self.start = self.buttons.button(QDialogButtonBox.StandardButton.Ok)
        self.buttons.button(QDialogButtonBox.StandardButton.Cancel).setText(say("Cancel"))
        self._query = LatestQuery(self)
        self._lay_out()
        self._connect()
        self._draw()

    def _lay_out(self) -> None:
        choices = QHBoxLayout()
        choices.setSpacing(8)
        for words, field in (
            (say("Share"), self.share),
            (say("From"), self.source),
            (say("To"), self.target),
            (say("Seed"), self.seed),
        ):
            choices.addWidget(PlainLabel(words))
            choices.addWidget(field)
        choices.addStretch(1)
        for box in (self.share, self.seed):
            indent(box)
        self.start.setText(say("Move"))
        self.start.setProperty("primary", True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(12)
        layout.addLayout(choices)
        layout.addWidget(self.said)
        layout.addWidget(
            hint_label(say("Equal texts stay together, and so do the sentences of a document."), wraps=True)
        )
        layout.addWidget(self.buttons)

    def _connect(self) -> None:
        for box in (self.source, self.target):
            box.currentIndexChanged.connect(lambda _: self._draw())
        for field in (self.share, self.seed):
            field.valueChanged.connect(lambda _: self._draw())
        self._query.answered.connect(self._show_drawn)
        self._session.closing.connect(self.close)
        self.buttons.accepted.connect(self._move)
        self.buttons.rejected.connect(self.close)

    def _draw(self) -> None:
        project, source, target = self._session.project, self.source.currentData(), self.target.currentData()
        assert project is not None, "the window is closed with its project"
        self._drawn = ()
        self.start.setEnabled(False)
        if source == target:
            self._query.cancel()
            self.said.setText(say("They are there already; choose another section."))
            return
        share, seed = self.share.value() / 100, self.seed.value()
        self.said.setText(say("Drawing…"))

        def draw() -> tuple[Sequence[SentenceNumber], int, int]:
            drawn = project.moves.draw_share(source, share, seed)
            return drawn, project.sentences.count(source), project.moves.count_unjudged(drawn, target)

        self._query.submit(draw)

    def _show_drawn(self, answer: tuple[Sequence[SentenceNumber], int, int]) -> None:
        self._drawn, whole, unjudged = answer
        self.start.setEnabled(bool(self._drawn))
        self.start.setText(say("Move as gold") if unjudged else say("Move"))
        target = self.target.currentData()
        counted = say_count(
            "{count:,} of {whole:,} sentences moves from {source} to {target}.",
            "{count:,} of {whole:,} sentences move from {source} to {target}.",
            len(self._drawn),
            whole=whole,
            source=self.source.currentData(),
            target=target,
        )
        warning = [describe_unjudged(unjudged, len(self._drawn), target)] if unjudged else []
        self.said.setText("\n".join([counted, *warning]))

    def _move(self) -> None:
        session, drawn, target = self._session, self._drawn, self.target.currentData()
        if session.run_reporting_errors(lambda: session.move_sentences(drawn, target), self.said.setText):
            self.close()

    def done(self, result: int) -> None:
        """Draw no more."""
        self._query.cancel()
        super().done(result)


def _section_chooser(name: str, purpose: str, current: Section) -> Chooser:
    box = chooser(name, purpose)
    box.offer([(section, section) for section in _SECTIONS], current)
    return box
