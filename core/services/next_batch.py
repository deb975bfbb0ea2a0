"""What to label next: a batch of sentences of the pool, ordered by what a source knows of them."""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass

from core.analysis.near_duplicates import thin_similar
from core.domain.errors import UserError
from core.domain.events import Reading
from core.domain.spans import SentenceNumber
from core.domain.splitting import Keys
from core.messages.catalogue import join_words, say, say_count
from core.services.source_choice import find_dictionary, find_epoch, find_scored
from core.store.batches import Batch, BatchEntry, BatchOrder
from core.store.candidates import Candidates, find_candidates, order_by_score
from core.store.predictions import EpochKey
from core.store.project import Project
from core.store.signal_store import shuffle

DEEP = 10
"""How many times the size of a batch are compared with each other to leave near duplicates out."""
_RESERVED = 10
"""One in so many places of a batch is for hits of labels without an example."""


@dataclass(frozen=True, slots=True)
class NextBatch:
    """A new batch; None where nothing can be offered.

    Attributes:
        notices: what a person should know of it, a sentence each.
    """

    batch: Batch | None
    candidates: Candidates
    notices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Choice:
    """The sentences in an order, some more than wanted, and what is to be said of them.

    Attributes:
        is_all: whether there is nothing else to offer in this order, where they are fewer than wanted.
    """

    entries: Sequence[BatchEntry]
    key: EpochKey | None
    notices: tuple[str, ...] = ()
    is_all: bool = True


def make_batch(
    project: Project,
    size: int,
    order: BatchOrder = "informative",
    source: int | None = None,
    dev_share: float | None = None,
) -> Generator[Reading, None, NextBatch]:
    """Choose and store what is to be labelled next; may be closed at any time.

    Args:
        source: whose scores or hits the order is by; None: see `core.services.source_choice`.
        dev_share: the share of the random order that goes to dev, from now on; None: as before.

    Raises:
        UserError: the size or share is outside of its range, or no source tagged the pool.
    """
    share = project.batches.dev_share() if dev_share is None else dev_share
    if size < 1 or not 0 <= share < 1:
        raise UserError("a batch has at least 1 sentence, and the share for dev is at least 0 and below 1")
    reading, total = find_candidates(project.database, share), project.sentences.last_number()
    while True:
        try:
            yield Reading(next(reading), total)
        except StopIteration as end:
            candidates: Candidates = end.value
            break
    choice = _choose(project, candidates, size, order, source)
    entries = choice.entries[:size]
    kept = 0 if order == "random" else int(candidates.for_random.sum())
    lack = _describe_lack(len(entries), kept) if choice.is_all and len(entries) < size else []
    notices = (*choice.notices, *describe_left_out(candidates), *lack)
    batch = project.batches.add(order, choice.key, share, entries) if entries else None
    return NextBatch(batch, candidates, notices)


