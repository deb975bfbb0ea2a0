"""Move sentences between the sections of the corpus: splits, pool, set aside, deleted."""

from array import array
from collections.abc import Generator, Iterator, Sequence
from typing import Literal, NamedTuple

from core.domain.errors import UserError
from core.domain.spans import SPLITS, Section, SentenceNumber
from core.domain.splitting import as_keys, draw_groups, join_groups, text_key
from core.messages.catalogue import join_words, say, say_count
from core.store.changes import ChangeSet
from core.store.database import Database
from core.store.gold.corrections import LARGE, Corrections
from core.store.gold.log import Change, StepPart
from core.store.gold.section_changes import SectionChange, reason_again
from core.store.sentences import IMPORTED_NOW, SLICE

Destination = Section | Literal["back"]
"""A section, or `back`: where a sentence was before it was set aside or deleted."""


class Loss(NamedTuple):
    """How many of the dev sentences that a run was measured on a step moved away."""

    run: int
    sentences: int


def describe_losses(losses: Sequence[Loss]) -> str:
    """What runs lost by a move; a sentence, empty where none lost anything."""
    if not losses:
        return ""
    if len(losses) == 1:
        return say_count(
            "Run {run} is measured on {count:,} dev sentence less.",
            "Run {run} is measured on {count:,} dev sentences less.",
            losses[0].sentences,
            run=losses[0].run,
        )
    runs = join_words(say("run {run} ({count:,} less)", run=loss.run, count=loss.sentences) for loss in losses)
    return say("These are measured on fewer dev sentences: {runs}.", runs=runs)


def describe_unmoved(to: Destination | None) -> str:
    """Why a move of sentences, or a revert if it was to no section, changed none."""
    if to is None:
        return say("Nothing to revert: the sentences are as they were before already.")
    if to == "back":
        return say("Nothing to bring back: none of them is set aside or deleted.")
    return say("Nothing to move: all of them are in {section} already.", section=to)


def describe_unjudged(unjudged: int, count: int, to: Destination) -> str:
    """What a person should know before some of a number of sentences become gold that nobody judged."""
    if count == 1:
        return say("Nobody judged this sentence yet. In {split}, its gold counts as right, as it is.", split=to)
    return say_count(
        "Nobody judged {count:,} of these {all:,} sentences yet. In {split}, its gold counts as right, as it is.",
        "Nobody judged {count:,} of these {all:,} sentences yet. In {split}, their gold counts as right, as it is.",
        unjudged,
        all=count,
        split=to,
    )


class ImportedPart(NamedTuple):
    """An import: its number, the file, how many sentences it added, and how many of these are not deleted; none of
    either where an older version made it, which did not record its sentences.
    """

    number: int
    file: str
    sentences: int
    left: int


