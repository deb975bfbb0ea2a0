"""Scores of whole corpora with NumPy: strict counts from matrices of tags, and KLUE's two figures."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from core.domain.labels import in_display_order
from core.domain.scores import KlueFigures
from core.domain.spans import Example, Span
from core.domain.tags import NO_TAG, OUTSIDE, TagSet
from core.metrics.report import Counts, KlueCounts

Integers = NDArray[np.integer]

_SPACE = ord(" ")
_PART = 1_000


def count_entities(gold: Integers, predicted: Integers, labels: Sequence[str]) -> dict[str, Counts]:
    """Count right, predicted and gold entities of every label under seqeval's strict IOB2.

    An entity is a B and the I of its label that follow it; any other I is ignored. Pass the result to `build_report`.

    Args:
        gold, predicted: (sentences, length), tags numbered as in `TagSet(labels)`. A position whose gold is `NO_TAG` is
            removed, whatever was predicted there, so that its neighbours become adjacent.

    Raises:
        ValueError: the shapes differ, the gold has a tag where the prediction has none, or a tag is out of range.
    """
    there = gold != NO_TAG
    if gold.shape != predicted.shape or (predicted[there] == NO_TAG).any():
        raise ValueError("a position has a tag in the gold and none in the prediction")
    rows = np.repeat(np.arange(len(gold)), np.count_nonzero(there, axis=1))
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
    """The end (exclusive) of the entity that begins at each position; 0 where none begins."""
    at = np.flatnonzero(tags != OUTSIDE)
    tagged, row, label = tags[at], rows[at], _labels_of(tags[at])
    goes_on = np.zeros(len(at), dtype=bool)
    follows = (at[1:] == at[:-1] + 1) & (row[1:] == row[:-1]) & (label[1:] == label[:-1])
    goes_on[1:] = follows & (tagged[1:] % 2 == 0)
    first = np.flatnonzero(~goes_on)
    last = np.append(first, len(at))[1:] - 1
    is_entity = tagged[first] % 2 == 1
    ends = np.zeros(len(tags), dtype=np.intp)
    ends[at[first[is_entity]]] = at[last[is_entity]] + 1
    return ends


def _labels_of(tags: Integers) -> Integers:
    """The index of each tag's label; −1 for O."""
    return (tags - 1) // 2


def klue_figures(sentences: Iterable[Example]) -> KlueFigures:
    """Entity macro F1 and character macro F1, as KLUE's evaluation computes them.

    As there, a character is any code point except the space, and one position before and one after each sentence ([CLS]
    and [SEP]) is O in gold and prediction. Entities are decoded from the characters' tags by strict IOB2. The character
    figure is the mean F1 of all tags including O, although the docstring of the official function says that O is left
    out; a tag that never occurs counts as 1.

    Two differences from KLUE: the labels are those that occur in gold or prediction, not a fixed list of six; and
    sentences are scored to their end, while KLUE stops at 128 subwords.

    Source: Park et al., KLUE: Korean Language Understanding Evaluation, 2021 (arXiv 2105.09680), section 3.4;
    `klue_ner_entity_macro_f1` and `klue_ner_char_macro_f1` in klue_baseline/metrics/functional.py and
    `validation_epoch_end` in klue_baseline/models/named_entity_recognition.py of
    https://github.com/KLUE-benchmark/KLUE-baseline.
    """
    return sum((count_for_klue(part) for part in split_into_parts(sentences)), KlueCounts()).figures


def split_into_parts(sentences: Iterable[Example]) -> Iterator[list[Example]]:
    """Split the sentences into lists that take some tens of milliseconds to count."""
    iterator = iter(sentences)
    while part := list(islice(iterator, _PART)):
        yield part


def count_for_klue(sentences: Sequence[Example]) -> KlueCounts:
    """Count the entities and characters of some sentences for `klue_figures`."""
    predictions = [[found.span for found in sentence.predicted] for sentence in sentences]
    sides: list[Sequence[Sequence[Span]]] = [[sentence.gold for sentence in sentences], predictions]
    labels = in_display_order({span.label for side in sides for spans in side for span in spans})
    framed = "".join([f"\n{sentence.text}\n" for sentence in sentences])
    first = np.cumsum([1, *(len(sentence.text) + 2 for sentence in sentences)])[:-1].tolist()
    characters = np.frombuffer(framed.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    gold, predicted = (_tags_of_characters(side, first, len(framed), labels)[characters != _SPACE] for side in sides)
    entities = count_entities(gold[np.newaxis], predicted[np.newaxis], labels)
    counted = (np.bincount(tags, minlength=1 + 2 * len(labels)) for tags in (gold[gold == predicted], predicted, gold))
    numbers = zip(*(each.tolist() for each in counted), strict=True)
    names = TagSet(labels).names
    return KlueCounts(entities, {name: Counts(*count) for name, count in zip(names, numbers, strict=True)})


def _tags_of_characters(
    side: Sequence[Sequence[Span]], first: Sequence[int], length: int, labels: Sequence[str]
) -> Integers:
    """The tag of every character of the concatenated texts.

    Args:
        first: the index of each sentence's first character.
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
