"""How long the window's event loop stands still while the window works: `python -m tests.benchmarks.stalls`.

    python -m tests.benchmarks.stalls [--project DIR] [--train 389505] [--dev 55643] [--rounds 3] [--where MS]
                                       [--only WORK ...]

The project is built once (some minutes) and kept where `--project` names it. Each round copies it and drives the real
window in a fresh process, offscreen unless QT_QPA_PLATFORM says otherwise. A timer of one millisecond beats on the
window's thread; the longest stall is the longest time between two beats. In the same seconds the same timer beats in a
process that has nothing but a Qt loop: its longest stall is what the machine's load alone does. Prints one JSON object:
the longest stalls in milliseconds, the median and the longest of the rounds, and the machine's load. `--only` takes the
works whose names contain one of the words.

`--where` writes to stderr what the window's thread does each time that a stall lasts so many milliseconds more; that
look slows it.
"""

import argparse
import gc
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any
from unittest.mock import patch

from PySide6.QtCore import QCoreApplication, QEventLoop, Qt, QTimer

from core.domain.events import Progress
from core.domain.settings import DEFAULT_ENCODER, TrainSettings
from core.formats import jsonl
from core.languages.korean.particle_spans import ParticleSpan
from core.services.import_corpus import ImportPlan
from core.store.project import Project
from gui.background import Job, LatestQuery
from gui.corpus.page import start_import
from tests.benchmarks import large_project
from tests.benchmarks.startup import ROOT
from tests.benchmarks.workbench import Driver
from tests.corpora import write_sentences

BEAT = 1
"""Milliseconds between two beats."""
AFTERWARDS, LIMIT = 800, 90_000
"""Milliseconds that the loop is watched after a work's end (the next step is looked for after 500), and at most."""
STEPS, SEARCHING, UNTIL_CLOSED = 10, 15_000, 1_000
"""Steps of the training; milliseconds of the search for particles, and of the export that closing breaks off."""
SENTENCES, IMPORTED = 300, 10_000
HITS = 5_000
"""Spans that a search for particles finds where its end alone is watched; the whole search finds 443 in the project."""
TRAINING = replace(TrainSettings.of_preset(DEFAULT_ENCODER), epochs=1, limit=SENTENCES)


@dataclass(slots=True)
class Heartbeat:
    """A timer on this thread; the times of its beats, in seconds of the wall clock."""

    beats: list[float]
    timer: QTimer

    @classmethod
    def started(cls) -> "Heartbeat":
        beats = [time.time()]
        timer = QTimer(interval=BEAT, timerType=Qt.TimerType.PreciseTimer)
        timer.timeout.connect(lambda: beats.append(time.time()))
        timer.start()
        return cls(beats, timer)


def longest(beats: list[float], began: float, ended: float) -> float:
    """The longest stall between two moments, in milliseconds: how late the latest beat was."""
    within = [each for each in beats if began <= each <= ended]
    gaps = [after - before for before, after in zip([began, *within], [*within, ended], strict=True)]
    return max(0.0, max(gaps) * 1000 - BEAT)


