"""Whether the log of corrections leads from the gold as imported to the gold of today, sentence by sentence."""

from collections.abc import Iterator
from itertools import groupby

from core.store.database import Database, Row
from core.store.gold.history import History
from core.store.sentences import SLICE


def problems_of_log(database: Database, history: History) -> Iterator[str]:
    """What is wrong with the log, one line for each sentence or entry; nothing in a sound project."""
    if database.value("SELECT 1 FROM unfinished_step") is not None:
        yield "a change of many sentences was cut off and is not taken back yet"
    yield from _broken_chains(database)
    yield from _unexplained_golds(database)
    yield from _wrong_moves(database)
    for number in history.stacks().irregular:
        yield f"entry {number} of the log undoes or redoes a step that was not the next to be undone or redone"


def _broken_chains(database: Database) -> Iterator[str]:
    """Sentences whose entries do not join: gold as imported, each `before` the `after` ahead of it, gold of today."""
    last, end = 0, int(database.value("SELECT coalesce(max(number), 0) FROM sentence"))
    while last < end:
        rows = database.rows(
            "SELECT s.id, s.imported, s.gold, c.number, c.before, c.after FROM correction AS c"
            " JOIN sentence AS s ON s.number = c.sentence"
            " WHERE c.sentence > ? AND c.sentence <= ? ORDER BY c.sentence, c.number",
            [last, last + SLICE],
        )
        for sentence_id, entries in groupby(rows, key=lambda row: row[0]):
            if (problem := _break_of(list(entries))) is not None:
                yield f"sentence {sentence_id}: {problem}"
        last += SLICE


def _break_of(entries: list[Row]) -> str | None:
    """Where the entries of a sentence do not join; None where they all do."""
    _, gold, today, *_ = entries[0]
    for *_, number, before, after in entries:
        if before != gold:
            return f"entry {number} of the log does not begin with the gold that the sentence had then"
        gold = after
    return None if gold == today else "its gold is not what the log says"


def _unexplained_golds(database: Database) -> Iterator[str]:
    rows = database.rows(
        "SELECT id FROM sentence WHERE gold <> imported AND number NOT IN (SELECT sentence FROM correction)"
        " ORDER BY number"
    )
    for (sentence_id,) in rows:
        yield f"sentence {sentence_id}: its gold differs from the gold as imported, and the log says nothing of it"


def _wrong_moves(database: Database) -> Iterator[str]:
    """Entries that did not bring back what they undid or redid."""
    rows = database.rows(
        "SELECT s.id, c.number FROM correction AS c JOIN sentence AS s ON s.number = c.sentence"
        " LEFT JOIN correction AS t ON t.number = c.target AND t.sentence = c.sentence"
        " WHERE c.kind IN ('undo', 'redo') AND c.before <> c.after"
        " AND c.after IS NOT iif(c.kind = 'undo', t.before, t.after) ORDER BY c.number"
    )
    for sentence_id, number in rows:
        yield f"sentence {sentence_id}: entry {number} of the log does not bring back what it undoes or redoes"
