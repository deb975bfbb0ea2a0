"""What an import brought, or why it brought nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from core.domain.errors import UserError
from core.formats.records import Rejected
from core.messages.catalogue import join_words, mark, say, say_count
from core.services.tally import Tally


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import brought.

    Attributes:
        rejected: the first records of each file that are not in the project now, at most `REJECTED_KEPT`.
        rejections: how many there are.
        repeated: how many of them the project had already, word for word.
        warnings: what a person should know of the corpus as it is now and of what came in, a sentence each.
        tally: what the records had.
    """

    sentences: int
    spans: int
    rejected: tuple[Rejected, ...] = ()
    rejections: int = 0
    repeated: int = 0
    warnings: tuple[str, ...] = ()
    tally: Tally = field(default_factory=Tally)


class NothingImportedError(UserError):
    """Of all the records of an import none could be taken; the report lists why."""

    def __init__(self, report: ImportReport, files: Sequence[str]) -> None:
        super().__init__(mark("Nothing imported: {reason}"), reason=_why_nothing(report, files))
        self.report = report


def _why_nothing(report: ImportReport, files: Sequence[str]) -> str:
    count, repeated = report.rejections, report.repeated
    if not count:
        return say("no sentence was found in {files}", files=join_words(files))
    if repeated == count:
        return say_count(
            "the one sentence is already in this project", "all {count:,} sentences are already in this project", count
        )
    first = report.rejected[0]
    if not repeated:
        return say_count(
            "the one record was rejected: {where}: {reason}",
            "all {count:,} records were rejected, the first at {where}: {reason}",
            count,
            where=first.where,
            reason=first.reason,
        )
    return say_count(
        "all {of:,} records were rejected ({count:,} is already in this project), the first at {where}: {reason}",
        "all {of:,} records were rejected ({count:,} are already in this project), the first at {where}: {reason}",
        repeated,
        of=count,
        where=first.where,
        reason=first.reason,
    )
