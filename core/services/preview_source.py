"""Read a file of spans as `add_source` would, without storing anything: which sentences it is of, and with what."""

import time
from collections.abc import Generator
from dataclasses import dataclass, replace

from core.domain.errors import UserError
from core.domain.spans import Sentence
from core.formats import registry
from core.formats.records import UNPLACED, Record, Rejected, escape_name, reject
from core.services.add_source import SourcePlan
from core.services.gold_reading import GoldReader
from core.services.preview_corpus import FIRST, FilePreview, Preview
from core.services.sentence_matching import SentenceMatcher, map_spans
from core.services.span_reading import place_mentions
from core.store.project import Project

_INTERVAL = 0.2
"""Seconds between two reports."""
_PAUSE_AFTER = 500
"""Records that are read between two looks whether the preview is still wanted."""


@dataclass(frozen=True, slots=True)
class SourcePreview:
    """What a file would bring as a source, so far.

    Attributes:
        file: what is in it; its sentences are the records whose text the project has.
        by_id: how many of them have the id of such a sentence.
        up_to_blanks: how many of them have other blanks than it.
        unmatched: how many records are of no sentence of the project.
        is_whole: whether the file was read to its end, or as far as it can be.
    """

    file: Preview
    by_id: int = 0
    up_to_blanks: int = 0
    unmatched: int = 0

    @property
    def by_text(self) -> int:
        """How many records are of a sentence by their text alone."""
        return sum(file.sentences for file in self.file.files) - self.by_id

    @property
    def is_whole(self) -> bool:
        return self.file.is_whole


def preview_source(
    project: Project, plan: SourcePlan, new_labels: tuple[str, ...] = ()
) -> Generator[SourcePreview | None, None, SourcePreview]:
    """Read a file as `add_file_source` would, and store nothing. A file that cannot be read has a `problem`.

    Args:
        new_labels: labels that are to be added to the tag set before.

    Yields:
        what is known so far, some times a second, and None between.
    """
    reader = _PreviewReader(project, plan, (*project.sentences.labels(), *new_labels))
    try:
        with registry.open_corpus(plan.path, plan.format, plan.options) as corpus:
            yield from reader.read(corpus)
    except UserError as error:
        reader.file.problem = str(error)
    return reader.preview(is_whole=True)


class _PreviewReader:
    def __init__(self, project: Project, plan: SourcePlan, labels: tuple[str, ...]) -> None:
        self._labels = tuple(dict.fromkeys(labels))
        self._rules = replace(plan.rules, fine_labels="fold")
        self._gold = GoldReader(None, self._labels)
        self._matcher = SentenceMatcher(project)
        self.file = FilePreview(escape_name(plan.path.name), tally=self._gold.tally)
        self._by_id = self._up_to_blanks = self._unmatched = 0
        self._reported = 0.0

    def preview(self, *, is_whole: bool = False) -> SourcePreview:
        tally = replace(self.file.tally, spans=self.file.tally.spans.copy())
        file = replace(self.file, labels=self.file.labels.copy(), rejected=dict(self.file.rejected), tally=tally)
        preview = Preview((file,), self._labels, is_whole)
        return SourcePreview(preview, self._by_id, self._up_to_blanks, self._unmatched)

    def read(self, corpus: registry.CorpusFile) -> Generator[SourcePreview | None, None, None]:
        encoding = corpus.source.encoding_name if corpus.format.kind == "text" else ""
        self.file = replace(self.file, format=corpus.format.title, encoding=encoding, asks=corpus.format.asks)
        for _ in self._matcher.learn():
            yield None
        for number, record in enumerate(corpus.records(), 1):
            self._add(corpus, record)
            if number % _PAUSE_AFTER == 0:
                yield self._report_now_and_then()
        self.file.is_whole = True

    def _report_now_and_then(self) -> SourcePreview | None:
        now = time.monotonic()
        if now - self._reported < _INTERVAL:
            return None
        self._reported = now
        return self.preview()

    def _add(self, corpus: registry.CorpusFile, record: Record | Rejected) -> None:
        if isinstance(record, Rejected):
            self.file.add_rejected(record)
            return
        self.file.add_record(record)
        if self._rules.annotator and record.annotator not in {"", self._rules.annotator}:
            return
        try:
            match = self._matcher.find(record)
        except UserError as error:
            self._unmatched += 1
            self.file.add_rejected(reject(corpus.source, record.line, error, record.id))
            return
        if isinstance(record.gold, Rejected):
            self.file.add_rejected(record.gold)
            return
        self.file.sentences += 1
        self._by_id += any(each.id == record.id for each in match.sentences)
        self._up_to_blanks += match.up_to_blanks
        try:
            self._read_spans(record, match.sentences[0].id, match.sentences[0].text)
        except UserError as error:
            self.file.add_rejected(reject(corpus.source, record.line, error, record.id))

    def _read_spans(self, record: Record, sentence_id: str, text: str) -> None:
        assert not isinstance(record.gold, Rejected), "such a record is counted before"
        is_placed = all(span.start != UNPLACED for span in record.gold)
        stated = record.gold if is_placed else tuple(place_mentions(record.text, record.gold)[0])
        spans = self._gold.read(self._rules, record, stated).spans
        self.file.tally.spans.update([span.label for span in spans])
        if len(self.file.first) < FIRST:
            placed = map_spans(spans, record.text, text)
            self.file.first = (*self.file.first, Sentence.unchecked(sentence_id, text, placed))
