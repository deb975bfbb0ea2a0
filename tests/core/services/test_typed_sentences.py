"""Typed texts on their way into the corpus."""

import unicodedata

import pytest

from core.domain.generators import run_to_end
from core.domain.spans import Span
from core.services.typed_sentences import SOURCE, find_texts, make_drafts, scratch_id
from tests.building import TEXTS, project_with_sentences

TEXT = "세종은 1443년 한글을 만들었다."


@pytest.fixture
def project(tmp_path):
    with project_with_sentences(tmp_path / "p.spandesk") as project:
        yield project


def nfd(text):
    return unicodedata.normalize("NFD", text)


def test_the_id_is_that_of_what_the_text_says():
    assert scratch_id(TEXT) == scratch_id(nfd(TEXT)) != scratch_id(TEXT + " ")
    assert scratch_id(TEXT).startswith("scratch-")


def test_a_text_in_two_normal_forms_is_one_sentence_and_keeps_its_own_offsets():
    gold = (Span(0, 5, "PS"),)
    made = make_drafts({nfd(TEXT): gold, "비가 온다": (), TEXT: ()})
    assert [(sentence.text, sentence.spans) for sentence in made] == [(nfd(TEXT), gold), ("비가 온다", ())]


@pytest.mark.parametrize("form", [str, nfd])
def test_what_the_corpus_has_already_is_found_in_any_normal_form(project, form):
    found = run_to_end(find_texts(project, [form(TEXT), "비가 온다"]))
    assert {text: stored.id for text, stored in found.items()} == {form(TEXT): "news-3"}


def test_a_corpus_in_nfd_is_found_too_and_nothing_in_none(project):
    [draft] = make_drafts({nfd("비가 온다"): ()})
    project.sentences.add("train", [draft], SOURCE)
    assert run_to_end(find_texts(project, ["비가 온다"]))["비가 온다"].id == scratch_id("비가 온다")
    assert run_to_end(find_texts(project, [])) == {}
    assert len(run_to_end(find_texts(project, [text for _, _, text, _ in TEXTS]))) == len(TEXTS)
