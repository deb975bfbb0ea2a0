"""Which sections the steps of the log moved sentences between, in an append-only list of its own.

A step moves sentences, undoing it moves them back, and each of these has its rows, so that the rows of a sentence lead
to its section without a gap. One thing moves a sentence without a row: a training that takes a corrected dev sentence
to train, once (`Sentences.move_to_train`). What it did is kept: undo and redo leave a sentence where it is that is no
longer where the step put it.
"""

import json
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from core.domain.errors import UserError
from core.domain.spans import Section, SentenceNumber
from core.formats.records import with_sentence_id
from core.messages.catalogue import say
from core.store.database import Database
from core.store.sentences import IN_A_SPLIT


class SectionChange(NamedTuple):
    """A sentence that a step moves from one section to another, and why, in a person's words."""

    sentence: SentenceNumber
    before: Section
    after: Section
    reason: str = ""


class SentenceMove(NamedTuple):
    """What one step did to the section of one sentence."""

    step: int
    sentence: SentenceNumber


class SectionChanges:
    """Writes and reads the moves of steps, called by `core.store.gold.log`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def write(self, step: int, changes: Sequence[SectionChange]) -> None:
        """Move sentences as a part of a step."""
        self._database.write_many("INSERT INTO move VALUES (?, ?, ?, ?, ?)", [(step, *change) for change in changes])
        self._database.write_many(
            "UPDATE sentence SET split = ? WHERE number = ?", [(change.after, change.sentence) for change in changes]
        )

    def have_many(self, step: int, limit: int) -> bool:
        """Whether a step moved at least so many sentences."""
        rows = self._database.rows("SELECT 1 FROM move WHERE step = ? LIMIT ?", [step, limit])
        return len(rows) == limit

    def newest_entry(self, step: int) -> int:
        """The entry of the log that made, undid or redid a step last."""
        return int(
            self._database.value(
                "SELECT max(number) FROM correction WHERE number = ?1"
                " OR target = ?1 AND kind IN ('undo', 'redo') AND step IS NULL",
                [step],
            )
        )

    def inverse(self, entry: int, limit: int) -> Iterator[list[SectionChange]]:
        """The moves that take back those of an entry, some at a time, without sentences that are elsewhere now; what
        nobody judged before goes back to the pool wherever a training took it.
        """
        last = 0
        while rows := self._database.rows(
            f"SELECT sentence, s.split, m.before, {reason_again('sentence', 'm.before', 'm.reason')} FROM move AS m"
            " JOIN sentence AS s ON s.number = m.sentence"
            " WHERE step = ? AND sentence > ? AND (s.split = m.after"
            f" OR m.before = 'pool' AND s.judged <> 'yes' AND s.{IN_A_SPLIT}) ORDER BY sentence LIMIT ?",
            [entry, last, limit],
        ):
            yield [SectionChange(*row) for row in rows]
            last = rows[-1][0]

    def reverse(self, steps: Collection[int], moves: Collection[SentenceMove]) -> list[SectionChange]:
        """The moves that take sentences to where they were before some steps, or before some of their moves.

        A sentence that was moved again since stays where it is, unless nobody had judged it before: it goes back to
        the pool.

        Raises:
            UserError: all of them were moved again since.
        """
        rows = self._database.rows(
            "WITH chosen AS (SELECT sentence, min(step) AS first, max(step) AS last FROM"
            " (SELECT step, sentence FROM move WHERE step IN (SELECT value FROM json_each(?1)) UNION"
            " SELECT value ->> 0, value ->> 1 FROM json_each(?2)) GROUP BY sentence)"
            f" SELECT s.number, s.split, f.before, {reason_again('s.number', 'f.before')}, s.split = l.after OR"
            " f.before = 'pool' AND s.judged <> 'yes' AND s.split <> 'deleted', s.id"
            " FROM chosen AS c JOIN sentence AS s ON s.number = c.sentence"
            " JOIN move AS f ON f.step = c.first AND f.sentence = c.sentence"
            " JOIN move AS l ON l.step = c.last AND l.sentence = c.sentence WHERE s.split <> f.before ORDER BY 1",
            [json.dumps([*steps]), json.dumps([*moves])],
        )
        changes = [SectionChange(*row[:4]) for row in rows if row[4]]
        if changes or not rows:
            return changes
        if len(rows) == 1:
            raise UserError("the sentence {id} was moved again since; move it on the Inspect page", id=rows[0][5])
        raise UserError(
            "all {count:,} sentences were moved again since, such as {id}; move them on the Inspect page",
            count=len(rows),
            id=rows[0][5],
        )

    def remove(self, step: int, limit: int) -> list[SentenceNumber]:
        """Remove some moves of a step and take the sentences back; returns these."""
        rows = self._database.rows("SELECT before, sentence FROM move WHERE step = ? LIMIT ?", [step, limit])
        with self._database.atomic():
            self._database.write_many("UPDATE sentence SET split = ? WHERE number = ?", rows)
            self._database.write_many(
                "DELETE FROM move WHERE step = ? AND sentence = ?", [(step, sentence) for _, sentence in rows]
            )
        return [sentence for _, sentence in rows]


def reason_again(sentence: str, section: str, otherwise: str = "''") -> str:
    """Why a sentence was set aside or deleted before, which holds again where it goes back there, in SQL.

    Args:
        sentence, section: expressions for its number and for where it goes.
        otherwise: an expression for the reason of a move to anywhere else.
    """
    before = f"SELECT reason FROM move AS e WHERE e.sentence = {sentence} AND e.after = {section}"
    return f"iif({section} IN ('aside', 'deleted'), coalesce(({before} ORDER BY e.step DESC LIMIT 1), ''), {otherwise})"


def left_pool(sentence: str) -> str:
    """The step by which a person moved a sentence of this alias from the pool to a split, in SQL; NULL where it never
    was in the pool, or is there again.
    """
    moves = f"FROM move WHERE sentence = {sentence}.number"
    back = f"(SELECT coalesce(max(step), 0) {moves} AND after = 'pool')"
    return f"(SELECT max(step) {moves} AND before = 'pool' AND after IN ('train', 'dev', 'test') AND step > {back})"


def problems_of_sections(database: Database) -> Iterator[str]:
    """The sentences whose moves do not lead to their section; none in a sound project."""
    rows = database.rows(
        "SELECT DISTINCT s.id FROM"
        " (SELECT *, lead(before) OVER (PARTITION BY sentence ORDER BY step) AS next FROM move) AS m"
        " JOIN sentence AS s ON s.number = m.sentence WHERE coalesce(m.next, s.split) <> m.after AND NOT"
        " (m.after = 'dev' AND coalesce(m.next, s.split) = 'train' AND s.moved_for_run IS NOT NULL) ORDER BY s.number"
    )
    for (sentence_id,) in rows:
        yield with_sentence_id(sentence_id, say("it is not where the log of moves put it"))
