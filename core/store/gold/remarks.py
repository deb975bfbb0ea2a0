"""Remarks about sentences besides their gold: an append-only log, in which each entry is undone with its step.

The newest entry of each kind that is not undone is valid. Since steps are undone from the newest, that is the one that
was valid before the undone step.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, NamedTuple, get_args

from core.analysis.verdicts import Blame, SpanPair
from core.domain.spans import SentenceNumber, Span
from core.store.columns import now_text, spans_to_text
from core.store.database import Database
from core.store.predictions import EpochKey


@dataclass(frozen=True, slots=True)
class Review:
    """Whether a sentence is marked as reviewed, and for how many seconds it was shown before, if known."""

    TABLE: ClassVar[str] = "review"
    COLUMNS: ClassVar[str] = "is_reviewed, seconds"
    sentence: SentenceNumber
    is_reviewed: bool
    seconds: float | None = None

    @property
    def values(self) -> tuple[Any, ...]:
        return self.is_reviewed, self.seconds


@dataclass(frozen=True, slots=True)
class Note:
    """A person's note on a sentence; empty for none."""

    TABLE: ClassVar[str] = "note"
    COLUMNS: ClassVar[str] = "text"
    sentence: SentenceNumber
    text: str

    @property
    def values(self) -> tuple[Any, ...]:
        return (self.text,)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Which of an epoch's prediction and the gold is wrong where they differ.

    Attributes:
        sampled: whether the sentence was shown in random order, so that the verdict can be generalised.
        seconds: how long it took, if known.
    """

    TABLE: ClassVar[str] = "verdict"
    COLUMNS: ClassVar[str] = "source, epoch, gold, predicted, blame, sampled, seconds"
    sentence: SentenceNumber
    key: EpochKey
    pair: SpanPair
    blame: Blame
    sampled: bool = False
    seconds: float | None = None

    @property
    def values(self) -> tuple[Any, ...]:
        return (self.key.source, self.key.epoch, *pair_texts(self.pair), self.blame, self.sampled, self.seconds)


Remark = Review | Note | Verdict


def pair_texts(pair: SpanPair) -> tuple[str, str]:
    """Both sides as stored in the database: a list of one span or none."""
    gold, predicted = ("[]" if span is None else spans_to_text([span]) for span in pair)
    return gold, predicted


class RemarkLog:
    """Writes the log, called by `core.store.gold.corrections`; `core.store.gold.reviews` reads it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def write(self, step: int, remarks: Sequence[Remark]) -> None:
        """Add the remarks of a step."""
        made_at = now_text()
        for remark in remarks:
            values = (step, remark.sentence, made_at, *remark.values)
            marks = ", ".join("?" * len(values))
            self._database.write(
                f"INSERT INTO {remark.TABLE} (step, sentence, made_at, {remark.COLUMNS}) VALUES ({marks})", values
            )

    def set_undone(self, step: int, *, undone: bool) -> None:
        """Mark the remarks of a step as undone, or as valid again."""
        for kind in (Review, Note, Verdict):
            self._database.write(f"UPDATE {kind.TABLE} SET undone = ? WHERE step = ?", [undone, step])

    def sentences_of(self, step: int) -> list[SentenceNumber]:
        """The sentences that a step has remarks about."""
        parts = (f"SELECT sentence FROM {kind.TABLE} WHERE step = ?" for kind in (Review, Note, Verdict))
        return [row[0] for row in self._database.rows(" UNION ".join(parts), [step] * 3)]


DismissalKind = Literal["particle", "string", "place", "suggestion", "sentence"]
"""What was dismissed: that a string ends in a particle, that it is labelled inconsistently, or that one place of it
is; that a suggested span is an entity; or that a sentence of the pool is to be labelled now."""

DISMISSAL_KINDS: tuple[DismissalKind, ...] = get_args(DismissalKind)


class TextPlace(NamedTuple):
    """A range of a sentence's text, whatever its label."""

    sentence: SentenceNumber
    start: int
    end: int


class Skipped(NamedTuple):
    """A sentence of the pool that a person skipped."""

    sentence: SentenceNumber


