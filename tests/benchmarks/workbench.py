"""What the window takes on a project of the reference corpus's size: `python -m tests.benchmarks.workbench`.

    python -m tests.benchmarks.workbench [--project DIR] [--train 389505] [--dev 55643] [--rounds 3]

The project is built once (some minutes) and kept where `--project` names it; each round copies it and drives the real
window in fresh processes, offscreen unless QT_QPA_PLATFORM says otherwise. Prints one JSON object: times in
milliseconds, memory in MiB, each figure the median of the rounds.
"""

import argparse
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEventLoop, QSettings, QTimer
from PySide6.QtWidgets import QApplication

from core.domain.settings import TINY, TrainSettings
from core.domain.spans import Span
from core.services import engine
from core.store.sentence_selection import Selection
from core.store.signal_store import ORDERS
from gui.app import build_window, look_after
from gui.window import MainWindow
from tests.benchmarks import large_project
from tests.benchmarks.startup import BARE, ROOT

WORDS = ("서울", "김모", "이순신", "대통령은", "없는낱말", "NWRW1800001000", "다")
JUMPS, CORRECTIONS = 200, 300
HEARTBEAT = 2
"""Milliseconds between two beats whose lateness is the event loop's delay."""
TRAINING = TrainSettings(encoder=TINY, epochs=1, limit=3000)
BROWSE_EVERY, IDLE = 150, 5_000
"""Milliseconds between two jumps, and of browsing before the training."""


class Driver:
    """The window on the project, and what a person does to it."""

    def __init__(self, folder: Path) -> None:
        self.application = QApplication([])
        settings = QSettings(str(folder.parent / "settings.ini"), QSettings.Format.IniFormat)
        self.window: MainWindow = build_window(self.application, settings, folder.parent)
        self.window.resize(1280, 720)
        look_after(self.window)
        self.window.show()
        self.window.context.session.open(folder)
        self.page: Any = self.window.pages["inspect"]
        self.settle()

    @property
    def project(self) -> Any:
        return self.window.context.session.project

    def settle(self) -> None:
        """Until the list is there and everything is painted."""
        while True:
            self.application.processEvents()
            if self.page.listing._unanswered is None:
                break
            time.sleep(0.0005)
        self.application.processEvents()

    def settle_in(self) -> None:
        """Until what is loaded after the first paint is there: the charts' library."""
        while "pyqtgraph" not in sys.modules or self.window.context.runner.is_busy:
            self.application.processEvents()
            time.sleep(0.0005)

    def milliseconds(self, action: Callable[[], object]) -> float:
        began = time.perf_counter()
        action()
        self.settle()
        return (time.perf_counter() - began) * 1000

    def set_filter(self, changed: Any) -> None:
        self.page.filters._change(changed)

    def close(self) -> None:
        self.window.close()