def _choose(project: Project, candidates: Candidates, size: int, order: BatchOrder, source: int | None) -> _Choice:
    offered = candidates.of_order(is_random=order == "random")
    if order == "random":
        chosen = shuffle(project.database, candidates.numbers.tolist())[:size]
        return _Choice([BatchEntry(SentenceNumber(number), "random") for number in chosen], None)
    if order == "dictionary":
        return _choose_hits(project, offered, size, source)
    starved = find_starved(project)
    first = _find_hits_of_starved(project, offered, starved)[: max(1, size // _RESERVED)] if starved else []
    key = find_scored(project, source)
    choice = _choose_uncertain(project, offered, size, key, thins=order == "informative")
    taken = {entry.sentence for entry in first}
    notices = (*choice.notices, *([describe_starved(starved)] if starved else []))
    entries = [*first, *(each for each in choice.entries if each.sentence not in taken)]
    return _Choice(entries, key, notices, choice.is_all)


def _choose_uncertain(project: Project, offered: Keys, size: int, key: EpochKey, *, thins: bool) -> _Choice:
    scored = project.signals.uncertainties(key, "pool")
    numbers, values, lacking = order_by_score(offered, scored)
    notices = (
        [
            say_count(
                "{count:,} sentence is not tagged yet: have a run tag the pool.",
                "{count:,} sentences are not tagged yet: have a run tag the pool.",
                lacking,
            )
        ]
        if lacking
        else []
    )
    deep = numbers[: DEEP * size].tolist() if thins else numbers[:size].tolist()
    places, similar = list(range(len(deep))), dict[int, int]()
    if thins:
        texts = {stored.number: stored.text for stored in project.sentences.by_number(deep)}
        places, similar = thin_similar((texts[number] for number in deep), size)
    if len(places) < size and similar:
        notices.append(_describe_similar(len(places), len(deep)))
    entries = [
        BatchEntry(SentenceNumber(deep[place]), "uncertain", float(values[place]), similar=similar.get(place, 0))
        for place in places
    ]
    return _Choice(entries, key, tuple(notices), is_all=not lacking and not similar)


def _choose_hits(project: Project, offered: Keys, size: int, source: int | None) -> _Choice:
    key = find_dictionary(project) if source is None else find_epoch(project, source, "pool")
    if key is None:
        raise UserError(
            "no dictionary has tagged the pool; add one as a source and let it tag the pool, or choose the random order"
        )
    hits = _count_hits(project, key, offered)
    starved = {*find_starved(project)}
    entries = []
    for number, labels in hits.items():
        lacking = next((label for label in labels if label in starved), None)
        entries.append(BatchEntry(number, "hits" if lacking is None else "starved", len(labels), lacking))
    entries.sort(key=lambda entry: (entry.label is None, -(entry.value or 0), entry.sentence))
    notices = _describe_lack_of_hits(project, key, offered, len(entries)) if len(entries) < size else ()
    return _Choice(entries, key, tuple(notices), is_all=False)


def _describe_lack_of_hits(project: Project, key: EpochKey, offered: Keys, found: int) -> Iterator[str]:
    """How many texts have hits, and why the others have none."""
    source, total = project.sources.by_number(key.source), len(offered)
    tagged = project.predictions.count_tagged(key, offered.tolist()) if source.tags_more else total
    yield say_count(
        "{count:,} text to offer has hits of {source}.",
        "{count:,} texts to offer have hits of {source}.",
        found,
        source=source.title,
    )
    if without := tagged - found:
        yield say_count(
            "{count:,} text has none: choose another order for it, such as the random one.",
            "{count:,} texts have none: choose another order for them, such as the random one.",
            without,
        )
    if untagged := total - tagged:
        yield say_count(
            "{count:,} text is not tagged yet: have {source} tag the pool.",
            "{count:,} texts are not tagged yet: have {source} tag the pool.",
            untagged,
            source=source.title,
        )


def _find_hits_of_starved(project: Project, offered: Keys, starved: Sequence[str]) -> list[BatchEntry]:
    """Sentences in which a dictionary finds a label without an example."""
    key = find_dictionary(project)
    if key is None:
        return []
    hits = _count_hits(project, key, offered)
    return [
        BatchEntry(number, "starved", len(labels), label)
        for number, labels in hits.items()
        if (label := next((each for each in labels if each in starved), None)) is not None
    ]


def _count_hits(project: Project, key: EpochKey, offered: Keys) -> dict[SentenceNumber, list[str]]:
    """The labels of the spans that a source found in each of the sentences, where it found any."""
    wanted = {*offered.tolist()}
    return {number: labels for number, labels in project.predictions.labels_found(key) if number in wanted}


def find_starved(project: Project) -> list[str]:
    """The labels of the tag set without an example in any split, once there are some examples."""
    counts = project.sentences.label_counts()
    used = {label for (section, label), count in counts.items() if count and section in ("train", "dev", "test")}
    return [label for label in project.sentences.labels() if label not in used] if used else []


def describe_starved(labels: Sequence[str]) -> str:
    """A sentence on labels that a tagger cannot suggest."""
    return say_count(
        "{labels} has no example, so that no tagger suggests it: search for it, or use a dictionary.",
        "These labels have no example, so that no tagger suggests them: {labels}. Search for them, or use a"
        " dictionary.",
        len(labels),
        labels=join_words(labels),
    )


def describe_left_out(candidates: Candidates) -> list[str]:
    """Why sentences of the pool are not offered, a sentence each."""
    notices = [
        say_count(
            "{count:,} pool sentence has a text that is in {split} already: it is not offered.",
            "{count:,} pool sentences have texts that are in {split} already: they are not offered.",
            count,
            split=split,
        )
        for split, count in candidates.in_splits.items()
        if count
    ]
    if candidates.copies:
        notices.append(
            say_count(
                "{count:,} pool sentence is a copy of another one: it is finished with that.",
                "{count:,} pool sentences are copies of others: they are finished with those.",
                candidates.copies,
            )
        )
    if candidates.with_document:
        notices.append(
            say_count(
                "{count:,} pool sentence is of a document in test: it is not offered.",
                "{count:,} pool sentences are of documents in test: they are not offered.",
                candidates.with_document,
            )
        )
    if candidates.skipped:
        notices.append(
            say_count(
                "{count:,} sentence is skipped: come back to it when you like.",
                "{count:,} sentences are skipped: come back to them when you like.",
                candidates.skipped,
            )
        )
    return notices


def _describe_lack(found: int, kept: int) -> list[str]:
    """That there is nothing else to offer, or only in the random order."""
    notices = [
        say("No text is left to offer.")
        if not found
        else say_count(
            "There is only {count:,} different text to offer.",
            "There are only {count:,} different texts to offer.",
            found,
        )
    ]
    if kept:
        notices.append(
            say_count(
                "{count:,} more is drawn for dev, and offered in the random order.",
                "{count:,} more are drawn for dev, and offered in the random order.",
                kept,
            )
        )
    return notices


def _describe_similar(found: int, compared: int) -> str:
    """That fewer texts are offered than wanted, as the others are nearly the same."""
    return say_count(
        "Only {count:,} of the {compared:,} least certain texts is not nearly the same as another one: the order by"
        " uncertainty alone offers them all.",
        "Only {count:,} of the {compared:,} least certain texts are not nearly the same as others: the order by"
        " uncertainty alone offers them all.",
        found,
        compared=compared,
    )
