"""How far two sources, or a source and the gold, agree on the sentences that both have judged; no torch here."""

from collections.abc import Container, Generator, Iterator
from dataclasses import dataclass

from core.analysis.agreement import Agreement, ReadSentence, measure_agreement
from core.domain.events import Reading
from core.domain.generators import map_progress
from core.domain.spans import Example, Section, SentenceNumber, Span
from core.store.predictions import EpochKey
from core.store.project import Project


@dataclass(frozen=True, slots=True)
class AgreementReport:
    """The agreement of two readers, and how far the gold is one of its own.

    Attributes:
        adjudicated: in how many sentences the gold was corrected to what the other reader says.
        untouched: the agreement on the sentences whose gold was never corrected; None if none was adjudicated.
    """

    agreement: Agreement
    adjudicated: int = 0
    untouched: Agreement | None = None


def report_source_agreement(
    project: Project, first: EpochKey | None, second: EpochKey | None, section: Section = "dev"
) -> Generator[Reading, None, AgreementReport]:
    """`measure_source_agreement`, and once more on the gold that was never corrected, where the gold was adjudicated
    from the other reader.
    """
    agreement = yield from measure_source_agreement(project, first, second, section)
    key = first or second
    if key is None or (first is not None and second is not None):
        return AgreementReport(agreement)
    corrected = {stored.number for stored in project.sentences.each(section) if stored.corrected}
    examples = project.predictions.examples(key, section, "corrected")
    adjudicated = sum(each.number in corrected and [*each.gold] == _predicted(each) for each in examples)
    if not adjudicated:
        return AgreementReport(agreement)
    untouched = yield from measure_source_agreement(project, first, second, section, without=corrected)
    return AgreementReport(agreement, adjudicated, untouched)


def measure_source_agreement(
    project: Project,
    first: EpochKey | None,
    second: EpochKey | None,
    section: Section = "dev",
    without: Container[SentenceNumber] = (),
) -> Generator[Reading, None, Agreement]:
    """The agreement of two epochs or versions on a section; None is the gold as it is corrected now.

    Sentences that one of them did not judge, or only in part, do not count, nor those that a run was trained on.

    Args:
        without: sentences that do not count either.
    """
    readings = (reading for number, reading in _read(project, first, second, section) if number not in without)
    total = project.sentences.count(section)
    return (yield from map_progress(measure_agreement(readings), lambda done: Reading(min(done, total), total)))


def _read(
    project: Project, first: EpochKey | None, second: EpochKey | None, section: Section
) -> Iterator[tuple[SentenceNumber, ReadSentence]]:
    if first is not None and second is not None:
        for one, other in project.predictions.pairs(first, second, section, "corrected"):
            yield one.number, ReadSentence(len(one.text), (_predicted(one), _predicted(other)))
    elif (key := first or second) is not None:
        for example in project.predictions.examples(key, section, "corrected"):
            spans = example.gold, _predicted(example)
            yield example.number, ReadSentence(len(example.text), spans if first is None else spans[::-1])
    else:
        raise ValueError("the gold agrees with itself")


def _predicted(example: Example) -> list[Span]:
    return [each.span for each in example.predicted or ()]
