"""Which sentences of a split have an error, kept in step with corrections without asking the store again."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable

from core.domain.spans import SentenceNumber


class ErrorIndex:
    """Sentence numbers in ascending order."""

    def __init__(self, numbers: list[SentenceNumber]) -> None:
        self._numbers = numbers

    def __len__(self) -> int:
        return len(self._numbers)

    def put(self, number: SentenceNumber, has_error: bool) -> None:
        """Say whether a sentence has an error now."""
        at, known = bisect_left(self._numbers, number), number in self
        if has_error and not known:
            insort(self._numbers, number)
        elif known and not has_error:
            del self._numbers[at]

    def __contains__(self, number: SentenceNumber) -> bool:
        at = bisect_left(self._numbers, number)
        return at < len(self._numbers) and self._numbers[at] == number

    def following(
        self, number: SentenceNumber, step: int, is_listed: Callable[[SentenceNumber], bool]
    ) -> SentenceNumber | None:
        """The next sentence with an error that is listed, or with -1 the one before; None after the last."""
        if step > 0:
            candidates = range(bisect_right(self._numbers, number), len(self._numbers))
        else:
            candidates = range(bisect_left(self._numbers, number) - 1, -1, -1)
        return next((self._numbers[at] for at in candidates if is_listed(self._numbers[at])), None)
