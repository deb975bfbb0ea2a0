"""Batches of sentences of the pool that are to be labelled next: stored lists, made in some order on some day.

A sentence of a batch is given by its number, never by its place in the pool, which other work changes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any, Literal, NamedTuple, get_args

from core.domain.spans import SentenceNumber
from core.domain.splitting import normalise_for_comparison
from core.store.columns import now_text
from core.store.database import Database
from core.store.predictions import EpochKey
from core.store.sentences import IN_A_SPLIT

BatchOrder = Literal["informative", "uncertain", "random", "dictionary"]
"""informative: least certain first, without texts that are nearly those of others; uncertain: least certain first;
random: a fixed random order, from which alone sentences go to dev; dictionary: most hits of a dictionary first."""

BATCH_ORDERS: tuple[BatchOrder, ...] = get_args(BatchOrder)

DEV_SHARE = 0.1
"""The share of what is met in the random order that goes to dev, unless a batch was made with another."""

Reason = Literal["uncertain", "random", "hits", "starved"]
"""Why a sentence is in a batch: for its uncertainty, by chance, for hits of a dictionary, or since these have a label
without an example."""


_BLIND = "blind"
"""The order of what was handed out to an annotator, which is not there to be labelled here."""

IS_NOT_SKIPPED = """NOT EXISTS (SELECT 1 FROM dismissed WHERE kind = 'sentence'
    AND subject = '[' || s.number || ']')"""
"""The condition in SQL that nobody skipped the sentence `s`."""


class BatchEntry(NamedTuple):
    """A sentence of a batch and why it is there.

    Attributes:
        value: the uncertainty by length (nats per root of a character), the number of hits, or nothing.
        label: the label without an example.
        similar: how many sentences with nearly the same text were passed over for it.
    """

    sentence: SentenceNumber
    reason: Reason
    value: float | None = None
    label: str | None = None
    similar: int = 0


@dataclass(frozen=True, slots=True)
class Batch:
    """Sentences that were chosen to be labelled next, in order.

    Attributes:
        key: the source and epoch that they were chosen by; None where the order needs none.
        dev_share: the share of the random order that goes to dev.
        open: the sentences that are still in the pool and not skipped.
    """

    number: int
    made_at: str
    order: BatchOrder
    key: EpochKey | None
    dev_share: float
    entries: tuple[BatchEntry, ...]
    open: tuple[SentenceNumber, ...]


class Labelled(NamedTuple):
    """How many texts of the pool people finished: since some time, and in all; copies count once."""

    recently: int
    total: int


class Batches:
    """Writes and reads batches."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def dev_share(self) -> float:
        """The share of the random order that goes to dev, as of the newest batch."""
        share = self._database.value(
            "SELECT dev_share FROM batch WHERE ordering <> ? ORDER BY number DESC LIMIT 1", [_BLIND]
        )
        return DEV_SHARE if share is None else float(share)

    def count_labelled(self, since: str) -> Labelled:
        """How many texts that nobody had judged left the pool for a split and are not back.

        Args:
            since: UTC, ISO 8601, as `core.store.columns.now_text` writes it.
        """
        rows = self._database.rows(
            "SELECT s.text, c.made_at FROM (SELECT sentence, max(step) AS step FROM move"
            " WHERE before = 'pool' AND after IN ('train', 'dev', 'test') GROUP BY sentence) AS m"
            " JOIN sentence AS s ON s.number = m.sentence JOIN correction AS c ON c.number = m.step"
            f" WHERE s.judged <> 'yes' AND s.{IN_A_SPLIT}"
        )
        texts = {normalise_for_comparison(text): made_at for text, made_at in rows}
        return Labelled(sum(made_at >= since for made_at in texts.values()), len(texts))

    def count_finished_since(self, correction: int) -> int:
        """How many texts left the pool for a split since a correction and are not back; copies count once."""
        rows = self._database.rows(
            "SELECT DISTINCT s.text FROM move AS m JOIN sentence AS s ON s.number = m.sentence"
            f" WHERE m.step > ? AND m.before = 'pool' AND s.{IN_A_SPLIT}",
            [correction],
        )
        return len({normalise_for_comparison(text) for (text,) in rows})

    def has_any(self) -> bool:
        """Whether there ever was a batch to be labelled here."""
        return bool(self._database.value("SELECT EXISTS (SELECT 1 FROM batch WHERE ordering <> ?)", [_BLIND]))

    def find_chosen(self, numbers: Iterable[int]) -> frozenset[int]:
        """Which of the sentences no batch in the random order had; none where there never was a batch, so that no order
        chose any.
        """
        if not self.has_any():
            return frozenset()
        sql = "SELECT sentence FROM batch_sentence JOIN batch ON number = batch WHERE ordering = 'random'"
        return frozenset(numbers) - {*self._database.numbers(sql)}

    def add(self, order: BatchOrder, key: EpochKey | None, dev_share: float, entries: Sequence[BatchEntry]) -> Batch:
        """Store a new batch."""
        source, epoch = (None, None) if key is None else (key.source, key.epoch)
        return self.by_number(self._store([order, source, epoch, dev_share], entries))

    def hand_out(self, numbers: Sequence[SentenceNumber]) -> None:
        """Remember a blind batch for an annotator, in its order."""
        self._store([_BLIND, None, None, 0.0], [(number, _BLIND, None, None, 0) for number in numbers])

    def handed_out(self) -> list[list[SentenceNumber]]:
        """The sentences of each blind batch, the newest first."""
        rows = self._database.rows(
            "SELECT number, sentence FROM batch JOIN batch_sentence ON batch = number WHERE ordering = ?"
            " ORDER BY number DESC, place",
            [_BLIND],
        )
        return [[row[1] for row in group] for _, group in groupby(rows, key=itemgetter(0))]

    def _store(self, head: Sequence[Any], entries: Sequence[Sequence[Any]]) -> int:
        """Store a batch with its order, source, epoch and share for dev; returns its number."""
        with self._database.atomic():
            number = self._database.write(
                "INSERT INTO batch (made_at, ordering, source, epoch, dev_share) VALUES (?, ?, ?, ?, ?)",
                [now_text(), *head],
            )
            self._database.write_many(
                "INSERT INTO batch_sentence VALUES (?, ?, ?, ?, ?, ?, ?)",
                [(number, place, *entry) for place, entry in enumerate(entries)],
            )
        return number

    def dictionary(self, number: int | None) -> EpochKey | None:
        """The dictionary by whose hits a batch was chosen; None: it was chosen by something else."""
        found = self._database.rows(
            "SELECT source, epoch FROM batch WHERE number = ? AND ordering = 'dictionary'", [number]
        )
        return EpochKey(*found[0]) if found else None

    def newest(self) -> Batch | None:
        """The newest batch; None before the first."""
        number = self._database.value("SELECT max(number) FROM batch WHERE ordering <> ?", [_BLIND])
        return None if number is None else self.by_number(number)

    def by_number(self, number: int) -> Batch:
        [(made_at, order, source, epoch, dev_share)] = self._database.rows(
            "SELECT made_at, ordering, source, epoch, dev_share FROM batch WHERE number = ?", [number]
        )
        rows = self._database.rows(
            f"SELECT b.sentence, reason, b.value, label, similar, s.split = 'pool' AND {IS_NOT_SKIPPED}"
            " FROM batch_sentence AS b JOIN sentence AS s ON s.number = b.sentence WHERE batch = ? ORDER BY b.place",
            [number],
        )
        key = None if source is None else EpochKey(source, epoch)
        entries = tuple(BatchEntry(*row[:-1]) for row in rows)
        is_open = tuple(row[0] for row in rows if row[-1])
        return Batch(number, made_at, order, key, dev_share, entries, is_open)


def count_since_midnight(batches: Batches) -> Labelled:
    """How many texts of the pool people finished today, where they are, and in all."""
    midnight = datetime.now().astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
    return batches.count_labelled(midnight.astimezone(UTC).isoformat(timespec="seconds"))
