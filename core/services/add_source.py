"""What a file says of sentences of the project becomes a source of predictions; no torch here."""

import hashlib
import json
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from operator import ne
from pathlib import Path
from typing import Literal

from core.domain.errors import UserError
from core.domain.generators import cut_into_parts
from core.domain.spans import Judged, PredictedSpan, SentenceNumber, Span, check_spans
from core.formats import registry
from core.formats.json_records import SPAN_EXTRAS
from core.formats.json_spans import PROBABILITIES
from core.formats.records import UNPLACED, Record, Rejected, StatedSpan, escape_name, reject
from core.formats.source_files import DEFAULTS, ReadOptions, digest_of, digest_of_folder
from core.languages.korean.particle_spans import cut_particles
from core.messages.catalogue import join_words
from core.services.blind_batch import describe_return
from core.services.gold_reading import RULES, GoldReader, Rules, find_judged
from core.services.import_corpus import ImportProgress
from core.services.sentence_matching import SentenceMatcher, map_spans
from core.services.source_report import LISTED, SourceReport
from core.services.span_reading import place_mentions, read_spans
from core.services.tally import ends_in_particle
from core.store.predictions import EpochKey
from core.store.project import Project
from core.store.sentences import REJECTED_KEPT, SLICE, StoredSentence

FileKind = Literal["file", "person"]

_BY_PREDICT = frozenset({"jsonl", "parquet"})
"""The formats that `predict` writes, in which “nobody judged it” says that a tool found no entities."""

Spans = tuple[PredictedSpan, ...]


@dataclass(frozen=True, slots=True)
class SourcePlan:
    """Which file to add as a source.

    Attributes:
        kind: whether a tool or a person says what is in it.
        name: of the source; a source of this kind and name gets a new version. Empty: the person's name in the file, or
            that of the file without its suffix.
        rules: how the spans are read; fine labels are folded, and labels can be mapped only to known ones. The
            annotator must be chosen where the file has several.
        cut_particles: whether spans end before the particles of their last word, as where whole words are tagged.
    """

    path: Path
    kind: FileKind = "file"
    name: str = ""
    format: str = "auto"
    options: ReadOptions = DEFAULTS
    rules: Rules = RULES
    cut_particles: bool = False

    @property
    def title(self) -> str:
        return self.name.strip() or self.rules.annotator or escape_name(self.path.stem)


def add_file_source(project: Project, plan: SourcePlan) -> Generator[ImportProgress, None, SourceReport]:
    """Store what a file says of sentences of the project, as a source or a new version of one. Closing the generator
    early stores nothing.

    Raises:
        UserError: the file cannot be read, the same file is the source already, several people labelled it and none was
            chosen, or no record could be taken.
    """
    if plan.rules.fine_labels == "keep":
        raise UserError("a source adds no labels; add fine labels to the tag set first, or fold them")
    check_label_map(project, plan.rules.label_map)
    with registry.open_corpus(plan.path, plan.format, plan.options) as file:
        fingerprint = _fingerprint(file, plan)
        known = project.sources.find(plan.kind, plan.title)
        if known and (versions := project.sources.versions(known.number)) and versions[-1].fingerprint == fingerprint:
            raise UserError("{file} is source {number} already", file=file.source.name, number=known.number)
        origin = _origin(file, plan)
        number = known.number if known else project.sources.add(plan.kind, plan.title, origin)
        try:
            for _ in project.sources.delete_leftovers([number]):
                yield ImportProgress(file.source.name, 0)
            key = project.sources.next_version(number)
            reading = _FileReading(project, plan, file, key)
            yield from reading.store()
            reading.refuse_nothing()
            with project.database.atomic():
                project.sources.change_origin(number, origin)
                project.sources.finish_version(key, fingerprint)
        except BaseException:
            project.sources.delete_unfinished(number)
            raise
    return reading.report


def check_label_map(project: Project, label_map: Iterable[tuple[str, str]]) -> None:
    """Check that labels are mapped to those of the project.

    Raises:
        UserError: one is not.
    """
    known = project.sentences.labels()
    for _, label in label_map:
        if label not in known:
            raise UserError(
                "the label {label}, which labels are mapped to, is not in the tag set ({known})",
                label=label,
                known=join_words(known),
            )


def _fingerprint(file: registry.CorpusFile, plan: SourcePlan) -> str:
    """What a version is known by: the content of the file or folder, and how it was read."""
    cut = ["cut particles"] if plan.cut_particles else []
    how = json.dumps([file.format.name, asdict(plan.options), asdict(plan.rules), *cut], sort_keys=True)
    content = digest_of(file.source.path) or digest_of_folder(file.source.path)
    return hashlib.sha256(f"{content} {how}".encode("utf-8", "surrogatepass")).hexdigest()


def _origin(file: registry.CorpusFile, plan: SourcePlan) -> dict[str, object]:
    return {
        "path": escape_name(str(plan.path.absolute())),
        "digest": digest_of(file.source.path),
        "format": file.format.name,
        "rules": asdict(plan.rules),
        "cut_particles": plan.cut_particles,
    }


