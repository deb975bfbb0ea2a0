import codecs
import json
import os
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.errors import UserError
from core.domain.spans import Sentence, Span
from core.formats import columns, jsonl, klue, kmou, naver, nikl, parquet
from core.formats.records import Record, Rejected, TaggedText, Text
from core.formats.registry import FORMATS, detect_format, format_by_name, open_corpus, read, read_texts
from core.formats.source_files import Source
from core.services.span_reading import make_sentence
from tests.corpora import read_sentences, write_sentences

KLUE = "경\tB-OG\n찰\tI-OG\n \tO\n"
NIKL = '{"id": "x", "document": [{"id": "a", "sentence": [{"id": "a.1", "form": "비", "NE": []}]}]}'
JSONL = '{"text": "비"}\n'
COLUMNS = "이순신은\tB-PS\n갔다\tO\n"


def test_formats_go_by_their_names():
    assert [format_by_name(known.name) for known in FORMATS] == list(FORMATS)
    with pytest.raises(UserError, match="unknown corpus format 'xml'; it must be one of jsonl, klue, nikl, json"):
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
        (COLUMNS, columns),
        (COLUMNS.replace("\t", " "), columns),
        ("1\t이순신은\tPER_B\n2\t갔다\t-\n", columns),
        ("이순신은 갔다\tPER-B O\n비\tO\n", naver),
        ("## 1\n## 이순신은\n## <이순신:PER>은\n이순신\t이순신\tNNP\tB-PER\n은\t은\tJX\tO\n", kmou),
        ("; 이순신은\n$<이순신:PS>은\n1\t이순신\tNNP\tB_PS\n1\t은\tJX\tO\n", kmou),
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
        "a,b,c\n",
        "[1]",
        '{"a": 1}',
        '[{"body": "비"}]',
        '{"data": [{"title": "비"}]}',
        "<xml/>",
        "## 제목\n본문\n",
    ],
)
def test_other_text_is_in_no_known_format(tmp_path, content):
    path = tmp_path / "a.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(UserError, match=r"a\.json is in no known format \(JSON Lines, KLUE-NER \(TSV\), NIKL .*\)"):
        detect_format(path)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (codecs.BOM_UTF8, "is empty"),
        (b" \n\n", "is empty"),
        (b"a\n\nb\0", "is binary, not text"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "is binary, not text"),
    ],
)
def test_a_file_that_is_not_text_is_refused(tmp_path, content, reason):
    path = tmp_path / "a.tsv"
    path.write_bytes(content)
    with pytest.raises(UserError, match=rf"a\.tsv {reason}"):
        detect_format(path)


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("a.txt", ["비가 온다", "부산\0에 산다", "나리는 갔다"]),
        ("a.jsonl", ['{"text": "비가 온다"}', '{"text": "부산\0에 산다"}', '{"text": "나리는 갔다"}']),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "cp949"])
def test_a_nul_in_a_text_costs_its_line_alone(tmp_path, name, lines, encoding):
    path = tmp_path / name
    path.write_bytes("\n".join(lines).encode(encoding))
    first, bad, last = read(path)
    assert (first.text, last.text) == ("비가 온다", "나리는 갔다")
    assert isinstance(bad, Rejected)
    assert bad.line == 2


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp949", "euc-kr"])
@pytest.mark.parametrize("corpus_format", [klue, nikl, jsonl])
def test_every_format_is_read_in_the_encodings_that_people_have(tmp_path, corpus_format, encoding):
    sentences = [Sentence("가.1", "이순신은 갔다", (Span(0, 3, "PS"),)), Sentence("가.2", "비")]
    path = tmp_path / "a"
    write_sentences(corpus_format.FORMAT, path, sentences)
    path.write_bytes(path.read_text(encoding="utf-8").encode(encoding))
    with open_corpus(path) as file:
        assert file.source.encoding_name == {"utf-8-sig": "UTF-8", "euc-kr": "CP949"}.get(encoding, encoding.upper())
    assert read_sentences(path) == sentences


