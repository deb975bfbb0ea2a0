"""Corpus files into a project; no torch here."""

import json
import os
import sqlite3
import time
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from core.analysis.findings import (
    describe_no_entities,
    describe_shared_documents,
)
from core.domain.errors import UserError
from core.domain.generators import cut_into_parts, map_progress
from core.domain.labels import check_label_name
from core.domain.spans import Span, Split
from core.domain.splitting import MEASURED_SPLITS
from core.formats import registry
from core.formats.json_records import SPAN_EXTRAS
from core.formats.records import Rejected, escape_name
from core.formats.source_files import DEFAULTS, ReadOptions, digest_of
from core.messages.catalogue import say
from core.services.gold_reading import RULES, Rules
from core.services.import_report import ImportReport, NothingImportedError
from core.services.intake import Accepted, Intake
from core.services.split_assignment import SplitAssignment
from core.services.tally import describe_particles, describe_tally, ends_in_particle
from core.store.batches import BATCH_ORDERS
from core.store.columns import json_text, now_text
from core.store.gold.finishing import Returned
from core.store.gold.remarks import SuggestionPlace
from core.store.project import Project
from core.store.sentences import REJECTED_KEPT, SLICE, ImportedFile

DEV_SHARE = 0.1
"""The share of sentences that the window proposes to keep for dev."""


Target = Split | Literal["pool"]
"""Where an import puts what was judged."""

_ADDED_AT_ONCE = 1_000
"""Sentences that are added to the corpus between two looks whether a person's correction waits; some milliseconds."""
_ATTEMPTS, _PAUSE = 10, 1.0
"""How often an import gives way to corrections before it lets one wait, and seconds until it tries again."""


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """Which files to import, and into which split.

    Attributes:
        split: what nobody judged goes to the pool, whatever the split; the pool: all goes there, without its gold.
        dev_ratio: share (0–1) of the new sentences that go to dev, drawn with the seed; the others go to `split`.
        new_labels: labels to add to the tag set first.
        options: what the readers cannot find out from the files alone.
        rules: how the records are judged.

    Raises:
        UserError: the ratio is not a share, a new label is none, or a label is mapped twice.
    """

    files: tuple[Path, ...]
    split: Target = "train"
    dev_ratio: float = 0.0
    seed: int = 1
    format: str = "auto"
    new_labels: tuple[str, ...] = ()
    options: ReadOptions = DEFAULTS
    rules: Rules = RULES

    def __post_init__(self) -> None:
        if self.split == "pool":
            object.__setattr__(self, "rules", replace(self.rules, takes_gold=False))
        if not 0 <= self.dev_ratio < 1:
            raise UserError("the dev ratio is {dev_ratio}; it must be at least 0 and below 1", dev_ratio=self.dev_ratio)
        for label in (*self.new_labels, *(label for _, label in self.rules.label_map)):
            check_label_name(label)
        self._check_map()

    def _check_map(self) -> None:
        for label, count in Counter(label for label, _ in self.rules.label_map).items():
            if count > 1:
                raise UserError("the label {label} is mapped to several; map each label once", label=label)


@dataclass(frozen=True, slots=True)
class ImportProgress:
    """How many sentences have been read so far, and from which file; and what was rejected since the last progress."""

    file: str
    sentences: int
    rejected: tuple[Rejected, ...] = ()


def import_corpus(project: Project, *plans: ImportPlan) -> Generator[ImportProgress, None, ImportReport]:
    """Read the files and add their sentences to the project, all at once at the end, after those that come back to the
    pool got their gold; closing it early adds nothing, and what is lacking then comes by the same import again.

    Raises:
        UserError: a file is missing, empty, binary or of no known format, or no sentence of any could be taken; then
            nothing of any plan is imported.
    """
    new_labels = tuple(label for plan in plans for label in plan.new_labels)
    intake = Intake(project, project.sentences.labels(), new_labels)
    with ExitStack() as stack:
        opened = [(plan, _open_files(stack, plan)) for plan in plans]
        staging = stack.enter_context(closing(_Staging(project, intake)))
        for _ in intake.known.learn():
            yield ImportProgress(escape_name(plans[0].files[0].name), 0)
        for plan, files in opened:
            for file, rejected in files:
                yield from staging.read(file, plan, rejected)
            staging.assign(plan)
        staging.refuse_nothing()
        yield from staging.finish_returned()
        yield from staging.add_to_corpus()
        staging.remember_refused()
        return staging.report()


