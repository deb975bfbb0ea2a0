"""Taggers that benchmarks train, and the results that they save as they go, one line of JSON each."""

import argparse
import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from core.domain.settings import DEVICES, STARTER, TrainSettings
from core.domain.spans import Sentence
from core.model.tagger import TextTagger
from core.training.trainer import EpochTrained, train

Result = dict[str, Any]


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of taggers, and where their results are."""
    parser.add_argument("file", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--encoder", default=STARTER)
    parser.add_argument("--layers", type=int)
    parser.add_argument("--batch-size", type=int)
    parser.add_argument("--device", choices=DEVICES, default="auto")
    parser.add_argument("--table", action="store_true", help="print the table of what is known, and train nothing")


def make_settings(options: argparse.Namespace, seed: int) -> TrainSettings:
    """The settings of a training, but for its number of epochs."""
    return TrainSettings.of_preset(
        options.encoder, layers=options.layers, seed=seed, device=options.device, batch_size=options.batch_size
    )


def train_tagger(sentences: Sequence[Sentence], epochs: int, settings: TrainSettings) -> TextTagger:
    """A tagger trained anew for so many epochs."""
    settings = TrainSettings(**settings.as_json() | {"epochs": epochs})
    labels = tuple(sorted({span.label for sentence in sentences for span in sentence.spans}))
    *_, last = (event for event in train(sentences, sentences[:1], labels, settings) if isinstance(event, EpochTrained))
    return last.text_tagger


def read_results(path: Path, settings: Result) -> list[Result]:
    """The results of these settings that are known already."""
    if not path.exists():
        return []
    results: list[Result] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        with suppress(ValueError):  # it was cut off
            results.append(json.loads(line))
    return [result for result in results if result["settings"] == settings]


def write_result(path: Path, result: Result) -> None:
    """Append a line, after what a killed run may have left of one."""
    is_cut_off = path.exists() and not path.read_bytes().endswith(b"\n")
    with path.open("a", encoding="utf-8") as file:
        file.write("\n" * is_cut_off + json.dumps(result) + "\n")
