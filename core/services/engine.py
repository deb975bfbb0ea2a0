"""The one place that imports torch late: the window and the command line open at once and load it when work begins.

The functions at the end are those of the modules that import torch; the first call loads it, so call them on the thread
that does the work.
"""

import ctypes
import gc
import importlib
import importlib.util
import os
import sys
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

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

    An `import` keeps Python's lock while the system does that, which freezes the window for up to a second; a
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


def _import_late(module: str, function: str) -> Callable[..., Any]:
    """A function of core whose module, and torch with it, is imported when it is called."""

    def call(*arguments: Any, **options: Any) -> Any:
        with loading_torch():
            work = importlib.import_module(f"core.{module}")
        return getattr(work, function)(*arguments, **options)

    return call


if TYPE_CHECKING:
    from core.model.foreign_model import find_model as find_model
    from core.model.foreign_model import load_foreign_model as load_foreign_model
    from core.services.ceilings import measure_ceilings as measure_ceilings
    from core.services.crosscheck import crosscheck as crosscheck
    from core.services.export_model import export_model as export_model
    from core.services.predict import predict_texts as predict_texts
    from core.services.tag_typed_lines import tag_lines as tag_lines
    from core.services.tag_with_run import tag_with_run as tag_with_run
    from core.services.train import assist_training as assist_training
    from core.services.train import resume_run as resume_run
    from core.services.train import train_run as train_run
else:
    crosscheck = _import_late("services.crosscheck", "crosscheck")
    measure_ceilings = _import_late("services.ceilings", "measure_ceilings")
    export_model = _import_late("services.export_model", "export_model")
    find_model = _import_late("model.foreign_model", "find_model")
    load_foreign_model = _import_late("model.foreign_model", "load_foreign_model")
    predict_texts = _import_late("services.predict", "predict_texts")
    tag_lines = _import_late("services.tag_typed_lines", "tag_lines")
    tag_with_run = _import_late("services.tag_with_run", "tag_with_run")
    assist_training = _import_late("services.train", "assist_training")
    resume_run = _import_late("services.train", "resume_run")
    train_run = _import_late("services.train", "train_run")
