"""The dictionary of a gold: what is always labelled alike, and never wrong on that gold."""

import unicodedata

import pytest

from core.dictionary.from_gold import make_dictionary
from core.dictionary.matching import DictionaryMatcher
from core.domain.generators import run_to_end
from core.domain.spans import Example, Span
from tests.corpora import read_only_sentences
from tests.paths import SAMPLE


def example(text, *strings):
    """A sentence whose gold labels the first place of each string: ("나리", "PS")."""
    gold = tuple(sorted(Span(text.index(s), text.index(s) + len(s), label) for s, label in strings))
    return Example(1, "train", "s", text, gold)


def nfd(text):
    return unicodedata.normalize("NFD", text)


PS, LC, OG = "PS", "LC", "OG"

GOLDS = {
    "always alike": ([("나리는 갔다", ("나리", PS)), ("나리도 왔다", ("나리", PS))], ["나리"]),
    "too rare": ([("나리는 갔다", ("나리", PS))], []),
    "two labels": ([("서울은 크다", ("서울", LC)), ("서울이 이겼다", ("서울", OG))] * 2, []),
    "once unlabelled": ([("나리는 갔다", ("나리", PS))] * 3 + [("나리는 갔다",)], []),
    "once part of a longer span": (
        [("서울은 크다", ("서울", LC))] * 2 + [("서울 시청은 크다", ("서울 시청", OG))],
        [],
    ),
    "in a word that it does not match": ([("제주는 크다", ("제주", LC))] * 2 + [("제주도는 섬이다",)], ["제주"]),
    "in a compound": ([("서울은 크다", ("서울", LC))] * 2 + [("서울시청은 크다",)], ["서울"]),
    "decomposed": (
        [("나리는 갔다", ("나리", PS)), (nfd("나리는 갔다"), (nfd("나리"), PS))],
        ["나리"],
    ),
    "the most frequent first": (
        [("나리는 갔다", ("나리", PS))] * 2 + [("다온은 갔다", ("다온", PS))] * 3,
        ["다온", "나리"],
    ),
}


@pytest.mark.parametrize(("gold", "expected"), GOLDS.values(), ids=GOLDS)
def test_strings_labelled_always_alike(gold, expected):
    sentences = [example(*each) for each in gold]
    assert [entry.text for entry in run_to_end(make_dictionary(lambda: sentences))] == expected


def test_it_is_never_wrong_on_the_gold_it_was_made_of():
    read = read_only_sentences(SAMPLE / "dev.jsonl")
    sentences = [Example(number, "dev", each.id, each.text, each.spans) for number, each in enumerate(read)]
    entries = run_to_end(make_dictionary(lambda: sentences, min_count=1))
    assert len(entries) > 50
    matched = DictionaryMatcher(entries, "").match([each.text for each in sentences])
    for each, matches in zip(sentences, matched, strict=True):
        assert {match.span for match in matches} <= set(each.gold)
