"""Tags lines as they are typed, by a tagger that is loaded once and kept. Imports torch; see `core.services.engine`.

It works on the processor whatever else there is: some lines are soon tagged, and a training has its device to itself.
"""

from collections.abc import Generator, Sequence
from itertools import chain
from pathlib import Path
from queue import SimpleQueue

from core.domain.events import LinesTagged, TaggerLoaded
from core.model import checkpoint
from core.model.devices import device_of
from core.model.predictor import predict_batches

Questions = SimpleQueue[Sequence[str] | None]
"""Lines to tag; None ends the work."""

_AT_ONCE = 16
"""Lines between two answers: the first ones come first, and the analysis of no more delays the window."""


def tag_lines(folder: Path, questions: Questions) -> Generator[TaggerLoaded | LinesTagged, None, None]:
    """Load the tagger of a folder, and answer until None is asked; of several questions the newest counts.

    A question that comes while another is worked on takes its place after some lines.

    Raises:
        UserError: the checkpoint is not there or damaged.
    """
    text_tagger = checkpoint.load(folder, device_of("cpu"))
    weights = text_tagger.tagger.state_dict().values()
    yield TaggerLoaded(sum(weight.numel() * weight.element_size() for weight in weights))
    while (lines := _take_newest(questions)) is not None:
        for first in range(0, len(lines), _AT_ONCE):
            part = lines[first : first + _AT_ONCE]
            found = chain.from_iterable(predict_batches(text_tagger, part))
            yield LinesTagged({part[number]: spans for number, spans in found})
            if not questions.empty():
                break


def _take_newest(questions: Questions) -> Sequence[str] | None:
    """What was asked last, once anything was; an end before it counts all the same."""
    lines = questions.get()
    while lines is not None and not questions.empty():
        lines = questions.get()
    return lines
