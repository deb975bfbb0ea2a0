"""Scores of whole corpora at once: strict counts from matrices of tags, and the two figures of KLUE's evaluation."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from core.labels import in_display_order
from core.metrics import Counts, KlueFigures, Scored, reported
from core.spans import Span
from core.tags import NO_TAG, OUTSIDE, TagSet

Integers = NDArray[np.integer]

_SPACE = ord(" ")


def entity_counts(gold: Integers, predicted: Integers, labels: Sequence[str]) -> dict[str, Counts]:
    """Right, predicted and gold entities of every label, under seqeval's strict IOB2.

    An entity is a B and the I of its label that follow it; an I that follows neither is none. `reported` makes the
    classic table of it.

    Args:
        gold, predicted: (sentences, length), tags as `TagSet(labels)` numbers them. Where the gold is `NO_TAG`, in any
            place, the position does not count, whatever is predicted there; its neighbours then follow each other.

    Raises:
        ValueError: the shapes differ, the gold has a tag where nothing is predicted, or a tag is not of the labels.
    """
    there = gold != NO_TAG
    if gold.shape != predicted.shape or (predicted[there] == NO_TAG).any():
        raise ValueError("a position has a tag in the gold and none in the prediction")
    rows = np.nonzero(there)[0]
    gold_tags, predicted_tags = gold[there].astype(np.int32), predicted[there].astype(np.int32)
    gold_ends, predicted_ends = _entity_ends(gold_tags, rows), _entity_ends(predicted_tags, rows)
    is_right = (gold_tags == predicted_tags) & (gold_ends == predicted_ends) & (gold_ends > 0)
    counted = (
        _labels_of(gold_tags[is_right]),
        _labels_of(predicted_tags[predicted_ends > 0]),
        _labels_of(gold_tags[gold_ends > 0]),
    )
    numbers = zip(*(np.bincount(each, minlength=len(labels)).tolist() for each in counted), strict=True)
    return {label: Counts(*count) for label, count in zip(labels, numbers, strict=True)}


def _entity_ends(tags: Integers, rows: Integers) -> Integers:
    """For every position that begins an entity, the position after its last; 0 for all others."""
    labels = _labels_of(tags)
    is_begin, is_inside = tags % 2 == 1, (tags % 2 == 0) & (tags != OUTSIDE)
    goes_on = np.zeros(len(tags), dtype=bool)
    goes_on[1:] = is_inside[1:] & (labels[1:] == labels[:-1]) & (rows[1:] == rows[:-1])
    breaks = np.flatnonzero(~goes_on)
    ends = np.zeros(len(tags), dtype=np.intp)
    ends[breaks] = np.append(breaks[1:], len(tags))
    return np.where(is_begin, ends, 0)


def _labels_of(tags: Integers) -> Integers:
    """The position of each tag's label; −1 for O."""
    return (tags - 1) // 2


def klue_figures(sentences: Iterable[Scored]) -> KlueFigures:
    """Entity macro F1 and character macro F1, as KLUE's evaluation computes them.

    As there, a character is a code point of the text other than the space, and one position before and one behind
    each sentence ([CLS] and [SEP]) is O in gold and prediction. Entities are those that strict IOB2 finds in the
    characters' tags. The character figure is the mean F1 of all tags, O among them, although the paper and the
    docstring of the official function say that O is left out; a tag that nobody gave counts as 1.

    It differs from KLUE in two ways: the labels are those that occur in gold or prediction, not a fixed list of six;
    and sentences are scored to their end, where KLUE stops at 128 subwords.

    Source: Park et al., KLUE: Korean Language Understanding Evaluation, 2021 (arXiv 2105.09680), section 3.4;
    `klue_ner_entity_macro_f1` and `klue_ner_char_macro_f1` in klue_baseline/metrics/functional.py and
    `validation_epoch_end` in klue_baseline/models/named_entity_recognition.py of
    https://github.com/KLUE-benchmark/KLUE-baseline.
    """
    scored = list(sentences)
    sides = [[sentence.gold for sentence in scored], [sentence.predicted for sentence in scored]]
    labels = in_display_order({span.label for side in sides for spans in side for span in spans})
    framed = "".join([f"\n{sentence.text}\n" for sentence in scored])
    first = np.cumsum([1, *(len(sentence.text) + 2 for sentence in scored)])[:-1].tolist()
    characters = np.frombuffer(framed.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    gold, predicted = (_tags_of_characters(side, first, len(framed), labels)[characters != _SPACE] for side in sides)
    counts = entity_counts(gold[np.newaxis], predicted[np.newaxis], labels)
    return KlueFigures(reported(counts).macro.f1, _tag_macro_f1(gold, predicted, 1 + 2 * len(labels)))


def _tags_of_characters(
    side: Sequence[Sequence[Span]], first: Sequence[int], length: int, labels: Sequence[str]
) -> Integers:
    """The tag of every character of the framed texts.

    Args:
        first: where each sentence's first character stands.
    """
    tag_set = TagSet(tuple(labels))
    inside = {label: tag_set.inside(label) for label in labels}
    rows = [
        (at + span.start, at + span.end, inside[span.label])
        for at, spans in zip(first, side, strict=True)
        for span in spans
    ]
    starts, ends, tags = np.array(rows, dtype=np.intp).reshape(-1, 3).T
    steps = np.zeros(length + 1, dtype=np.intp)
    steps[starts] += tags
    steps[ends] -= tags
    of_characters = np.cumsum(steps)[:-1]
    of_characters[starts] = tags - 1
    return of_characters


def _tag_macro_f1(gold: Integers, predicted: Integers, tags: int) -> float:
    """The mean of all tags' F1; 1 for a tag that is neither in gold nor prediction (`zero_division=True`)."""
    right = np.bincount(gold[gold == predicted], minlength=tags)
    both = np.bincount(gold, minlength=tags) + np.bincount(predicted, minlength=tags)
    return float(np.mean(np.where(both > 0, 2 * right / np.maximum(both, 1), 1.0)))
