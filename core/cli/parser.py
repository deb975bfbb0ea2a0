"""The words of the command line. Scripts rely on them: add, never change."""

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

from core.cli.arguments import (
    add_epoch,
    read_epoch_of_run,
    read_measured_split,
    read_number,
    read_pair,
    read_text,
)
from core.cli.export import IMPORTED, add_blind_options, read_addenda
from core.cli.import_files import add_tag_options
from core.cli.pool import add_pool_options
from core.cli.source_commands import add_agreement_options, add_source_options, add_suggest_options
from core.cli.usage import COMMANDS, program
from core.domain.settings import DEFAULT_ENCODER, DEVICES, PRECISIONS, STARTER, TINY, UNITS, TrainSettings
from core.domain.spans import SECTIONS, SPLITS
from core.formats.registry import FORMATS
from core.messages.catalogue import join_words, say, translate, translate_count
from core.services.export_corpus import ADDENDA
from core.services.gold_reading import FineLabels, Overlaps, WithoutSpans
from core.services.span_reading import OFFSETS
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

_FORMATS = ("auto", *(corpus_format.name for corpus_format in FORMATS))


def parse_arguments(command: str, arguments: Sequence[str]) -> argparse.Namespace:
    """The arguments of a command; exits with status 2 on wrong usage."""
    _translate_argparse()
    purpose = say(COMMANDS[command])
    description = f"{purpose[0].upper()}{purpose[1:]}."
    parser = argparse.ArgumentParser(prog=f"{program()} {command}", description=description)
    parser.add_argument("project", type=Path, metavar="PROJECT", help=say("the project's folder, NAME.spandesk"))
    parser.add_argument("--json", action="store_true", help=say("print JSON on stdout, everything else on stderr"))
    _ADDERS[command](parser)
    # What `parse_intermixed_args` does itself, but for its bug: it cuts off as many letters as “usage: ” has.
    parser.usage = parser.format_usage().removeprefix(translate("usage: ")).rstrip()
    return parser.parse_intermixed_args(arguments)


def _translate_argparse() -> None:
    """Have argparse take its own words from our catalogue: it asks gettext's, which knows no language of ours."""
    argparse._ = translate  # type: ignore[attr-defined]
    argparse.ngettext = translate_count  # type: ignore[attr-defined]


def _add_import(parser: argparse.ArgumentParser) -> None:
    formats = join_words(f"{known.title} ({known.name})" for known in FORMATS)
    parser.add_argument(
        "files", type=Path, nargs="+", metavar="FILE", help=say("corpus files: {formats}", formats=formats)
    )
    target = parser.add_mutually_exclusive_group()
    target.add_argument(
        "--split", choices=(*SPLITS, "pool"), default="train", help=say("where to add them (default: train)")
    )
    target.add_argument(
        "--dev-ratio",
        type=float,
        default=0.0,
        metavar="R",
        help=say("the share to add to dev, from 0 to below 1; equal texts stay together"),
    )
    parser.add_argument("--seed", type=int, default=1, metavar="S", help=say("seed of the draw for dev (default: 1)"))
    _add_choice(parser, "--format", _FORMATS, say("format of the files (default: auto, by content)"))
    add_tag_options(parser)
    _add_split_sentences(parser)
    parser.add_argument(
        "--add-labels",
        type=read_text,
        default="",
        metavar="A,B",
        help=say("labels to add to the project's tag set; one with a comma in double quotes"),
    )
    parser.add_argument(
        "--dry-run",
        action="store_true",
        help=say("store nothing; print what is in the files and what would be rejected"),
    )
    _add_rules(parser)


def _add_choice(parser: argparse.ArgumentParser, name: str, choices: Sequence[str], purpose: str | None = None) -> None:
    """An option of which the first value is the default."""
    parser.add_argument(name, choices=choices, default=choices[0], help=purpose)


def _add_rules(parser: argparse.ArgumentParser) -> None:
    """How records are judged."""
    parser.add_argument(
        "--map",
        type=read_pair,
        action="append",
        default=[],
        metavar="A=B",
        help=say("spans with the label A get the label B; can be repeated"),
    )
    choices = {
        "--fine-labels": (
            get_args(FineLabels),
            say("fine labels such as PS_NAME that the tag set does not have: fold to their type, or keep and add"),
        ),
        "--overlaps": (
            get_args(Overlaps),
            say("overlapping spans: reject the record, or keep the outermost or the innermost"),
        ),
        "--offsets": (
            OFFSETS,
            say("what offsets count; surface: shift them until all spans cover what the file says they cover"),
        ),
    }
    for name, (values, purpose) in choices.items():
        _add_choice(parser, name, values, purpose)
    parser.add_argument(
        "--without-spans",
        choices=get_args(WithoutSpans),
        help=say(
            "what texts without spans are where the file does not say whether anybody judged them: not judged, so they"
            " go to the pool (the default), or judged and without entities"
        ),
    )
    parser.add_argument(
        "--annotator", type=read_text, default="", metavar="NAME", help=say("whose gold to take (default: the last)")
    )


