"""What a very long sentence takes on the Inspect page of the real window: `python -m tests.benchmarks.sentences`.

    python -m tests.benchmarks.sentences [--rounds 3] [--repeat 12]

Prints one JSON object: for each sentence, the milliseconds of every action until all is painted, offscreen unless
QT_QPA_PLATFORM says otherwise: the median and the longest of all rounds, the processor's part of the median, which
other work on the machine disturbs less, and the ratio of that to what a bare QTextLayout takes to wrap the same text in
the same run.
"""

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QPoint, QPointF, QSettings, Qt
from PySide6.QtGui import QMouseEvent, QTextLayout
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from core.domain.spans import PredictedSpan, Sentence, Span
from core.store.project import create_project
from gui.app import build_window
from gui.look.theme import SENTENCE_SIZE, font
from gui.sentence.span_selection import of_gold
from tests.building import add_run

CASES = {"2,000 characters, 500 spans": (2_000, 500), "10,000 characters, 500 spans": (10_000, 500)}
LABELS = (Qt.Key.Key_3, Qt.Key.Key_1)
"""Keys of two labels: pressed in turn on one span, each changes it."""
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def sentence_of(characters: int, spans: int) -> tuple[str, tuple[Span, ...], tuple[PredictedSpan, ...]]:
    """A text with gold all over it, and predictions of which one in four is wrong."""
    step = characters // spans
    words = ["서" + "울" * (step - 3) + "은 " for _ in range(spans)]
    gold = tuple(Span(at * step, at * step + step - 2, "LC") for at in range(spans))
    predicted = tuple(
        PredictedSpan(Span(span.start, span.end, "OG") if at % 4 == 3 else span, 0.9) for at, span in enumerate(gold)
    )
    return "".join(words), gold, predicted


