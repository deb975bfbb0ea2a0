"""Sending lines to the corpus: the bar that asks for it, the work, and its result."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QPushButton, QVBoxLayout

from core.domain.spans import Section, Span
from core.messages.catalogue import mark, say, say_count
from core.services.typed_sentences import SOURCE, find_texts, make_drafts
from core.store.project import Project
from core.store.sentences import StoredSentence
from gui.background import LatestQuery
from gui.scratch.line_list import CorpusMatch
from gui.session import Session
from gui.text.wording import wrap_tooltip
from gui.widgets.choosers import chooser
from gui.widgets.text_labels import PlainLabel

_INFLATES = mark(
    "Gold taken from a run's own predictions inflates its score on {split}. Correct the spans first, or send the lines"
    " to review."
)
_TARGETS: tuple[tuple[str, Section], ...] = (
    (mark("review"), "pool"),
    (mark("train, as gold"), "train"),
    (mark("dev, as gold"), "dev"),
    (mark("test, as gold"), "test"),
)
"""Where lines can go; those to review are in the pool, with spans that nobody judged yet."""


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
        self.target = chooser(say("Send to"), say("Where the lines are added"))
        self.target.offer([(say(words), section) for words, section in _TARGETS], "pool")
        self.with_spans = QCheckBox(say("with their spans"))
        self.with_spans.setChecked(True)
        self.with_spans.setToolTip(
            wrap_tooltip(say("The sentences wait in the pool until somebody judges them; without this as bare text"))
        )
        self.send = QPushButton()
        self.send.setProperty("primary", True)
        self.warning = PlainLabel(wraps=True)
        self.said = PlainLabel()
        self.stays = PlainLabel(say("Undo does not remove sent sentences; drop them on the Corpus page."), wraps=True)
        for label in (self.warning, self.stays, self.said):
            label.setProperty("role", "hint")
        self.open = QPushButton(say("Open in Inspect"))
        self.open.setProperty("flat", True)
        self._lay_out()
        self.target.currentIndexChanged.connect(lambda _: self.changed.emit())
        self.with_spans.toggled.connect(lambda _: self.changed.emit())
        self.send.clicked.connect(self.asked)
        self.open.clicked.connect(self.opened)
        self.show_result("", can_open=False)

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(PlainLabel(say("Send to")))
        row.addWidget(self.target)
        row.addWidget(self.with_spans)
        row.addStretch(1)
        sending = QHBoxLayout()
        sending.setSpacing(8)
        sending.addWidget(self.send)
        sending.addWidget(self.stays, 1)
        notice = QHBoxLayout()
        notice.setSpacing(4)
        notice.addWidget(self.said)
        notice.addWidget(self.open)
        notice.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(8)
        column.addLayout(row)
        column.addWidget(self.warning)
        column.addLayout(sending)
        column.addLayout(notice)

    @property
    def section(self) -> Section:
        section: Section = self.target.currentData()
        return section

    @property
    def takes_spans(self) -> bool:
        """Whether the spans of the lines are sent: gold without them would say that there are none."""
        return self.section != "pool" or self.with_spans.isChecked()

    def offer(self, count: int, obstacle: str) -> None:
        """Offer to send so many lines, or say why that cannot be."""
        section = self.section
        if section == "pool":
            words = say_count("Send {count:,} line to review", "Send {count:,} lines to review", count)
        else:
            words = say_count(
                "Send {count:,} line to {split} as gold",
                "Send {count:,} lines to {split} as gold",
                count,
                split=section,
            )
        self.send.setText(words)
        self.with_spans.setVisible(section == "pool")
        self.send.setEnabled(not obstacle)
        self.send.setToolTip(wrap_tooltip(obstacle or say("They become sentences of the corpus, each with its own id")))
        self.warning.setText(say(_INFLATES, split=section) if section in ("dev", "test") else "")
        self.warning.setVisible(bool(self.warning.text()))

    def show_result(self, words: str, *, can_open: bool) -> None:
        """Say what the last sending did."""
        self.said.setText(words)
        self.said.setVisible(bool(words))
        self.open.setVisible(can_open)


@dataclass(frozen=True, slots=True)
class Sent:
    """The result of a sending: where the corpus has each text now."""

    section: Section
    places: Mapping[str, CorpusMatch]

    @property
    def new(self) -> list[CorpusMatch]:
        """The sentences that the lines became."""
        return [place for place in self.places.values() if place.is_new]

    @property
    def words(self) -> str:
        """`2 lines sent to train; the corpus had 1 already.`"""
        had, new = len(self.places) - len(self.new), len(self.new)
        if not new:
            return say_count(
                "Nothing sent: the corpus already has this text.",
                "Nothing sent: the corpus already has these {count:,} texts.",
                had,
            )
        if self.section == "pool":
            words = say_count(
                "{count:,} line sent to review, in the pool.", "{count:,} lines sent to review, in the pool.", new
            )
        else:
            words = say_count(
                "{count:,} line sent to {split}.", "{count:,} lines sent to {split}.", new, split=self.section
            )
        return say("{sent} The corpus already had {had:,}.", sent=words, had=had) if had else words


def find_obstacle(chosen: Collection[str], ready: Collection[str], *, with_spans: bool, is_sending: bool) -> str:
    """Why the chosen lines cannot be sent now; empty where they can.

    Args:
        ready: the texts whose spans are known.
    """
    if is_sending:
        return say("The corpus is searched for these texts")
    if not chosen:
        return say("Type a line that the corpus does not have, and tick it")
    if with_spans and any(text not in ready for text in chosen):
        return say("Wait until every chosen line is tagged, or send them to review without spans")
    return ""


@dataclass(frozen=True, slots=True)
class _SendRequest:
    project: Project
    section: Section
    lines: Mapping[str, Sequence[Span]]


class Sending(QObject):
    """Sends lines, one sending at a time.

    Signals:
        finished: it came to its end; the `Sent`.
        ended: after it, and after a failure, too, which the session has reported.
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

    def start(self, project: Project, section: Section, lines: Mapping[str, Sequence[Span]]) -> None:
        """Make sentences of lines, each with these spans; those that the corpus has already are left as they are."""
        self._asked = _SendRequest(project, section, lines)
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
            lambda: self._session.add_sentences(asked.section, new, SOURCE)
        )
        if went_well:
            ids = {sentence.text: sentence.id for sentence in new}
            for text, name in ids.items():
                places[text] = _place(asked.project.sentences.by_id(name), is_new=True)
            self.finished.emit(Sent(asked.section, places))
        self.ended.emit()


def _place(stored: StoredSentence, *, is_new: bool) -> CorpusMatch:
    return CorpusMatch(stored.number, stored.id, stored.split, is_new)
