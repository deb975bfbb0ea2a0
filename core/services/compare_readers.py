"""How far two readers of the corpus agree: sources, or the gold."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from heapq import merge
from itertools import groupby
from operator import itemgetter
from typing import Literal, NamedTuple

from core.analysis.agreement import Agreement, ReadSentence, measure_agreement
from core.domain.spans import SentenceNumber, Span, Split
from core.services.source_choice import find_epoch
from core.store.predictions import EpochKey
from core.store.project import Project

Reader = EpochKey | Literal["gold"]


def find_reader(project: Project, named: int | str, split: Split) -> Reader:
    """The gold, or the epoch or version that counts in a split of a source that is given by its number or its name.

    Raises:
        UserError: there is no such source, or it has tagged nothing there.
    """
    return "gold" if named == "gold" else find_epoch(project, project.sources.number_of(named), split)


@dataclass(frozen=True, slots=True)
class AgreementReport:
    """The agreement of two readers on a split.

    Attributes:
        adjudicated: in how many sentences a person took the gold from the other reader, or corrected it to what that
            one says; such a gold is not an independent reader.
        untouched: the agreement on the other sentences whose gold was never corrected; None if none was adjudicated.
    """

    agreement: Agreement
    adjudicated: int = 0
    untouched: Agreement | None = None


class _Reading(NamedTuple):
    number: SentenceNumber
    reader: int
    characters: int
    spans: tuple[Span, ...]


def compare_readers(
    project: Project, one: Reader, other: Reader, split: Split
) -> Generator[int, None, AgreementReport]:
    """The agreement of two readers on the sentences of a split that both have judged wholly; yields how many sentences
    were read so far.
    """
    agreement = yield from measure_agreement(_pair(project, one, other, split))
    if "gold" not in (one, other) or one == other:
        return AgreementReport(agreement)
    corrected = {stored.number: stored.gold for stored in project.sentences.each(split) if stored.corrected}
    source = other if one == "gold" else one
    assert source != "gold"
    taken = project.adjudication.taken_from(source.source)
    adjudicated = {
        each.number
        for each in _read(project, source, split, 0)
        if each.number in taken or corrected.get(each.number) == each.spans
    }
    if not adjudicated:
        return AgreementReport(agreement)
    touched = frozenset(corrected).union(adjudicated)
    untouched = yield from measure_agreement(_pair(project, one, other, split, touched))
    return AgreementReport(agreement, len(adjudicated), untouched)


def _pair(
    project: Project, one: Reader, other: Reader, split: Split, without: frozenset[SentenceNumber] = frozenset()
) -> Iterator[ReadSentence]:
    """The sentences of a split that one of two readers has judged."""
    readings = merge(*(_read(project, reader, split, at) for at, reader in enumerate((one, other))), key=itemgetter(0))
    for number, group in groupby(readings, key=itemgetter(0)):
        found = {each.reader: each for each in group}
        if number not in without:
            spans = [found[at].spans if at in found else None for at in (0, 1)]
            yield ReadSentence(next(iter(found.values())).characters, spans)


def _read(project: Project, reader: Reader, split: Split, at: int) -> Iterator[_Reading]:
    if reader == "gold":
        for stored in project.sentences.each(split):
            yield _Reading(stored.number, at, len(stored.text), stored.gold)
    else:
        for example in project.predictions.examples(reader, split, "corrected"):
            spans = tuple([predicted.span for predicted in example.predicted])
            yield _Reading(example.number, at, len(example.text), spans)
