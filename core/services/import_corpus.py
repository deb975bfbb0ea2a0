"""Corpus files into a project; no torch here."""

import sqlite3
import time
from array import array
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

from core.analysis.findings import describe_empty_dev, describe_no_entities, describe_shared
from core.domain.errors import UserError
from core.domain.labels import check_label_name
from core.domain.spans import SPLITS, Sentence, Span, Split, check_spans
from core.domain.splitting import (
    MEASURED_SPLITS,
    Keys,
    add_keys,
    as_keys,
    count_shared,
    draw_dev,
    normalise_for_comparison,
    text_key,
)
from core.formats import registry
from core.formats.records import Record, Rejected, StatedSpan, escape_name, reject
from core.formats.sources import DEFAULTS, ReadOptions, Source
from core.messages.catalogue import join_words, mark, say, say_count
from core.messages.terminal import escape_controls
from core.store.columns import now_text, spans_to_text
from core.store.project import Project
from core.store.sentences import REJECTED_KEPT, SLICE, ImportedFile

DEV_SHARE = 0.1
"""The share of sentences that the window proposes to keep for dev."""


_ADDED_AT_ONCE = 1_000
"""Sentences that are added to the corpus between two looks whether a person's correction waits; some milliseconds."""
_ATTEMPTS, _PAUSE = 10, 1.0
"""How often an import gives way to corrections before it lets one wait, and seconds until it tries again."""


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """Which files to import, and into which split.

    Attributes:
        dev_ratio: share (0–1) of the new sentences that go to dev, drawn with the seed; the others go to `split`.
        new_labels: labels to add to the tag set first.
        options: what the files do not say themselves.

    Raises:
        UserError: the ratio is not a share, or a new label is none.
    """

    files: tuple[Path, ...]
    split: Split = "train"
    dev_ratio: float = 0.0
    seed: int = 1
    format: str = "auto"
    new_labels: tuple[str, ...] = ()
    options: ReadOptions = DEFAULTS

    def __post_init__(self) -> None:
        if not 0 <= self.dev_ratio < 1:
            raise UserError("the dev ratio is {dev_ratio}; it must be at least 0 and below 1", dev_ratio=self.dev_ratio)
        for label in self.new_labels:
            check_label_name(label)


