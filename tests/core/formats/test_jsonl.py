import json

import pytest

from core.domain.spans import Sentence, Span
from core.formats import jsonl
from core.formats.records import REASON_LENGTH, Rejected, StatedSpan, Text
from core.formats.registry import read, read_texts
from core.formats.source_files import ReadOptions
from tests.corpora import read_sentences, write_sentences


@pytest.fixture
def records(tmp_path):
    def records_of(text):
        path = tmp_path / "작은.jsonl"
        path.write_bytes(text.encode())
        return read_sentences(path, "jsonl")

    return records_of


GOOD = '{"id": "a", "text": "이순신은", "label": [[0, 3, "PS"]]}'


@pytest.mark.parametrize("key", ["label", "labels", "spans", "entities", "annotations", "annotation", "ner", "ents"])
def test_spans_may_be_under_any_of_the_usual_keys(records, key):
    assert records(GOOD.replace("label", key)) == [Sentence("a", "이순신은", (Span(0, 3, "PS"),))]


@pytest.mark.parametrize("key", ["text", "sentence", "data", "content"])
def test_the_text_may_be_under_any_of_the_usual_keys(records, key):
    assert records(GOOD.replace("text", key)) == [Sentence("a", "이순신은", (Span(0, 3, "PS"),))]


@pytest.mark.parametrize(
    "value",
    [
        [[0, 3, "PS", 0.98]],
        [["PS", 0, 3]],
        [["PS", 0, 3, 1]],
        [[0, 3, "PS", "이순신"]],
        [{"start": 0, "end": 3, "label": "PS"}],
        [{"id": 5, "start_offset": 0, "end_offset": 3, "label": "PS"}],
        [{"begin": 0, "end": 3, "form": "이순신", "label": "PS"}],
        [{"start": 0, "end": 3, "text": "이순신", "labels": ["PS"]}],
        [{"entity_group": "PS", "score": 0.9, "word": "이 순신", "start": 0, "end": 3}],
        [
            {"entity": "B-PS", "score": 0.9, "index": 1, "word": "이순", "start": 0, "end": 2},
            {"entity": "I-PS", "score": 0.9, "index": 2, "word": "##신", "start": 2, "end": 3},
        ],
        {"start": [0], "end": [3], "label": ["PS"]},
    ],
    ids=str,
)
def test_spans_may_have_any_of_the_usual_shapes(records, value):
    assert records(line(label=value)) == [Sentence("b", "이순신은", (Span(0, 3, "PS"),))]


def test_each_record_is_read_by_what_it_contains(records):
    """Files are joined, and the first thousands may be empty."""
    lines = [
        *([line(label=[])] * 9),
        line(label=[{"start": 0, "end": 3, "label": "PS"}]),
        line(entities=[[0, 3, "PS"]], label="사회"),
    ]
    assert [len(sentence.spans) for sentence in records("\n".join(lines))] == [0] * 9 + [1, 1]


def read_one(tmp_path, members, **options):
    path = tmp_path / "하나.jsonl"
    path.write_text(json.dumps(members), encoding="utf-8")
    (record,) = read(path, "jsonl", ReadOptions(**options))
    return record


@pytest.mark.parametrize(
    ("members", "judged", "says_judged"),
    [
        ({}, "no", False),
        ({"label": "사회"}, "no", False),
        ({"label": []}, "yes", False),
        ({"label": [], "cats": ["a"]}, "yes", False),
        ({"label": [], "Comments": []}, "no", False),
        ({"label": [[0, 2, "PS"]], "Comments": []}, "yes", False),
        ({"label": None}, "no", True),
        ({"label": [], "judged": "partly"}, "partly", True),
        ({"spans": [[0, 2, "PS", 0.98]]}, "no", False),
        ({"spans": [{"start": 0, "end": 2, "label": "PS"}], "answer": "accept"}, "partly", True),
        ({"spans": [{"start": 0, "end": 2, "label": "PS"}], "answer": "accept", "tokens": []}, "yes", True),
        ({"spans": [], "answer": "accept"}, "yes", True),
        ({"answer": "accept", "_view_id": "ner_manual"}, "yes", True),
        ({"spans": [], "answer": "accept", "_view_id": "ner"}, "partly", True),
        ({"label": "사회", "answer": "accept", "_view_id": "classification"}, "no", False),
    ],
    ids=str,
)
def test_what_nobody_judged_is_not_a_record_without_entities(tmp_path, members, judged, says_judged):
    record = read_one(tmp_path, {"text": "나리는 갔다", **members})
    assert (record.judged, record.says_judged) == (judged, says_judged)


