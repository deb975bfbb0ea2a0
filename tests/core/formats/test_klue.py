from collections import Counter

import pytest

from core.domain.errors import UserError
from core.domain.spans import Sentence, Span
from core.formats import klue
from core.formats.records import Rejected, Text
from core.formats.registry import detect_format, read_texts
from tests.corpora import read_only_sentences, read_sentences, write_sentences


@pytest.fixture
def records(tmp_path):
    def records_of(text):
        path = tmp_path / "작은.tsv"
        path.write_bytes(text.encode())
        return read_sentences(path, "klue")

    return records_of


def rows(*cells):
    return "".join(f"{character}\t{tag}\n" for character, tag in cells)


GOOD = rows(("경", "B-OG"), ("찰", "I-OG"), (" ", "O"), ("은", "O"))


def test_the_shared_file_gives_its_known_counts(klue_file):
    records = read_sentences(klue_file, "klue")
    assert not [record for record in records if isinstance(record, Rejected)]
    assert len(records) == 5000
    counts = Counter(span.label for record in records for span in record.spans)
    assert counts == {"PS": 4418, "QT": 3151, "DT": 2312, "OG": 2182, "LC": 1649, "TI": 545}
    assert sum(len(record.text) for record in records) == 285_929


def test_the_shared_file_comes_out_byte_for_byte(klue_file, tmp_path):
    path = tmp_path / "out"
    write_sentences(klue.FORMAT, path, read_only_sentences(klue_file))
    assert path.read_bytes() == klue_file.read_bytes()


def test_a_header_gives_the_id_and_rows_the_text(records):
    assert records(f"{klue.PREAMBLE}## 가-1\t<경찰:OG> 은\n{GOOD}\n") == [
        Sentence("가-1", "경찰 은", (Span(0, 2, "OG"),)),
    ]


def test_without_a_header_the_id_is_the_files_name_and_a_number(records):
    assert [record.id for record in records(f"{GOOD}\n\n{GOOD}")] == ["작은-1-9cd37d", "작은-2-9cd37d"]


def test_the_columns_line_is_not_a_header(records):
    assert [record.id for record in records(f"{klue.PREAMBLE}{GOOD}")] == ["작은-1-9cd37d"]


def test_entities_touch_and_reach_the_end(records):
    (sentence,) = records(rows(("1", "B-QT"), ("2", "B-QT"), ("3", "B-DT"), ("4", "I-DT")))
    assert sentence.spans == (Span(0, 1, "QT"), Span(1, 2, "QT"), Span(2, 4, "DT"))


def test_labels_without_b_and_i_are_the_entities_of_neighbours(records):
    tags = ["PS", "PS", "O", "O", "LC", "LC", "QT"]
    good, mixed = records(rows(*zip("나리 는여수1", tags, strict=True)) + "\n" + rows(("가", "PS"), ("나", "B-PS")))
    assert good.spans == (Span(0, 2, "PS"), Span(4, 6, "LC"), Span(6, 7, "QT"))
    assert mixed.reason == "the tag 'PS' is not O, B-… or I-…"


def test_a_row_may_contain_several_code_points(records):
    (sentence,) = records(rows(("👩‍👧", "O"), ("\u1112\u1161\u11ab", "B-PS"), ("!", "O")))
    assert sentence.text == "👩‍👧\u1112\u1161\u11ab!"
    assert sentence.spans == (Span(3, 6, "PS"),)


@pytest.mark.parametrize("character", ["🇰🇷", "👍🏽", "1️⃣", "é", "ㄱ", "\u1100\u1100\u1161", "🏴\U000e0067\U000e007f"])
def test_what_people_see_as_one_character_may_be_a_row(records, character):
    (sentence,) = records(rows((character, "O")))
    assert sentence.text == character


def test_hash_signs_in_the_text_are_text(records):
    (sentence,) = records("## 1\t##1\n" + rows(("#", "O"), ("#", "O"), ("1", "O")))
    assert sentence == Sentence("1", "##1")


def test_comments_between_rows_are_skipped_and_keep_line_numbers(records):
    good, bad = records(f"## a remark\n{GOOD}## another\n{GOOD}\n## a third\n{rows(('가', 'O'), ('나', 'I-PS'))}")
    assert good.text == "경찰 은경찰 은"
    assert bad.line == 14


def test_a_header_may_be_the_plain_text(records):
    text = f"## own-1\t경찰 은\n{GOOD}\n## own-2\t비\n{rows(('비', 'O'))}"
    assert records(text) == [Sentence("own-1", "경찰 은", (Span(0, 2, "OG"),)), Sentence("own-2", "비")]


