"""What files say of sentences besides texts and gold: their documents, annotators and extras."""

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from core.domain.spans import Judged, Section, SentenceNumber, Split
from core.store.columns import json_text
from core.store.database import Database, Row
from core.store.sentences import IN_A_SPLIT, IS_SUPERSEDED

DocumentNumber = int


@dataclass(frozen=True, slots=True)
class Details:
    """What the file of a sentence says of it; what it does not say is empty.

    Attributes:
        file: the name of the file.
        document: its document there, by name.
        judged: whether a person decided its gold; whoever put a sentence in a split did, and who put it in the pool
            says that nobody did. Elsewhere it is as the file says.
        extras: what the file says besides, under its own keys.
        original_id: its id in the file, where another sentence of the project has that id; else None.
    """

    file: str = ""
    document: str = ""
    document_number: DocumentNumber | None = None
    annotator: str = ""
    judged: Judged = "yes"
    extras: Mapping[str, Any] = field(default_factory=dict)
    original_id: str | None = None


NO_DETAILS = Details()


class Neighbour(NamedTuple):
    """A sentence of the same document."""

    number: SentenceNumber
    text: str


class Surroundings(NamedTuple):
    """Where a sentence is in its document.

    Attributes:
        place, sentences: from 1, and how many the document has.
        before, after: the nearest sentences, in order, without deleted ones.
    """

    place: int
    sentences: int
    before: tuple[Neighbour, ...]
    after: tuple[Neighbour, ...]


