"""Counts of the splits that take seconds in a large corpus: lengths of sentences, and strings of gold spans.

SQLite does the counting, so that the window's thread has Python's lock meanwhile.
"""

from collections import Counter, defaultdict
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from heapq import nsmallest

from core.domain.events import Reading
from core.domain.spans import SPLITS, SentenceNumber, Split
from core.store.columns import label_text
from core.store.database import Database, Row
from core.store.sentences import IN_A_SPLIT, SLICE

_AT_ONCE = 20_000
"""Sentences whose strings are counted by one query."""

_START, _END, _LABEL = (f"json_extract(span.value, '$[{place}]')" for place in range(3))
_STRING = f"substr(text, {_START} + 1, {_END} - {_START})"

LengthCounts = Mapping[Split, Mapping[int, int]]
"""How many sentences of each split have a number of characters."""


@dataclass(frozen=True, slots=True)
class SpanString:
    """A string that is a gold span of a label.

    Attributes:
        counts: its spans of the label in each split.
        others: its spans of other labels in all splits, the most common label first.
    """

    text: str
    counts: Mapping[Split, int]
    others: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class FrequentStrings:
    """What the gold spans of a label cover.

    Attributes:
        spans, strings: how many spans the label has, and of how many different strings.
        first: the strings with the most spans, in that order.
    """

    label: str
    spans: int
    strings: int
    first: tuple[SpanString, ...]


_NONE = Counter[str]()


class StringCounts:
    """How often each string is a gold span of each label in each split."""

    def __init__(self) -> None:
        self._counts: dict[tuple[Split, str], Counter[str]] = defaultdict(Counter)

    def add(self, split: Split, label: str, string: str, count: int) -> None:
        self._counts[split, label][string] += count

    @property
    def labels(self) -> set[str]:
        return {label for _, label in self._counts}

    def most_frequent(self, label: str, most: int) -> FrequentStrings:
        """The strings with the most spans of a label, at most so many."""
        total = Counter[str]()
        for split in SPLITS:
            total.update(self._counts.get((split, label), _NONE))
        first = nsmallest(most, total.items(), key=lambda item: (-item[1], item[0]))
        found = [SpanString(text, self._by_split(label, text), self._other_labels(label, text)) for text, _ in first]
        return FrequentStrings(label, total.total(), len(total), tuple(found))

    def _by_split(self, label: str, text: str) -> dict[Split, int]:
        return {split: self._counts.get((split, label), _NONE)[text] for split in SPLITS}

    def _other_labels(self, label: str, text: str) -> dict[str, int]:
        others = Counter[str]()
        for (_, other), strings in self._counts.items():
            if other != label and text in strings:
                others[other] += strings[text]
        return dict(others.most_common())


class CorpusCounts:
    """Counts what is in the splits now."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def texts_and_golds(self) -> Iterator[Row]:
        """The number, split, text and JSON text of the corrected gold of each sentence, in order, read in slices."""
        sql = (
            f"SELECT number, split, text, gold FROM sentence WHERE {IN_A_SPLIT} AND number > ? ORDER BY number LIMIT ?"
        )
        return self._database.paged(sql, [], size=SLICE)

    def lengths(self) -> LengthCounts:
        """How many sentences of each split have how many characters."""
        rows = self._database.rows(
            f"SELECT split, length(text), count(*) FROM sentence WHERE {IN_A_SPLIT} GROUP BY 1, 2 ORDER BY 2"
        )
        found: dict[Split, dict[int, int]] = {}
        for split, length, count in rows:
            found.setdefault(split, {})[length] = count
        return found

    def strings(self) -> Generator[Reading, None, StringCounts]:
        """The strings of all gold spans as corrected, counted in slices."""
        counts, end = StringCounts(), int(self._database.value("SELECT coalesce(max(number), 0) FROM sentence"))
        for after in range(0, end, _AT_ONCE):
            yield Reading(after, end)
            rows = self._database.rows(
                f"SELECT split, {_LABEL}, {_STRING}, count(*) FROM sentence, json_each(gold) AS span"
                f" WHERE number > ? AND number <= ? AND {IN_A_SPLIT} GROUP BY 1, 2, 3",
                [after, after + _AT_ONCE],
            )
            for row in rows:
                counts.add(*row)
        return counts

    def sentences_with(self, split: Split, label: str, string: str) -> list[SentenceNumber]:
        """The sentences of a split in which a string is a gold span of a label, in order."""
        return self._database.numbers(
            "SELECT DISTINCT number FROM sentence, json_each(gold) AS span WHERE split = ? AND instr(text, ?) > 0"
            f" AND instr(gold, ?) > 0 AND {_LABEL} = ? AND {_STRING} = ? ORDER BY number",
            [split, string, label_text(label), label, string],
        )
