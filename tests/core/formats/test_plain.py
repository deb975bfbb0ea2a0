from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.errors import UserError
from core.formats import plain
from core.formats.records import Record, Text, WriteOptions
from core.formats.registry import read, read_texts
from core.formats.source_files import ReadOptions

RUNNING = ReadOptions(split_sentences=True)


def write(path: Path, text: str) -> Path:
    path.write_bytes(text.encode())
    return path


def test_a_line_is_a_sentence_that_nobody_judged(tmp_path):
    first, second = read(write(tmp_path / "a.txt", " 나리는 왔다. 갔다.\r\n\n비\n"))
    assert (first.text, first.line, first.judged, first.document) == ("나리는 왔다. 갔다.", 1, "no", "")
    assert (second.text, second.line) == ("비", 3)


def test_running_text_is_split_into_sentences_with_their_places(tmp_path):
    text = "그는 왔다. “나리도 왔다.” 끝.\n\n 비가 온다\n"
    records = list(read(write(tmp_path / "가.txt", text), "text", RUNNING))
    assert [record.text for record in records] == ["그는 왔다.", "“나리도 왔다.”", "끝.", "비가 온다"]
    assert [(record.number, record.line) for record in records] == [(1, 1), (2, 1), (3, 1), (4, 3)]
    assert {(record.document, record.judged) for record in records} == {("가", "no")}
    assert list(read_texts(tmp_path / "가.txt", RUNNING)) == [Text(record.text) for record in records]


@given(st.text(st.sampled_from('가나. !?“”"()\n\r\t 😀\u200d\u1100\u1161\u11a8\u00a0\u2028')), st.integers(1, 3))
def test_sentences_and_the_blanks_between_them_are_the_document(tmp_path_factory, text, size):
    document = f"{text}끝"
    path = write(tmp_path_factory.getbasetemp() / "running.txt", document)
    rebuilt = ""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plain, "_AT_ONCE", size)
        seen = (record for record in read(path, "text", RUNNING) if isinstance(record, Record))
        for record in seen:
            gap = document[len(rebuilt) : record.extras["offset"]]
            assert not gap.replace("\u200d", "").strip(), "only what nobody can see is left out"
            rebuilt += gap + record.text
    assert rebuilt == document


def test_texts_are_written_one_per_line_or_refused(tmp_path):
    path = tmp_path / "a.txt"
    plain.write(path, [Record(1, "나리는 갔다", id="a"), Record(2, "비", id="b")], WriteOptions())
    assert path.read_text(encoding="utf-8") == "나리는 갔다\n비\n"
    with pytest.raises(UserError, match="the sentence 'c' contains a line end"):
        plain.write(path, [Record(1, "가\n나", id="c")], WriteOptions())
