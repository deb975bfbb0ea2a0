"""Imports: all or nothing, several plans at once, labels of one's own."""

import json
import os
import sqlite3
import sys
import threading
import zipfile
from collections import Counter
from contextlib import closing
from unicodedata import normalize

import pytest

from core.domain.errors import UserError
from core.domain.generators import run_to_end
from core.domain.spans import Sentence, Span
from core.services.add_source import SourcePlan, add_file_source
from core.services.gold_reading import Rules
from core.services.import_corpus import ImportPlan, _Staging, import_corpus
from core.services.import_report import NothingImportedError
from core.services.preview_corpus import preview_corpus
from core.store.project import DATABASE, create_project
from core.store.sentences import REJECTED_KEPT
from tests.building import add_sentences, project_with_sentences


@pytest.fixture
def project(tmp_path):
    with project_with_sentences(tmp_path / "p.spandesk") as project:
        yield project


@pytest.fixture
def corpora(tmp_path):
    """Two files of three and of two sentences."""
    paths = []
    for name, count in (("one", 3), ("two", 2)):
        path = tmp_path / f"{name}.jsonl"
        lines = [f'{{"id": "{name}-{n}", "text": "서울 {n}", "label": [[0, 2, "LC"]]}}' for n in range(count)]
        path.write_text("\n".join(lines), encoding="utf-8")
        paths.append(path)
    return paths


def test_every_plan_has_its_own_split_and_all_come_at_once(project, corpora):
    plans = [ImportPlan((corpora[0],), "train"), ImportPlan((corpora[1],), "test")]
    report = run_to_end(import_corpus(project, *plans))
    assert (report.sentences, report.spans, report.rejected) == (5, 5, ())
    assert [project.sentences.by_id(f"one-{n}").split for n in range(3)] == ["train"] * 3
    assert [project.sentences.by_id(f"two-{n}").split for n in range(2)] == ["test"] * 2
    assert [file.file for file in project.sentences.imports()] == ["one.jsonl", "two.jsonl"]


def test_an_import_that_is_closed_early_adds_nothing(project, corpora):
    generator = import_corpus(project, ImportPlan((corpora[0],)), ImportPlan((corpora[1],)))
    next(generator)
    generator.close()
    assert project.sentences.count() == 7
    assert project.sentences.imports() == []
    assert run_to_end(import_corpus(project, ImportPlan((corpora[0],)))).sentences == 3


def test_an_import_that_another_program_keeps_from_the_file_says_so_and_the_next_one_works(
    project, corpora, monkeypatch
):
    monkeypatch.setattr("core.store.database._LONGEST_WAIT", 0)
    with closing(sqlite3.connect(project.folder / DATABASE)) as other:
        other.execute("BEGIN IMMEDIATE")
        work = import_corpus(project, ImportPlan((corpora[0],)))
        assert next(work).sentences == 3, "reading the files writes nothing that others could keep it from"
        with pytest.raises(UserError, match=r"not saved \(another program is using"):
            run_to_end(work)
    with project.database.atomic():
        assert project.database.rows("SELECT name FROM temp.sqlite_schema") == []
    assert run_to_end(import_corpus(project, ImportPlan((corpora[0],)))).sentences == 3


def test_what_an_import_could_not_remove_does_not_hinder_the_next(project, corpora):
    with project.database.atomic(is_temporary=True):
        project.database.write("CREATE TEMP TABLE incoming (position INTEGER PRIMARY KEY)")
    assert run_to_end(import_corpus(project, ImportPlan((corpora[0],)))).sentences == 3


def test_one_bad_file_keeps_all_others_out(project, corpora, tmp_path):
    (tmp_path / "binary.tsv").write_bytes(b"\x00\x01\x02")
    with pytest.raises(UserError, match=r"binary\.tsv"):
        run_to_end(import_corpus(project, ImportPlan((*corpora, tmp_path / "binary.tsv"))))
    assert project.sentences.count() == 7


@pytest.mark.parametrize("label", ["BAD\tLABEL!", "", "A" * 65, " a"])
def test_what_is_no_label_is_refused(corpora, label):
    with pytest.raises(UserError, match="is not a valid label"):
        ImportPlan((corpora[0],), new_labels=(label,))


@pytest.mark.parametrize("ratio", [-0.1, 1.0])
def test_what_is_no_share_is_refused(corpora, ratio):
    with pytest.raises(UserError, match="dev ratio"):
        ImportPlan((corpora[0],), dev_ratio=ratio)


