"""Read corpus files as an import would, without storing anything: what is in them, and what would be rejected."""

import time
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, suppress
from copy import deepcopy
from dataclasses import dataclass, field, replace
from pathlib import Path

from core.domain.errors import UserError
from core.domain.generators import run_to_end
from core.domain.labels import TTA_LABELS, coarse_label
from core.domain.spans import OVERLAP, Sentence
from core.formats import registry
from core.formats.archives import list_files
from core.formats.json_spans import WITHOUT_NAMES
from core.formats.records import ReadChoice, Record, Rejected, escape_name
from core.services.import_corpus import ImportPlan
from core.services.intake import Accepted, Intake
from core.services.tally import Tally
from core.store.project import Project

FIRST = 20
"""How many sentences of a file are shown as they will look."""
_TRIED = 200
"""How many records are read at most to find these before anything else is done."""
PLACES = 3
"""How many places of rejected records are named for each reason."""
_REASONS = 50
"""How many reasons are told apart."""
_INTERVAL = 0.2
"""Seconds between two reports."""
_PAUSE_AFTER = 500
"""Records that are read between two looks whether the preview is still wanted."""


@dataclass(frozen=True, slots=True)
class RejectedGroup:
    """The records that are rejected for one reason.

    Attributes:
        kind: the template of the reason; see `Rejected`.
        reason: that of the first of them.
        places: the first ones.
    """

    kind: str
    reason: str
    count: int
    places: tuple[str, ...]


@dataclass(slots=True)
class FilePreview:
    """What a file would bring.

    Attributes:
        file: its name as messages have it.
        format: the title of its format; empty while it is unknown.
        encoding: as people write it; empty for formats that are no text.
        asks: what a person may have to say of the file, since its reader cannot find it out.
        is_checked: whether all of the file was read for its encoding, rather than its first megabyte.
        is_whole: whether all of the file was read for its records.
        documents: how many the file names.
        labels: the spans of each label as the file calls it, of records that come in and others.
        annotators: the records of each person where the file says who judged.
        unstated: texts without spans for which the file does not say whether anybody judged them.
        rejections: how many records are rejected.
        first: the first sentences as they would be stored.
        problem: why the file cannot be read, or not to its end; empty: it can.
    """

    file: str
    format: str = ""
    encoding: str = ""
    asks: frozenset[ReadChoice] = frozenset()
    is_checked: bool = False
    is_whole: bool = False
    documents: int = 0
    sentences: int = 0
    labels: Counter[str] = field(default_factory=Counter)
    annotators: Counter[str] = field(default_factory=Counter)
    unstated: int = 0
    tally: Tally = field(default_factory=Tally)
    rejections: int = 0
    rejected: dict[str, RejectedGroup] = field(default_factory=dict)
    first: tuple[Sentence, ...] = ()
    problem: str = ""

    @property
    def spans(self) -> int:
        return self.tally.spans.total()

    @property
    def lacks_tag_names(self) -> bool:
        """Whether records are rejected because their labels are numbers that nobody gave a name."""
        return WITHOUT_NAMES in self.rejected

    def add(self, record: Record | Rejected, judged: Accepted | Rejected) -> None:
        """Count a record and what became of it."""
        if isinstance(record, Record):
            self.add_record(record)
        if isinstance(judged, Rejected):
            self.add_rejected(judged)
        else:
            self.sentences += judged.replaces is None
            if judged.replaces is None and len(self.first) < FIRST:
                self.first = (*self.first, judged.sentence)

    def add_record(self, record: Record) -> None:
        """Count what a record has, whatever becomes of it."""
        stated = () if isinstance(record.gold, Rejected) else record.gold
        self.labels.update([span.label for span in stated])
        self.unstated += not stated and not record.says_judged
        if record.annotator:
            self.annotators[record.annotator] += 1

    def add_rejected(self, record: Rejected) -> None:
        """Count a rejected record by its reason."""
        self.rejections += 1
        kind = record.kind or record.reason
        if kind not in self.rejected and len(self.rejected) >= _REASONS:
            kind = ""
        group = self.rejected.get(kind) or RejectedGroup(kind, record.reason, 0, ())
        places = group.places if len(group.places) == PLACES else (*group.places, record.where)
        self.rejected[kind] = replace(group, count=group.count + 1, places=places)


@dataclass(frozen=True, slots=True)
class Preview:
    """What an import would bring, so far.

    Attributes:
        known_labels: the tag set, with the labels that are to be added.
        is_whole: whether all files were read to their ends.
    """

    files: tuple[FilePreview, ...]
    known_labels: tuple[str, ...]
    is_whole: bool = False

    @property
    def labels(self) -> Counter[str]:
        """The spans of each label in all files."""
        return sum((file.labels for file in self.files), Counter[str]())

    @property
    def rejected(self) -> tuple[RejectedGroup, ...]:
        """The reasons of all files, the most frequent first."""
        joined: dict[str, RejectedGroup] = {}
        for group in (group for file in self.files for group in file.rejected.values()):
            before = joined.get(group.kind) or replace(group, count=0, places=())
            places = (*before.places, *group.places)[:PLACES]
            joined[group.kind] = replace(before, count=before.count + group.count, places=places)
        return tuple(sorted(joined.values(), key=lambda group: -group.count))

    @property
    def has_overlaps(self) -> bool:
        return any(file.tally.left_out or OVERLAP in file.rejected for file in self.files)


