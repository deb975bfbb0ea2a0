"""Corrections of the gold: append-only, committed step by step, undone and redone across restarts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

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
    """Writes the log and keeps each sentence's gold, and its comparison with every prediction, in step with it.

    A step is what is done at once and undone at once: one correction, or several of as many sentences. It is known by
    the number of its first correction.
    """

    def __init__(self, database: Database, sentences: Sentences, predictions: Predictions) -> None:
        self._database = database
        self._sentences = sentences
        self._predictions = predictions
        log = database.rows(
            "SELECT number, kind, target FROM correction WHERE step IS NULL OR step = number ORDER BY number"
        )
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
        return self.correct_together({number: spans})

    def correct_together(self, golds: Mapping[SentenceNumber, Iterable[Span]]) -> ChangeSet:
        """Give several sentences new gold in one step; those that have it already are left alone.

        Raises:
            UserError: some spans do not fit their sentence or the tag set; then no sentence is changed.
        """
        labels, changes = self._sentences.labels(), []
        for sentence in self._sentences.by_number(list(golds)):
            after = checked(golds[sentence.number], sentence.text, labels)
            if after != sentence.gold:
                changes.append(_Change(sentence.number, "correct", None, spans_text(after)))
        return self._do(changes)

    def undo(self) -> ChangeSet:
        """Take the last step back, also one made before the last restart."""
        if not self._done:
            return ChangeSet()
        rows = self._step(self._done[-1])
        self._append([_Change(sentence, "undo", number, before) for number, sentence, before, _ in rows])
        self._undone.append(self._done.pop())
        return ChangeSet(sentences=tuple(sentence for _, sentence, _, _ in rows))

    def redo(self) -> ChangeSet:
        """Make the step again that was undone last."""
        if not self._undone:
            return ChangeSet()
        rows = self._step(self._undone[-1])
        self._append([_Change(sentence, "redo", number, after) for number, sentence, _, after in rows])
        self._done.append(self._undone.pop())
        return ChangeSet(sentences=tuple(sentence for _, sentence, _, _ in rows))

    def revert(self, correction: int) -> ChangeSet:
        """Give a sentence the gold from before one correction; later corrections of the sentence are undone with it."""
        [(sentence, before)] = self._database.rows(
            "SELECT sentence, before FROM correction WHERE number = ?", [correction]
        )
        [stored] = self._sentences.by_number([sentence])
        if spans_text(stored.gold) == before:
            return ChangeSet()
        return self._do([_Change(sentence, "revert", correction, before)])

    def _do(self, changes: Sequence["_Change"]) -> ChangeSet:
        """A new step, after which there is nothing to redo."""
        if not changes:
            return ChangeSet()
        self._done.append(self._append(changes))
        self._undone.clear()
        return ChangeSet(sentences=tuple(change.sentence for change in changes))

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

    def _step(self, step: int) -> list[tuple[int, SentenceNumber, str, str]]:
        """The corrections of a step: number, sentence, gold before and after."""
        rows = self._database.rows(
            "SELECT number, sentence, before, after FROM correction WHERE number = ? OR step = ? ORDER BY number",
            [step, step],
        )
        return [(number, sentence, before, after) for number, sentence, before, after in rows]

    def _append(self, changes: Sequence["_Change"]) -> int:
        """Store a step, all of it or nothing; returns its number."""
        step: int | None = None
        made_at = now_text()
        with self._database.atomic():
            for change in changes:
                number = self._database.write(
                    "INSERT INTO correction (sentence, made_at, kind, target, before, after, step)"
                    " SELECT number, ?, ?, ?, gold, ?, ? FROM sentence WHERE number = ?",
                    [made_at, change.kind, change.target, change.after, step, change.sentence],
                )
                step = step or number
                self._database.write("UPDATE sentence SET gold = ? WHERE number = ?", [change.after, change.sentence])
                self._predictions.refresh(change.sentence)
        assert step is not None, "a step has a correction"
        return step


class _Change(NamedTuple):
    """One correction that is to be made: the sentence, why, of which correction, and the new gold."""

    sentence: SentenceNumber
    kind: Kind
    target: int | None
    after: str


def undo_stacks(log: Sequence[tuple[int, str, int | None]] | Sequence[Row]) -> tuple[list[int], list[int]]:
    """What can be undone and redone after a log of (number, kind, target) of each step, the next one last."""
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