def written(path, *texts, spans=()):
    """A file of sentences with these texts, each with an id of its own and the same spans."""
    said = {"label": spans, "judged": "yes"}
    records = [{"id": f"{path.stem}-{n}", "text": text} | said for n, text in enumerate(texts)]
    path.write_text("\n".join(json.dumps(record, ensure_ascii=False) for record in records), encoding="utf-8")
    return path


def splits_by_text(project):
    """In which splits each text is, outer white space and normal form aside."""
    found = {}
    for stored in project.sentences.each():
        found.setdefault(normalize("NFC", stored.text).strip(), set()).add(stored.split)
    return found


def test_equal_texts_stay_together_when_a_share_is_drawn_for_dev(project, tmp_path):
    texts = [f"서울 {n % 50}번 가게" for n in range(500)]
    texts[50:100] = [normalize("NFD", f" {text}\n") for text in texts[:50]]
    corpus = written(tmp_path / "c.jsonl", *texts, spans=[[0, 1, "LC"]])
    report = run_to_end(import_corpus(project, ImportPlan((corpus,), dev_ratio=0.2, seed=3)))
    found = splits_by_text(project)
    assert all(len(found[text.strip()]) == 1 for text in texts[:50])
    assert project.sentences.count("dev") == 4 + 100
    assert report.warnings == ("50 spans begin or end with a blank, which a tagger cannot learn.",)


def test_a_share_is_drawn_from_different_texts_as_before_there_were_groups(project, tmp_path):
    """The draw of published splits: `random.Random(seed).sample` over the places from 1."""
    corpus = written(tmp_path / "c.jsonl", *(f"{n}번 문장" for n in range(40)))
    run_to_end(import_corpus(project, ImportPlan((corpus,), dev_ratio=0.2, seed=5)))
    drawn = [s.id for s in project.sentences.each("dev") if s.id.startswith("c-")]
    assert drawn == ["c-1", "c-3", "c-15", "c-16", "c-22", "c-29", "c-33", "c-39"]


def test_a_text_that_the_project_has_goes_to_its_split_when_a_share_is_drawn(project, tmp_path):
    known = {stored.text: stored.split for stored in project.sentences.each()}
    corpus = written(tmp_path / "c.jsonl", *known, *(f"{n}번 문장" for n in range(13)))
    report = run_to_end(import_corpus(project, ImportPlan((corpus,), dev_ratio=0.5)))
    found = splits_by_text(project)
    assert {text: found[text] for text in known} == {text: {split} for text, split in known.items()}
    new = Counter(s.split for s in project.sentences.each() if s.id.startswith("c-"))
    assert (new["dev"], new["test"]) == (10, 1)
    [warning] = report.warnings
    assert warning.startswith(
        "7 sentences have the text of other ones and other gold, the first of them: news-1: 이순신"
    )


def test_an_import_says_that_a_share_left_dev_empty(tmp_path):
    corpus = written(tmp_path / "c.jsonl", *["서울에 비가 온다"] * 4, *["부산에 눈이 온다"] * 4)
    with create_project(tmp_path / "new.spandesk") as project:
        report = run_to_end(import_corpus(project, ImportPlan((corpus,), dev_ratio=0.2)))
        assert project.sentences.count("dev") == 0
        [warning] = report.warnings
        assert warning.startswith("No sentence was kept for dev, because a share of 20% is less than")
        more = [written(tmp_path / f"{name}.jsonl", f"대구에 {name}가 온다", spans=[[0, 2, "LC"]]) for name in "de"]
        report = run_to_end(
            import_corpus(project, ImportPlan((more[0],), "dev"), ImportPlan((more[1],), dev_ratio=0.1))
        )
    assert report.warnings == (), "dev is not empty any more"


def test_an_import_says_that_train_and_dev_share_sentences(project, tmp_path):
    texts = [f" {stored.text}" for stored in project.sentences.each("dev")][:3]
    report = run_to_end(import_corpus(project, ImportPlan((written(tmp_path / "c.jsonl", *texts),))))
    assert report.warnings[0] == "3 dev sentences also appear in train, so their scores are inflated."
    assert "news-3: 세종 PS, 1443년 DT / c-0: no entities" in report.warnings[1]
    more = run_to_end(import_corpus(project, ImportPlan((written(tmp_path / "d.jsonl", "대구에서 축제가 열렸다."),))))
    assert more.warnings[1] == "1 test sentence also appears in train, so its scores are inflated."


