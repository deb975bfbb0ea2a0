"""Corpus files into a project, and out of it again; no torch here."""

import json
import random
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from core.corpus import formats
from core.corpus.records import Record, Rejected
from core.errors import UserError
from core.labels import checked_name
from core.spans import Sentence, Split, checked
from core.store.clock import now_text
from core.store.columns import spans_text
from core.store.project import Project
from core.store.sentences import SLICE, Gold

DEV_SHARE = 0.1
"""The share of sentences that the window proposes to keep for dev."""


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """Which files to import, and into which split.

    Attributes:
        dev_ratio: share (0–1) of the new sentences that go to dev, drawn with the seed; the others go to `split`.
        new_labels: labels to add to the tag set first.

    Raises:
        UserError: the ratio is not a share, or a new label is none.
    """

    files: tuple[Path, ...]
    split: Split = "train"
    dev_ratio: float = 0.0
    seed: int = 1
    format: str = "auto"
    new_labels: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.dev_ratio < 1:
            raise UserError(f"the dev ratio is {self.dev_ratio}; it must be at least 0 and below 1")
        for label in self.new_labels:
            checked_name(label)


@dataclass(frozen=True, slots=True)
class ImportProgress:
    """How many sentences have been read so far, and from which file."""

    file: str
    sentences: int


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import brought; what was rejected is listed, and nothing of it is in the project."""

    sentences: int
    spans: int
    rejected: tuple[Rejected, ...] = ()


def importing(project: Project, *plans: ImportPlan) -> Generator[ImportProgress, None, ImportReport]:
    """Read the files and add their sentences to the project, all at once at the end; closing it early adds nothing.

    Raises:
        UserError: a file is missing, empty, binary or of no known format; then nothing of any plan is imported.
    """
    new_labels = tuple(label for plan in plans for label in plan.new_labels)
    check = _Check(project, (*project.sentences.labels(), *new_labels))
    sources = [(plan, [(path, formats.read(path, plan.format, check)) for path in plan.files]) for plan in plans]
    staging = _Staging(project)
    try:
        for plan, files in sources:
            for path, records in files:
                yield from staging.read(path, plan.format, records)
            staging.assign(plan)
        return staging.commit(new_labels)
    finally:
        staging.close()


class _Check:
    """Refuses sentences whose id is taken or whose labels are not in the tag set."""

    def __init__(self, project: Project, labels: tuple[str, ...]) -> None:
        self._project = project
        self._labels = labels
        self._seen: set[str] = set()

    def __call__(self, sentence: Sentence) -> None:
        if sentence.id in self._seen:
            raise UserError("an earlier sentence of this import has the same id; every sentence needs its own")
        if self._project.sentences.has_id(sentence.id):
            raise UserError("the project has a sentence with this id already")
        try:
            checked(sentence.spans, sentence.text, self._labels)
        except UserError as error:
            raise UserError(f"{error}; add the label on import if it is meant") from error
        self._seen.add(sentence.id)


@dataclass(slots=True)
class _StagedFile:
    """What one file brought so far."""

    name: str
    format: str
    sentences: int = 0
    spans: int = 0
    rejected: list[Rejected] = field(default_factory=list)

    def row(self, now: str) -> tuple[str, str, str, int, int, str]:
        rejected = [{"file": r.file, "line": r.line, "reason": r.reason} for r in self.rejected]
        return self.name, self.format, now, self.sentences, self.spans, json.dumps(rejected, ensure_ascii=False)


class _Staging:
    """Sentences on their way in, in a temporary table of the same database."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._database = project.database
        self._files: list[_StagedFile] = []
        self._assigned = 0
        self._database.write(
            "CREATE TEMP TABLE incoming (position INTEGER PRIMARY KEY, id TEXT, text TEXT, gold TEXT, split TEXT)"
        )

    def read(self, path: Path, format_name: str, records: Iterator[Record]) -> Iterator[ImportProgress]:
        """Stage a file's records slice by slice."""
        file = _StagedFile(path.name, format_name)
        self._files.append(file)
        for part in _slices(records):
            good = [record for record in part if isinstance(record, Sentence)]
            file.rejected += [record for record in part if isinstance(record, Rejected)]
            rows = [(sentence.id, sentence.text, spans_text(sentence.spans)) for sentence in good]
            self._database.write_many("INSERT INTO incoming (id, text, gold) VALUES (?, ?, ?)", rows)
            file.sentences += len(good)
            file.spans += sum(len(sentence.spans) for sentence in good)
            yield ImportProgress(file.name, file.sentences)

    def assign(self, plan: ImportPlan) -> None:
        """Put what was read since the last plan into the plan's splits."""
        count = sum(file.sentences for file in self._files)
        new = range(self._assigned + 1, count + 1)
        dev = random.Random(plan.seed).sample(new, round(len(new) * plan.dev_ratio))
        with self._database.atomic():
            self._database.write("UPDATE incoming SET split = ? WHERE split IS NULL", [plan.split])
            self._database.write_many("UPDATE incoming SET split = 'dev' WHERE position = ?", [(n,) for n in dev])
        self._assigned = count

    def commit(self, new_labels: tuple[str, ...]) -> ImportReport:
        """Move everything staged into the corpus in one transaction."""
        now = now_text()
        with self._database.atomic():
            self._project.sentences.add_labels(new_labels)
            self._database.write(
                "INSERT INTO sentence (id, split, text, imported, gold)"
                " SELECT id, split, text, gold, gold FROM incoming ORDER BY position"
            )
            self._database.write_many(
                "INSERT INTO import (file, format, imported_at, sentences, spans, rejected) VALUES (?, ?, ?, ?, ?, ?)",
                [file.row(now) for file in self._files],
            )
        self._project.search.pack()
        spans = sum(file.spans for file in self._files)
        rejected = tuple(record for file in self._files for record in file.rejected)
        return ImportReport(self._assigned, spans, rejected)

    def close(self) -> None:
        self._database.write("DROP TABLE incoming")


def _slices(records: Iterable[Record]) -> Iterator[list[Record]]:
    part: list[Record] = []
    for record in records:
        part.append(record)
        if len(part) == SLICE // 5:
            yield part
            part = []
    yield part


def export(project: Project, path: Path, format_name: str, split: Split | None, gold: Gold) -> int:
    """Write the sentences of a split, or all, to a file; returns how many. The file is complete or untouched.

    Raises:
        UserError: the format is unknown, cannot hold the corpus, or the file cannot be written.
    """
    corpus_format = formats.for_export(path, format_name)
    count = 0

    def sentences() -> Iterator[Sentence]:
        nonlocal count
        for stored in project.sentences.each(split):
            count += 1
            yield stored.with_gold(gold)

    corpus_format.write(path, sentences())
    return count
