"""Labels whose name just changed, and the update of stored data that depends on current names: each sentence's gold as
imported with renamed labels (`sentence.renamed`), and its comparisons with predictions.

The gold as imported of a sentence that nobody had judged is that with which a person let it leave the pool: to have no
gold is not to be without entities, and no figure is measured on it.
"""

from collections.abc import Iterable, Iterator, Sequence

from core.domain.spans import SentenceNumber
from core.store.columns import label_text
from core.store.database import Database, Row
from core.store.gold.section_changes import left_pool
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

    def refresh_moved(self, numbers: Sequence[SentenceNumber]) -> None:
        """Update what depends on whether sentences that nobody had judged left the pool."""
        moved = self._database.rows_of(
            "SELECT number FROM sentence WHERE judged <> 'yes' AND number IN ({numbers})", numbers
        )
        if moved:
            affected = [number for (number,) in moved]
            self._rename_imported(affected, self._names.history())
            self._predictions.refresh(affected)

    def _rename_imported(self, numbers: Sequence[SentenceNumber], history: LabelHistory) -> None:
        rows = self._database.rows_of(f"{_FIRST_GOLDS} WHERE s.number IN ({{numbers}})", numbers)
        today = [(_first_gold_now(row, history), row[0]) for row in rows]
        self._database.write_many("UPDATE sentence SET renamed = nullif(?, imported) WHERE number = ?", today)

    def wrong_imported(self) -> list[SentenceNumber]:
        """Sentences whose gold as imported is not stored with current names; none in a sound project."""
        history, last, wrong = self._names.history(), 0, list[SentenceNumber]()
        sql = f"{_FIRST_GOLDS} WHERE s.number > ? ORDER BY s.number LIMIT {_SLICE}"
        while rows := self._database.rows(sql, [last]):
            wrong += [row[0] for row in rows if row[-1] != _first_gold_now(row, history)]
            last = rows[-1][0]
        return wrong


def _first_gold_now(row: Row, history: LabelHistory) -> str:
    """The gold as imported with current label names, of a row of `_FIRST_GOLDS`."""
    number, imported, left, then, _ = row
    return rename_text(imported, history.of_import(number)) if left is None else rename_text(then, history.since(left))


_FIRST_GOLDS = (
    "SELECT s.number, s.imported, s.left_at, coalesce((SELECT c.after FROM correction AS c WHERE c.sentence = s.number"
    " AND coalesce(c.step, c.number) <= s.left_at ORDER BY c.number DESC LIMIT 1), s.imported), s.now"
    f" FROM (SELECT number, imported, {IMPORTED_NOW} AS now, iif(judged = 'yes', NULL, {left_pool('o')}) AS left_at"
    " FROM sentence AS o) AS s"
)
"""Of each sentence: number, gold as imported, the step by which it left the pool for a split, its gold right after that
step, and the stored gold as imported with current label names."""