@pytest.mark.parametrize("answer", ["reject", "ignore"])
def test_only_what_was_accepted_in_prodigy_is_gold(tmp_path, answer):
    record = read_one(
        tmp_path, {"text": "나리", "spans": [{"start": 0, "end": 2, "label": "PS"}], "answer": answer, "tokens": []}
    )
    assert record.text == "나리"
    assert record.gold.reason == f"its answer in Prodigy is {answer}, and only accepted ones are read"


def test_the_tokens_of_a_span_must_be_where_it_is(tmp_path):
    tokens = [{"text": "나리는", "start": 0, "end": 3, "id": 0}, {"text": "갔다", "start": 4, "end": 6, "id": 1}]
    span = {"start": 0, "end": 3, "token_start": 0, "token_end": 0, "label": "PS", "text": "나리는"}
    members = {"text": "나리는 갔다", "tokens": tokens, "spans": [span], "answer": "accept"}
    record = read_one(tmp_path, members)
    assert record.gold == (StatedSpan(0, 3, "PS", "나리는"),)
    assert record.extras == {"tokens": tokens}
    members["spans"] = [span, {**span, "end": 2, "text": "나리"}]
    assert read_one(tmp_path, members).gold.reason == ("the entity 0–2 names the tokens 0 to 0, which are at 0–3")


@pytest.mark.parametrize("names", [("PS", "OG"), ("0=PS", "7=OG")])
def test_numbers_for_labels_need_names(tmp_path, names):
    members = {"text": "나리", "annotations": [{"label": 0, "start_offset": 0, "end_offset": 2, "user": 1}]}
    assert "--tag-names" in read_one(tmp_path, members).gold.reason
    assert read_one(tmp_path, members, tag_names=names).gold == (StatedSpan(0, 2, "PS"),)
    members["annotations"][0]["label"] = 9
    reason = f"the number 9 has no name; those from 0 to {7 if '0=PS' in names else 1} have one"
    assert read_one(tmp_path, members, tag_names=names).gold.reason == reason


def test_all_that_is_said_besides_is_kept(tmp_path):
    members = {
        "id": 5,
        "text": "나리는 부산에 산다",
        "doc_id": "글 1",
        "annotator": "다온",
        "entities": [{"id": 1, "label": "PS", "start_offset": 0, "end_offset": 2}, [4, 6, "LC"]],
        "label": "사회",
        "relations": [{"from_id": 1, "to_id": 1}],
        "meta": {"source": {"page": 3}},
    }
    record = read_one(tmp_path, members)
    assert (record.id, record.document, record.annotator) == ("5", "글 1", "다온")
    assert record.extras == {
        "label": "사회",
        "relations": [{"from_id": 1, "to_id": 1}],
        "meta": {"source": {"page": 3}},
        "span_extras": [{"start": 0, "end": 2, "id": 1}],
    }


def test_our_own_predictions_can_be_imported(tmp_path):
    path = tmp_path / "predicted.jsonl"
    path.write_text(
        '{"id": "x", "text": "나리는 부산에 산다", "spans": [[0, 2, "PS", 0.98], [4, 6, "LC", 0.9]]}\n'
        '{"id": "y", "text": "어제는 쉬었다", "spans": []}\n',
        encoding="utf-8",
    )
    first, second = read(path)
    assert (first.gold, first.judged) == ((StatedSpan(0, 2, "PS"), StatedSpan(4, 6, "LC")), "no")
    assert first.extras == {
        "span_extras": [{"start": 0, "end": 2, "probability": 0.98}, {"start": 4, "end": 6, "probability": 0.9}]
    }
    assert second.gold == ()


