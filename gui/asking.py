"""Questions to the project that may take longer than a frame: answered on a thread, and only the newest one counts."""

import threading
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

PATIENCE = 0.02
"""Seconds that the window waits for an answer: one that comes at once is shown at once, without a state in between."""

_LOOK_INTERVAL = 5
"""Milliseconds between two looks at whether the answer is there."""


class Asker(QObject):
    """Asks one question at a time.

    A question reads, and nothing else; it has a thread to itself, and no Qt. The answer to one that was replaced or
    dropped is not heard, nor is its error: its project may be closed by then.

    Signals:
        answered: what the newest question came to.
    """

    answered = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._newest: _Question | None = None
        self._timer = QTimer(self, interval=_LOOK_INTERVAL)
        self._timer.timeout.connect(self._look)

    @property
    def is_waiting(self) -> bool:
        """Whether there is a question without an answer."""
        return self._newest is not None

    def ask(self, question: Callable[[], object]) -> None:
        """Ask this, in place of what was asked before; a quick answer comes before this returns."""
        self._newest = _Question(question)
        self._newest.start()
        self._newest.join(PATIENCE)
        self._timer.start()
        self._look()

    def drop(self) -> None:
        """No longer ask anything."""
        self._newest = None
        self._timer.stop()

    def _look(self) -> None:
        newest = self._newest
        if newest is None or newest.is_alive():
            return
        self.drop()
        if newest.error is not None:
            raise newest.error
        self.answered.emit(newest.answer)


class _Question(threading.Thread):
    """One question on its way."""

    def __init__(self, question: Callable[[], object]) -> None:
        super().__init__(name="question", daemon=True)
        self._question = question
        self.answer: object = None
        self.error: Exception | None = None

    def run(self) -> None:
        try:
            self.answer = self._question()
        except Exception as error:
            self.error = error
