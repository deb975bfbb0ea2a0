"""Records are judged by one rule for all formats: labels, overlaps, offsets, ids, equal texts, and who judged them."""

import json
from pathlib import Path

import pytest

from core.domain.errors import UserError
from core.domain.generators import run_to_end
from core.domain.spans import Span
from core.services.gold_reading import Rules
from core.services.import_corpus import ImportPlan, import_corpus
from core.services.import_report import NothingImportedError
from core.store.project import create_project
from tests.paths import CASES


@pytest.fixture
def project(tmp_path):
    with create_project(tmp_path / "p.spandesk") as project:
        yield project


@pytest.fixture
def imported(project, tmp_path):
    """Imports records as JSON Lines; returns the report."""

    def imported(*records, name="a.jsonl", plan=None, **rules):
        path = tmp_path / name
        path.write_text("\n".join(json.dumps(record, ensure_ascii=False) for record in records), encoding="utf-8")
        return run_to_end(import_corpus(project, ImportPlan((path,), rules=Rules(**rules), **(plan or {}))))

    return imported


def golds(project):
    return {stored.id: stored.gold for stored in project.sentences.each_anywhere()}


def case(name):
    path = CASES / name
    if not path.exists():
        pytest.skip("the shared cases are not beside the repository")
    return path


def record(text="나리는 부산에 산다", *spans, **members):
    """A record; where it has no spans, it says that a person judged it."""
    return {"text": text, "label": [list(span) for span in spans]} | ({} if spans else {"judged": "yes"}) | members


UNSAID = {"id": "a", "text": "비가 온다", "label": []}


FINE = record("나리는 부산에 산다", (0, 2, "PS_NAME"), (4, 6, "LCP_CITY"), id="f")


def test_a_fine_label_that_the_tag_set_lacks_becomes_its_type_and_that_is_said(project, imported):
    report = imported(FINE)
    assert golds(project) == {"f": (Span(0, 2, "PS"), Span(4, 6, "LC"))}
    assert report.warnings == ("2 spans with fine labels got their types: PS_NAME (1), LCP_CITY (1).",)


def test_a_fine_label_of_the_tag_set_is_kept(project, imported):
    imported(FINE, plan={"new_labels": ("PS_NAME",)})
    assert golds(project) == {"f": (Span(0, 2, "PS_NAME"), Span(4, 6, "LC"))}


def test_fine_labels_are_kept_and_added_where_a_person_says_so(project, imported):
    imported(FINE, fine_labels="keep")
    assert golds(project) == {"f": (Span(0, 2, "PS_NAME"), Span(4, 6, "LCP_CITY"))}
    assert {"PS_NAME", "LCP_CITY"} <= set(project.sentences.labels())


@pytest.mark.parametrize("name", ["F07_fine.jsonl", "F07_fine_nikl.json"])
def test_fine_labels_follow_one_rule_in_every_format(project, name):
    run_to_end(import_corpus(project, ImportPlan((case(name),), rules=Rules(fine_labels="keep"))))
    [gold] = golds(project).values()
    assert gold[0] == Span(0, 2, "PS_NAME")


def test_labels_are_mapped_where_a_person_says_so_and_never_unasked(project, imported):
    with pytest.raises(NothingImportedError, match="the label PER is not in the tag set"):
        imported(record("나리는", (0, 2, "PER"), id="m"))
    imported(record("나리는", (0, 2, "PER"), id="m"), label_map=(("PER", "PS"),))
    assert golds(project) == {"m": (Span(0, 2, "PS"),)}


def test_unknown_labels_are_one_line_with_their_counts(project, imported):
    unknown = [record(f"나리는 {n}", (0, 2, "X" if n % 3 else "Y"), id=n) for n in range(6)]
    report = imported(record("비", id="good"), *unknown)
    assert report.tally.unknown == {"X": 4, "Y": 2}
    assert report.warnings[0] == (
        "6 spans have labels that the tag set does not have, so their sentences were rejected: X (4), Y (2)."
    )


