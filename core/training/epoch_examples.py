"""What each epoch learns from: the corpus as it is, or with mentions replaced anew."""

from collections.abc import Generator, Sequence

import numpy as np

from core.domain.generators import add_up, map_progress
from core.domain.settings import TrainSettings
from core.domain.spans import Sentence
from core.model.encoding.batches import Examples, tagging
from core.model.encoding.cache import encoding
from core.model.encoding.windows import joined
from core.model.tagger import TextTagger
from core.training.augmentation import MentionReplacement
from core.training.events import Progress
from core.training.preparation import Corpus


class EpochExamples:
    """The examples of each epoch of a training; what does not change from one to the next is encoded once.

    Args:
        text_tagger: by whose encoding and tags.
    """

    def __init__(self, corpus: Corpus, text_tagger: TextTagger, settings: TrainSettings) -> None:
        self._corpus = corpus
        self._text_tagger = text_tagger
        self._settings = settings
        self._replacement = MentionReplacement(corpus.sentences)

    def of(self, epoch: int) -> Generator[Progress, None, Examples]:
        """The examples of an epoch, from 1; the same every time it is asked."""
        settings = self._settings
        if not settings.augmentation:
            return self._corpus.examples
        seed = f"{settings.seed} {epoch}"
        work = self._augmented(self._replacement.chosen(self._corpus.sentences, settings.augmentation, seed=seed))
        total = len(self._corpus.sentences)
        return (
            yield from map_progress(
                add_up(work),
                lambda done: Progress("prepare", epoch, settings.epochs, min(done, total), total, None, 0.0, None),
            )
        )

    def _augmented(self, sentences: Sequence[Sentence]) -> Generator[int, None, Examples]:
        """Examples of the corpus' sentences, of which some were changed; yields how many were dealt with since."""
        is_new = np.array([new is not old for new, old in zip(sentences, self._corpus.sentences, strict=True)])
        kept, new = ([sentences[number] for number in np.flatnonzero(chosen).tolist()] for chosen in (~is_new, is_new))
        encoded = yield from encoding([sentence.text for sentence in new], self._text_tagger.encoding, None)
        windows = joined([self._corpus.examples.windows.selected(np.flatnonzero(~is_new)), encoded])
        tags = yield from tagging(windows, [*kept, *new], self._text_tagger.tag_set)
        return Examples(windows, tags)
