"""The `export` command: write the sentences of a project to a corpus file."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from core.cli.arguments import read_number
from core.cli.output import Output
from core.domain.errors import UserError
from core.formats.records import WriteOptions
from core.io.files import STANDARD_OUTPUT, open_descriptor
from core.messages.catalogue import join_words, say, say_count
from core.services.blind_batch import BLIND_FORMATS, BlindPlan, describe_blind, export_blind
from core.services.export_corpus import ADDENDA, Addendum, export_corpus
from core.services.patch_corpus import export_patch
from core.store.project import Project, open_project

IMPORTED = Path()
"""The original of a patch where it was imported from."""


def add_blind_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--blind",
        type=read_number,
        metavar="N",
        help=say(
            "write only ids and texts of N drawn sentences, for a second annotator (default split: dev; formats:"
            " {formats}); add-source --kind person reads what comes back",
            formats=join_words(known.name for known in BLIND_FORMATS),
        ),
    )
    parser.add_argument("--seed", type=read_number, metavar="S", help=say("seed of the draw of --blind (default: 1)"))


def export(options: argparse.Namespace, out: Output) -> None:
    """Write a split, or all, or the corrections into an original, or a blind batch; warn of what could not be written
    as it is.
    """
    how = WriteOptions(options.cut_words)
    if options.blind is None and options.seed is not None:
        raise UserError("--seed is for the draw of a blind batch; give --blind N as well")
    with open_project(options.project) as project:
        if options.blind is not None:
            _export_blind(project, options, out)
            return
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


def _export_blind(project: Project, options: argparse.Namespace, out: Output) -> None:
    if options.patch is not None or options.addenda or options.gold != "corrected":
        raise UserError("--blind writes neither gold nor anything said of it; leave out --patch, --with and --gold")
    seed = 1 if options.seed is None else options.seed
    plan = BlindPlan(options.blind, options.split or "dev", seed)
    report = export_blind(project, options.file, plan, options.format)
    text = describe_blind(options.file, plan, report.sentences)
    result: dict[str, object] = {"sentences": report.sentences, "split": plan.section, "seed": plan.seed}
    _report(options.file, report.notices, result, text, out)


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
