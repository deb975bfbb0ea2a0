"""Which source counts where several could, and which of its epochs or versions: one rule for window and command line.

A source that is named counts alone. Where none is named, the first of these that has tagged what is asked about:

1. the source that a person chose for suggestions;
2. the dictionary by whose hits a batch was chosen, or else what the window looks at;
3. the runs, the newest first;
4. the other sources, the newest first.

Of a run counts the newest epoch that has tagged it: epochs stay beside each other, and those of a resumed run may have
tagged dev alone. Of another source counts only the newest version, which takes the place of the one before, even if it
has tagged less. A removed source does not count; one whose weights were deleted counts with what it has tagged, but
tags nothing more. Whoever can tag what is lacking does so before it is measured (`core.services.evaluate`).
"""

from collections.abc import Sequence
from contextlib import suppress

from core.domain.errors import UserError
from core.domain.spans import PredictedSpan, Section, SentenceNumber
from core.store.batches import BatchOrder
from core.store.predictions import EpochKey
from core.store.project import Project
from core.store.runs import EpochChoice

Suggestions = dict[SentenceNumber, tuple[EpochKey, tuple[PredictedSpan, ...]]]
"""What is suggested for sentences of the pool, and by whom."""


def rank_epochs(project: Project, *first: EpochKey | None, source: int | None = None) -> list[EpochKey]:
    """All epochs and versions that could count, those that count before others first.

    Args:
        first: what comes after the source that a person chose for suggestions, and before all others.
        source: the one that is named.
    """
    preferred = [key for key in first if key is not None]
    places = [project.sources.suggesting(), *(key.source for key in preferred)]
    known = sorted(project.sources.list_all(), key=lambda each: (not each.is_run, -each.number))
    known.sort(key=lambda each: places.index(each.number) if each.number in places else len(places))
    ranked = []
    for each in known if source is None else [project.sources.by_number(source)]:
        epochs = [EpochKey(each.number, epoch) for epoch in reversed(project.sources.epoch_numbers(each.number))]
        ranked += sorted(epochs, key=lambda key: key not in preferred) if each.is_run else epochs[:1]
    return ranked


def find_newest(project: Project) -> EpochKey | None:
    """What counts where no section is asked about: the last epoch of the newest run that was trained, or where there is
    none, the newest other source that has tagged anything.
    """
    runs = project.runs.with_epochs()
    others = [each.number for each in project.sources.list_all() if not each.is_run]
    for number in (*reversed(runs), *reversed(others)):
        if epochs := project.sources.epoch_numbers(number):
            return EpochKey(number, epochs[-1])
    return None


def find_epoch(project: Project, source: int, section: Section, epoch: EpochChoice | None = None) -> EpochKey:
    """The epoch or version of a source that counts in a section, or that was chosen.

    Raises:
        UserError: there is no such source or epoch, or it has tagged nothing there.
    """
    known = project.sources.by_number(source)
    last = EpochKey(source, project.runs.epoch_number(source, epoch))
    for key in rank_epochs(project, source=source) if epoch is None else [last]:
        if project.predictions.has_any(key, section):
            return key
    if known.is_crosscheck:
        raise UserError(
            "run {number} is a cross-check: it tagged training sentences and keeps no weights to tag"
            " others with; evaluate it with --split train",
            number=source,
        )
    raise UserError("{source} says nothing of any {section} sentence", source=known.title, section=section)


def find_suggestions(
    project: Project, numbers: Sequence[SentenceNumber], *first: EpochKey | None, source: int | None = None
) -> Suggestions:
    """What is suggested for sentences, without what a person rejected there; a sentence that nobody tagged has nothing.

    Args:
        first, source: as for `rank_epochs`.
    """
    tagged = project.predictions.epochs_of(numbers)
    found: Suggestions = {}
    for key in rank_epochs(project, *first, source=source) if tagged else ():
        lacking = [number for number in tagged.get(key, ()) if number not in found]
        for number, spans in project.predictions.of(key, lacking).items():
            rejected = project.pool.rejected(number)
            found[number] = key, tuple(each for each in spans if each.span not in rejected)
    return found


def find_scored(project: Project, source: int | None = None) -> EpochKey:
    """The epoch whose scores of the pool an order is by.

    Raises:
        UserError: there is none.
    """
    for key in rank_epochs(project, source=source):
        if project.signals.have_pool(key):
            return key
    if source is not None:
        raise UserError("source {number} has no scores of the pool; run “suggest” with it first", number=source)
    if (dictionary := find_dictionary(project)) is not None:
        raise UserError(
            "no run has tagged the pool yet; choose the dictionary order, as {source} has tagged it, or the random"
            " order, or train a run and let it tag the pool",
            source=project.sources.by_number(dictionary.source).title,
        )
    raise UserError("no run has tagged the pool yet; train one and let it tag the pool, or choose the random order")


def find_dictionary(project: Project) -> EpochKey | None:
    """The version of a dictionary whose hits in the pool an order is by; None: none has tagged it."""
    dictionaries = {each.number for each in project.sources.list_all() if each.kind == "dictionary"}
    ranked = (key for key in rank_epochs(project) if key.source in dictionaries)
    return next((key for key in ranked if project.predictions.has_any(key, "pool")), None)


def propose_order(project: Project) -> BatchOrder:
    """The best order of the next batch that works: by scores, or else by hits of a dictionary, or else at random."""
    with suppress(UserError):
        find_scored(project)
        return "informative"
    return "random" if find_dictionary(project) is None else "dictionary"


def find_pool_tagger(project: Project, looked_at: EpochKey | None) -> EpochKey | None:
    """The epoch or version that is to tag what is lacking in the pool: of the source that a person chose for
    suggestions, or else what the window looks at. None: it tags nothing more.
    """
    chosen = project.sources.suggesting()
    key = looked_at if chosen is None else next(iter(rank_epochs(project, source=chosen)), None)
    return key if key is not None and project.sources.by_number(key.source).tags_more else None
