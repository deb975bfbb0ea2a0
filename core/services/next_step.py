"""The next useful step on the way from raw text to a tagger, in one sentence; cheap enough for a status line."""

from core.domain.errors import UserError
from core.messages.catalogue import say, say_count
from core.services.source_choice import find_scored
from core.store.project import Project

FIRST = 50
"""Labelled sentences with which a first tagger is worth training: its suggestions save more than they cost."""
_SHARE = 0.1
"""A run is worth repeating once its training sentences have grown by this share, and by `FIRST` at most."""


def describe_next_step(project: Project) -> str:
    """What to do next: label, train, have the run suggest, or retrain."""
    train, dev, left = (project.sentences.count(section) for section in ("train", "dev", "pool"))
    runs = project.runs.with_epochs()
    if not runs:
        return _describe_start(train + dev, dev, left)
    run = project.runs.by_number(runs[-1])
    new = project.batches.count_finished_since(run.last_correction)
    corrected = len(project.corrections.sentences_changed_since(run.last_correction))
    changed = max(new, corrected)
    if changed >= min(FIRST, max(1, run.train_sentences * _SHARE)):
        return say_count(
            "{count:,} sentence labelled or corrected since run {run}: retrain.",
            "{count:,} sentences labelled or corrected since run {run}: retrain.",
            changed,
            run=run.number,
        )
    if left and (taggers := project.runs.keeping_weights()) and not _has_suggestions(project):
        return say("No run has tagged the pool yet: let run {run} tag it.", run=taggers[-1])
    if left:
        return say_count(
            "{count:,} sentence is in the pool: label on.", "{count:,} sentences are in the pool: label on.", left
        )
    return say("The pool is empty: import raw text, or correct what runs find.")


def _describe_start(labelled: int, dev: int, left: int) -> str:
    """What to do where there is no run yet."""
    if labelled < FIRST and left:
        return say_count(
            "{count:,} labelled: label {more:,} more in the random order, by hand or with a dictionary.",
            "{count:,} labelled: label {more:,} more in the random order, by hand or with a dictionary.",
            labelled,
            more=FIRST - labelled,
        )
    if not labelled:
        return say("Import a corpus, or raw text into the pool.")
    if not dev:
        return say("No sentence is in dev to measure on: label some in the random order, or move a share there.")
    return say_count("{count:,} labelled: train a first tagger.", "{count:,} labelled: train a first tagger.", labelled)


def _has_suggestions(project: Project) -> bool:
    try:
        find_scored(project)
    except UserError:
        return False
    return True
