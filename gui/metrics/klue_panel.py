"""KLUE's two figures of an epoch, below the averages."""

from collections.abc import Generator, Iterable
from typing import NamedTuple

from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from core.domain.scores import KlueFigures
from core.domain.spans import Example, Split
from core.metrics.report import KlueCounts
from core.store.predictions import EpochKey
from core.store.project import Project
from core.store.sentences import Gold
from gui.background import LatestQuery
from gui.look.theme import font
from gui.metrics.table_model import figure
from gui.text.words import wrapped
from gui.widgets.text_labels import PlainLabel, hint_label

PENDING = "…"

_SOURCE = (
    "Counted as the evaluation code of KLUE does (Park et al., KLUE: Korean Language Understanding Evaluation, 2021),"
    " so that it compares with published figures"
)
_ENTITY = "The mean F1 of all types, strict, found in the tags of the characters without the spaces"
_CHARACTER = "The mean F1 of all tags (O, and B and I of each type) over the characters without the spaces"


class Question(NamedTuple):
    """What the figures are of."""

    key: EpochKey
    split: Split
    gold: Gold


class KlueLine(QWidget):
    """The figures of one epoch; those that were counted are kept until `forget`."""

    def __init__(self) -> None:
        super().__init__()
        self.epoch = hint_label("")
        self.entity, self.character = _value(), _value()
        self._asked: Question | None = None
        self._known: dict[Question, KlueFigures] = {}
        self._query = LatestQuery(self)
        self._query.answered.connect(self._take)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 8, 16, 8)
        layout.setSpacing(8)
        layout.addWidget(self.epoch)
        for name, value, tip in (
            ("entity macro F1", self.entity, _ENTITY),
            ("character macro F1", self.character, _CHARACTER),
        ):
            layout.addSpacing(8)
            for label in (hint_label(name), value):
                label.setToolTip(wrapped(tip, _SOURCE))
                layout.addWidget(label)
        layout.addStretch(1)

    def forget(self) -> None:
        """Count everything anew from now on, and nothing until asked."""
        self._query.cancel()
        self._known.clear()
        self._asked = None

    def show_epoch(self, project: Project, question: Question) -> None:
        """Show the figures of an epoch, as soon as they are counted."""
        if question == self._asked:
            return
        self._query.cancel()
        self._asked = question
        self.epoch.setText(f"KLUE, epoch {question.key.epoch}")
        if question in self._known:
            self._show(self._known[question])
        else:
            self._show(None)
            self._query.submit_when_painted(lambda: _counting(project.predictions.examples(*question)))

    def words(self) -> str:
        """The figures in one line; empty as long as they are not counted."""
        if PENDING in (self.entity.text(), self.character.text()):
            return ""
        return f"{self.epoch.text()}: entity macro F1 {self.entity.text()}, character macro F1 {self.character.text()}"

    def _take(self, figures: KlueFigures) -> None:
        assert self._asked is not None
        self._known[self._asked] = figures
        self._show(figures)

    def _show(self, figures: KlueFigures | None) -> None:
        self.entity.setText(figure(figures.entity_macro_f1) if figures else PENDING)
        self.character.setText(figure(figures.character_macro_f1) if figures else PENDING)


def _counting(sentences: Iterable[Example]) -> Generator[None, None, KlueFigures]:
    from core.metrics.strict import count_for_klue, split_into_parts  # numpy takes a tenth of a second to load

    total = KlueCounts()
    for part in split_into_parts(sentences):
        total += count_for_klue(part)
        yield
    return total.figures


def _value() -> QLabel:
    """Room for a figure, which does not move its neighbours when it comes."""
    label = PlainLabel(PENDING)
    label.setFont(font(tabular=True))
    label.setMinimumWidth(QFontMetrics(label.font()).horizontalAdvance("0.000"))
    return label