@pytest.mark.parametrize("corpus_format", [klue, nikl, jsonl])
@pytest.mark.parametrize("encoding", ["utf-8", "cp949"])
def test_a_byte_that_is_not_text_costs_its_record_alone(tmp_path, corpus_format, encoding):
    path = tmp_path / "a"
    write_sentences(corpus_format.FORMAT, path, [Sentence(f"a.{n}", f"이순신은 {n}번 갔다") for n in range(9)])
    data = path.read_text(encoding="utf-8").encode(encoding)
    path.write_bytes(data.replace("5번".encode(encoding), b"5\xff"))
    *read, rejected = sorted(read_sentences(path), key=lambda record: isinstance(record, Rejected))
    assert [sentence.id for sentence in read] == [f"a.{n}" for n in range(9) if n != 5]
    assert rejected.reason == f"sentence a.5: the byte 0xFF in it is not {encoding.upper()}"


@pytest.mark.parametrize("members", [{"BAD": 1}, {"meta": {"a": ["BAD"]}}, {"doc_id": "BAD"}, {"annotator": "BAD"}])
def test_a_byte_that_is_not_text_in_what_is_said_besides_costs_its_record_alone(tmp_path, members):
    path = tmp_path / "a"
    lines = (json.dumps({"text": "비", "label": []} | each, ensure_ascii=False) for each in ({}, members, {}))
    path.write_bytes("\n".join(lines).encode().replace(b"BAD", b"a\xff"))
    first, rejected, last = read(path)
    assert (rejected.line, rejected.reason) == (2, "the byte 0xFF in it is not UTF-8")
    assert first.text == last.text


def test_lines_that_are_text_in_one_encoding_alone_decide_which_it_is(tmp_path):
    """The head of a file may be ASCII, and files of two encodings are joined."""
    path = tmp_path / "a.jsonl"
    line = '{{"id": "{}", "text": "{}"}}\n'.format
    head = "".join(line(f"h{n}", "ok") for n in range(5_000)).encode()
    path.write_bytes(head + line("k", "나리는 갔다").encode("cp949"))
    assert read_sentences(path)[-1] == Sentence("k", "나리는 갔다")
    path.write_bytes(path.read_bytes() + line("u", "다온은 왔다").encode())
    assert [record.line for record in read_sentences(path) if isinstance(record, Rejected)] == [5_001]


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
    with pytest.raises(UserError, match="unknown corpus format 'xml'"):
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
    parquet.write_tagged(path, [TaggedText(Text("비", "x"), ())])
    assert list(read_texts(path)) == [Text("비", "x")]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.txt", None, "does not exist"),
        ("a.parquet", None, "does not exist"),
        ("a.txt", b"", "is empty"),
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


PIECES = [*'{}[]:,"\n\t \\#0-', KLUE, NIKL, JSONL, COLUMNS, "## a\t", "1", "null", "NE", "가", "I-PS"]


@given(st.lists(st.sampled_from(PIECES)))
def test_no_text_makes_a_reader_fail(tmp_path_factory, pieces):
    path = tmp_path_factory.getbasetemp() / "any"
    path.write_text("".join(pieces), encoding="utf-8", newline="")
    for known in FORMATS:
        if known.kind == "text":
            source = Source(path, str(path))
            with suppress(UserError):
                assert all(isinstance(make_sentence(source, each), Sentence | Rejected) for each in known.read(source))


@pytest.mark.parametrize(("content", "reader"), [(KLUE, klue), (JSONL, jsonl), (NIKL, nikl), (COLUMNS, columns)])
def test_a_disk_that_fails_in_the_middle_of_a_file_is_one_sentence(tmp_path, monkeypatch, content, reader):
    path = tmp_path / "a"
    path.write_text(content, encoding="utf-8")

    def failing(_source):
        yield Record(1, "비")
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
