"""The one place that imports torch late: the window and the command line open at once and load it when work begins.

Each function is its namesake in `core.workflow`; a generator imports it at its first step, on the thread that runs it.
"""

from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING

from core.events import Predicting, TrainingEvent
from core.settings import Device, TrainSettings
from core.spans import PredictedSpan, Split
from core.store.project import Project
from core.store.sentences import Gold

if TYPE_CHECKING:
    from core.workflow import Evaluation


def training(
    project: Project, settings: TrainSettings, *, move_corrected_dev: bool = True
) -> Generator[TrainingEvent, None, int]:
    from core import workflow

    return (yield from workflow.training(project, settings, move_corrected_dev=move_corrected_dev))


def evaluating(
    project: Project, run: int | None, epoch: int | None, split: Split, gold: Gold, device: Device = "auto"
) -> "Generator[Predicting, None, Evaluation]":
    from core import workflow

    return (yield from workflow.evaluating(project, run, epoch, split, gold, device))


def predicting(
    project: Project, run: int | None, epoch: int | None, texts: Sequence[str], device: Device = "auto"
) -> Generator[Predicting, None, list[tuple[PredictedSpan, ...]]]:
    from core import workflow

    return (yield from workflow.predicting(project, run, epoch, texts, device))