def preview_corpus(project: Project | None, plan: ImportPlan) -> Generator[Preview | None, None, Preview]:
    """Read the files of a plan as `import_corpus` would, and store nothing.

    The first sentences come at once, before it is known which texts the project has, and in the encoding of a file's
    first megabyte; a later `Preview` replaces them. A file that cannot be read is listed with its problem.

    Args:
        project: the one that the files are for; None: a new one.

    Yields:
        what is known so far, some times a second, and None between.
    """
    labels = TTA_LABELS if project is None else project.sentences.labels()
    known = tuple(dict.fromkeys((*labels, *plan.new_labels)))
    with ExitStack() as stack:
        reading = _PreviewReader(project, plan, known, stack)
        yield from reading.open_files()
        yield from reading.read_files()
    return reading.preview(is_whole=True)


class _PreviewReader:
    """Reads the files of a plan; closes them with the stack."""

    def __init__(self, project: Project | None, plan: ImportPlan, labels: Sequence[str], stack: ExitStack) -> None:
        self._project = project
        self._plan = plan
        self._labels = tuple(labels)
        self._stack = stack
        self._files: list[FilePreview] = []
        self._opened: dict[int, registry.CorpusFile] = {}
        self._reported = 0.0

    def preview(self, *, is_whole: bool = False) -> Preview:
        return Preview(tuple(deepcopy(self._files)), self._labels, is_whole)

    def open_files(self) -> Iterator[Preview]:
        """Open all files and read the first records of each."""
        paths = [*self._list_files()]
        for place, path in enumerate(paths):
            if self._files[place].problem:
                continue
            try:
                corpus = registry.open_corpus(path, self._plan.format, self._plan.options, is_guessing=True)
                self._opened[place] = self._stack.enter_context(corpus)
                self._files[place] = _describe(corpus, self._files[place].file)
            except UserError as error:
                self._files[place].problem = str(error)
                continue
            with suppress(UserError):  # the encoding may be another; what cannot be read is found in the whole file
                run_to_end(self._read(self._intake(), place, limit=_TRIED))
            yield self.preview()

    def _list_files(self) -> Iterator[Path]:
        """The files of the plan, and of its archives."""
        for path in self._plan.files:
            files: tuple[Path, ...] = (path,)
            problem = ""
            try:
                files = list_files(path)
            except UserError as error:
                problem = str(error)
            for file in files:
                short = "/".join(file.parts[len(path.parts) - 1 :])
                self._files.append(FilePreview(escape_name(short), problem=problem))
                yield file

    def read_files(self) -> Iterator[Preview | None]:
        """Read all files to their ends."""
        intake = self._intake()
        yield from intake.known.learn()
        for place, guessed in self._opened.items():
            try:
                corpus = yield from registry.check_encoding(guessed, self._plan.format)
                self._opened[place] = corpus
                self._files[place] = replace(_describe(corpus, self._files[place].file), is_checked=True)
                yield from self._read(intake, place)
                self._files[place].is_whole = True
            except UserError as error:
                self._files[place].problem = str(error)
            yield self.preview()

    def _intake(self) -> Intake:
        return Intake(self._project, self._labels, ())

    def _read(self, intake: Intake, place: int, limit: int | None = None) -> Generator[Preview | None, None, None]:
        """Count the records of a file, or of its beginning until enough of them can be shown."""
        file, corpus, documents = self._files[place], self._opened[place], set[str]()
        intake.tally = file.tally
        for number, record in enumerate(corpus.records(), 1):
            file.add(record, intake.judge(corpus.source, self._plan.rules, record))
            if isinstance(record, Record) and record.document:
                documents.add(record.document)
                file.documents = len(documents)
            if limit is not None and (number >= limit or len(file.first) == FIRST):
                return
            if number % _PAUSE_AFTER == 0:
                yield self._report_now_and_then()

    def _report_now_and_then(self) -> Preview | None:
        now = time.monotonic()
        if now - self._reported < _INTERVAL:
            return None
        self._reported = now
        return self.preview()


def _describe(corpus: registry.CorpusFile, name: str) -> FilePreview:
    encoding = corpus.source.encoding_name if corpus.format.kind == "text" else ""
    return FilePreview(name, corpus.format.title, encoding, corpus.format.asks)


def find_unknown_labels(preview: Preview, plan: ImportPlan) -> Counter[str]:
    """The spans of each label in the files that keeps its records out by the plan's rules."""
    renamed, known = dict(plan.rules.label_map), {*preview.known_labels}
    return Counter(
        {
            label: count
            for label, count in preview.labels.items()
            if known.isdisjoint({renamed.get(label, label), coarse_label(renamed.get(label, label))})
        }
    )
