"""What comes before the first step of a training: both splits encoded, the gold as tags, the ceiling counted."""

import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from core.domain.generators import Result, map_progress
from core.domain.spans import Sentence, Span
from core.metrics.report import Report, reported
from core.model.ceilings import counting
from core.model.encoding.batches import Examples, tagging
from core.model.encoding.cache import encoding
from core.model.encoding.windows import Windows
from core.model.tagger import TextTagger
from core.training.distributed import ALONE, Crew
from core.training.events import Progress


@dataclass(frozen=True, slots=True)
class Corpus:
    """The two splits as the trainer needs them.

    Attributes:
        sentences: the training split, in the order of the examples' texts.
        dev_golds: of each text of dev its gold spans.
        ceilings: the scores on dev that perfect tags would reach.
    """

    sentences: Sequence[Sentence]
    examples: Examples
    dev: Windows
    dev_golds: Sequence[Sequence[Span]]
    ceilings: Report


def preparing(
    train: Sequence[Sentence],
    dev: Sequence[Sentence],
    text_tagger: TextTagger,
    epochs: int,
    cache: Path | None,
    crew: Crew = ALONE,
) -> Generator[Progress, None, Corpus]:
    """Encodes both splits.

    Args:
        epochs: how many there will be, to tell with the progress.
        cache: the folder that keeps the windows; see `core.model.encoding.cache`.
        crew: the processes that prepare the same; the main one fills the folder, the others then read it.
    """
    meter = _Meter(epochs, len(train) + len(dev))
    by, tag_set = text_tagger.encoding, text_tagger.tag_set
    encoded = partial(encoding, by=by, folder=cache, keeps=crew.is_main)
    windows = yield from meter.count(_main_first(crew, encoded([sentence.text for sentence in train])))
    tags = yield from meter.with_heartbeat(tagging(windows, train, tag_set))
    dev_windows = yield from meter.count(_main_first(crew, encoded([sentence.text for sentence in dev])))
    counts = yield from meter.with_heartbeat(counting(dev_windows, dev, tag_set))
    return Corpus(train, Examples(windows, tags), dev_windows, [s.spans for s in dev], reported(counts))


def _main_first(crew: Crew, work: Generator[int, None, Result]) -> Generator[int, None, Result]:
    """Does the work in the main process, and then in the others; these meet it at each of its steps meanwhile."""
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
    """How far the sentences of both splits have been gone through."""

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
