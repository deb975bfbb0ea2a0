"""What a person says of sentences beside their gold: an append-only log, each entry undone with the step it is of.

Of each thing that can be said, the newest entry that is not undone holds. As steps are undone from the newest on, that
is what held before the step was made.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, NamedTuple, get_args

from core.analysis.verdicts import Blame, SpanPair
from core.domain.spans import SentenceNumber
from core.store.columns import now_text, spans_to_text
from core.store.database import Database
from core.store.predictions import EpochKey


@dataclass(frozen=True, slots=True)
class Review:
    """Whether a sentence is marked as reviewed, and for how many seconds it had been shown then, if that is known."""

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
    """A person's words on a sentence; empty for none."""

    TABLE: ClassVar[str] = "note"
    COLUMNS: ClassVar[str] = "text"
    sentence: SentenceNumber
    text: str

    @property
    def values(self) -> tuple[Any, ...]:
        return (self.text,)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Who is wrong where an epoch's prediction and the gold differ.

    Attributes:
        sampled: whether the sentence was met in the random order, so that the verdict stands for others as well.
        seconds: how long it took, if that is known.
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
    """Both sides as the database holds them: a list of one span or none."""
    gold, predicted = ("[]" if span is None else spans_to_text([span]) for span in pair)
    return gold, predicted


class RemarkLog:
    """Writes the log; `core.store.gold.corrections` says when, `core.store.gold.reviews` reads it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def write(self, step: int, remarks: Sequence[Remark]) -> None:
        """Add what is said in a step."""
        made_at = now_text()
        for remark in remarks:
            values = (step, remark.sentence, made_at, *remark.values)
            marks = ", ".join("?" * len(values))
            self._database.write(
                f"INSERT INTO {remark.TABLE} (step, sentence, made_at, {remark.COLUMNS}) VALUES ({marks})", values
            )

    def set_undone(self, step: int, *, undone: bool) -> None:
        """Take back what was said in a step, or say it again."""
        for kind in (Review, Note, Verdict):
            self._database.write(f"UPDATE {kind.TABLE} SET undone = ? WHERE step = ?", [undone, step])

    def sentences_of(self, step: int) -> list[SentenceNumber]:
        """The sentences of which something was said in a step."""
        parts = (f"SELECT sentence FROM {kind.TABLE} WHERE step = ?" for kind in (Review, Note, Verdict))
        return [row[0] for row in self._database.rows(" UNION ".join(parts), [step] * 3)]


DismissalKind = Literal["particle", "string", "place"]
"""What is dismissed: that a string ends in a particle, that it is labelled inconsistently, or that a place of it is."""

DISMISSAL_KINDS: tuple[DismissalKind, ...] = get_args(DismissalKind)


class TextPlace(NamedTuple):
    """A part of a sentence's text, however it is labelled."""

    sentence: SentenceNumber
    start: int
    end: int


class Dismissals:
    """Reads and writes what a person said is right as it is; the gold does not depend on it.

    `core.store.gold.corrections` says when it is written.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def strings(self, kind: Literal["particle", "string"]) -> frozenset[str]:
        """The strings that end in no particle, or are labelled as they should be."""
        return frozenset(self._subjects(kind))

    def places(self) -> frozenset[TextPlace]:
        """The places that are labelled as they should be."""
        return frozenset(TextPlace(*json.loads(subject)) for subject in self._subjects("place"))

    def _subjects(self, kind: DismissalKind) -> list[str]:
        return [row[0] for row in self._database.rows("SELECT subject FROM dismissed WHERE kind = ?", [kind])]

    def unlike(self, kind: DismissalKind, subjects: Iterable[str | TextPlace], *, dismissed: bool) -> list[str]:
        """Those of some subjects of which the other thing holds, as the database has them."""
        known = set(self._subjects(kind))
        texts = (each if isinstance(each, str) else json.dumps([*each]) for each in subjects)
        return [text for text in dict.fromkeys(texts) if (text in known) != dismissed]

    def change_with(self, step: int, kind: DismissalKind, subjects: Iterable[str], *, dismissed: bool) -> None:
        """Dismiss subjects that are not dismissed, or ask about dismissed ones again, as part of a step."""
        changes = [(kind, subject) for subject in subjects]
        self._database.write_many(
            "INSERT INTO dismissal VALUES (?, ?, ?, ?)", [(step, *change, dismissed) for change in changes]
        )
        self._change(changes, dismissed=dismissed)

    def replay(self, step: int, *, forwards: bool) -> bool:
        """Say again what a step dismissed, or take it back; whether it dismissed anything, or asked about it again."""
        rows = self._database.rows("SELECT kind, subject, is_dismissed FROM dismissal WHERE step = ?", [step])
        for *change, is_dismissed in rows:
            self._change([change], dismissed=bool(is_dismissed) == forwards)
        return bool(rows)

    def _change(self, changes: Iterable[Sequence[str]], *, dismissed: bool) -> None:
        sql = "INSERT OR IGNORE INTO dismissed VALUES (?, ?)"
        if not dismissed:
            sql = "DELETE FROM dismissed WHERE kind = ? AND subject = ?"
        self._database.write_many(sql, changes)
