"""Find the sentences that have the same text, without an index on disk: texts never change, so what was read once is
known for as long as the project is open."""

import threading
from array import array
from collections.abc import Iterator

import numpy as np

from core.domain.spans import SentenceNumber
from core.domain.splitting import Keys, as_keys, normalise_for_comparison, text_key
from core.store.database import Database
from core.store.sentences import SLICE


class TextIndex:
    """The key of the text of every sentence, as `core.domain.splitting` compares texts; for any number of threads."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._numbers: array[int] = array("q")
        self._keys: array[int] = array("q")
        self._sorted: tuple[Keys, Keys] = (as_keys(self._keys), as_keys(self._numbers))
        self._learning = threading.Lock()

    def learn(self) -> Iterator[None]:
        """Read the sentences that came in since the last time, pausing now and then; a million take some seconds."""
        sql = "SELECT number, text FROM sentence WHERE number > ? ORDER BY number LIMIT ?"
        while rows := self._database.rows(sql, [last := self._last(), SLICE]):
            keys, numbers = [text_key(text) for _, text in rows], [number for number, _ in rows]
            with self._learning:
                if self._last() == last:  # or another thread has learned the same
                    self._keys.extend(keys)
                    self._numbers.extend(numbers)
            yield
        with self._learning:
            if len(self._sorted[0]) < len(self._keys):
                found = as_keys(self._keys)
                order = np.argsort(found, kind="stable")
                self._sorted = found[order], as_keys(self._numbers)[order]

    def _last(self) -> int:
        return self._numbers[-1] if self._numbers else 0

    def find(self, text: str) -> list[SentenceNumber]:
        """The sentences with the same text in any section, in order."""
        for _ in self.learn():
            pass
        keys, numbers = self._sorted
        first, last = np.searchsorted(keys, [text_key(text)]), np.searchsorted(keys, [text_key(text)], side="right")
        found = numbers[first[0] : last[0]].tolist()
        rows = self._database.rows_of("SELECT number, text FROM sentence WHERE number IN ({numbers})", found)
        wanted = normalise_for_comparison(text)
        return sorted(number for number, other in rows if normalise_for_comparison(other) == wanted)
