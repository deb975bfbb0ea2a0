import torch
from hypothesis import given
from hypothesis import strategies as st

from core.batches import Example, batch_of, chunks, shuffled_batches, tags_of_batch
from core.encoding import Encoded
from core.tags import NO_TAG

CPU = torch.device("cpu")
WINDOWS = (Encoded((2, 7, 8, 9, 3), (1, 3), ((0, 1), (2, 3))), Encoded((2, 7, 3), (1,), ((0, 1),)))


def test_windows_are_padded_on_the_right():
    batch = batch_of(WINDOWS, pad_id=9, device=CPU)
    assert batch.input_ids.tolist() == [[2, 7, 8, 9, 3], [2, 7, 3, 9, 9]]
    assert batch.attention_mask.tolist() == [[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]]
    assert batch.positions.tolist() == [[1, 3], [1, 0]]
    assert batch.valid.tolist() == [[True, True], [True, False]]


def test_tags_beyond_the_units_are_no_tags():
    examples = [Example.of(WINDOWS[0], [1, 2]), Example.of(WINDOWS[1], [0])]
    assert tags_of_batch(examples, device=CPU).tolist() == [[1, 2], [0, NO_TAG]]


@given(st.lists(st.integers(1, 40), max_size=300), st.integers(1, 9), st.integers(0, 5))
def test_an_epoch_has_every_example_once(lengths, size, seed):
    examples = [Example.of(Encoded((number,) * length, (), ()), ()) for number, length in enumerate(lengths)]
    batches = shuffled_batches(examples, batch_size=size, seed=seed, epoch=1)
    assert sorted(e.input_ids[0] for batch in batches for e in batch) == list(range(len(lengths)))
    assert sum(len(batch) == size for batch in batches) == len(lengths) // size
    assert batches == shuffled_batches(examples, batch_size=size, seed=seed, epoch=1)


def test_the_order_changes_with_seed_and_epoch():
    examples = [Example.of(Encoded((number,) * 5, (), ()), ()) for number in range(100)]
    orders = {
        tuple(e.input_ids[0] for batch in shuffled_batches(examples, batch_size=8, seed=s, epoch=n) for e in batch)
        for s in range(3)
        for n in range(3)
    }
    assert len(orders) == 9


def test_batches_are_of_similar_length():
    examples = [Example.of(Encoded((1,) * (1 + number % 50), (), ()), ()) for number in range(1000)]
    batches = shuffled_batches(examples, batch_size=10, seed=1, epoch=1)
    padding = sum(max(len(e.input_ids) for e in batch) * len(batch) for batch in batches)
    assert padding < 1.1 * sum(len(e.input_ids) for e in examples)


def test_chunks_keep_the_order():
    assert chunks([1, 2, 3, 4, 5], 2) == [[1, 2], [3, 4], [5]]
    assert chunks([], 2) == []
