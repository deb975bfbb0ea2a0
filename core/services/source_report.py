"""What a file brought that was added as a source, counted and in sentences for the user."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from core.formats.records import Rejected
from core.messages.catalogue import join_words, say, say_count
from core.services.tally import Tally, describe_tally
from core.store.predictions import EpochKey

LISTED = 20
"""How many strings and ids are listed."""


@dataclass(slots=True)
class SourceReport:
    """What a file brought as a source.

    Attributes:
        key: the version that its spans are.
        sentences, spans: of the project, with what the file says of them.
        partly: how many of them were judged in part.
        not_judged: records of which the file says that nobody looked at them, or nothing.
        by_others: records of other people than the chosen one.
        repeated: records that say again what an earlier one says.
        missing: strings that were named as entities and are not in their text; the first of them.
        changed: the sentences of which the version before said something else, or nothing, the first of them; None:
            there is no version before.
        left_out: the sentences of the version before of which the file says nothing.
        of_blind_batch: what did not come back of the blind batch that it is of, or was not in it, in words.
        cut: spans that end before the particles that the file has in them; None: they were not to be cut.
        with_particle: spans that seem to end in a particle, where the file tags whole words and they were not cut.
        rejected: the first records that were not taken, at most `REJECTED_KEPT`; `rejections` is how many there are.
    """

    key: EpochKey
    name: str
    sentences: int = 0
    spans: int = 0
    partly: int = 0
    not_judged: int = 0
    by_others: int = 0
    repeated: int = 0
    mentions_missing: int = 0
    missing: list[str] = field(default_factory=list)
    changes: int = 0
    changed: list[str] | None = None
    left_out: int = 0
    of_blind_batch: str = ""
    cut: int | None = None
    with_particle: int = 0
    rejected: list[Rejected] = field(default_factory=list)
    rejections: int = 0
    tally: Tally = field(default_factory=Tally)


def describe_source_report(report: SourceReport) -> tuple[str, ...]:
    """What a person should know of what a file brought, a sentence each."""
    parts = (_describe_judging(report), _describe_matching(report), _describe_particles(report))
    return (*(sentence for part in parts for sentence in part), *describe_tally(report.tally))


def _describe_judging(report: SourceReport) -> Iterator[str]:
    if report.not_judged:
        yield say_count(
            "{count:,} record does not say what the entities of its text are, and was passed over.",
            "{count:,} records do not say what the entities of their texts are, and were passed over.",
            report.not_judged,
        )
    if report.partly:
        yield say_count(
            "{count:,} sentence was judged in part: its spans are shown, but it is not measured on.",
            "{count:,} sentences were judged in part: their spans are shown, but they are not measured on.",
            report.partly,
        )
    if report.by_others:
        yield say_count(
            "{count:,} record of another person was passed over.",
            "{count:,} records of other people were passed over.",
            report.by_others,
        )
    if report.of_blind_batch:
        yield report.of_blind_batch
    if report.changed is not None:
        yield _describe_changes(report, report.changed)
    if report.left_out:
        yield say_count(
            "It says nothing of {count:,} sentence of version {before}, which is measured no longer: to keep it, put"
            " both files into one, or give this one another name.",
            "It says nothing of {count:,} sentences of version {before}, which are measured no longer: to keep them,"
            " put both files into one, or give this one another name.",
            report.left_out,
            before=report.key.epoch - 1,
        )


def _describe_changes(report: SourceReport, changed: list[str]) -> str:
    before = report.key.epoch - 1
    if not report.changes:
        return say("It says the same as version {before}.", before=before)
    ids = join_words([*changed, "…"] if report.changes > len(changed) else changed)
    return say_count(
        "It says something else than version {before} of {count:,} sentence: {ids}.",
        "It says something else than version {before} of {count:,} sentences: {ids}.",
        report.changes,
        before=before,
        ids=ids,
    )


def _describe_matching(report: SourceReport) -> Iterator[str]:
    if report.repeated:
        yield say_count(
            "{count:,} record repeats an earlier one.", "{count:,} records repeat earlier ones.", report.repeated
        )
    if report.mentions_missing:
        strings = [*report.missing, "…"] if report.mentions_missing > len(report.missing) else report.missing
        yield say_count(
            "{count:,} entity is not in its text, or not so often: {strings}.",
            "{count:,} entities are not in their texts, or not so often: {strings}.",
            report.mentions_missing,
            strings=join_words(strings),
        )


def _describe_particles(report: SourceReport) -> Iterator[str]:
    if report.cut is not None:
        yield say_count(
            "{count:,} of the {spans:,} spans ends before its particles.",
            "{count:,} of the {spans:,} spans end before their particles.",
            report.cut,
            spans=report.spans,
        )
    if report.with_particle:
        yield say_count(
            "{count:,} of the {spans:,} spans seems to end in a particle, since whole words are tagged: add the file"
            " again with particles cut off (--cut-particles on the command line) to compare it with a gold without.",
            "{count:,} of the {spans:,} spans seem to end in a particle, since whole words are tagged: add the file"
            " again with particles cut off (--cut-particles on the command line) to compare it with a gold without.",
            report.with_particle,
            spans=report.spans,
        )