def _add_train(parser: argparse.ArgumentParser) -> None:
    _add_settings(parser, say("default: {encoder}, or that of run N with --from-run N", encoder=DEFAULT_ENCODER))
    parser.add_argument("--patience", type=int, metavar="N", help=say("stop after N epochs without a better F1 on dev"))
    parser.add_argument(
        "--limit",
        type=read_number,
        metavar="N",
        help=say("use at most N sentences of each split, corrected ones first"),
    )
    parser.add_argument(
        "--from-run", type=read_number, metavar="N", help=say("start from the last weights of run N, with its settings")
    )
    parser.add_argument(
        "--keep-corrected-dev",
        dest="move_corrected_dev",
        action="store_false",
        default=None,
        help=say("do not move corrected dev sentences to train"),
    )
    parser.add_argument(
        "--resume", type=read_number, metavar="N", help=say("resume run N, which was stopped or killed")
    )


def _add_crosscheck(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--folds",
        type=int,
        default=5,
        metavar="K",
        help=say("the number of taggers, each trained on all folds but one (default: 5)"),
    )
    _add_settings(parser, _default_of(DEFAULT_ENCODER))
    parser.add_argument(
        "--limit", type=read_number, metavar="N", help=say("use at most N training sentences, corrected ones first")
    )


def _add_settings(parser: argparse.ArgumentParser, encoder_help: str) -> None:
    """How a tagger is trained, whatever on."""
    parser.add_argument("--encoder", metavar="NAME|DIR", help=encoder_help)
    parser.add_argument("--unit", choices=UNITS, help=say("what gets one tag ({default})", default=_default("unit")))
    parser.add_argument(
        "--layers",
        type=int,
        metavar="N",
        help=say("keep only the encoder's first N layers ({default})", default=_default("layers")),
    )
    parser.add_argument("--epochs", type=int, metavar="N", help=_default("epochs"))
    parser.add_argument("--batch-size", type=int, metavar="N", help=_default("batch_size"))
    parser.add_argument(
        "--learning-rate",
        type=float,
        metavar="X",
        help=say("learning rate of the encoder ({default})", default=_default("learning_rate")),
    )
    parser.add_argument(
        "--layer-decay",
        type=float,
        metavar="X",
        help=say(
            "share of the rate that each lower layer of the encoder gets ({default})", default=_default("layer_decay")
        ),
    )
    parser.add_argument(
        "--dropout",
        type=float,
        metavar="X",
        help=say("share of the head's input that training drops ({default})", default=_default("dropout")),
    )
    parser.add_argument(
        "--augmentation",
        type=float,
        metavar="R",
        help=say(
            "share of sentences with replaced mentions in each epoch, 0 to 1 ({default})",
            default=_default("augmentation"),
        ),
    )
    parser.add_argument("--seed", type=int, metavar="S", help=_default("seed"))
    parser.add_argument("--device", choices=DEVICES, help=_default("device"))
    parser.add_argument(
        "--precision", choices=PRECISIONS, help=say("precision of the encoder during training (default: auto)")
    )
    parser.add_argument("--compile", action="store_true", default=None, help=say("let torch compile the encoder"))


def _default(name: str) -> str:
    """The default of a setting in words, by encoder where encoders differ."""
    of = {
        encoder: value if (value := getattr(TrainSettings.of_preset(encoder), name)) is not None else say("all")
        for encoder in (STARTER, TINY, "other")
    }
    if len(set(of.values())) == 1:
        return _default_of(of[TINY])
    return say(
        "default: {starter} for starter, {tiny} for tiny, {other} for other encoders",
        starter=of[STARTER],
        tiny=of[TINY],
        other=of["other"],
    )


def _default_of(value: object) -> str:
    return say("default: {value}", value=value)


def _add_ceilings(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--encoder", metavar="NAME|DIR", default=DEFAULT_ENCODER, help=_default_of(DEFAULT_ENCODER))
    parser.add_argument("--split", type=read_measured_split, choices=SPLITS, default="dev")


def _add_evaluate(parser: argparse.ArgumentParser) -> None:
    add_epoch(parser, has_sources=True)
    parser.add_argument("--split", type=read_measured_split, choices=SPLITS, default="dev")
    _add_choice(parser, "--gold", GOLDS)
    _add_choice(parser, "--device", DEVICES)


def _add_compare(parser: argparse.ArgumentParser) -> None:
    purposes = {
        "before": say("the epoch to compare with: RUN, RUN:EPOCH, RUN:best"),
        "after": say("the epoch to compare: RUN, RUN:EPOCH, RUN:best"),
    }
    for name, purpose in purposes.items():
        parser.add_argument(name, type=read_epoch_of_run, metavar=name.upper(), help=purpose)
    parser.add_argument("--split", type=read_measured_split, choices=SPLITS, default="dev")
    _add_choice(parser, "--gold", GOLDS)


def _add_predict(parser: argparse.ArgumentParser) -> None:
    add_epoch(parser)
    parser.add_argument(
        "files",
        type=Path,
        nargs="*",
        metavar="FILE",
        help=say("a corpus, a Parquet file, or plain text, one sentence per line; - is standard input"),
    )
    _add_split_sentences(parser)
    parser.add_argument("--text", type=read_text, metavar="STR")
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help=say("write JSON Lines here, or Parquet if it ends in .parquet")
    )
    _add_choice(parser, "--device", DEVICES)