class Documents:
    """Reads what files say of sentences."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def details(self, numbers: Sequence[SentenceNumber]) -> dict[SentenceNumber, Details]:
        """What files say of some sentences."""
        rows = self._database.rows_of(
            "SELECT s.number, i.file, d.name, s.document, s.annotator,"
            f" CASE WHEN s.{IN_A_SPLIT} THEN 'yes' WHEN s.split = 'pool' AND s.judged = 'yes' THEN 'no'"
            " ELSE s.judged END, s.extras, s.original_id"
            " FROM sentence AS s LEFT JOIN import AS i ON i.number = s.import"
            " LEFT JOIN document AS d ON d.number = s.document WHERE s.number IN ({numbers})",
            numbers,
        )
        return {row[0]: _details_of_row(row) for row in rows}

    def surroundings(self, number: SentenceNumber, document: DocumentNumber, each_side: int) -> Surroundings:
        """The place of a sentence in its document, and its neighbours there.

        Args:
            each_side: how many neighbours are read before and after it.
        """
        before, after = self._neighbours(number, document, each_side)
        place = self._database.value(
            "SELECT count(*) FROM sentence WHERE document = ? AND number <= ?", [document, number]
        )
        sentences = self._database.value("SELECT count(*) FROM sentence WHERE document = ?", [document])
        return Surroundings(int(place), int(sentences), before, after)

    def _neighbours(
        self, number: SentenceNumber, document: DocumentNumber, each_side: int
    ) -> tuple[tuple[Neighbour, ...], tuple[Neighbour, ...]]:
        sides = []
        for comparison, order in (("<", "DESC"), (">", "ASC")):
            rows = self._database.rows(
                f"SELECT number, text FROM sentence WHERE document = ? AND number {comparison} ?"
                f" AND split <> 'deleted' ORDER BY number {order} LIMIT ?",
                [document, number, each_side],
            )
            sides.append([Neighbour(*row) for row in rows])
        before, after = sides
        return tuple(reversed(before)), tuple(after)

    def shared_with_train(self, split: Split) -> list[SentenceNumber]:
        """The sentences of a split whose documents have sentences in train as well, in order."""
        return self._database.numbers(
            "SELECT number FROM sentence WHERE split = ? AND document IN (SELECT document FROM sentence"
            " WHERE split = 'train' AND document IS NOT NULL) ORDER BY number",
            [split],
        )

    def repeated_ids(self, section: Section | None) -> set[str]:
        """The ids in files that several sentences of a section, or of all splits, share."""
        rows = self._database.rows(
            "SELECT s.original_id FROM sentence AS s WHERE s.original_id IS NOT NULL AND"
            f" {_in_scope(section, 's')} GROUP BY s.original_id HAVING count(*) > 1 OR EXISTS"
            f" (SELECT 1 FROM sentence AS o WHERE o.id = s.original_id AND {_in_scope(section, 'o')})"
        )
        return {row[0] for row in rows}

    def count_put_away(self, imported: int) -> int:
        """How many sentences of an import are set aside or deleted."""
        sql = (
            "SELECT count(*) FROM sentence AS s WHERE import = ? AND split IN ('aside', 'deleted')"
            f" AND NOT {IS_SUPERSEDED}"
        )
        return int(self._database.value(sql, [imported]))

    def has_joined(self, imported: int) -> bool:
        """Whether a corrected sentence of an import may come from several records of its file."""
        sql = (
            "SELECT EXISTS (SELECT 1 FROM sentence WHERE import = ? AND gold <> imported"
            " AND (annotator IS NOT NULL OR judged = 'partly'))"
        )
        return bool(self._database.value(sql, [imported]))


def _in_scope(section: Section | None, table: str) -> str:
    return f"{table}.split = '{section}'" if section is not None else f"{table}.{IN_A_SPLIT}"


def _details_of_row(row: Row) -> Details:
    _, file, document, document_number, annotator, judged, extras, original_id = row
    said = json.loads(extras) if extras else {}
    return Details(file or "", document or "", document_number, annotator or "", judged, said, original_id)


TermKind = Literal["file", "document", "annotator", "extra", "length"]

_LENGTH = r"length:(\d{1,9}(?:-\d{1,9})?|[<>]\d{1,9})"
_TERM = re.compile(rf'(?:^|(?<=\s))(?:(file|document|annotator|extra):(?:"((?:[^"]|"")*)"?|(\S*))|{_LENGTH})(?:\s+|$)')


class SearchTerm(NamedTuple):
    """A condition on what files say, as part of a search: `document:news` or `document:"news 1"`; or on the characters
    of the text: `length:20`, `length:20-39`, `length:<20`, `length:>200`.

    Attributes:
        is_whole: the value was quoted: the whole name, where `extra` only has to contain it.
    """

    kind: TermKind
    value: str
    is_whole: bool


def split_search(search: str) -> tuple[str, tuple[SearchTerm, ...]]:
    """The text that a search looks for, and its conditions on what files say."""
    terms = [
        SearchTerm("length", match[4], is_whole=False)
        if match[4]
        else SearchTerm(match[1], (match[2] or match[3] or "").replace('""', '"'), match[2] is not None)  # type: ignore[arg-type]
        for match in _TERM.finditer(search)
    ]
    if not terms:
        return search, ()
    return _TERM.sub("", search).strip(), tuple(term for term in terms if term.value)


def write_term(kind: TermKind, value: str) -> str:
    """The search for a value, as `split_search` reads it."""
    doubled = value.replace('"', '""')
    return f'{kind}:"{doubled}"'


def searchable_extra(key: str, value: Any) -> str:
    """A value of the extras of a sentence as a search for `extra` finds it."""
    return _without_quotes(json_text({key: value}))[1:-1]


def _without_quotes(text: str) -> str:
    return text.replace('"', "")


_TERM_CONDITIONS: dict[str, tuple[str, str]] = {
    "file": ("s.import IN (SELECT number FROM import WHERE {})", "file"),
    "document": ("s.document IN (SELECT number FROM document WHERE {})", "name"),
    "annotator": ("{}", "s.annotator"),
    "extra": ("{}", "replace(s.extras, '\"', '')"),
}


def term_condition(term: SearchTerm) -> tuple[str, Sequence[str | int]]:
    """Whether a sentence `s` meets a term, in SQL, with the parameters."""
    if term.kind == "length":
        return _length_condition(term.value)
    frame, column = _TERM_CONDITIONS[term.kind]
    is_extra = term.kind == "extra"
    value = _without_quotes(term.value) if is_extra else term.value
    forms = sorted({value, *(unicodedata.normalize(form, value) for form in ("NFC", "NFD"))})
    test = f"{column} = ?" if term.is_whole and not is_extra else f"instr(lower({column}), lower(?)) > 0"
    return frame.format(f"({' OR '.join([test] * len(forms))})"), forms


def _length_condition(value: str) -> tuple[str, list[int]]:
    if value[0] in "<>":
        return f"length(s.text) {value[0]} ?", [int(value[1:])]
    least, _, most = value.partition("-")
    return "length(s.text) BETWEEN ? AND ?", [int(least), int(most or least)]