def test_what_is_rejected_adds_no_labels_and_counts_for_nothing(project, imported):
    bad = record("나리는 부산에 산다", (0, 2, "PS_NAME"), (0, 5, "PS_NAME"), (4, 6, "X"), id="f")
    report = imported(record("비", id="c"), bad, fine_labels="keep", overlaps="innermost")
    assert "PS_NAME" not in project.sentences.labels()
    assert (report.tally.left_out, report.tally.folded.total()) == (0, 0)


def test_labels_that_are_swapped_are_mapped_once_each(project, imported):
    swap = (("PS", "LC"), ("LC", "PS"))
    imported(record("나리는 부산에 산다", (0, 2, "LC"), (4, 6, "PS"), id="s"), label_map=swap)
    assert golds(project) == {"s": (Span(0, 2, "PS"), Span(4, 6, "LC"))}


def test_a_label_is_not_mapped_to_two(tmp_path):
    with pytest.raises(UserError, match="PS is mapped to several"):
        ImportPlan((tmp_path,), rules=Rules(label_map=(("PS", "LC"), ("PS", "OG"))))


def test_of_many_unknown_labels_the_most_frequent_are_named(imported):
    labels = ["Y" * 300, *("X", "X"), *(f"L{n}" for n in range(50))]
    records = [record(f"나리는 {n}", (0, 2, label), id=n) for n, label in enumerate(labels)]
    report = imported(record("비", id="good"), *records)
    assert f"rejected: X (2), '{'Y' * 41} (1), L0 (1), " in report.warnings[0]
    assert report.warnings[0].endswith(", L17 (1), 32 more.")
    assert "cannot be a label; map it" in report.rejected[0].reason


@pytest.mark.parametrize("text", ["", " \t", "\u200b", "\ufeff \u2060"])
def test_what_nobody_can_see_is_no_text(imported, text):
    with pytest.raises(NothingImportedError, match="sentence z: it has no text"):
        imported(record(text, id="z"))


def test_spans_with_blanks_at_their_edges_are_counted(project):
    report = run_to_end(import_corpus(project, ImportPlan((case("F16_ws_edges.jsonl"),))))
    assert report.warnings == ("2 spans begin or end with a blank, which a tagger cannot learn.",)


def test_a_label_with_a_line_end_is_escaped(imported):
    report = imported(record("비", id="good"), record("나리", (0, 2, "PS\nX"), id="bad"))
    assert report.warnings[0].endswith("rejected: 'PS\\nX' (1).")


def test_a_label_may_be_any_printable_name(project):
    plan = ImportPlan((case("F11_label_space.jsonl"),), new_labels=("사람 이름", "기관/단체"))
    run_to_end(import_corpus(project, plan))
    [gold] = golds(project).values()
    assert [span.label for span in gold] == ["사람 이름", "기관/단체"]


NESTED = record("부산 시청에서", (0, 5, "OG"), (0, 2, "LC"), id="n")


@pytest.mark.parametrize(("overlaps", "kept"), [("outermost", Span(0, 5, "OG")), ("innermost", Span(0, 2, "LC"))])
def test_of_nested_spans_the_outermost_or_innermost_are_kept_and_the_others_named(project, imported, overlaps, kept):
    report = imported(NESTED, overlaps=overlaps)
    assert golds(project) == {"n": (kept,)}
    lost = "부산 LC" if overlaps == "outermost" else "부산 시청 OG"
    assert report.warnings == (f"1 overlapping span was left out: n: {lost}.",)


def test_nested_spans_are_rejected_unless_a_person_chose(imported):
    with pytest.raises(NothingImportedError, match="overlap"):
        imported(NESTED)


EMOJI = record("😀 나리는 갔다", (3, 5, "PS"), id="e")


