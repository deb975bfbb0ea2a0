"""A file of spans becomes a source: matched by text, judged as it says, in versions; nothing foreign is stored."""

import json
import unicodedata

import pytest

from core.domain.errors import UserError
from core.domain.generators import run_to_end
from core.domain.spans import Sentence, Span
from core.services.add_source import SourcePlan, add_file_source
from core.services.gold_reading import Rules
from core.services.source_report import describe_source_report
from core.store.predictions import EpochKey
from tests.building import add_sentences, predicted, project_with_run

NARI = "나리는 부산에 산다"


@pytest.fixture
def project(tmp_path):
    with project_with_run(tmp_path / "p.spandesk") as project:
        add_sentences(project, [("dev", Sentence("1", NARI, (Span(0, 2, "PS"), Span(4, 6, "LC"))))])
        yield project


@pytest.fixture
def add(project, tmp_path):
    """Adds a file of these records; returns its report."""

    def add(*records, file="tool.jsonl", kind="file", name="", **rules):
        path = tmp_path / file
        path.write_text("\n".join(json.dumps(record, ensure_ascii=False) for record in records), encoding="utf-8")
        return run_to_end(add_file_source(project, SourcePlan(path, kind, name, rules=Rules(**rules))))

    return add


def spans(project, report):
    """What a source says, by the ids of sentences."""
    stored = list(project.sentences.each_anywhere())
    found = project.predictions.of(report.key, [each.number for each in stored])
    return {each.id: found[each.number] for each in stored if each.number in found}


def test_an_id_counts_only_where_the_text_agrees(project, add):
    report = add(
        {"id": "1", "text": "부산에 나리가 산다", "spans": [[0, 2, "LC"]]},
        {"id": "77", "text": f" {unicodedata.normalize('NFD', NARI)} ", "spans": [[1, 5, "PS"]]},
        {"id": "news-4", "text": "한국은행이 부산에서 회의를 열었다.", "spans": []},
    )
    assert spans(project, report) == {"1": predicted((0, 2, "PS", 1.0)), "news-4": ()}
    [rejected] = report.rejected
    assert (rejected.line, rejected.reason) == (
        1,
        "sentence 1: the project has a sentence with this id, but with another text",
    )
    assert (report.sentences, report.spans, report.tally.up_to_blanks) == (2, 1, 0)
    assert project.problems() == []


def test_a_file_is_measured_like_a_run(project, add):
    report = add({"text": NARI, "spans": [[0, 2, "PS"], [4, 7, "LC"]]})
    counts = project.predictions.counts(report.key, "dev", "corrected", EpochKey(1, 2))
    assert counts == {}, "run 1 did not tag it"
    counts = project.predictions.counts(report.key, "dev", "corrected")
    assert {label: (c.right, c.predicted, c.support) for label, c in counts.items()} == {
        "PS": (1, 1, 1),
        "LC": (0, 1, 1),
    }


def test_equal_texts_get_what_is_said_of_the_text_unless_an_id_tells_them_apart(project, add):
    add_sentences(project, [("train", Sentence("copy", NARI, ()))])
    report = add({"text": NARI, "spans": [[0, 2, "PS"]]})
    assert spans(project, report) == dict.fromkeys(("1", "copy"), predicted((0, 2, "PS", 1.0)))
    own = add(
        {"id": "copy", "text": NARI, "spans": []}, {"id": "1", "text": NARI, "spans": [[4, 6, "LC"]]}, file="b.jsonl"
    )
    assert spans(project, own) == {"copy": (), "1": predicted((4, 6, "LC", 1.0))}


def test_spans_of_a_text_with_other_blanks_are_placed_in_that_of_the_project(project, add):
    add_sentences(project, [("dev", Sentence("b", "보험을  지급\n한다", ()))])
    report = add({"text": "보험을 지급 한다", "spans": [[4, 6, "CV"], [7, 9, "CV"]]})
    assert spans(project, report) == {"b": predicted((5, 7, "CV", 1.0), (8, 10, "CV", 1.0))}
    assert report.tally.up_to_blanks == 1


def test_what_does_not_cut_what_it_names_is_never_stored(project, add):
    text = "가, 나리는 갔다"
    add_sentences(project, [("dev", Sentence("s", text, ()))])
    wrong = {"text": text, "spans": [{"start": 2, "end": 4, "label": "PS", "text": "나리"}]}
    right = {"text": NARI, "spans": [[0, 2, "PS"]]}
    report = add(wrong, right)
    assert spans(project, report).keys() == {"1"}
    assert report.rejections == 1
    assert any("if they are shifted" in notice for notice in describe_source_report(report))
    shifted = add(wrong, right, file="b.jsonl", offsets="surface")
    assert spans(project, shifted)["s"] == predicted((3, 5, "PS", 1.0))


