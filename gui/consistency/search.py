"""The search of the corpus for inconsistent strings, and what keeps its counts in step with corrections."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass

from core.analysis.consistency import GoldText, Inconsistency, StringPlace, Tally, string_places, tallying
from core.domain.generators import map_progress
from core.domain.spans import SPLITS, SentenceNumber
from core.store.changes import ChangeSet
from core.store.gold.corrections import LARGE
from core.store.project import Project
from core.training.events import Reading


@dataclass(frozen=True, slots=True)
class Search:
    """The counts of every string, and the inconsistent ones as they were found, the likeliest mistakes first."""

    tally: Tally
    found: list[Inconsistency]


def searching(project: Project) -> Generator[object, None, Search]:
    """Search the whole corpus; a background job."""
    total = 2 * project.sentences.count()

    def read() -> Iterator[GoldText]:
        return (GoldText(stored.split, stored.text, stored.gold) for stored in project.sentences.each())

    tally = yield from map_progress(tallying(read), lambda done: Reading(done, total))
    return Search(tally, tally.inconsistent())


def recount(project: Project, tally: Tally, change: ChangeSet) -> set[str] | None:
    """Count the strings of some corrected sentences anew; returns these strings, None where that cannot be done.

    The last corrections of the log are those of the change, with the gold before and after.
    """
    if change.corpus or len(change.sentences) > LARGE:
        return None
    log = project.corrections.listed(0, len(change.sentences))
    splits = {stored.number: stored.split for stored in project.sentences.by_number(change.sentences)}
    if {correction.sentence for correction in log} != splits.keys():
        return None
    strings: set[str] = set()
    for made in log:
        split = splits[made.sentence]
        strings |= tally.count(GoldText(split, made.text, made.before), -1)
        strings |= tally.count(GoldText(split, made.text, made.after))
    return strings


def finding_places(project: Project, found: Inconsistency) -> Generator[None, None, list[StringPlace]]:
    """All places of a string, in steps of some milliseconds."""
    places: list[StringPlace] = []
    for split in SPLITS:
        for sentences in project.sentences.containing(found.text, split):
            numbered = ((SentenceNumber(s.number), s.split, s.with_gold("corrected")) for s in sentences)
            places += string_places(found, numbered)
            yield
    return places