def test_rows_may_end_in_empty_columns(records, tmp_path):
    assert records(GOOD.replace("\n", "\t\n")) == records(GOOD)
    assert detect_format(tmp_path / "작은.tsv") is klue.FORMAT
    (rejected,) = records(GOOD.replace("\n", "\tx\n"))
    assert "the tag 'B-OG\\tx' is not O" in rejected.reason


def test_windows_line_ends_and_a_byte_order_mark_are_read(records):
    text = f"\ufeff## 1\t<경찰:OG> 은\n{GOOD}\n## 2\t<경찰:OG> 은\n{GOOD}\n"
    assert records(text.replace("\n", "\r\n")) == records(text)
    assert [record.id for record in records(text)] == ["1", "2"]


def test_a_header_ends_the_sentence_before_it(records):
    text = f"## 1\t<경찰:OG> 은\n{GOOD}## 2\t<경찰:OG> 은\n{GOOD}"
    assert [record.id for record in records(text)] == ["1", "2"]


@pytest.mark.parametrize(
    ("bad", "line", "reason"),
    [
        (rows(("가", "O"), ("나", "I-PS")), 2, "I-PS follows no B-PS"),
        (rows(("가", "B-PS"), ("나", "I-OG")), 2, "I-OG follows no B-OG"),
        (rows(("가", "B-PS"), ("나", "O"), ("다", "I-PS")), 3, "I-PS follows no B-PS"),
        (rows(("가", "B-PS"), ("나", "E-PS")), 2, "the tag 'E-PS' is not O, B-… or I-…"),
        (rows(("가", "B-")), 1, "the tag 'B-' is not O"),
        (rows(("가", "B-PS\tO")), 1, "is not O"),
        (rows(("가", "")), 1, r"the row '가\t' is not a character, a tab and a tag"),
        (rows(("", "O")), 1, r"the row '\tO' is not a character, a tab and a tag"),
        ("가\n", 1, "is not a character, a tab and a tag"),
        (rows((" ", "O")), 1, "has no text"),
        (rows(("She", "O"), ("lives", "O")), 1, r"the row 'She\tO' contains more than one character; KLUE-NER has one"),
        (rows(("가나", "O")), 1, "more than one character"),
        (rows(("가\u200d\u1161나", "O")), 1, "more than one character"),
        (f"## 7\t경찰은\n{GOOD}", 1, "sentence 7: its header and its rows disagree (at character 1 "),
        (f"## 7\t<경찰:OG> 은요\n{GOOD}", 1, "at character 10 the header has '요', the rows ''"),
        ("## 7\t가\n", 1, "sentence 7: no character rows follow its header"),
    ],
)
def test_a_bad_sentence_is_rejected_with_its_line_and_the_next_is_read(records, bad, line, reason):
    rejected, good = records(f"{bad}\n{GOOD}")
    assert rejected.line == line
    assert rejected.file.endswith("작은.tsv")
    assert reason in rejected.reason
    assert good.text == "경찰 은"


@pytest.mark.parametrize(
    "sentence",
    [
        Sentence("나쁜", "가\t나"),
        Sentence("나쁜", "가\n나"),
        Sentence("나쁜\t", "가"),
        Sentence("나쁜", "가", (Span(0, 1, "\t"),)),
    ],
)
def test_what_rows_cannot_contain_is_not_written(tmp_path, sentence):
    path = tmp_path / "out"
    path.write_text("before")
    with pytest.raises(UserError, match=r"나쁜.*export as jsonl or nikl"):
        write_sentences(klue.FORMAT, path, [Sentence("a", "가"), sentence])
    assert path.read_text() == "before"


def test_texts_need_no_tags(tmp_path):
    path = tmp_path / "작은.tsv"
    blocks = [f"## a\t갑을 은\n{GOOD}", f"## b\t<경찰:OG> 은\n{rows(('가', 'I-PS'), ('나', 'X'))}다\n", "## c\t비\n"]
    path.write_text("\n".join(blocks), encoding="utf-8")
    *good, bad = read_texts(path)
    assert good == [Text("경찰 은", "a"), Text("가나다", "b")]
    assert "no character rows" in bad.reason


def test_a_row_that_a_spreadsheet_changed_is_shown_beside_the_sentence_of_the_header(tmp_path):
    path = tmp_path / "a.tsv"
    path.write_text("## a\t<나리:PS>-\n나\tB-PS\n리\tI-PS\n#NAME?\tO\n", encoding="utf-8")
    (rejected,) = read_sentences(path, "klue")
    assert rejected.line == 4
    assert rejected.reason.endswith("import it as it was before it was saved there; its header says '<나리:PS>-'")
