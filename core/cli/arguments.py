"""Read the values of arguments: texts, numbers, pairs of labels, epochs; argparse reports what they raise."""

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
    if argument in KNOWN_TAG_NAMES or not os.path.isfile(argument):  # noqa: PTH113 - a long list is no file, where Path would raise
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


def read_epoch(argument: str) -> EpochChoice:
    return "best" if argument == "best" else read_number(argument)


def read_epoch_of_run(argument: str) -> EpochArgument:
    run, colon, epoch = argument.partition(":")
    return EpochArgument(read_number(run), read_epoch(epoch) if colon else None)


def read_measured_split(argument: str) -> str:
    """The argument, unless it is the pool, on which nothing is measured."""
    if argument == "pool":
        raise argparse.ArgumentTypeError(
            say("the pool cannot be measured on, as nobody has judged it; choose train, dev or test")
        )
    return argument
