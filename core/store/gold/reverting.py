"""What a revert does: sentences get the gold and the section from before some steps; those that nobody had judged then
go back to the pool."""

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from core.domain.errors import UserError
from core.domain.spans import SentenceNumber
from core.store.columns import spans_from_text, spans_to_text
from core.store.database import Database
from core.store.gold.log import Change, StepPart
from core.store.gold.section_changes import SectionChange, SentenceMove, left_pool
from core.store.label_history import LabelNames, rename_text
from core.store.sentences import Sentences
from core.store.tag_set import TagSetTable


class Revertible(NamedTuple):
    """An entry of the log, with its step and the gold before it."""

    sentence: SentenceNumber
    number: int
    step: int
    before: str


def find_earliest(
    database: Database, corrections: Collection[int], steps: Collection[int], moves: Collection[SentenceMove]
) -> list[Revertible]:
    """The first of these corrections, or of those of these steps or moves, for each sentence, in order of sentences; a
    move out of the pool counts as one, even of a sentence without entities.
    """
    rows = database.rows(
        "WITH chosen (number) AS (SELECT value FROM json_each(?1) UNION SELECT value FROM json_each(?2) UNION"
        " SELECT number FROM correction WHERE step IN (SELECT value FROM json_each(?2)) UNION"
        " SELECT c.number FROM json_each(?3) AS m JOIN correction AS c"
        " ON c.sentence = m.value ->> 1 AND coalesce(c.step, c.number) = m.value ->> 0)"
        " SELECT c.sentence, min(c.number), coalesce(c.step, c.number), c.before"
        " FROM chosen CROSS JOIN correction AS c ON c.number = chosen.number WHERE c.before <> c.after OR EXISTS"
        " (SELECT 1 FROM move AS m WHERE m.step = coalesce(c.step, c.number) AND m.sentence = c.sentence"
        " AND m.before = 'pool') GROUP BY c.sentence ORDER BY c.sentence",
        [json.dumps([*corrections]), json.dumps([*steps]), json.dumps([*moves])],
    )
    return [Revertible(*row) for row in rows]


def find_unjudged(database: Database, earliest: Sequence[Revertible]) -> list[SentenceMove]:
    """The moves out of the pool since these entries of sentences that nobody had judged before."""
    reverted = {each.sentence: each.step for each in earliest}
    rows = database.rows_of(
        f"SELECT {left_pool('s')}, s.number FROM sentence AS s WHERE judged <> 'yes' AND number IN ({{numbers}})",
        [*reverted],
    )
    return [SentenceMove(left, number) for left, number in rows if left is not None and left >= reverted[number]]


def revert_golds(
    database: Database, sentences: Sentences, earliest: Sequence[Revertible], at_once: int
) -> Iterator[list[Change]]:
    """The changes that revert corrections, some at a time, without sentences that have that gold already.

    Raises:
        UserError: the earlier gold has a label that was removed from the tag set since.
    """
    history, labels = LabelNames(database).history(), {*TagSetTable(database).labels()}
    for part in (earliest[first : first + at_once] for first in range(0, len(earliest), at_once)):
        golds = {s.number: spans_to_text(s.gold) for s in sentences.by_number([each.sentence for each in part])}
        changes = []
        for each in part:
            before = rename_text(each.before, history.since(each.step - 1))
            if retired := {span.label for span in spans_from_text(before)} - labels:
                raise UserError(
                    "the label {retired} has left the tag set since; add it again to revert to it", retired=min(retired)
                )
            if golds[each.sentence] != before:
                changes.append(Change(each.sentence, "revert", each.number, golds[each.sentence], before))
        yield changes


def revert_parts(golds: Iterable[list[Change]], moves: Sequence[SectionChange], at_once: int) -> Iterator[StepPart]:
    """The parts of a step that reverts gold, and moves, some at a time; the first of them has an entry."""
    has_entry = False
    for changes in golds:
        has_entry = has_entry or bool(changes)
        yield StepPart(changes)
    for first in range(0, len(moves), at_once):
        entries = [] if has_entry or first else [Change(None, "revert")]
        yield StepPart(entries, moves[first : first + at_once])