class SuggestionPlace(NamedTuple):
    """A span that a source suggests, as a person rejected it."""

    sentence: SentenceNumber
    start: int
    end: int
    label: str


Subject = str | TextPlace | Skipped | SuggestionPlace
"""What can be dismissed; a string of the text, or something in a sentence, which is stored as a JSON list."""


class Dismissals:
    """Reads and writes what a person dismissed as correct; the gold does not depend on it. Written by
    `core.store.gold.corrections`.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def strings(self, kind: Literal["particle", "string"]) -> frozenset[str]:
        """The strings dismissed as not ending in a particle, or as labelled correctly."""
        return frozenset(self._subjects(kind))

    def places(self) -> frozenset[TextPlace]:
        """The places dismissed as labelled correctly."""
        return frozenset(TextPlace(*json.loads(subject)) for subject in self._subjects("place"))

    def skipped(self) -> frozenset[SentenceNumber]:
        """The sentences of the pool that were skipped, also those that have left it since."""
        return frozenset(SentenceNumber(json.loads(subject)[0]) for subject in self._subjects("sentence"))

    def count_skipped(self) -> int:
        """How many of them are there still."""
        found = self._database.value(
            "SELECT count(*) FROM dismissed AS d JOIN sentence AS s ON s.number = json_extract(d.subject, '$[0]')"
            " WHERE d.kind = 'sentence' AND s.split = 'pool'"
        )
        return int(found)

    def rejected(self, number: SentenceNumber) -> list[tuple[Span, int]]:
        """The suggestions for a sentence that were rejected, each with the step that did it."""
        rows = self._database.rows(
            "SELECT d.subject, max(l.step) FROM dismissed AS d JOIN dismissal AS l USING (kind, subject)"
            " WHERE d.kind = 'suggestion' AND l.is_dismissed AND d.subject > ? AND d.subject < ? GROUP BY 1",
            [f"[{number:d},", f"[{number:d}-"],  # the character after the comma
        )
        return [(Span(*json.loads(subject)[1:]), step) for subject, step in rows]

    def _subjects(self, kind: DismissalKind) -> list[str]:
        return [row[0] for row in self._database.rows("SELECT subject FROM dismissed WHERE kind = ?", [kind])]

    def unlike(self, kind: DismissalKind, subjects: Iterable[Subject], *, dismissed: bool) -> list[str]:
        """The subjects whose state differs from `dismissed`, in their form in the database."""
        texts = dict.fromkeys(each if isinstance(each, str) else json.dumps([*each]) for each in subjects)
        rows = self._database.rows(
            "SELECT subject FROM dismissed WHERE kind = ? AND subject IN (SELECT value FROM json_each(?))",
            [kind, json.dumps([*texts])],
        )
        known = {row[0] for row in rows}
        return [text for text in texts if (text in known) != dismissed]

    def change_with(self, step: int, kind: DismissalKind, subjects: Iterable[str], *, dismissed: bool) -> None:
        """Dismiss subjects, or withdraw their dismissal, as part of a step."""
        changes = [(kind, subject) for subject in subjects]
        self._database.write_many(
            "INSERT INTO dismissal VALUES (?, ?, ?, ?)", [(step, *change, dismissed) for change in changes]
        )
        self._change(changes, dismissed=dismissed)

    def replay(self, step: int, *, forwards: bool) -> bool:
        """Undo or redo the dismissals of a step; returns whether it has any."""
        rows = self._database.rows("SELECT kind, subject, is_dismissed FROM dismissal WHERE step = ?", [step])
        for *change, is_dismissed in rows:
            self._change([change], dismissed=bool(is_dismissed) == forwards)
        return bool(rows)

    def _change(self, changes: Iterable[Sequence[str]], *, dismissed: bool) -> None:
        sql = "INSERT OR IGNORE INTO dismissed VALUES (?, ?)"
        if not dismissed:
            sql = "DELETE FROM dismissed WHERE kind = ? AND subject = ?"
        self._database.write_many(sql, changes)
