"""How long the window takes to its first paint, against a bare Qt window: `python -m tests.benchmarks.startup`.

Each time is that of a whole process that ends with the first paint, offscreen; medians of several, taken in turn.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

from tests.paths import ROOT

RUNS = 7

BARE = """
from PySide6.QtWidgets import QApplication, QMainWindow
application = QApplication([])
window = QMainWindow()
window.show()
window.grab()
"""

SPANDESK = """
import sys
from pathlib import Path
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication
from gui.app import build_window
application = QApplication([])
folder = Path(sys.argv[1])
window = build_window(application, QSettings(str(folder / "s.ini"), QSettings.Format.IniFormat), folder)
window.show()
window.grab()
"""


def seconds(code: str, folder: str) -> float:
    began = time.perf_counter()
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    subprocess.run([sys.executable, "-c", code, folder], cwd=ROOT, env=environment, check=True, capture_output=True)
    return time.perf_counter() - began


def main() -> None:
    times: dict[str, list[float]] = {"bare": [], "spandesk": []}
    with tempfile.TemporaryDirectory() as folder:
        seconds(SPANDESK, folder)
        for _ in range(RUNS):
            times["bare"].append(seconds(BARE, folder))
            times["spandesk"].append(seconds(SPANDESK, folder))
    bare, spandesk = (statistics.median(times[name]) for name in ("bare", "spandesk"))
    print(json.dumps({"spandesk_seconds": round(spandesk, 3), "ratio_to_bare_window": round(spandesk / bare, 2)}))


if __name__ == "__main__":
    main()
