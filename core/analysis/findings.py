"""Findings: what a person should know of a run without looking for it."""

from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, NamedTuple

from core.domain.labels import in_display_order
from core.domain.spans import SentenceNumber
from core.domain.splitting import text_key
from core.messages.catalogue import mark, say, say_count
from core.metrics.report import Counts, score_counts

_FALL = 0.15
"""By how much precision or recall must fall from one epoch to the next to be reported."""
_LEAST = 20
"""Spans that a share must be based on; a few spans more or less move a smaller one by chance."""
_SWOLLEN = 1.5
"""Predicted spans for each gold span from which on there are too many."""
_CEILING_SHARE = 0.25
"""Share of a run's errors (1 − F1) that its tagging unit must explain to be reported."""
_AT_ONCE = 2_000
"""Sentences between two pauses."""


FindingMetric = Literal["precision", "recall", "support"]


class EpochCounts(NamedTuple):
    """One epoch: its number, the spans of each label, and on how many sentences they were counted."""

    epoch: int
    counts: Mapping[str, Counts]
    sentences: int

    @property
    def total(self) -> Counts:
        return sum(self.counts.values(), Counts())


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence for the person, and where to look.

    Attributes:
        epoch: where it shows; None where it is of the corpus or of the run as a whole.
        label: the type that it is about; None for all together.
        metric: the number that it is about.
        sentences: those that it is about, where it is about certain ones.
        title: what these are, as the title of their list.
    """

    words: str
    epoch: int | None = None
    label: str | None = None
    metric: FindingMetric | None = None
    sentences: frozenset[SentenceNumber] = frozenset()
    title: str = ""


def find_in_scores(epochs: Sequence[EpochCounts]) -> list[Finding]:
    """Precision or recall that collapsed from one epoch to the next, epochs that predict far too much, or nothing."""
    return [
        *(finding for pair in pairwise(epochs) for finding in _find_falls(*pair)),
        *(finding for scores in epochs for finding in _find_excess(scores)),
        *(finding for scores in epochs[-1:] for finding in _find_silence(scores)),
    ]


def _find_silence(scores: EpochCounts) -> list[Finding]:
    total = scores.total
    if total.predicted or not total.support:
        return []
    return [Finding(describe_no_predictions(scores.epoch), scores.epoch, metric="recall")]


def describe_no_predictions(epoch: int) -> str:
    """A warning of an epoch that tags everything with O."""
    return say("Epoch {epoch} predicts no entities.", epoch=epoch)


def _find_falls(before: EpochCounts, after: EpochCounts) -> list[Finding]:
    """What fell for all types together, or else type by type."""
    if before.sentences != after.sentences:
        return []
    whole = _find_falls_of(before.total, after.total, after.epoch, None)
    return whole or [
        finding
        for label in in_display_order(set(before.counts) & set(after.counts))
        for finding in _find_falls_of(before.counts[label], after.counts[label], after.epoch, label)
    ]


def _find_falls_of(before: Counts, after: Counts, epoch: int, label: str | None) -> list[Finding]:
    found = []
    leasts: dict[FindingMetric, int] = {
        "precision": min(before.predicted, after.predicted),
        "recall": min(before.support, after.support),
    }
    for metric, least in leasts.items():
        was, now = getattr(score_counts(before), metric), getattr(score_counts(after), metric)
        if least >= _LEAST and was - now >= _FALL:
            template = _FALLS[metric, label is not None]
            words = say(
                template,
                label=label,
                was=was,
                now=now,
                epoch=epoch,
                before=before.predicted,
                spans=say_count("{count:,} predicted span", "{count:,} predicted spans", after.predicted),
            )
            found.append(Finding(words, epoch, label, metric))
    return found


_FALLS: dict[tuple[FindingMetric, bool], str] = {
    ("precision", False): mark(
        "Precision fell from {was:.3f} to {now:.3f} in epoch {epoch}, with {spans} after {before:,}."
    ),
    ("precision", True): mark(
        "Precision of {label} fell from {was:.3f} to {now:.3f} in epoch {epoch}, with {spans} after {before:,}."
    ),
    ("recall", False): mark("Recall fell from {was:.3f} to {now:.3f} in epoch {epoch}."),
    ("recall", True): mark("Recall of {label} fell from {was:.3f} to {now:.3f} in epoch {epoch}."),
}
"""By the metric, and by whether it is of one label."""


def _find_excess(scores: EpochCounts) -> list[Finding]:
    total = scores.total
    if total.support < _LEAST or total.predicted < _SWOLLEN * total.support:
        return []
    words = say(
        "Epoch {epoch} predicts {predicted:.1f} spans per sentence; the gold has {gold:.1f}.",
        epoch=scores.epoch,
        predicted=total.predicted / max(scores.sentences, 1),
        gold=total.support / max(scores.sentences, 1),
    )
    return [Finding(words, scores.epoch, metric="precision")]


def find_in_labels(trained: Iterable[str], scores: EpochCounts) -> list[Finding]:
    """Types of the gold that the run could not learn, as no training sentence had them.

    Args:
        trained: the labels of the training sentences.
    """
    unseen = {label for label, counts in scores.counts.items() if counts.support} - set(trained)
    return [
        Finding(
            say_count(
                "{label}: {count:,} gold span, but none in training.",
                "{label}: {count:,} gold spans, but none in training.",
                scores.counts[label].support,
                label=label,
            ),
            scores.epoch,
            label,
            "support",
        )
        for label in in_display_order(unseen)
    ]


def find_in_ceiling(ceiling: float | None, f1: float, unit: str) -> list[Finding]:
    """A tagging unit that explains much of a run's errors.

    Args:
        ceiling: the F1 that perfect tags would reach; None where it is not known.
    """
    if ceiling is None or f1 >= 1 or (1 - ceiling) / (1 - f1) < _CEILING_SHARE:
        return []
    share = (1 - ceiling) / (1 - f1)
    words = say(
        "The tagging unit {unit} caps F1 at {ceiling:.3f}, which explains {share:.0%} of this run's errors; “Compare"
        " tagging units…” on the Train page shows what others can.",
        unit=unit,
        ceiling=ceiling,
        share=share,
    )
    return [Finding(words)]


def find_shared_sentences(
    train: Iterable[str], dev: Iterable[tuple[SentenceNumber, str]], split: str
) -> Generator[None, None, list[Finding]]:
    """Sentences that are measured on though the run may have learned them by heart. Yields now and then."""
    known: set[int] = set()
    for at, text in enumerate(train):
        known.add(text_key(text))
        if at % _AT_ONCE == 0:
            yield
    shared = []
    for at, (number, text) in enumerate(dev):
        if text_key(text) in known:
            shared.append(number)
        if at % _AT_ONCE == 0:
            yield
    if not shared:
        return []
    title = say("{split} sentences that also appear in train", split=split)
    return [Finding(describe_shared(len(shared), split), sentences=frozenset(shared), title=title)]


def describe_shared(count: int, split: str) -> str:
    """A warning of sentences that a split has in common with train."""
    return say_count(
        "{count:,} {split} sentence also appears in train, so its scores are inflated.",
        "{count:,} {split} sentences also appear in train, so their scores are inflated.",
        count,
        split=split,
    )


def find_shared_documents(shared: Sequence[SentenceNumber], split: str) -> list[Finding]:
    """Sentences that are measured on though the run has learned from others of their documents.

    Args:
        shared: those of the split whose documents are also in train.
    """
    if not shared:
        return []
    title = say("{split} sentences of documents that are also in train", split=split)
    return [Finding(describe_shared_documents(len(shared), split), sentences=frozenset(shared), title=title)]


def describe_shared_documents(count: int, split: str) -> str:
    """A warning of sentences of a split whose documents train has as well."""
    return say_count(
        "{count:,} {split} sentence is of a document that is also in train, so its scores may be inflated.",
        "{count:,} {split} sentences are of documents that are also in train, so their scores may be inflated.",
        count,
        split=split,
    )


def describe_empty_dev(share: float) -> str:
    """A warning of a share that was to be kept for dev and left it empty."""
    return say(
        "No sentence was kept for dev, because a share of {share:g}% is less than the smallest group of equal"
        " sentences; import some into dev, or import all again into a new project with a larger share.",
        share=share * 100,
    )


def describe_no_entities(split: str) -> str:
    """A warning of a split that is measured on and has no gold span."""
    return say("The {split} sentences contain no entity, so their precision, recall and F1 mean nothing.", split=split)
