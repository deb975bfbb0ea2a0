"""What a person says of the current sentence, timed, and how far the split is reviewed."""

from collections.abc import Callable, Iterable, Sequence

from PySide6.QtCore import QElapsedTimer

from core.analysis.verdicts import Blame
from core.domain.spans import SentenceNumber, Span, Split
from core.metrics.comparison import Comparison
from core.store.changes import ChangeSet
from core.store.gold.reviews import Reviews, Watch
from gui.session import Session


class Reviewing:
    """Says things through the session, and keeps count of the reviewed sentences of a split."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._reviewed: set[SentenceNumber] = set()
        self._watched: SentenceNumber | None = None
        self._clock = QElapsedTimer()
        self.pace: float | None = None

    def __contains__(self, number: SentenceNumber) -> bool:
        """Whether a sentence of the split is reviewed."""
        return number in self._reviewed

    def __len__(self) -> int:
        return len(self._reviewed)

    def left_of(self, numbers: Sequence[SentenceNumber]) -> int:
        """How many of some sentences of the split are not reviewed."""
        return len(numbers) - len(self._reviewed.intersection(numbers))

    def take(self, reviewed: Iterable[SentenceNumber], pace: float | None) -> None:
        """Take what was read: which sentences of the split are reviewed, and the seconds that the last ones took."""
        self._reviewed, self.pace = set(reviewed), pace

    def count_again(self, numbers: Sequence[SentenceNumber], split: Split) -> None:
        """Keep the count in step with some sentences."""
        project = self._session.project
        if project is None or not numbers:
            return
        said = project.reviews.of(numbers, None)
        for stored in project.sentences.by_number(numbers):
            if stored.split == split and said[stored.number].is_reviewed:
                self._reviewed.add(stored.number)
            else:
                self._reviewed.discard(stored.number)
        self.pace = project.reviews.pace()

    def watch(self, number: SentenceNumber | None) -> None:
        """Time how long a sentence is shown, from now on if it is another one."""
        if number != self._watched:
            self._watched = number
            self._clock.start()

    def _seconds(self) -> float:
        """Since the sentence was shown, or since the last time this was asked."""
        return self._clock.restart() / 1000

    def mark(self, number: SentenceNumber, *, reviewed: bool) -> bool:
        """Mark a sentence as reviewed, or take the mark away; whether that went well."""
        seconds = self._seconds()
        return self._say(lambda reviews: reviews.mark(number, reviewed=reviewed, seconds=seconds))

    def pass_on(self, number: SentenceNumber, gold: Sequence[Span]) -> bool:
        """Store a sentence's new gold and mark it as reviewed; whether that went well."""
        seconds = self._seconds()
        return self._say(lambda reviews: reviews.pass_on(number, gold, seconds=seconds))

    def note(self, number: SentenceNumber, text: str) -> None:
        self._say(lambda reviews: reviews.note(number, text))

    def judge(self, number: SentenceNumber, comparison: Comparison, blame: Blame, *, sampled: bool) -> bool:
        """Store a verdict on what the run and the gold say; whether that went well."""
        key, watch = self._session.context.key, Watch(sampled, self._seconds())
        return key is not None and self._say(lambda reviews: reviews.judge(number, key, comparison, blame, watch))

    def _say(self, saying: Callable[[Reviews], ChangeSet]) -> bool:
        return self._session.attempt(lambda: self._session.say(saying))