class Watched:
    """The window, and its stalls in each of its works."""

    def __init__(self, folder: Path, where: int | None) -> None:
        self._folder = folder.parent
        self.spans: dict[str, tuple[float, float]] = {}
        self.driver = Driver(folder)
        self.window = self.driver.window
        self.heart = Heartbeat.started()
        if where is not None:
            threading.Thread(target=self._look, args=(where,), daemon=True).start()

    def watch(self, name: str, begin: Callable[[Callable[[], None]], object]) -> None:
        """Begin a work in the loop, and let the loop run until that says that it is done, and a moment more."""
        loop = QEventLoop()
        QTimer.singleShot(0, lambda: begin(lambda: QTimer.singleShot(AFTERWARDS, loop.quit)))
        QTimer.singleShot(LIMIT, loop, loop.quit)
        began = time.time()
        loop.exec()
        self.spans[name] = (began, time.time())

    def _look(self, where: int) -> None:
        window_thread, limit = threading.main_thread().ident, where
        while window_thread is not None:
            time.sleep(0.01)
            stall = (time.time() - self.heart.beats[-1]) * 1000
            if stall <= where:
                limit = where
            elif stall > limit:
                limit += where
                stack = "".join(traceback.format_stack(sys._current_frames()[window_thread])[-8:])
                print(f"still for {stall:.0f} ms in\n{stack}", file=sys.stderr)

    # The works; each calls `done` when it is done

    def search_particles(self, done: Callable[[], None]) -> None:
        self.window.show_page("consistency")
        panel: Any = self.window.pages["consistency"]
        panel.tabs["particles"].click()
        panel.particles.search()
        job = self._job()
        QTimer.singleShot(SEARCHING, job, job.cancel)
        job.ended.connect(done)

    def end_search(self, done: Callable[[], None]) -> None:
        """The end of a search that found every gold span of the first sentences, without the search."""
        self.window.show_page("consistency")
        panel: Any = self.window.pages["consistency"]
        panel.tabs["particles"].click()

        def found(project: Project) -> Generator[object, None, list[ParticleSpan]]:
            spans = (
                ParticleSpan(stored.example, span, span.end - 1, 0)
                for stored in project.sentences.each()
                for span in stored.gold
                if span.end - span.start > 1
            )
            yield
            return list(islice(spans, HITS))

        patch("gui.consistency.particles_panel._searching", found).start()
        panel.particles.search()
        self._job().ended.connect(lambda: self._when_answered(done))

    def open_metrics(self, done: Callable[[], None]) -> None:
        self.window.show_page("metrics")
        self._when_answered(done)

    def point_at_cells(self, done: Callable[[], None]) -> None:
        """The tooltips of a row of the table that is shown, one after the other."""
        page: Any = self.window.pages["metrics"]
        columns = iter(range(page.model.columnCount()))

        def point() -> None:
            if (column := next(columns, None)) is None:
                done()
                return
            page.model.data(page.model.index(0, column), Qt.ItemDataRole.ToolTipRole)
            QTimer.singleShot(50, point)

        point()

    def train(self, done: Callable[[], None]) -> None:
        self.window.show_page("train")
        page: Any = self.window.pages["train"]
        page.training.start(TRAINING)
        job = self._job()

        def follow(event: object) -> None:
            if isinstance(event, Progress) and event.phase == "train" and event.step >= STEPS:
                job.cancel()

        job.reported.connect(follow)
        job.failed.connect(lambda error: print(f"the training failed: {error}", file=sys.stderr))
        job.ended.connect(done)

    def export(self, done: Callable[[], None]) -> None:
        page: Any = self.window.pages["corpus"]
        self.window.show_page("corpus")
        page.exports.export_to(self._folder / "exported.jsonl")
        self._job().ended.connect(done)

    def import_sentences(self, done: Callable[[], None]) -> None:
        path = self._folder / "imported.jsonl"
        job = start_import(self.window.context, ImportPlan((path,), "train"))
        job.ended.connect(lambda: self._when_answered(done))

    def collect(self, done: Callable[[], None]) -> None:
        gc.collect()
        done()

    def close(self, done: Callable[[], None]) -> None:
        """Close the window while an export runs, as after the question whether it may be stopped."""
        page: Any = self.window.pages["corpus"]
        page.exports.export_to(self._folder / "stopped.jsonl")
        self.window.closed.connect(done)
        QTimer.singleShot(UNTIL_CLOSED, self.window.shut_down)

    def _job(self) -> Job:
        job = self.window.context.runner.job
        assert job is not None, "the work runs as a job"
        return job

    def _when_answered(self, done: Callable[[], None]) -> None:
        """Once no page waits for an answer."""
        if any(query.is_waiting for query in self.window.findChildren(LatestQuery)):
            QTimer.singleShot(20, lambda: self._when_answered(done))
        else:
            done()


