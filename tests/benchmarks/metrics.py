"""Strict scores against seqeval's report: `python -m tests.benchmarks.metrics` prints the ratio (takes a minute).

The tags are those of 55,643 sentences of 60 units with the fifteen types of the TTA standard; one predicted tag in
twelve is another than the gold one, whether that is legal there or not.
"""

import json
import statistics
import time
from collections.abc import Callable

import numpy as np
from seqeval.metrics import classification_report
from seqeval.scheme import IOB2

from core.domain.labels import TTA_LABELS
from core.domain.scores import Report
from core.domain.spans import Example, PredictedSpan, SentenceNumber
from core.domain.tags import TagSet, spans_of
from core.metrics.report import build_report
from core.metrics.strict import Integers, count_entities, klue_figures

SENTENCES, LENGTH = 55_643, 60
TAG_SET = TagSet(TTA_LABELS)
ROUNDS = 7


def gold_tags(random: np.random.Generator) -> Integers:
    """An entity begins at one position in ten, where none is under way, and goes on with two positions in three."""
    tags = np.zeros((SENTENCES, LENGTH), dtype=np.int64)
    begins, goes_on = random.random(tags.shape) < 0.1, random.random(tags.shape) < 2 / 3
    labels = random.integers(len(TTA_LABELS), size=tags.shape)
    for at in range(LENGTH):
        before = tags[:, at - 1] if at else np.zeros(SENTENCES, dtype=np.int64)
        inside = np.where(before > 0, before + before % 2, 0)
        is_inside = (inside > 0) & goes_on[:, at]
        tags[:, at] = np.where(is_inside, inside, np.where(begins[:, at], 1 + 2 * labels[:, at], 0))
    return tags


def predicted_tags(gold: Integers, random: np.random.Generator) -> Integers:
    other = random.integers(len(TAG_SET.names), size=gold.shape)
    return np.where(random.random(gold.shape) < 1 / 12, other, gold)


def seconds(call: Callable[[], object]) -> float:
    begin = time.perf_counter()
    call()
    return time.perf_counter() - begin


def greatest_difference(ours: Report, theirs: dict[str, dict[str, float]]) -> float:
    """Over all figures of all rows; both have the same rows."""
    rows = {name if name in ours.labels else f"{name} avg": score for name, score in ours.rows().items()}
    assert rows.keys() == theirs.keys()
    return max(
        abs(value - theirs[name]["f1-score" if key == "f1" else key])
        for name, score in rows.items()
        for key, value in score.as_json().items()
    )


def scored(gold: Integers, predicted: Integers) -> list[Example]:
    units = [(at, at + 1) for at in range(LENGTH)]
    text = ("가나다라 " * LENGTH)[:LENGTH]
    sides = ([spans_of(row, units, TAG_SET) for row in tags.tolist()] for tags in (gold, predicted))
    return [
        Example(SentenceNumber(at), "dev", f"s-{at}", text, tuple(gold), tuple(PredictedSpan(s, 1.0) for s in found))
        for at, (gold, found) in enumerate(zip(*sides, strict=True), start=1)
    ]


def main() -> None:
    random = np.random.default_rng(0)
    gold = gold_tags(random)
    predicted = predicted_tags(gold, random)
    times = [seconds(lambda: build_report(count_entities(gold, predicted, TTA_LABELS))) for _ in range(ROUNDS)]
    names = np.array(TAG_SET.names)
    sides = names[gold].tolist(), names[predicted].tolist()
    begin = time.perf_counter()
    theirs = classification_report(*sides, mode="strict", scheme=IOB2, output_dict=True, zero_division=0)
    reference, ours = time.perf_counter() - begin, statistics.median(times)
    sentences = scored(gold, predicted)
    report = {
        "sentences": SENTENCES,
        "length": LENGTH,
        "gold_spans": int(theirs["micro avg"]["support"]),
        "micro_f1": round(theirs["micro avg"]["f1-score"], 4),
        "seqeval_seconds": round(reference, 2),
        "ours_seconds": round(ours, 3),
        "ratio": round(reference / ours, 1),
        "greatest_difference": greatest_difference(build_report(count_entities(gold, predicted, TTA_LABELS)), theirs),
        "klue_figures_seconds": round(seconds(lambda: klue_figures(sentences)), 2),
    }
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
