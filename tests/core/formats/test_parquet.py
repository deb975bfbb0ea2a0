import datetime
import json
import os
import sys
from itertools import islice

import pyarrow
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet as files

from core.domain.errors import UserError
from core.domain.spans import PredictedSpan, Span
from core.formats import parquet, plain
from core.formats.json_spans import KNOWN_TAG_NAMES
from core.formats.records import Record, Rejected, StatedSpan, TaggedText, Text, WriteOptions
from core.formats.registry import detect_format, read, read_texts
from core.formats.source_files import ReadOptions
from tests.core.formats.parquet_files import damaged, written


def with_spans(text, name):
    """A tagged text, each of its characters a span."""
    spans = tuple(PredictedSpan(Span(at, at + 1, "PS"), round(1 / (at + 3), 6)) for at in range(len(text)))
    return TaggedText(Text(text, name), spans)


words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=8).filter(
    str.strip
)


@given(st.lists(st.builds(with_spans, words, words), max_size=5))
def test_what_is_written_is_read_again(tmp_path_factory, tagged):
    path = tmp_path_factory.getbasetemp() / "tagged.parquet"
    parquet.write_tagged(path, tagged)
    assert list(read_texts(path)) == [each.text for each in tagged]
    rows = files.read_table(path).to_pylist()
    assert [(row["id"], row["text"]) for row in rows] == [(each.text.id, each.text.text) for each in tagged]
    for row, each in zip(rows, tagged, strict=True):
        spans = [(p.span.start, p.span.end, p.span.label, p.probability) for p in each.spans]
        assert [(s["start"], s["end"], s["label"], s["probability"]) for s in row["spans"]] == spans


def test_rows_are_written_in_few_groups(tmp_path, monkeypatch):
    monkeypatch.setattr(parquet, "ROWS_AT_ONCE", 2)
    monkeypatch.setattr(parquet, "ROW_GROUP", 2)
    parquet.write_tagged(tmp_path / "a.parquet", (with_spans("비", str(number)) for number in range(10)))
    with files.ParquetFile(tmp_path / "a.parquet") as file:
        assert [file.metadata.row_group(number).num_rows for number in range(file.num_row_groups)] == [4, 4, 2]
        assert [row["id"] for row in file.read().to_pylist()] == [str(number) for number in range(10)]


@pytest.mark.parametrize(
    "kind", [pyarrow.string(), pyarrow.large_string(), pyarrow.dictionary(pyarrow.int8(), "string")]
)
def test_all_strings_are_texts(tmp_path, kind):
    path = written(tmp_path / "a.parquet", more=[1, 2], text=pyarrow.array(["비", " 눈"], kind))
    assert list(read_texts(path)) == [Text("비", "a-1-5e0d62"), Text(" 눈", "a-2-651daf")]


@pytest.mark.parametrize(("names", "expected"), [([7, None], ["7", "a-2-ab1b14"]), (["x", ""], ["x", "a-2-ab1b14"])])
def test_ids_are_strings_or_whole_numbers(tmp_path, names, expected):
    path = written(tmp_path / "a.parquet", id=names, text=["비", "눈"])
    assert [text.id for text in read_texts(path)] == expected


def test_a_row_without_text_is_rejected(tmp_path):
    path = written(tmp_path / "a.parquet", text=["비", None, "", " \n", "눈"])
    first, *rejected, last = read_texts(path)
    assert (first, last) == (Text("비", "a-1-5e0d62"), Text("눈", "a-5-ab1b14"))
    none, blank = 'it has no string under "text" (or sentence, data, content)', "it has no text"
    assert [(each.line, each.reason) for each in rejected] == [(2, none), (3, blank), (4, blank)]


