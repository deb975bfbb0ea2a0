"""How many sentences stand behind a number, for its tooltip; counted on another thread."""

from functools import partial

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QCursor, QHelpEvent
from PySide6.QtWidgets import QApplication, QToolTip

from core.store.predictions import EpochKey
from core.store.project import Project
from core.store.sentence_selection import Selection
from core.store.sentences import Gold
from gui.background import LatestQuery

_Question = tuple[Selection, EpochKey, Gold]


class SentenceCounter(QObject):
    """Keeps what it counted until `forget`; a tooltip that had to do without its count is shown anew with it."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._known: dict[_Question, int] = {}
        self._query = LatestQuery(self)
        self._query.answered.connect(self._take)

    def forget(self) -> None:
        """Count everything anew from now on, and nothing until asked."""
        self._query.cancel()
        self._known.clear()

    def count(self, project: Project, selection: Selection, key: EpochKey, gold: Gold) -> int | None:
        """How many sentences a selection shows; None as long as they are being counted."""
        question = (selection, key, gold)
        if question not in self._known:
            self._query.submit(partial(_count, project, question))
        return self._known.get(question)

    def _take(self, answer: tuple[_Question, int]) -> None:
        question, count = answer
        self._known[question] = count
        at = QCursor.pos()
        if QToolTip.isVisible() and (pointed := QApplication.widgetAt(at)) is not None:
            QApplication.sendEvent(pointed, QHelpEvent(QEvent.Type.ToolTip, pointed.mapFromGlobal(at), at))


def _count(project: Project, question: _Question) -> tuple[_Question, int]:
    return question, len(project.selections.numbers(*question))
