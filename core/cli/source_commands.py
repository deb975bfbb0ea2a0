"""The commands `sources`, `add-source` and `suggest`: what says where spans are, and what it says."""

import argparse
import json
import tempfile

from core.cli.output import Output, Rejections
from core.domain.generators import run_to_end
from core.formats.source_files import ReadOptions, split_names
from core.messages.catalogue import say, say_count
from core.services.add_source import SourcePlan, add_file_source
from core.services.intake import Rules
from core.services.source_list import SourceSummary, list_sources
from core.services.source_report import SourceReport, describe_source_report
from core.services.tag_source import tag_source
from core.store.project import open_project


def sources(options: argparse.Namespace, out: Output) -> None:
    """List the sources."""
    with open_project(options.project) as project:
        listed = list(list_sources(project))
    text = "\n".join(map(_describe_source, listed)) or say("no source yet")
    out.result({"sources": [summary.as_json() for summary in listed]}, text)


def _describe_source(summary: SourceSummary) -> str:
    source = summary.source
    parts = [f"{source.number:>3}", f"{source.kind:<11}", source.heading]
    parts.append(say_count("{count:,} sentence tagged", "{count:,} sentences tagged", summary.sentences))
    if summary.best_f1 is not None:
        parts.append(say("best F1 on dev {f1:.4f}", f1=summary.best_f1))
    return "  ".join(parts)


def add_source(options: argparse.Namespace, out: Output) -> None:
    """Add a file of spans as a source."""
    plan = SourcePlan(
        options.path,
        options.kind,
        options.name,
        options.format,
        ReadOptions(split_names(options.tag_names), options.tag_column),
        Rules(
            tuple((pair.label, pair.other) for pair in options.map),
            overlaps=options.overlaps,
            offsets=options.offsets,
            without_spans=options.without_spans,
            annotator=options.annotator,
        ),
    )
    with tempfile.SpooledTemporaryFile(1 << 20, "w+", encoding="utf-8", errors="surrogatepass") as kept:
        rejections = Rejections(out, kept)
        with open_project(options.project) as project:
            report = run_to_end(add_file_source(project, plan), rejections.keep_all_of)
        rejections.print_first(report.rejected)
        notices = describe_source_report(report)
        for notice in notices:
            out.warn(notice)
        _print_report(report, notices, options.kind, rejections, out)


def _print_report(
    report: SourceReport, notices: tuple[str, ...], kind: str, rejections: Rejections, out: Output
) -> None:
    if out.as_json:
        document = {
            "source": report.key.source,
            "version": report.key.epoch,
            "kind": kind,
            "name": report.name,
            "sentences": report.sentences,
            "spans": report.spans,
            "partly": report.partly,
            "not_judged": report.not_judged,
            "missing": report.mentions_missing,
            "changed": report.changes if report.changed is not None else None,
            "notices": notices,
        }
        print(f'{json.dumps(document, ensure_ascii=False)[:-1]}, "rejected": ', end="")
        rejections.print_list()
        print("}", flush=True)
        return
    text = say_count(
        "source {number} ({name}), version {version}: {count:,} sentence with {spans}, {rejected:,} rejected",
        "source {number} ({name}), version {version}: {count:,} sentences with {spans}, {rejected:,} rejected",
        report.sentences,
        number=report.key.source,
        name=report.name,
        version=report.key.epoch,
        spans=say_count("{count:,} span", "{count:,} spans", report.spans),
        rejected=report.rejections,
    )
    out.result({}, text)


def suggest(options: argparse.Namespace, out: Output) -> None:
    """Have a source tag what it has not tagged yet."""
    with open_project(options.project) as project:
        work = tag_source(project, options.source, options.split, options.epoch, options.device)
        tagged = run_to_end(work)
        tagged_in_all = project.predictions.count(tagged.key, options.split)
    document = {
        "source": tagged.key.source,
        "epoch": tagged.key.epoch,
        "split": options.split,
        "tagged": tagged.sentences,
        "replaced": tagged.replaced,
        "tagged_in_all": tagged_in_all,
    }
    text = say_count(
        "{count:,} sentence of {split} tagged, {all:,} in all",
        "{count:,} sentences of {split} tagged, {all:,} in all",
        tagged.sentences,
        split=options.split,
        all=tagged_in_all,
    )
    if tagged.replaced:
        text += "\n" + say_count(
            "{count:,} older suggestion is replaced: what made it has changed",
            "{count:,} older suggestions are replaced: what made them has changed",
            tagged.replaced,
        )
    out.result(document, text)