class _FileReading:
    """Reads a file's records and stores what they say of sentences of the project."""

    def __init__(self, project: Project, plan: SourcePlan, file: registry.CorpusFile, key: EpochKey) -> None:
        self._project = project
        self._file = file
        self._kind = plan.kind
        self._rules = replace(plan.rules, fine_labels="fold")
        self._gold = GoldReader(None, project.sentences.labels())
        self._annotators: Counter[str] = Counter()
        self._known: dict[SentenceNumber, int] = {}
        self._part: dict[SentenceNumber, Spans] = {}
        self._partly: set[SentenceNumber] = set()
        self._matcher = SentenceMatcher(project)
        cut = 0 if plan.cut_particles else None
        self.report = SourceReport(key, plan.title, tally=self._gold.tally, cut=cut)

    def store(self) -> Iterator[ImportProgress]:
        """Read the records slice by slice and store what they say."""
        for _ in self._matcher.learn():
            yield ImportProgress(self._file.source.name, 0)
        key = self.report.key
        then = _StoredNames(self._project, key.source)
        before = EpochKey(key.source, key.epoch - 1) if key.epoch > 1 else None
        for part in cut_into_parts(self._file.records(), SLICE // 5):
            rejected = tuple(each for record in part if (each := self._take(record)) is not None)
            self.report.rejected += rejected[: REJECTED_KEPT - len(self.report.rejected)]
            self.report.rejections += len(rejected)
            self._cut_or_count_particles()
            renamed = {number: then.rename(spans) for number, spans in self._part.items()}
            self._project.predictions.save(key, renamed, self._partly)
            self._part = {}
            yield ImportProgress(self._file.source.name, len(self._known), rejected)
        self._count_stored(key)
        if before is not None:
            yield from self._count_changes(before)

    def _cut_or_count_particles(self) -> None:
        """Cut the particles off the spans of this part, or count them where whole words are tagged."""
        if self.report.cut is None and not self._file.format.tags_words:
            return
        texts = {each.number: each.text for each in self._project.sentences.by_number(list(self._part))}
        if self.report.cut is None:
            found = (texts[n][each.span.start : each.span.end] for n, spans in self._part.items() for each in spans)
            self.report.with_particle += sum(map(ends_in_particle, found))
            return
        cut = cut_particles([texts[number] for number in self._part], list(self._part.values()))
        for number, spans in zip(self._part, cut, strict=True):
            self.report.cut += sum(map(ne, spans, self._part[number]))
            self._part[number] = spans

    def _count_changes(self, before: EpochKey) -> Iterator[ImportProgress]:
        """Count what the version before does not say alike, once all is stored: a file may have parts of a sentence."""
        said_again, listed = 0, list[str]()
        for numbers in cut_into_parts(self._known, SLICE):
            then, now = (self._project.predictions.of(key, numbers) for key in (before, self.report.key))
            said_again += len(then)
            changed = [n for n in numbers if n not in then or _bare(then[n]) != _bare(now[n])]
            self.report.changes += len(changed)
            listed += self._project.sentences.ids(changed[: max(0, LISTED - len(listed))])
            yield ImportProgress(self._file.source.name, len(self._known))
        self.report.changed = listed
        self.report.left_out = self._project.predictions.count_all(before) - said_again

    def _count_stored(self, key: EpochKey) -> None:
        self.report.sentences = len(self._known)
        self.report.partly = len(self._partly)
        if self._kind == "person":
            self.report.of_blind_batch = describe_return(self._project, self._known)
        self.report.spans = self._project.predictions.count_spans(key)

    def _take(self, record: Record | Rejected) -> Rejected | None:
        """Take a record; returns why it cannot be taken."""
        if isinstance(record, Rejected):
            return record
        self._annotators.update([record.annotator] if record.annotator else [])
        if self._rules.annotator and record.annotator not in {"", self._rules.annotator}:
            self.report.by_others += 1
            return None
        if isinstance(record.gold, Rejected):
            return record.gold
        try:
            self._take_spans(record, record.gold)
        except UserError as error:
            return reject(self._file.source, record.line, error, record.id)
        return None

    def _take_spans(self, record: Record, stated: tuple[StatedSpan, ...]) -> None:
        match = self._matcher.find(record)
        placed, missing = self._place(record, stated)
        reading = self._gold.read(self._rules, record, placed)
        judged = self._find_judged(record, reading.spans)
        if judged == "no":
            self.report.not_judged += 1
            return
        found = {
            each.number: _with_probabilities(map_spans(reading.spans, record.text, each.text), reading.spans, shares)
            for shares in [self._find_probabilities(record, placed)]
            for each in match.sentences
        }
        self._add(match.sentences, found, judged)
        self.report.tally.up_to_blanks += match.up_to_blanks
        self.report.mentions_missing += len(missing)
        self.report.missing += missing[: LISTED - len(self.report.missing)]
        self.report.tally.folded.update(reading.folded)
        self.report.tally.left_out += len(reading.left_out)

    def _place(self, record: Record, stated: tuple[StatedSpan, ...]) -> tuple[list[StatedSpan], list[str]]:
        if all(span.start != UNPLACED for span in stated):
            return list(stated), []
        return place_mentions(record.text, stated)

    def _find_judged(self, record: Record, spans: tuple[Span, ...]) -> Judged:
        """Whether the source says what all entities of the text are: a person, as of gold, or by a list without any; a
        tool, where it wrote any, or that there are none.
        """
        if self._kind == "person":
            return record.judged if self._rules.without_spans is None else find_judged(self._rules, record, spans)
        if record.judged != "no" or self._rules.without_spans == "no-entities":
            return record.judged if record.judged == "partly" else "yes"
        has_none = record.says_judged and self._file.format.name in _BY_PREDICT
        return "yes" if spans or has_none else "no"

    def _find_probabilities(self, record: Record, stated: list[StatedSpan]) -> dict[tuple[int, int], float]:
        """The probabilities that the file gives, by the places of the spans in the text."""
        said = {}
        for each in record.extras.get(SPAN_EXTRAS, ()):
            share = next((each[key] for key in PROBABILITIES if key in each), None)
            if isinstance(share, int | float) and not isinstance(share, bool) and 0 <= share <= 1:
                said[each["start"], each["end"]] = float(share)
        if not said:
            return {}
        read = read_spans(record.text, stated, self._rules.offsets)
        places = zip(read, stated, strict=True)
        return {(at.start, at.end): said[by.start, by.end] for at, by in places if (by.start, by.end) in said}

    def _add(self, sentences: Iterable[StoredSentence], found: Mapping[SentenceNumber, Spans], judged: Judged) -> None:
        """Add the spans of a record to those sentences of the same text of which nothing was said yet.

        Raises:
            UserError: an earlier record says something else of all of them.
        """
        new = {number: spans for number, spans in found.items() if number not in self._known}
        if not new and judged == "partly" and self._partly.issuperset(found):
            new = self._join_parts(sentences, found)
        if not new and all(hash(spans) == self._known[number] for number, spans in found.items()):
            self.report.repeated += 1
        elif not new:
            raise UserError("an earlier record of the file says something else of the same sentence")
        self._part |= new
        self._known |= {number: hash(spans) for number, spans in new.items()}
        self._partly.update(new if judged == "partly" else ())

    def _join_parts(
        self, sentences: Iterable[StoredSentence], found: Mapping[SentenceNumber, Spans]
    ) -> dict[SentenceNumber, Spans]:
        """What several records say that each were judged in part.

        Raises:
            UserError: they contradict each other.
        """
        stored = self._project.predictions.of(self.report.key, [n for n in found if n not in self._part])
        joined = {}
        for sentence in sentences:
            spans = {*self._part.get(sentence.number, stored.get(sentence.number, ())), *found[sentence.number]}
            check_spans((each.span for each in spans), sentence.text)
            joined[sentence.number] = tuple(sorted(spans, key=lambda each: each.span))
        return joined

    def refuse_nothing(self) -> None:
        """Make sure that it is clear who speaks, and that anything was taken.

        Raises:
            UserError: it is not, or nothing was.
        """
        if len(self._annotators) > 1 and not self._rules.annotator:
            raise UserError(
                "{file} is by several people ({names}); choose one, and add the others as sources of their own",
                file=self._file.source.name,
                names=join_words(self._annotators),
            )
        if self._known:
            return
        if self.report.rejected:
            first = self.report.rejected[0]
            raise UserError.of_count(
                "nothing was added: the one record was rejected: {where}: {reason}",
                "nothing was added: all {count:,} records were rejected, the first at {where}: {reason}",
                count=self.report.rejections,
                where=first.where,
                reason=first.reason,
            )
        raise UserError("nothing was added: {file} says nothing of any sentence", file=self._file.source.name)


class _StoredNames:
    """Labels by the names that a source stores them by."""

    def __init__(self, project: Project, source: int) -> None:
        self._project = project
        self._source = source
        self._names: dict[str, str] = {}

    def rename(self, spans: Spans) -> Spans:
        new = {each.span.label for each in spans} - self._names.keys()
        if new:
            then = self._project.sources.labels_then(self._source, new)
            self._names |= {label: then.get(label, label) for label in new}
        return tuple([replace(each, span=replace(each.span, label=self._names[each.span.label])) for each in spans])


def _with_probabilities(spans: Iterable[Span], read: Iterable[Span], shares: Mapping[tuple[int, int], float]) -> Spans:
    """The spans with their probabilities; those without one are certain."""
    return tuple(
        [
            PredictedSpan(span, shares.get((origin.start, origin.end), 1.0))
            for span, origin in zip(spans, read, strict=True)
        ]
    )


def _bare(spans: Spans) -> list[Span]:
    return [each.span for each in spans]
