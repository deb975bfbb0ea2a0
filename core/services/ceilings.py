"""How far each tagging unit can go on a corpus. Imports torch; see `core.services.engine`."""

from collections.abc import Generator

from core.domain.errors import UserError
from core.domain.events import Measuring
from core.domain.generators import accumulate_progress, map_progress
from core.domain.scores import Report
from core.domain.settings import Unit
from core.domain.spans import Split
from core.model.ceilings import STEPS_OF_CEILINGS, compute_ceilings
from core.store.project import Project


def measure_ceilings(project: Project, encoder: str, split: Split) -> Generator[Measuring, None, dict[Unit, Report]]:
    """How far each tagging unit can go with an encoder on a split: the scores that perfect tags would reach.

    Raises:
        UserError: the split is empty, or the encoder cannot be had.
    """
    sentences = [stored.with_gold("corrected") for stored in project.sentences.each(split)]
    if not sentences:
        raise UserError("the project has no {split} sentences; import some", split=split)
    texts = (stored.text for stored in project.sentences.each("train"))
    work = compute_ceilings(sentences, encoder, texts, project.encodings_folder)
    total = STEPS_OF_CEILINGS * len(sentences)
    return (yield from map_progress(accumulate_progress(work), lambda done: Measuring(done, total)))