class Driver:
    """The window on a project of two sentences, and what a person does to the long one."""

    def __init__(self, folder: Path, characters: int, spans: int) -> None:
        self.application = QApplication.instance() or QApplication([])
        text, gold, predicted = sentence_of(characters, spans)
        project = create_project(folder / "long.spandesk")
        sentences = [Sentence("short", "서울은 크다.", (Span(0, 2, "LC"),)), Sentence("long", text, gold)]
        project.sentences.add("dev", sentences, "benchmark")
        add_run(project, {"short": (), "long": predicted})
        project.close()
        settings = QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat)
        self.window = build_window(QApplication.instance(), settings, folder)
        self.window.resize(1280, 720)
        self.window.show()
        self.window.context.session.open(folder / "long.spandesk")
        self.page: Any = self.window.pages["inspect"]
        self.canvas, self.table = self.page.detail.canvas, self.page.detail.table
        self.settle()

    def settle(self) -> None:
        while True:
            self.application.processEvents()
            if self.page.listing._unanswered is None:
                break
        self.application.processEvents()

    def milliseconds(self, action: Callable[[], object]) -> tuple[float, float]:
        """What it took, by the clock and on the processor."""
        began = time.perf_counter(), time.thread_time()
        action()
        self.settle()
        return (time.perf_counter() - began[0]) * 1000, (time.thread_time() - began[1]) * 1000

    def point(self, position: int, share: float = 0.5) -> QPoint:
        rect = self.canvas.scene.text_rects(position, position + 1)[0]
        return QPoint(round(rect.left() + share * rect.width()), round(rect.center().y()))

    def move(self, at: QPoint) -> None:
        where = QPointF(at)
        event = QMouseEvent(QEvent.Type.MouseMove, where, where, Qt.MouseButton.NoButton, LEFT, NONE)
        QApplication.sendEvent(self.canvas, event)

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
        QTest.keyClick(self.canvas, key, modifiers)

    def correction(self, at: int, key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> tuple[float, float]:
        """The milliseconds of a key that changes one of the gold spans, and with that the project."""
        self.canvas.select(of_gold([found.gold for found in self.canvas.comparisons if found.gold is not None][at]))
        self.settle()
        stored = self.corrections()
        taken = self.milliseconds(lambda: self.key(key, modifiers))
        assert self.corrections() == stored + 1, "the key changed nothing"
        return taken

    def corrections(self) -> int:
        """How many the project holds."""
        return self.window.context.session.project.corrections.count()

    def close(self) -> None:
        self.window.close()
        self.window.deleteLater()


def measures(characters: int, spans: int, repeat: int) -> dict[str, list[tuple[float, float]]]:
    """The milliseconds of each action, `repeat` times; the first showing begins from nothing."""
    with tempfile.TemporaryDirectory() as name:
        driver = Driver(Path(name), characters, spans)
        step, listing, canvas, timed = characters // spans, driver.page.list, driver.canvas, driver.milliseconds
        times: dict[str, list[tuple[float, float]]] = {"show": [timed(lambda: listing.choose(1))]}
        for _ in range(repeat // 4):
            timed(lambda: listing.choose(0))
            times["show"].append(timed(lambda: listing.choose(1)))
        canvas.setFocus()
        driver.settle()
        times["Tab"] = [timed(lambda: driver.key(Qt.Key.Key_Tab)) for _ in range(repeat)]
        times["move an edge"] = [driver.correction(at, Qt.Key.Key_Left, SHIFT) for at in range(repeat)]
        times["label"] = [driver.correction(repeat, LABELS[at % 2]) for at in range(repeat)]
        rows = [spans // 2 + at for at in range(repeat)]
        times["click a row of the table"] = [timed(lambda r=row: driver.table.selectRow(r)) for row in rows]
        places = [driver.point(at * step) for at in range(repeat)]
        times["click a span"] = [timed(lambda at=at: QTest.mouseClick(canvas, LEFT, NONE, at)) for at in places]
        times["step of an edge's drag"] = drag(driver, driver.point(step - 3, 1.0), repeat)
        times["step over characters"] = drag(driver, driver.point(step - 1), repeat)
        driver.close()
        return times


def drag(driver: Driver, start: QPoint, repeat: int) -> list[tuple[float, float]]:
    """Press at a point, and drag from there to the right and back."""
    QTest.mousePress(driver.canvas, LEFT, NONE, start)
    driver.settle()
    steps = [start + QPoint(-6 - 8 * (at % 3), 0) for at in range(repeat)]
    times = [driver.milliseconds(lambda at=at: driver.move(at)) for at in steps]
    assert driver.canvas.is_pressed
    driver.canvas.cancel()
    QTest.mouseRelease(driver.canvas, LEFT, NONE, start)
    driver.settle()
    return times


def bare(text: str, width: float) -> float:
    """The processor's milliseconds for Qt's own layout to wrap the text, without a place for anything else."""
    began = time.thread_time()
    layout = QTextLayout(text, font(SENTENCE_SIZE))
    layout.beginLayout()
    while (line := layout.createLine()).isValid():
        line.setLineWidth(width)
    layout.endLayout()
    return (time.thread_time() - began) * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--repeat", type=int, default=12)
    options = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QApplication([])
    report: dict[str, Any] = {}
    for case, (characters, spans) in CASES.items():
        rounds = [measures(characters, spans, options.repeat) for _ in range(options.rounds)]
        text, _, _ = sentence_of(characters, spans)
        plain = statistics.median(bare(text, 760) for _ in range(options.rounds * options.repeat))
        report[case] = {"bare_layout_ms": round(plain, 2)}
        for action in rounds[0]:
            times = [taken for each in rounds for taken in each[action]]
            clock, processor = zip(*times, strict=True)
            report[case][action] = {
                "ms": round(statistics.median(clock), 1),
                "longest_ms": round(max(clock), 1),
                "processor_ms": round(statistics.median(processor), 1),
                "ratio": round(statistics.median(processor) / plain, 1),
            }
    print(json.dumps(report, indent=2, ensure_ascii=False))
    del application


if __name__ == "__main__":
    main()
