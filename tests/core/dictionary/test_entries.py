"""Lines of a dictionary, right and wrong, and written again."""

import unicodedata

import pytest

from core.dictionary.entries import DictionaryEntry, parse_entry, read_dictionary, write_entries
from core.domain.errors import UserError
from core.formats.records import Rejected
from core.formats.source_files import Source, check_text

LINES = {
    "a string": ("나리\tPS", DictionaryEntry("나리", "PS")),
    "a byte order mark and a carriage return": ("\ufeff나리\tPS\r\n", DictionaryEntry("나리", "PS")),
    "decomposed": (unicodedata.normalize("NFD", "나리") + "\tPS", DictionaryEntry("나리", "PS")),
    "blanks of all kinds": (" 국립\u00a0중앙  도서관 \t OG ", DictionaryEntry("국립 중앙 도서관", "OG")),
    "an expression": ("/\\d+년/\tDT", DictionaryEntry("\\d+년", "DT", True)),
    "a decomposed expression": (
        unicodedata.normalize("NFD", "/[가-힣]+시/\tLC"),
        DictionaryEntry("[가-힣]+시", "LC", True),
    ),
    "slashes in a string": ("A/B/C\tOG", DictionaryEntry("A/B/C", "OG")),
    "two slashes": ("//\tOG", DictionaryEntry("//", "OG")),
    "a hashtag": ("#부산\tLC", DictionaryEntry("#부산", "LC")),
    "a comment": ("# people", None),
    "a blank line": ("  \t \n", None),
    "a trailing tab": ("나리\tPS\t\n", DictionaryEntry("나리", "PS")),
}

BROKEN = {
    "no label": ("나리", "this is not an entry; write a string or /expression/, a tab, and a label"),
    "an empty label": ("나리\t", "this is not an entry; write a string or /expression/, a tab, and a label"),
    "no string": ("\tPS", "this is not an entry; write a string or /expression/, a tab, and a label"),
    "three columns": ("나리\tPS\t3", "this is not an entry; write a string or /expression/, a tab, and a label"),
    "a label with a control character": (
        "나리\tP\x07S",
        "'P\\x07S' is not a valid label; use at most 64 printable characters, without outer blanks",
    ),
    "an open bracket": (
        "/나(리/\tPS",
        "the expression /나(리/ is not valid (missing ) at character 3); correct it, or write \\ before a character"
        " that means itself",
    ),
    "matches nothing": (
        "/\\d*/\tDT",
        "the expression /\\d*/ also matches where nothing is; write + instead of *, for example",
    ),
}


@pytest.mark.parametrize(("line", "expected"), LINES.values(), ids=LINES)
def test_a_line_is_an_entry(line, expected):
    assert parse_entry(line) == expected


@pytest.mark.parametrize(("line", "reason"), BROKEN.values(), ids=BROKEN)
def test_a_broken_line_says_why(line, reason):
    with pytest.raises(UserError) as caught:
        parse_entry(line)
    assert str(caught.value) == reason


def read(path):
    return list(read_dictionary(Source(path, str(path), *check_text(path, str(path)))))


def test_broken_lines_of_a_file_are_named_and_the_rest_is_taken(tmp_path):
    path = tmp_path / "names.txt"
    path.write_bytes(b"\xef\xbb\xbf" + "나리\tPS\r\n다온\r\n/(/\tPS\r\n/나+/\tPS".encode())
    first, lacking, broken, last = read(path)
    assert [first, last] == [DictionaryEntry("나리", "PS"), DictionaryEntry("나+", "PS", True)]
    assert [first.line, last.line] == [1, 4]
    assert isinstance(lacking, Rejected)
    assert (lacking.where, broken.where) == (f"{path}, line 2", f"{path}, line 3")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp949"])
def test_every_encoding_is_read(tmp_path, encoding):
    path = tmp_path / "names.txt"
    path.write_text("나리\tPS\n다온\tPS\n", encoding=encoding)
    assert [entry.text for entry in read(path)] == ["나리", "다온"]


def test_a_line_with_bytes_that_are_no_text_is_named(tmp_path):
    path = tmp_path / "names.txt"
    path.write_bytes("나리\tPS\n".encode() + b"\xff\xfe\tPS\n" + "다온\tPS\n".encode())
    assert [str(each.reason) if isinstance(each, Rejected) else each.text for each in read(path)] == [
        "나리",
        "the byte 0xFF in it is not UTF-8",
        "다온",
    ]


def test_entries_are_read_as_they_were_written():
    entries = [parse_entry(line) for line in ("나리\tPS", "/\\d+년/\tDT", "#부산\tLC", "국립 도서관\tOG")]
    slashed = DictionaryEntry("/etc/", "AF")
    lines = write_entries([*entries, slashed]).splitlines()
    assert [parse_entry(line) for line in lines[:-1]] == entries
    assert lines[-1] == "//etc//\tAF"
