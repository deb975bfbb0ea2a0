"""List the steps of the log that changed gold or moved sentences, and the sentences of each."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from core.domain.spans import SECTIONS, Section, SentenceNumber, Split
from core.store.database import Database
from core.store.gold.log import CORRECTIONS, Correction, correction_of_row
from core.store.gold.section_changes import SentenceMove
from core.store.gold.steps import Step, describe_step
from core.store.search import TextSearch

StepGroup = Literal["corrections", "labels", "verdicts", "reverts", "moves"]
"""Groups in which steps are listed: renames and merges of labels, verdicts, reverts, moves of sentences, and all other
corrections."""

STEP_GROUPS: tuple[StepGroup, ...] = get_args(StepGroup)


@dataclass(frozen=True, slots=True)
class StepFilter:
    """Which changes of gold and moves, and so which steps, to list; conditions that are not set match all.

    Attributes:
        group: what the step did.
        label: the old or new label of a changed span; moves match none.
        split: that of the sentence.
        text: occurs in the sentence's text, id or note.
        author: who made the step; empty for those of nobody known.
    """

    group: StepGroup | None = None
    label: str | None = None
    split: Split | None = None
    text: str = ""
    author: str | None = None


@dataclass(frozen=True, slots=True)
class ListedStep:
    """A step with the changes of gold that match a filter.

    Attributes:
        made_at: the time in UTC, ISO 8601.
        author: who made it; empty if that is not known.
        is_undone: whether it is currently undone.
        corrections, first: how many changes of gold match, and the first of them; none of a step that moved sentences.
    """

    step: Step
    made_at: str
    author: str
    is_undone: bool
    corrections: int
    first: Correction | None


@dataclass(frozen=True, slots=True)
class MovedSentence:
    """A sentence that a step moved from one section to another."""

    move: SentenceMove
    sentence_id: str
    text: str
    before: Section
    after: Section


class StepList:
    """Lists the steps that changed gold or moved sentences, newest first, including undone ones but not undo and redo
    themselves.
    """

    def __init__(self, database: Database, search: TextSearch) -> None:
        self._database = database
        self._search = search

    def list_matching(
        self, chosen: StepFilter, *, before: int | None = None, after: int = 0, limit: int = -1
    ) -> list[ListedStep]:
        """The newest steps that match a filter, with numbers between two others."""
        condition, parameters = self._condition(chosen)
        moves = "" if chosen.label is not None else _MOVES_OF_STEPS.format(condition=condition)
        rows = self._database.rows(
            "WITH part AS (SELECT coalesce(c.step, c.number) AS step, count(*) AS corrections, min(c.number) AS first"
            " FROM correction AS c JOIN sentence AS s ON s.number = c.sentence"
            f" WHERE c.before <> c.after AND c.kind IN ('correct', 'revert') AND c.number > ? AND {condition}"
            f" GROUP BY 1{moves}), found AS (SELECT step, sum(corrections), min(first) FROM part GROUP BY step)"
            f" SELECT found.*, h.made_at, h.author, {_IS_UNDONE} FROM found"
            " JOIN correction AS h ON h.number = found.step"
            f" WHERE h.number > ? AND h.number < coalesce(?, h.number + 1) AND h.author = coalesce(?, h.author)"
            f" AND {_GROUPS[chosen.group]} ORDER BY h.number DESC LIMIT ?",
            [after, *parameters, *([after, *parameters] if moves else ()), after, before, chosen.author, limit],
        )
        numbers = [row[2] for row in rows if row[2] is not None]
        firsts = self._database.rows_of(f"{CORRECTIONS} AND c.number IN ({{numbers}})", numbers)
        first_of = {each.number: each for each in map(correction_of_row, firsts)}
        return [
            ListedStep(step, made_at, author, bool(is_undone), corrections, first_of.get(first))
            for number, corrections, first, made_at, author, is_undone in rows
            if (first is None or first in first_of) and (step := describe_step(self._database, number)) is not None
        ]

    def authors(self) -> list[str]:
        """The names of all who made a step."""
        rows = self._database.rows("SELECT DISTINCT author FROM correction WHERE author <> '' ORDER BY 1")
        return [row[0] for row in rows]

    def corrections_of(self, step: int, chosen: StepFilter, *, after: int = 0, limit: int = -1) -> list[Correction]:
        """The changes of gold of a step that match a filter, in order, after a given one."""
        condition, parameters = self._condition(chosen)
        rows = self._database.rows(
            f"{CORRECTIONS} AND coalesce(c.step, c.number) = ? AND c.number > ? AND c.number <="
            " (SELECT coalesce(max(number), ?) FROM correction WHERE step = ?)"
            f" AND {condition} ORDER BY c.number LIMIT ?",
            [step, max(after, step - 1), step, step, *parameters, limit],
        )
        return [correction_of_row(row) for row in rows]

    def moves_of(
        self, step: int, chosen: StepFilter, *, after: SentenceNumber | None = None, limit: int = -1
    ) -> list[MovedSentence]:
        """The sentences that a step moved and that match a filter, in order, after a given one."""
        condition, parameters = self._condition(chosen)
        rows = self._database.rows(
            "SELECT m.step, s.number, s.id, s.text, m.before, m.after FROM move AS m JOIN sentence AS s"
            f" ON s.number = m.sentence WHERE m.step = ? AND s.number > ? AND {condition} ORDER BY s.number LIMIT ?",
            [step, after or 0, *parameters, limit],
        )
        return [MovedSentence(SentenceMove(*row[:2]), *row[2:]) for row in rows]

    def undone(self) -> frozenset[int]:
        """All steps that are currently undone."""
        rows = self._database.rows(
            "SELECT target, kind, max(number) FROM correction"
            " WHERE target IS NOT NULL AND step IS NULL AND kind IN ('undo', 'redo') GROUP BY target"
        )
        return frozenset(target for target, kind, _ in rows if kind == "undo")

    def _condition(self, chosen: StepFilter) -> tuple[str, Sequence[Any]]:
        """The condition on a correction c of a sentence s, as SQL with parameters."""
        conditions, parameters = ["true"], list[Any]()
        if chosen.label is not None:
            conditions.append(_CHANGES_LABEL)
            parameters.append(chosen.label)
        if chosen.split is not None:
            conditions.append("s.split = ?")
            parameters.append(chosen.split)
        if chosen.text:
            found = {number for section in SECTIONS for number in self._search.find(chosen.text, section)}
            conditions.append("s.number IN (SELECT value FROM json_each(?))")
            parameters.append(json.dumps([*found]))
        return " AND ".join(conditions), parameters


_MOVES_OF_STEPS = (
    " UNION ALL SELECT m.step, 0, NULL FROM move AS m JOIN sentence AS s ON s.number = m.sentence"
    " JOIN correction AS c ON c.number = m.step"
    " WHERE c.kind IN ('correct', 'revert') AND m.step > ? AND {condition} GROUP BY m.step"
)
_IS_UNDONE = (
    "(SELECT kind FROM correction WHERE target = h.number AND step IS NULL AND kind IN ('undo', 'redo')"
    " ORDER BY number DESC LIMIT 1) IS 'undo'"
)

_CHANGES_LABEL = (
    "EXISTS (SELECT 1 FROM (SELECT value FROM json_each(c.before) UNION ALL SELECT value FROM json_each(c.after))"
    " WHERE json_extract(value, '$[2]') = ? GROUP BY value HAVING count(*) = 1)"
)
"""A span that the gold had either before or after, but not both."""

_CHANGED_LABELS = (
    "(EXISTS (SELECT 1 FROM relabelling WHERE step = h.number)"
    " OR EXISTS (SELECT 1 FROM label_change WHERE step = h.number))"
)
_GAVE_VERDICT = "EXISTS (SELECT 1 FROM verdict WHERE step = h.number)"
_MOVED = "EXISTS (SELECT 1 FROM move WHERE step = h.number)"
_GROUPS: dict[StepGroup | None, str] = {
    None: "true",
    "labels": _CHANGED_LABELS,
    "verdicts": _GAVE_VERDICT,
    "reverts": "h.kind = 'revert'",
    "moves": _MOVED,
    "corrections": f"h.kind = 'correct' AND NOT {_CHANGED_LABELS} AND NOT {_GAVE_VERDICT} AND NOT {_MOVED}",
}
