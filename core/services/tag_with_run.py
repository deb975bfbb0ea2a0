"""Sentences of the project tagged with the weights of a run. Imports torch; see `core.services.engine`."""

from collections.abc import Generator, Sequence
from dataclasses import replace

import numpy as np

from core.domain.events import Predicting
from core.domain.settings import Device
from core.domain.spans import SentenceNumber
from core.metrics.signals import Signals
from core.model import checkpoint
from core.model.devices import device_of
from core.model.encoding.windows import Windows
from core.model.signal_predictor import JudgedText, judge_batches, judge_windows
from core.model.tagger import TextTagger
from core.store.label_history import earlier_names, rename_spans
from core.store.predictions import EpochKey
from core.store.project import Project

_AT_ONCE = 1_000
"""Sentences that are stored at once: a stop loses no more, and a batch finds others of its length."""


def tag_with_run(
    project: Project, key: EpochKey, numbers: Sequence[SentenceNumber], device: Device
) -> Generator[Predicting, None, None]:
    """Tag sentences with the weights of an epoch of a run, and store what it says.

    Raises:
        UserError: the checkpoint is damaged, or the device is not there.
    """
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

    Nobody has said what the entities of a sentence of the pool are, so its only signal is the uncertainty.

    Args:
        windows: of the sentences' texts in the same order, where these are encoded already.
    """
    done = 0
    then = earlier_names(project.label_names.of_source(key.source), text_tagger.tag_set.labels)
    for first in range(0, len(numbers), _AT_ONCE):
        part = numbers[first : first + _AT_ONCE]
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
        signals = {
            part[each.text]: each.signals if sentences[each.text].split != "pool" else _without_gold(each.signals)
            for each in found
        }
        project.signals.save(key, signals)  # first: what has predictions is not tagged again
        project.predictions.save(key, {part[each.text]: each.spans for each in found})


def _without_gold(signals: Signals) -> Signals:
    return replace(signals, loss=None, suspicion=None, gold=(), gold_probabilities=())
