"""What a person's verdicts on a random sample say of an epoch's errors, in one line, and the way to give more."""

import html
from functools import partial
from typing import NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from core.analysis.verdicts import Estimate
from core.domain.spans import Split
from core.store.predictions import EpochKey
from core.store.project import Project
from gui.background import LatestQuery
from gui.metrics.words import verdicts_line, verdicts_meaning
from gui.words import wrapped

NO_VERDICTS = "How many of these are errors of the gold? Verdicts on a random sample tell."


class Asked(NamedTuple):
    """What the estimate is of."""

    key: EpochKey
    split: Split


class VerdictsLine(QWidget):
    """Hidden where there are no verdicts, unless they are offered; what was estimated is kept until `forget`.

    Signals:
        sample_asked: the person wants to give verdicts on a random sample.
    """

    sample_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.said = QLabel(wordWrap=True)
        self.said.setTextFormat(Qt.TextFormat.RichText)
        self.said.setTextInteractionFlags(
            Qt.TextInteractionFlag.LinksAccessibleByMouse | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
        )
        self._asked: Asked | None = None
        self._offers = False
        self._known: dict[Asked, Estimate | None] = {}
        self._query = LatestQuery(self)
        self._query.answered.connect(self._take)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 8, 16, 8)
        layout.addWidget(self.said)
        self.said.linkActivated.connect(lambda _: self.sample_asked.emit())
        self.hide()

    def forget(self) -> None:
        """Estimate anew from now on, and nothing until asked."""
        self._query.cancel()
        self._known.clear()
        self._asked = None

    def show_epoch(self, project: Project, asked: Asked, *, offers: bool) -> None:
        """Show what the verdicts on an epoch say, as soon as it is known.

        Args:
            offers: whether to offer a sample where there are no verdicts yet.
        """
        self._offers = offers
        if asked != self._asked:
            if self._asked is not None:  # what is said is of another epoch
                self.hide()
            self._query.cancel()
            self._asked = asked
            if asked not in self._known:
                self._query.submit(partial(project.reviews.estimate, *asked))
        if asked in self._known:
            self._show(self._known[asked])

    def _take(self, estimate: Estimate | None) -> None:
        assert self._asked is not None
        self._known[self._asked] = estimate
        self._show(estimate)

    def _show(self, estimate: Estimate | None) -> None:
        words, link = (NO_VERDICTS, "Judge a sample")
        if estimate is not None:
            words, link = verdicts_line(estimate), "Go on judging"
        self.said.setText(f'{html.escape(words)}&nbsp; <a href="#">{link.replace(" ", "&nbsp;")}</a>')
        self.said.setToolTip(wrapped(*verdicts_meaning(estimate)))
        self.setVisible(estimate is not None or self._offers)
