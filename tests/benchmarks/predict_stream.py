"""Whether `predict` needs more memory for more texts: `python -m tests.benchmarks.predict_stream [TEXTS]`.

Tags so many texts, and ten times as many, with an untrained `tiny`, each in a fresh process, from JSON Lines to JSON
Lines and from Parquet to Parquet. Prints the peak memory of each process in MiB and the ratio (1: it does not grow);
Parquet grows until a row group is full, at 32,768 texts.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from core.formats import parquet
from core.formats.records import TaggedText, Text
from core.model.checkpoint import save
from tests.building import project_with_run
from tests.core.toy_models import SENTENCES, text_tagger_of
from tests.paths import ROOT

TEXTS = 5000

CODE = """
import resource, sys
from core.cli.commands import run
status = run(["predict", *sys.argv[1:], "--device", "cpu"])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
sys.exit(status)
"""


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


def peak(project: Path, path: Path) -> float:
    """MiB that a process had at most while it tagged the file; Linux counts in KiB."""
    command = [sys.executable, "-c", CODE, str(project), str(path), "--out", str(path.with_stem("tagged"))]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return int(done.stdout.splitlines()[-1]) / 1024


def measured(project: Path, suffix: str, count: int) -> dict[str, float]:
    peaks = []
    for size in (count, 10 * count):
        path = project.parent / f"texts{suffix}"
        write(path, size)
        peaks.append(peak(project, path))
    once, ten_times = peaks
    return {"once_mib": round(once, 1), "ten_times_mib": round(ten_times, 1), "ratio": round(ten_times / once, 3)}


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else TEXTS
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "p.spandesk"
        with project_with_run(project) as store:
            save(text_tagger_of(), store.checkpoint_folder(1, 2))
        results = {suffix: measured(project, suffix, count) for suffix in (".jsonl", parquet.SUFFIX)}
    print(json.dumps({"texts": [count, 10 * count], **results}, indent=2))


if __name__ == "__main__":
    main()
