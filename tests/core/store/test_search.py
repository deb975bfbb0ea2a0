"""The packed search finds what a look at every sentence finds."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.spans import Sentence
from core.services.import_corpus import ImportPlan, import_corpus
from core.store import search
from core.store.project import create_project, open_project
from tests.building import add_sentences

WORDS = ["서울", "서", "부산에서", "NATO", "nato", "é", "😀", "1", "a\nb", "100%", "_", "없음"]


@pytest.fixture
def packed_by_three(monkeypatch):
    monkeypatch.setattr(search, "PACKED", 3)
    monkeypatch.setattr(search, "_AT_ONCE", 2)
    monkeypatch.setattr(search, "_FEW", 2)


def looked_through(project, text, split):
    def folded(words):
        return unicodedata.normalize("NFC", words.casefold())

    sentences = list(project.sentences.each(split))
    return {s.number for s in sentences if folded(text) in folded(s.text) or folded(text) in folded(s.id)}


def found(project, text, split):
    of_split = {s.number for s in project.sentences.each(split)}
    return project.search.find(text, split) & of_split


@pytest.mark.usefixtures("packed_by_three")
@given(
    texts=st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join), min_size=1, max_size=14),
    splits=st.lists(st.sampled_from(["train", "dev"]), min_size=14, max_size=14),
    form=st.sampled_from(["NFC", "NFD"]),
)
def test_every_string_is_found_wherever_it_is(tmp_path_factory, texts, splits, form):
    with create_project(tmp_path_factory.mktemp("p") / "p.spandesk") as project:
        for at, text in enumerate(texts):
            add_sentences(project, [(splits[at], Sentence(f"id-{at}", unicodedata.normalize(form, text)))])
            if at == 8:
                project.search.pack()
        for word in (*WORDS, "id-1", "ID-", "울 부"):
            for split in ("train", "dev"):
                assert found(project, word, split) == looked_through(project, word, split), word
        assert not project.search.is_out_of_step()


@pytest.mark.usefixtures("packed_by_three")
def test_a_string_is_not_found_across_two_sentences_or_a_text_and_its_id(tmp_path):
    with create_project(tmp_path / "p.spandesk") as project:
        add_sentences(
            project, [("dev", Sentence(name, text)) for name, text in (("x", "ab"), ("y", "cd"), ("z", "ef"))]
        )
        project.search.pack()
        assert project.database.value("SELECT count(*) FROM packed_text") == 1
        assert project.search.find("bx", "dev") == project.search.find("xc", "dev") == set()


@pytest.mark.usefixtures("packed_by_three")
def test_an_import_and_the_opening_of_an_old_project_pack(tmp_path):
    file = tmp_path / "c.jsonl"
    file.write_text("".join(f'{{"id": "{n}", "text": "문장 {n}", "label": []}}\n' for n in range(7)), encoding="utf-8")
    with create_project(tmp_path / "p.spandesk") as project:
        for _ in import_corpus(project, ImportPlan((file,), "dev")):
            pass
        assert project.database.value("SELECT count(*) FROM packed_text") == 2
        project.database.write("DELETE FROM packed_text")
    with open_project(tmp_path / "p.spandesk") as project:
        assert project.database.value("SELECT count(*) FROM packed_text") == 2
        assert project.problems() == []
        project.database.write("UPDATE packed_text SET texts = x'00' WHERE first = 1")
        assert project.problems() == ["the search index does not match the sentences"]


@pytest.mark.usefixtures("packed_by_three")
def test_a_sentence_that_moved_is_found_in_its_new_split(tmp_path):
    with create_project(tmp_path / "p.spandesk") as project:
        add_sentences(project, [("dev", Sentence(f"id-{n}", f"서울 {n}")) for n in range(3)])
        project.search.pack()
        project.sentences.move_to_train([2], run=1)
        assert found(project, "서울", "train") == {2}
        assert found(project, "서울", "dev") == {1, 3}


@pytest.mark.usefixtures("packed_by_three")
def test_sentences_that_are_packed_during_a_search_are_found(tmp_path, monkeypatch):
    with create_project(tmp_path / "p.spandesk") as project:
        add_sentences(project, [("dev", Sentence(f"id-{n}", f"서울 {n}")) for n in range(4)])
        rows = project.search._rows

        def packing(split):
            project.search.pack()
            yield from rows(split)

        with monkeypatch.context() as patch:
            patch.setattr(project.search, "_rows", packing)
            assert found(project, "서울", "dev") == {1, 2, 3, 4}
        add_sentences(project, [("dev", Sentence(f"late-{n}", f"서울 {n}")) for n in range(4)])

        def packed_at_the_end(split):
            yield from rows(split)
            project.search.pack()

        monkeypatch.setattr(project.search, "_rows", packed_at_the_end)
        assert found(project, "서울", "dev") == set(range(1, 9))


@pytest.mark.parametrize(
    ("text", "sought", "places"),
    [
        ("서울과 서울", "서울", [(0, 2), (4, 6)]),
        ("NATO와 nato", "Nato", [(0, 4), (6, 10)]),
        ("Straße", "STRASSE", [(0, 6)]),
        ("Straße", "s", [(0, 1), (4, 5), (4, 5)]),
        ("가가가", "가가", [(0, 2)]),
        ("서울", "부산", []),
        ("서울", "", []),
        ("😀 서울", "서울", [(2, 4)]),
    ],
)
def test_hits_are_where_the_search_found_them(text, sought, places):
    assert search.find_hits(text, sought) == tuple(places)


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join), st.sampled_from(WORDS))
def test_the_normal_form_of_a_text_does_not_shift_its_hits(text, sought):
    decomposed = unicodedata.normalize("NFD", text)
    cut = [decomposed[start:end] for start, end in search.find_hits(decomposed, sought)]
    composed = [text[start:end] for start, end in search.find_hits(text, unicodedata.normalize("NFD", sought))]
    assert [unicodedata.normalize("NFC", part) for part in cut] == composed
    assert len(cut) == text.casefold().count(sought.casefold())
