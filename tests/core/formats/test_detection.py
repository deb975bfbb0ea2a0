"""Each format's files are recognised as that format and as nothing else, whatever they are called."""

import json

import pytest

from core.formats.records import HEAD_LENGTH, Head
from core.formats.registry import FORMATS, detect_format, read

TOKENS = [{"id": 0, "orth": "나리", "ner": "U-PS"}, {"id": 1, "orth": "는", "ner": "O"}]
REGION = {"start": 0, "end": 2, "text": "나리", "labels": ["PS"]}
RESULT = {"id": "r", "from_name": "label", "to_name": "text", "type": "labels", "value": REGION}
TASK = {"id": 1, "annotations": [{"id": 7, "completed_by": 1, "result": [RESULT]}], "data": {"text": "나리는"}}
ROW = {"text": "나리는", "id": 1, "label": [REGION], "annotator": 1, "annotation_id": 7, "lead_time": 3.2}
SENTENCE = {"id": "a.1", "form": "나리는", "NE": [{"id": 1, "form": "나리", "label": "PS", "begin": 0, "end": 2}]}
SPAN = {"id": 5, "label": "PS", "start_offset": 0, "end_offset": 2}

TEXTS = {
    "jsonl": [
        '{"id": 1, "text": "나리는", "label": [[0, 2, "PS"]]}\n{"id": 2, "text": "비", "label": []}\n',
        json.dumps({"text": "나리는", "entities": [SPAN], "relations": []}) + "\n",
        json.dumps({"text": "나리는", "tokens": [{"text": "나리", "id": 0}], "spans": [REGION], "answer": "accept"})
        + "\n",
    ],
    "klue": [
        "## a-1\t<나리:PS>는\n나\tB-PS\n리\tI-PS\n는\tO\n\n",
        "나\tB-PS\n리\tI-PS\n는\tO\n\n비\tO\n",
    ],
    "nikl": [json.dumps({"id": "x", "metadata": {"title": "a"}, "document": [{"id": "a", "sentence": [SENTENCE]}]})],
    "json": [
        '[{"text": "나리는", "label": [[0, 2, "PS"]]}]',
        json.dumps({"data": [{"text": "나리는", "entities": [SPAN]}]}),
    ],
    "columns": [
        "-DOCSTART- -X- -X- O\n\nNari NNP B-NP B-PER\nwent VBD B-VP O\n\n",
        "나리는\tB-PS\n갔다\tO\n\n비가\tO\n온다\tO\n",
        "# sent_id = 1\n# text = 나리는 갔다\n1\t나리는\t_\tNOUN\tB-PS\n2\t갔다\t_\tVERB\tO\n",
        "1\t나리는\tPER_B\n2\t갔다\t-\n\n",
    ],
    "naver": ["나리는 여수에 갔다 .\tPER-B LOC-B O O\n비가 온다\tO O\n"],
    "kmou": [
        "## 1\n## 나리는 간다.\n## <나리:PER>는 간다.\n나리\tNNP\tB-PER\n는\tJX\tO\n_\t_\tO\n간다\tVV\tO\n.\tSF\tO\n\n",
        "; 나리는 간다\n$<나리:PS>는 간다\n1\t나리\tNNP\tB_PS\n1\t는\tJX\tO\n2\t가\tVV\tO\n\n",
    ],
    "label-studio": [json.dumps([TASK]), json.dumps([{"data": {"text": "나리는"}}], indent=1), json.dumps(TASK)],
    "label-studio-min": [json.dumps([ROW]), json.dumps([{"text": "비", "id": 2, "annotation_id": None}], indent=2)],
    "spacy-json": [
        json.dumps([{"id": 0, "paragraphs": [{"raw": "나리는", "sentences": [{"tokens": TOKENS}]}]}]),
        '[["나리는", {"entities": [[0, 2, "PS"]]}]]',
        '{"classes": ["PS"], "annotations": [["나리는", {"entities": [[0, 2, "PS"]]}]]}',
    ],
}
SAMPLES = [(name, content) for name, contents in TEXTS.items() for content in contents]


def test_every_format_of_texts_has_samples():
    assert {known.name for known in FORMATS if known.kind == "text"} == {*TEXTS, "text"}


