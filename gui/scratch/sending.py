"""Lines on their way into the corpus: sought there first, then added at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from core.domain.spans import Span, Split
from core.services.scratch import SOURCE, find_texts, make_drafts
from core.store.project import Project
from core.store.sentences import StoredSentence
from gui.background import LatestQuery
from gui.scratch.row import Place
from gui.session import Session
from gui.words import counted


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of a sending: where the corpus has each text now."""

    split: Split
    places: Mapping[str, Place]

    @property
    def new(self) -> list[Place]:
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
class _Asked:
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
        self._asked: _Asked | None = None
        self._query = LatestQuery(self)
        self._query.answered.connect(self._add)

    @property
    def is_idle(self) -> bool:
        return not self._query.is_waiting

    def start(self, project: Project, split: Split, lines: Mapping[str, Sequence[Span]]) -> None:
        """Make sentences of lines, each with this gold; those that the corpus has already are left as they are."""
        self._asked = _Asked(project, split, lines)
        self._query.submit(lambda: find_texts(project, list(lines)))

    def stop(self) -> None:
        """Send nothing, as when the project is closed."""
        self._query.cancel()

    def _add(self, had: Mapping[str, StoredSentence]) -> None:
        asked = self._asked
        assert asked is not None
        places = {text: _place(stored, is_new=False) for text, stored in had.items()}
        new = make_drafts({text: spans for text, spans in asked.lines.items() if text not in had})
        went_well = not new or self._session.attempt(lambda: self._session.add_sentences(asked.split, new, SOURCE))
        if went_well:
            ids = {sentence.text: sentence.id for sentence in new}
            for text, name in ids.items():
                places[text] = _place(asked.project.sentences.by_id(name), is_new=True)
            self.finished.emit(Sent(asked.split, places))
        self.ended.emit()


def _place(stored: StoredSentence, *, is_new: bool) -> Place:
    return Place(stored.number, stored.id, stored.split, is_new)
