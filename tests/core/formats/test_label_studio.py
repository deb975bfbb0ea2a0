"""Label Studio's two exports; the inputs are shaped as those that Label Studio writes."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.spans import Span
from core.formats import label_studio, label_studio_min
from core.formats.records import Record, Rejected, StatedSpan, WriteOptions
from core.formats.registry import detect_format, open_corpus
from tests.corpora import read_sentences

PERSON = {"start": 0, "end": 2, "text": "나리", "labels": ["PS"]}
PLACE = {"start": 4, "end": 6, "text": "부산", "labels": ["LC"]}
TEXT = "나리는 부산에 산다"


def result(value, **members):
    named = {"id": "r1", "from_name": "label", "to_name": "text", "type": "labels", "origin": "manual"}
    return named | {"value": value} | members


def annotation(*results, **members):
    return {"id": 7, "completed_by": 1, "was_cancelled": False, "lead_time": 8.2, "result": list(results)} | members


def task(*annotations, **members):
    return {
        "id": 1,
        "annotations": list(annotations),
        "predictions": [],
        "data": {"text": TEXT},
        "project": 3,
    } | members


@pytest.fixture
def records(tmp_path):
    def records_of(content):
        path = tmp_path / "a.json"
        path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        with open_corpus(path) as file:
            assert file.format in (label_studio.FORMAT, label_studio_min.FORMAT)
            return list(file.records())

    return records_of


def test_an_annotation_is_read_with_all_that_is_said_besides(records):
    choice = {"from_name": "kind", "to_name": "text", "type": "choices", "value": {"choices": ["news"]}}
    given = task(annotation(result(PERSON), result(PLACE), choice), data={"text": TEXT, "source": "a.txt"})
    (record,) = records([given])
    assert (record.id, record.text, record.judged, record.annotator) == ("1", TEXT, "yes", "1")
    assert record.gold == (StatedSpan(0, 2, "PS", "나리"), StatedSpan(4, 6, "LC", "부산"))
    assert record.extras["source"] == "a.txt"
    own = record.extras["label_studio"]
    assert own["task"] == {"predictions": [], "project": 3}
    assert (own["annotation"]["lead_time"], own["annotation"]["result"]) == (8.2, [choice])


@pytest.mark.parametrize("annotations", [[], [annotation(was_cancelled=True)], None])
def test_what_nobody_annotated_is_not_judged(records, annotations):
    (record,) = records([task() | {"annotations": annotations}])
    assert (record.judged, record.gold) == ("no", ())


@pytest.mark.parametrize("kind", ["Labels", "hypertextlabels", None])
def test_regions_are_known_by_their_labels_whatever_their_control_is_called(records, tmp_path, kind):
    value = {"start": 0, "end": 2, "text": "나리", "hypertextlabels" if kind == "hypertextlabels" else "labels": ["PS"]}
    (record,) = records([task(annotation(result(value, type=kind)))])
    assert record.gold == (StatedSpan(0, 2, "PS", "나리"),)
    label_studio.write(tmp_path / "b.json", [record], WriteOptions())
    (written,) = json.loads((tmp_path / "b.json").read_text(encoding="utf-8"))
    assert written["annotations"][0]["result"][0]["value"] == value


def test_an_annotation_without_regions_says_that_there_is_no_entity(records):
    (record,) = records([task(annotation())])
    assert (record.judged, record.gold) == ("yes", ())


def test_several_people_are_a_record_each_with_one_id(records):
    anna = annotation(completed_by={"id": 2, "email": "anna@example.org"})
    first, second = records([task(annotation(result(PERSON)), anna, annotation(was_cancelled=True))])
    assert (first.id, first.number, first.annotator, len(first.gold)) == ("1", 1, "1", 1)
    assert (second.id, second.number, second.annotator, second.gold) == ("1", 1, "anna@example.org", ())


def test_predictions_are_no_gold(records):
    (record,) = records([task(predictions=[{"model_version": "m", "result": [result(PERSON)]}])])
    assert (record.judged, record.gold) == ("no", ())
    assert record.extras["label_studio"]["task"]["predictions"][0]["model_version"] == "m"


def test_a_surface_that_the_offsets_do_not_cut_is_rejected(tmp_path):
    path = tmp_path / "a.json"
    path.write_text(json.dumps([task(annotation(result(PERSON | {"start": 1, "end": 3})))]), encoding="utf-8")
    (rejected,) = read_sentences(path)
    assert rejected.reason == "sentence 1: the text at 1–3 is '리는', but the file says '나리'"


@pytest.mark.parametrize("as_row", [False, True])
def test_a_line_end_in_a_surface_is_written_as_an_escape(tmp_path, as_row):
    text, region = "나리\r\n씨는", {"start": 0, "end": 5, "text": "나리\\n\\n씨", "labels": ["PS"]}
    row = {"text": text, "id": 1, "label": [region], "annotation_id": 7}
    path = tmp_path / "a.json"
    given = row if as_row else task(annotation(result(region)), data={"text": text})
    path.write_text(json.dumps([given]), encoding="utf-8")
    (sentence,) = read_sentences(path)
    assert sentence.spans == (Span(0, 5, "PS"),)


def test_spans_go_to_the_text_that_they_are_of(records):
    both = task(
        annotation(result(PERSON, to_name="title"), result(PLACE, to_name="body")),
        data={"title": "나리의 하루", "body": TEXT, "url": "a"},
    )
    title, body, *empty = records([both, both | {"id": 2, "annotations": [annotation()]}])
    assert (title.id, title.text, [span.label for span in title.gold]) == ("1/title", "나리의 하루", ["PS"])
    assert (body.id, body.text, [span.label for span in body.gold]) == ("1/body", TEXT, ["LC"])
    assert [record.id for record in empty] == ["2/title", "2/body"]


def test_two_labelled_texts_of_a_task_are_written_and_read_again(records, tmp_path):
    regions = [result(PERSON, id=f"r-{name}", to_name=name) for name in ("title", "body")]
    before = records([task(annotation(*regions), data={"title": "나리의 하루", "body": TEXT})])
    path = tmp_path / "again.json"
    label_studio.FORMAT.write(path, before, WriteOptions())
    written = json.loads(path.read_text(encoding="utf-8"))
    assert [each["annotations"][0]["result"] for each in written] == [[each] for each in regions]
    after = records(written)
    assert [(each.id, each.text, each.gold, each.extras) for each in after] == [
        (each.id, each.text, each.gold, each.extras) for each in before
    ]


@pytest.mark.parametrize("data", [{"title": "나리의 하루", "body": TEXT}, {"text": "나리의 하루", "body": TEXT}])
@pytest.mark.parametrize("name", ["body", "text", "t"])
def test_of_several_texts_the_one_is_taken_that_later_results_are_about(records, data, name):
    """Also where the first tasks have no results, and where results call a text by the key of another one."""
    empty, labelled = task(data=data), task(annotation(result(PLACE, to_name=name)), data=data)
    assert [record.text for record in records([empty, labelled, empty])] == [TEXT] * 3
    row = {"id": 4, **data, "annotation_id": 9}
    assert [record.text for record in records([row, row | {"label": [PLACE]}, row])] == [TEXT] * 3


def test_of_several_texts_that_nobody_labelled_none_is_guessed(records):
    data = {"title": "나리의 하루", "body": TEXT}
    (rejected,) = records([task(data=data)])
    assert rejected.reason == (
        'sentence 1: none of its texts (title, body) is known to be the one that was labelled; call its key "text"'
    )


@pytest.mark.parametrize("as_row", [False, True])
def test_an_id_of_another_tool_is_not_that_of_the_sentence(records, as_row):
    data = {"text": TEXT, "sentence_id": "s-7"}
    (record,) = records([data | {"id": 4, "label": [PERSON], "annotation_id": 9} if as_row else task(data=data)])
    assert record.id == ("4" if as_row else "1")
    assert record.extras["sentence_id"] == "s-7"


@pytest.mark.parametrize("data", [{"memo": TEXT}, {"date": "2026", "memo": TEXT}, {"text": "다른 글", "memo": TEXT}])
def test_a_text_by_another_name_is_found_by_its_surfaces(records, data):
    first, second = records([task(annotation(result(PERSON, to_name="t")), data=data), task(data={"x": "", **data})])
    assert (first.text, len(first.gold), second.text) == (TEXT, 1, TEXT)


def test_several_labels_of_a_region_are_listed_not_chosen_from(tmp_path):
    path = tmp_path / "a.json"
    path.write_text(json.dumps([task(annotation(result(PERSON | {"labels": ["PS", "OG"]})))]), encoding="utf-8")
    (rejected,) = read_sentences(path)
    assert "the spans 0–2 OG and 0–2 PS overlap" in rejected.reason


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (task(annotation(result({"start": "/p[1]/text()[1]", "end": "/p[1]/text()[1]", "startOffset": 0}))), "as HTML"),
        (task(annotation(result({"start": 0, "end": 2}))), "a region lacks one of start, end and a label"),
        (task(annotation(result({"start": 0.0, "end": 2, "labels": ["PS"]}))), "a region lacks one of"),
        (task(annotation(result(None))), "a region lacks one of start, end and a label: null"),
        (task(annotation(result=None)), "the results of its annotation are not a list"),
        (task(annotation(result=["x"])), "the results of its annotation are not a list"),
    ],
)
def test_gold_that_cannot_be_read_is_rejected_and_the_text_can_still_be_tagged(records, bad, reason):
    record, good = records([bad, task(annotation(result(PERSON)))])
    assert (record.text, isinstance(record.gold, Rejected)) == (TEXT, True)
    assert reason in record.gold.reason
    assert len(good.gold) == 1


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("x", "a task is not an object but 'x'"),
        (task(data="x"), 'sentence 1: what is under "data" is not an object'),
        (
            task(data={"title": "가", "body": "나"}),
            "sentence 1: none of its texts (title, body) is known to be the one",
        ),
        (task() | {"annotations": 5}, "sentence 1: its annotations are not a list of objects"),
        (task(data={"text": "\ud83d"}), "sentence 1: it contains half a character"),
    ],
)
def test_a_bad_task_is_rejected_and_the_next_is_read(records, bad, reason, tmp_path):
    path = tmp_path / "b.json"
    path.write_text(json.dumps([task(annotation()), bad, task(annotation())], indent=1), encoding="utf-8")
    first, rejected, last = read_sentences(path)
    assert reason in rejected.reason
    assert path.read_text(encoding="utf-8").split("\n")[rejected.line - 1].strip() in ("{", '"x",')
    assert first == last


@pytest.mark.parametrize("cut", [-1, -3, -100])
def test_of_a_file_that_is_cut_off_the_tasks_before_are_read(tmp_path, cut):
    path = tmp_path / "a.json"
    path.write_text(json.dumps([task(annotation())] * 3)[:cut], encoding="utf-8")
    *good, rejected = read_sentences(path)
    assert len(good) == (3 if cut == -1 else 2)
    assert "the file ends before its list does" in rejected.reason or "the JSON breaks here" in rejected.reason


def test_a_row_is_read_with_all_that_is_said_besides(records):
    row = {"text": TEXT, "source": "a.txt", "id": 4, "label": [PERSON, PLACE], "annotator": 1, "annotation_id": 9}
    (record,) = records([row | {"lead_time": 3.2}])
    assert (record.id, record.annotator, record.judged, len(record.gold)) == ("4", "1", "yes", 2)
    assert record.extras == {"source": "a.txt", "annotation_id": 9, "lead_time": 3.2}


@pytest.mark.parametrize(("members", "judged"), [({"annotation_id": 9}, "yes"), ({"annotation_id": None}, "no")])
def test_a_row_is_judged_if_it_is_an_annotation(records, members, judged):
    (record,) = records([{"text": TEXT, "id": 4} | members])
    assert (record.judged, record.gold) == (judged, ())


def test_the_label_control_and_the_text_of_a_row_may_have_any_name(records):
    (record,) = records([{"memo": TEXT, "date": "2026", "ner": [PERSON], "id": 4, "annotation_id": 9}])
    assert (record.text, record.gold) == (TEXT, (StatedSpan(0, 2, "PS", "나리"),))


def came_back(path, corpus_format, written):
    notices = corpus_format.write(path, written, WriteOptions())
    with open_corpus(path, corpus_format.name) as file:
        return notices, list(file.records())


def test_what_is_judged_in_part_is_a_prediction_in_a_task(tmp_path):
    written = Record(1, TEXT, (StatedSpan(0, 2, "PS", "나리"),), "a", judged="partly")
    notices, (read,) = came_back(tmp_path / "a.json", label_studio.FORMAT, [written])
    assert (read.judged, read.gold) == ("partly", written.gold)
    assert notices == ("1 sentence was judged in part; its entities are predictions in the file",)


def test_a_task_that_was_read_is_written_with_its_details(tmp_path, records):
    given = task(annotation(result(PERSON, meta={"text": ["sure"]}), id=5), data={"memo": TEXT, "source": "a"})
    given["annotations"][0]["result"][0]["to_name"] = "t"
    read = records([given])
    label_studio.write(tmp_path / "b.json", read, WriteOptions())
    (written,) = json.loads((tmp_path / "b.json").read_text(encoding="utf-8"))
    del given["annotations"][0]["was_cancelled"]
    assert written == given


def test_a_correction_is_written_as_a_region_like_the_others(tmp_path, records):
    (read,) = records([task(annotation(result(PERSON, from_name="ner", to_name="t")))])
    corrected = Record(1, read.text, (*read.gold, StatedSpan(4, 6, "LC")), read.id, extras=read.extras)
    label_studio.write(tmp_path / "b.json", [corrected], WriteOptions())
    (written,) = json.loads((tmp_path / "b.json").read_text(encoding="utf-8"))
    kept, new = written["annotations"][0]["result"]
    assert (kept["id"], kept["value"]) == ("r1", PERSON)
    assert new == {"from_name": "ner", "to_name": "t", "type": "labels", "value": PLACE}


def test_what_is_judged_in_part_has_no_entities_in_a_row(tmp_path):
    written = Record(1, TEXT, (StatedSpan(0, 2, "PS"),), "a", judged="partly")
    notices, (read,) = came_back(tmp_path / "a.json", label_studio_min.FORMAT, [written])
    assert (read.judged, read.gold) == ("no", ())
    assert notices == ("1 sentence was judged in part, which JSON-MIN cannot say; it has no entities in the file",)


def test_each_kind_is_recognised(tmp_path):
    path = tmp_path / "a.misleading"
    for content in ([task(annotation(result(PERSON)))], [task()], [{"data": {"text": TEXT}}], task(annotation())):
        path.write_text(json.dumps(content, indent=2), encoding="utf-8")
        assert detect_format(path) is label_studio.FORMAT
    for content in ([{"text": "a", "id": 1, "annotation_id": None}], [{"t": "a", "label": [PERSON], "annotator": 1}]):
        path.write_text(json.dumps(content), encoding="utf-8")
        assert detect_format(path) is label_studio_min.FORMAT


KEYS = ["id", "data", "text", "annotations", "result", "value", "start", "end", "labels", "label", "type", "to_name"]
KEYS += ["completed_by", "predictions", "model_version", "was_cancelled", "annotation_id", "annotator", "sentence_id"]
LEAVES = st.none() | st.booleans() | st.integers(-3, 9) | st.sampled_from(["labels", "text", "partly judged", "나리는"])
ANYTHING = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6)
)
SHAPED = st.fixed_dictionaries(
    {"data": st.fixed_dictionaries({"text": st.just(TEXT)})},
    optional={
        "annotations": st.lists(st.fixed_dictionaries({"result": st.lists(ANYTHING | st.just(result(PERSON)))})),
        "predictions": ANYTHING,
    },
)


@given(st.lists(ANYTHING | SHAPED, max_size=3))
def test_no_content_makes_a_reader_or_a_writer_fail(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "any.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    for known in (label_studio.FORMAT, label_studio_min.FORMAT):
        with open_corpus(path, known.name) as file:
            records = [record for record in file.records() if isinstance(record, Record)]
        written = [record for record in records if isinstance(record.gold, tuple)]
        known.write(path.with_suffix(".again"), written, WriteOptions())