@dataclass(frozen=True, slots=True)
class ImportProgress:
    """How many sentences have been read so far, and from which file; and what was rejected since the last progress."""

    file: str
    sentences: int
    rejected: tuple[Rejected, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import brought.

    Attributes:
        rejected: the first records of each file that are not in the project now, at most `REJECTED_KEPT`.
        rejections: how many there are.
        repeated: how many of them the project had already, word for word.
        warnings: what a person should know of the corpus as it is now, a sentence each.
    """

    sentences: int
    spans: int
    rejected: tuple[Rejected, ...] = ()
    rejections: int = 0
    repeated: int = 0
    warnings: tuple[str, ...] = ()


def import_corpus(project: Project, *plans: ImportPlan) -> Generator[ImportProgress, None, ImportReport]:
    """Read the files and add their sentences to the project, all at once at the end; closing it early adds nothing.

    Raises:
        UserError: a file is missing, empty, binary or of no known format, or no sentence of any could be taken; then
            nothing of any plan is imported.
    """
    new_labels = tuple(label for plan in plans for label in plan.new_labels)
    check = _Check(project, (*project.sentences.labels(), *new_labels))
    with ExitStack() as stack:
        opened = [
            (plan, [stack.enter_context(registry.open_corpus(path, plan.format, plan.options)) for path in plan.files])
            for plan in plans
        ]
        staging = stack.enter_context(closing(_Staging(project)))
        for plan, files in opened:
            for file in files:
                yield from staging.read(file, check)
            yield from staging.assign(plan)
        staging.refuse_nothing(check.repeated)
        yield from staging.add_to_corpus(new_labels)
        return staging.report(check.repeated)


class _Check:
    """Refuses sentences whose id is taken or whose labels are not in the tag set.

    Attributes:
        repeated: how many it refused that the project has already, word for word.
    """

    def __init__(self, project: Project, labels: tuple[str, ...]) -> None:
        self._project = project
        self._labels = labels
        self._seen: set[str] = set()
        self.repeated = 0

    def judge(self, source: Source, record: Record | Rejected) -> Sentence | Rejected:
        """The sentence that a record becomes in the project, or why it is rejected."""
        sentence = make_sentence(source, record)
        if isinstance(sentence, Rejected):
            return sentence
        try:
            self._check(sentence)
        except UserError as error:
            return reject(source, record.line, error, sentence.id)
        return sentence

    def _check(self, sentence: Sentence) -> None:
        _check_storable(sentence)
        if sentence.id in self._seen:
            raise UserError("an earlier sentence of this import has the same id; every sentence needs its own")
        self._check_known(sentence)
        try:
            check_spans(sentence.spans, sentence.text, self._labels)
        except UserError as error:
            raise UserError("{error}; add the label on import if it is intended", error=error) from error
        self._seen.add(sentence.id)

    def _check_known(self, sentence: Sentence) -> None:
        known = self._project.sentences.text_of(sentence.id)
        if known is None:
            return
        if normalise_for_comparison(known) == normalise_for_comparison(sentence.text):
            self.repeated += 1
            raise UserError("it is already in this project")
        raise UserError("the project has another sentence with this id; every sentence needs its own")


def make_sentence(source: Source, record: Record | Rejected) -> Sentence | Rejected:
    """The sentence that a record becomes, whatever the project; or why it is none."""
    if isinstance(record, Rejected):
        return record
    if isinstance(record.gold, Rejected):
        return record.gold
    try:
        return Sentence(record.id, record.text, tuple([_read_span(stated, record.text) for stated in record.gold]))
    except UserError as error:
        return reject(source, record.line, error, record.id)


def _read_span(stated: StatedSpan, text: str) -> Span:
    """The span that a file states; where it also states what the span covers, both must agree."""
    span = Span(stated.start, stated.end, stated.label)
    if stated.surface is None or span.end > len(text) or text[span.start : span.end] == stated.surface:
        return span
    raise UserError(
        "the text at {begin}–{end} is {text!r}, but the file says {form!r}",
        begin=span.start,
        end=span.end,
        text=text[span.start : span.end],
        form=stated.surface,
    )


def _check_storable(sentence: Sentence) -> None:
    """Refuse ids that nobody could name and other formats could not express."""
    if not sentence.id.strip():
        raise UserError("its id is blank")
    if escape_controls(sentence.id) != sentence.id:
        raise UserError("its id “{id}” contains a control character", id=escape_controls(sentence.id, most=80))


@dataclass(slots=True)
class _StagedFile:
    """What one file brought so far."""

    name: str
    format: str
    sentences: int = 0
    spans: int = 0
    rejected: list[Rejected] = field(default_factory=list)
    rejections: int = 0

    def add(self, good: Iterable[Sentence], bad: Sequence[Rejected]) -> None:
        for sentence in good:
            self.sentences += 1
            self.spans += len(sentence.spans)
        self.rejected += bad[: REJECTED_KEPT - len(self.rejected)]
        self.rejections += len(bad)

    def stored(self, now: str) -> ImportedFile:
        rejected = tuple({**asdict(record), "file": escape_name(record.file)} for record in self.rejected)
        return ImportedFile(self.name, self.format, now, self.sentences, self.spans, rejected, self.rejections)


class _Staging:
    """Sentences on their way in, in a temporary table of the same database."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._database = project.database
        self._files: list[_StagedFile] = []
        self._assigned = 0
        self._dev_ratio = 0.0
        self._new_keys = array("q")
        self._known: dict[Split, Keys] = {}
        with self._database.atomic(is_temporary=True):
            self._database.write("DROP TABLE IF EXISTS temp.incoming")  # of an import that could not clean up
            self._database.write(
                "CREATE TEMP TABLE incoming (position INTEGER PRIMARY KEY, id TEXT, text TEXT, gold TEXT, split TEXT)"
            )

    def read(self, corpus: registry.CorpusFile, check: _Check) -> Iterator[ImportProgress]:
        """Stage a file's records slice by slice."""
        file = _StagedFile(escape_name(Path(corpus.source.name).name), corpus.format.name)
        self._files.append(file)
        for part in _slices(check.judge(corpus.source, record) for record in corpus.records()):
            good = [record for record in part if isinstance(record, Sentence)]
            bad = tuple(record for record in part if isinstance(record, Rejected))
            rows = [(sentence.id, sentence.text, spans_to_text(sentence.spans)) for sentence in good]
            with self._database.atomic(is_temporary=True):
                self._database.write_many("INSERT INTO incoming (id, text, gold) VALUES (?, ?, ?)", rows)
            self._new_keys.extend(text_key(sentence.text) for sentence in good)
            file.add(good, bad)
            yield ImportProgress(file.name, file.sentences, bad)

    def assign(self, plan: ImportPlan) -> Iterator[ImportProgress]:
        """Put what was read since the last plan into the plan's splits; equal texts stay together in a drawn share."""
        if not self._known:
            yield from self._read_known()
        keys, first = as_keys(self._new_keys), self._assigned + 1
        drawn = draw_dev(keys, plan.dev_ratio, plan.seed, self._known) if plan.dev_ratio else {}
        with self._database.atomic(is_temporary=True):
            self._database.write("UPDATE incoming SET split = ? WHERE split IS NULL", [plan.split])
            others = ((split, first + place) for place, split in drawn.items() if split != plan.split)
            self._database.write_many("UPDATE incoming SET split = ? WHERE position = ?", others)
        add_keys(self._known, keys, plan.split, drawn)
        self._assigned += len(keys)
        self._dev_ratio = max(self._dev_ratio, plan.dev_ratio)
        self._new_keys = array("q")

    def _read_known(self) -> Iterator[ImportProgress]:
        """Learn which texts the project has, pausing now and then."""
        for split in SPLITS:
            keys = array("q")
            for number, (_, text) in enumerate(self._project.sentences.texts(split)):
                keys.append(text_key(text))
                if number % SLICE == 0:
                    yield ImportProgress(self._files[-1].name, self._files[-1].sentences)
            self._known[split] = as_keys(keys)

    def refuse_nothing(self, repeated: int) -> None:
        """Make sure that there is something to import.

        Raises:
            NothingImportedError: nothing is.
        """
        if not self._assigned:
            raise NothingImportedError(self.report(repeated), [file.name for file in self._files])

    def add_to_corpus(self, new_labels: tuple[str, ...]) -> Iterator[ImportProgress]:
        """Move everything staged into the corpus in one transaction; a correction meanwhile does not wait for it."""
        for attempt in range(_ATTEMPTS):
            try:
                self._add_all(new_labels, gives_way=attempt < _ATTEMPTS - 1)
                break
            except _GaveWayError:
                yield ImportProgress(self._files[-1].name, self._files[-1].sentences)
                time.sleep(_PAUSE)
        # What the search packs is a copy: where there is no room for it now, it is made when the project is opened.
        with suppress(UserError, sqlite3.Error):
            self._project.search.pack()

    def _add_all(self, new_labels: tuple[str, ...], *, gives_way: bool) -> None:
        """Add all in one transaction.

        Raises:
            _GaveWayError: another thread wants to write; nothing was added.
            UserError: a large step, which would not see what is added, is being stored; nothing was added.
        """
        now = now_text()
        with self._database.atomic():
            self._project.corrections.settle()
            self._project.sentences.add_labels(new_labels)
            for first in range(1, self._assigned + 1, _ADDED_AT_ONCE):
                if gives_way and self._database.is_awaited:
                    raise _GaveWayError
                self._add_slice(first)
            for file in self._files:
                self._project.sentences.add_import(file.stored(now))

    def _add_slice(self, first: int) -> None:
        self._database.write(
            "INSERT INTO sentence (id, split, text, imported, gold)"
            " SELECT id, split, text, gold, gold FROM incoming WHERE position >= ? AND position < ? ORDER BY position",
            [first, first + _ADDED_AT_ONCE],
        )

    def report(self, repeated: int) -> ImportReport:
        """What came of it."""
        return ImportReport(
            sentences=self._assigned,
            spans=sum(file.spans for file in self._files),
            rejected=tuple(record for file in self._files for record in file.rejected),
            rejections=sum(file.rejections for file in self._files),
            repeated=repeated,
            warnings=self._warnings(),
        )

    def _warnings(self) -> tuple[str, ...]:
        measured = {split for split, _ in self._project.sentences.label_counts()}
        lacking = [split for split in MEASURED_SPLITS if len(self._known[split]) and split not in measured]
        shared = count_shared(self._known)
        is_dev_empty = self._dev_ratio and not len(self._known["dev"])
        return (
            *([describe_empty_dev(self._dev_ratio)] if is_dev_empty else []),
            *(describe_shared(count, split) for split, count in shared.items()),
            *(describe_no_entities(split) for split in lacking),
        )

    def close(self) -> None:
        """Remove the table; where that fails, the next import does, and the reason why this one ends is not hidden."""
        with suppress(UserError), self._database.atomic(is_temporary=True):
            self._database.write("DROP TABLE incoming")


class _GaveWayError(Exception):
    """A transaction was taken back so that another thread need not wait for its end."""


class NothingImportedError(UserError):
    """Of all the records of an import none could be taken; the report lists why."""

    def __init__(self, report: ImportReport, files: Sequence[str]) -> None:
        super().__init__(mark("Nothing imported: {reason}"), reason=_why_nothing(report, files))
        self.report = report


def _why_nothing(report: ImportReport, files: Sequence[str]) -> str:
    count, repeated = report.rejections, report.repeated
    if not count:
        return say("no sentence was found in {files}", files=join_words(files))
    if repeated == count:
        return say_count(
            "the one sentence is already in this project", "all {count:,} sentences are already in this project", count
        )
    first = report.rejected[0]
    if not repeated:
        return say_count(
            "the one record was rejected: {where}: {reason}",
            "all {count:,} records were rejected, the first at {where}: {reason}",
            count,
            where=first.where,
            reason=first.reason,
        )
    return say_count(
        "all {of:,} records were rejected ({count:,} is already in this project), the first at {where}: {reason}",
        "all {of:,} records were rejected ({count:,} are already in this project), the first at {where}: {reason}",
        repeated,
        of=count,
        where=first.where,
        reason=first.reason,
    )


def _slices(records: Iterable[Sentence | Rejected]) -> Iterator[list[Sentence | Rejected]]:
    part: list[Sentence | Rejected] = []
    for record in records:
        part.append(record)
        if len(part) == SLICE // 5:
            yield part
            part = []
    yield part