def test_a_row_that_is_not_utf8_is_rejected(tmp_path):
    text = pyarrow.array([b"\xff", "눈".encode()], pyarrow.binary()).view(pyarrow.string())
    path = written(tmp_path / "a.parquet", text=text)
    assert list(read_texts(path)) == [Rejected(str(path), 1, "the row is not UTF-8"), Text("눈", "a-2-ab1b14")]


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"body": ["비"], "id": ["a"]}, r"a\.parquet has no column text; it has body, id"),
        ({"text": [1]}, r"the column text of .*a\.parquet has the type int64; convert it to strings"),
        ({"text": [b"x"]}, r"the column text of .*a\.parquet has the type binary"),
        ({"text": ["비"], "id": [0.5]}, r"the column id of .*a\.parquet has the type double"),
    ],
)
def test_wrong_columns_are_reported_at_once(tmp_path, columns, reason):
    with pytest.raises(UserError, match=reason):
        read_texts(written(tmp_path / "a.parquet", **columns))


@pytest.mark.parametrize("content", [b"", b'{"text": "\xeb\xb9\x84"}\n', b"PAR1", b"PAR1" + bytes(50)])
def test_what_is_not_parquet_is_reported_at_once(tmp_path, content):
    path = tmp_path / "a.parquet"
    path.write_bytes(content)
    with pytest.raises(UserError, match=r"a\.parquet is not a Parquet file or is damaged \(.*\); write it again"):
        read_texts(path)


def test_a_row_group_is_not_read_whole(tmp_path):
    path = tmp_path / "a.parquet"
    table = pyarrow.table({"text": [f"{number} {'비' * 1000}" for number in range(6000)]})
    files.write_table(table, path, compression=None, use_dictionary=False, row_group_size=6000)
    before = pyarrow.total_allocated_bytes()
    texts = read_texts(path)
    held = [pyarrow.total_allocated_bytes() - before for _ in texts]
    assert len(held) == 6000
    assert max(held) < path.stat().st_size // 2


def test_damage_further_on_is_reported_when_it_is_reached(tmp_path):
    texts = read_texts(damaged(tmp_path / "a.parquet"))
    assert [text.text for text in islice(texts, 2500)] == [f"비 {number}" for number in range(2500)]
    with pytest.raises(UserError, match=r"a\.parquet is not a Parquet file or is damaged"):
        list(texts)


def test_a_file_goes_by_its_first_bytes_or_its_name(tmp_path):
    assert detect_format(written(tmp_path / "a.jsonl", text=["비"])) is parquet.FORMAT
    (tmp_path / "b.PARQUET").write_text("text")
    assert detect_format(tmp_path / "b.PARQUET") is parquet.FORMAT
    (tmp_path / "c.txt").write_text("text")
    assert detect_format(tmp_path / "c.txt") is plain.FORMAT


def test_without_pyarrow_the_error_says_what_to_install(tmp_path, monkeypatch):
    path = written(tmp_path / "a.parquet", text=["비"])
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(UserError, match=r"needs the package pyarrow: install Spandesk with its extra \[parquet\]"):
        read_texts(path)
    with pytest.raises(UserError, match="needs the package pyarrow"):
        parquet.write_tagged(tmp_path / "b.parquet", [])
    assert not (tmp_path / "b.parquet").exists()


def test_two_columns_of_one_name_are_refused(tmp_path):
    table = pyarrow.Table.from_arrays([pyarrow.array(["비"]), pyarrow.array(["눈"])], ["text", "text"])
    files.write_table(table, tmp_path / "a.parquet")
    with pytest.raises(UserError, match=r"a\.parquet has 2 columns text; keep one of them"):
        read_texts(tmp_path / "a.parquet")


def with_classes(table, **names):
    """A table whose schema names the classes of columns as Hugging Face datasets do."""
    features = {
        key: {"feature": {"names": of, "_type": "ClassLabel"}, "_type": "Sequence"} for key, of in names.items()
    }
    return table.replace_schema_metadata({"huggingface": json.dumps({"info": {"features": features}})})


