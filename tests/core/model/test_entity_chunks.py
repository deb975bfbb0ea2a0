"""Entities in scores of classes, compared with all sequences of tags."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.formats.word_tags import WordTag
from core.model import entity_chunks
from core.model.entity_chunks import fold_classes

BIO = (WordTag("O", ""), WordTag("B", "PS"), WordTag("I", "PS"), WordTag("B", "LC"), WordTag("I", "LC"))
BARE = (WordTag("O", ""), WordTag("I", "PS"), WordTag("O", ""))
BIOES = (WordTag("S", "PS"), WordTag("B", "PS"), WordTag("I", "PS"), WordTag("E", "PS"), WordTag("O", ""))


def find_chunks(shares, tags):
    labels = list(dict.fromkeys(tag.label for tag in tags if tag.part != "O"))
    return entity_chunks.find_chunks(fold_classes(shares, tags), labels)


def read_as_conlleval(tags):
    """The entities of tags: an I or E that continues none of its label begins one."""
    found, before = set(), None
    for unit, tag in enumerate(tags):
        if tag.part in "BS" or (tag.part in "IE" and (before is None or before[2] != tag.label)):
            before = (unit, unit + 1, tag.label)
        elif tag.part in "IE":
            found.discard(before)
            before = (before[0], unit + 1, tag.label)
        else:
            before = None
        if before:
            found.add(before)
    return found


@given(st.integers(0, 2**32), st.integers(0, 5), st.sampled_from([BIO, BARE, BIOES]))
def test_an_entity_is_as_probable_as_all_tags_that_have_it(seed, units, tags):
    scores = np.exp(3 * np.random.default_rng(seed).normal(size=(units, len(tags))))
    shares = scores / scores.sum(axis=1, keepdims=True)
    found = find_chunks(shares, tags)
    masses = dict.fromkeys([chunk[:3] for chunk in found], 0.0)
    for path in itertools.product(range(len(tags)), repeat=units):
        for chunk in read_as_conlleval([tags[tag] for tag in path]) & masses.keys():
            masses[chunk] += float(np.prod([shares[unit, tag] for unit, tag in enumerate(path)]))
    assert [chunk[3] for chunk in found] == pytest.approx(list(masses.values()), abs=1e-9)
    if tags == BIO:
        best = [tags[tag] for tag in shares.argmax(axis=1)]
        assert {chunk[:3] for chunk in found} == read_as_conlleval(best)


def test_classes_of_one_meaning_are_one():
    shares = np.array([[0.0, 0.3, 0.3, 0.0, 0.4], [0.2, 0.0, 0.0, 0.4, 0.4]])
    assert find_chunks(np.array([[0.3, 0.4, 0.3]]), BARE) == []
    assert [chunk[:3] for chunk in find_chunks(shares, BIOES)] == []
    assert [chunk[:3] for chunk in find_chunks(np.array([[0.3, 0.3, 0.0, 0.0, 0.4]]), BIOES)] == [(0, 1, "PS")]
