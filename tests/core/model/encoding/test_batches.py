import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.domain.generators import run_to_end
from core.domain.spans import Sentence, Span
from core.domain.tags import NO_TAG, TagSet
from core.model.encoding.batches import (
    TaggedWindows,
    batch_of,
    chunks,
    shuffled_batches,
    tag_windows,
    tags_of_batch,
    tags_of_window,
)
from core.model.encoding.units import TaggingUnit
from core.model.encoding.windows import Window, windows_of

CPU = torch.device("cpu")
UNITS = (TaggingUnit(0, (0, 1), 7, 8, 4), TaggingUnit(2, (2, 3), 9, 1, 5))
WINDOWS = windows_of([[Window((2, 7, 8, 9, 3), UNITS, 1, (0, 3))], [Window((2, 7, 3), UNITS[:1], 1, (0, 1))]])
BOTH = np.array([0, 1])


def examples_of_lengths(lengths):
    windows = [
        [Window((number,) * length, (TaggingUnit(0, (0, 1)),), 0, (0, 1))] for number, length in enumerate(lengths)
    ]
    return TaggedWindows(windows_of(windows), np.zeros(len(lengths), np.int16))


def test_windows_are_padded_on_the_right():
    batch = batch_of(WINDOWS, BOTH, pad_id=9, device=CPU)
    assert batch.input_ids.tolist() == [[2, 7, 8, 9, 3], [2, 7, 3, 9, 9]]
    assert batch.attention_mask.tolist() == [[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]]
    assert batch.positions.tolist() == [[1, 3], [1, 0]]
    assert batch.valid.tolist() == [[True, True], [True, False]]
    assert batch.characters.tolist() == [[7, 9], [7, 0]]
    assert batch.places.tolist() == [[8, 1], [8, 0]]
    assert batch.morphemes.tolist() == [[4, 5], [4, 0]]


def test_windows_are_taken_in_the_order_asked_for():
    batch = batch_of(WINDOWS, BOTH[::-1], pad_id=9, device=CPU)
    assert batch.input_ids.tolist() == [[2, 7, 3, 9, 9], [2, 7, 8, 9, 3]]


def test_windows_without_units_make_a_batch():
    windows = windows_of([[Window((2, 3), (), 1, (0, 0))]])
    batch = batch_of(windows, np.array([0]), pad_id=9, device=CPU)
    assert (batch.input_ids.tolist(), batch.positions.shape) == ([[2, 3]], (1, 0))


def test_tags_beyond_the_units_are_ignored():
    examples = TaggedWindows(WINDOWS, np.array([1, 2, 0], np.int16))
    assert tags_of_batch(examples, BOTH, device=CPU).tolist() == [[1, 2], [0, NO_TAG]]


def test_tags_are_those_of_each_sentences_own_units():
    sentences = [Sentence("1", "가 나", (Span(0, 1, "PS"),)), Sentence("2", "다", (Span(0, 1, "LC"),))]
    tag_set = TagSet(("PS", "LC"))
    assert run_to_end(tag_windows(WINDOWS, sentences, tag_set)).tolist() == [1, 0, 3]


def window_over(first, end):
    """A window of one-character units, which begins and ends there."""
    units = tuple(TaggingUnit(number, (number, number + 1)) for number in range(first, end))
    return Window((2, *range(first, end), 3), units, 1 - first, (first, end))


@pytest.mark.parametrize(
    ("spans", "second"),
    [
        ((Span(1, 6, "PS"),), [NO_TAG, NO_TAG, 0, 0]),
        ((Span(1, 6, "PS"), Span(6, 8, "PS")), [NO_TAG, NO_TAG, 1, 2]),
        ((Span(2, 9, "LC"),), [NO_TAG] * 4),
        ((Span(1, 4, "PS"), Span(4, 6, "PS")), [1, 2, 0, 0]),
        ((Span(4, 6, "LC"),), [3, 4, 0, 0]),
        ((), [0, 0, 0, 0]),
    ],
)
def test_the_rest_of_an_entity_that_begins_before_a_window_has_no_tags(spans, second):
    """The windows overlap, touch, or leave out units between them."""
    tag_set = TagSet(("PS", "LC"))
    for first in (window_over(0, 6), window_over(0, 4), window_over(0, 3)):
        windows = windows_of([[window_over(0, 1)], [first, window_over(4, 8)]])
        assert tags_of_window(windows, 1, 2, spans, tag_set) == second
        whole = [Sentence("1", "가"), Sentence("2", "가나다라마바사아자", spans)]
        assert run_to_end(tag_windows(windows, whole, tag_set)).tolist()[-4:] == second


@given(st.lists(st.integers(1, 40), max_size=300), st.integers(1, 9), st.integers(0, 5))
def test_an_epoch_has_every_example_once(lengths, size, seed):
    examples = examples_of_lengths(lengths)
    batches = [batch.tolist() for batch in shuffled_batches(examples, batch_size=size, seed=seed, epoch=1)]
    assert sorted(number for batch in batches for number in batch) == list(range(len(lengths)))
    assert sum(len(batch) == size for batch in batches) == len(lengths) // size
    again = shuffled_batches(examples, batch_size=size, seed=seed, epoch=1)
    assert batches == [batch.tolist() for batch in again]


def test_windows_without_units_teach_nothing():
    windows = windows_of([[Window((2, 3), (), 1, (0, 0))], [Window((2, 7, 3), UNITS[:1], 1, (0, 1))]])
    examples = TaggedWindows(windows, np.array([0], np.int16))
    assert len(examples) == 1
    assert [batch.tolist() for batch in shuffled_batches(examples, batch_size=4, seed=1, epoch=1)] == [[1]]


def test_the_order_changes_with_seed_and_epoch():
    examples = examples_of_lengths([5] * 100)
    orders = {
        tuple(
            number for batch in shuffled_batches(examples, batch_size=8, seed=s, epoch=n) for number in batch.tolist()
        )
        for s in range(3)
        for n in range(3)
    }
    assert len(orders) == 9


def test_batches_are_of_similar_length():
    lengths = [1 + number % 50 for number in range(1000)]
    batches = shuffled_batches(examples_of_lengths(lengths), batch_size=10, seed=1, epoch=1)
    padding = sum(max(lengths[number] for number in batch.tolist()) * len(batch) for batch in batches)
    assert padding < 1.1 * sum(lengths)


def test_chunks_keep_the_order():
    assert chunks([1, 2, 3, 4, 5], 2) == [[1, 2], [3, 4], [5]]
    assert chunks([], 2) == []