def test_offsets_that_only_fit_in_utf16_are_noticed_and_read_so(project, imported):
    bad = {"id": "b", "text": "😀 나리", "spans": [{"start": 3, "end": 5, "label": "PS", "text": "나리"}]}
    report = imported(record("비", id="c"), bad)
    assert report.tally.in_utf16 == 1
    assert "count UTF-16 units" in report.warnings[0]
    imported(bad, offsets="utf-16")
    assert golds(project)["b"] == (Span(2, 4, "PS"),)


def test_offsets_past_the_text_that_fit_in_utf16_are_noticed(imported):
    report = imported(record("비", id="c"), record("😀😀나리", (4, 6, "PS"), id="b"))
    assert report.tally.in_utf16 == 1


def test_one_shift_that_makes_all_surfaces_right_is_noticed_and_made(project, imported):
    spans = [
        {"start": 2, "end": 4, "label": "PS", "text": "나리"},
        {"start": 6, "end": 8, "label": "LC", "text": "부산"},
    ]
    bad = {"id": "s", "text": "가, 나리는 부산에", "spans": spans}
    report = imported(record("비", id="c"), bad)
    assert "'나리'" in report.rejected[0].reason
    assert report.tally.shifted == 1
    imported(bad, offsets="surface")
    assert golds(project)["s"] == (Span(3, 5, "PS"), Span(7, 9, "LC"))


def test_a_half_of_a_character_is_no_place_for_an_edge(imported):
    with pytest.raises(NothingImportedError, match="the offset 1 is inside a character"):
        imported(record("😀나리", (1, 4, "PS"), id="e"), offsets="utf-16")


def test_of_two_shifts_that_fit_neither_is_taken(imported):
    bad = {"id": "s", "text": "나리 나리", "spans": [{"start": 1, "end": 3, "label": "PS", "text": "나리"}]}
    with pytest.raises(NothingImportedError, match=r"shifted by -1 or by \+2"):
        imported(bad, offsets="surface")
    report = imported(record("비", id="c"), bad)
    assert report.tally.shifted == 0


def test_two_files_that_count_from_0_come_in_side_by_side(project):
    plan = ImportPlan((case("F13_a.jsonl"), case("F13_b.jsonl")), rules=Rules(without_spans="no-entities"))
    run_to_end(import_corpus(project, plan))
    texts = {stored.id: stored.text for stored in project.sentences.each()}
    assert texts == {
        "0": "나리는 갔다",
        "1": "다온은 왔다",
        "F13_b.jsonl#0": "도윤은 잤다",
        "F13_b.jsonl#1": "라온은 샀다",
    }
    with pytest.raises(NothingImportedError, match="all 4 sentences are already in this project"):
        run_to_end(import_corpus(project, plan))


def test_a_file_may_not_have_an_id_twice(project, imported):
    report = imported(record("비", id=1), record("눈", id=1), record("비", id=1))
    assert [rejected.reason for rejected in report.rejected] == [
        "sentence 1: an earlier sentence of this import has the same id; every sentence needs its own"
    ] * 2


def test_a_sentence_that_comes_again_with_other_gold_is_listed_with_both_and_not_overwritten(project, imported):
    imported(record("나리는 갔다", (0, 2, "PS"), id="a"))
    with pytest.raises(NothingImportedError, match="with other gold: 나리 PS there, no entities here"):
        imported(record("나리는 갔다", id="a"))
    assert golds(project) == {"a": (Span(0, 2, "PS"),)}


def test_a_text_that_is_there_under_another_id_with_other_gold_is_said_with_both(project, imported):
    imported(record("나리는 갔다", (0, 2, "PS"), id="a"))
    report = imported(record(" 나리는 갔다", (1, 4, "PS"), id="b"), name="b.jsonl")
    assert report.warnings == ("1 sentence has the text of another one and other gold: a: 나리 PS / b: 나리는 PS.",)
    assert len(golds(project)) == 2


