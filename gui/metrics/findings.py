"""What a person should know of a run: findings in a line each above the tables, and below them what verdicts say."""

from collections.abc import Generator, Sequence
from functools import partial
from typing import NamedTuple

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from core.analysis.findings import (
    EpochCounts,
    Finding,
    find_in_ceiling,
    find_in_labels,
    find_in_scores,
    find_shared_documents,
    find_shared_sentences,
)
from core.analysis.verdicts import Estimate, describe_estimate
from core.domain.errors import UserError
from core.domain.spans import Split
from core.messages.catalogue import join_words, mark, say
from core.store.predictions import EpochKey
from core.store.project import Project
from core.store.runs import Run
from core.store.sentence_selection import FixedSet, Selection
from gui.background import LatestQuery
from gui.metrics.epoch_figures import EpochFigures, KeptAnswers
from gui.metrics.scores_view import link_behind
from gui.metrics.table_model import SentencesLink
from gui.text.wording import BLAME_WORDS, wrap_tooltip
from gui.widgets.text_labels import LinkLabel

_MOST = 3
"""Findings shown; the rest is behind a button."""


class FindingsBar(QWidget):
    """Hidden where there is no finding.

    Signals:
        opened: the sentences of a finding are wanted; their `SentencesLink`.
    """

    opened = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._findings: list[Finding] = []
        self._shared: dict[Split, list[Finding]] = {}
        self._current: EpochKey | None = None
        self._split: Split = "dev"
        self._searched: Split = "dev"
        self._shows_all = False
        self._query = LatestQuery(self)
        self._query.answered.connect(self._take_shared)
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(16, 0, 16, 8)
        self._rows.setSpacing(2)
        self.hide()

    @property
    def findings(self) -> list[Finding]:
        """All findings, whether or not there is room for them."""
        return [*self._findings, *self._shared.get(self._split, [])]

    def forget(self) -> None:
        """Look for sentences of both splits anew from now on; all else is never kept."""
        self._query.cancel()
        self._shared.clear()

    def show_source(self, project: Project, run: Run | None, epochs: Sequence[EpochFigures], current: EpochKey) -> None:
        """Show the findings of a source.

        Args:
            run: None: it is not a run.
            epochs: its figures, in order; not empty.
        """
        scores = [EpochCounts(figures.key.epoch, figures.counts, figures.sentences) for figures in epochs]
        shown = next((figures for figures in epochs if figures.key == current), epochs[-1])
        self._findings = find_in_scores(scores)
        if run is not None:
            counts = EpochCounts(shown.key.epoch, shown.counts, shown.sentences)
            self._findings += find_in_labels(project.runs.labels_now(run), counts) + _find_in_unit(project, run, shown)
        self._current, self._split = shown.key, shown.split
        is_known = self._split in self._shared or self._split == "train"
        if not is_known and (not self._query.is_waiting or self._searched != self._split):
            self._searched = self._split
            self._query.submit_when_painted(partial(_find_shared, project, self._split))
        self._show()

    def _take_shared(self, findings: list[Finding]) -> None:
        self._shared[self._searched] = findings
        self._show()

    def _show(self) -> None:
        while (item := self._rows.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        findings = self.findings
        shown = findings if self._shows_all else findings[:_MOST]
        for finding in shown:
            self._rows.addWidget(self._row(finding))
        if len(findings) > len(shown):
            more = LinkLabel("", say("{count:,} more …", count=len(findings) - len(shown)))
            more.linkActivated.connect(self._show_all)
            self._rows.addWidget(more)
        self.setVisible(bool(findings))

    def _show_all(self) -> None:
        self._shows_all = True
        self._show()

    def _row(self, finding: Finding) -> LinkLabel:
        link = self._link(finding)
        row = LinkLabel(f"⚠ {finding.words}", say("Show the sentences") if link is not None else "")
        row.linkActivated.connect(lambda: self.opened.emit(link))
        return row

    def _link(self, finding: Finding) -> SentencesLink | None:
        assert self._current is not None
        if finding.sentences:
            among = FixedSet(finding.title, finding.sentences)
            return SentencesLink(self._current, Selection(self._split, among=among), among.words)
        if finding.metric is None:
            return None
        key = EpochKey(self._current.source, finding.epoch or self._current.epoch)
        return SentencesLink(key, *link_behind(finding.metric, finding.label, self._split))


def _find_in_unit(project: Project, run: Run, shown: EpochFigures) -> list[Finding]:
    """How much of the errors on dev the tagging unit explains, or why that is not known."""
    if shown.split != "dev":
        return []
    try:
        ceiling = project.runs.epochs(run.number)[-1].report.ceiling
    except UserError as error:
        return [Finding(say("Ceiling unknown: {error}.", error=error))]
    return find_in_ceiling(ceiling, shown.report.micro.f1, run.settings.unit)


def _find_shared(project: Project, split: Split) -> Generator[None, None, list[Finding]]:
    train = (text for _, text in project.sentences.texts("train"))
    sentences = yield from find_shared_sentences(train, project.sentences.texts(split), split)
    return [*sentences, *find_shared_documents(project.documents.shared_with_train(split), split)]


NO_VERDICTS = mark("How many are gold errors? Judge a random sample to estimate.")


class EstimateQuestion(NamedTuple):
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
        self.line = LinkLabel()
        self._offers = self._has_verdicts = False
        self._estimates = KeptAnswers[EstimateQuestion](self, is_patient=True)
        self._estimates.answered.connect(self._show)
        self.forget = self._estimates.forget
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 8, 16, 8)
        layout.addWidget(self.line)
        self.line.linkActivated.connect(lambda _: self.sample_asked.emit())
        self.hide()

    def show_epoch(self, project: Project, asked: EstimateQuestion, *, offers: bool) -> None:
        """Show what the verdicts on an epoch say, as soon as it is known.

        Args:
            offers: whether to offer a sample where there are no verdicts yet.
        """
        self._offers = offers
        if self._estimates.question not in (None, asked):  # the line is of another epoch
            self.hide()
        self._estimates.ask(asked, partial(project.reviews.estimate, *asked))
        if self._estimates.is_answered:
            self.setVisible(self._has_verdicts or offers)

    def _show(self, estimate: Estimate | None) -> None:
        words, link = (say(NO_VERDICTS), say("Judge a sample"))
        if estimate is not None:
            words, link = describe_estimate(estimate), say("Continue judging")
        self.line.show_words(words, link)
        self.line.setToolTip(wrap_tooltip(*explain_estimate(estimate)))
        self._has_verdicts = estimate is not None
        self.setVisible(self._has_verdicts or self._offers)


def explain_estimate(estimate: Estimate | None) -> list[str]:
    """How the figures of `describe_estimate` came about, a paragraph each."""
    if estimate is None:
        return [
            say(
                "A random sample of the sentences with an error is shown, and a key says of each error whether the"
                " model or the gold is wrong, or both can be right. The result is an estimate for all sentences of the"
                " split."
            )
        ]
    numbers = (
        say("{blame}: {count:,}", blame=say(BLAME_WORDS[blame]), count=number)
        for blame, number in estimate.verdicts.items()
    )
    return [
        say("Verdicts – {numbers}.", numbers=join_words(numbers)),
        say(
            "In brackets: the 95 % interval. It covers the choice of the sampled sentences, not the run's own chance:"
            " another seed makes other errors. All figures are of the gold as imported, so fixing it changes none of"
            " them. Adjusted means: the gold fixed where it is wrong, ambiguous spans left out."
        ),
    ]
