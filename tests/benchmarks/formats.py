"""How fast each format is written and read, and how an import and an export of a large corpus go.

    python -m tests.benchmarks.formats [--sentences 5000] [--large 389505,55643,111289] [--twice 1000000] [--only-large]

First, each format that can be written, in a process of its own: processor time for a sentence, written and read, in
microseconds, and as a multiple of JSON Lines in the same minute. Then, in fresh processes: the import of a large NIKL
corpus of three files, the import of the same files again, and the export in each format of one file; seconds by the
clock and of the processor, and the peak memory in MiB. Last, the import of many JSON lines and of the same file again,
with the size of the project in MiB after each and the lines of the report.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from time import process_time, time

from core.domain.errors import UserError
from core.formats import jsonl, nikl
from core.formats.records import CorpusFormat, Record, WriteOptions
from core.formats.registry import FORMATS, format_by_name, open_corpus
from tests.benchmarks.large_project import numbered
from tests.corpora import record_of, write_sentences
from tests.paths import ROOT

SENTENCES = 5_000
LARGE = (389_505, 55_643, 111_289)
TWICE = 1_000_000
ROUNDS = 3

COMMAND = """
import resource, sys, time
from core.cli.commands import run
start = time.time()
status = run(sys.argv[1:])
used = resource.getrusage(resource.RUSAGE_SELF)
print(f"{time.time() - start:.1f} {used.ru_utime + used.ru_stime:.1f} {used.ru_maxrss // 1024}", file=sys.stderr)
"""


def measure_format(name: str, count: int) -> dict[str, float]:
    """Microseconds of the processor for a sentence, the best of some rounds."""
    known = format_by_name(name)
    records = [record_of(sentence) for sentence in numbered(count, 1)]
    with tempfile.TemporaryDirectory() as folder:
        best = [_measure_once(known, records, Path(folder) / f"{number}{known.suffix}") for number in range(ROUNDS)]
    written, read = (min(times) * 1e6 / count for times in zip(*best, strict=True))
    return {"write": round(written, 1), "read": round(read, 1)}


def _measure_once(known: CorpusFormat, records: list[Record], path: Path) -> tuple[float, float]:
    assert known.write is not None
    start = process_time()
    known.write(path, records, WriteOptions("widen"))
    middle = process_time()
    with open_corpus(path, known.name) as file:
        for _ in file.records():
            pass
    return middle - start, process_time() - middle


def measure_formats(count: int) -> dict[str, dict[str, float]]:
    """Each format in a process of its own, JSON Lines before each."""
    found: dict[str, dict[str, float]] = {}
    for known in FORMATS:
        if known.write is None:
            continue
        try:
            base, own = (_in_process(name, count) for name in ("jsonl", known.name))
        except UserError as error:
            print(f"{known.name}: {error}", file=sys.stderr)
            continue
        found[known.name] = own | {f"{each} / jsonl": round(own[each] / base[each], 2) for each in ("write", "read")}
    return found


def _in_process(name: str, count: int) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.benchmarks.formats", "--format", name, "--sentences", str(count)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise UserError("{reason}", reason=done.stderr.strip().splitlines()[-1])
    found: dict[str, float] = json.loads(done.stdout)
    return found


def measure_large(sizes: list[int]) -> dict[str, dict[str, float]]:
    """The import of a large corpus, the same again, and its exports."""
    found = {}
    with tempfile.TemporaryDirectory() as name:
        folder, first, files = Path(name), 1, []
        for split, size in zip(("train", "dev", "test"), sizes, strict=True):
            files.append(folder / f"{split}.json")
            write_sentences(nikl.FORMAT, files[-1], numbered(size, first))
            first += size
        project = str(folder / "p.spandesk")
        found["import NIKL"] = _run("import", project, *map(str, files))
        found["import NIKL again"] = _run("import", project, *map(str, files))
        for suffix in (".json", ".jsonl", ".tsv"):
            found[f"export {suffix}"] = _run("export", project, str(folder / f"out{suffix}"))
    return found


def measure_twice(count: int) -> dict[str, dict[str, float]]:
    """The import of many JSON lines, and of the same file again."""
    found = {}
    with tempfile.TemporaryDirectory() as name:
        file, project = Path(name) / "corpus.jsonl", Path(name) / "p.spandesk"
        write_sentences(jsonl.FORMAT, file, numbered(count, 1))
        for title in ("import JSON Lines", "import JSON Lines again"):
            found[title] = _run("import", str(project), str(file))
            size = sum(path.stat().st_size for path in project.rglob("*") if path.is_file())
            found[title]["project MiB"] = round(size / 2**20, 1)
    return found


def _run(*words: str) -> dict[str, float]:
    command = [sys.executable, "-c", COMMAND, *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    *said, figures = done.stderr.splitlines()
    clock, processor, memory = figures.split()
    lines = len([*said, *done.stdout.splitlines()])
    return {"seconds": float(clock), "processor": float(processor), "MiB": int(memory), "report lines": lines}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sentences", type=int, default=SENTENCES)
    parser.add_argument("--format", help="measure this format alone, in this process")
    parser.add_argument("--large", type=lambda text: [int(size) for size in text.split(",")], default=list(LARGE))
    parser.add_argument("--twice", type=int, default=TWICE)
    parser.add_argument("--only-large", action="store_true")
    options = parser.parse_args()
    start = time()
    if options.format:
        print(json.dumps(measure_format(options.format, options.sentences)))
        return
    found = {} if options.only_large else measure_formats(options.sentences)
    found |= measure_large(options.large) | measure_twice(options.twice)
    print(json.dumps(found | {"all": {"seconds": round(time() - start)}}, indent=1))


if __name__ == "__main__":
    main()
