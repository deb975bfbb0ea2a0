import codecs
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.errors import UserError
from core.domain.spans import Sentence
from core.formats import jsonl, klue, nikl, parquet
from core.formats.records import Rejected, TaggedText, Text
from core.formats.registry import FORMATS, detect_format, format_by_name, read, read_texts

KLUE = "경\tB-OG\n찰\tI-OG\n \tO\n"
NIKL = '{"id": "x", "document": [{"id": "a", "sentence": [{"id": "a.1", "form": "비", "NE": []}]}]}'
JSONL = '{"text": "비"}\n'


def test_formats_go_by_their_names():
    assert [format_by_name(known.name) for known in FORMATS] == list(FORMATS)
    with pytest.raises(UserError, match="no corpus format 'xml'; it must be one of klue, nikl, jsonl"):
        format_by_name("xml")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (KLUE, klue),
        (KLUE.replace("\n", "\r\n"), klue),
        (f"## a\t<경찰:OG>\n{KLUE}", klue),
        (f"## a\t<👩‍👧:PS>\n👩‍👧\tB-PS\n{KLUE}", klue),
        ("##\n" * 1000 + f"{klue.PREAMBLE}{KLUE}", klue),
        (klue.PREAMBLE, klue),
        (f"## a\t{'가' * 5000}\n{KLUE}", klue),
        (NIKL, nikl),
        (NIKL.replace(",", ",\n"), nikl),
        (JSONL, jsonl),
        ('{"text": "' + "가" * 5000 + '"}', jsonl),
        ("{broken\n" + JSONL, jsonl),
        (f"\n\n{JSONL}", jsonl),
    ],
)
def test_a_format_is_known_by_content(tmp_path, content, expected):
    for prefix in (b"", codecs.BOM_UTF8):
        path = tmp_path / "file.misleading"
        path.write_bytes(prefix + content.encode())
        assert detect_format(path) is expected.FORMAT


@pytest.mark.parametrize(
    "content",
    [
        "안녕하세요\n",
        "이순신은\tB-PS\n갔다\tO\n",
        "a,b,c\n",
        "[1]",
        '{"a": 1}',
        '[{"text": "비"}]',
        "<xml/>",
        "## 제목\n본문\n",
    ],
)
def test_other_text_is_in_no_known_format(tmp_path, content):
    path = tmp_path / "a.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(UserError, match=r"a\.json is in no known format \(KLUE-NER TSV, NIKL .*, JSON lines\)"):
        detect_format(path)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (codecs.BOM_UTF8, "is empty"),
        (b" \n\n", "is empty"),
        (b"a\n\nb\0", "is not text: line 3 contains a NUL byte"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "is binary, not text"),
        (KLUE.encode("utf-16"), "is UTF-16; convert it to UTF-8"),
        (KLUE.encode("cp949"), r"is not UTF-8 \(line 1, byte 0xB0\); it is probably CP949: convert it"),
        (KLUE.encode() + b"\xff\tO\n", r"is not UTF-8 \(line 4, byte 0xFF\); convert it to UTF-8"),
        (KLUE.encode() + "가".encode()[:2], r"is not UTF-8 \(line 4, byte 0xEA\)"),
    ],
)
def test_a_file_that_is_not_text_is_refused(tmp_path, content, reason):
    path = tmp_path / "a.tsv"
    path.write_bytes(content)
    with pytest.raises(UserError, match=rf"a\.tsv {reason}"):
        detect_format(path)


def test_a_fault_late_in_a_large_file_is_found_with_its_line(tmp_path):
    path = tmp_path / "a.tsv"
    path.write_bytes(("가\tO\n" * 500_000).encode() + b"\xff")
    with pytest.raises(UserError, match=r"line 500001, byte 0xFF"):
        read(path)


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    with pytest.raises(UserError, match="nothing does not exist"):
        detect_format(tmp_path / "nothing")
    with pytest.raises(UserError, match="is a folder; name the corpus files in it"):
        detect_format(tmp_path)


@pytest.mark.parametrize("name", ["auto", "klue"])
def test_reading_refuses_at_once(tmp_path, name):
    with pytest.raises(UserError, match="does not exist"):
        read(tmp_path / "nothing", name)


def test_reading_by_name_asks_no_detection(tmp_path):
    path = tmp_path / "a"
    path.write_text("{broken\n")
    (rejected,) = read(path, "jsonl")
    assert rejected.line == 1
    with pytest.raises(UserError, match="no corpus format 'xml'"):
        read(path, "xml")


