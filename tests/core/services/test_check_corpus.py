"""Checks of the corpus find the sentences that should be looked at, split by split."""

import json

import pytest

from core.domain.generators import run_to_end
from core.domain.spans import Sentence, Span
from core.services.check_corpus import check_corpus
from core.services.import_corpus import ImportPlan, import_corpus
from core.store.project import create_project
from tests.building import add_sentences
from tests.paths import CASES


@pytest.fixture
def project(tmp_path):
    with create_project(tmp_path / "p.spandesk") as project:
        yield project


def ids(project, found):
    return {split: sorted(project.sentences.ids(sorted(numbers))) for split, numbers in found.items() if numbers}


def test_repeated_and_shared_texts_and_blank_edges_are_found(project):
    spanned = Sentence("c", "부산 간다", (Span(0, 3, "LC"),))
    texts = [
        ("train", "a", "서울에 산다"),
        ("train", "b", "서울에 간다"),
        ("dev", "d", "서울에 산다"),
        ("dev", "e", "비"),
    ]
    sentences = [(split, Sentence(name, text, ())) for split, name, text in texts]
    add_sentences(project, [*sentences, ("train", spanned)])
    checks = run_to_end(check_corpus(project))
    assert ids(project, checks.blank_edges) == {"train": ["c"]}
    assert ids(project, checks.shared) == {"train": ["a"], "dev": ["d"]}
    assert ids(project, checks.bare) == {"train": ["a", "b"], "dev": ["d", "e"]}
    assert ids(project, checks.repeated) == ids(project, checks.contradicting) == {}
    add_sentences(project, [("dev", Sentence("f", "비", ()))])
    assert ids(project, run_to_end(check_corpus(project)).repeated) == {"dev": ["e", "f"]}


def test_equal_texts_with_other_gold_contradict_each_other(project):
    busan, unlabelled = (Span(0, 2, "LC"),), Sentence("b", "부산 간다", ())
    add_sentences(project, [("train", Sentence("a", "부산 간다", busan)), ("dev", unlabelled)])
    later = Sentence("c", " 서울 간다", (Span(1, 3, "LC"),))
    add_sentences(project, [("train", later), ("train", Sentence("d", "서울 간다", busan))])
    checks = run_to_end(check_corpus(project))
    assert ids(project, checks.contradicting) == {"train": ["a"], "dev": ["b"]}
    assert ids(project, checks.repeated) == {"train": ["c", "d"]}


def test_spans_with_blanks_at_their_edges_are_found_in_the_shared_case(project):
    path = CASES / "F16_ws_edges.jsonl"
    if not path.exists():
        pytest.skip("the shared cases are not beside the repository")
    records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    edged = {
        record["id"]
        for record in records
        for start, end, *_ in record["label"]
        if record["text"][start:end] != record["text"][start:end].strip()
    }
    run_to_end(import_corpus(project, ImportPlan((path,))))
    stored = {each.id for each in project.sentences.each()}
    assert ids(project, run_to_end(check_corpus(project)).blank_edges).get("train", []) == sorted(edged & stored)
    assert edged & stored
