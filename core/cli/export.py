"""The `export` command: write the sentences of a project to a corpus file."""

import argparse

from core.cli.output import Output
from core.formats.records import WriteOptions
from core.io.files import STANDARD_OUTPUT, open_descriptor
from core.messages.catalogue import join_words, say, say_count
from core.services.export_corpus import ADDENDA, Addendum, export_corpus
from core.store.project import open_project


def export(options: argparse.Namespace, out: Output) -> None:
    """Write a split, or all, and warn of what the format could not hold."""
    with open_project(options.project) as project:
        report = export_corpus(
            project,
            options.file,
            options.format,
            options.split,
            options.gold,
            options=WriteOptions(options.cut_words),
            addenda=options.addenda,
        )
    count = report.sentences
    for notice in report.notices:
        out.warn(notice)
    text = say_count(
        "{count:,} sentence written to {path}", "{count:,} sentences written to {path}", count, path=options.file
    )
    if open_descriptor(options.file) == STANDARD_OUTPUT:
        out.note(text)
    else:
        out.result({"file": str(options.file), "sentences": count, "warnings": report.notices}, text)


def read_addenda(argument: str) -> tuple[Addendum, ...]:
    """The value of `--with`: what is written beside the gold, separated by commas."""
    named = [name.strip() for name in argument.split(",")]
    unknown = [name for name in named if name not in ADDENDA]
    if unknown:
        raise argparse.ArgumentTypeError(
            say("{name!r} is not one of {choices}", name=unknown[0], choices=join_words(ADDENDA))
        )
    return tuple(each for each in ADDENDA if each in named)
