"""What there is to train on, and what a retrain with corrections would build on, in words; no Qt."""

from collections import Counter
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from core.analysis.findings import describe_no_entities
from core.domain.errors import UserError
from core.domain.labels import in_display_order
from core.domain.settings import TrainSettings
from core.domain.spans import SPLITS, Section, Split
from core.messages.catalogue import join_words, say, say_count
from core.metrics.report import build_report
from core.store.predictions import EpochKey
from core.store.project import Project
from core.store.runs import Run

FOLDS = 5
"""Taggers of a cross-check."""

_ALIKE = ("encoder", "unit", "layers", "device")
"""Settings that decide how long a training takes for each sentence."""


@dataclass(frozen=True, slots=True)
class CorpusCounts:
    """What there is to train and to measure on.

    Attributes:
        corrected_dev: how many of the dev sentences a person has corrected.
        train_spans, dev_spans: how many gold spans of each label.
    """

    train: int
    dev: int
    corrected_dev: int
    train_spans: Mapping[str, int] = field(default_factory=dict)
    dev_spans: Mapping[str, int] = field(default_factory=dict)

    @property
    def can_move(self) -> bool:
        """Whether dev sentences remain when the corrected ones move to train."""
        return 0 < self.corrected_dev < self.dev


def count_corpus(project: Project) -> CorpusCounts:
    sentences = project.sentences
    counts = sentences.label_counts()
    return CorpusCounts(
        train=sentences.count("train"),
        dev=sentences.count("dev"),
        corrected_dev=len(sentences.to_take_to_train()),
        train_spans=_of_split(counts, "train"),
        dev_spans=_of_split(counts, "dev"),
    )


def _of_split(counts: Mapping[tuple[Section, str], int], split: Split) -> dict[str, int]:
    return {label: number for (of, label), number in counts.items() if of == split}


# Whether a training can start


@dataclass(frozen=True, slots=True)
class Readiness:
    """What will be trained on.

    Attributes:
        summary: one line.
        warnings: what the user may want to fix first.
        hindrance: why training cannot start; None where it can.
        wants_corpus: whether the Corpus page is the way out.
    """

    summary: str
    warnings: tuple[str, ...] = ()
    hindrance: str | None = None
    wants_corpus: bool = False


def check_readiness(corpus: CorpusCounts, *, limit: int | None, moves: bool) -> Readiness:
    """What a training would find now.

    Args:
        limit: as in the settings.
        moves: whether corrected dev sentences move to train first.
    """
    hindrance = _hindrance(corpus)
    return Readiness(
        summary=_summary(corpus, limit, corpus.corrected_dev if moves else 0),
        warnings=_warnings(corpus) if hindrance is None else (),
        hindrance=hindrance,
        wants_corpus=hindrance is not None,
    )


def _summary(corpus: CorpusCounts, limit: int | None, moving: int) -> str:
    text = say(
        "{train} with {spans}, {dev}, {types}",
        train=say_count("{count:,} training sentence", "{count:,} training sentences", corpus.train),
        spans=say_count("{count:,} span", "{count:,} spans", sum(corpus.train_spans.values())),
        dev=say_count("{count:,} dev sentence", "{count:,} dev sentences", corpus.dev),
        types=say_count("{count:,} type", "{count:,} types", len(corpus.train_spans)),
    )
    if moving:
        text = say_count(
            "{corpus}; {count:,} corrected dev sentence moves to train",
            "{corpus}; {count:,} corrected dev sentences move to train",
            moving,
            corpus=text,
        )
    if limit is None:
        return text
    return say("{corpus}; at most {limit:,} of each, corrected ones first", corpus=text, limit=limit)


def _hindrance(corpus: CorpusCounts) -> str | None:
    if not corpus.train:
        return say("The project has no training sentences: import some into train.")
    if not corpus.dev:
        return say("The project has no dev sentences to measure on: import some into dev, or split the corpus.")
    if not corpus.train_spans:
        return say("The training sentences contain no entity: import or correct some first.")
    return None


def _warnings(corpus: CorpusCounts) -> tuple[str, ...]:
    if not corpus.dev_spans:
        return (describe_no_entities("dev"),)
    unseen = in_display_order(set(corpus.dev_spans) - set(corpus.train_spans))
    if not unseen:
        return ()
    return (
        say_count(
            "{labels} occurs in dev but in no training sentence, and cannot be learned.",
            "{labels} occur in dev but in no training sentence, and cannot be learned.",
            len(unseen),
            labels=join_words(unseen),
        ),
    )


# A retrain


