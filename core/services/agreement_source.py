"""The agreement of several sources, as a source of its own: what all, most or only one of them say."""

from collections import defaultdict
from collections.abc import Generator, Sequence
from typing import Literal, get_args

from core.domain.errors import UserError
from core.domain.events import Reading
from core.domain.spans import PredictedSpan, SentenceNumber, Span
from core.messages.catalogue import join_words, mark, say
from core.store.predictions import EpochKey
from core.store.project import Project

AgreementRule = Literal["all", "most", "alone"]
AGREEMENT_RULES: tuple[AgreementRule, ...] = get_args(AgreementRule)

_NAMES: dict[AgreementRule, str] = {
    "all": mark("all of {sources}"),
    "most": mark("most of {sources}"),
    "alone": mark("one alone of {sources}"),
}

_AT_ONCE = 1_000
"""Sentences that are compared and stored at once."""


def add_agreement(
    project: Project, members: Sequence[int], rule: AgreementRule, name: str = ""
) -> Generator[Reading, None, EpochKey]:
    """Store what sources agree on, on the sentences that all have judged wholly, by their newest epochs or versions; as
    a new source, or a new version of the agreement with this name. Closing the generator early stores nothing.

    A span's probability is the mean of those that the members give it, 0 where one does not say it.

    Args:
        rule: the spans that all have, that more than half have, or that only one has and no other overlaps.
        name: empty: the rule and what it is of.

    Raises:
        UserError: there are fewer than two members, or no sentence that all have judged.
    """
    keys = [EpochKey(number, project.runs.epoch_number(number, None)) for number in sorted({*members})]
    if len(keys) < 2:
        raise UserError("an agreement needs at least two sources; choose another one as well")
    numbers = project.predictions.judged_by_all(keys)
    if not numbers:
        raise UserError("there is no sentence of which all of these sources say what its entities are")
    name = name.strip() or say(
        _NAMES[rule], sources=join_words(project.sources.by_number(key.source).title for key in keys)
    )
    known = project.sources.find("agreement", name)
    number = known.number if known else project.sources.add("agreement", name, {})
    try:
        for _ in project.sources.delete_leftovers([number]):
            yield Reading(0, len(numbers))
        key = project.sources.next_version(number)
        for first in range(0, len(numbers), _AT_ONCE):
            part = numbers[first : first + _AT_ONCE]
            _store_part(project, key, keys, part, rule)
            yield Reading(first + len(part), len(numbers))
        with project.database.atomic():
            project.sources.change_origin(number, {"members": [[k.source, k.epoch] for k in keys], "rule": rule})
            project.sources.finish_version(key, f"{rule} {keys}")
    except BaseException:
        project.sources.delete_unfinished(number)
        raise
    return key


def _store_part(
    project: Project, key: EpochKey, members: Sequence[EpochKey], part: Sequence[SentenceNumber], rule: AgreementRule
) -> None:
    said = [project.predictions.of(member, part) for member in members]
    found = {number: join_readings([each[number] for each in said], rule) for number in part}
    then = project.sources.labels_then(key.source, {p.span.label for spans in found.values() for p in spans})
    renamed = {
        number: [
            PredictedSpan(Span(p.span.start, p.span.end, then.get(p.span.label, p.span.label)), p.probability)
            for p in spans
        ]
        for number, spans in found.items()
    }
    project.predictions.save(key, renamed)


def join_readings(readings: Sequence[Sequence[PredictedSpan]], rule: AgreementRule) -> list[PredictedSpan]:
    """The spans of one sentence that its readings agree on by a rule, in order of position."""
    shares: dict[Span, list[float]] = defaultdict(list)
    for reading in readings:
        for predicted in reading:
            shares[predicted.span].append(predicted.probability)
    least = {"all": len(readings), "most": len(readings) // 2 + 1, "alone": 1}[rule]
    chosen = [span for span, given in shares.items() if len(given) >= least]
    if rule == "alone":
        chosen = [span for span in chosen if not any(span.overlaps(other) for other in shares if other != span)]
        chosen = [span for span in chosen if len(shares[span]) == 1]
    return [PredictedSpan(span, sum(shares[span]) / len(readings)) for span in sorted(chosen)]