def _open_files(stack: ExitStack, plan: ImportPlan) -> list[tuple[registry.CorpusFile, Sequence[Rejected]]]:
    """The files of a plan, each with what is rejected before it is read: other files of its archive."""
    opened: list[tuple[registry.CorpusFile, Sequence[Rejected]]] = []
    for path in plan.files:
        files, rejected = registry.open_all(path, plan.format, plan.options)
        opened += [(stack.enter_context(file), () if place else rejected) for place, file in enumerate(files)]
    return opened


@dataclass(slots=True)
class _StagedFile:
    """What one file brought so far.

    Attributes:
        with_particle: spans that seem to end in a particle, of a format that tags whole words.
    """

    corpus: registry.CorpusFile
    rules: Rules
    digest: str | None
    sentences: int = 0
    spans: int = 0
    with_particle: int = 0
    rejected: list[Rejected] = field(default_factory=list)
    rejections: int = 0

    @property
    def name(self) -> str:
        return escape_name(self.corpus.source.short_name)

    def add(self, good: Iterable[Accepted], bad: Sequence[Rejected]) -> None:
        for accepted in good:
            self.sentences += accepted.replaces is None and accepted.returned is None
            if self.corpus.format.tags_words:
                text = accepted.sentence.text
                self.with_particle += sum(ends_in_particle(text[s.start : s.end]) for s in accepted.sentence.spans)
        self.rejected += bad[: REJECTED_KEPT - len(self.rejected)]
        self.rejections += len(bad)

    def stored(self, now: str) -> ImportedFile:
        rejected = tuple({**asdict(record), "file": escape_name(record.file)} for record in self.rejected)
        source = self.corpus.source
        is_file = source.path == Path(source.name)
        return ImportedFile(
            self.name,
            self.corpus.format.name,
            now,
            self.sentences,
            self.spans,
            rejected,
            self.rejections,
            path=_text_path(source.path) if is_file else None,
            digest=self.digest,
            encoding=source.encoding,
            options=json.dumps({**asdict(source.options), "rules": asdict(self.rules)}, ensure_ascii=False),
        )


