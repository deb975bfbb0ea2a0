"""What files say of sentences, and the neighbours of a sentence in its document."""

import json

import pytest

from core.analysis.findings import find_shared_documents
from core.domain.generators import run_to_end
from core.domain.spans import Sentence
from core.services.import_corpus import ImportPlan, import_corpus
from core.store.documents import split_search, write_term
from core.store.project import create_project
from core.store.sentence_selection import Selection
from tests.building import add_sentences


def record(sentence_id, document="", text=None, **others):
    named = {"document": document} if document else {}
    return {
        "id": sentence_id,
        "text": text or f"{sentence_id} 문장이다.",
        "label": [],
        "judged": "yes",
        **named,
        **others,
    }


def write(path, *records):
    path.write_text("".join(json.dumps(each, ensure_ascii=False) + "\n" for each in records), encoding="utf-8")
    return path


@pytest.fixture
def project(tmp_path):
    with create_project(tmp_path / "p.spandesk") as project:
        records = [record(f"a-{number}", "사설") for number in range(1, 6)]
        source = record("b-1", "기사", annotator="민서", judged="yes", source={"date": "2020-01-02", "score": 0.5})
        file = write(tmp_path / "news.jsonl", *records, source, record("c-1"))
        run_to_end(import_corpus(project, ImportPlan((file,), "dev")))
        yield project


def number_of(project, sentence_id):
    return project.sentences.by_id(sentence_id).number


def surroundings(project, sentence_id, each_side=2):
    number = number_of(project, sentence_id)
    document = project.documents.details([number])[number].document_number
    return project.documents.surroundings(number, document, each_side)


def test_details_are_those_of_the_file(project):
    number = number_of(project, "b-1")
    details = project.documents.details([number])[number]
    assert (details.file, details.document, details.annotator, details.judged) == ("news.jsonl", "기사", "민서", "yes")
    assert details.extras == {"source": {"date": "2020-01-02", "score": 0.5}}
    plain = project.documents.details([number_of(project, "c-1")])[number_of(project, "c-1")]
    assert (plain.document_number, plain.extras, plain.annotator) == (None, {}, "")


def test_neighbours_are_the_nearest_of_the_document_in_order(project):
    found = surroundings(project, "a-3", each_side=1)
    assert (found.place, found.sentences) == (3, 5)
    assert [each.text for each in (*found.before, *found.after)] == ["a-2 문장이다.", "a-4 문장이다."]
    first = surroundings(project, "a-1")
    assert first.before == ()
    assert [each.text for each in first.after] == ["a-2 문장이다.", "a-3 문장이다."]
    assert surroundings(project, "a-5").after == ()


def test_deleted_neighbours_are_passed_over(project):
    run_to_end(project.moves.move_in_slices([number_of(project, "a-2")], "deleted"))
    assert [each.text for each in surroundings(project, "a-3").before] == ["a-1 문장이다."]


def test_neighbours_are_found_by_the_index(project):
    document = project.documents.details([number_of(project, "a-3")])[number_of(project, "a-3")].document_number
    plan = project.database.rows(
        "EXPLAIN QUERY PLAN SELECT number, text FROM sentence WHERE document = ? AND number > ?"
        " AND split <> 'deleted' ORDER BY number ASC LIMIT 2",
        [document, 3],
    )
    assert "USING INDEX sentence_by_document" in plan[0][-1]


def test_sentences_of_a_document_that_is_also_in_train_are_warned_of(project):
    assert project.documents.shared_with_train("dev") == []
    run_to_end(project.moves.move_in_slices([number_of(project, "a-2"), number_of(project, "c-1")], "train"))
    shared = project.documents.shared_with_train("dev")
    assert shared == [number_of(project, f"a-{number}") for number in (1, 3, 4, 5)]
    [finding] = find_shared_documents(shared, "dev")
    assert finding.words == "4 dev sentences are of documents that are also in train, so their scores may be inflated."
    assert finding.sentences == set(shared)


def test_an_import_warns_of_a_document_in_two_splits(tmp_path):
    files = [write(tmp_path / "a.jsonl", record("1", "사설"), record("2", "사설")), tmp_path / "b.jsonl"]
    write(files[1], record("3", "사설"))
    with create_project(tmp_path / "two.spandesk") as project:
        plans = ImportPlan((files[0],), "train"), ImportPlan((files[1],), "dev")
        assert not any("documents" in each for each in run_to_end(import_corpus(project, *plans)).warnings)
        run_to_end(project.moves.move_in_slices([number_of(project, "1")], "dev"))
        more = write(tmp_path / "c.jsonl", record("4", "기사"))
        report = run_to_end(import_corpus(project, ImportPlan((more,), "train")))
    assert "1 dev sentence is of a document that is also in train, so its scores may be inflated." in report.warnings


@pytest.mark.parametrize(
    ("search", "text", "terms"),
    [
        ("이순신 file", "이순신 file", []),
        ("document:사설", "", [("document", "사설", False)]),
        ('이순신 document:"사설 1" 은', "이순신 은", [("document", "사설 1", True)]),
        ('file:a.json extra:"k:v ""w"""', "", [("file", "a.json", False), ("extra", 'k:v "w"', True)]),
        ('extra:"not closed', "", [("extra", "not closed", True)]),
        ("annotator:", "", []),
        ("http://document:80", "http://document:80", []),
        ("은 length:20-39", "은", [("length", "20-39", False)]),
        ("length:long length:", "length:long length:", []),
    ],
)
def test_terms_of_a_search(search, text, terms):
    assert split_search(search) == (text, tuple(terms))


@pytest.mark.parametrize("value", ["사설 1", 'a"b', "", 'ends with "'])
def test_a_written_term_is_read_again(value):
    _, terms = split_search(f"{write_term('document', value)} {write_term('file', 'x')}")
    assert [term.value for term in terms] == [*([value] if value else []), "x"]


def test_a_sentence_of_the_pool_that_a_person_put_in_a_split_was_judged(project):
    number = number_of(project, "a-1")
    project.database.write("UPDATE sentence SET split = 'pool', judged = 'no' WHERE number = ?", [number])
    assert project.documents.details([number])[number].judged == "no"
    run_to_end(project.moves.move_in_slices([number], "train"))
    assert project.documents.details([number])[number].judged == "yes"


@pytest.mark.parametrize(
    ("search", "lengths"),
    [
        ("length:4", [4]),
        ("length:>4", [5, 6]),
        ("length:<4", [3]),
        ("length:4-5", [4, 5]),
        ("length:>3 가 length:<6", [4, 5]),
    ],
)
def test_sentences_are_found_by_their_length(tmp_path, search, lengths):
    with create_project(tmp_path / "p.spandesk") as project:
        add_sentences(project, [("dev", Sentence(f"{length}", "가" * length, ())) for length in range(3, 7)])
        numbers = project.selections.numbers(Selection("dev", text=search), None, "corrected")
        assert [len(each.text) for each in project.sentences.by_number(numbers)] == lengths
