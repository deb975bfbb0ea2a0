"""The log of corrections as it is written: entries are added, and those of a step that never finished are removed."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from core.domain.errors import UserError
from core.domain.spans import SentenceNumber
from core.store.clock import now_text
from core.store.database import NOT_SAVED, Database, Row
from core.store.gold.correction_log import Kind
from core.store.gold.history import History
from core.store.gold.stale_labels import StaleLabels
from core.store.predictions import Predictions


class Change(NamedTuple):
    """One entry that is to be made: the sentence, why, of which correction, and the new gold, or None to leave it."""

    sentence: SentenceNumber
    kind: Kind
    target: int | None
    after: str | None


def corrected(changes: Iterable[Change]) -> list[SentenceNumber]:
    """The sentences that get another gold."""
    return [change.sentence for change in changes if change.after is not None]


class LogWriter:
    """Adds entries to the log and keeps each sentence's gold, and its comparison with every prediction, in step.

    Attributes:
        taken_back: how many steps were taken back since the project was opened.
    """

    def __init__(self, database: Database, predictions: Predictions, history: History, stale: StaleLabels) -> None:
        self._database = database
        self._predictions = predictions
        self._history = history
        self._stale = stale
        self.taken_back = 0

    def append(self, changes: Sequence[Change], step: int | None = None, *, is_slice: bool = False) -> int:
        """Store corrections, all of them or none, as a new step or the next part of one.

        Args:
            is_slice: the step has several transactions, of which this is one, and is taken back unless the last comes.

        Returns:
            The step's number.
        """
        made_at, is_first = now_text(), step is None
        rows = [(made_at, each.kind, each.target, each.after, each.sentence) for each in changes]
        with self._database.atomic():
            if step is None:
                step = self._database.write(_INSERT.format(step="NULL"), rows[0])
            self._database.write_many(_INSERT.format(step=step), rows[1:] if is_first else rows)
            self._set_golds([(each.after, each.sentence) for each in changes if each.after is not None])
            if is_first and is_slice:
                self._database.write("INSERT INTO unfinished_step VALUES (?)", [step])
        return step

    def _remove_entries(self, entries: Sequence[tuple[int, SentenceNumber, str]]) -> None:
        """Remove entries from the log, given by number, and give their sentences back the gold from before them."""
        self._set_golds([(before, sentence) for _, sentence, before in entries])
        self._database.write_many("DELETE FROM correction WHERE number = ?", [(number,) for number, *_ in entries])

    def _remove_first_entry(self, step: int) -> None:
        """Remove the entry that a step is known by; entries that stay are a step of their own from then on."""
        kept = self._database.value("SELECT min(number) FROM correction WHERE step = ?", [step])
        first = self._database.rows(f"{_ENTRIES} WHERE number = ?", [step])
        if first and first[0][-1]:
            if kept is not None:
                self._database.write("UPDATE correction SET step = NULL WHERE number = ?", [kept])
                self._database.write("UPDATE correction SET step = ? WHERE step = ?", [kept, step])
            self._remove_entries([row[:3] for row in first])
        elif first:
            kept = step
        self._database.write(
            "UPDATE correction SET target = iif(kind = 'redo', NULL, target),"
            " kind = CASE kind WHEN 'undo' THEN 'revert' WHEN 'redo' THEN 'correct' ELSE kind END"
            " WHERE number = ?1 OR step = ?1",
            [kept],
        )

    def _set_golds(self, golds: Sequence[tuple[str, SentenceNumber]]) -> None:
        """Give sentences their gold, and keep what follows from it in step."""
        self._database.write_many("UPDATE sentence SET gold = ? WHERE number = ?", golds)
        for number in self._predictions.predicted([number for _, number in golds]):
            self._predictions.refresh(number)

    def entries(self, step: int, *, after: int = 0, limit: int) -> list[Row]:
        """Some of a step's entries in the log, after one of them: number, sentence, gold before and after."""
        entries = "SELECT number, sentence, before, after FROM correction"
        return self._database.rows(
            f"{entries} WHERE number = ?1 AND number > ?2"
            f" UNION ALL {entries} WHERE step = ?1 AND number > ?2 ORDER BY number LIMIT ?3",
            [step, after, limit],
        )

    def take_back_unfinished(self, *, at_once: int) -> bool:
        """Take back a step that was not stored whole; returns whether there was one.

        Args:
            at_once: how many sentences are changed back in one transaction.

        Raises:
            UserError: it cannot be done; it is tried again before the next change, and when the project is opened.
        """
        try:
            unfinished = self._database.rows("SELECT step FROM unfinished_step")
            for (step,) in unfinished:
                self._take_back(step, at_once)
        except UserError as error:
            raise UserError(
                "a change of many sentences was cut off and could not be taken back, so some of them still have it;"
                f" until that succeeds, nothing else is saved: {str(error).removeprefix(f'{NOT_SAVED}: ')}"
            ) from error
        return bool(unfinished)

    def _take_back(self, step: int, at_once: int) -> None:
        """Roll back a step that never finished, sentence by sentence.

        A sentence that was changed again since keeps its gold, and its entry: that is what older versions let happen.
        """
        self._database.write("DELETE FROM relabelling WHERE step = ?", [step])
        last = None
        while rows := self._database.rows(
            f"{_ENTRIES} WHERE step = ? AND number < coalesce(?, number + 1) ORDER BY number DESC LIMIT ?",
            [step, last, at_once],
        ):
            with self._database.atomic():
                self._remove_entries([row[:3] for row in rows if row[-1]])
            last = rows[-1][0]
        with self._database.atomic():
            self._remove_first_entry(step)
            self._stale.refresh()
            self._database.write("DELETE FROM unfinished_step WHERE step = ?", [step])
        self.taken_back += 1
        self._history.forget()


_ENTRIES = (
    "SELECT number, sentence, before, NOT EXISTS"
    " (SELECT 1 FROM correction AS l WHERE l.sentence = c.sentence AND l.number > c.number) FROM correction AS c"
)
"""Of entries of the log: number, sentence, gold before, and whether it is the sentence's newest."""

_INSERT = (
    "INSERT INTO correction (sentence, made_at, kind, target, before, after, step)"
    " SELECT number, ?, ?, ?, gold, coalesce(?, gold), {step} FROM sentence WHERE number = ?"
)
