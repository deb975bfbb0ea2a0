"""The next useful step on the way from raw text to a tagger, for a status line: what it is, and where it is done."""

from typing import Literal, NamedTuple

from core.domain.spans import SPLITS
from core.domain.splitting import normalise_for_comparison
from core.messages.catalogue import say, say_count
from core.services.next_batch import find_starved
from core.services.source_choice import find_dictionary
from core.store.batches import Batch
from core.store.predictions import EpochKey
from core.store.project import Project
from core.store.runs import Run

FIRST = 50
"""Labelled sentences with which a first tagger is worth training: its suggestions save more than they cost."""
_SHARE = 0.1
"""A run is worth repeating once its training sentences have grown by this share, and by `FIRST` at most."""

Place = Literal["corpus", "pool", "train", "inspect", "sources"]


class NextStep(NamedTuple):
    """What to do next, in one sentence or two.

    Attributes:
        place: where that is done; pool and inspect are both of the Inspect page, the latter with a run's errors.
        batch: of the pool, the batch to go on with.
        run: whose errors are to be looked at.
    """

    text: str
    place: Place
    batch: int | None = None
    run: int | None = None


def find_next_step(project: Project) -> NextStep:
    """What to do next; takes some tenths of a second in a pool of a million, and once some seconds for a small pool
    beside a million sentences.
    """
    train, dev, pooled = (project.sentences.count(section) for section in ("train", "dev", "pool"))
    left = pooled - (_count_copies(project) if pooled <= 10 * FIRST else 0)
    if not train + dev + left:
        return NextStep(say("There is nothing to label yet: add a corpus, or raw text for the pool."), "corpus")
    run, labelled = _newest_run(project), _count_labelled(project, train + dev)
    step = _find_start(project, labelled, dev, left) if run is None else _find_after(project, run, left)
    if left and (run is not None or labelled >= FIRST) and (starved := find_starved(project)):
        return step._replace(text=f"{step.text} {_describe_starved(starved)}")
    return step if left or not pooled else step._replace(text=f"{step.text} {_describe_copies(pooled)}")


def _count_copies(project: Project) -> int:
    """How many sentences of the pool have a text that is in a split, without those that are skipped."""
    skipped = project.pool.skipped()
    same = [project.texts.find(each.text) for each in project.sentences.each("pool") if each.number not in skipped]
    known = project.sentences.by_number([number for numbers in same for number in numbers])
    in_splits = {each.number for each in known if each.split in SPLITS}
    return sum(not in_splits.isdisjoint(numbers) for numbers in same)


def _count_labelled(project: Project, sentences: int) -> int:
    """How many labelled texts there are: copies count once, as long as they could make up for what is missing."""
    if sentences > 10 * FIRST:
        return sentences
    stored = (each for split in ("train", "dev") for each in project.sentences.each(split))
    return len({normalise_for_comparison(each.text) for each in stored})


def _newest_run(project: Project) -> Run | None:
    """The newest run that finished, or else that has a finished epoch."""
    trained = {*project.runs.with_epochs()}
    runs = [run for run in project.runs.list_all() if run.number in trained]
    return next(reversed([run for run in runs if run.status == "finished"] or runs), None)


def _find_start(project: Project, labelled: int, dev: int, left: int) -> NextStep:
    """What to do where there is no run yet."""
    if labelled < FIRST and left:
        dictionaries = [source for source in project.sources.list_all() if source.kind == "dictionary"]
        if dictionaries and find_dictionary(project) is None:
            title = dictionaries[-1].title
            return NextStep(
                say("{source} has not tagged the pool yet: have it do so, and its hits are suggestions.", source=title),
                "sources",
            )
        return NextStep(_describe_first(labelled, left), "pool", _open_batch(project))
    if not dev and left:
        return NextStep(
            say("No sentence is in dev to measure on: label some in the random order, or move a share there."),
            "pool",
        )
    if not dev:
        return NextStep(say("No sentence is in dev to measure on: move a share of train there."), "corpus")
    return NextStep(
        say_count("{count:,} labelled: train a first tagger.", "{count:,} labelled: train a first tagger.", labelled),
        "train",
    )