def works(watched: Watched) -> dict[str, Callable[[Callable[[], None]], object]]:
    return {
        "nothing": lambda done: QTimer.singleShot(4_000, done),
        "Metrics opens": watched.open_metrics,
        "tooltips of Metrics are shown": watched.point_at_cells,
        "particles are searched": watched.search_particles,
        f"a search for particles ends with {HITS:,} spans": watched.end_search,
        f"a training with {DEFAULT_ENCODER} starts": watched.train,
        "an export runs": watched.export,
        f"{IMPORTED:,} sentences are imported": watched.import_sentences,
        "garbage is collected": watched.collect,
        "the window closes": watched.close,
    }


def measured(folder: Path, where: int | None, only: Sequence[str]) -> dict[str, Any]:
    """The window's longest stalls, and when each work began and ended."""
    first = large_project.TRAIN + large_project.DEV + 1
    write_sentences(jsonl.FORMAT, folder.parent / "imported.jsonl", large_project.numbered(IMPORTED, first))
    watched = Watched(folder, where)
    for name, begin in works(watched).items():
        if not only or any(word in name for word in only):
            watched.watch(name, begin)
    beats = watched.heart.beats
    return {name: {"stall": longest(beats, *span), "span": span} for name, span in watched.spans.items()}


def bare_loop() -> None:
    """Beat until stdin ends, in a process with a Qt loop and nothing else; print the beats."""
    application = QCoreApplication([])
    heart = Heartbeat.started()
    threading.Thread(target=lambda: (sys.stdin.read(), application.quit()), daemon=True).start()
    application.exec()
    print(json.dumps(heart.beats))


def one_round(project: Path, where: int | None, only: Sequence[str]) -> dict[str, dict[str, float]]:
    """Longest stalls of each work: of the window, and of the bare loop in the same seconds."""
    with tempfile.TemporaryDirectory(dir=project.parent) as name:
        copy = Path(name) / project.name
        shutil.copytree(project, copy)
        environment = {"QT_QPA_PLATFORM": "offscreen", **os.environ}
        command = [sys.executable, "-m", "tests.benchmarks.stalls"]
        bare = subprocess.Popen(
            [*command, "--bare"], cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        chosen = [] if where is None else ["--where", str(where)]
        chosen += ["--only", *only] if only else []
        done = subprocess.run(
            [*command, "--measure", "--project", str(copy), *chosen],
            cwd=ROOT,
            env=environment,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        beats: list[float] = json.loads(bare.communicate()[0])
    works: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return {
        name: {
            "window": work["stall"],
            "bare loop": longest(beats, *work["span"]),
            "seconds": work["span"][1] - work["span"][0],
        }
        for name, work in works.items()
    }


def summed_up(rounds: list[dict[str, dict[str, float]]]) -> dict[str, Any]:
    """Of each work the median and the longest of its rounds."""
    return {
        name: {
            what: {
                "median": round(statistics.median(each[name][what] for each in rounds), 1),
                "longest": round(max(each[name][what] for each in rounds), 1),
            }
            for what in rounds[0][name]
        }
        for name in rounds[0]
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--project", type=Path, help="build it there, or use it where it is there")
    parser.add_argument("--train", type=int, default=large_project.TRAIN)
    parser.add_argument("--dev", type=int, default=large_project.DEV)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--where", type=int, metavar="MS", help="write what the window does in longer stalls")
    parser.add_argument("--only", nargs="+", default=[], metavar="WORK", help="watch these works alone")
    parser.add_argument("--measure", action="store_true", help="measure the window in this process")
    parser.add_argument("--bare", action="store_true", help="be the bare loop")
    options = parser.parse_args()
    if options.bare:
        bare_loop()
        return
    if options.measure:
        print(json.dumps(measured(options.project, options.where, options.only)), flush=True)
        os._exit(0)  # nothing of this window is wanted any more
    with tempfile.TemporaryDirectory() as folder:
        project = options.project or Path(folder) / "large.spandesk"
        if not project.exists():
            large_project.built(project, options.train, options.dev)
        rounds, loads = [], [os.getloadavg()[0]]
        for _ in range(options.rounds):
            rounds.append(one_round(project, options.where, options.only))
            loads.append(os.getloadavg()[0])
    report = {"sentences": [options.train, options.dev], "load": [round(load, 1) for load in loads]}
    print(json.dumps({**report, "stalls": summed_up(rounds)}, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
