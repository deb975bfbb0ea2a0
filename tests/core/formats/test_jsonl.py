import json

import pytest

from core.domain.spans import Sentence, Span
from core.formats import jsonl
from core.formats.records import REASON_LENGTH, Rejected, Text
from core.formats.registry import read_texts
from tests.corpora import read_sentences, write_sentences


@pytest.fixture
def records(tmp_path):
    def records_of(text):
        path = tmp_path / "작은.jsonl"
        path.write_bytes(text.encode())
        return read_sentences(path, "jsonl")

    return records_of


GOOD = '{"id": "a", "text": "이순신은", "label": [[0, 3, "PS"]]}'


@pytest.mark.parametrize("key", ["label", "labels", "spans", "entities"])
def test_spans_may_be_under_any_of_the_usual_keys(records, key):
    assert records(GOOD.replace("label", key)) == [Sentence("a", "이순신은", (Span(0, 3, "PS"),))]


def test_no_label_key_means_no_entities(records):
    assert records('{"id": "a", "text": "비"}') == [Sentence("a", "비")]


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
        (line(label=None), 'what is under "label" is not a list'),
        (line(label=[[0, 3]]), "sentence b: [0, 3] is not [start, end, label]"),
        (line(label=[[0, 3, 1]]), "[0, 3, 1] is not [start, end, label]"),
        (line(label=[[0.0, 3, "PS"]]), '[0.0, 3, "PS"] is not [start, end, label]'),
        (line(label=[[False, True, "PS"]]), '[false, true, "PS"] is not [start, end, label]'),
        (line(label=[{"start": 0}]), '{"start": 0} is not [start, end, label]'),
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
    assert path.read_text(encoding="utf-8") == f'{GOOD}\n{{"id": "b", "text": "비", "label": []}}\n'


@pytest.mark.parametrize(
    "members",
    [
        {"annotations": [{"label": "PS", "start_offset": 0, "end_offset": 2}]},
        {"tokens": ["나리는"], "ner_tags": ["B-PS"]},
        {"annotation": [["PS", 0, 2]]},
        {"ner": [[0, 2, "PS"]]},
        {"NE": [[0, 2, "PS"]]},
        {"named_entities": []},
        {"bio_tags": ["B-PS"]},
        {"Labels": []},
    ],
)
def test_entities_under_another_key_are_rejected_rather_than_lost(records, members):
    (rejected,) = records(json.dumps({"text": "나리는"} | members))
    assert f"it has none of label, labels, spans, entities, but {list(members)[-1]}; write" in rejected.reason


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