def test_the_output_of_a_language_model_is_placed_mention_by_mention(project, add):
    text = "나리가 나리를 보았다"
    add_sentences(project, [("dev", Sentence("m", text, ()))])
    entities = [{"text": "나리", "label": "PS"}, {"text": "나리", "label": "PS"}, {"text": "나리씨", "label": "PS"}]
    report = add({"text": text, "entities": entities})
    assert spans(project, report) == {"m": predicted((0, 2, "PS", 1.0), (4, 6, "PS", 1.0))}
    assert (report.mentions_missing, report.missing) == (1, ["나리씨"])
    assert describe_source_report(report) == ("1 entity is not in its text, or not so often: 나리씨.",)


def test_what_predict_wrote_keeps_its_probabilities_and_that_nothing_was_found(project, add):
    report = add(
        {"id": "1", "text": NARI, "spans": [[0, 2, "PS", 0.75]], "judged": "no"},
        {"id": "talk-2", "text": "오늘은 아무 일도 없었다.", "spans": [], "judged": "no"},
        {"id": "news-4", "text": "한국은행이 부산에서 회의를 열었다."},
    )
    assert spans(project, report) == {"1": predicted((0, 2, "PS", 0.75)), "talk-2": ()}
    assert report.not_judged == 1, "what only has a text says nothing of its entities"


def test_of_a_person_only_what_was_looked_at_is_taken_and_parts_are_joined(project, add):
    report = add(
        {"id": "talk-2", "text": "오늘은 아무 일도 없었다.", "spans": [], "judged": "no"},
        {"text": NARI, "spans": [{"start": 0, "end": 2, "label": "PS"}], "answer": "accept"},
        {"text": NARI, "spans": [{"start": 4, "end": 6, "label": "LC"}], "answer": "accept"},
        kind="person",
        name="다온",
    )
    assert spans(project, report) == {"1": predicted((0, 2, "PS", 1.0), (4, 6, "LC", 1.0))}
    assert (report.partly, report.not_judged) == (1, 1)
    assert project.predictions.count(report.key, "dev") == 0, "what was judged in part is not measured"
    assert project.sources.by_number(report.key.source).title == "다온"


def test_of_several_people_one_is_chosen(project, add):
    records = [
        {"id": "1", "text": NARI, "spans": [[0, 2, "PS"]], "annotator": "가온"},
        {"id": "1", "text": NARI, "spans": [], "judged": "yes", "annotator": "다온"},
    ]
    with pytest.raises(UserError, match=r"several people \(가온, 다온\); choose one"):
        add(*records, kind="person")
    assert len(project.sources.list_all()) == 1, "nothing is left of what failed"
    report = add(*records, kind="person", annotator="다온")
    assert (spans(project, report), report.name, report.key) == ({"1": ()}, "다온", EpochKey(2, 1))


def test_a_second_delivery_is_a_new_version_and_the_same_one_is_none(project, add):
    first = [{"text": NARI, "spans": [[0, 2, "PS"]]}, {"text": "오늘은 아무 일도 없었다.", "spans": [[0, 2, "DT"]]}]
    before = add(*first)
    with pytest.raises(UserError, match="is source 2 already"):
        add(*first)
    after = add({"text": NARI, "spans": []}, first[1])
    assert (before.key, after.key) == (EpochKey(2, 1), EpochKey(2, 2))
    assert (after.changes, after.changed) == (1, ["1"])
    assert spans(project, before)["1"] == predicted((0, 2, "PS", 1.0))
    assert len(project.sources.versions(2)) == 2


def test_parts_of_a_sentence_in_two_slices_of_a_second_delivery_are_one_change(project, add, monkeypatch):
    monkeypatch.setattr("core.services.add_source.SLICE", 5)  # so that each record is a slice of its own
    spans = [[0, 2, "PS"]], [[4, 6, "LC"]]
    parts = [{"text": NARI, "spans": each, "judged": "partly"} for each in spans]
    other = {"text": "오늘은 아무 일도 없었다.", "spans": [[0, 2, "DT"]]}
    add(*parts, other)
    same = add(parts[1], parts[0], {**other, "spans": []})
    assert (same.changes, same.changed, same.left_out) == (1, ["talk-2"], 0)
    assert add(*parts[:1], file="less.jsonl", name="tool").left_out == 1


def test_a_folder_is_known_again_by_what_its_files_contain(project, tmp_path):
    (tmp_path / "brat").mkdir()
    (tmp_path / "brat" / "a.txt").write_text(NARI, encoding="utf-8")
    annotations = tmp_path / "brat" / "a.ann"

    def add_again(folder):
        return run_to_end(add_file_source(project, SourcePlan(tmp_path / folder, "person", "다온"))).key

    annotations.write_text("T1\tPS 0 2\t나리\n", encoding="utf-8")
    assert add_again("brat") == EpochKey(2, 1)
    (tmp_path / "brat").rename(tmp_path / "moved")
    with pytest.raises(UserError, match="is source 2 already"):
        add_again("moved")
    (tmp_path / "moved" / "a.ann").write_text("T1\tLC 0 2\t나리\n", encoding="utf-8")
    assert add_again("moved") == EpochKey(2, 2)


