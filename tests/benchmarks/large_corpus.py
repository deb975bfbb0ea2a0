"""Memory of a training on a large corpus, and what encoding costs at the second start.

    python -m tests.benchmarks.large_corpus [--train 389505] [--dev 55643] [--unit subword]

The corpus is made up from the sample's sentences, each with a number of its own, so that no text comes twice. The
training is ended after its first steps: by then both splits are encoded, and nothing more is kept. Prints one JSON
object; memory is the peak of a fresh process, and beside the model: less that of a training on a hundred sentences.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from core.domain.events import Prepared, Progress
from core.domain.settings import UNITS, TrainSettings
from core.domain.spans import Sentence
from core.training.trainer import train
from tests.corpora import read_only_sentences
from tests.paths import SAMPLE

STEPS = 20


def sentences(count: int, name: str) -> list[Sentence]:
    """As many as asked for, of ordinary length; no two have the same text."""
    read = read_only_sentences(SAMPLE / "train.jsonl")
    return [
        Sentence(f"{name}-{number}", f"{sentence.text} {name} {number}", sentence.spans)
        for number, sentence in enumerate(islice(cycle(read), count))
    ]


def measured(train_sentences: int, dev_sentences: int, unit: str, cache: Path) -> dict[str, float]:
    """Seconds until the first step, and the process's peak memory in MiB."""
    training, dev = sentences(train_sentences, "train"), sentences(dev_sentences, "dev")
    labels = tuple(sorted({span.label for sentence in training for span in sentence.spans}))
    settings = TrainSettings(unit=unit, epochs=1, device="cpu")  # type: ignore[arg-type]
    began, prepared, steps = time.perf_counter(), 0.0, 0
    for event in train(training, dev, labels, settings, cache=cache):
        if isinstance(event, Prepared):
            prepared = time.perf_counter() - began
        steps += isinstance(event, Progress) and event.phase == "train"
        if steps == STEPS:
            break
    return {"seconds": prepared, "mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def in_fresh_process(*arguments: object) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.benchmarks.large_corpus", "--measure", *map(str, arguments)]
    result: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--train", type=int, default=389_505)
    parser.add_argument("--dev", type=int, default=55_643)
    parser.add_argument("--unit", choices=UNITS, default="subword")
    parser.add_argument("--measure", type=Path, help="measure in this process, with this cache")
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measured(options.train, options.dev, options.unit, options.measure)))
        return
    with tempfile.TemporaryDirectory() as cache:
        size = ("--train", options.train, "--dev", options.dev, "--unit", options.unit)
        small = in_fresh_process(f"{cache}/small", "--train", 100, "--dev", 100, "--unit", options.unit)
        first, second = (in_fresh_process(f"{cache}/large", *size) for _ in range(2))
    print(
        json.dumps(
            {
                "sentences": [options.train, options.dev],
                "unit": options.unit,
                "mib_beside_the_model": {"first": first["mib"] - small["mib"], "second": second["mib"] - small["mib"]},
                "seconds_to_first_step": {"first": first["seconds"], "second": second["seconds"]},
                "ratio": first["seconds"] / second["seconds"],
            },
            indent=2,
        )
    )


if __name__ == "__main__":
    main()
