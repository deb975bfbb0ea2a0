"""Scores of whole corpora at once: strict counts from matrices of tags, and the two figures of KLUE's evaluation."""

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
    """Right, predicted and gold entities of every label, under seqeval's strict IOB2.

    An entity is a B and the I of its label that follow it; an I that follows neither is none. `build_report` makes the
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
    """For every position that begins an entity, the position after its last; 0 for all others."""
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
    """The position of each tag's label; −1 for O."""
    return (tags - 1) // 2


def klue_figures(sentences: Iterable[Example]) -> KlueFigures:
    """Entity macro F1 and character macro F1, as KLUE's evaluation computes them.

    As there, a character is a code point of the text other than the space, and one position before and one behind
    each sentence ([CLS] and [SEP]) is O in gold and prediction. Entities are those that strict IOB2 finds in the
    characters' tags. The character figure is the mean F1 of all tags, O among them, although the docstring of the
    official function says that O is left out; a tag that stands nowhere counts as 1.

    It differs from KLUE in two ways: the labels are those that occur in gold or prediction, not a fixed list of six;
    and sentences are scored to their end, where KLUE stops at 128 subwords.

    Source: Park et al., KLUE: Korean Language Understanding Evaluation, 2021 (arXiv 2105.09680), section 3.4;
    `klue_ner_entity_macro_f1` and `klue_ner_char_macro_f1` in klue_baseline/metrics/functional.py and
    `validation_epoch_end` in klue_baseline/models/named_entity_recognition.py of
    https://github.com/KLUE-benchmark/KLUE-baseline.
    """
    return sum((count_for_klue(part) for part in split_into_parts(sentences)), KlueCounts()).figures


def split_into_parts(sentences: Iterable[Example]) -> Iterator[list[Example]]:
    """The sentences in lists of a size that is counted in some tens of milliseconds."""
    iterator = iter(sentences)
    while part := list(islice(iterator, _PART)):
        yield part


def count_for_klue(sentences: Sequence[Example]) -> KlueCounts:
    """What `klue_figures` counts, for a part of the sentences."""
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