def test_labels_are_mapped_folded_or_listed_and_the_rest_is_taken(project, add):
    records = [
        {"text": NARI, "spans": [[0, 2, "PER"], [4, 6, "LCP_CITY"]]},
        {"text": "오늘은 아무 일도 없었다.", "spans": [[0, 2, "WHEN"]]},
    ]
    report = add(*records, label_map=(("PER", "PS"),))
    assert spans(project, report) == {"1": predicted((0, 2, "PS", 1.0), (4, 6, "LC", 1.0))}
    assert "the label WHEN is not in the tag set" in report.rejected[0].reason
    assert report.rejected[0].reason.endswith("; map it with --map LABEL=OTHER")
    assert "PER" not in project.sentences.labels()
    with pytest.raises(UserError, match="NEW, which labels are mapped to, is not in the tag set"):
        add(*records, label_map=(("PER", "NEW"),))


def test_a_version_after_a_rename_is_read_by_the_names_of_today(project, add):
    add({"text": NARI, "spans": [[4, 6, "LC"]]})
    run_to_end(project.labels.rename("LC", "PLACE"))
    report = add({"text": NARI, "spans": [[4, 6, "PLACE"], [0, 2, "PS"]]})
    assert spans(project, report)["1"] == predicted((0, 2, "PS", 1.0), (4, 6, "PLACE", 1.0))
    project.corrections.undo()
    assert spans(project, report)["1"] == predicted((0, 2, "PS", 1.0), (4, 6, "LC", 1.0))


@pytest.mark.parametrize(
    ("records", "message"),
    [
        ([{"text": "다른 글", "spans": []}], "the one record was rejected: .*no sentence with this text"),
        ([{"text": NARI, "spans": [[0, 99, "PS"]]}], "reaches past the text"),
        ([{"text": NARI}], "says nothing of any sentence"),
        (
            [{"text": NARI, "spans": [[0, 2, "PS"]]}, {"text": NARI, "spans": []}, {"text": "다른 글", "spans": []}],
            None,
        ),
    ],
)
def test_bad_input_is_named_with_its_place_and_the_rest_is_taken(project, add, records, message):
    if message is not None:
        with pytest.raises(UserError, match=message):
            add(*records)
        assert len(project.sources.list_all()) == 1
        assert project.sources.last_number() == 1
    else:
        report = add(*records)
        assert spans(project, report) == {"1": predicted((0, 2, "PS", 1.0))}
        assert [each.line for each in report.rejected] == [2, 3]


def test_closing_the_work_early_stores_nothing(project, add, tmp_path):
    path = tmp_path / "tool.jsonl"
    path.write_text(json.dumps({"text": NARI, "spans": [[0, 2, "PS"]]}), encoding="utf-8")
    work = add_file_source(project, SourcePlan(path))
    assert next(work).sentences == 1
    work.close()
    assert len(project.sources.list_all()) == 1
    assert project.problems() == []
    assert project.database.value("SELECT count(*) FROM prediction WHERE source = 2") == 0


def test_a_source_that_was_removed_while_it_was_added_leaves_nothing(project, tmp_path):
    path = tmp_path / "tool.jsonl"
    path.write_text(json.dumps({"text": NARI, "spans": [[0, 2, "PS"]]}), encoding="utf-8")
    work = add_file_source(project, SourcePlan(path))
    assert next(work).sentences == 1
    project.sources.remove(2)
    with pytest.raises(ZeroDivisionError):
        work.throw(ZeroDivisionError("the real reason"))
    assert project.database.value("SELECT count(*) FROM prediction WHERE source = 2") == 0
    assert project.database.value("SELECT count(*) FROM source WHERE number = 2") == 0


def test_words_that_were_tagged_whole_can_be_compared_without_their_particles(project, tmp_path):
    path = tmp_path / "words.txt"
    path.write_text("1\t나리는\tPS_B\n2\t부산에\tLC_B\n3\t산다\t-\n", encoding="utf-8")
    whole = run_to_end(add_file_source(project, SourcePlan(path)))
    assert spans(project, whole) == {"1": predicted((0, 3, "PS", 1.0), (4, 7, "LC", 1.0))}
    [said] = describe_source_report(whole)
    assert said.startswith(
        "2 of the 2 spans seem to end in a particle, since whole words are tagged: add the file again"
    )
    plan = SourcePlan(path, cut_particles=True)
    cut = run_to_end(add_file_source(project, plan))
    assert spans(project, cut) == {"1": predicted((0, 2, "PS", 1.0), (4, 6, "LC", 1.0))}
    assert (cut.key, cut.changes, project.sources.origin(2)["cut_particles"]) == (EpochKey(2, 2), 1, True)
    assert describe_source_report(cut)[1:] == ("2 of the 2 spans end before their particles.",)
    with pytest.raises(UserError, match="is source 2 already"):
        run_to_end(add_file_source(project, plan))
