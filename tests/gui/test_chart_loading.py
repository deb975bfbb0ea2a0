"""The plotting library is there before its first chart, and the window's thread did not load it."""

import os
import subprocess
import sys
from pathlib import Path

from tests.paths import ROOT

_WINDOW = """
import importlib.abc, sys, threading
from pathlib import Path
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication
from gui import app
from gui.app import look_after, build_window
from gui.look.theme import LIGHT, Look

class Watching(importlib.abc.MetaPathFinder):
    threads = []

    def find_spec(self, name, path, target=None):
        if name == "pyqtgraph":
            self.threads.append(threading.current_thread())

sys.meta_path.insert(0, Watching())
application = QApplication([])
folder = Path(sys.argv[1])
window = build_window(application, QSettings(str(folder / "s.ini"), QSettings.Format.IniFormat), folder)
app.CHART_DELAY = 0
look_after(window)
window.show()
window.grab()
assert not Watching.threads, "the first paint waits for the charts"
runner = window.context.runner
while not Watching.threads or runner.is_busy:
    application.processEvents()
[thread] = Watching.threads
assert thread is not threading.main_thread()

from gui.train.loss_chart import LossChart

chart = LossChart(Look(LIGHT))
chart.resize(300, 200)
assert not chart.grab().isNull()
window.shut_down()
"""


def test_the_charts_library_is_loaded_after_the_first_paint_on_another_thread(tmp_path: Path) -> None:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-c", _WINDOW, str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
