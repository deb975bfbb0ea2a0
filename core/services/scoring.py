"""The scores of what is stored of an epoch."""

from core.domain.scores import KlueFigures, Report
from core.domain.spans import Split
from core.metrics.report import build_report
from core.metrics.strict import klue_figures
from core.store.predictions import EpochKey
from core.store.project import Project
from core.store.sentences import Gold


def score_epoch(project: Project, key: EpochKey, split: Split, gold: Gold) -> Report:
    """The metrics of an epoch's stored predictions on the sentences that are in the split now."""
    return build_report(project.predictions.counts(key, split, gold))


def score_klue(project: Project, key: EpochKey, split: Split, gold: Gold) -> KlueFigures:
    return klue_figures(project.predictions.examples(key, split, gold))
