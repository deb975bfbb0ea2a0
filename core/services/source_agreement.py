"""How far two sources, or a source and the gold, agree on the sentences that both have judged; no torch here."""

from collections.abc import Generator, Iterator

from core.analysis.agreement import Agreement, ReadSentence, measure_agreement
from core.domain.events import Reading
from core.domain.generators import map_progress
from core.domain.spans import Example, Section, Span
from core.store.predictions import EpochKey
from core.store.project import Project


def measure_source_agreement(
    project: Project, first: EpochKey | None, second: EpochKey | None, section: Section = "dev"
) -> Generator[Reading, None, Agreement]:
    """The agreement of two epochs or versions on a section; None is the gold as it is corrected now.

    Sentences that one of them did not judge, or only in part, do not count, nor those that a run was trained on.
    """
    readings = _read(project, first, second, section)
    total = project.sentences.count(section)
    return (yield from map_progress(measure_agreement(readings), lambda done: Reading(min(done, total), total)))


def _read(
    project: Project, first: EpochKey | None, second: EpochKey | None, section: Section
) -> Iterator[ReadSentence]:
    if first is not None and second is not None:
        for one, other in project.predictions.pairs(first, second, section, "corrected"):
            yield ReadSentence(len(one.text), (_predicted(one), _predicted(other)))
    elif (key := first or second) is not None:
        for example in project.predictions.examples(key, section, "corrected"):
            spans = example.gold, _predicted(example)
            yield ReadSentence(len(example.text), spans if first is None else spans[::-1])
    else:
        raise ValueError("the gold agrees with itself")


def _predicted(example: Example) -> list[Span]:
    return [each.span for each in example.predicted or ()]
