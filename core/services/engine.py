"""The one place that imports torch late: the window and the command line open at once and load it when work begins.

Each function is its namesake in `workflow`, `crosschecking`, `predicting` or `answering`; a generator imports it at its
first step, on the thread that runs it.
"""

import ctypes
import gc
import importlib.util
import os
import sys
import threading
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING

from core.domain.settings import Device, TrainSettings, Unit
from core.domain.spans import Split
from core.formats.records import Rejected, TaggedText, Text
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


def is_loading() -> bool:
    """Whether heavy libraries are being imported."""
    return _lock.locked()


@contextmanager
def loading_torch() -> Generator[None, None, None]:
    """Import torch in the block, its largest library without Python's lock."""
    with loading():
        _open_torch_library()
        yield


def _open_torch_library() -> None:
    """Have the system load torch's C++ library; the import then finds it loaded.

    An `import` keeps Python's lock while the system does that, for up to a second in which the window stands still; a
    foreign function called by ctypes gives it away. On Windows torch itself loads it that way. Where it cannot be
    loaded so, the import says why.
    """
    spec = None if "torch" in sys.modules or sys.platform == "win32" else importlib.util.find_spec("torch")
    if spec is None or spec.origin is None:
        return
    suffix = "dylib" if sys.platform == "darwin" else "so"
    library = Path(spec.origin).parent / "lib" / f"libtorch_cpu.{suffix}"
    if library.is_file():
        dlopen = ctypes.CDLL(None).dlopen
        dlopen.argtypes, dlopen.restype = (ctypes.c_char_p, ctypes.c_int), ctypes.c_void_p
        dlopen(os.fsencode(library), os.RTLD_LAZY)


def training(project: Project, settings: TrainSettings, crew: Crew = ALONE) -> Generator[TrainingEvent, None, int]:
    with loading_torch():
        from core.services import workflow

    return (yield from workflow.training(project, settings, crew))


def resuming(project: Project, run: int, crew: Crew = ALONE) -> Generator[TrainingEvent, None, int]:
    with loading_torch():
        from core.services import workflow

    return (yield from workflow.resuming(project, run, crew))


def crosschecking(project: Project, settings: TrainSettings) -> Generator[CrosscheckEvent, None, int]:
    with loading_torch():
        from core.services import crosschecking as work

    return (yield from work.crosschecking(project, settings))


def assisting(crew: Crew) -> None:
    with loading_torch():
        from core.services import workflow

    workflow.assisting(crew)


def measuring_ceilings(project: Project, encoder: str, split: Split) -> Generator[Measuring, None, dict[Unit, Report]]:
    with loading_torch():
        from core.services import workflow

    return (yield from workflow.measuring_ceilings(project, encoder, split))


def evaluating(
    project: Project, run: int | None, epoch: EpochChoice | None, split: Split, gold: Gold, device: Device = "auto"
) -> "Generator[Predicting, None, Evaluation]":
    with loading_torch():
        from core.services import workflow

    return (yield from workflow.evaluating(project, run, epoch, split, gold, device))


def predicting(
    folder: Path, records: Iterable[Text | Rejected], crew: Crew, device: Device = "auto"
) -> Iterator[TaggedText | Rejected]:
    with loading_torch():
        import core.services.predicting

    return core.services.predicting.predicting(folder, records, crew, device)


def answering(
    folder: Path, questions: SimpleQueue[Sequence[str] | None]
) -> Generator[TaggerLoaded | LinesTagged, None, None]:
    with loading_torch():
        import core.services.answering

    yield from core.services.answering.answering(folder, questions)
