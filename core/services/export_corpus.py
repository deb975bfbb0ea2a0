"""A project's sentences into a corpus file; no torch here."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Literal, get_args

from core.domain.spans import Section, SentenceNumber, Span
from core.formats import registry
from core.formats.records import CorpusFormat, Holding, Record, StatedSpan, WriteOptions
from core.messages.catalogue import join_words, mark, say, say_count
from core.store.documents import NO_DETAILS, Details
from core.store.gold.reviews import GivenVerdict
from core.store.project import Project, refuse_inside_project
from core.store.sentences import Gold, StoredSentence

_REPORT_EVERY = 2_000
"""Sentences between two words of progress."""
_AT_ONCE = 1_000
"""Sentences of which what is said of them is read at once."""

Addendum = Literal["notes", "verdicts", "marks", "splits"]
"""What people have said of sentences here, which can be written among their extras."""
ADDENDA: tuple[Addendum, ...] = get_args(Addendum)

_LOSABLE: dict[Holding, str] = {
    "documents": mark("documents"),
    "annotators": mark("annotators"),
    "judged": mark("whether somebody looked at a sentence"),
    "extras": mark("what else files or people say of sentences"),
}


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
    split: Section | None,
    gold: Gold,
    report: Callable[[int], None] = lambda _: None,
    options: WriteOptions = DEFAULT_OPTIONS,
    addenda: Collection[Addendum] = (),
) -> ExportReport:
    """Write the sentences of a section, or of all splits, to a file. The file is complete or untouched.

    Each gets the id that it had in its file, unless another one in the file has that.

    Args:
        report: called now and then with how many are written; where it raises, the file stays untouched.
        addenda: what is added to what files say of the sentences.

    Raises:
        UserError: the format is unknown or cannot express the corpus; the file cannot be written or is in a project;
            or many sentences are being changed right now.
    """
    refuse_inside_project(path)
    corpus_format = registry.format_for_export(path, format_name)
    project.corrections.settle()
    count, lost = 0, set[Holding]()

    def records() -> Iterator[Record]:
        nonlocal count
        for record in _records(project, split, gold, addenda):
            count += 1
            if count % _REPORT_EVERY == 0:
                report(count)
            lost.update(_things_said(record) - corpus_format.holds)
            yield record

    assert corpus_format.write is not None
    notices = corpus_format.write(path, records(), options)
    return ExportReport(count, (*notices, *_describe_lost(corpus_format, lost), *_describe_left_out(project, split)))


def _records(project: Project, split: Section | None, gold: Gold, addenda: Collection[Addendum]) -> Iterator[Record]:
    """What the file says of each sentence, in order."""
    repeated = project.documents.repeated_ids(split)
    number, every = 0, project.sentences.each(split)
    while part := list(islice(every, _AT_ONCE)):
        numbers = [stored.number for stored in part]
        details = project.documents.details(numbers)
        added = _read_addenda(project, part, addenda)
        for stored in part:
            number += 1
            own = details.get(stored.number, NO_DETAILS)
            yield _record(number, stored, gold, own, added[stored.number], repeated)


def _read_addenda(
    project: Project, part: Sequence[StoredSentence], addenda: Collection[Addendum]
) -> dict[SentenceNumber, dict[str, Any]]:
    """What is said of some sentences, as members of their extras."""
    added: dict[SentenceNumber, dict[str, Any]] = {stored.number: {} for stored in part}
    said = project.reviews.of([*added], None) if {"notes", "marks"} & {*addenda} else {}
    for number, remarks in said.items():
        if "notes" in addenda and remarks.note:
            added[number]["note"] = remarks.note
        if "marks" in addenda:
            added[number]["reviewed"] = remarks.is_reviewed
    for number, verdicts in (project.reviews.verdicts([*added]) if "verdicts" in addenda else {}).items():
        added[number]["verdicts"] = [_verdict_members(given) for given in verdicts]
    for stored in part if "splits" in addenda else ():
        added[stored.number]["split"] = stored.split
    return added


def _record(
    number: int, stored: StoredSentence, gold: Gold, own: Details, added: dict[str, Any], repeated: Collection[str]
) -> Record:
    """A sentence as it is written.

    Args:
        added: goes among its extras, by another key where its file has said something else under that one.
        repeated: ids that it cannot have, since others in the file have them.
    """
    spans = stored.gold if gold == "corrected" else stored.imported
    original = own.original_id
    extras = {
        **own.extras,
        **{key if key not in own.extras else f"spandesk_{key}": value for key, value in added.items()},
    }
    return Record(
        number,
        stored.text,
        tuple([StatedSpan(s.start, s.end, s.label) for s in spans]),
        original if original is not None and original not in repeated else stored.id,
        judged=own.judged,
        document=own.document,
        annotator=own.annotator,
        extras=extras,
    )


def _verdict_members(given: GivenVerdict) -> dict[str, Any]:
    return {
        "run": given.key.source,
        "epoch": given.key.epoch,
        "gold": _span_members(given.pair.gold),
        "predicted": _span_members(given.pair.predicted),
        "verdict": given.blame,
    }


def _span_members(span: Span | None) -> list[Any] | None:
    return [span.start, span.end, span.label] if span is not None else None


def _things_said(record: Record) -> set[Holding]:
    """What a record says that some formats cannot hold."""
    said: dict[Holding, bool] = {
        "documents": bool(record.document),
        "annotators": bool(record.annotator),
        "judged": record.judged != "yes",
        "extras": bool(record.extras),
    }
    return {thing for thing, is_said in said.items() if is_said}


def _describe_lost(corpus_format: CorpusFormat, lost: Collection[Holding]) -> list[str]:
    things = [say(words) for thing, words in _LOSABLE.items() if thing in lost]
    if not things:
        return []
    return [say("{format} cannot keep: {things}.", format=corpus_format.title, things=join_words(things))]


def _describe_left_out(project: Project, split: Section | None) -> list[str]:
    """The sentences outside of the splits, which an export of all splits does not write."""
    sections: tuple[Section, ...] = ("pool", "aside") if split is None else ()
    count = sum(project.sentences.count(section) for section in sections)
    if not count:
        return []
    return [
        say_count(
            "{count:,} sentence in the pool or set aside was not written.",
            "{count:,} sentences in the pool or set aside were not written.",
            count,
        )
    ]
