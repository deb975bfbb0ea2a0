"""What a mutation of the store changed; views refresh on it."""

from dataclasses import dataclass

from core.spans import SentenceNumber


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """What changed: the gold or split of some sentences, the corpus as a whole, some runs."""

    sentences: tuple[SentenceNumber, ...] = ()
    corpus: bool = False
    runs: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.sentences or self.corpus or self.runs)
