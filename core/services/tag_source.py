"""A source tags sentences of the project that it has not tagged yet; torch is loaded only where it is needed."""

from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from core.domain.errors import UserError
from core.domain.events import Predicting
from core.domain.settings import Device
from core.domain.spans import PredictedSpan, ScoredText, Section, SentenceNumber
from core.formats.records import Rejected
from core.messages.catalogue import mark, say
from core.metrics.signals import Signals
from core.services import engine
from core.services.dictionary_source import DictionaryTagger
from core.services.model_source import ModelTagger
from core.store.predictions import EpochKey
from core.store.project import Project
from core.store.runs import EpochChoice
from core.store.sources import Source, SourceKind, Version

_AT_ONCE = 1_000
"""Sentences that are stored at once: a stop loses no more."""

_FIXED: dict[SourceKind, str] = {
    "cross-check": mark("{source} keeps no weights to tag other sentences with; choose a run that was trained"),
    "file": mark("{source} says what its file says; add a file with more sentences as its next version"),
    "person": mark("{source} says what the person's file says; add a file with more sentences as its next version"),
    "agreement": mark("{source} says what others say; have these tag the sentences"),
}


class SpanTagger(Protocol):
    """What tags texts for a source that is not a run."""

    @property
    def fingerprint(self) -> str:
        """Of all that decides what it says: weights, tokenizer and label mapping, or entries."""

    def tag(self, texts: Sequence[str]) -> Iterable[ScoredText]:
        """What it says of each text, by the label names of the source; in any order."""

    @property
    def faults(self) -> Sequence[Rejected]:
        """What of it could not be used so far, such as expressions that take too long."""


@dataclass(frozen=True, slots=True)
class Tagged:
    """What came of tagging a section.

    Attributes:
        sentences: how many were tagged now.
        replaced: how many of them an older version of the source had tagged.
        faults: what of the source could not be used.
    """

    key: EpochKey
    sentences: int
    replaced: int = 0
    faults: Sequence[Rejected] = ()


def tag_source(
    project: Project, number: int, section: Section, epoch: EpochChoice | None = None, device: Device = "auto"
) -> Generator[Predicting, None, Tagged]:
    """Have a source tag what it has not tagged yet in a section. What was stored stays where the work is stopped, and
    the next call goes on from there.

    Args:
        epoch: of a run; None means the last one. A source that is not a run tags as it is now, its best version.

    Raises:
        UserError: the source cannot tag, or has no epochs to choose from, the section is empty, or what it tags with
            is damaged.
    """
    source = project.sources.by_number(number)
    if not source.tags_more:
        reason = _find_reason(source)
        raise UserError(reason, source=source.title)
    if not project.sentences.count(section):
        raise UserError("there are no sentences in {section}", section=section)
    if source.is_run:
        return (
            yield from tag_lacking(project, EpochKey(number, project.runs.epoch_number(number, epoch)), section, device)
        )
    if isinstance(epoch, int):
        raise UserError("{source} has no epochs and tags as it is now; leave out --epoch", source=source.title)
    tagger = open_tagger(project, source, device)
    return (yield from _tag_version(project, project.sources.find_version(number, tagger.fingerprint), tagger, section))


def explain_fixed(source: Source) -> str:
    """Why a source cannot tag more, and what can be done."""
    reason = _find_reason(source)
    return say(reason, source=source.heading)


def _find_reason(source: Source) -> str:
    return _FIXED[source.kind] if source.removed is None else mark("the weights of {source} were deleted")


def open_tagger(project: Project, source: Source, device: Device = "auto") -> SpanTagger:
    """What tags for a source that is not a run; weights are loaded when it does.

    Raises:
        UserError: what it tags with cannot be used.
    """
    return ModelTagger(project, source.number, device) if source.kind == "model" else DictionaryTagger(project, source)


def tag_lacking(
    project: Project, key: EpochKey, section: Section, device: Device = "auto"
) -> Generator[Predicting, None, Tagged]:
    """Tag what an epoch of a run, or the newest version of another source, has not tagged yet in a section; an older
    version stays as it is.

    Raises:
        UserError: what it tags with cannot be used.
    """
    source = project.sources.by_number(key.source)
    numbers = project.predictions.lacking(key, section)
    if source.is_run:
        if numbers:
            yield from engine.tag_with_run(project, key, numbers, device)
        return Tagged(key, len(numbers))
    tagger = open_tagger(project, source, device) if numbers else None
    if tagger is None or project.sources.versions(key.source)[-1] != Version(key, tagger.fingerprint):
        return Tagged(key, 0)
    return (yield from _tag_version(project, key, tagger, section))


def _tag_version(
    project: Project, key: EpochKey, tagger: SpanTagger, section: Section
) -> Generator[Predicting, None, Tagged]:
    numbers = project.predictions.lacking(key, section)
    yield from _tag_with(project, key, tagger, numbers)
    replaced = project.predictions.count_tagged(EpochKey(key.source, key.epoch - 1), numbers)
    return Tagged(key, len(numbers), replaced, tuple(tagger.faults))


def _tag_with(
    project: Project, key: EpochKey, tagger: SpanTagger, numbers: Sequence[SentenceNumber]
) -> Generator[Predicting, None, None]:
    done = 0
    for first in range(0, len(numbers), _AT_ONCE):
        part = numbers[first : first + _AT_ONCE]
        found: dict[SentenceNumber, Sequence[PredictedSpan]] = {}
        signals: dict[SentenceNumber, Signals] = {}
        sentences = project.sentences.by_number(part)
        for place, spans, uncertainty in tagger.tag([stored.text for stored in sentences]):
            found[part[place]] = spans
            if uncertainty is not None and sentences[place].split == "pool":
                signals[part[place]] = Signals(uncertainty, None, None, (), ())
            done += 1
            yield Predicting(done, len(numbers))
        project.sources.open_version(key.source, tagger.fingerprint)  # not before: the tagger may fail at once
        project.signals.save(key, signals)  # first: what has predictions is not tagged again
        project.predictions.save(key, found)