def test_texts_without_ids_come_in_once_whatever_their_file_is_called(project, imported):
    lines = [record("나리는 갔다", (0, 2, "PS")), record("네."), record("네.")]
    assert imported(*lines).sentences == 3, "what one file has twice is there twice"
    report = imported(*lines, record("다온은 왔다"), name="b.jsonl")
    assert (report.sentences, report.repeated) == (1, 3)


def test_what_nobody_judged_is_in_the_pool_and_not_in_a_split(project, tmp_path):
    path = tmp_path / "texts.txt"
    path.write_text("나리는 갔다\n비가 온다\n", encoding="utf-8")
    report = run_to_end(import_corpus(project, ImportPlan((path,))))
    assert {stored.split for stored in project.sentences.each_anywhere()} == {"pool"}
    assert project.sentences.count() == 0
    assert report.warnings == ("Nobody judged 2 sentences: they are in the pool, not in a split.",)


def test_a_text_without_spans_is_in_the_pool_until_somebody_says_that_it_was_judged(project, imported):
    others = record("나리는 갔다", (0, 2, "PS"), id="b"), record("눈이 온다", id="c")
    report = imported(UNSAID, *others)
    assert {each.id: each.split for each in project.sentences.each_anywhere()} == {
        "a": "pool",
        "b": "train",
        "c": "train",
    }
    assert report.warnings == (
        "1 of 3 sentences has no spans, and its file does not say whether it has no entities or nobody looked at it: it"
        " is in the pool, as not judged. If it was judged, import it so.",
    )
    report = imported(UNSAID, *others, without_spans="no-entities")
    assert (report.tally.returned, report.tally.unstated, project.sentences.by_id("a").split) == (1, 0, "train")


def annotated(annotation, person, *results):
    spans = [
        {"type": "labels", "from_name": "label", "to_name": "text", "value": {"start": a, "end": b, "labels": [label]}}
        for a, b, label in results
    ]
    return {"id": annotation, "completed_by": person, "was_cancelled": False, "result": spans}


TASK = {
    "id": 1,
    "data": {"text": "나리는 갔다"},
    "annotations": [annotated(7, 1, (0, 2, "PS")), annotated(8, 2)],
}


@pytest.mark.parametrize(("annotator", "gold"), [("", ()), ("1", (Span(0, 2, "PS"),)), ("2", ())])
def test_of_several_people_the_last_or_the_chosen_ones_gold_is_taken_and_the_sentence_comes_once(
    project, tmp_path, annotator, gold
):
    path = tmp_path / "ls.json"
    path.write_text(json.dumps([TASK], ensure_ascii=False), encoding="utf-8")
    report = run_to_end(import_corpus(project, ImportPlan((path,), rules=Rules(annotator=annotator))))
    assert list(golds(project).values()) == [gold]
    said = [text.partition(", and its gold")[0] for text in report.warnings if "person" in text]
    several = "1 record is by another person than an earlier one of the same sentence (1, 2)"
    assert (said, report.tally.merged) == ([] if annotator else [several], 0)


def test_what_a_file_says_besides_is_stored_with_its_document_and_place(project, imported):
    imported(record("비", id="a", source="news", meta={"n": [1]}, document="D1"), record("눈", id="b", document="D1"))
    rows = project.database.rows(
        "SELECT s.id, place, d.name, extras, judged FROM sentence AS s JOIN document AS d ON d.number = s.document"
    )
    assert rows == [
        ("a", 1, "D1", '{"source":"news","meta":{"n":[1]}}', "yes"),
        ("b", 2, "D1", None, "yes"),
    ]
    [file] = project.database.rows("SELECT path, length(digest), encoding, format FROM import")
    assert (Path(file[0]).name, *file[1:]) == ("a.jsonl", 64, "utf-8-sig", "jsonl")


