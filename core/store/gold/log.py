"""The log of corrections: read it, append to it, and check it against the gold."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal, NamedTuple

from core.domain.errors import UserError
from core.domain.spans import SentenceNumber, Span
from core.formats.records import with_sentence_id
from core.messages.catalogue import say
from core.store.changes import GoldChange
from core.store.columns import now_text, spans_from_text
from core.store.database import Database, Row
from core.store.gold.section_changes import SectionChange, SectionChanges, SentenceMove, problems_of_sections
from core.store.gold.stale_labels import StaleLabels
from core.store.gold.undo_stacks import UndoHistory
from core.store.label_history import LabelNames, renaming_sql
from core.store.predictions import Predictions
from core.store.sentences import SLICE

Kind = Literal["correct", "undo", "redo", "revert"]


@dataclass(frozen=True, slots=True)
class Correction:
    """One change of a sentence's gold in the log, which is never removed."""

    number: int
    sentence: SentenceNumber
    sentence_id: str
    text: str
    made_at: str
    kind: Kind
    target: int | None
    before: tuple[Span, ...]
    after: tuple[Span, ...]


class CorrectionLog:
    """Reads corrections, and the gold at any time."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._names = LabelNames(database)

    def last_number(self) -> int:
        return int(self._database.value("SELECT coalesce(max(number), 0) FROM correction"))

    def count(self) -> int:
        return int(self._database.value("SELECT count(*) FROM correction WHERE before <> after"))

    def sentences_changed_since(self, correction: int) -> list[SentenceNumber]:
        """The sentences whose gold has changed since a correction, apart from renamed labels."""
        before, parameters = renaming_sql("c.before", self._names.history().since(correction))
        rows = self._database.rows(
            "SELECT s.number FROM sentence AS s JOIN correction AS c ON c.number ="
            " (SELECT min(number) FROM correction WHERE sentence = s.number AND number > ?)"
            f" WHERE {before} <> s.gold AND s.number IN (SELECT sentence FROM correction WHERE number > ?)"
            " ORDER BY s.number",
            [correction, *parameters, correction],
        )
        return [row[0] for row in rows]

    def golds_at(self, correction: int) -> dict[SentenceNumber, tuple[Span, ...]]:
        """The gold right after a correction, of the sentences that were changed later."""
        rows = self._database.rows(
            "SELECT sentence, before FROM correction WHERE number IN"
            " (SELECT min(number) FROM correction WHERE number > ? AND sentence IS NOT NULL GROUP BY sentence)",
            [correction],
        )
        return {number: spans_from_text(before) for number, before in rows}


CORRECTIONS = (
    "SELECT c.number, c.sentence, s.id, s.text, c.made_at, c.kind, c.target, c.before, c.after"
    " FROM correction AS c JOIN sentence AS s ON s.number = c.sentence WHERE c.before <> c.after"
)
"""Selects the rows for `correction_of_row`; conditions can be appended."""


def correction_of_row(row: Row) -> Correction:
    number, sentence, sentence_id, text, made_at, kind, target, before, after = row
    golds = spans_from_text(before), spans_from_text(after)
    return Correction(number, sentence, sentence_id, text, made_at, kind, target, *golds)


class Change(NamedTuple):
    """An entry to append: its kind, the correction that it refers to, and the gold of a sentence before and after.

    An entry without gold does not change the sentence; one without a sentence records a step that changes none.
    """

    sentence: SentenceNumber | None
    kind: Kind
    target: int | None = None
    before: str | None = None
    after: str | None = None


class StepPart(NamedTuple):
    """What is stored of a step in one transaction: entries of the log, and moves of sentences between sections."""

    changes: Sequence[Change] = ()
    moves: Sequence[SectionChange] = ()


def changed_golds(changes: Iterable[Change]) -> dict[SentenceNumber, GoldChange]:
    """The sentences whose gold changes, with the gold before and after."""
    return {
        change.sentence: GoldChange(spans_from_text(change.before), spans_from_text(change.after))
        for change in changes
        if change.sentence is not None and change.before is not None and change.after is not None
    }


def ensure_entry(parts: Iterable[list[Change]]) -> Iterator[list[Change]]:
    """The parts, or if they change no sentence, an entry without a sentence, to record the step."""
    has_any = False
    for part in parts:
        has_any = has_any or bool(part)
        yield part
    if not has_any:
        yield [Change(None, "correct")]


class LogWriter:
    """Appends entries to the log, and updates each sentence's gold and its comparisons with predictions.

    Attributes:
        rollbacks: how many steps were rolled back since the project was opened.
        author: the name of whoever makes the steps; empty if it is not known.
    """

    def __init__(self, database: Database, predictions: Predictions, history: UndoHistory, stale: StaleLabels) -> None:
        self._database = database
        self._predictions = predictions
        self._history = history
        self._stale = stale
        self._sections = SectionChanges(database)
        self.rollbacks = 0
        self.author = ""

    def append(self, part: StepPart, step: int | None = None, *, is_slice: bool = False) -> int:
        """Append a part, all or nothing, as a new step, which begins with an entry, or the next part of one.

        Args:
            is_slice: whether this is one of several transactions of the step, which is rolled back unless the last is
                made.

        Returns:
            The step's number.
        """
        made_at, is_first = now_text(), step is None
        rows = [(made_at, self.author, each.kind, each.target, each.after, each.sentence) for each in part.changes]
        with self._database.atomic():
            if step is None:
                step = self._database.write(_INSERT.format(step="NULL"), rows[0])
            self._database.write_many(_INSERT.format(step=step), rows[1:] if is_first else rows)
            self._set_golds([(each.after, each.sentence) for each in part.changes])
            self._sections.write(step, part.moves)
            self._stale.refresh_moved([each.sentence for each in part.moves if "pool" in (each.before, each.after)])
            if is_first and is_slice:
                self._database.write("INSERT INTO unfinished_step VALUES (?)", [step])
        return step

    def _remove_moves(self, step: int, limit: int) -> bool:
        """Remove some moves of a step; returns whether it had any."""
        with self._database.atomic():
            moved = self._sections.remove(step, limit)
            self._stale.refresh_moved(moved)
        return bool(moved)

    def _remove_entries(self, entries: Sequence[tuple[int, SentenceNumber | None, str]]) -> None:
        """Remove entries, given by number, and restore the gold from before them."""
        self._set_golds([(before, sentence) for _, sentence, before in entries])
        self._database.write_many("DELETE FROM correction WHERE number = ?", [(number,) for number, *_ in entries])

    def _remove_first_entry(self, step: int) -> None:
        """Remove the first entry of a step; remaining entries become a step of their own."""
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

    def _set_golds(self, entries: Iterable[tuple[str | None, SentenceNumber | None]]) -> None:
        """Set the gold of sentences and update what depends on it; entries without a sentence or gold are skipped."""
        golds = [(gold, number) for gold, number in entries if gold is not None and number is not None]
        self._database.write_many("UPDATE sentence SET gold = ? WHERE number = ?", golds)
        self._predictions.refresh([number for _, number in golds])

    def entries(self, step: int, *, after: int = 0, limit: int) -> list[Row]:
        """Entries of a step after a given one: number, sentence, gold before and after."""
        entries = "SELECT number, sentence, before, after FROM correction"
        return self._database.rows(
            f"{entries} WHERE number = ?1 AND number > ?2"
            f" UNION ALL {entries} WHERE step = ?1 AND number > ?2 ORDER BY number LIMIT ?3",
            [step, after, limit],
        )

    def is_large(self, step: int, limit: int) -> bool:
        """Whether a step changed or moved at least so many sentences."""
        return len(self.entries(step, limit=limit)) == limit or self._sections.have_many(step, limit)

    def replay(self, step: int, kind: Literal["undo", "redo"], limit: int) -> Iterator[StepPart]:
        """The parts that undo or redo a step, some sentences at a time."""
        moved_by, last = self._sections.newest_entry(step), step - 1
        while rows := self.entries(step, after=last, limit=limit):
            yield StepPart([_replay_entry(kind, *row) for row in rows])
            last = rows[-1][0]
        yield from (StepPart(moves=part) for part in self._sections.inverse(moved_by, limit))

    def reversed_moves(self, steps: Collection[int], moves: Collection[SentenceMove]) -> list[SectionChange]:
        """See `SectionChanges.reverse`."""
        return self._sections.reverse(steps, moves)

    def take_back_unfinished(self, *, at_once: int) -> bool:
        """Roll back an unfinished step; returns whether there was one.

        Args:
            at_once: how many sentences to restore in one transaction.

        Raises:
            UserError: it failed; it is tried again before the next change, and when the project is opened.
        """
        try:
            unfinished = self._database.rows("SELECT step FROM unfinished_step")
            for (step,) in unfinished:
                self._take_back(step, at_once)
        except UserError as error:
            raise UserError(
                "a change of many sentences was interrupted and could not be rolled back, so some of them"
                " still have it; until that succeeds, nothing else is saved: {reason}",
                reason=error.fields.get("reason", error),
            ) from error
        return bool(unfinished)

    def _take_back(self, step: int, at_once: int) -> None:
        """Roll back a step that never finished, sentence by sentence.

        A sentence that was changed again since keeps its gold and its entry, as older versions allowed that.
        """
        self._database.write("DELETE FROM relabelling WHERE step = ?", [step])
        while self._remove_moves(step, at_once):
            pass
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
        self.rollbacks += 1
        self._history.forget()


def _replay_entry(
    kind: Literal["undo", "redo"], number: int, sentence: SentenceNumber | None, before: str, after: str
) -> Change:
    """The entry that undoes or redoes another one."""
    if before == after:
        return Change(sentence, kind, number)
    return Change(sentence, kind, number, *((after, before) if kind == "undo" else (before, after)))


_ENTRIES = (
    "SELECT number, sentence, before, NOT EXISTS"
    " (SELECT 1 FROM correction AS l WHERE l.sentence = c.sentence AND l.number > c.number) FROM correction AS c"
)
"""Of entries of the log: number, sentence, gold before, and whether it is the sentence's newest."""

