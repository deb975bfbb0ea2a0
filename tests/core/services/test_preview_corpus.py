"""What files would bring is known before anything is stored, and is what the import then stores."""

import json
from collections import Counter
from dataclasses import replace

import pytest

from core.domain.generators import run_to_end
from core.domain.spans import OVERLAP, Sentence, Span
from core.services.gold_reading import Rules
from core.services.import_corpus import ImportPlan, import_corpus
from core.services.preview_corpus import FIRST, PLACES, find_unknown_labels, preview_corpus
from core.store.project import create_project

MIXED = [
    {"id": "a", "text": "나리는 부산에 산다", "label": [[0, 2, "PER"], [4, 6, "LC"]]},
    {"id": "b", "text": "비", "label": []},
    {"id": "c", "text": "서울대학교 병원", "label": [[0, 5, "OG"], [0, 2, "LC"]]},
    {"id": "d", "text": "부산에 산다", "label": [[0, 2, "LCP_CITY"]]},
    {"id": "e", "text": "", "label": []},
]


@pytest.fixture
def corpus(tmp_path):
    """Writes records as JSON Lines; returns a plan to import them."""

    def corpus(*records, name="a.jsonl", encoding="utf-8", **rules):
        path = tmp_path / name
        path.write_text("\n".join(json.dumps(each, ensure_ascii=False) for each in records), encoding=encoding)
        return ImportPlan((path,), rules=Rules(**rules))

    return corpus


def preview(plan, project=None):
    return run_to_end(preview_corpus(project, plan))


def test_it_says_what_is_in_a_file_and_what_would_be_rejected(corpus):
    plan = corpus(*MIXED)
    found = preview(plan)
    [file] = found.files
    assert (file.format, file.encoding, file.sentences, file.spans, file.rejections) == ("JSON Lines", "UTF-8", 2, 1, 3)
    assert file.labels == Counter(PER=1, LC=2, OG=1, LCP_CITY=1)
    assert find_unknown_labels(found, plan) == Counter(PER=1)
    assert file.tally.folded == Counter(LCP_CITY=1)
    assert file.unstated == 1
    assert file.first == (Sentence("b", "비", ()), Sentence("d", "부산에 산다", (Span(0, 2, "LC"),)))
    assert found.has_overlaps
    assert [(group.count, group.places) for group in found.rejected if group.kind == OVERLAP] == [
        (1, (f"{plan.files[0]}, line 3",))
    ]


def test_the_import_stores_what_the_preview_shows(corpus, tmp_path):
    plan = replace(
        corpus(*MIXED, overlaps="outermost", label_map=(("PER", "PS"),), without_spans="no-entities"), split="test"
    )
    with create_project(tmp_path / "p.spandesk") as project:
        shown = preview(plan, project)
        assert not project.sentences.has_any()
        report = run_to_end(import_corpus(project, plan))
        stored = [each.example for each in project.sentences.each("test")]
        [file] = shown.files
        assert [(s.id, s.text, s.spans) for s in file.first] == [(s.id, s.text, s.gold) for s in stored]
        assert (file.sentences, file.spans, file.rejections) == (report.sentences, report.spans, report.rejections)
        [again] = preview(plan, project).files
        assert (again.sentences, again.tally.repeated) == (0, 4)


def test_a_mapped_or_added_label_is_not_unknown(corpus):
    plan = corpus(*MIXED, label_map=(("PER", "PS"),))
    assert not find_unknown_labels(preview(plan), plan)
    plan = replace(corpus(*MIXED), new_labels=("PER",))
    assert not find_unknown_labels(preview(plan), plan)


def test_the_first_sentences_come_before_the_file_is_read(corpus):
    plan = corpus(*({"id": number, "text": f"{number}번 비", "label": []} for number in range(3_000)))
    work = preview_corpus(None, plan)
    first = next(work)
    [file] = first.files
    assert len(file.first) == FIRST
    assert not file.is_checked
    assert not first.is_whole
    steps = list(work)
    assert None in steps, "the preview can be ended between two reports"
    [file] = preview(plan).files
    assert (file.sentences, file.is_checked, file.is_whole) == (3_000, True, True)


def test_an_encoding_that_a_later_byte_contradicts_is_corrected(corpus):
    long_line = {"id": "x", "text": "a" * (1 << 20), "label": []}
    plan = corpus(long_line, {"id": "y", "text": "나리는", "label": [[0, 2, "PS"]]}, encoding="cp949")
    steps = [step for step in preview_corpus(None, plan) if step is not None]
    assert (steps[0].files[0].encoding, steps[0].files[0].is_checked) == ("UTF-8", False)
    assert (steps[-1].files[0].encoding, steps[-1].files[0].is_checked) == ("CP949", True)
    assert steps[-1].files[0].first[1].text == "나리는"


def test_a_file_that_cannot_be_read_is_listed_with_its_problem(corpus, tmp_path):
    plan = corpus(*MIXED)
    (tmp_path / "empty.txt").touch()
    found = preview(replace(plan, files=(*plan.files, tmp_path / "empty.txt", tmp_path / "none")))
    assert [bool(file.problem) for file in found.files] == [False, True, True]
    assert "is empty" in found.files[1].problem
    assert "does not exist" in found.files[2].problem
    assert found.files[0].sentences == 2


def test_rejected_records_are_grouped_by_reason_with_the_first_places(corpus):
    found = preview(corpus(*({"id": number, "text": "나리", "label": [[0, 2, f"X{number}"]]} for number in range(9))))
    [group] = found.rejected
    assert group.count == 9
    assert len(group.places) == PLACES


def test_annotators_are_counted(tmp_path):
    tasks = [
        {
            "id": number,
            "data": {"text": "나리"},
            "annotations": [{"completed_by": who, "result": []} for who in ("kim", "lee")],
        }
        for number in range(2)
    ]
    path = tmp_path / "tasks.json"
    path.write_text(json.dumps(tasks), encoding="utf-8")
    [file] = preview(ImportPlan((path,))).files
    assert file.annotators == Counter(kim=2, lee=2)
