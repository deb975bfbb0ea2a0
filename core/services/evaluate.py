"""The scores of an epoch and of perfect tags, and sentences of the project that an epoch has not tagged yet.

Imports torch; see `core.services.engine`.
"""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from core.domain.errors import UserError
from core.domain.events import Measuring, Predicting
from core.domain.generators import accumulate_progress, map_progress
from core.domain.scores import KlueFigures, Report
from core.domain.settings import Device, Unit
from core.domain.spans import SentenceNumber, Split
from core.metrics.comparison import SpanMatch
from core.metrics.report import build_report, count_spans
from core.metrics.strict import klue_figures
from core.model import checkpoint
from core.model.ceilings import STEPS_OF_CEILINGS, compute_ceilings
from core.model.devices import device_of
from core.model.encoding.windows import Windows
from core.model.signal_predictor import JudgedText, judge_batches, judge_windows
from core.model.tagger import TextTagger
from core.store.label_history import earlier_names, rename_spans
from core.store.predictions import EpochKey
from core.store.project import Project
from core.store.runs import EpochChoice
from core.store.sentences import SLICE, Gold


def score_epoch(project: Project, key: EpochKey, split: Split, gold: Gold) -> Report:
    """The metrics of an epoch's stored predictions on the sentences that are in the split now."""
    return build_report(project.predictions.counts(key, split, gold))


def score_klue(project: Project, key: EpochKey, split: Split, gold: Gold) -> KlueFigures:
    return klue_figures(project.predictions.examples(key, split, gold))


def measure_ceilings(project: Project, encoder: str, split: Split) -> Generator[Measuring, None, dict[Unit, Report]]:
    """How far each tagging unit can go with an encoder on a split: the scores that perfect tags would reach.

    Raises:
        UserError: the split is empty, or the encoder cannot be had.
    """
    sentences = [stored.with_gold("corrected") for stored in project.sentences.each(split)]
    if not sentences:
        raise UserError("the project has no {split} sentences; import some with --split {split}", split=split)
    texts = (stored.text for stored in project.sentences.each("train"))
    work = compute_ceilings(sentences, encoder, texts, project.encodings_folder)
    total = STEPS_OF_CEILINGS * len(sentences)
    return (yield from map_progress(accumulate_progress(work), lambda done: Measuring(done, total)))


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Metrics of one epoch on one split and gold, their sentences, and how often each match occurs."""

    key: EpochKey
    split: Split
    gold: Gold
    sentences: int
    report: Report
    klue: KlueFigures
    matches: Mapping[SpanMatch, int]


def evaluate_epoch(
    project: Project, run: int | None, epoch: EpochChoice | None, split: Split, gold: Gold, device: Device = "auto"
) -> Generator[Predicting, None, Evaluation]:
    """Score an epoch on a split; sentences that it has not predicted yet are predicted first, with its checkpoint.

    Args:
        run, epoch: None means the newest run, the last epoch; `best` the epoch with the best micro F1 on dev.

    Raises:
        UserError: there is no such run or epoch, the split is empty or not what a cross-check tagged, or the checkpoint
            is damaged.
    """
    number = project.runs.by_number(run).number
    key = EpochKey(number, project.runs.epoch_number(number, epoch))
    if not project.sentences.count(split):
        raise UserError("the project has no {split} sentences; import some with --split {split}", split=split)
    lacking = project.predictions.lacking(key, split)
    if project.runs.by_number(number).is_crosscheck:
        if not project.predictions.count(key, split):
            raise UserError(
                "run {number} is a cross-check: it tagged training sentences and keeps no weights to tag"
                " others with; evaluate it with --split train",
                number=number,
            )
    elif lacking:
        yield from _tag_lacking(project, key, lacking, device)
    matches = project.predictions.matches(key, split, gold)
    sentences, klue = project.predictions.count(key, split), score_klue(project, key, split, gold)
    return Evaluation(key, split, gold, sentences, build_report(count_spans(matches)), klue, matches)


def _tag_lacking(
    project: Project, key: EpochKey, numbers: Sequence[SentenceNumber], device: Device
) -> Generator[Predicting, None, None]:
    text_tagger = checkpoint.load(project.checkpoint_folder(key.source, key.epoch), device_of(device))
    yield from tag_stored(project, key, text_tagger, numbers)


def tag_stored(
    project: Project,
    key: EpochKey,
    text_tagger: TextTagger,
    numbers: Sequence[SentenceNumber],
    windows: Windows | None = None,
) -> Generator[Predicting, None, None]:
    """Tag sentences of the project, and store their predictions and signals under an epoch.

    Args:
        windows: of the sentences' texts in the same order, where these are encoded already.
    """
    done = 0
    then = earlier_names(project.label_names.of_source(key.source), text_tagger.tag_set.labels)
    for first in range(0, len(numbers), SLICE):
        part = numbers[first : first + SLICE]
        sentences = project.sentences.by_number(part)
        texts, golds = [stored.text for stored in sentences], [rename_spans(stored.gold, then) for stored in sentences]
        found: list[JudgedText] = []
        if windows is None:
            work = judge_batches(text_tagger, texts, golds)
        else:
            own = windows.select(np.arange(first, first + len(part)))
            work = judge_windows(text_tagger, own, np.arange(len(part)), golds)
        for judged in work:
            found += judged
            done += len(judged)
            yield Predicting(done, len(numbers))
        # Signals first: what has predictions is not tagged again.
        project.signals.save(key, {part[each.text]: each.signals for each in found})
        project.predictions.save(key, {part[each.text]: each.spans for each in found})
