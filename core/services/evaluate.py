"""The scores of a source on sentences of the project."""

from collections.abc import Generator, Mapping
from dataclasses import dataclass

from core.domain.errors import UserError
from core.domain.events import Predicting
from core.domain.scores import KlueFigures, Report
from core.domain.settings import Device
from core.domain.spans import Split
from core.metrics.comparison import SpanMatch
from core.metrics.report import build_report, count_spans
from core.services.scoring import score_klue
from core.services.source_choice import find_epoch, find_newest
from core.services.tag_source import tag_lacking, tag_source
from core.store.predictions import EpochKey
from core.store.project import Project
from core.store.runs import EpochChoice
from core.store.sentences import Gold
from core.store.sources import Source


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Metrics of one epoch on one split and gold, their sentences, and how often each match occurs.

    Attributes:
        lacking: how many sentences of the split it did not tag, and cannot.
    """

    key: EpochKey
    split: Split
    gold: Gold
    sentences: int
    lacking: int
    report: Report
    klue: KlueFigures
    matches: Mapping[SpanMatch, int]


def evaluate_epoch(
    project: Project, source: int | None, epoch: EpochChoice | None, split: Split, gold: Gold, device: Device = "auto"
) -> Generator[Predicting, None, Evaluation]:
    """Score an epoch on a split; sentences that it has not predicted yet are predicted first, if the source can.

    Args:
        source, epoch: None means what counts (`core.services.source_choice`); `best` the epoch with the best micro F1
            on dev.

    Raises:
        UserError: there is no such source or epoch, the split is empty or not what the source tagged, or what it tags
            with is damaged.
    """
    known = project.sources.by_number(_find_default(project) if source is None else source)
    if not project.sentences.count(split):
        raise UserError("the project has no {split} sentences; import some with --split {split}", split=split)
    key = yield from _find_epoch(project, known, epoch, split, device)
    matches = project.predictions.matches(key, split, gold)
    sentences, klue = project.predictions.count(key, split), score_klue(project, key, split, gold)
    lacking = len(project.predictions.lacking(key, split))
    return Evaluation(key, split, gold, sentences, lacking, build_report(count_spans(matches)), klue, matches)


def _find_default(project: Project) -> int:
    key = find_newest(project)
    return project.runs.by_number(None).number if key is None else key.source


def _find_epoch(
    project: Project, source: Source, epoch: EpochChoice | None, split: Split, device: Device
) -> Generator[Predicting, None, EpochKey]:
    """The epoch to score, once it has tagged what it lacks, if it can."""
    if not source.tags_more:
        return find_epoch(project, source.number, split, epoch)
    if source.is_run or not isinstance(epoch, int):
        return (yield from tag_source(project, source.number, split, epoch, device)).key
    key = EpochKey(source.number, project.runs.epoch_number(source.number, epoch))
    yield from tag_lacking(project, key, split, device)
    return key