def _add_split_sentences(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--split-sentences", action="store_true", help=say("split each line of plain text into its sentences")
    )


def _add_correct(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--sentence", type=read_text, required=True, metavar="ID")
    parser.add_argument(
        "--spans", type=read_text, required=True, metavar="JSON", help=say('[[start, end, "PS"], …], end exclusive')
    )
    _add_author(parser)


def _add_author(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--author",
        type=read_text,
        default=os.environ.get("SPANDESK_AUTHOR", ""),
        metavar="NAME",
        help=say("who makes the change (default: the environment variable SPANDESK_AUTHOR)"),
    )


def _add_move(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--to",
        choices=(*SECTIONS, "back"),
        help=say("where to move them; back: where they were before they were set aside or deleted"),
    )
    chosen = parser.add_mutually_exclusive_group()
    chosen.add_argument("--sentence", type=read_text, nargs="+", metavar="ID", help=say("the sentences with these ids"))
    chosen.add_argument(
        "--import", dest="imported", type=read_number, metavar="N", help=say("all sentences of import N")
    )
    chosen.add_argument("--split", choices=SECTIONS, help=say("the sentences that are there"))
    parser.add_argument(
        "--share",
        type=float,
        metavar="R",
        help=say("draw this share of the split, above 0 to 1; equal texts and documents stay together"),
    )
    parser.add_argument("--seed", type=int, default=1, metavar="S", help=say("seed of the draw (default: 1)"))
    parser.add_argument(
        "--as-gold", action="store_true", help=say("move also what nobody judged to a split: its gold counts as right")
    )
    parser.add_argument(
        "--reason", type=read_text, default="", metavar="TEXT", help=say("why, kept with the sentences")
    )
    _add_author(parser)


def _add_labels(parser: argparse.ArgumentParser) -> None:
    purposes = {
        "add": ("X", read_text, say("a new label; can be repeated")),
        "rename": ("A=B", read_pair, say("give the label A the new name B; can be repeated")),
        "merge": (
            "A=B",
            read_pair,
            say("give all spans of A the label B, and remove A from the tag set; can be repeated"),
        ),
        "delete": ("X", read_text, say("remove a label that no span has from the tag set; can be repeated")),
    }
    for name, (shape, type_, purpose) in purposes.items():
        parser.add_argument(f"--{name}", type=type_, action="append", default=[], metavar=shape, help=purpose)
    _add_author(parser)


def _add_export(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument(
        "--patch",
        type=Path,
        nargs="?",
        const=IMPORTED,
        metavar="ORIGINAL",
        help=say("write an imported file again with nothing but the corrections changed (default: the only file)"),
    )
    _add_choice(parser, "--format", _FORMATS)
    parser.add_argument("--split", choices=(*SPLITS, "pool", "aside"), help=say("default: train, dev and test"))
    _add_choice(parser, "--gold", GOLDS)
    parser.add_argument(
        "--with",
        dest="addenda",
        type=read_addenda,
        default=(),
        metavar="A,B",
        help=say("what is written with each sentence: {choices}", choices=join_words(ADDENDA)),
    )
    purpose = say("what happens to spans that cut a word in a format that tags whole words (default: refuse)")
    _add_choice(parser, "--cut-words", ("refuse", "widen", "leave-out"), purpose)
    add_blind_options(parser)


def _add_export_model(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="DIR", help=say("a new folder for the model"))
    add_epoch(parser)


def _add_pool(parser: argparse.ArgumentParser) -> None:
    add_pool_options(parser)
    _add_author(parser)


def _add_source(parser: argparse.ArgumentParser) -> None:
    add_source_options(parser)
    _add_choice(parser, "--format", _FORMATS, say("format of the files (default: auto, by content)"))
    add_tag_options(parser, names_classes=True)
    _add_rules(parser)


def _add_nothing(parser: argparse.ArgumentParser) -> None:
    """The command takes the project alone."""


_ADDERS = {
    "import": _add_import,
    "train": _add_train,
    "crosscheck": _add_crosscheck,
    "ceilings": _add_ceilings,
    "evaluate": _add_evaluate,
    "compare": _add_compare,
    "predict": _add_predict,
    "correct": _add_correct,
    "move": _add_move,
    "labels": _add_labels,
    "export": _add_export,
    "export-model": _add_export_model,
    "pool": _add_pool,
    "runs": _add_nothing,
    "sources": _add_nothing,
    "add-source": _add_source,
    "suggest": add_suggest_options,
    "agreement": add_agreement_options,
    "check": _add_nothing,
}
