"""Labels whose name just changed, and the update of stored data that depends on current names: each sentence's gold as
imported with renamed labels (`sentence.renamed`), and its comparisons with predictions.
"""

from collections.abc import Iterable, Iterator, Sequence

from core.domain.spans import SentenceNumber
from core.store.columns import label_text
from core.store.database import Database
from core.store.label_history import LabelHistory, LabelNames, rename_text
from core.store.predictions import Predictions
from core.store.sentences import IMPORTED_NOW

_SLICE = 1_000
"""Sentences searched at once."""


class StaleLabels:
    """Stores which labels are stale, so that the next process finishes the work of a killed one."""

    def __init__(self, database: Database, predictions: Predictions) -> None:
        self._database = database
        self._predictions = predictions
        self._names = LabelNames(database)

    def add(self, labels: Iterable[str]) -> None:
        self._database.write_many("INSERT OR IGNORE INTO stale_label VALUES (?)", [(label,) for label in labels])

    def clear(self) -> None:
        self._database.write("DELETE FROM stale_label")

    def refresh_in_slices(self) -> Iterator[int]:
        """Update what depends on stale labels, some sentences at a time; yields how many were updated so far."""
        labels = [row[0] for row in self._database.rows("SELECT name FROM stale_label")]
        if not labels:
            return
        history, done = self._names.history(), 0
        last, end = 0, int(self._database.value("SELECT coalesce(max(number), 0) FROM sentence"))
        while last < end:
            numbers = self._find_affected(labels, last)
            if numbers:
                with self._database.atomic():
                    self._rename_imported(numbers, history)
                    self._predictions.refresh(numbers)
                done += len(numbers)
                yield done
            last += _SLICE

    def refresh(self) -> None:
        """Update what depends on stale labels."""
        if self._database.value("SELECT name FROM stale_label") is None:
            return
        with self._database.atomic():
            for _ in self.refresh_in_slices():
                pass
            self.clear()

    def _find_affected(self, labels: Sequence[str], last: int) -> list[SentenceNumber]:
        """The sentences of a slice that have a stale label in derived data."""
        named = ",".join("?" * len(labels))
        holds = " OR ".join([f"instr({IMPORTED_NOW}, ?) > 0"] * len(labels))
        between = [last, last + _SLICE]
        return self._database.numbers(
            f"SELECT number FROM sentence WHERE number > ? AND number <= ? AND ({holds})"
            " UNION SELECT sentence FROM comparison INDEXED BY comparison_by_sentence"
            f" WHERE sentence > ? AND sentence <= ? AND (gold_label IN ({named}) OR predicted_label IN ({named}))",
            [*between, *map(label_text, labels), *between, *labels, *labels],
        )

    def _rename_imported(self, numbers: Sequence[SentenceNumber], history: LabelHistory) -> None:
        marks = ",".join("?" * len(numbers))
        rows = self._database.rows(f"SELECT number, imported FROM sentence WHERE number IN ({marks})", numbers)
        today = [(rename_text(imported, history.of_import(number)), number) for number, imported in rows]
        self._database.write_many("UPDATE sentence SET renamed = nullif(?, imported) WHERE number = ?", today)

    def wrong_imported(self) -> list[SentenceNumber]:
        """Sentences whose gold as imported is not stored with current names; none in a sound project."""
        history, last, wrong = self._names.history(), 0, list[SentenceNumber]()
        while rows := self._database.rows(
            f"SELECT number, imported, {IMPORTED_NOW} FROM sentence WHERE number > ? ORDER BY number LIMIT {_SLICE}",
            [last],
        ):
            wrong += [
                number for number, imported, now in rows if now != rename_text(imported, history.of_import(number))
            ]
            last = rows[-1][0]
        return wrong
