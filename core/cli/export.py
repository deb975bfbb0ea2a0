"""The `export` command: write the sentences of a project to a corpus file."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from core.cli.output import Output
from core.domain.errors import UserError
from core.formats.records import WriteOptions
from core.io.files import STANDARD_OUTPUT, open_descriptor
from core.messages.catalogue import join_words, say, say_count
from core.services.export_corpus import ADDENDA, Addendum, export_corpus
from core.services.patch_corpus import export_patch
from core.store.project import Project, open_project

IMPORTED = Path()
"""The original of a patch where it was imported from."""


def export(options: argparse.Namespace, out: Output) -> None:
    """Write a split, or all, or the corrections into an original; warn of what could not be written as it is."""
    how = WriteOptions(options.cut_words)
    with open_project(options.project) as project:
        if options.patch is not None:
            _export_patch(project, options, how, out)
            return
        report = export_corpus(
            project,
            options.file,
            options.format,
            options.split,
            options.gold,
            options=how,
            addenda=options.addenda,
        )
    count = report.sentences
    text = say_count(
        "{count:,} sentence written to {path}", "{count:,} sentences written to {path}", count, path=options.file
    )
    _report(options.file, report.notices, {"sentences": count}, text, out)


def _export_patch(project: Project, options: argparse.Namespace, how: WriteOptions, out: Output) -> None:
    if (options.format, options.split, options.gold) != ("auto", None, "corrected"):
        raise UserError("--patch writes the original in its own format; leave out --format, --split and --gold")
    original = None if options.patch == IMPORTED else options.patch
    report = export_patch(project, options.file, original, options=how)
    count = report.corrected
    text = say_count(
        "{path} is {original} with {count:,} corrected sentence",
        "{path} is {original} with {count:,} corrected sentences",
        count,
        path=options.file,
        original=report.original,
    )
    _report(options.file, report.notices, {"original": str(report.original), "corrected": count}, text, out)


def _report(file: Path, notices: Sequence[str], result: dict[str, object], text: str, out: Output) -> None:
    for notice in notices:
        out.warn(notice)
    if open_descriptor(file) == STANDARD_OUTPUT:
        out.note(text)
    else:
        out.result({"file": str(file), **result, "warnings": notices}, text)


def read_addenda(argument: str) -> tuple[Addendum, ...]:
    """The value of `--with`: what is written beside the gold, separated by commas."""
    named = [name.strip() for name in argument.split(",")]
    unknown = [name for name in named if name not in ADDENDA]
    if unknown:
        raise argparse.ArgumentTypeError(
            say("{name!r} is not one of {choices}", name=unknown[0], choices=join_words(ADDENDA))
        )
    return tuple(each for each in ADDENDA if each in named)
