import json

import pytest

from core.formats import json_list, jsonl, label_studio, label_studio_min, nikl
from core.formats.records import Record, Rejected, StatedSpan
from core.formats.registry import detect_format, read

FIRST = {"id": "a", "text": "이순신은", "label": [[0, 3, "PS"]]}
SECOND = {"sentence": "비", "entities": []}


def read_text(tmp_path, text):
    path = tmp_path / "목록.txt"
    path.write_text(text, encoding="utf-8")
    return list(read(path))


@pytest.mark.parametrize(
    "text",
    [
        json.dumps([FIRST, SECOND]),
        json.dumps([FIRST, SECOND], ensure_ascii=False, indent=2),
        f"[\n{json.dumps(FIRST)},\n{json.dumps(SECOND)}\n]\n",
        json.dumps({"data": [FIRST, SECOND]}),
        json.dumps({"version": "1.0", "examples": [FIRST, SECOND], "name": "x"}, indent=1),
        "\n".join(json.dumps(each, indent=4) for each in (FIRST, SECOND)),
    ],
)
def test_lists_of_records_are_read_in_all_dialects(tmp_path, text):
    first, second = read_text(tmp_path, text)
    assert (first.number, first.id, first.text, first.gold) == (1, "a", "이순신은", (StatedSpan(0, 3, "PS"),))
    assert (second.number, second.text, second.gold) == (2, "비", ())
    assert detect_format(tmp_path / "목록.txt") is json_list.FORMAT


def test_a_record_has_the_line_where_it_begins(tmp_path):
    lines = "[\n  {\n" + '    "text": "가"\n  },\n  {"text": 5}\n]\n'
    first, second = read_text(tmp_path, lines)
    assert (first.line, second.line) == (2, 5)
    assert 'it has no string under "text"' in second.reason


def test_a_file_that_is_cut_off_costs_its_last_record_alone(tmp_path):
    first, rest = read_text(tmp_path, json.dumps([FIRST, SECOND], indent=1)[:-30])
    assert isinstance(first, Record)
    assert isinstance(rest, Rejected)
    assert rest.reason.startswith("the JSON breaks here")


@pytest.mark.parametrize(
    ("bad", "reason"),
    [("5", "a record is not an object but 5"), ('{"text": "가", "meta": "\\ud83d"}', "half a character")],
)
def test_a_bad_record_is_rejected_and_the_next_is_read(tmp_path, bad, reason):
    first, rejected, last = read_text(tmp_path, f"[{json.dumps(FIRST)},\n{bad}, {json.dumps(FIRST)}]")
    assert reason in rejected.reason
    assert rejected.line == 2
    assert first.text == last.text


def test_a_long_record_is_recognised_by_its_beginning(tmp_path):
    (record,) = read_text(tmp_path, json.dumps([{"text": "가" * 5_000}], ensure_ascii=False))
    assert len(record.text) == 5_000


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ('[{"id": 1, "data": {"text": "비"}, "annotations": []}]', label_studio),
        ('[{"text": "비", "label": [], "annotator": 1, "annotation_id": 3}]', label_studio_min),
        ('{"id": "x", "document": [{"id": "a", "sentence": [{"id": "a.1", "form": "비", "NE": []}]}]}', nikl),
        (json.dumps(FIRST) + "\n" + json.dumps(SECOND), jsonl),
    ],
)
def test_lists_of_other_tools_are_left_to_their_formats(tmp_path, content, expected):
    (tmp_path / "a").write_text(content, encoding="utf-8")
    assert detect_format(tmp_path / "a") is expected.FORMAT
