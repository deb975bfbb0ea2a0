"""Collects Python's garbage on the window's thread alone.

The collector runs on whichever thread allocates; on a worker's it would destroy Qt objects that belong to the window.
"""

import gc

from PySide6.QtCore import QObject, QTimer

from core.services.engine import is_loading

INTERVAL = 1_000
"""Milliseconds between two looks at how much there is to collect."""


class GarbageCollector(QObject):
    """Switches the automatic collector off and does its work from a timer, by its own thresholds."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        gc.freeze()  # modules and the window's own parts stay for ever; no collection need look at them
        self._timer = QTimer(self, interval=INTERVAL)
        self._timer.timeout.connect(self.collect)
        self._timer.start()

    def collect(self) -> None:
        """Collect the oldest generation that is due.

        Not while libraries are imported: their many new objects, which are about to be frozen, make it take long.
        """
        if is_loading():
            return
        due = [
            generation
            for generation, (count, limit) in enumerate(zip(gc.get_count(), gc.get_threshold(), strict=True))
            if limit and count > limit
        ]
        if due:
            gc.collect(due[-1])

    def stop(self) -> None:
        """Give the work back to Python."""
        self._timer.stop()
        gc.enable()
