"""Lengths of sentences and strings of gold spans are counted by split, as corrected and without what is put away."""

import pytest

from core.domain.generators import run_to_end
from core.domain.spans import Sentence, Span
from core.store.corpus_counts import FrequentStrings, SpanString
from core.store.project import create_project
from tests.building import add_sentences


@pytest.fixture
def project(tmp_path):
    rows = [
        ("train", "a", "한국과 😀 한국은", (Span(0, 2, "LC"), Span(6, 8, "OG"))),
        ("train", "b", "한국에 간다", (Span(0, 2, "LC"),)),
        ("dev", "c", "부산", (Span(0, 2, "LC"),)),
        ("dev", "d", "한국", (Span(0, 2, "LC"),)),
        ("test", "e", "비가 온다", ()),
    ]
    with create_project(tmp_path / "p.spandesk") as project:
        add_sentences(project, [(split, Sentence(name, text, spans)) for split, name, text, spans in rows])
        yield project


def test_sentences_are_counted_by_their_characters(project):
    assert project.counts.lengths() == {"train": {9: 1, 6: 1}, "dev": {2: 2}, "test": {5: 1}}


def test_strings_of_a_label_are_counted_by_split_with_their_other_labels(project):
    counts = run_to_end(project.counts.strings())
    assert counts.labels == {"LC", "OG"}
    korea = SpanString("한국", {"train": 2, "dev": 1, "test": 0}, {"OG": 1})
    busan = SpanString("부산", {"train": 0, "dev": 1, "test": 0}, {})
    assert counts.most_frequent("LC", 9) == FrequentStrings("LC", 4, 2, (korea, busan))
    assert counts.most_frequent("LC", 1) == FrequentStrings("LC", 4, 2, (korea,))
    assert [(each.total, each.others) for each in counts.most_frequent("OG", 9).first] == [(1, {"LC": 3})]
    assert counts.most_frequent("PS", 9) == FrequentStrings("PS", 0, 0, ())


def test_a_string_leads_to_the_sentences_in_which_it_has_the_label(project):
    def ids(split, label, string):
        return project.sentences.ids(project.counts.sentences_with(split, label, string))

    assert sorted(ids("train", "LC", "한국")) == ["a", "b"]
    assert ids("train", "OG", "한국") == ["a"]
    assert ids("test", "LC", "한국") == []


def test_counts_are_of_the_gold_as_corrected_and_of_the_splits_alone(project):
    project.corrections.correct(project.sentences.by_id("b").number, ())
    run_to_end(project.moves.move_in_slices([project.sentences.by_id("d").number], "deleted"))
    assert project.counts.lengths()["dev"] == {2: 1}
    found = run_to_end(project.counts.strings()).most_frequent("LC", 9).first
    assert [(each.text, each.total) for each in found] == [("부산", 1), ("한국", 1)]