@dataclass(frozen=True, slots=True)
class RunComparison:
    """Micro F1 of two runs on the dev sentences that both predicted, on the gold as corrected."""

    run: int
    other: int
    sentences: int
    f1: float
    other_f1: float


@dataclass(frozen=True, slots=True)
class Retraining:
    """The last finished run and what was corrected since.

    Attributes:
        key: its last epoch.
        changed: how many sentences of each split were corrected since it began.
        moving: dev sentences that differ from the corpus as imported, whenever they were corrected.
        dev: all dev sentences.
        common: those that the run predicted.
        remaining: those of them that stay in dev when the corrected ones move.
    """

    base: Run
    key: EpochKey
    changed: dict[Split, int]
    moving: int
    dev: int
    common: int
    remaining: int

    @property
    def can_move(self) -> bool:
        return 0 < self.moving < self.dev


def find_retraining(project: Project) -> Retraining | None:
    """None where no run has finished, or nothing was corrected since."""
    base = last_finished(project)
    if base is None:
        return None
    changed = project.corrections.sentences_changed_since(base.last_correction)
    if not changed:
        return None
    splits = Counter(sentence.split for sentence in project.sentences.by_number(changed))
    key = EpochKey(base.number, project.runs.epoch_number(base.number, None))
    moving = project.sentences.to_take_to_train()
    common = project.predictions.count(key, "dev")
    return Retraining(
        base=base,
        key=key,
        changed={split: splits[split] for split in SPLITS if splits[split]},
        moving=len(moving),
        dev=project.sentences.count("dev"),
        common=common,
        remaining=common - len(project.predictions.of(key, moving)),
    )


def last_finished(project: Project, before: int | None = None) -> Run | None:
    """The last run that finished, of all or of those before a run."""
    trained = project.runs.with_epochs()
    finished = [run for run in project.runs.list_all() if run.status == "finished" and run.number in trained]
    return next((run for run in reversed(finished) if before is None or run.number < before), None)


def compare_with_base(project: Project, run: Run) -> RunComparison | None:
    """A finished retrain beside the run that it improves on: the one before it, of the same settings."""
    base = last_finished(project, before=run.number)
    if base is None or run.status != "finished" or run.last_correction <= base.last_correction:
        return None
    if replace(run.settings, move_corrected_dev=base.settings.move_corrected_dev) != base.settings:
        return None
    key, other = (EpochKey(each.number, project.runs.epoch_number(each.number, None)) for each in (run, base))
    return compare_runs(project, key, other)


def compare_runs(project: Project, key: EpochKey, other: EpochKey) -> RunComparison | None:
    """Both on the dev sentences that both predicted; None where there are none."""
    sentences = project.predictions.count(key, "dev", other)
    if not sentences:
        return None
    f1, other_f1 = (
        build_report(project.predictions.counts(one, "dev", "corrected", other=another)).micro.f1
        for one, another in ((key, other), (other, key))
    )
    return RunComparison(key.source, other.source, sentences, f1, other_f1)


def correction_count(found: Retraining) -> str:
    """How much was corrected, and where."""
    places = [say("{number:,} in {split}", number=number, split=split) for split, number in found.changed.items()]
    return say_count(
        "{count:,} sentence corrected since run {run}: {places}.",
        "{count:,} sentences corrected since run {run}: {places}.",
        sum(found.changed.values()),
        run=found.base.number,
        places=join_words(places),
    )


def consequence(found: Retraining, *, moves: bool) -> str:
    """What becomes of the corrected dev sentences, and what the scores then mean."""
    run = found.base.number
    if not found.moving:
        return say_count(
            "Run {run} and the new run are then compared on the {count:,} dev sentence, on the same gold.",
            "Run {run} and the new run are then compared on the {count:,} dev sentences, on the same gold.",
            found.common,
            run=run,
        )
    if not found.can_move:
        return say_count(
            "The only dev sentence has been corrected. Moved to train, none would be left to measure on, so it stays"
            " in dev, and dev scores will include a sentence that was corrected after its prediction was seen."
            " Import more dev sentences to measure on untouched ones.",
            "All {count:,} dev sentences have been corrected. Moved to train, none would be left to measure on, so they"
            " stay in dev, and dev scores will include sentences that were corrected after their predictions were"
            " seen. Import more dev sentences to measure on untouched ones.",
            found.dev,
        )
    if not moves:
        return say_count(
            "The {count:,} corrected dev sentence stays in dev: dev scores will then include a sentence that was"
            " corrected after its prediction was seen, and look better than they are.",
            "The {count:,} corrected dev sentences stay in dev: dev scores will then include sentences that were"
            " corrected after their predictions were seen, and look better than they are.",
            found.moving,
        )
    return say_count(
        "The {count:,} corrected dev sentence moves to train, so that nothing you looked at is measured on; run {run}"
        " and the new run are then compared on {rest}, on the same gold.",
        "The {count:,} corrected dev sentences move to train, so that nothing you looked at is measured on; run {run}"
        " and the new run are then compared on {rest}, on the same gold.",
        found.moving,
        run=run,
        rest=say_count(
            "the {count:,} dev sentence that remains", "the {count:,} dev sentences that remain", found.remaining
        ),
    )