def test_pieces_of_an_entity_are_joined_and_neighbours_are_not(tmp_path):
    pieces = [("B-PS", 0, 1), ("I-PS", 1, 2), ("B-PS", 3, 4), ("I-PS", 5, 6), ("I-PS", 8, 9)]
    members = {
        "text": "나리 다 온과 라온",
        "entities": [{"entity": tag, "start": start, "end": end, "score": 1.0} for tag, start, end in pieces],
    }
    assert [span[:2] for span in read_one(tmp_path, members).gold] == [(0, 2), (3, 6), (8, 9)]


def test_ids_may_be_numbers_or_missing(records):
    lines = '{"id": 7, "text": "비"}\n\n{"text": "비"}\n{"id": null, "text": "비"}\n'
    assert [record.id for record in records(lines)] == ["7", "작은-3-5e0d62", "작은-4-5e0d62"]


def test_invented_ids_are_those_of_the_same_file_only(records):
    """The same file again is known again; another file of its name, or a line that was mended, is not."""
    first, again, other = records('{"text": "비"}'), records('{"text": "비"}'), records('{"text": "눈"}')
    assert first == again
    assert first[0].id != other[0].id


def test_offsets_are_code_points(records):
    (sentence,) = records('{"text": "😀\\ud83d\\ude00이순신", "label": [[2, 5, "PS"]]}')
    assert sentence.text[2:5] == "이순신"


def test_windows_line_ends_and_a_byte_order_mark_are_read(records):
    assert records(f"\ufeff{GOOD}\r\n{GOOD}\r\n") == records(f"{GOOD}\n{GOOD}")


def test_a_line_separator_inside_a_text_ends_no_line(records):
    assert records('{"id": "a", "text": "가\u2028나\x85다"}') == [Sentence("a", "가\u2028나\x85다")]


def line(**members):
    return json.dumps({"id": "b", "text": "이순신은"} | members)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ('{"text": "가"', "the line is not JSON: Expecting ',' delimiter at character 14"),
        ("[1]", "not an object"),
        ("[" * 100_000, "too large or too deep"),
        ('{"id": "b", "text": "\\ud83d"}', "half a character"),
        (line(text=None), "sentence b: it has no string under"),
        ('{"id": "b"}', "sentence b: it has no string under"),
        (line(text=" "), "sentence b: it has no text"),
        (line(id=True), "the id True is neither a string nor a whole number"),
        (line(id=1.5), "the id 1.5 is neither"),
        (line(label="[[0, 3, 'PS']]"), 'what is under "label" is not a list'),
        (line(entities="나리/PS"), 'what is under "entities" is not a list'),
        (line(label={"PS": [[0, 3]]}), 'what is under "label" is not a list'),
        (line(label=[[0, 3]]), "sentence b: [0, 3] is not [start, end, label]"),
        (line(label=[[0, 3, 1]]), "its labels are numbers without names; name the tags"),
        (line(label=[[0.0, 3, "PS"]]), '[0.0, 3, "PS"] is not [start, end, label]'),
        (line(label=[[False, True, "PS"]]), '[false, true, "PS"] is not [start, end, label]'),
        (line(label=[{"start": 0}]), '{"start": 0} does not have a start, an end and a label'),
        (line(label=[{"start": 0, "end": 3, "labels": ["PS", "OG"]}]), "the entity 0–3 has 2 labels; it can have"),
        (line(label=[{"start": 0, "end": 3, "label": None}]), "the label null is not a string"),
        (line(label={"start": [0, 1], "end": [1], "label": ["A", "B"]}), "it has 2 values of start but 1 of end"),
        (line(label=[[0, 3, "PS"]], spans=[[0, 2, "PS"]]), "its entities under label and under spans differ"),
        (line(label=[{"start": 0, "end": 2, "label": "PS", "text": "순신"}]), "is '이순', but the file says '순신'"),
        (line(label=[[0, 5, "PS"]]), "reaches past the text, which has 4 characters"),
        (line(label=[[-3, 2, "PS"]]), "begins before the text"),
        (line(label=[[2, 2, "PS"]]), "is empty"),
        (line(label=[[0, 2, ""]]), "has no label"),
        (line(label=[[0, 3, "PS"], [2, 4, "OG"]]), "overlap"),
    ],
)
def test_a_bad_line_is_rejected_and_the_next_is_read(records, bad, reason):
    first, rejected, last = records(f"{GOOD}\n{bad}\n{GOOD}\n")
    assert isinstance(rejected, Rejected)
    assert rejected.line == 2
    assert reason in rejected.reason
    assert first == last


