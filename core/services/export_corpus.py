"""A project's sentences into a corpus file; no torch here."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from core.domain.spans import Split
from core.formats import registry
from core.formats.records import Record, StatedSpan, WriteOptions
from core.store.project import Project, refuse_inside_project
from core.store.sentences import Gold, StoredSentence

_REPORT_EVERY = 2_000
"""Sentences between two words of progress."""


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What an export wrote.

    Attributes:
        notices: what the format could not hold, a sentence each.
    """

    sentences: int
    notices: tuple[str, ...] = ()


DEFAULT_OPTIONS = WriteOptions()


def export_corpus(
    project: Project,
    path: Path,
    format_name: str,
    split: Split | None,
    gold: Gold,
    report: Callable[[int], None] = lambda _: None,
    options: WriteOptions = DEFAULT_OPTIONS,
) -> ExportReport:
    """Write the sentences of a split, or all, to a file. The file is complete or untouched.

    Args:
        report: called now and then with how many are written; where it raises, the file stays untouched.

    Raises:
        UserError: the format is unknown or cannot express the corpus; the file cannot be written or is in a project;
            or many sentences are being changed right now.
    """
    refuse_inside_project(path)
    corpus_format = registry.format_for_export(path, format_name)
    project.corrections.settle()
    count = 0

    def records() -> Iterator[Record]:
        nonlocal count
        for stored in project.sentences.each(split):
            count += 1
            if count % _REPORT_EVERY == 0:
                report(count)
            yield _record(count, stored, gold)

    assert corpus_format.write is not None
    notices = corpus_format.write(path, records(), options)
    return ExportReport(count, notices)


def _record(number: int, stored: StoredSentence, gold: Gold) -> Record:
    spans = stored.gold if gold == "corrected" else stored.imported
    return Record(number, stored.text, tuple([StatedSpan(s.start, s.end, s.label) for s in spans]), stored.id)
