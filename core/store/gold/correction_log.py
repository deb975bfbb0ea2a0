"""The log of corrections as it is read; `core.store.gold.corrections` writes it."""

from dataclasses import dataclass
from typing import Literal

from core.domain.spans import SentenceNumber, Span
from core.store.columns import spans_of_text
from core.store.database import Database, Row
from core.store.label_names import LabelNames, renaming_sql

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


class CorrectionLog:
    """Reads the corrections, and what the gold was at any time."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._names = LabelNames(database)

    def last_number(self) -> int:
        return int(self._database.value("SELECT coalesce(max(number), 0) FROM correction"))

    def count(self) -> int:
        return int(self._database.value("SELECT count(*) FROM correction WHERE before <> after"))

    def listed(self, first: int = 0, limit: int = -1) -> list[Correction]:
        """The log, newest first."""
        rows = self._database.rows(
            "SELECT c.number, c.sentence, s.id, s.text, c.made_at, c.kind, c.target, c.before, c.after,"
            " NOT EXISTS (SELECT 1 FROM correction AS l"
            "  WHERE l.sentence = c.sentence AND l.number > c.number AND l.before <> l.after)"
            " FROM correction AS c JOIN sentence AS s ON s.number = c.sentence WHERE c.before <> c.after"
            " ORDER BY c.number DESC LIMIT ? OFFSET ?",
            [limit, first],
        )
        return [_correction(row) for row in rows]

    def sentences_changed_since(self, correction: int) -> list[SentenceNumber]:
        """The sentences whose gold differs now from that right after a correction, renamed labels aside."""
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
        """What the gold was right after a correction, of those sentences that were changed later."""
        rows = self._database.rows(
            "SELECT sentence, before FROM correction WHERE number IN"
            " (SELECT min(number) FROM correction WHERE number > ? GROUP BY sentence)",
            [correction],
        )
        return {number: spans_of_text(before) for number, before in rows}


def _correction(row: Row) -> Correction:
    number, sentence, sentence_id, text, made_at, kind, target, before, after, is_newest = row
    golds = spans_of_text(before), spans_of_text(after)
    return Correction(number, sentence, sentence_id, text, made_at, kind, target, *golds, bool(is_newest))