def test_hangul_is_written_as_itself(tmp_path):
    path = tmp_path / "out"
    write_sentences(jsonl.FORMAT, path, [Sentence("a", "이순신은", (Span(0, 3, "PS"),)), Sentence("b", "비")])
    assert path.read_text(encoding="utf-8") == f'{GOOD}\n{{"id": "b", "text": "비", "label": [], "judged": "yes"}}\n'


@pytest.mark.parametrize(
    "members",
    [
        {"ner_tags": ["B-PS"]},
        {"NE": [[0, 2, "PS"]]},
        {"named_entities": []},
        {"bio_tags": ["B-PS"]},
        {"Labels": []},
        {"mentions": [{"start": 0, "end": 2, "label": "PS"}]},
    ],
)
def test_entities_under_another_key_are_rejected_rather_than_lost(records, members):
    (rejected,) = records(json.dumps({"text": "나리는"} | members))
    assert (
        "it has none of label, labels, spans, entities, annotations, annotation, ner, ents,"
        f" but {list(members)[-1]}; write" in rejected.reason
    )


@pytest.mark.parametrize(
    "members",
    [
        {"label": [], "mentions": [{"start": 0, "end": 2, "label": "PS"}]},
        {"labels": [], "ner_spans": [[0, 2, "PS"]]},
        {"entities": None, "named_entities": [{"word": "나리", "type": "PS"}]},
        {"label": [], "entities_by_type": {"PS": ["나리"]}},
        {"spans": [], "bio_tags": ["B-PS"]},
    ],
)
def test_entities_beside_an_empty_key_are_rejected_rather_than_lost(records, members):
    (rejected,) = records(json.dumps({"text": "나리는"} | members))
    empty, other = members
    assert f"{empty} is empty, but {other} seems to contain entities; move them to {empty}" in rejected.reason


def test_keys_with_other_content_are_ignored(records):
    others = {"meta": {"tags": []}, "source": "news", "annotator": "a", "language": "ko", "generation": 3, "tokens": []}
    assert records(json.dumps({"id": "a", "text": "비"} | others)) == [Sentence("a", "비")]


def test_texts_need_no_gold(tmp_path):
    path = tmp_path / "a.jsonl"
    lines = [
        '{"id": "a", "text": "비", "spans": [{"start": 0, "end": 1, "label": "PS"}]}',
        '{"id": "b", "text": "비", "label": [[0, 2, "PS"], [0, 6, "LC"]]}',
        '{"id": "c", "text": "비", "label": null}',
        '{"id": "d", "text": "비", "ner": 5}',
        '{"id": "e", "text": " ", "label": []}',
        '{"text": "비"}',
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    read = list(read_texts(path))
    assert read[:4] == [Text("비", name) for name in "abcd"]
    assert read[4] == Rejected(str(path), 5, "sentence e: it has no text")
    assert read[5].id.startswith("a-6-")


def test_a_reason_is_short_and_can_be_printed(records):
    (rejected,) = records(json.dumps({"id": "\x1b[31m\n\u202e" + "x" * 9_000, "text": 5}))
    assert rejected.reason.startswith("sentence \\x1b[31m\\n\\u202exxx")
    assert len(rejected.reason) < REASON_LENGTH + 20
