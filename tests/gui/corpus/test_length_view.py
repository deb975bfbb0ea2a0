"""Sentences are sorted by their characters into bins that are easy to read."""

from gui.corpus.length_view import bin_lengths


def bounds(counts):
    return [(each.least, each.most) for each in bin_lengths(counts)]


def test_bins_have_round_bounds_and_begin_near_the_shortest_sentence():
    assert bin_lengths({}) == []
    assert bounds({"dev": {3: 1, 5: 2}}) == [(3, 3), (4, 4), (5, 5)]
    assert bounds({"dev": dict.fromkeys(range(12, 101), 1)})[:2] == [(10, 14), (15, 19)]
    assert bounds({"dev": dict.fromkeys(range(12, 101), 1)})[-1] == (100, 104)


def test_the_few_longest_sentences_share_the_last_bin_and_every_sentence_is_in_one():
    counts = {"train": dict.fromkeys(range(1, 30), 50) | {4_000: 1}, "dev": {30: 1}}
    bins = bin_lengths(counts)
    assert (bins[-1].least, bins[-1].most, bins[-1].term) == (30, None, "length:>29")
    assert bins[0].term == "length:1-1"
    assert sum(each.counts["train"] for each in bins) == 29 * 50 + 1
    assert bins[-1].counts == {"train": 1, "dev": 1}


def test_there_are_never_many_bins_whatever_the_lengths():
    for longest in (1, 39, 40, 41, 399, 5_000, 123_456):
        assert len(bin_lengths({"dev": {1: 1, longest: 1}})) <= 41