def test_reading_goes_by_content(tmp_path):
    path = tmp_path / "a"
    path.write_text(JSONL, encoding="utf-8")
    assert [record.text for record in read(path)] == ["비"]


def test_texts_to_tag_have_the_ids_of_their_file_and_none_is_lost_silently(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"id": "x", "text": "비", "label": [[0, 9, "PS"]]}\n{"id": "y", "text": ""}\n', encoding="utf-8")
    good, bad = read_texts(path)
    assert good == Text("비", "x")
    assert (bad.line, "no text" in bad.reason) == (2, True)
    path.write_text(" 비\n\n눈\n", encoding="utf-8")
    assert list(read_texts(path)) == [Text("비"), Text("눈")]
    parquet.write(path, [TaggedText(Text("비", "x"), ())])
    assert list(read_texts(path)) == [Text("비", "x")]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.txt", None, "does not exist"),
        ("a.parquet", None, "does not exist"),
        ("a.txt", b"", "is empty"),
        ("a.txt", "비\n".encode() * 1000 + b"\xff", r"is not UTF-8 \(line 1001"),
        ("a.parquet", b"no parquet", "is not a Parquet file"),
    ],
)
def test_a_file_of_texts_is_refused_before_the_first_of_them(tmp_path, name, content, reason):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(UserError, match=reason):
        read_texts(tmp_path / name)


@pytest.mark.parametrize("content", ["비\n", JSONL])
def test_a_file_that_has_gone_before_its_texts_are_read_is_named(tmp_path, content):
    path = tmp_path / "a.txt"
    path.write_text(content, encoding="utf-8")
    unread = read_texts(path)
    path.unlink()
    with pytest.raises(UserError, match=r"a\.txt cannot be read: No such file"):
        next(unread)


@given(st.lists(st.sampled_from([*'{}[]:,"\n\t \\#0-', KLUE, NIKL, JSONL, "## a\t", "1", "null", "NE", "가", "I-PS"])))
def test_no_text_makes_a_reader_fail(tmp_path_factory, pieces):
    path = tmp_path_factory.getbasetemp() / "any"
    path.write_text("".join(pieces), encoding="utf-8", newline="")
    for known in FORMATS:
        assert all(isinstance(record, Sentence | Rejected) for record in known.read(path))


@pytest.mark.parametrize(("content", "reader"), [(KLUE, klue), (JSONL, jsonl), (NIKL, nikl)])
def test_a_disk_that_fails_in_the_middle_of_a_file_is_one_sentence(tmp_path, monkeypatch, content, reader):
    path = tmp_path / "a"
    path.write_text(content, encoding="utf-8")

    def failing(_path, _check):
        yield Sentence("a", "비")
        raise OSError(5, "Input/output error")

    known = replace(reader.FORMAT, read=failing)
    monkeypatch.setattr("core.formats.registry.FORMATS", (known,))
    records = read(path)
    next(records)
    with pytest.raises(UserError, match="a cannot be read: Input/output error"):
        next(records)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such pipes")
def test_a_pipe_is_refused_at_once_though_nobody_writes_to_it(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for use in (read, read_texts, detect_format):
        with pytest.raises(UserError, match="pipe is a pipe, which can only be read once; save its output"):
            use(tmp_path / "pipe")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no /dev/stdin")
@pytest.mark.parametrize("name", ["-", "/dev/stdin", "/dev/fd/0"])
@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("비\n눈\n", "['비', '눈']"),
        ('{"id": "a", "text": "비"}\n{"text": 5}\n', "['비', '{name}, line 2']"),
        ("", "{name} is empty"),
    ],
)
def test_standard_input_is_read_once_and_called_by_its_name(tmp_path, name, given, expected):
    code = (
        "import sys; from pathlib import Path\n"
        "from core.formats.registry import read_texts; from core.domain.errors import UserError\n"
        "try: print([getattr(r, 'where', None) or r.text for r in read_texts(Path(sys.argv[1]))])\n"
        "except UserError as error: print(error)"
    )
    command = [sys.executable, "-X", "utf8", "-c", code, name]
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    root = Path(__file__).resolve().parents[3]
    done = subprocess.run(command, cwd=root, env=environment, input=given, capture_output=True, text=True, check=True)
    assert done.stdout.rstrip() == expected.format(name="standard input")
    assert list(tmp_path.iterdir()) == []