class Moves:
    """Chooses sentences and moves them. Nothing is lost by it: gold, predictions and remarks of a sentence stay, and
    each move is one step of corrections.
    """

    def __init__(self, database: Database, corrections: Corrections) -> None:
        self._database = database
        self._corrections = corrections

    def move_in_slices(
        self, numbers: Sequence[SentenceNumber], to: Destination, reason: str = ""
    ) -> Generator[int, None, ChangeSet]:
        """Move sentences to a section; yields how many were moved so far. Those that are there already stay.

        Args:
            reason: why, in a person's words.

        Raises:
            UserError: another large step is being written; then no sentence is moved.
        """
        return self._corrections.move_in_slices(self._parts([*dict.fromkeys(numbers)], to, reason))

    def _parts(self, numbers: Sequence[SentenceNumber], to: Destination, reason: str) -> Iterator[StepPart]:
        entries = [Change(None, "correct")]
        then, why = (_BACK, reason_again("s.number", f"({_BACK})", "?")) if to == "back" else ("?", "?")
        sql = f"SELECT s.number, s.split, {then}, {why} FROM sentence AS s WHERE number IN ({{numbers}})"
        given = [reason] if to == "back" else [to, reason]
        for first in range(0, len(numbers), LARGE):
            part = numbers[first : first + LARGE]
            rows = self._database.rows_of(sql, part, given)
            moves = [SectionChange(*row) for row in rows if row[2] not in (row[1], None)]
            if moves:
                yield StepPart(entries, moves)
                entries = []

    def count_unjudged(self, numbers: Sequence[SentenceNumber], to: Destination) -> int:
        """How many sentences would become gold by a move although nobody judged them; none but in a split do."""
        if to not in SPLITS:
            return 0
        sql = f"SELECT s.number FROM sentence AS s WHERE s.number IN ({{numbers}}) AND {_IS_UNJUDGED}"
        return len({number for (number,) in self._database.rows_of(sql, numbers)})

    def imports(self) -> list[ImportedPart]:
        """The imports in their order."""
        rows = self._database.rows(
            "SELECT i.number, i.file, (SELECT count(*) FROM sentence AS s WHERE s.import = i.number),"
            " coalesce(d.count, 0) FROM import AS i LEFT JOIN"
            " (SELECT import, count(*) AS count FROM sentence WHERE split = 'deleted' GROUP BY import) AS d"
            " ON d.import = i.number ORDER BY i.number"
        )  # deleted ones are counted, since they are few: to look up the section of every sentence takes long
        return [ImportedPart(number, file, added, added - deleted) for number, file, added, deleted in rows]

    def of_import(self, number: int) -> list[SentenceNumber]:
        """The sentences that an import added, without deleted ones.

        Raises:
            UserError: the import does not exist, or is of an older version, which did not record it.
        """
        count = self._database.value("SELECT sentences FROM import WHERE number = ?", [number])
        if count is None:
            raise UserError("the project has no import {number}; the corpus lists them", number=number)
        found = self._database.numbers("SELECT number FROM sentence WHERE import = ? AND split <> 'deleted'", [number])
        if count and self._database.value("SELECT 1 FROM sentence WHERE import = ? LIMIT 1", [number]) is None:
            raise UserError(
                "import {number} was made by an older version, which did not record its sentences; choose them by split"
                " or id instead",
                number=number,
            )
        return found

    def draw_share(self, section: Section, share: float, seed: int) -> list[SentenceNumber]:
        """Draw about a share (above 0, up to 1) of a section at random; equal texts and whole documents stay together.

        Raises:
            UserError: the share is outside of its range.
        """
        if not 0 < share <= 1:
            raise UserError("the share {share} must be above 0 and at most 1", share=share)
        numbers, texts, documents = array("q"), array("q"), array("q")
        for number, text, document in self._database.paged(
            "SELECT number, text, document FROM sentence WHERE split = ? AND number > ? ORDER BY number LIMIT ?",
            [section],
            size=SLICE,
        ):
            numbers.append(number)
            texts.append(text_key(text))
            documents.append(-number if document is None else document)
        if not numbers:
            return []
        groups = join_groups(as_keys(texts), as_keys(documents))
        drawn = draw_groups(groups, round(len(numbers) * share), seed)
        return [SentenceNumber(number) for number in as_keys(numbers)[drawn].tolist()]

    def losses(self, step: int) -> list[Loss]:
        """What the runs of the project lost by a step that moved dev sentences away."""
        rows = self._database.rows(
            "SELECT p.source, count(DISTINCT p.sentence) FROM move AS m"
            " JOIN prediction AS p INDEXED BY prediction_by_sentence ON p.sentence = m.sentence"
            " JOIN source AS o ON o.number = p.source AND o.kind = 'training' AND o.removed IS NOT 'all'"
            " WHERE m.step = ? AND m.before = 'dev' GROUP BY 1 ORDER BY 1",
            [step],
        )
        return [Loss(*row) for row in rows]

    def reasons(self, numbers: Sequence[SentenceNumber]) -> dict[SentenceNumber, str]:
        """Why sentences were set aside or deleted, of those that are, as far as a reason was given."""
        rows = self._database.rows_of(
            "SELECT m.sentence, max(m.step), m.reason FROM move AS m JOIN sentence AS s ON s.number = m.sentence"
            " WHERE s.split IN ('aside', 'deleted') AND m.sentence IN ({numbers}) GROUP BY 1",
            numbers,
        )
        return {number: reason for number, _, reason in rows if reason}


_HOME = (
    "(SELECT m.before FROM move AS m WHERE m.sentence = s.number AND m.before NOT IN ('aside', 'deleted')"
    " ORDER BY m.step DESC LIMIT 1)"
)
"""The split of a sentence `s` that is set aside or deleted, or the pool: where it was last but for these."""
_BACK = (
    f"CASE s.split WHEN 'aside' THEN {_HOME} WHEN 'deleted' THEN (SELECT m.before FROM move AS m"
    " WHERE m.sentence = s.number AND m.after = 'deleted' ORDER BY m.step DESC LIMIT 1) END"
)
"""The section where a sentence `s` was before it was set aside or deleted; NULL where it was not."""
_IS_UNJUDGED = (
    f"s.judged <> 'yes' AND s.gold = {IMPORTED_NOW} AND iif(s.split IN ('aside', 'deleted'), {_HOME}, s.split) = 'pool'"
    " AND NOT EXISTS (SELECT 1 FROM reviewed WHERE sentence = s.number)"
)
"""Whether nobody judged a sentence `s`: its file says so, and here no person put it in a split, corrected it or marked
it as reviewed.
"""
