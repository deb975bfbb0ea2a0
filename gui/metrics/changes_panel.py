"""The view of changes: why the numbers moved from one epoch to another."""

from collections.abc import Generator
from typing import NamedTuple

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QSplitter

from core.analysis.changes import Changes
from core.domain.spans import Split
from core.store.predictions import EpochKey
from core.store.project import Project
from core.store.sentences import Gold
from gui.background import LatestQuery
from gui.metrics.changes import kinds_table, scores_table, types_table
from gui.metrics.counts import CountDelegate
from gui.metrics.figures import Figures
from gui.metrics.model import Behind, MetricModel
from gui.metrics.moves import MoveDelegate
from gui.metrics.table import EMPTY
from gui.metrics.titled import TitledTable
from gui.metrics.words import how_to_read, sentences
from gui.theme import Theme

_COUNT_PADDING = 14
NOTHING = "Choose another epoch or run above to see what moved."


class Question(NamedTuple):
    """Which epochs are held against each other, on what."""

    before: EpochKey
    after: EpochKey
    split: Split
    gold: Gold


class ChangesPanel(QSplitter):
    """Three tables; what was compared is kept until `forget`.

    Signals:
        opened: a number with sentences behind it was chosen; its `Link`.
    """

    opened = Signal(object)

    def __init__(self, behind: Behind, theme: Theme) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._asked: Question | None = None
        self._now: Figures | None = None
        self._known: dict[Question, Changes] = {}
        self._query = LatestQuery(self)
        self._query.answered.connect(self._take)
        self.scores = TitledTable("What moved", "", MoveDelegate(MetricModel(behind), theme), names="korean")
        self.types, self.kinds = (
            TitledTable(title, said, CountDelegate(MetricModel(behind), theme, padding=_COUNT_PADDING), names="korean")
            for title, said in (
                ("What became of the errors, by type", "Under the gold type, or the predicted one of a spurious span"),
                ("By kind of error", "Fixed: by their old kind. Broken and kept: by their current kind."),
            )
        )
        self._errors = QSplitter(Qt.Orientation.Vertical)
        for table in (self.types, self.kinds):
            self._errors.addWidget(table)
        self.addWidget(self.scores)
        self.addWidget(self._errors)
        for splitter in (self, self._errors):
            splitter.setChildrenCollapsible(False)
        for table in self._tables:
            table.view.opened.connect(self.opened)
        self.setProperty("panel", True)

    @property
    def _tables(self) -> tuple[TitledTable, TitledTable, TitledTable]:
        return self.scores, self.types, self.kinds

    def forget(self) -> None:
        """Compare everything anew from now on, and nothing until asked."""
        self._query.cancel()
        self._known.clear()
        self._asked = None

    def show_nothing(self) -> None:
        """There is no epoch to hold against."""
        self.forget()
        self._show(None, NOTHING)
        self._errors.hide()

    def show_question(self, project: Project, question: Question, now: Figures) -> None:
        """Show what moved, as soon as it is found out.

        Args:
            now: the later epoch's figures on the sentences that both predicted.
        """
        if question == self._asked:
            return
        self._query.cancel()
        self._errors.show()
        self._asked, self._now = question, now
        if question in self._known:
            self._show_changes(self._known[question])
        else:
            self._show(None, "Comparing the sentences …")
            self._query.submit(lambda: _comparing(project, question))

    def _take(self, changes: Changes) -> None:
        assert self._asked is not None
        self._known[self._asked] = changes
        self._show_changes(changes)

    def _show_changes(self, changes: Changes) -> None:
        if not changes.sentences:
            self._show(None, "The two predicted no sentence in common, so there is nothing to compare.")
        else:
            assert self._now is not None
            self._show(changes, f"On {sentences(changes.sentences, self._now.split)}. {how_to_read(self._now.split)}")

    def _show(self, changes: Changes | None, said: str) -> None:
        self.scores.said.setText(said)
        now = self._now
        made = (scores_table, types_table, kinds_table)
        for table, make in zip(self._tables, made, strict=True):
            table.view.show_table(EMPTY if changes is None or now is None else make(changes, now))
        asked = self._asked
        between = "" if asked is None else f" from {_name(asked.before)} to {_name(asked.after)}"
        self.scores.title.setText(f"What moved{between}")

    def markdown(self) -> list[str]:
        """What moved and what became of the errors, or why nothing is shown."""
        parts = [part for table in self._tables for part in table.markdown()]
        return [*parts, self.scores.said.text()]

    def fit(self, room: QSize) -> None:
        """Give the scores what they need of the room, and the errors the rest."""
        wanted = 11 * room.width() // 20
        self.setSizes([wanted, room.width() - wanted - self.handleWidth()])
        self._errors.setSizes([11 * room.height() // 20, 9 * room.height() // 20])

    def set_theme(self, theme: Theme) -> None:
        for table in self._tables:
            table.view.set_theme(theme)


def _comparing(project: Project, question: Question) -> Generator[int, None, Changes]:
    from core.analysis.changes import comparing

    return (yield from comparing(project.predictions.paired(*question)))


def _name(key: EpochKey) -> str:
    return f"run {key.run}, epoch {key.epoch}"
