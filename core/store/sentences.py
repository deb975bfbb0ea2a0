"""The corpus of a project: sentences, the tag set, and imported files."""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

from core.domain.errors import UserError
from core.domain.spans import Example, Section, Sentence, SentenceNumber, Span, Split, check_spans
from core.formats.records import with_sentence_id
from core.messages.catalogue import say
from core.store.changes import ChangeSet
from core.store.columns import json_text, now_text, spans_from_text, spans_to_text
from core.store.database import Database, Row
from core.store.tag_set import TagSetTable

Gold = Literal["corrected", "imported"]
GOLDS: tuple[Gold, ...] = get_args(Gold)

SLICE = 5_000
"""Sentences read or written at once; long work can pause between slices."""

REJECTED_KEPT = 100
"""How many rejected records of a file are stored; a file imported twice has as many as sentences."""


def section_then(run: int) -> str:
    """The section of a sentence `s` when a run began, in SQL: since then, a person may have moved it, and a later run
    may have taken it from dev to train.
    """
    later = (
        "FROM move AS m WHERE m.sentence = s.number"
        f" AND m.step > (SELECT last_correction FROM source WHERE number = {run:d})"
    )
    next_section = (
        "coalesce((SELECT n.before FROM move AS n WHERE n.sentence = m.sentence AND n.step > m.step"
        " ORDER BY n.step LIMIT 1), s.split)"
    )
    was_taken_after = f"EXISTS (SELECT 1 {later} AND m.after = 'dev' AND {next_section} = 'train')"
    return (
        f"CASE WHEN s.moved_for_run = {run:d} THEN 'train'"
        f" WHEN s.moved_for_run > {run:d} AND NOT {was_taken_after} THEN 'dev'"
        f" ELSE coalesce((SELECT m.before {later} ORDER BY m.step LIMIT 1), s.split) END"
    )


def in_section(section: Section, *sources: int) -> str:
    """Whether a sentence `s` is in a section now, in SQL, and none of the sources was trained on it, unless the section
    is train.
    """
    trained_on = (
        " AND s.number NOT IN (SELECT s.number FROM sentence AS s WHERE s.number IN"
        f" (SELECT sentence FROM move WHERE before = 'train') AND s.split = '{section}'"
        f" AND {section_then(source)} = 'train' AND EXISTS (SELECT 1 FROM run WHERE number = {source:d}))"
        for source in sources
        if section != "train"
    )
    return f"s.split = '{section}'" + "".join(trained_on)


IN_A_SPLIT = "split IN ('train', 'dev', 'test')"
"""Whether a sentence is in a split, rather than in the pool, set aside or deleted."""


IMPORTED_NOW = "coalesce(renamed, imported)"
"""The gold of a sentence as imported, with current label names."""

IS_SUPERSEDED = (
    "EXISTS (SELECT 1 FROM import AS i JOIN sentence AS o ON o.import = i.number AND o.place = s.place"
    " WHERE i.digest = (SELECT digest FROM import WHERE number = s.import)"
    " AND (o.split <> 'deleted', i.number) > (s.split <> 'deleted', s.import))"
)
"""Whether a later import of the same file has the record of a sentence `s`, which had been deleted."""

_COLUMNS = "number, id, split, text, imported, renamed, gold"


@dataclass(frozen=True, slots=True)
class StoredSentence:
    """A sentence of a project with both its golds.

    Attributes:
        imported, imported_now: the gold as imported, with its original and with current label names.
        gold: as corrected.
    """

    number: SentenceNumber
    id: str
    split: Section
    text: str
    imported: tuple[Span, ...]
    imported_now: tuple[Span, ...]
    gold: tuple[Span, ...]

    @property
    def corrected(self) -> bool:
        """Whether its gold was corrected; renaming a label does not count."""
        return self.gold != self.imported_now

    @property
    def example(self) -> Example:
        """The sentence with its gold as corrected."""
        return Example(self.number, self.split, self.id, self.text, self.gold)

    def with_gold(self, gold: Gold) -> Sentence:
        return Sentence.unchecked(self.id, self.text, self.gold if gold == "corrected" else self.imported)


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """An imported file, as listed on the Corpus page.

    Attributes:
        rejected: the first rejected records, at most `REJECTED_KEPT`.
        rejections: how many records were rejected.
        path: where the file was, absolute; None: typed, piped, or imported by an older version.
        digest: the SHA-256 of the file in hexadecimal digits.
        encoding, options: how the file was read, and its records judged; the options are JSON.
        number: of the import; 0: it is not stored yet.
    """

    file: str
    format: str
    imported_at: str
    sentences: int
    spans: int
    rejected: tuple[dict[str, str | int | None], ...]
    rejections: int
    path: str | None = None
    digest: str | None = None
    encoding: str | None = None
    options: str | None = None
    number: int = 0


