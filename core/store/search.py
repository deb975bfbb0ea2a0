"""Search texts, ids and notes of sentences by scanning rows, each of which packs some hundreds of texts and ids. The
few notes are searched one by one.

An index would need strings of one or two syllables, which are common searches in Korean; SQLite's trigram index needs
three. Texts and ids never change and sentences are never removed, so packed rows stay valid; sentences that are not
packed yet are searched one by one.
"""

import json
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import islice

from core.domain.spans import Section, SentenceNumber
from core.languages.korean.normalise import to_nfc
from core.store.database import Database, Row
from core.store.sentences import SLICE

PACKED = 250
"""Sentences in one row."""
_FEW = PACKED // 16
_AT_ONCE = SLICE // PACKED
"""Rows read or written at once."""

_SENTENCE_ENDS, _TEXT_ENDS = b"\xff", b"\xfe"
"""Neither byte occurs in UTF-8."""


class TextSearch:
    """Finds sentences that contain a string, ignoring case and normal form."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def pack(self) -> None:
        """Pack the sentences added since the last time, as far as they fill rows."""
        while len(self._unpacked(self._last(), PACKED)) == PACKED:
            with self._database.atomic():
                rows = self._unpacked(self._last(), PACKED * _AT_ONCE)
                parts = [rows[first : first + PACKED] for first in range(0, len(rows), PACKED)]
                full = [_pack_rows(part) for part in parts if len(part) == PACKED]
                self._database.write_many("INSERT INTO packed_text VALUES (?, ?, ?, ?)", full)

    def find(self, text: str, split: Section) -> set[SentenceNumber]:
        """The numbers of the sentences with a string in text, id or note: all those of the split, perhaps others."""
        sought = _fold(text)
        # First those not packed: a sentence that is packed meanwhile is found twice rather than missed.
        rest = self._unpacked(self._last(), -1)
        found = {row[0] for row in rest if sought in _searchable_text(*row[1:])}
        for _, numbers, texts in self._rows(split):
            found.update(_matches(sought, numbers, texts))
        notes = self._database.rows("SELECT sentence, text FROM noted")
        found.update(sentence for sentence, note in notes if sought in _fold(note))
        return found

    def is_out_of_step(self) -> bool:
        """Whether packed rows differ from the sentences; never in a sound project."""
        after = 0
        for last, numbers, texts in self._rows():
            part = self._unpacked(after, PACKED)
            if not part or _pack_rows(part) != (part[0][0], last, numbers, texts):
                return True
            after = last
        return False

    def _last(self) -> int:
        """The newest sentence that is packed."""
        return int(self._database.value("SELECT coalesce(max(last), 0) FROM packed_text"))

    def _unpacked(self, after: int, limit: int) -> list[Row]:
        return self._database.rows(
            "SELECT number, text, id FROM sentence WHERE number > ? ORDER BY number LIMIT ?", [after, limit]
        )

    def _rows(self, split: Section | None = None) -> Iterator[Row]:
        """Packed rows (last number, numbers, texts), some at a time; only those with a sentence of the split."""
        last = -1
        has_split = "EXISTS (SELECT 1 FROM sentence WHERE split = ? AND number BETWEEN first AND last)"
        while True:
            rows = self._database.rows(
                f"SELECT last, numbers, texts FROM packed_text WHERE last > ? AND {has_split if split else '?'}"
                " ORDER BY last LIMIT ?",
                [last, split or True, _AT_ONCE],
            )
            yield from rows
            if len(rows) < _AT_ONCE:
                return
            last = rows[-1][0]


def _pack_rows(part: Sequence[Row]) -> tuple[int, int, str, bytes]:
    numbers = json.dumps([row[0] for row in part])
    return part[0][0], part[-1][0], numbers, _SENTENCE_ENDS.join(_searchable_text(text, name) for _, text, name in part)


def _searchable_text(text: str, name: str) -> bytes:
    return _fold(text) + _TEXT_ENDS + _fold(name)


def find_hits(text: str, sought: str) -> tuple[tuple[int, int], ...]:
    """The ranges of a text, in code points, that match a search."""
    if not sought:
        return ()
    wanted = unicodedata.normalize("NFC", sought.casefold())
    composed = to_nfc(text)
    folded, places = [], list[int]()  # the index of the composed character that each folded character comes from
    for place, character in enumerate(composed.text):
        characters = unicodedata.normalize("NFC", character.casefold())
        folded.append(characters)
        places += [place] * len(characters)
    searched, found, at = "".join(folded), [], 0
    while (at := searched.find(wanted, at)) >= 0:
        found.append(composed.original(places[at], places[at + len(wanted) - 1] + 1))
        at += len(wanted)
    return tuple(found)


def _fold(text: str) -> bytes:
    """A string in the form that is compared: case-folded NFC, in UTF-8."""
    return unicodedata.normalize("NFC", text.casefold()).encode("utf-8", "replace")


def _matches(sought: bytes, numbers: str, texts: bytes) -> list[SentenceNumber]:
    """The sentences of a row that contain the string."""
    if sought not in texts:
        return []
    known: list[SentenceNumber] = json.loads(numbers)
    found = list(islice(_find_one_by_one(sought, known, texts), _FEW))
    if len(found) < _FEW:
        return found
    return [number for number, text in zip(known, texts.split(_SENTENCE_ENDS), strict=True) if sought in text]


def _find_one_by_one(sought: bytes, known: Sequence[SentenceNumber], texts: bytes) -> Iterator[SentenceNumber]:
    """The same, jumping from hit to hit, which is faster for few hits."""
    row, start, at = 0, 0, texts.find(sought)
    while at >= 0:
        row += texts.count(_SENTENCE_ENDS, start, at)
        yield known[row]
        start = texts.find(_SENTENCE_ENDS, at)
        at = texts.find(sought, start) if start >= 0 else -1