def under_way(found: Retraining, training: str, *, is_compared: bool) -> str:
    """What a training with this title makes of the corrections, while it runs."""
    if not is_compared:
        return say("{training} includes these corrections.", training=training)
    return say(
        "{training} includes these corrections. When it has finished, it is compared with run {run}.",
        training=training,
        run=found.base.number,
    )


# What past runs mean for a cross-check


@dataclass(frozen=True, slots=True)
class TrainingPace:
    """How long a training took for each of its sentences in one epoch, in seconds."""

    settings: TrainSettings
    seconds: float


@dataclass(frozen=True, slots=True)
class PastRuns:
    """What the runs of a project mean for a cross-check.

    Attributes:
        paces: of the trainings, newest first.
        last: the newest cross-check that ran to its end.
        result: what that found, in words.
    """

    paces: tuple[TrainingPace, ...] = ()
    last: int | None = None
    result: str = ""

    def expected_seconds(self, settings: TrainSettings, sentences: int) -> float | None:
        """How long a cross-check should take, from the last training that was like it; None where there was none."""
        for pace in self.paces:
            if all(getattr(pace.settings, name) == getattr(settings, name) for name in _ALIKE):
                return pace.seconds * sentences * settings.epochs * (FOLDS - 1)
        return None


def read_past_runs(project: Project, runs: Sequence[Run]) -> PastRuns:
    """Read what the runs, oldest first, mean for a cross-check."""
    paces = (_pace(run, project.runs.seconds(run.number)) for run in reversed(runs) if not run.is_crosscheck)
    last = next((run for run in reversed(runs) if run.is_crosscheck and run.status == "finished"), None)
    return PastRuns(
        tuple(pace for pace in paces if pace is not None),
        None if last is None else last.number,
        "" if last is None else _crosscheck_line(project, last),
    )


def _pace(run: Run, seconds: Sequence[float]) -> TrainingPace | None:
    if not seconds or not run.train_sentences:
        return None
    return TrainingPace(run.settings, sum(seconds) / len(seconds) / run.train_sentences)


def _crosscheck_line(project: Project, run: Run) -> str:
    try:
        [epoch] = project.runs.epochs(run.number)
    except UserError as error:
        return say("Run {run} is cross-checked, but {reason}.", run=run.number, reason=error)
    return say_count(
        "Run {run} cross-checked {count:,} sentence: F1 {f1:.4f} out of fold.",
        "Run {run} cross-checked {count:,} sentences: F1 {f1:.4f} out of fold.",
        run.train_sentences,
        run=run.number,
        f1=epoch.report.corrected.micro.f1,
    )


# All of it, read at once


@dataclass(frozen=True, slots=True)
class ProjectCounts:
    """What the page shows of the project.

    Attributes:
        has_sentences: whether there are any, of whichever split.
        resumable: the last run, if it was stopped or failed before all its epochs were done, and has its weights.
        with_weights: the runs that a training can start from.
    """

    has_sentences: bool
    corpus: CorpusCounts
    retraining: Retraining | None
    resumable: int | None
    with_weights: tuple[int, ...]
    past: PastRuns


def count_project(project: Project, shown: Run | None) -> Generator[ProjectCounts, None, RunComparison | None]:
    """Read what there is to train on, and then how a retrain that is shown compares; for a thread that may wait."""
    runs = project.runs.list_all()
    yield ProjectCounts(
        project.sentences.has_any(),
        count_corpus(project),
        find_retraining(project),
        _resumable(project, runs),
        tuple(project.runs.keeping_weights()),
        read_past_runs(project, runs),
    )
    return None if shown is None else compare_with_base(project, shown)


def _resumable(project: Project, runs: Sequence[Run]) -> int | None:
    last = next((run for run in reversed(runs) if not run.is_crosscheck), None)
    if last is None or last.status not in ("stopped", "failed"):
        return None
    return last.number if project.sources.by_number(last.number).removed is None else None
