"""What a person should know of the run that is looked at, in a line each above the tables."""

from collections.abc import Generator, Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.analysis.findings import (
    Finding,
    Scores,
    find_shared,
    findings_of_ceiling,
    findings_of_labels,
    findings_of_scores,
)
from core.domain.errors import UserError
from core.domain.spans import Split
from core.store.predictions import EpochKey
from core.store.project import Project
from core.store.runs import Run
from core.store.sentence_selection import FixedSet, Selection
from gui.background import LatestQuery
from gui.metrics.epoch_figures import Figures
from gui.metrics.table_model import Link, link_behind
from gui.widgets.text_labels import LinkLabel

_MOST = 3
"""Findings shown; the rest is behind a button."""


class FindingsBar(QWidget):
    """Hidden where there is nothing to tell.

    Signals:
        opened: the sentences of a finding are wanted; their `Link`.
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

    def show_run(self, project: Project, run: Run, epochs: Sequence[Figures], current: EpochKey) -> None:
        """Show what there is to tell of a run.

        Args:
            epochs: its figures, in order; not empty.
        """
        scores = [Scores(figures.key.epoch, figures.counts, figures.sentences) for figures in epochs]
        shown = next((figures for figures in epochs if figures.key == current), epochs[-1])
        of_labels = findings_of_labels(
            project.runs.labels_now(run), Scores(shown.key.epoch, shown.counts, shown.sentences)
        )
        self._findings = [*findings_of_scores(scores), *of_labels, *_of_unit(project, run, shown)]
        self._current, self._split = shown.key, shown.split
        is_known = self._split in self._shared or self._split == "train"
        if not is_known and (not self._query.is_waiting or self._searched != self._split):
            self._searched = self._split
            self._query.submit_when_painted(partial(_shared, project, self._split))
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
            more = LinkLabel("", f"{len(findings) - len(shown):,} more …")
            more.linkActivated.connect(self._show_all)
            self._rows.addWidget(more)
        self.setVisible(bool(findings))

    def _show_all(self) -> None:
        self._shows_all = True
        self._show()

    def _row(self, finding: Finding) -> LinkLabel:
        link = self._link(finding)
        row = LinkLabel(f"⚠ {finding.words}", "Show the sentences" if link is not None else "")
        row.linkActivated.connect(lambda: self.opened.emit(link))
        return row

    def _link(self, finding: Finding) -> Link | None:
        assert self._current is not None
        if finding.sentences:
            among = FixedSet(f"{self._split} sentences that also appear in train", finding.sentences)
            return Link(self._current, Selection(self._split, among=among), among.words)
        if finding.metric is None:
            return None
        key = EpochKey(self._current.source, finding.epoch or self._current.epoch)
        return Link(key, *link_behind(finding.metric, finding.label, self._split))


def _of_unit(project: Project, run: Run, shown: Figures) -> list[Finding]:
    """What the tagging unit is to blame for on dev, or why that is not known."""
    if shown.split != "dev":
        return []
    try:
        ceiling = project.runs.epochs(run.number)[-1].report.ceiling
    except UserError as error:
        words = str(error)
        return [Finding(f"{words[0].upper()}{words[1:]}.")]
    return findings_of_ceiling(ceiling, shown.report.micro.f1, run.settings.unit)


def _shared(project: Project, split: Split) -> Generator[None, None, list[Finding]]:
    train = (text for _, text in project.sentences.texts("train"))
    return (yield from find_shared(train, project.sentences.texts(split), split))