@pytest.mark.parametrize(("name", "content"), SAMPLES)
def test_a_file_is_recognised_as_its_format_and_nothing_else(tmp_path, name, content):
    path = tmp_path / "file.misleading"
    path.write_text(content, encoding="utf-8")
    assert detect_format(path).name == name
    head = Head(path, content[:HEAD_LENGTH], content.encode())
    scores = {known.name: known.score(head) for known in FORMATS if known.kind != "folder"}
    own = scores.pop(name)
    assert own > max(scores.values()), scores


@pytest.mark.parametrize(("name", "content"), SAMPLES)
def test_a_file_of_a_format_is_not_taken_for_plain_text(tmp_path, name, content):
    path = tmp_path / "file.txt"
    path.write_text(content, encoding="utf-8")
    assert detect_format(path).name == name


HUGE = "9" * 5_000
LONG = "9" * 15_000


@pytest.mark.parametrize(
    ("name", "content", "place"),
    [
        ("jsonl", '{"id": N, "text": "비", "label": []}\n{"id": "a", "text": "눈", "label": []}\n', 0),
        ("jsonl", '{"id": "a", "text": "눈", "label": []}\n{"id": "b", "text": "비", "label": [[N, 1, "PS"]]}\n', 1),
        ("json", '[{"id": N, "text": "비", "label": []},\n{"id": "a", "text": "눈", "label": []}]', 0),
        ("json", '[{"id": "a", "text": "눈", "label": []},\n{"id": "b", "text": "비", "label": [[N, 1, "PS"]]}]', 1),
        ("label-studio", '[{"id": 1, "data": {"text": "비"}, "rank": N}, {"id": 2, "data": {"text": "눈"}}]', 0),
        ("label-studio-min", '[{"text": "비", "annotation_id": 1, "x": N}, {"text": "눈", "annotation_id": 2}]', 0),
        ("nikl", '{"document": [{"sentence": [{"form": "비", "NE": [], "n": N}, {"form": "눈", "NE": []}]}]}', 0),
    ],
)
@pytest.mark.parametrize("number", [HUGE, LONG])
def test_a_number_with_thousands_of_digits_costs_its_record_alone(tmp_path, name, content, place, number):
    path = tmp_path / "file.misleading"
    path.write_text(content.replace("N,", f"{number},").replace("N}", f"{number}}}"), encoding="utf-8")
    assert detect_format(path).name == name
    records = list(read(path))
    assert records[place].reason == "the JSON is too large or too deep to read"
    assert records[1 - place].text == "눈"


@pytest.mark.parametrize("span", ["T1\tPS N 2\t나리", "T1\tPS 0 N\t나리"])
def test_an_offset_with_thousands_of_digits_costs_its_document_in_brat(tmp_path, span):
    (tmp_path / "a.txt").write_text("나리는", encoding="utf-8")
    (tmp_path / "a.ann").write_text(span.replace("N", HUGE), encoding="utf-8")
    (record,) = read(tmp_path)
    assert "is not of the form" in record.gold.reason


def test_a_number_of_a_word_that_is_none_costs_its_sentence(tmp_path):
    rows = "1\t나리는\tB-PS\n2\t갔다\tO\n\n"
    path = tmp_path / "a"
    path.write_text(f"{rows * 3_000}1-{HUGE}\t나리는\tB-PS\n2\t갔다\tO\n\n{rows}", encoding="utf-8")
    *_, bad, last = read(path)
    assert "is not the number of a word" in bad.reason
    assert last.text == "나리는 갔다"


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("klue", "#NAME?\tB-PS\n의\tO\n"),
        ("columns", "#NAME?\tB-PS\n갔다\tO\n"),
        ("columns", "1\t#NAME?\tPER_B\n2\t갔다\t-\n"),
    ],
)
def test_a_sentence_that_a_spreadsheet_has_changed_is_rejected_with_its_line(tmp_path, name, rows):
    path = tmp_path / "a"
    path.write_text(f"{rows}\n{rows.replace('#NAME?', '나')}", encoding="utf-8")
    first, second = read(path, name)
    assert (first.line, first.reason.partition(",")[0]) == (1, "#NAME? is the error of a formula")
    assert second.text.startswith("나")


def test_lines_of_text_are_plain_text_by_their_name_alone(tmp_path):
    path = tmp_path / "file.txt"
    path.write_text("나리는 갔다.\n비가 온다.\n", encoding="utf-8")
    assert detect_format(path).name == "text"