def test_a_share_for_dev_is_drawn_by_document_where_there_are_any(project, imported):
    records = [record(f"문장 {n}", id=n, document=f"D{n // 5}") for n in range(100)]
    imported(*records, plan={"dev_ratio": 0.2})
    splits = {}
    for stored in project.sentences.each():
        splits.setdefault(int(stored.id) // 5, set()).add(stored.split)
    assert all(len(of_document) == 1 for of_document in splits.values())
    assert project.sentences.count("dev") == 20


@pytest.mark.parametrize("label", ["", "  ", "a\nb", " a", "x" * 65])
def test_what_is_no_label_is_not_mapped_to(label):
    with pytest.raises(UserError, match="is not a valid label"):
        ImportPlan((Path("a"),), rules=Rules(label_map=(("A", label),)))


def test_a_span_that_a_record_states_twice_is_one_of_the_overlapping_ones(project, imported):
    twice = record("나리는", (0, 2, "PS"), (0, 2, "PS"), id="t")
    report = imported(twice, overlaps="outermost")
    assert golds(project) == {"t": (Span(0, 2, "PS"),)}
    assert report.tally.left_out == 1


def test_the_gold_of_several_people_is_stored_with_who_made_it_and_whether_it_was_judged(project, imported):
    shared = {"id": 1, "text": "나리는 부산에 산다"}
    kim = shared | {"annotator": "kim", "judged": "no", "label": [], "n": 1}
    lee = shared | {"annotator": "lee", "judged": "yes", "label": [[0, 2, "PS"]], "n": 2}
    report = imported(kim, lee, kim)
    rows = project.database.rows("SELECT split, judged, annotator, extras FROM sentence")
    assert rows == [("train", "yes", "lee", '{"n":2}')]
    assert golds(project) == {"1": (Span(0, 2, "PS"),)}
    assert (dict(+report.tally.judged), report.spans) == ({"yes": 1}, 1)
    assert "nobody judged it in this record" in report.rejected[0].reason
    assert [file.spans for file in project.sentences.imports()] == [1]


def test_a_label_that_a_person_maps_to_is_kept_as_it_is(project, imported):
    imported(record("나리는", (0, 2, "PS"), id="m"), label_map=(("PS", "PS_NAME"),))
    assert golds(project) == {"m": (Span(0, 2, "PS_NAME"),)}


def test_one_import_of_two_files_says_where_the_same_sentence_has_other_gold(project, tmp_path):
    files = []
    for name, spans in (("a", [[0, 2, "PS"]]), ("b", [])):
        files.append(tmp_path / f"{name}.jsonl")
        files[-1].write_text(json.dumps({"id": 1, "text": "나리는", "label": spans}), encoding="utf-8")
    report = run_to_end(import_corpus(project, ImportPlan(tuple(files))))
    assert "with other gold: 나리 PS there, no entities here" in report.rejected[0].reason


def drop(project, number):
    run_to_end(project.moves.move_in_slices(project.moves.of_import(number), "deleted"))


def test_what_was_deleted_does_not_keep_a_text_without_an_id_out(project, imported):
    imported(record("나리는 갔다", (0, 2, "PS")))
    drop(project, 1)
    assert imported(record("나리는 갔다", (0, 2, "PS")), name="b.jsonl").sentences == 1


def test_what_was_deleted_comes_in_anew_by_other_rules_and_as_often_as_a_person_wants(project, imported):
    file = [record("나리는 갔다", (0, 2, "PER"), id="a"), record("네.", (0, 1, "PER"))]
    imported(*file, label_map=(("PER", "PS"),))
    drop(project, 1)
    imported(*file, label_map=(("PER", "OG"),))
    drop(project, 2)
    report = imported(*file, label_map=(("PER", "LC"),), plan={"split": "test"})
    assert [warning for warning in report.warnings if "deleted" in warning] == [
        "2 sentences had been deleted and came in anew; the deleted ones have other ids now."
    ]
    assert {stored.id: stored.gold for stored in project.sentences.each("test")}["a"] == (Span(0, 2, "LC"),)
    run_to_end(project.moves.move_in_slices([1], "back"))
    assert project.sentences.by_number([1])[0].id == "a#deleted-1"
    assert project.problems() == []
    with pytest.raises(NothingImportedError, match="all 2 sentences are already in this project"):
        imported(*file, label_map=(("PER", "LC"),))


def test_a_sentence_that_is_brought_back_while_its_file_comes_in_keeps_its_place(project, imported):
    imported(record("나리는 갔다", id="a"))
    drop(project, 1)
    work = import_corpus(project, ImportPlan((Path(project.sentences.imports()[0].path),)))
    next(work)
    run_to_end(project.moves.move_in_slices([1], "back"))
    assert run_to_end(work).sentences == 1
    assert set(golds(project)) == {"a", "a#deleted-1"}


def test_a_text_of_several_sentences_is_compared_with_all_of_them(project, imported):
    imported(record("네.", id="a"), record("네.", (0, 1, "PS"), id="b"))
    assert imported(record("네.", (0, 1, "PS"), id="c"), name="b.jsonl").tally.other_gold == 0
    with pytest.raises(NothingImportedError, match="is already in this project"):
        imported(record("네.", (0, 1, "PS")), name="c.jsonl")


def test_what_prodigy_asked_entity_by_entity_comes_in_once(project, imported):
    lines = [
        {"text": "나리는 부산에", "spans": [{"start": start, "end": start + 2, "label": label}], "answer": "accept"}
        for start, label in ((0, "PS"), (4, "LC"))
    ]
    assert (imported(*lines).sentences, len(golds(project))) == (1, 1)
    with pytest.raises(NothingImportedError, match="all 2 sentences are already in this project"):
        imported(*lines)
    assert list(golds(project).values()) == [(Span(0, 2, "PS"), Span(4, 6, "LC"))]


def test_why_records_were_not_taken_is_said_each_by_itself(project, imported):
    first = [record("나리는", (0, 2, "PS"), id="a"), record("다온", id="b")]
    imported(*first)
    report = imported(
        record("나리는", (0, 2, "PS"), id="a"), record("다온", (0, 2, "PS"), id="b"), record("비", (0, 1, "LC"), id="c")
    )
    assert report.warnings == (
        "1 record was rejected because the project has it already.",
        "1 record was rejected because its sentence is there with other gold, which stays.",
    )


def test_a_file_that_comes_again_with_other_ids_is_noticed(project, imported):
    imported(record("나리는 갔다", (0, 2, "PS"), id="a"), record("네.", id="b"), record("네.", id="c"))
    report = imported(record("나리는 갔다", (0, 2, "PS"), id="d"), name="b.jsonl")
    assert report.warnings == ("1 sentence has the text and the gold of another one with another id.",)


@pytest.mark.parametrize("at_once", [1, 2])
def test_documents_and_imports_are_those_of_their_files_across_slices(project, tmp_path, monkeypatch, at_once):
    monkeypatch.setattr("core.services.import_corpus._ADDED_AT_ONCE", 2)
    files = []
    for name in "ab":
        files.append(tmp_path / f"{name}.jsonl")
        records = [record(f"{name} {n}", id=f"{name}{n}", document=f"D{n // 3}") for n in range(5)]
        files[-1].write_text("\n".join(json.dumps(each) for each in records), encoding="utf-8")
    for first in range(0, 2, at_once):
        run_to_end(import_corpus(project, ImportPlan(tuple(files[first : first + at_once]))))
    rows = project.database.rows(
        "SELECT s.id, i.file, d.name, d.import = s.import FROM sentence AS s JOIN import AS i ON i.number = s.import"
        " JOIN document AS d ON d.number = s.document ORDER BY s.number"
    )
    assert rows == [(f"{name}{n}", f"{name}.jsonl", f"D{n // 3}", 1) for name in "ab" for n in range(5)]
    assert project.database.value("SELECT count(*) FROM document") == 4
