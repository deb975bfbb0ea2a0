"""Whether tagging needs more memory for more texts, and how long it takes.

    python -m tests.benchmarks.predict_stream [--texts 5000]
    python -m tests.benchmarks.predict_stream --pool FILE [--sizes 10000 50000] [--encoder tiny] [--layers N]

The first tags so many texts, and ten times as many, by `predict` with an untrained `tiny`, each in a fresh process,
from JSON Lines to JSON Lines and from Parquet to Parquet. Parquet grows until a row group is full, at 32,768 texts.

The second trains an encoder for one epoch on 1,000 sentences of FILE, and has `suggest` tag a pool of each size, each
in a fresh process. The pool is FILE's texts again and again, each with a number.

Both print a JSON object: the peak memory of each process in MiB, and the ratio of most to fewest texts (1: it does
not grow); of the pool also seconds per 1,000 sentences with the start of the process, by the clock and of the
processor.
"""

import argparse
import itertools
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from core.domain.generators import run_to_end
from core.domain.settings import TINY, TrainSettings
from core.formats import parquet
from core.formats.records import TaggedText, Text
from core.model.checkpoint import save
from core.services.import_corpus import ImportPlan, import_corpus
from core.services.train import train_run
from core.store.project import create_project, open_project
from tests.building import project_with_run
from tests.core.toy_models import SENTENCES, text_tagger_of
from tests.corpora import read_only_sentences
from tests.paths import ROOT

CODE = """
import resource, sys
from core.cli.commands import run
status = run([*sys.argv[1:], "--device", "cpu"])
used = resource.getrusage(resource.RUSAGE_SELF)
print(used.ru_maxrss, used.ru_utime + used.ru_stime)
sys.exit(status)
"""


class Cost(NamedTuple):
    """What a process took: MiB at most (Linux counts in KiB), and seconds by the clock and of the processor."""

    peak: float
    seconds: float
    processor: float


def run_process(*arguments: str) -> Cost:
    """Run a command of Spandesk in a fresh process."""
    began = time.monotonic()
    command = [sys.executable, "-c", CODE, *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    peak, processor = done.stdout.splitlines()[-1].split()
    return Cost(int(peak) / 1024, time.monotonic() - began, float(processor))


def texts(count: int) -> Iterator[Text]:
    for number in range(count):
        yield Text(f"{SENTENCES[number % len(SENTENCES)].text} {number}", str(number))


def write(path: Path, count: int) -> None:
    if path.suffix == parquet.SUFFIX:
        parquet.write_tagged(path, (TaggedText(text, ()) for text in texts(count)))
        return
    with path.open("w", encoding="utf-8") as file:
        for text in texts(count):
            file.write(json.dumps({"id": text.id, "text": text.text}, ensure_ascii=False) + "\n")


def measure_files(project: Path, suffix: str, count: int) -> dict[str, float]:
    peaks = []
    for size in (count, 10 * count):
        path = project.parent / f"texts{suffix}"
        write(path, size)
        peaks.append(run_process("predict", str(project), str(path), "--out", str(path.with_stem("tagged"))).peak)
    once, ten_times = peaks
    return {"once_mib": round(once, 1), "ten_times_mib": round(ten_times, 1), "ratio": round(ten_times / once, 3)}


def train_in(folder: Path, file: Path, settings: TrainSettings) -> None:
    """A project with a file's sentences and a run."""
    with create_project(folder) as project:
        run_to_end(import_corpus(project, ImportPlan((file,), "train", 0.02, 1, "auto", ())))
        run_to_end(train_run(project, settings))


def fill_pool(folder: Path, sentences: list[str], count: int) -> None:
    with open_project(folder) as project:
        repeated = itertools.islice(enumerate(itertools.cycle(sentences)), count)
        project.database.write_many(
            "INSERT INTO sentence (id, split, text, imported, gold, judged) VALUES (?, 'pool', ?, '[]', '[]', 'no')",
            ((f"pool-{number}", f"{text} {number}") for number, text in repeated),
        )


def measure_pool(root: Path, options: argparse.Namespace) -> dict[str, object]:
    settings = TrainSettings.of_preset(options.encoder, layers=options.layers, epochs=1, limit=1000)
    train_in(root / "base.spandesk", options.pool, settings)
    sentences = [sentence.text for sentence in read_only_sentences(options.pool)]
    result: dict[str, object] = {"encoder": options.encoder, "layers": settings.layers, "unit": settings.unit}
    peaks = []
    for size in options.sizes:
        folder = shutil.copytree(root / "base.spandesk", root / f"{size}.spandesk")
        fill_pool(folder, sentences, size)
        cost = run_process("suggest", str(folder), "--source", "1", "--split", "pool")
        peaks.append(cost.peak)
        result[str(size)] = {
            "mib": round(cost.peak, 1),
            "seconds_per_1000": round(1000 * cost.seconds / size, 2),
            "processor_seconds_per_1000": round(1000 * cost.processor / size, 2),
        }
        print(json.dumps(result), file=sys.stderr, flush=True)
    return {**result, "ratio": round(peaks[-1] / peaks[0], 3)}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--texts", type=int, default=5000)
    parser.add_argument("--pool", type=Path, metavar="FILE")
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 50_000])
    parser.add_argument("--encoder", default=TINY)
    parser.add_argument("--layers", type=int)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if options.pool is not None:
            print(json.dumps(measure_pool(Path(folder), options), indent=2))
            return
        project = Path(folder) / "p.spandesk"
        with project_with_run(project) as store:
            save(text_tagger_of(), store.checkpoint_folder(1, 2))
        results = {suffix: measure_files(project, suffix, options.texts) for suffix in (".jsonl", parquet.SUFFIX)}
    print(json.dumps({"texts": [options.texts, 10 * options.texts], **results}, indent=2))


if __name__ == "__main__":
    main()
