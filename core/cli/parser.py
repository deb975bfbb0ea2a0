"""The words of the command line. Scripts rely on them: add, never change."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from core.cli.compare import EpochArgument
from core.cli.labels import Pair
from core.cli.usage import COMMANDS, program
from core.domain.settings import DEFAULT_ENCODER, DEVICES, PRECISIONS, STARTER, TINY, UNITS, TrainSettings
from core.domain.spans import SPLITS
from core.formats.registry import FORMATS
from core.store.runs import EpochChoice
from core.store.sentences import GOLDS

CROSSCHECK_SETTINGS = (
    "encoder",
    "unit",
    "layers",
    "epochs",
    "batch_size",
    "learning_rate",
    "layer_decay",
    "dropout",
    "augmentation",
    "seed",
    "device",
    "precision",
    "compile",
    "limit",
)
"""The options of `crosscheck` that are settings of a run, by their names in `TrainSettings`; None where not given."""

TRAIN_SETTINGS = (*CROSSCHECK_SETTINGS, "patience", "move_corrected_dev")
"""Likewise those of `train`."""

FORMAT_NAMES = tuple(corpus_format.name for corpus_format in FORMATS)


def parsed(command: str, arguments: Sequence[str]) -> argparse.Namespace:
    """The arguments of a command; exits with status 2 on wrong usage."""
    purpose = COMMANDS[command]
    description = f"{purpose[0].upper()}{purpose[1:]}."
    parser = argparse.ArgumentParser(prog=f"{program()} {command}", description=description)
    parser.add_argument("project", type=Path, metavar="PROJECT", help="the project's folder, NAME.spandesk")
    parser.add_argument("--json", action="store_true", help="print JSON on stdout, all else on stderr")
    _ADDERS[command](parser)
    return parser.parse_intermixed_args(arguments)


def _add_import(parser: argparse.ArgumentParser) -> None:
    formats = ", ".join(f"{known.title} ({known.name})" for known in FORMATS)
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE", help=f"corpus files: {formats}")
    target = parser.add_mutually_exclusive_group()
    target.add_argument("--split", choices=SPLITS, default="train", help="where the sentences go (default: train)")
    target.add_argument(
        "--dev-ratio",
        type=float,
        default=0.0,
        metavar="R",
        help="this share goes to dev, from 0 to below 1; equal texts stay together",
    )
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="of the draw for dev (default: 1)")
    parser.add_argument(
        "--format", choices=("auto", *FORMAT_NAMES), default="auto", help="of the files (default: auto, by content)"
    )
    parser.add_argument(
        "--add-labels",
        type=_text,
        default="",
        metavar="A,B",
        help="labels to add to the tag set, beside the TTA types",
    )


def _add_train(parser: argparse.ArgumentParser) -> None:
    _add_settings(parser, f"default: {DEFAULT_ENCODER}, or that of run N with --from-run N")
    parser.add_argument("--patience", type=int, metavar="N", help="stop after N epochs without a better F1 on dev")
    parser.add_argument(
        "--limit", type=_number, metavar="N", help="use at most N sentences of each split, corrected ones first"
    )
    parser.add_argument(
        "--from-run", type=_number, metavar="N", help="start from the last weights of run N, with its settings"
    )
    parser.add_argument(
        "--keep-corrected-dev",
        dest="move_corrected_dev",
        action="store_false",
        default=None,
        help="do not move corrected dev sentences to train",
    )
    parser.add_argument("--resume", type=_number, metavar="N", help="resume run N, which was stopped or killed")


def _add_crosscheck(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--folds", type=int, default=5, metavar="K", help="how many taggers, each trained without a K-th (default: 5)"
    )
    _add_settings(parser, f"default: {DEFAULT_ENCODER}")
    parser.add_argument(
        "--limit", type=_number, metavar="N", help="use at most N training sentences, corrected ones first"
    )


def _add_settings(parser: argparse.ArgumentParser, encoder_help: str) -> None:
    """How a tagger is trained, whatever on."""
    parser.add_argument("--encoder", metavar="NAME|DIR", help=encoder_help)
    parser.add_argument("--unit", choices=UNITS, help=f"what gets one tag ({_default('unit')})")
    parser.add_argument(
        "--layers", type=int, metavar="N", help=f"keep only the encoder's first N layers ({_default('layers')})"
    )
    parser.add_argument("--epochs", type=int, metavar="N", help=_default("epochs"))
    parser.add_argument("--batch-size", type=int, metavar="N", help=_default("batch_size"))
    parser.add_argument(
        "--learning-rate", type=float, metavar="X", help=f"of the encoder ({_default('learning_rate')})"
    )
    parser.add_argument(
        "--layer-decay",
        type=float,
        metavar="X",
        help=f"share of the rate that each lower layer of the encoder gets ({_default('layer_decay')})",
    )
    parser.add_argument(
        "--dropout",
        type=float,
        metavar="X",
        help=f"share of the head's input that training drops ({_default('dropout')})",
    )
    parser.add_argument(
        "--augmentation",
        type=float,
        metavar="R",
        help=f"share of sentences with other mentions in each epoch, 0 to 1 ({_default('augmentation')})",
    )
    parser.add_argument("--seed", type=int, metavar="S", help=_default("seed"))
    parser.add_argument("--device", choices=DEVICES, help=_default("device"))
    parser.add_argument("--precision", choices=PRECISIONS, help="of the network while it trains (default: auto)")
    parser.add_argument("--compile", action="store_true", default=None, help="let torch compile the encoder")


def _default(name: str) -> str:
    """The default of a setting in words, by encoder where encoders differ."""
    of = {
        encoder: value if (value := getattr(TrainSettings.of_preset(encoder), name)) is not None else "all"
        for encoder in (STARTER, TINY, "other encoders")
    }
    if len(set(of.values())) == 1:
        return f"default: {of[TINY]}"
    return "default: " + ", ".join(f"{value} for {encoder}" for encoder, value in of.items())


def _add_ceilings(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--encoder", metavar="NAME|DIR", default=DEFAULT_ENCODER, help=f"default: {DEFAULT_ENCODER}")
    parser.add_argument("--split", choices=SPLITS, default="dev")


def _add_evaluate(parser: argparse.ArgumentParser) -> None:
    _add_epoch(parser)
    parser.add_argument("--split", choices=SPLITS, default="dev")
    parser.add_argument("--gold", choices=GOLDS, default="corrected")
    parser.add_argument("--device", choices=DEVICES, default="auto")


def _add_compare(parser: argparse.ArgumentParser) -> None:
    for name, purpose in (("before", "the epoch to start from"), ("after", "the epoch that is held against it")):
        parser.add_argument(
            name, type=_epoch_of_run, metavar=f"{name.upper()}", help=f"{purpose}: RUN, RUN:EPOCH, RUN:best"
        )
    parser.add_argument("--split", choices=SPLITS, default="dev")
    parser.add_argument("--gold", choices=GOLDS, default="corrected")


def _add_predict(parser: argparse.ArgumentParser) -> None:
    _add_epoch(parser)
    parser.add_argument(
        "files",
        type=Path,
        nargs="*",
        metavar="FILE",
        help="a corpus, a Parquet file, or plain text, one a line; - is standard input",
    )
    parser.add_argument("--text", type=_text, metavar="STR")
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="write JSON Lines here, or Parquet if it ends in .parquet"
    )
    parser.add_argument("--device", choices=DEVICES, default="auto")


def _add_correct(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--sentence", type=_text, required=True, metavar="ID")
    parser.add_argument(
        "--spans", type=_text, required=True, metavar="JSON", help='[[start, end, "PS"], …], end exclusive'
    )


def _add_labels(parser: argparse.ArgumentParser) -> None:
    purposes = {
        "add": ("X", _text, "a new label"),
        "rename": ("A=B", _pair, "give the label A the new name B"),
        "merge": ("A=B", _pair, "give all spans of A the label B, and take A out of the tag set"),
        "delete": ("X", _text, "take a label out of the tag set that no span has"),
    }
    for name, (shape, type_, purpose) in purposes.items():
        parser.add_argument(
            f"--{name}", type=type_, action="append", default=[], metavar=shape, help=f"{purpose}; can be repeated"
        )


def _add_export(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--format", choices=("auto", *FORMAT_NAMES), default="auto")
    parser.add_argument("--split", choices=SPLITS)
    parser.add_argument("--gold", choices=GOLDS, default="corrected")


def _add_nothing(parser: argparse.ArgumentParser) -> None:
    """The command takes the project alone."""


def _add_epoch(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--run", type=_number, metavar="N", help="default: the newest")
    parser.add_argument("--epoch", type=_epoch, metavar="E", help="a number, or best: by F1 on dev (default: the last)")


def _text(argument: str) -> str:
    """The argument, unless its bytes are no text: Python hands such bytes on as lone surrogates."""
    if any("\ud800" <= character <= "\udfff" for character in argument):
        raise argparse.ArgumentTypeError("it is not UTF-8")
    return argument


def _pair(argument: str) -> Pair:
    label, equals, other = _text(argument).partition("=")
    if not (label and equals and other):
        raise argparse.ArgumentTypeError(f"{argument:.40} is not of the form A=B")
    return Pair(label, other)


def _number(argument: str) -> int:
    """The argument as a number that the database can be asked for."""
    try:
        number = int(argument)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{argument:.40} is not a whole number") from error
    if abs(number) >= 2**63:
        raise argparse.ArgumentTypeError(f"{argument:.40} is too large")
    return number


def _epoch(argument: str) -> EpochChoice:
    return "best" if argument == "best" else _number(argument)


def _epoch_of_run(argument: str) -> EpochArgument:
    run, colon, epoch = argument.partition(":")
    return EpochArgument(_number(run), _epoch(epoch) if colon else None)


_ADDERS = {
    "import": _add_import,
    "train": _add_train,
    "crosscheck": _add_crosscheck,
    "ceilings": _add_ceilings,
    "evaluate": _add_evaluate,
    "compare": _add_compare,
    "predict": _add_predict,
    "correct": _add_correct,
    "labels": _add_labels,
    "export": _add_export,
    "runs": _add_nothing,
    "check": _add_nothing,
}
