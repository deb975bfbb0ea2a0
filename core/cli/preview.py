"""What `import --dry-run` prints, and the options with which an import takes more."""

import csv
import io
import shlex
from collections import Counter
from contextlib import nullcontext
from pathlib import Path

from core.cli.output import Output
from core.domain.generators import run_to_end
from core.domain.labels import is_label_name
from core.domain.spans import OVERLAP, Sentence, Span
from core.io.files import kind_of
from core.messages.catalogue import say, say_count
from core.services.import_corpus import ImportPlan
from core.services.preview_corpus import FilePreview, Preview, RejectedGroup, find_unknown_labels, preview_corpus
from core.services.tally import Tally, describe_tally, name_counts
from core.store.project import DATABASE, open_project

_MOST_OFFERED = 100
"""Unknown labels that are offered to be added; more are no tag set."""


def preview_files(folder: Path, plan: ImportPlan, out: Output) -> None:
    """Print what an import would bring to the project in a folder, which need not exist; nothing is stored."""
    is_new = kind_of(folder / DATABASE) == "missing"
    with nullcontext() if is_new else open_project(folder) as project:
        preview = run_to_end(preview_corpus(project, plan))
    unknown = find_unknown_labels(preview, plan)
    out.result(_document(preview, unknown), "\n\n".join([*map(_describe_file, preview.files), *_describe_all(preview)]))
    for file in preview.files:
        for notice in describe_tally(file.tally):
            out.warn(say("{file}: {problem}", file=file.file, problem=notice))
    print_way_out(_sum_of(preview, unknown), out)
    if any(group.kind == OVERLAP for group in preview.rejected):
        out.note(say("To import overlapping spans, use --overlaps outermost or --overlaps innermost."))


def _sum_of(preview: Preview, unknown: Counter[str]) -> Tally:
    """What decides which options are offered."""
    tallies = [file.tally for file in preview.files]
    return Tally(
        unknown=unknown,
        renamed={old: now for tally in tallies for old, now in tally.renamed.items() if old in unknown},
        folded=sum((tally.folded for tally in tallies), Counter[str]()),
        in_utf16=sum(tally.in_utf16 for tally in tallies),
        shifted=sum(tally.shifted for tally in tallies),
        unstated=sum(tally.unstated for tally in tallies),
    )


def print_way_out(tally: Tally, out: Output) -> None:
    """Print the options with which what was rejected comes in."""
    if tally.renamed:
        pairs = (shlex.quote(f"{old}={now}") for old, now in tally.renamed.items())
        options = " ".join(f"--map {pair}" for pair in pairs)
        out.note(say("To import them with the names that their labels have here now, use {options}.", options=options))
    if others := tally.unknown - Counter({label: tally.unknown[label] for label in tally.renamed}):
        out.note(_offer_labels(others))
    if tally.folded:
        out.note(say("To keep fine labels, use --fine-labels keep."))
    if tally.in_utf16:
        out.note(say("To import them, use --offsets utf-16."))
    if tally.shifted:
        out.note(say("To import them, use --offsets surface."))
    if tally.unstated:
        out.note(say("To import texts without spans as judged ones without entities, use --without-spans no-entities."))


def _offer_labels(unknown: Counter[str]) -> str:
    addable = [label for label, _ in unknown.most_common() if is_label_name(label)]
    if not 0 < len(addable) <= _MOST_OFFERED:
        return say("To import them, use --map LABEL=OTHER.")
    names = io.StringIO()
    csv.writer(names, lineterminator="").writerow(addable)
    return say("To import them, use --add-labels {labels} or --map LABEL=OTHER.", labels=shlex.quote(names.getvalue()))


def _document(preview: Preview, unknown: Counter[str]) -> dict[str, object]:
    return {
        "files": [_file_document(file) for file in preview.files],
        "labels": preview.labels,
        "unknown_labels": unknown,
        "rejected": [_rejected_document(group) for group in preview.rejected],
    }


def _file_document(file: FilePreview) -> dict[str, object]:
    return {
        "file": file.file,
        "problem": file.problem,
        "format": file.format,
        "encoding": file.encoding,
        "documents": file.documents,
        "sentences": file.sentences,
        "spans": file.spans,
        "labels": file.labels,
        "annotators": file.annotators,
        "repeated": file.tally.repeated,
        "same_text": file.tally.same_text,
        "other_gold": file.tally.other_gold,
        "judged": file.tally.judged,
        "not_stated": file.unstated,
        "rejected": file.rejections,
        "warnings": describe_tally(file.tally),
        "first": [
            {"id": sentence.id, "text": sentence.text, "label": [list(_values(span)) for span in sentence.spans]}
            for sentence in file.first
        ],
    }


def _values(span: Span) -> tuple[int, int, str]:
    return span.start, span.end, span.label


def _rejected_document(group: RejectedGroup) -> dict[str, object]:
    return {"reason": group.reason, "count": group.count, "places": group.places}


def _describe_file(file: FilePreview) -> str:
    lines = [_describe_reading(file)]
    if file.format:
        lines += [f"  {line}" for line in (_count_all(file), *_count_some(file))]
    lines += [f"    {_mark_spans(sentence)}" for sentence in file.first]
    if file.problem:
        lines.append(f"  {file.problem}")
    return "\n".join(lines)


def _describe_reading(file: FilePreview) -> str:
    if not file.format:
        return file.file
    if not file.encoding:
        return say("{file}: {format}", file=file.file, format=file.format)
    return say("{file}: {format} in {encoding}", file=file.file, format=file.format, encoding=file.encoding)


def _count_all(file: FilePreview) -> str:
    return say_count(
        "{count:,} sentence with {spans}, {rejected:,} rejected",
        "{count:,} sentences with {spans}, {rejected:,} rejected",
        file.sentences,
        spans=say_count("{count:,} span", "{count:,} spans", file.spans),
        rejected=file.rejections,
    )


def _count_some(file: FilePreview) -> list[str]:
    lines = []
    if file.documents:
        lines.append(say_count("{count:,} document", "{count:,} documents", file.documents))
    if file.labels:
        lines.append(say("labels: {labels}", labels=name_counts(file.labels)))
    if file.annotators:
        lines.append(say("annotators: {names}", names=name_counts(file.annotators)))
    return lines


def _describe_all(preview: Preview) -> list[str]:
    """Why records are rejected, as one paragraph."""
    return (
        [
            "\n".join(
                say(
                    "rejected {count:,} times, the first at {where}: {reason}",
                    count=group.count,
                    where=group.places[0],
                    reason=group.reason,
                )
                for group in preview.rejected
            )
        ]
        if preview.rejected
        else []
    )


def _mark_spans(sentence: Sentence) -> str:
    """The text with its spans in brackets: `[이순신:PS]은`."""
    pieces, at = [], 0
    for span in sentence.spans:
        pieces.append(f"{sentence.text[at : span.start]}[{sentence.text[span.start : span.end]}:{span.label}]")
        at = span.end
    return "".join(pieces) + sentence.text[at:]