class Addition(NamedTuple):
    """An import that added sentences: its number, the file, and how many sentences."""

    number: int
    file: str
    sentences: int


class Move(NamedTuple):
    """A training that moved corrected dev sentences to train.

    Attributes:
        run: the number of the run.
        sentences: how many sentences moved.
        after: the newest correction at the time; resuming the run may move them again.
    """

    run: int
    sentences: int
    after: int


class Sentences:
    """Reads the corpus; writes imports, added sentences and moves between splits."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._tag_set = TagSetTable(database)

    def labels(self) -> tuple[str, ...]:
        """The tag set."""
        return self._tag_set.labels()

    def label_places(self) -> dict[str, int]:
        """The labels of the tag set in order, each with the place that determines its key."""
        return self._tag_set.places()

    def add_labels(self, labels: Iterable[str]) -> None:
        self._tag_set.change(dict.fromkeys(labels, True))

    def begin_labels(self, labels: Sequence[str]) -> None:
        """Begin a new project with these labels, in this order, in the place of the standard's."""
        self._tag_set.begin(labels)

    def count(self, section: Section | None = None) -> int:
        """How many sentences a section has; without one, all splits together."""
        if section is None:
            return int(self._database.value(f"SELECT count(*) FROM sentence WHERE {IN_A_SPLIT}"))
        return int(self._database.value("SELECT count(*) FROM sentence WHERE split = ?", [section]))

    def has_any(self, section: Section | None = None) -> bool:
        """Whether there is any sentence; in the section, if one is given."""
        if section is None:
            return self.last_number() > 0
        return self._database.value("SELECT 1 FROM sentence WHERE split = ? LIMIT 1", [section]) is not None

    def last_number(self) -> int:
        return int(self._database.value("SELECT coalesce(max(number), 0) FROM sentence"))

    def label_counts(self) -> dict[tuple[Section, str], int]:
        """The number of corrected gold spans by section and label."""
        rows = self._database.rows("SELECT split, label, spans FROM label_count WHERE spans > 0")
        return {(split, label): count for split, label, count in rows}

    def problems(self) -> Iterator[str]:
        """The problems of spans, which other reads do not check, and of the counts that triggers maintain."""
        counts: Counter[tuple[Section, str]] = Counter()
        for sentence in self.each_anywhere():
            counts.update((sentence.split, span.label) for span in sentence.gold)
            for spans in {sentence.imported, sentence.imported_now, sentence.gold}:
                if (problem := _find_problem(spans, sentence.text)) is not None:
                    yield with_sentence_id(sentence.id, problem)
        if counts != self.label_counts():
            yield say("the counts of spans by label do not match the sentences")

    def by_number(self, numbers: Sequence[SentenceNumber]) -> list[StoredSentence]:
        """The sentences with these numbers, in the given order; unknown numbers are left out."""
        rows = self._database.rows_of(f"SELECT {_COLUMNS} FROM sentence WHERE number IN ({{numbers}})", numbers)
        found = {row[0]: _sentence_of_row(row) for row in rows}
        return [found[number] for number in numbers if number in found]

    def by_id(self, sentence_id: str) -> StoredSentence:
        rows = self._database.rows(f"SELECT {_COLUMNS} FROM sentence WHERE id = ?", [sentence_id])
        if not rows:
            raise UserError("the project has no sentence with the id {sentence_id}", sentence_id=sentence_id)
        return _sentence_of_row(rows[0])

    def ids(self, numbers: Sequence[SentenceNumber]) -> list[str]:
        """The ids of the sentences with these numbers, in no order."""
        return [
            row[0] for row in self._database.rows_of("SELECT id FROM sentence WHERE number IN ({numbers})", numbers)
        ]

    def without_import(self, sentence_id: str, text: str) -> StoredSentence | None:
        """The sentence with this id and text if an older version imported it, so that its file is not known."""
        sql = f"SELECT {_COLUMNS} FROM sentence WHERE id = ? AND text = ? AND import IS NULL"
        rows = self._database.rows(sql, [sentence_id, text])
        return _sentence_of_row(rows[0]) if rows else None

    def has_id(self, sentence_id: str) -> bool:
        return self.text_of(sentence_id) is not None

    def text_of(self, sentence_id: str) -> str | None:
        """The text of the sentence with this id; None if there is none."""
        text: str | None = self._database.value("SELECT text FROM sentence WHERE id = ?", [sentence_id])
        return text

    def each(self, section: Section | None = None, limit: int | None = None) -> Iterator[StoredSentence]:
        """The sentences of one section, or of all splits, in order of import, read in slices."""
        if section is None:
            return self._each(IN_A_SPLIT, [], limit)
        return self._each("split = ?", [section], limit)

    def each_of_train_then(self, run: int) -> Iterator[StoredSentence]:
        """The sentences that were in train when a run began, wherever they are now, in order, read in slices."""
        return self._each(f"{section_then(run)} = 'train'", [], None)

    def each_anywhere(self) -> Iterator[StoredSentence]:
        """All sentences whatever their section, also deleted ones, in order of import, read in slices."""
        return self._each("true", [], None)

    def _each(self, condition: str, values: Sequence[str], limit: int | None) -> Iterator[StoredSentence]:
        last, left = 0, limit if limit is not None else -1
        where = f"number > ? AND {condition}"
        while left:
            size = SLICE if left < 0 else min(SLICE, left)
            parameters = [last, *values, size]
            rows = self._database.rows(
                f"SELECT {_COLUMNS} FROM sentence AS s WHERE {where} ORDER BY number LIMIT ?", parameters
            )
            yield from map(_sentence_of_row, rows)
            if len(rows) < size:
                return
            last, left = rows[-1][0], left - len(rows)

    def texts(self, section: Section) -> Iterator[tuple[SentenceNumber, str]]:
        """The number and text of each sentence of a section, in order, read in slices."""
        sql = "SELECT number, text FROM sentence WHERE split = ? AND number > ? ORDER BY number LIMIT ?"
        yield from self._database.paged(sql, [section], size=SLICE)

    def texts_and_ids(self) -> Iterator[tuple[SentenceNumber, str, Section, str]]:
        """The number, id, section and text of each sentence, also of deleted ones, in order, read in slices."""
        sql = "SELECT number, id, split, text FROM sentence WHERE number > ? ORDER BY number LIMIT ?"
        yield from self._database.paged(sql, [], size=SLICE)

    def containing(self, text: str, split: Section) -> Iterator[list[StoredSentence]]:
        """The sentences of a split that contain a string, in order, in slices."""
        return self._where("split = ? AND instr(text, ?) > 0", [split, text])

    def with_text(self, texts: Collection[str]) -> Iterator[list[StoredSentence]]:
        """The sentences of any split with one of the texts, in order, read in slices."""
        return self._where("text IN (SELECT value FROM json_each(?))", [json.dumps(list(texts))])

    def _where(self, condition: str, parameters: Sequence[str]) -> Iterator[list[StoredSentence]]:
        """The sentences of each slice of the corpus that meet a condition; a slice may be empty."""
        last, end = 0, self.last_number()
        while last < end:
            rows = self._database.rows(
                f"SELECT {_COLUMNS} FROM sentence WHERE number > ? AND number <= ? AND {condition} ORDER BY number",
                [last, last + SLICE, *parameters],
            )
            yield [_sentence_of_row(row) for row in rows]
            last += SLICE

    def add(self, split: Section, sentences: Sequence[Sentence], source: str) -> ChangeSet:
        """Add new sentences, all or none, listed as an import with that name and format; the gold of those in the pool
        is what nobody judged yet. A run in progress ignores them, since it records the newest sentence at its start.

        Raises:
            UserError: an id is taken, or a label is not in the tag set.
        """
        labels = self.labels()
        spans = sum(len(sentence.spans) for sentence in sentences)
        with self._database.atomic():
            number = self.add_import(ImportedFile(source, source, now_text(), len(sentences), spans, (), 0))
            numbers = [self._add(split, sentence, labels, number) for sentence in sentences]
        return ChangeSet("import", sentences=tuple(numbers), corpus=True)

    def _add(self, split: Section, sentence: Sentence, labels: Collection[str], number: int) -> SentenceNumber:
        check_spans(sentence.spans, sentence.text, labels)
        if self.has_id(sentence.id):
            raise UserError("the project has a sentence with the id {id} already", id=sentence.id)
        gold = spans_to_text(sentence.spans)
        return SentenceNumber(
            self._database.write(
                "INSERT INTO sentence (id, split, text, imported, gold, judged, import) VALUES (?, ?, ?, ?, ?, ?, ?)",
                [sentence.id, split, sentence.text, gold, gold, "no" if split == "pool" else "yes", number],
            )
        )

    def corrected_in(self, split: Split) -> list[SentenceNumber]:
        """The sentences of a split whose gold differs from the gold as imported, apart from renamed labels."""
        rows = self._database.rows(f"SELECT number FROM sentence WHERE gold <> {IMPORTED_NOW} AND split = ?", [split])
        return [row[0] for row in rows]

    def to_take_to_train(self) -> list[SentenceNumber]:
        """The dev sentences that the next run takes to train: corrected ones, but not those that a person moved back
        after a run had taken them.
        """
        return self._database.numbers(
            f"SELECT number FROM sentence WHERE gold <> {IMPORTED_NOW} AND split = 'dev' AND moved_for_run IS NULL"
        )

    def move_to_train(self, numbers: Sequence[SentenceNumber], run: int) -> None:
        """Move dev sentences to train for this run and later ones."""
        with self._database.atomic():
            self._database.write_many(
                "UPDATE sentence SET split = 'train', moved_for_run = ? WHERE number = ?", [(run, n) for n in numbers]
            )
            newest = "(SELECT coalesce(max(number), 0) FROM correction)"
            self._database.write(f"UPDATE run SET moved_after = {newest} WHERE number = ?", [run])

    def count_moved(self, run: int) -> int:
        """How many dev sentences `move_to_train` moved for a run."""
        return int(self._database.value("SELECT count(*) FROM sentence WHERE moved_for_run = ?", [run]))

    def move_back(self, run: int) -> None:
        """Undo `move_to_train` of a run without results, except for sentences that a person has moved since."""
        self._database.write(
            "UPDATE sentence SET split = 'dev', moved_for_run = NULL WHERE moved_for_run = ?1 AND number NOT IN"
            " (SELECT sentence FROM move WHERE step > (SELECT last_correction FROM source WHERE number = ?1))",
            [run],
        )

    def add_import(self, imported: ImportedFile, after: int | None = None) -> int:
        """Record that a file was imported, after a correction or now; returns the number of the import."""
        return self._database.write(
            "INSERT INTO import (file, format, imported_at, sentences, spans, rejected, rejections, path, digest,"
            " encoding, options, last_correction)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, coalesce(?, (SELECT max(number) FROM correction), 0))",
            [
                imported.file,
                imported.format,
                imported.imported_at,
                imported.sentences,
                imported.spans,
                json_text(imported.rejected[:REJECTED_KEPT]),
                imported.rejections,
                imported.path,
                imported.digest,
                imported.encoding,
                imported.options,
                after,
            ],
        )

    def lasting_since(self, correction: int) -> tuple[Addition | Move, ...]:
        """The newest import and the newest move to train since a correction, if any."""
        has_any = self._database.value(
            "SELECT EXISTS (SELECT 1 FROM import WHERE last_correction >= ?1 AND sentences > 0)"
            " OR EXISTS (SELECT 1 FROM run JOIN source USING (number)"
            " WHERE coalesce(moved_after, last_correction) >= ?1)",
            [correction],
        )
        lasting = (self._import_since(correction), self._move_since(correction)) if has_any else ()
        return tuple(each for each in lasting if each is not None)

    def _import_since(self, correction: int) -> Addition | None:
        """The newest import of sentences since a correction; None if there is none."""
        rows = self._database.rows(
            "SELECT number, file, sentences FROM import WHERE last_correction >= ? AND sentences > 0"
            " ORDER BY number DESC LIMIT 1",
            [correction],
        )
        return Addition(*rows[0]) if rows else None

    def _move_since(self, correction: int) -> Move | None:
        """The newest move of dev sentences to train since a correction; None if there is none."""
        runs = self._database.rows(
            "SELECT number, coalesce(moved_after, last_correction) AS after FROM run JOIN source USING (number)"
            " WHERE after >= ?"
            " ORDER BY after DESC, number DESC",
            [correction],
        )
        return next((Move(run, count, after) for run, after in runs if (count := self.count_moved(run))), None)

    def imports(self) -> list[ImportedFile]:
        """The files in order of import; only the beginning of long lists of rejected records is read."""
        rows = self._database.rows(
            "SELECT file, format, imported_at, sentences, spans, rejections, (SELECT json_group_array(json(value))"
            f" FROM (SELECT value FROM json_each(rejected) LIMIT {REJECTED_KEPT})), path, digest, encoding, options,"
            " number FROM import ORDER BY number"
        )
        return [
            ImportedFile(file, name, when, sentences, spans, tuple(json.loads(rejected)), rejections, *source)
            for file, name, when, sentences, spans, rejections, rejected, *source in rows
        ]

    def corrected_of(self, imported: int) -> Iterator[tuple[int, StoredSentence]]:
        """The sentences of an import whose gold, with the names of its labels, is not as imported, whatever their
        section, with the places of their records in the file, in that order, read in slices.
        """
        sql = (
            f"SELECT place, {_COLUMNS} FROM sentence AS s WHERE gold <> imported AND import = ?"
            f" AND place > ? AND NOT {IS_SUPERSEDED} ORDER BY place LIMIT ?"
        )
        for place, *row in self._database.paged(sql, [imported], size=SLICE):
            yield place, _sentence_of_row(tuple(row))


def _find_problem(spans: tuple[Span, ...], text: str) -> str | None:
    try:
        return None if check_spans(spans, text) == spans else say("its spans are not in order of position")
    except UserError as error:
        return str(error)


def _sentence_of_row(row: Row) -> StoredSentence:
    number, sentence_id, split, text, imported, renamed, gold = row
    spans = map(spans_from_text, (imported, renamed or imported, gold))
    return StoredSentence(number, sentence_id, split, text, *spans)