def _describe_first(labelled: int, left: int) -> str:
    if not labelled:
        return say_count(
            "{count:,} sentence to label: begin in the random order, by hand or with a dictionary.",
            "{count:,} sentences to label: begin with {first:,} in the random order, by hand or with a dictionary.",
            left,
            first=min(FIRST, left),
        )
    return say_count(
        "{count:,} labelled: label {more:,} more in the random order, then train a first tagger.",
        "{count:,} labelled: label {more:,} more in the random order, then train a first tagger.",
        labelled,
        more=min(FIRST - labelled, left),
    )


def _find_after(project: Project, run: Run, left: int) -> NextStep:
    """What to do once a run was trained."""
    new = project.batches.count_finished_since(run.last_correction)
    changed = max(new, _count_corrected(project, run))
    if changed >= (min(FIRST, max(1, run.train_sentences * _SHARE)) if left else 1):
        return NextStep(_describe_retraining(changed, run, has_new=new > 0), "train")
    if not left:
        return NextStep(
            say("Look at what run {run} gets wrong on dev, or add raw text to label.", run=run.number),
            "inspect",
            run=run.number,
        )
    tagger = _find_untagging(project)
    if tagger is not None:
        words = say("Run {run} has not tagged the pool yet: have it do so, and it suggests spans.", run=tagger)
        return NextStep(words, "pool")
    return _find_labelling(project, left)


def _count_corrected(project: Project, run: Run) -> int:
    """How many texts have other gold since a run; copies count once, as long as that could decide what to do."""
    numbers = project.corrections.sentences_changed_since(run.last_correction)
    if len(numbers) > 10 * FIRST:
        return len(numbers)
    return len({normalise_for_comparison(each.text) for each in project.sentences.by_number(numbers)})


def _describe_retraining(changed: int, run: Run, *, has_new: bool) -> str:
    if has_new:
        return say_count(
            "{count:,} sentence labelled or corrected since run {run}: retrain.",
            "{count:,} sentences labelled or corrected since run {run}: retrain.",
            changed,
            run=run.number,
        )
    return say_count(
        "{count:,} sentence corrected since run {run}: retrain.",
        "{count:,} sentences corrected since run {run}: retrain.",
        changed,
        run=run.number,
    )


def _find_untagging(project: Project) -> int | None:
    """The newest run that can tag the pool, if it has not and no other source is to suggest spans."""
    tagger = next(reversed(project.runs.keeping_weights()), None)
    if tagger is None or project.sources.suggesting() not in (None, tagger):
        return None
    epochs = project.sources.epoch_numbers(tagger)
    has_tagged = any(project.signals.have_pool(EpochKey(tagger, epoch)) for epoch in reversed(epochs))
    return None if has_tagged else tagger


def _find_labelling(project: Project, left: int) -> NextStep:
    """Which sentences to label, where suggestions are there."""
    if (batch := _open_batch(project)) is not None:
        return NextStep(_describe_batch(project.batches.by_number(batch)), "pool", batch)
    if project.pool.count_skipped() >= left:
        return NextStep(say("All sentences of the pool are skipped: come back to them, or add raw text."), "pool")
    return NextStep(
        say_count(
            "{count:,} sentence of the pool is left to label: choose the next batch.",
            "{count:,} sentences of the pool are left to label: choose the next batch.",
            left,
        ),
        "pool",
    )


def _describe_batch(batch: Batch) -> str:
    return say_count(
        "{count:,} of the {of:,} sentences of batch {number} is left: label on.",
        "{count:,} of the {of:,} sentences of batch {number} are left: label on.",
        len(batch.open),
        of=len(batch.entries),
        number=batch.number,
    )


def _open_batch(project: Project) -> int | None:
    """The newest batch, if any of its sentences is left."""
    batch = project.batches.newest()
    return batch.number if batch is not None and batch.open else None


def _describe_copies(pooled: int) -> str:
    """That a pool has nothing new to label."""
    return say_count(
        "The sentence that is left in the pool has a text that is in a split already.",
        "The {count:,} sentences that are left in the pool have texts that are in a split already.",
        pooled,
    )


def _describe_starved(labels: list[str]) -> str:
    """That no tagger can suggest some labels, in short."""
    return say_count(
        "{label} has no example: search for some, or use a dictionary.",
        "{label} and {more:,} more labels have no example: search for some, use a dictionary, or delete them.",
        len(labels),
        label=labels[0],
        more=len(labels) - 1,
    )