def read_table(path, table, *names):
    files.write_table(table, path / "a.parquet")
    return list(read(path / "a.parquet", options=ReadOptions(names)))


def test_klue_of_the_hub_is_read_by_the_names_of_its_schema(tmp_path):
    """O is the last class, blanks are tokens, and the sentence is markup."""
    table = pyarrow.table(
        {
            "sentence": ["<나리:PS> 집", "비"],
            "tokens": [["나", "리", " ", "집"], ["비"]],
            "ner_tags": [[6, 7, 12, 12], [99]],
        }
    )
    first, second = read_table(tmp_path, with_classes(table, ner_tags=list(KNOWN_TAG_NAMES["klue"])))
    assert (first.text, first.gold, first.judged) == ("나리 집", (StatedSpan(0, 2, "PS"),), "yes")
    assert second.gold.reason == "the token 1, '비': the number 99 has no name; those from 0 to 12 have one"
    first, _ = read_table(tmp_path, table)
    assert "its labels are numbers without names; name the tags" in first.gold.reason
    assert read_table(tmp_path, table, "klue")[0].gold == (StatedSpan(0, 2, "PS"),)


def test_the_names_of_other_classes_are_not_those_of_the_tags(tmp_path):
    table = pyarrow.table({"tokens": [["나리", "온다"]], "pos_tags": [[0, 1]], "ner_tags": [[1, 0]]})
    (record,) = read_table(tmp_path, with_classes(table, pos_tags=["NNP", "VV"], ner_tags=["O", "B-PS"]))
    assert record.gold == (StatedSpan(0, 2, "PS"),)
    assert record.extras == {"pos_tags": ["NNP", "VV"]}


@pytest.mark.parametrize(
    "entities",
    [
        [{"start": 0, "end": 2, "label": "PS"}],
        {"start": [0], "end": [2], "label": ["PS"]},
        [{"start_offset": 0, "end_offset": 2, "label": "PS", "user": None}],
    ],
)
def test_entities_are_lists_of_structs_or_structs_of_lists(tmp_path, entities):
    day = datetime.date(2026, 1, 2)
    table = pyarrow.table(
        {"text": ["나리는 갔다"], "entities": [entities], "day": [day], "gone": [None], "raw": [b"\0"]}
    )
    (record,) = read_table(tmp_path, table)
    assert record.gold == (StatedSpan(0, 2, "PS"),)
    assert record.extras == {"day": "2026-01-02"}, "neither what is missing nor bytes"


def test_what_predict_writes_can_be_imported(tmp_path):
    parquet.write_tagged(tmp_path / "a.parquet", [with_spans("비", "x"), TaggedText(Text("눈"), ())])
    first, second = read(tmp_path / "a.parquet")
    assert (first.id, first.gold, first.judged) == ("x", (StatedSpan(0, 1, "PS"),), "no")
    assert first.extras == {"span_extras": [{"start": 0, "end": 1, "probability": 0.333333}]}
    assert second.gold == ()


def test_what_is_said_besides_may_differ_from_record_to_record(tmp_path, monkeypatch):
    """Arrow wants one schema, which must be known before the first row."""
    monkeypatch.setattr(parquet, "ROWS_AT_ONCE", 2)
    given = [{"meta": {}, "score": 1}] * 4 + [{"meta": {"who": ["a"]}, "score": "n/a"}]
    parquet.write(tmp_path / "a.parquet", [Record(1, "비", extras=each) for each in given], WriteOptions())
    assert [record.extras for record in read(tmp_path / "a.parquet")] == given


@pytest.mark.skipif(sys.platform != "linux", reason="other systems name files in Unicode")
def test_a_file_whose_name_is_not_utf8_is_read(tmp_path):
    path = written(tmp_path / "a.parquet", text=["비"]).rename(tmp_path / os.fsdecode(b"\xff.parquet"))
    assert [text.text for text in read_texts(path)] == ["비"]
