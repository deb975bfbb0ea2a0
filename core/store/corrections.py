"""Corrections of the gold: append-only, committed one by one, undone and redone across restarts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from core.spans import SentenceNumber, Span, checked
from core.store.changes import ChangeSet
from core.store.clock import now_text
from core.store.columns import spans_of_text, spans_text
from core.store.database import Database, Row
from core.store.predictions import Predictions
from core.store.sentences import Sentences

Kind = Literal["correct", "undo", "redo", "revert"]


@dataclass(frozen=True, slots=True)
class Correction:
    """One change of a sentence's gold, as the log keeps it for ever."""

    number: int
    sentence: SentenceNumber
    sentence_id: str
    text: str
    made_at: str
    kind: Kind
    target: int | None
    before: tuple[Span, ...]
    after: tuple[Span, ...]
    is_newest: bool
    """Whether no later correction changed the same sentence; a revert of any other undoes those as well."""


class Corrections:
    """Writes the log and keeps each sentence's gold, and its comparison with every prediction, in step with it."""

    def __init__(self, database: Database, sentences: Sentences, predictions: Predictions) -> None:
        self._database = database
        self._sentences = sentences
        self._predictions = predictions
        log = database.rows("SELECT number, kind, target FROM correction ORDER BY number")
        self._done, self._undone = undo_stacks(log)

    @property
    def can_undo(self) -> bool:
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        return bool(self._undone)

    def last_number(self) -> int:
        return int(self._database.value("SELECT coalesce(max(number), 0) FROM correction"))

    def correct(self, number: SentenceNumber, spans: Iterable[Span]) -> ChangeSet:
        """Give a sentence new gold; nothing is written when it has that gold already.

        Raises:
            UserError: the spans do not fit the sentence or the tag set.
        """
        [sentence] = self._sentences.by_number([number])
        after = checked(spans, sentence.text, self._sentences.labels())
        if after == sentence.gold:
            return ChangeSet()
        correction = self._append(number, "correct", None, spans_text(after))
        self._done.append(correction)
        self._undone.clear()
        return ChangeSet(sentences=(number,))

    def undo(self) -> ChangeSet:
        """Take the last correction back, also one made before the last restart."""
        if not self._done:
            return ChangeSet()
        sentence, before, _ = self._change(self._done[-1])
        self._append(sentence, "undo", self._done[-1], before)
        self._undone.append(self._done.pop())
        return ChangeSet(sentences=(sentence,))

    def redo(self) -> ChangeSet:
        """Make the correction again that was undone last."""
        if not self._undone:
            return ChangeSet()
        sentence, _, after = self._change(self._undone[-1])
        self._append(sentence, "redo", self._undone[-1], after)
        self._done.append(self._undone.pop())
        return ChangeSet(sentences=(sentence,))

    def revert(self, correction: int) -> ChangeSet:
        """Give a sentence the gold from before one correction; later corrections of the sentence are undone with it."""
        sentence, before, _ = self._change(correction)
        [stored] = self._sentences.by_number([sentence])
        if spans_text(stored.gold) == before:
            return ChangeSet()
        self._done.append(self._append(sentence, "revert", correction, before))
        self._undone.clear()
        return ChangeSet(sentences=(sentence,))

    def count(self) -> int:
        return int(self._database.value("SELECT count(*) FROM correction"))

    def listed(self, first: int = 0, limit: int = -1) -> list[Correction]:
        """The log, newest first."""
        rows = self._database.rows(
            "SELECT c.number, c.sentence, s.id, s.text, c.made_at, c.kind, c.target, c.before, c.after,"
            " NOT EXISTS (SELECT 1 FROM correction AS l WHERE l.sentence = c.sentence AND l.number > c.number)"
            " FROM correction AS c JOIN sentence AS s ON s.number = c.sentence"
            " ORDER BY c.number DESC LIMIT ? OFFSET ?",
            [limit, first],
        )
        return [_correction(row) for row in rows]

    def sentences_changed_since(self, correction: int) -> list[SentenceNumber]:
        """The sentences whose gold now differs from what it was right after the given correction."""
        rows = self._database.rows(
            "SELECT s.number FROM sentence AS s JOIN correction AS c ON c.number ="
            " (SELECT min(number) FROM correction WHERE sentence = s.number AND number > ?)"
            " WHERE c.before <> s.gold AND s.number IN (SELECT sentence FROM correction WHERE number > ?)"
            " ORDER BY s.number",
            [correction, correction],
        )
        return [row[0] for row in rows]

    def golds_at(self, correction: int) -> dict[SentenceNumber, tuple[Span, ...]]:
        """What the gold was right after a correction, of those sentences that were changed later."""
        rows = self._database.rows(
            "SELECT sentence, before FROM correction WHERE number IN"
            " (SELECT min(number) FROM correction WHERE number > ? GROUP BY sentence)",
            [correction],
        )
        return {number: spans_of_text(before) for number, before in rows}

    def _change(self, correction: int) -> tuple[SentenceNumber, str, str]:
        rows = self._database.rows("SELECT sentence, before, after FROM correction WHERE number = ?", [correction])
        sentence, before, after = rows[0]
        return sentence, before, after

    def _append(self, sentence: SentenceNumber, kind: Kind, target: int | None, after: str) -> int:
        with self._database.atomic():
            number = self._database.write(
                "INSERT INTO correction (sentence, made_at, kind, target, before, after)"
                " SELECT number, ?, ?, ?, gold, ? FROM sentence WHERE number = ?",
                [now_text(), kind, target, after, sentence],
            )
            self._database.write("UPDATE sentence SET gold = ? WHERE number = ?", [after, sentence])
            self._predictions.refresh(sentence)
        return number


def undo_stacks(log: Sequence[tuple[int, str, int | None]] | Sequence[Row]) -> tuple[list[int], list[int]]:
    """What can be undone and redone after a log of (number, kind, target), the next one last."""
    done: list[int] = []
    undone: list[int] = []
    for number, kind, _ in log:
        if kind == "undo":
            undone.append(done.pop())
        elif kind == "redo":
            done.append(undone.pop())
        else:
            done.append(number)
            undone.clear()
    return done, undone


def _correction(row: Row) -> Correction:
    number, sentence, sentence_id, text, made_at, kind, target, before, after, is_newest = row
    golds = spans_of_text(before), spans_of_text(after)
    return Correction(number, sentence, sentence_id, text, made_at, kind, target, *golds, bool(is_newest))