def test_an_import_of_tagged_words_says_how_many_spans_end_in_a_particle(project, tmp_path):
    rows = ["1\t다온은\tPER_B", "2\t여수에\tLOC_B", "3\t산다\t-", "", "1\t여수\tLOC_B", "2\t간다\t-", ""]
    path = tmp_path / "words.txt"
    path.write_text("\n".join(rows), encoding="utf-8")
    rules = Rules(label_map=(("PER", "PS"), ("LOC", "LC")))
    report = run_to_end(import_corpus(project, ImportPlan((path,), rules=rules)))
    assert report.spans == 3
    [said] = [warning for warning in report.warnings if "particle" in warning]
    assert said.startswith("2 of the 3 spans of words.txt seem to end in a particle, since whole words are tagged;")


def test_an_import_says_that_dev_has_no_entity(tmp_path):
    plans = [
        ImportPlan((written(tmp_path / "t.jsonl", "서울", spans=[[0, 2, "LC"]]),)),
        ImportPlan((written(tmp_path / "d.jsonl", "비", "눈"),), "dev"),
    ]
    with create_project(tmp_path / "new.spandesk") as project:
        report = run_to_end(import_corpus(project, *plans))
    assert report.warnings == ("The dev sentences contain no entity, so their precision, recall and F1 mean nothing.",)


def test_a_file_that_is_imported_twice_is_refused_with_one_sentence_and_leaves_no_trace(project, corpora):
    plan = ImportPlan((corpora[0],))
    run_to_end(import_corpus(project, plan))
    with pytest.raises(NothingImportedError, match=r"^Nothing imported: all 3 sentences are already in this project$"):
        run_to_end(import_corpus(project, plan))
    assert [file.file for file in project.sentences.imports()] == ["one.jsonl"]


def test_where_nothing_can_be_imported_the_first_reason_is_given(project, tmp_path, corpora):
    run_to_end(import_corpus(project, ImportPlan((corpora[1],))))
    (tmp_path / "bad.jsonl").write_text('{"text": ""}\n{"text": 5}\n', encoding="utf-8")
    with pytest.raises(NothingImportedError, match=r"all 4 records .*\(2 are already in this project\).*no text") as it:
        run_to_end(import_corpus(project, ImportPlan((tmp_path / "bad.jsonl", corpora[1]))))
    assert (it.value.report.rejections, it.value.report.repeated) == (4, 2)


def test_a_sentence_with_the_id_of_another_is_not_taken_for_it(project, tmp_path):
    add_sentences(project, [("train", Sentence("c-0", "서울", (Span(0, 2, "LC"),)))])
    run_to_end(import_corpus(project, ImportPlan((written(tmp_path / "c.jsonl", "부산"),))))
    assert project.sentences.by_id("c-0").text == "서울"
    assert project.sentences.by_id("c.jsonl#c-0").text == "부산"


def test_only_the_first_rejected_records_of_a_file_are_kept_with_the_number_of_all(project, tmp_path):
    lines = ['{"text": "서울"}', *["{}"] * (REJECTED_KEPT + 50)]
    (tmp_path / "bad.jsonl").write_text("\n".join(lines), encoding="utf-8")
    work = import_corpus(project, ImportPlan((tmp_path / "bad.jsonl",)))
    seen = []
    report = run_to_end(work, lambda progress: seen.extend(progress.rejected))
    assert len(seen) == report.rejections == REJECTED_KEPT + 50
    [imported] = project.sentences.imports()
    assert (len(imported.rejected), imported.rejections) == (REJECTED_KEPT, REJECTED_KEPT + 50)
    assert imported.rejected[0]["line"] == 2


def test_an_import_that_is_committed_is_no_failure_where_the_search_cannot_be_packed(project, corpora, monkeypatch):
    def fail():
        raise UserError("the disk is full")

    monkeypatch.setattr(project.search, "pack", fail)
    assert run_to_end(import_corpus(project, ImportPlan((corpora[0],)))).sentences == 3
    assert project.sentences.count() == 10


