"""What is sent to the corpus, where to, and what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QPushButton, QVBoxLayout

from core.domain.spans import SPLITS, Span, Split
from core.services.typed_sentences import SOURCE, find_texts, make_drafts
from core.store.project import Project
from core.store.sentences import StoredSentence
from gui.background import LatestQuery
from gui.scratch.line_list import CorpusMatch
from gui.session import Session
from gui.text.words import counted, wrapped
from gui.widgets.choosers import chooser
from gui.widgets.text_labels import PlainLabel

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


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of a sending: where the corpus has each text now."""

    split: Split
    places: Mapping[str, CorpusMatch]

    @property
    def new(self) -> list[CorpusMatch]:
        """The sentences that the lines became."""
        return [place for place in self.places.values() if place.is_new]

    @property
    def words(self) -> str:
        """`2 lines sent to train; the corpus had 1 already.`"""
        had = len(self.places) - len(self.new)
        if not self.new:
            return f"Nothing sent: the corpus has {'this text' if had == 1 else f'these {had:,} texts'} already."
        already = f"; the corpus had {had:,} already" if had else ""
        return f"{counted(len(self.new), 'line')} sent to {self.split}{already}."


@dataclass(frozen=True, slots=True)
class _SendRequest:
    project: Project
    split: Split
    lines: Mapping[str, Sequence[Span]]


class Sending(QObject):
    """Sends lines, one sending at a time.

    Signals:
        finished: it came to its end; the `Sent`.
        ended: after it, and after a failure, too, which the session has told.
    """

    finished = Signal(object)
    ended = Signal()

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._asked: _SendRequest | None = None
        self._query = LatestQuery(self)
        self._query.answered.connect(self._add)

    @property
    def is_idle(self) -> bool:
        return not self._query.is_waiting

    def start(self, project: Project, split: Split, lines: Mapping[str, Sequence[Span]]) -> None:
        """Make sentences of lines, each with this gold; those that the corpus has already are left as they are."""
        self._asked = _SendRequest(project, split, lines)
        self._query.submit(lambda: find_texts(project, list(lines)))

    def stop(self) -> None:
        """Send nothing, as when the project is closed."""
        self._query.cancel()

    def _add(self, had: Mapping[str, StoredSentence]) -> None:
        asked = self._asked
        assert asked is not None
        places = {text: _place(stored, is_new=False) for text, stored in had.items()}
        new = make_drafts({text: spans for text, spans in asked.lines.items() if text not in had})
        went_well = not new or self._session.run_reporting_errors(
            lambda: self._session.add_sentences(asked.split, new, SOURCE)
        )
        if went_well:
            ids = {sentence.text: sentence.id for sentence in new}
            for text, name in ids.items():
                places[text] = _place(asked.project.sentences.by_id(name), is_new=True)
            self.finished.emit(Sent(asked.split, places))
        self.ended.emit()


def _place(stored: StoredSentence, *, is_new: bool) -> CorpusMatch:
    return CorpusMatch(stored.number, stored.id, stored.split, is_new)
