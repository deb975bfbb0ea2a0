"""The one place that imports torch late: the window and the command line open at once and load it when work begins.

Each function is its namesake in `workflow`, `crosschecking`, `predicting` or `answering`; a generator imports it at its
first step, on the thread that runs it.
"""

import gc
import sys
import threading
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING

from core.domain.settings import Device, TrainSettings, Unit
from core.domain.spans import Split
from core.formats.records import Rejected
from core.formats.texts import TaggedText, Text
from core.metrics.report import Report
from core.store.project import Project
from core.store.runs import EpochChoice
from core.store.sentences import Gold
from core.training.distributed import ALONE, Crew
from core.training.events import CrosscheckEvent, LinesTagged, Measuring, Predicting, TaggerLoaded, TrainingEvent

if TYPE_CHECKING:
    from core.services.workflow import Evaluation

_lock = threading.Lock()
"""Two threads that import the same libraries at once may each find the other's half-made modules."""


@contextmanager
def loading() -> Generator[None, None, None]:
    """Import heavy libraries in the block; what they make stays for ever, so no collection looks at it again."""
    with _lock:
        loaded = len(sys.modules)
        yield
        if len(sys.modules) > loaded:
            gc.freeze()


def training(project: Project, settings: TrainSettings, crew: Crew = ALONE) -> Generator[TrainingEvent, None, int]:
    with loading():
        from core.services import workflow

    return (yield from workflow.training(project, settings, crew))


def resuming(project: Project, run: int, crew: Crew = ALONE) -> Generator[TrainingEvent, None, int]:
    with loading():
        from core.services import workflow

    return (yield from workflow.resuming(project, run, crew))


def crosschecking(project: Project, settings: TrainSettings) -> Generator[CrosscheckEvent, None, int]:
    with loading():
        from core.services import crosschecking as work

    return (yield from work.crosschecking(project, settings))


def assisting(crew: Crew) -> None:
    with loading():
        from core.services import workflow

    workflow.assisting(crew)


def measuring_ceilings(project: Project, encoder: str, split: Split) -> Generator[Measuring, None, dict[Unit, Report]]:
    with loading():
        from core.services import workflow

    return (yield from workflow.measuring_ceilings(project, encoder, split))


def evaluating(
    project: Project, run: int | None, epoch: EpochChoice | None, split: Split, gold: Gold, device: Device = "auto"
) -> "Generator[Predicting, None, Evaluation]":
    with loading():
        from core.services import workflow

    return (yield from workflow.evaluating(project, run, epoch, split, gold, device))


def predicting(
    folder: Path, records: Iterable[Text | Rejected], crew: Crew, device: Device = "auto"
) -> Iterator[TaggedText | Rejected]:
    with loading():
        import core.services.predicting

    return core.services.predicting.predicting(folder, records, crew, device)


def answering(
    folder: Path, questions: SimpleQueue[Sequence[str] | None]
) -> Generator[TaggerLoaded | LinesTagged, None, None]:
    with loading():
        import core.services.answering

    yield from core.services.answering.answering(folder, questions)