def test_a_correction_does_not_wait_for_the_end_of_an_import(project, corpora, monkeypatch):
    monkeypatch.setattr("core.services.import_corpus._ADDED_AT_ONCE", 1)
    monkeypatch.setattr("core.services.import_corpus._PAUSE", 0)
    number, corrected = project.sentences.by_id("news-1").number, threading.Event()

    def correct():
        project.corrections.correct(number, ())
        corrected.set()

    thread, slices, add = threading.Thread(target=correct), [], _Staging._add_slice

    def add_slice(staging, first):
        slices.append((first, corrected.is_set()))
        add(staging, first)
        if len(slices) == 2:
            thread.start()
            while not project.database.is_awaited:
                pass

    monkeypatch.setattr(_Staging, "_add_slice", add_slice)
    report = run_to_end(import_corpus(project, ImportPlan((corpora[0],))))
    thread.join()
    assert report.sentences == 3
    assert project.sentences.count() == 10
    assert [first for first, _ in slices] == [1, 2, 1, 2, 3], "what was added before it gave way was taken back"
    assert project.sentences.by_number([number])[0].gold == ()


def test_an_import_that_always_meets_a_correction_ends_all_the_same(project, corpora, monkeypatch):
    monkeypatch.setattr("core.services.import_corpus._PAUSE", 0)
    monkeypatch.setattr(type(project.database), "is_awaited", property(lambda _: True))
    assert run_to_end(import_corpus(project, ImportPlan((corpora[0],)))).sentences == 3
    assert project.sentences.count() == 10


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({"id": "a\0b", "text": "서울"}, "its id “a\\x00b” contains a control character"),
        ({"id": " \u3000", "text": "서울"}, "its id is blank"),
        ({"id": "a\tb", "text": "서울"}, "its id “a\\tb” contains a control character"),
        ({"id": "a\u2028b", "text": "서울"}, "its id “a\\u2028b” contains"),
        ({"id": "a", "text": "서\0울"}, "its text contains a NUL character"),
    ],
)
def test_what_exports_and_terminals_cannot_hold_is_rejected(project, tmp_path, record, reason):
    (tmp_path / "c.jsonl").write_text(f'{json.dumps(record)}\n{{"text": "비"}}\n', encoding="utf-8")
    report = run_to_end(import_corpus(project, ImportPlan((tmp_path / "c.jsonl",))))
    assert report.sentences == 1
    assert reason in report.rejected[0].reason


@pytest.mark.skipif(sys.platform != "linux", reason="other systems name files in Unicode")
def test_a_file_whose_name_is_no_text_is_imported(project, tmp_path):
    path = tmp_path / os.fsdecode(b"\xff.jsonl")
    path.write_text('{"text": "비"}\n{"text": ""}\n', encoding="utf-8")
    assert run_to_end(import_corpus(project, ImportPlan((path,)))).sentences == 1
    [imported] = project.sentences.imports()
    assert (imported.file, imported.rejected[0]["file"]) == ("\\udcff.jsonl", f"{tmp_path}/\\udcff.jsonl")


def test_two_people_whose_files_are_in_one_archive_are_noticed_and_the_same_again_is_known(project, tmp_path):
    path = tmp_path / "both.zip"
    texts = ["나리는 갔다", "비가 온다"]
    lines = [json.dumps({"id": number, "text": text, "label": [[0, 2, "PS"]]}) for number, text in enumerate(texts)]
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.jsonl", "\n".join(lines))
        archive.writestr("b.jsonl", "\n".join([lines[0].replace("PS", "OG"), lines[1]]))
        archive.writestr("notes.md", "# 지침")
    plan = ImportPlan((path,))
    files = run_to_end(preview_corpus(project, plan)).files
    assert [(each.file, each.sentences, bool(each.problem)) for each in files] == [
        ("both.zip/a.jsonl", 2, False),
        ("both.zip/b.jsonl", 0, False),
        ("both.zip/notes.md", 0, True),
    ]
    report = run_to_end(import_corpus(project, plan))
    assert (report.sentences, report.rejections, report.tally.in_import, report.tally.contradicting) == (2, 3, 1, 1)
    (said,) = [text for text in report.warnings if "If another person" in text]
    assert said == (
        f"{path}/b.jsonl has 2 sentences that {path}/a.jsonl has, too. If another person judged them there, import"
        f" {path}/a.jsonl alone, and add {path}/b.jsonl as a source of theirs: add-source PROJECT {path}/b.jsonl"
        " --kind person."
    )
    assert [imported.file for imported in project.sentences.imports()][-2:] == ["both.zip/a.jsonl", "both.zip/b.jsonl"]
    with pytest.raises(NothingImportedError):
        run_to_end(import_corpus(project, plan))
    source = run_to_end(add_file_source(project, SourcePlan(path / "b.jsonl", kind="person")))
    assert source.sentences == 2