_INSERT = (
    "INSERT INTO correction (sentence, made_at, author, kind, target, before, after, step)"
    " SELECT number, ?, ?, ?, ?, coalesce(gold, '[]'), coalesce(?, gold, '[]'), {step}"
    " FROM (SELECT ? AS wanted) LEFT JOIN sentence ON number = wanted"
)


def problems_of_log(database: Database, history: UndoHistory) -> Iterator[str]:
    """The problems of the log, one line for each sentence or entry; none in a sound project."""
    if database.value("SELECT 1 FROM unfinished_step") is not None:
        yield say("a change of many sentences was interrupted and is not rolled back yet")
    yield from _broken_chains(database)
    yield from _unexplained_golds(database)
    yield from _wrong_replays(database)
    yield from problems_of_sections(database)
    for number in history.stacks().irregular:
        yield say(
            "entry {number} of the log undoes or redoes a step that was not the next to be undone or redone",
            number=number,
        )


def _broken_chains(database: Database) -> Iterator[str]:
    """Sentences whose entries do not lead from the gold as imported to the current gold without a gap."""
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
                yield with_sentence_id(sentence_id, problem)
        last += SLICE


def _break_of(entries: list[Row]) -> str | None:
    """Where the entries of a sentence do not connect; None if they do."""
    _, gold, today, *_ = entries[0]
    for *_, number, before, after in entries:
        if before != gold:
            return say(
                "entry {number} of the log does not begin with the gold that the sentence had then", number=number
            )
        gold = after
    return None if gold == today else say("its gold differs from the log")


def _unexplained_golds(database: Database) -> Iterator[str]:
    rows = database.rows(
        "SELECT id FROM sentence AS s WHERE gold <> imported AND NOT EXISTS"
        " (SELECT 1 FROM correction WHERE sentence = s.number) ORDER BY number"
    )
    for (sentence_id,) in rows:
        yield with_sentence_id(
            sentence_id, say("its gold differs from the gold as imported, but the log has no entry for it")
        )


def _wrong_replays(database: Database) -> Iterator[str]:
    """Undo and redo entries that did not restore the right gold."""
    rows = database.rows(
        "SELECT s.id, c.number FROM correction AS c JOIN sentence AS s ON s.number = c.sentence"
        " LEFT JOIN correction AS t ON t.number = c.target AND t.sentence = c.sentence"
        " WHERE c.kind IN ('undo', 'redo') AND c.before <> c.after"
        " AND c.after IS NOT iif(c.kind = 'undo', t.before, t.after) ORDER BY c.number"
    )
    for sentence_id, number in rows:
        yield with_sentence_id(
            sentence_id, say("entry {number} of the log does not restore what it undoes or redoes", number=number)
        )
