"""What an epoch learns from: both splits encoded, the gold as tags, and mentions replaced anew where wanted."""

import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from core.domain.events import Progress
from core.domain.generators import Result, accumulate_progress, map_progress
from core.domain.scores import Report
from core.domain.settings import TrainSettings
from core.domain.spans import Sentence, Span
from core.metrics.report import build_report
from core.model.ceilings import count_best_spans
from core.model.encoding.batches import TaggedWindows, tag_windows
from core.model.encoding.cache import encode_cached
from core.model.encoding.windows import Windows, concatenate
from core.model.tagger import TextTagger
from core.training.augmentation import MentionReplacement
from core.training.distributed import ALONE, Crew


@dataclass(frozen=True, slots=True)
class PreparedCorpus:
    """The two splits as the trainer needs them.

    Attributes:
        sentences: the training split, in the order of the examples' texts.
        dev_golds: of each text of dev its gold spans.
        ceilings: the scores on dev that perfect tags would reach.
    """

    sentences: Sequence[Sentence]
    examples: TaggedWindows
    dev: Windows
    dev_golds: Sequence[Sequence[Span]]
    ceilings: Report


def prepare_corpus(
    train: Sequence[Sentence],
    dev: Sequence[Sentence],
    text_tagger: TextTagger,
    epochs: int,
    cache: Path | None,
    crew: Crew = ALONE,
) -> Generator[Progress, None, PreparedCorpus]:
    """Encode both splits.

    Args:
        epochs: how many there will be, for the progress events.
        cache: the folder that keeps the windows; see `core.model.encoding.cache`.
        crew: the processes that prepare the same; the main one fills the folder, the others then read it.
    """
    meter = _Meter(epochs, len(train) + len(dev))
    by, tag_set = text_tagger.encoding, text_tagger.tag_set
    encoded = partial(encode_cached, by=by, folder=cache, keeps=crew.is_main)
    windows = yield from meter.count(_main_first(crew, encoded([sentence.text for sentence in train])))
    tags = yield from meter.with_heartbeat(tag_windows(windows, train, tag_set))
    dev_windows = yield from meter.count(_main_first(crew, encoded([sentence.text for sentence in dev])))
    counts = yield from meter.with_heartbeat(count_best_spans(dev_windows, dev, tag_set))
    return PreparedCorpus(
        train, TaggedWindows(windows, tags), dev_windows, [s.spans for s in dev], build_report(counts)
    )


def _main_first(crew: Crew, work: Generator[int, None, Result]) -> Generator[int, None, Result]:
    """Do the work in the main process, and then in the others, which meet it at each of its steps meanwhile."""
    if not crew.is_main:
        while crew.from_main(lambda: True):
            pass
        return (yield from work)

    def meet(done: int) -> int:
        crew.from_main(lambda: True)
        return done

    result = yield from map_progress(work, meet)
    crew.from_main(lambda: False)
    return result


class _Meter:
    """How many sentences of both splits are prepared."""

    def __init__(self, epochs: int, sentences: int) -> None:
        self._epochs = epochs
        self._sentences = sentences
        self._done = 0
        self._began = time.perf_counter()

    def count(self, work: Generator[int, None, Result]) -> Generator[Progress, None, Result]:
        """Work that yields how many sentences it has done since the last time, as one that yields the progress."""
        return map_progress(work, self._add)

    def with_heartbeat(self, work: Generator[int, None, Result]) -> Generator[Progress, None, Result]:
        """The same for sentences that are counted already: the work can be stopped at each step, and adds nothing."""
        return map_progress(work, lambda _: self._add(0))

    def _add(self, sentences: int) -> Progress:
        self._done += sentences
        speed = self._done / max(time.perf_counter() - self._began, 1e-9)
        return Progress("prepare", 0, self._epochs, self._done, self._sentences, None, speed, None)


class EpochExamples:
    """The examples of each epoch of a training; what does not change from one to the next is encoded once.

    Args:
        text_tagger: by whose encoding and tags.
    """

    def __init__(self, corpus: PreparedCorpus, text_tagger: TextTagger, settings: TrainSettings) -> None:
        self._corpus = corpus
        self._text_tagger = text_tagger
        self._settings = settings
        self._replacement = MentionReplacement(corpus.sentences)

    def of(self, epoch: int) -> Generator[Progress, None, TaggedWindows]:
        """The examples of an epoch, from 1; the same every time it is asked."""
        settings = self._settings
        if not settings.augmentation:
            return self._corpus.examples
        seed = f"{settings.seed} {epoch}"
        work = self._augmented(self._replacement.chosen(self._corpus.sentences, settings.augmentation, seed=seed))
        total = len(self._corpus.sentences)
        return (
            yield from map_progress(
                accumulate_progress(work),
                lambda done: Progress("prepare", epoch, settings.epochs, min(done, total), total, None, 0.0, None),
            )
        )

    def _augmented(self, sentences: Sequence[Sentence]) -> Generator[int, None, TaggedWindows]:
        """Examples of the corpus' sentences, some of them changed; yields how many were encoded or tagged since."""
        is_new = np.array([new is not old for new, old in zip(sentences, self._corpus.sentences, strict=True)])
        kept, new = ([sentences[number] for number in np.flatnonzero(chosen).tolist()] for chosen in (~is_new, is_new))
        encoded = yield from encode_cached([sentence.text for sentence in new], self._text_tagger.encoding, None)
        windows = concatenate([self._corpus.examples.windows.select(np.flatnonzero(~is_new)), encoded])
        tags = yield from tag_windows(windows, [*kept, *new], self._text_tagger.tag_set)
        return TaggedWindows(windows, tags)
