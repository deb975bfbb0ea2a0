"""Read the values of arguments: texts, numbers, pairs of labels, epochs; argparse reports what they raise. And the
options by which an epoch is chosen.
"""

import argparse
import os
from pathlib import Path

from core.cli.compare import EpochArgument
from core.cli.labels import LabelPair
from core.formats.json_spans import KNOWN_TAG_NAMES
from core.messages.catalogue import say
from core.store.runs import EpochChoice


def read_text(argument: str) -> str:
    """The argument, unless its bytes are no text: Python hands such bytes on as lone surrogates."""
    if any("\ud800" <= character <= "\udfff" for character in argument):
        raise argparse.ArgumentTypeError(say("it is not UTF-8"))
    return argument


def read_names(argument: str) -> str:
    """The argument, or the lines of the file that it names, separated by commas."""
    if argument in KNOWN_TAG_NAMES or not os.path.isfile(argument):  # noqa: PTH113 - a long list is not a path, for which Path would raise
        return read_text(argument)
    try:
        lines = Path(argument).read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise argparse.ArgumentTypeError(
            say("the file {file} cannot be read: {reason}", file=argument, reason=error)
        ) from error
    return ",".join(line.strip() for line in lines if line.strip())


def read_pair(argument: str) -> LabelPair:
    label, equals, other = read_text(argument).partition("=")
    if not (label and equals and other):
        raise argparse.ArgumentTypeError(say("{argument:.40} is not of the form A=B", argument=argument))
    return LabelPair(label, other)


def read_number(argument: str) -> int:
    """The argument as a number that the database can be asked for."""
    try:
        number = int(argument)
    except ValueError as error:
        raise argparse.ArgumentTypeError(say("{argument:.40} is not a whole number", argument=argument)) from error
    if abs(number) >= 2**63:
        raise argparse.ArgumentTypeError(say("{argument:.40} is too large", argument=argument))
    return number


def read_source(argument: str) -> int | str:
    """A source by its number or its name; which it is, `Sources.number_of` knows."""
    return read_number(argument) if argument.removeprefix("-").isdecimal() else read_text(argument)


def read_epoch(argument: str) -> EpochChoice:
    return "best" if argument == "best" else read_number(argument)


def read_epoch_of_run(argument: str) -> EpochArgument:
    source, colon, epoch = argument.rpartition(":")
    if colon and (source.isdecimal() or epoch.isdecimal() or epoch == "best"):
        return EpochArgument(read_source(source), read_epoch(epoch))
    return EpochArgument(read_source(argument), None)


def read_measured_split(argument: str) -> str:
    """The argument, unless it is the pool, on which nothing is measured."""
    if argument == "pool":
        raise argparse.ArgumentTypeError(
            say("the pool cannot be measured on, as nobody has judged it; choose train, dev or test")
        )
    return argument


def add_epoch(parser: argparse.ArgumentParser, *, has_sources: bool = False) -> None:
    """Add the options that choose an epoch of a run, or where a command takes them, of any source."""
    chosen = parser.add_mutually_exclusive_group()
    chosen.add_argument("--run", type=read_number, metavar="N", help=say("default: the newest"))
    names, words = ["--epoch"], say("a number, or best: by F1 on dev (default: the last)")
    if has_sources:
        named = say("any source, by its number or its name")
        chosen.add_argument("--source", type=read_source, dest="run", metavar="N", help=named)
        names.append("--version")
        words = say("a number, or best: by F1 on dev (default: the last); of a source that is not a run, a version")
    parser.add_argument(*names, type=read_epoch, metavar="E", help=words)
