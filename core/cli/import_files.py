"""The `import` command."""

import argparse
import json
import tempfile
from pathlib import Path

from core.cli.arguments import read_names, read_number
from core.cli.output import Output, Rejections
from core.cli.preview import preview_files, print_way_out
from core.domain.generators import run_to_end
from core.formats.json_spans import KNOWN_TAG_NAMES
from core.formats.source_files import ReadOptions, split_names
from core.messages.catalogue import join_words, say, say_count
from core.services.gold_reading import Rules
from core.services.import_corpus import ImportPlan, import_corpus
from core.services.import_report import ImportReport, NothingImportedError
from core.store.project import open_for_import


def add_tag_options(parser: argparse.ArgumentParser, *, names_classes: bool = False) -> None:
    """Where the tags of files are, and what they mean.

    Args:
        names_classes: whether the classes of a model can be named, too.
    """
    parser.add_argument(
        "--tag-column",
        type=read_number,
        metavar="N",
        help=say("the column of the tags in files of columns, from 1, where it is not clear"),
    )
    parser.add_argument(
        "--tag-names",
        *(["--class-names"] if names_classes else []),
        type=read_names,
        default="",
        metavar="A,B",
        help=say(
            "what the numbers mean that files have for labels or tags, or models for classes: names from 0"
            " (O,B-PS,I-PS), by number (12=PS,13=LC), the list of a data set ({known}), or a file with one a line",
            known=join_words(KNOWN_TAG_NAMES),
        ),
    )


def import_files(options: argparse.Namespace, out: Output) -> None:
    plan = ImportPlan(
        tuple(options.files),
        options.split,
        options.dev_ratio,
        options.seed,
        options.format,
        split_names(options.add_labels),
        ReadOptions(split_names(options.tag_names), options.tag_column, split_sentences=options.split_sentences),
        read_rules(options),
    )
    if options.dry_run:
        preview_files(options.project, plan, out)
    else:
        _import_plan(options.project, plan, out)


def _import_plan(folder: Path, plan: ImportPlan, out: Output) -> None:
    with tempfile.SpooledTemporaryFile(1 << 20, "w+", encoding="utf-8", errors="surrogatepass") as kept:
        rejections = Rejections(out, kept)
        try:
            with open_for_import(folder) as project:
                report = run_to_end(import_corpus(project, plan), rejections.keep_all_of)
        except NothingImportedError as error:
            if error.report.repeated < error.report.rejections > 1:
                rejections.print_first(error.report.rejected)
            _print_import(error.report, rejections, out)
            print_way_out(error.report.tally, out)
            raise
        rejections.print_first(report.rejected)
        for warning in report.warnings:
            out.warn(warning)
        _print_import(report, rejections, out)
        print_way_out(report.tally, out)


def read_rules(options: argparse.Namespace) -> Rules:
    return Rules(
        tuple((pair.label, pair.other) for pair in options.map),
        options.fine_labels,
        options.overlaps,
        options.offsets,
        options.without_spans,
        options.annotator,
    )


def _print_import(report: ImportReport, rejections: Rejections, out: Output) -> None:
    if out.as_json:
        print(f'{{"sentences": {report.sentences}, "spans": {report.spans}, "rejected": ', end="")
        rejections.print_list()
        more = {
            "warnings": report.warnings,
            "judged": report.tally.judged,
            "unknown_labels": report.tally.unknown,
            "returned": report.tally.returned,
            "completed": report.tally.completed,
        }
        print(f", {json.dumps(more, ensure_ascii=False)[1:]}", flush=True)
    elif count := report.sentences + report.tally.returned + report.tally.completed:
        text = say_count(
            "{count:,} sentence with {spans} imported, {rejected:,} rejected",
            "{count:,} sentences with {spans} imported, {rejected:,} rejected",
            count,
            spans=say_count("{count:,} span", "{count:,} spans", report.spans),
            rejected=rejections.count,
        )
        out.result({}, text)
