"""What a mutation of the store changed; views refresh on it."""

from dataclasses import dataclass

from core.spans import SentenceNumber


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """What changed: the gold or split of some sentences, the corpus as a whole, some runs, what is said of sentences.

    `reviews` are the sentences of which a mark, a note or a verdict changed; their gold changed where they stand in
    `sentences` as well.
    """

    sentences: tuple[SentenceNumber, ...] = ()
    corpus: bool = False
    runs: tuple[int, ...] = ()
    reviews: tuple[SentenceNumber, ...] = ()

    @property
    def touched(self) -> tuple[SentenceNumber, ...]:
        """The sentences of which anything changed."""
        return tuple(dict.fromkeys((*self.sentences, *self.reviews)))

    def __bool__(self) -> bool:
        return bool(self.sentences or self.corpus or self.runs or self.reviews)