def share(values: Sequence[float], percent: int) -> float:
    """The value that so many percent do not pass."""
    return sorted(values)[min(len(values) - 1, len(values) * percent // 100)]


def spread(values: Sequence[float]) -> dict[str, float]:
    return {"p50": statistics.median(values), "p95": share(values, 95), "p99": share(values, 99), "max": max(values)}


def memory() -> dict[str, float]:
    """Of this process, in MiB: resident, and its share of it."""
    rollup = Path("/proc/self/smaps_rollup")
    if not rollup.exists():
        return {}
    sizes = dict(line.split(":") for line in rollup.read_text().splitlines()[1:])
    return {name.lower(): int(sizes[name].split()[0]) / 1024 for name in ("Rss", "Pss")}


def opening(folder: Path) -> dict[str, Any]:
    """When the list of the project that was asked for stood on the screen."""
    driver = Driver(folder)
    painted = time.time()
    assert driver.page.model.rowCount() > 0
    return {"painted": painted, "processor_ms": time.process_time() * 1000, "memory": memory()}


def browsing(folder: Path) -> dict[str, Any]:
    driver, draw = Driver(folder), random.Random(1)
    driver.settle_in()
    listing, filters, session = driver.page.listing, driver.page.filters, driver.window.context.session
    rows, thread = driver.page.model.rowCount(), time.thread_time()
    jumps = [driver.milliseconds(lambda: listing.list.choose(draw.randrange(rows))) for _ in range(JUMPS)]
    processor = (time.thread_time() - thread) * 1000 / JUMPS
    base = filters.filter
    times = {
        "jump": {**spread(jumps), "processor_mean": processor},
        "filter": _filters(driver),
        "search": {},
        "correction": {},
    }
    for split in ("dev", "train"):
        of_split = type(base)(split=split)
        driver.milliseconds(lambda of_split=of_split: driver.set_filter(of_split))
        for word in WORDS:
            searched = type(base)(split=split, text=word)
            times["search"][f"{split} {word}"] = driver.milliseconds(lambda s=searched: driver.set_filter(s))
    driver.milliseconds(lambda: driver.set_filter(base))
    stored, felt = [], []
    numbers = driver.project.selections.numbers(Selection(), session.context.key, "corrected")
    for number in draw.sample(numbers, 2 * CORRECTIONS):
        [sentence] = driver.project.sentences.by_number([number])
        after = sentence.gold[:-1] if sentence.gold else (Span(0, 1, "PS"),)
        began = time.perf_counter()
        if len(stored) < CORRECTIONS:
            driver.project.corrections.correct(number, after)
            stored.append((time.perf_counter() - began) * 1000)
        else:
            listing.go_to(number)
            driver.settle()
            felt.append(driver.milliseconds(lambda n=number, a=after: session.correct(n, a)))
    times["correction"] = {"stored": spread(stored), "to_repaint": spread(felt)}
    times["metrics_table"] = driver.milliseconds(lambda: driver.window.show_page("metrics"))
    result = {**times, "memory_after": memory()}
    driver.close()
    return result


def _filters(driver: Driver) -> dict[str, float]:
    """Each button of the bar, the list opened again before."""
    base = driver.page.filters.filter
    changes = {
        "errors": base.with_errors(True),
        "missed": base.with_kind("missed", True),
        "label": base.with_label("PS"),
        "errors of a label": base.with_errors(True).with_label("PS"),
        "learned": type(base)(history="learned"),
        "forgotten": type(base)(history="forgotten"),
        **{f"order {order}": type(base)(order=order) for order in ORDERS if order != "import"},
        "train": type(base)(split="train"),
        "label in train": type(base)(split="train", label="PS"),
        "all": base,
    }
    times = {}
    for name, changed in changes.items():
        driver.milliseconds(lambda: driver.set_filter(base))
        times[name] = driver.milliseconds(lambda c=changed: driver.set_filter(c))
    return times


def training(folder: Path) -> dict[str, Any]:
    """How late the event loop is while a training runs on all cores and someone browses."""
    driver, draw = Driver(folder), random.Random(1)
    delays: list[float] = []
    last = time.perf_counter()

    def beat() -> None:
        nonlocal last
        now = time.perf_counter()
        delays.append(max(0.0, (now - last) * 1000 - HEARTBEAT))
        last = now

    def browse() -> None:
        driver.page.listing.list.choose(draw.randrange(driver.page.model.rowCount()))

    timers = [(QTimer(), HEARTBEAT, beat), (QTimer(), BROWSE_EVERY, browse)]
    for timer, interval, action in timers:
        timer.timeout.connect(action)
        timer.start(interval)
    loop = QEventLoop()  # the application's own would close the window as it ends
    QTimer.singleShot(IDLE, loop.quit)
    loop.exec()
    idle, delays = delays, []
    runner = driver.window.context.runner
    last = time.perf_counter()
    job = runner.start("training", lambda: engine.train_run(driver.project, TRAINING))
    job.ended.connect(loop.quit)
    outcome: list[str] = []
    job.finished.connect(lambda _: outcome.append("finished"))
    job.failed.connect(lambda error: outcome.append(str(error)))
    began = time.perf_counter()
    loop.exec()
    seconds = time.perf_counter() - began
    driver.close()
    return {"idle": spread(idle), "training": spread(delays), "seconds": seconds, "ended": outcome}


MEASURES = {"opening": opening, "browsing": browsing, "training": training}


def in_fresh_process(measure: str, project: Path) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name) / project.name
        shutil.copytree(project, copy)
        environment = {"QT_QPA_PLATFORM": "offscreen", **os.environ}
        began = time.time()
        command = [sys.executable, "-m", "tests.benchmarks.workbench", "--measure", measure, "--project", str(copy)]
        done = subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True)
        result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        if "painted" in result:
            result["to_first_paint"] = (result.pop("painted") - began) * 1000
        return result


def bare_window() -> float:
    began = time.time()
    environment = {"QT_QPA_PLATFORM": "offscreen", **os.environ}
    subprocess.run([sys.executable, "-c", BARE], cwd=ROOT, env=environment, check=True, capture_output=True)
    return (time.time() - began) * 1000


def median(rounds: Sequence[Any]) -> Any:
    """The median of each figure over the rounds."""
    if isinstance(rounds[0], dict):
        return {key: median([each[key] for each in rounds]) for key in rounds[0]}
    return round(statistics.median(rounds), 1) if isinstance(rounds[0], int | float) else rounds[0]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--project", type=Path, help="build it there, or use it where it is there")
    parser.add_argument("--train", type=int, default=large_project.TRAIN)
    parser.add_argument("--dev", type=int, default=large_project.DEV)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=MEASURES, help="measure this alone")
    parser.add_argument("--measure", choices=MEASURES, help="measure in this process")
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(MEASURES[options.measure](options.project)))
        return
    with tempfile.TemporaryDirectory() as folder:
        project = options.project or Path(folder) / "large.spandesk"
        if not project.exists():
            large_project.built(project, options.train, options.dev)
        report: dict[str, Any] = {"sentences": [options.train, options.dev]}
        for measure in [options.only] if options.only else MEASURES:
            report[measure] = median([in_fresh_process(measure, project) for _ in range(options.rounds)])
        if "opening" in report:
            bare = statistics.median(bare_window() for _ in range(options.rounds))
            report["opening"]["ratio_to_bare_window"] = round(report["opening"]["to_first_paint"] / bare, 2)
    print(json.dumps(report, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