class _Staging:
    """Sentences on their way in, in a temporary table of the same database."""

    def __init__(self, project: Project, intake: Intake) -> None:
        self._project = project
        self._database = project.database
        self._intake = intake
        self._files: list[_StagedFile] = []
        self._staged = 0
        self._last_import = 0
        self._last_step: int | None = None
        self._assignment = SplitAssignment(project, intake.known)
        with self._database.atomic(is_temporary=True):
            self._database.write("DROP TABLE IF EXISTS temp.incoming")  # of an import that could not clean up
            self._database.write(_INCOMING)

    def read(
        self, corpus: registry.CorpusFile, plan: ImportPlan, rejected: Sequence[Rejected]
    ) -> Iterator[ImportProgress]:
        """Stage a file's records slice by slice.

        Args:
            rejected: what was rejected before.
        """
        file = _StagedFile(corpus, plan.rules, digest_of(corpus.source.path))
        self._files.append(file)
        file.add((), rejected)
        if rejected:
            yield ImportProgress(file.name, 0, tuple(rejected))
        spans_before = self._intake.tally.spans.total()
        judge, source, rules = self._intake.judge, corpus.source, plan.rules
        for part in cut_into_parts((judge(source, rules, record) for record in corpus.records()), SLICE // 5):
            good = [record for record in part if isinstance(record, Accepted)]
            bad = tuple(record for record in part if isinstance(record, Rejected))
            self._stage(good)
            file.add(good, bad)
            file.spans = self._intake.tally.spans.total() - spans_before
            yield ImportProgress(file.name, file.sentences, bad)

    def _stage(self, accepted: Sequence[Accepted]) -> None:
        new = [each for each in accepted if each.replaces is None]
        rows = [_row(len(self._files), each) for each in new]
        joined = [(each, each.replaces + 1) for each in accepted if each.replaces is not None]
        with self._database.atomic(is_temporary=True):
            self._database.write_many(_STAGE, rows)
            replaced = [(*_row(len(self._files), each)[3:], position) for each, position in joined]
            self._database.write_many(_RESTAGE, replaced)
        for each in new:
            self._staged += 1
            if each.judged == "yes":
                self._assignment.add(self._staged, each, len(self._files))
        for each, position in joined:
            if each.judged == "yes" and each.was_judged != "yes":
                self._assignment.add(position, each, len(self._files))

    def assign(self, plan: ImportPlan) -> None:
        """Put what was read since the last plan into the plan's splits; what nobody judged is in the pool."""
        if plan.split == "pool":
            return
        others = self._assignment.assign(plan.split, plan.dev_ratio, plan.seed)
        with self._database.atomic(is_temporary=True):
            self._database.write("UPDATE incoming SET split = ? WHERE split IS NULL", [plan.split])
            self._database.write_many("UPDATE incoming SET split = ? WHERE position = ?", others)

    def refuse_nothing(self) -> None:
        """Make sure that something can be imported.

        Raises:
            NothingImportedError: nothing can.
        """
        if not self._staged and not self._find_refused():
            raise NothingImportedError(self.report(), [file.name for file in self._files])

    def add_to_corpus(self) -> Iterator[ImportProgress]:
        """Move everything staged into the corpus in one transaction; a correction meanwhile does not wait for it."""
        for attempt in range(_ATTEMPTS):
            try:
                self._add_all(gives_way=attempt < _ATTEMPTS - 1)
                break
            except _GaveWayError:
                yield ImportProgress(self._files[-1].name, self._files[-1].sentences)
                time.sleep(_PAUSE)
        # What the search packs is a copy: where there is no room for it now, it is made when the project is opened.
        with suppress(UserError, sqlite3.Error):
            self._project.search.pack()

    def _add_all(self, *, gives_way: bool) -> None:
        """Add all in one transaction.

        Raises:
            _GaveWayError: another thread wants to write; nothing was added.
            UserError: a large step, which would not see what is added, is being stored; nothing was added.
        """
        now = now_text()
        with self._database.atomic():
            self._project.corrections.settle()
            self._project.sentences.add_labels(self._intake.new_labels)
            add_import, after = self._project.sentences.add_import, self._last_step
            numbers = [add_import(file.stored(now), after) for file in self._files]
            self._last_import = numbers[0] - 1
            for first in range(1, self._staged + 1, _ADDED_AT_ONCE):
                if gives_way and self._database.is_awaited:
                    raise _GaveWayError
                self._add_slice(first)

    def _add_slice(self, first: int) -> None:
        """Add the documents and sentences of a slice; imports have the numbers after the last one, as their files."""
        parameters = [self._last_import, first, first + _ADDED_AT_ONCE]
        if self._intake.known.freed_ids:
            self._database.write(
                "UPDATE sentence SET original_id = coalesce(original_id, id), id = id || '#deleted-' || number"
                " WHERE id IN (SELECT id FROM incoming WHERE returned IS NULL AND position >= ?2 AND position < ?3)",
                parameters,
            )
        self._database.write(
            "INSERT OR IGNORE INTO document (import, name) SELECT file + ?1, document FROM incoming"
            " WHERE position >= ?2 AND position < ?3 AND document <> '' ORDER BY position",
            parameters,
        )
        self._database.write(
            "INSERT INTO sentence (id, split, text, imported, gold, judged, import, place, document, original_id,"
            " annotator, extras) SELECT i.id, split, text, gold, gold, judged, file + ?1, place, d.number, original_id,"
            " annotator, extras FROM incoming AS i"
            " LEFT JOIN document AS d ON d.import = file + ?1 AND d.name = i.document"
            " WHERE returned IS NULL AND position >= ?2 AND position < ?3 ORDER BY position",
            parameters,
        )

    def finish_returned(self) -> Generator[ImportProgress, None, None]:
        """Give what came back from elsewhere its gold and its split, as one step, and store who made the gold. Done
        before anything is added, so that undo does not have to pass an import, and a stop leaves nothing half done.
        """
        if not self._intake.tally.returned + self._intake.tally.completed:
            return
        self._last_step = self._project.corrections.last_number()
        sql = "SELECT returned, text, gold, split FROM incoming WHERE returned IS NOT NULL ORDER BY position"
        with self._database.atomic(is_temporary=True):  # only the connection that writes has the table
            found = [Returned(*row) for row in self._database.rows(sql)]
        with self._database.atomic():
            self._project.sentences.add_labels(self._intake.new_labels)
        name = self._files[-1].name
        work = self._project.finishing.finish_returned(found)
        change = yield from map_progress(work, lambda done: ImportProgress(name, done))
        finished = {*change.sentences}
        left = [(each.sentence,) for each in found if each.sentence not in finished]
        in_part = sum(each.split == "pool" and each.sentence not in finished for each in found)
        self._intake.tally.returned -= len(left) - in_part
        self._intake.tally.completed -= in_part
        self._intake.tally.left_meanwhile = len(left)
        self._database.write_many("DELETE FROM incoming WHERE returned = ?", left)
        self._database.write(
            "UPDATE sentence SET annotator = i.annotator FROM incoming AS i"
            " WHERE i.returned = sentence.number AND i.annotator IS NOT NULL"
        )
        self._database.write(
            "UPDATE sentence SET judged = 'partly' FROM incoming AS i"
            " WHERE i.returned = sentence.number AND i.judged = 'partly' AND sentence.judged = 'no'"
        )

    def remember_refused(self) -> None:
        """Keep what a person refused from being suggested again, as one step."""
        places = self._find_refused()
        self._intake.tally.refused = len(places)
        self._project.corrections.dismiss("suggestion", places, dismissed=True)

    def _find_refused(self) -> list[SuggestionPlace]:
        """What a person refused and nobody refused here before."""
        rejected = self._project.pool.rejected
        return [each for each in self._intake.list_refused() if Span(*each[1:]) not in rejected(each.sentence)]

    def report(self) -> ImportReport:
        """What came of it."""
        return ImportReport(
            sentences=sum(file.sentences for file in self._files),
            spans=self._intake.tally.spans.total(),
            rejected=tuple(record for file in self._files for record in file.rejected),
            rejections=sum(file.rejections for file in self._files),
            repeated=self._intake.tally.repeated,
            tally=self._intake.tally,
            warnings=(*self._warnings(), *describe_tally(self._intake.tally)),
        )

    def _warnings(self) -> Iterator[str]:
        for file in self._files:
            if (remark := file.corpus.format.remark) and file.sentences:
                yield say(remark, file=file.name)
        for file in self._files:
            if file.with_particle:
                yield describe_particles(file.with_particle, file.spans, file.name)
        yield from self._assignment.describe()
        for split in MEASURED_SPLITS:
            if numbers := self._project.documents.shared_with_train(split):
                yield describe_shared_documents(len(numbers), split)
        measured = {split for split, _ in self._project.sentences.label_counts()}
        for split in MEASURED_SPLITS:
            if len(self._intake.known.splits[split]) and split not in measured:
                yield describe_no_entities(split)

    def close(self) -> None:
        """Remove the table; where that fails, the next import does, and the reason why this one ends is not hidden."""
        with suppress(UserError), self._database.atomic(is_temporary=True):
            self._database.write("DROP TABLE incoming")


_STAGED = "file, id, text, gold, split, judged, place, document, original_id, annotator, extras, returned"
_STAGE = f"INSERT INTO incoming ({_STAGED}) VALUES ({', '.join('?' * (_STAGED.count(',') + 1))})"
_RESTAGE = (
    "UPDATE incoming SET gold = ?, split = ?, judged = ?, place = ?, document = ?, original_id = ?, annotator = ?,"
    " extras = ?, returned = coalesce(returned, ?) WHERE position = ?"
)
_INCOMING = (
    "CREATE TEMP TABLE incoming (position INTEGER PRIMARY KEY, file INTEGER, id TEXT, text TEXT, gold TEXT, split TEXT,"
    " judged TEXT, place INTEGER, document TEXT, original_id TEXT, annotator TEXT, extras TEXT, returned INTEGER)"
)


def _row(file: int, accepted: Accepted) -> tuple[Any, ...]:
    """The values of `_STAGED`."""
    sentence, record = accepted.sentence, accepted.record
    return (
        file,
        sentence.id,
        sentence.text,
        accepted.gold,
        None if accepted.judged == "yes" else "pool",
        accepted.judged,
        record.number,
        record.document,
        record.id if record.id != sentence.id else None,
        record.annotator or None,
        json_text(extras) if (extras := _leave_out_batch(record.extras)) else None,
        accepted.returned,
    )


_OF_BATCH = {"batch", "order", "source", "epoch", "why"}
"""What a record of a batch says of the batch and its suggestions, besides their probabilities."""


def _leave_out_batch(extras: Mapping[str, Any]) -> Mapping[str, Any]:
    """The extras of a record without those that it has as one of a batch that was labelled elsewhere."""
    if not extras.keys() >= {"batch", "order", "why"} or extras["order"] not in BATCH_ORDERS:
        return extras
    of_spans = [{key: each[key] for key in each if key != "probability"} for each in extras.get(SPAN_EXTRAS, ())]
    own = {key: value for key, value in extras.items() if key not in {*_OF_BATCH, SPAN_EXTRAS}}
    kept = [each for each in of_spans if each.keys() - {"start", "end"}]
    return {**own, SPAN_EXTRAS: kept} if kept else own


def _text_path(path: Path) -> str | None:
    """The absolute path of a file; None if its name is not text, which the database could not hold."""
    absolute = os.path.abspath(path)  # noqa: PTH100 - links are kept
    return absolute if absolute == escape_name(absolute) else None


class _GaveWayError(Exception):
    """A transaction was taken back so that another thread need not wait for its end."""
