"""Store the signals of runs for each sentence, and order lists by them."""

import json
import zlib
from collections.abc import Mapping, Sequence
from typing import Any, Literal, get_args

import numpy as np

from core.domain.spans import Section, SentenceNumber
from core.metrics.signals import Signals
from core.store.columns import spans_from_text, spans_to_text
from core.store.database import Database
from core.store.label_history import LabelNames, rename_spans, renaming_sql
from core.store.predictions import EpochKey
from core.store.sentences import IMPORTED_NOW, SLICE, Gold

Order = Literal["import", "uncertain", "suspicious", "loss", "random"]
ORDERS: tuple[Order, ...] = get_args(Order)

_COLUMNS: dict[Order, str] = {"uncertain": "uncertainty", "suspicious": "suspicion", "loss": "loss"}
"""The columns that orders by signals sort by, largest first."""

_DECIMALS = 6


class SignalStore:
    """The signals of every run and epoch; those measured on a gold are valid only while the sentence has it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._names = LabelNames(database)

    def save(self, key: EpochKey, signals: Mapping[SentenceNumber, Signals]) -> None:
        """Store an epoch's signals of some sentences, replacing earlier ones."""
        numbers = list(signals)
        for first in range(0, len(numbers), SLICE // 5):
            rows = [_row(key, number, signals[number]) for number in numbers[first : first + SLICE // 5]]
            self._database.write_many("INSERT OR REPLACE INTO signal VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)

    def of(self, key: EpochKey, numbers: Sequence[SentenceNumber]) -> dict[SentenceNumber, Signals]:
        """An epoch's signals of the given sentences that have some, even if their gold has changed since."""
        rows = self._database.rows_of(
            "SELECT sentence, uncertainty, loss, suspicion, gold, gold_probabilities FROM signal"
            " WHERE source = ? AND epoch = ? AND sentence IN ({numbers})",
            numbers,
            [key.source, key.epoch],
        )
        names = self._names.of_source(key.source) if rows else {}
        found = {}
        for number, uncertainty, loss, suspicion, text, probabilities in rows:
            gold = rename_spans(spans_from_text(text), names)
            found[number] = Signals(uncertainty, loss, suspicion, gold, tuple(json.loads(probabilities)))
        return found

    def uncertainties(self, key: EpochKey, section: Section) -> list[tuple[SentenceNumber, float]]:
        """The uncertainty of the sentences of a section that have one, in nats per root of a character: so a sentence
        is not uncertain for its length alone.
        """
        rows = self._database.rows(
            "SELECT sentence, uncertainty, length(text) FROM signal JOIN sentence AS s ON s.number = sentence"
            " WHERE source = ? AND epoch = ? AND split = ?",
            [key.source, key.epoch, section],
        )
        return [(number, uncertainty / length**0.5) for number, uncertainty, length in rows]

    def have_pool(self, key: EpochKey) -> bool:
        """Whether the epoch has signals of the pool, which is large, while most epochs have some of dev alone."""
        found = self._database.value(
            "SELECT 1 FROM signal AS g CROSS JOIN sentence AS s ON s.number = g.sentence"
            " WHERE g.source = ? AND g.epoch = ? AND s.split = 'pool'"
            " AND g.sentence BETWEEN (SELECT min(number) FROM sentence WHERE split = 'pool')"
            " AND (SELECT max(number) FROM sentence WHERE split = 'pool') LIMIT 1",
            [key.source, key.epoch],
        )
        return found is not None

    def has_any(self, key: EpochKey, split: Section) -> bool:
        """Whether the epoch has signals of the split; epochs of older versions have none."""
        found = self._database.value(
            "SELECT 1 FROM sentence AS s JOIN signal ON sentence = s.number AND source = ? AND epoch = ?"
            " WHERE split = ? LIMIT 1",
            [key.source, key.epoch, split],
        )
        return found is not None


def needs_run(order: Order) -> bool:
    """Whether an order depends on a run."""
    return order in _COLUMNS


def ordered_numbers(
    database: Database, order: Order, key: EpochKey | None, gold: Gold, where: str, parameters: Sequence[Any]
) -> list[SentenceNumber]:
    """The numbers of the sentences `s` that meet a condition, in an order; ties are ordered by number.

    An order by a signal contains only sentences that have it, measured on their current gold.
    """
    numbers = database.numbers(f"SELECT s.number FROM sentence AS s WHERE {where} ORDER BY s.number", parameters)
    if order == "random":
        return shuffle(database, numbers)
    if order not in _COLUMNS or key is None:
        return numbers
    # One index scan and set lookups; a join would look up every sentence.
    wanted = set(numbers)
    if order != "uncertain":
        wanted -= _find_outdated(database, key, gold)
    column = _COLUMNS[order]
    ranked = database.numbers(
        f"SELECT sentence FROM signal WHERE source = ? AND epoch = ? AND {column} IS NOT NULL"
        f" ORDER BY {column} DESC, sentence",
        [key.source, key.epoch],
    )
    return [number for number in ranked if number in wanted]


def shuffle(database: Database, numbers: Sequence[SentenceNumber]) -> list[SentenceNumber]:
    """The sentences in the fixed random order of the project."""
    return _shuffle(numbers, _seed(database))


def _find_outdated(database: Database, key: EpochKey, gold: Gold) -> set[SentenceNumber]:
    """The sentences whose gold differs from the one that an epoch's signals were measured on.

    Only corrections change the gold of a sentence or make it differ from the imported one; renaming a label does not.
    """
    now = "s.gold" if gold == "corrected" else IMPORTED_NOW
    then, parameters = renaming_sql("g.gold", LabelNames(database).of_source(key.source))
    rows = database.rows(
        "SELECT s.number FROM sentence AS s JOIN signal AS g ON g.source = ? AND g.epoch = ? AND g.sentence = s.number"
        f" WHERE s.number IN (SELECT sentence FROM correction) AND {then} <> {now}",
        [key.source, key.epoch, *parameters],
    )
    return {row[0] for row in rows}


def _row(key: EpochKey, number: SentenceNumber, signals: Signals) -> tuple[Any, ...]:
    probabilities = [None if p is None else round(p, _DECIMALS) for p in signals.gold_probabilities]
    measures = (signals.uncertainty, signals.loss, signals.suspicion)
    return (key.source, key.epoch, number, *measures, spans_to_text(signals.gold), json.dumps(probabilities))


def _seed(database: Database) -> int:
    """The seed of the random order: the id of the first sentence, so that a corpus has the same order everywhere."""
    first = database.value("SELECT id FROM sentence ORDER BY number LIMIT 1")
    return zlib.crc32(str(first).encode("utf-8", "surrogatepass"))


def _shuffle(numbers: Sequence[SentenceNumber], seed: int) -> list[SentenceNumber]:
    """The numbers ordered by their hashes: new ones are inserted without changing the order of others.

    The hash is SplitMix64 (Steele, Lea and Flood 2014), which is invertible, so no two numbers have the same.
    """
    ordered = np.array(numbers, np.uint64)
    hashes = ordered + np.uint64(seed * 0x9E3779B97F4A7C15 % 2**64)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        hashes = (hashes ^ (hashes >> np.uint64(shift))) * np.uint64(factor)
    places = np.argsort(hashes ^ (hashes >> np.uint64(31)))
    shuffled: list[SentenceNumber] = ordered[places].tolist()
    return shuffled
