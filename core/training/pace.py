"""How fast a training goes and how long it will take."""

from dataclasses import dataclass, field
from typing import Literal

from core.training.events import Progress

_PREDICT_SHARE = 0.3
"""What predicting a sentence costs of training on it, until it has been measured."""

Timed = Literal["train", "predict"]


@dataclass(slots=True)
class Pace:
    """Keeps the time of a training; its answers are in seconds and sentences.

    Attributes:
        epochs: how many there will be.
        sentences: in each phase of each epoch.
        before: how many of all those were done before a run was resumed, at a pace that is not known.
    """

    epochs: int
    sentences: dict[Timed, int]
    before: dict[Timed, int] = field(default_factory=lambda: {"train": 0, "predict": 0})
    _seconds: dict[Timed, float] = field(default_factory=lambda: {"train": 0.0, "predict": 0.0})
    _done: dict[Timed, int] = field(default_factory=lambda: {"train": 0, "predict": 0})

    def progress(
        self, phase: Timed, *, epoch: int, step: int, steps: int, loss: float | None, sentences: int, seconds: float
    ) -> Progress:
        """The event of a step that took so many seconds for so many sentences."""
        self._seconds[phase] += seconds
        self._done[phase] += sentences
        speed = self._done[phase] / max(self._seconds[phase], 1e-9)
        return Progress(phase, epoch, self.epochs, step, steps, loss, speed, self._seconds_left())

    def _seconds_left(self) -> float:
        return sum(self._seconds_each(phase) * self._left(phase) for phase in self.sentences)

    def _left(self, phase: Timed) -> int:
        return max(0, self.epochs * self.sentences[phase] - self.before[phase] - self._done[phase])

    def _seconds_each(self, phase: Timed) -> float:
        if self._done[phase]:
            return self._seconds[phase] / self._done[phase]
        return self._seconds_each("train") * _PREDICT_SHARE if phase == "predict" and self._done["train"] else 0.0
