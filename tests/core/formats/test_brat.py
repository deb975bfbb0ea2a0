"""Folders of brat; the inputs are shaped as those that brat writes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.errors import UserError
from core.formats import brat
from core.formats.records import Record, Rejected, StatedSpan, WriteOptions
from core.formats.registry import detect_format, open_corpus
from tests.core.formats.test_round_trip import ON_ONE_LINE, sentences
from tests.corpora import read_sentences

TEXT = "나리는 부산에 산다\n\n다온은 여수에 갔다\n"
ANN = "T1\tPS 0 2\t나리\nT2\tLC 4 6\t부산\nT3\tPS 12 14\t다온\n"


@pytest.fixture
def records(tmp_path):
    def records_of(text=TEXT, ann=ANN, name="a"):
        path = tmp_path / f"{name}.txt"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text.encode())
        if ann is not None:
            path.with_suffix(".ann").write_bytes(ann.encode())
        return read_again(tmp_path)

    return records_of


def read_again(folder):
    with open_corpus(folder, "brat") as file:
        return list(file.records())


def spans(record):
    return [(span.start, span.end, span.label, span.surface) for span in record.gold]


def test_each_line_is_a_sentence_with_its_place_in_the_document(records, tmp_path):
    first, second = records()
    assert (first.id, first.text, first.document, first.judged) == ("a:1", "나리는 부산에 산다", "a", "yes")
    assert (second.id, second.text, second.line, second.number) == ("a:3", "다온은 여수에 갔다", 3, 2)
    assert (spans(first), spans(second)) == ([(0, 2, "PS", "나리"), (4, 6, "LC", "부산")], [(0, 2, "PS", "다온")])
    assert detect_format(tmp_path) is brat.FORMAT


def test_documents_may_be_in_folders_below(records, tmp_path):
    (tmp_path / "annotation.conf").write_text("[entities]\nPS\n")
    (tmp_path / ".hidden.txt").write_text("비")
    read = records(name="sub/b")
    assert {record.document for record in read} == {"sub/b"}


@pytest.mark.parametrize(("ann", "judged"), [(None, "no"), ("", "yes"), ("\n", "yes")])
def test_a_text_is_judged_if_it_has_an_annotation_file(records, ann, judged):
    assert [(record.judged, record.gold) for record in records(ann=ann)] == [(judged, ()), (judged, ())]


def test_carriage_returns_count_and_are_no_part_of_a_sentence(records):
    ann = "T1\tPS 0 2\t나리\r\nT3\tPS 14 16\t다온\r\n"
    first, second = records(TEXT.replace("\n", "\r\n"), ann)
    assert (first.text, spans(first)) == ("나리는 부산에 산다", [(0, 2, "PS", "나리")])
    assert (second.text, spans(second)) == ("다온은 여수에 갔다", [(0, 2, "PS", "다온")])


def test_a_surface_that_the_offsets_do_not_cut_is_rejected(records, tmp_path):
    records(ann="T1\tPS 1 3\t나리\n")
    first, second = read_sentences(tmp_path)
    assert first.reason == "sentence a:1: the text at 1–3 is '리는', but the file says '나리'"
    assert second.text == "다온은 여수에 갔다"


def test_nested_spans_are_listed(records, tmp_path):
    records(ann=ANN + "T4\tOG 0 6\t나리는 부산\n")
    first, _ = read_sentences(tmp_path)
    assert "the spans 0–2 PS and 0–6 OG overlap" in first.reason


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("T4\tOG 0 2;8 10\t나리 산다", "sentence a:1: T4 OG is in 2 parts, but a span is in one; make it one in brat"),
        ("T4\tOG 8 10;12 14\t산다 다온", "sentence a:1: T4 OG covers a line end"),
        ("T4\tOG 8 14\t산다 다온", "sentence a:1: T4 OG covers a line end, where the sentence ends; split it in two"),
        ("T4 OG 0 2 나리", "sentence a:1: 'T4 OG 0 2 나리' is not of the form"),
        ("T4\tOG 0 x\t나리", "is not of the form T1<tab>PS 0 2<tab>text, so nobody knows which sentence"),
    ],
)
def test_an_entity_that_is_no_span_costs_the_gold_of_its_sentence(records, line, reason):
    first, second = records(ann=f"{ANN}{line}\n")
    assert reason in first.gold.reason
    assert (first.gold.file.endswith("a.ann"), first.gold.line) == (True, 4)
    assert first.text == "나리는 부산에 산다"
    assert isinstance(second.gold, Rejected) == ("in 2 parts" not in reason)


@pytest.mark.parametrize("line", ["T1\tOG 1 6\t나 비 눈", "T1\tOG 1 2;5 6\t나 눈"])
def test_an_entity_over_several_lines_costs_the_gold_of_each_that_it_touches(records, line):
    read = records("가나\n비\n눈\n해\n", f"{line}\n")
    touched = [isinstance(record.gold, Rejected) for record in read]
    assert touched == ([True, True, True, False] if "1 6" in line else [True, False, True, False])
    assert read[2].gold.reason.startswith("sentence a:3: T1 OG covers a line end")


def test_blanks_before_an_entity_are_ignored(records):
    first, _ = records(ann=f" {ANN}")
    assert spans(first) == [(0, 2, "PS", "나리"), (4, 6, "LC", "부산")]


def test_parts_that_touch_are_one_span(records):
    first, _ = records(ann="T1\tPS 0 1;1 2\t나리\n")
    assert spans(first) == [(0, 2, "PS", "나리")]


@pytest.mark.parametrize("place", ["99 101", "11 11"])
def test_an_entity_that_is_in_no_sentence_is_rejected_with_its_line(records, place):
    first, _, rejected = records(ann=f"{ANN}T4\tPS {place}\t나리\n")
    assert (len(first.gold), rejected.line) == (2, 4)
    assert rejected.reason == "T4 PS is not in a line with text"


def test_an_entity_that_ends_behind_the_text_is_rejected(records, tmp_path):
    records("나리는", "T1\tPS 0 9\t나리\n")
    (rejected,) = read_sentences(tmp_path)
    assert "the span 0–9 reaches past the text" in rejected.reason


def test_files_that_do_not_fit_cost_themselves_alone(records, tmp_path):
    (tmp_path / "b.ann").write_text(ANN)
    (tmp_path / "c.txt").write_bytes(b"\0\1")
    (tmp_path / "d.txt").write_bytes("비\n눈X\n해\n".encode().replace(b"X", b"\xff"))
    read = records()
    assert [record.id for record in read if isinstance(record, Record)] == ["a:1", "a:3", "d:1", "d:3"]
    reasons = [record.reason for record in read if isinstance(record, Rejected)]
    assert "c.txt is binary, not text" in reasons[0]
    assert reasons[1:] == ["sentence d:2: the byte 0xFF in it is not UTF-8", "the text file b.txt is not beside it"]


OTHERS = (
    "R1\tlives Arg1:T1 Arg2:T2\nA1\tSure T3\nE1\tGo:T3 Who:T1\nA2\tPast E1\n#1\tAnnotatorNotes T1\tnote T9\n"
    "*\tEquiv T1 T3\n"
)


def test_what_is_said_besides_is_kept_with_the_sentence_that_it_is_about(records):
    first, second = records(ann=ANN + OTHERS)
    assert [line[:2] for line in first.extras["brat"]["lines"]] == ["R1", "#1", "*\t"]
    assert [line[:2] for line in second.extras["brat"]["lines"]] == ["A1", "E1", "A2"]
    assert first.extras["brat"]["ids"] == {"T1": [0, 2, "PS"], "T2": [4, 6, "LC"]}


def test_a_folder_that_was_read_is_written_as_it_was(records, tmp_path):
    read = records(TEXT.replace("\n\n", "\n"), ANN.replace("12 14", "11 13") + OTHERS, "in/sub/b%20c"[3:])
    assert brat.write(tmp_path / "out", read, WriteOptions()) == ()
    before, after = tmp_path / "sub", tmp_path / "out" / "sub"
    name = "b c.txt"
    assert (after / name).read_bytes() == (before / "b%20c.txt").read_bytes()
    lines = (before / "b%20c.ann").read_text(encoding="utf-8").split("\n")
    assert sorted((after / name).with_suffix(".ann").read_text(encoding="utf-8").split("\n")) == sorted(lines)


def test_what_is_about_an_entity_that_is_gone_is_left_out_and_said(records, tmp_path):
    first, second = records(ann=ANN + OTHERS)
    moved = (StatedSpan(0, 3, "PS"), first.gold[1])
    corrected = Record(1, first.text, moved, first.id, document="a", extras=first.extras)
    (notice,) = brat.write(tmp_path / "out", [corrected, second], WriteOptions())
    assert notice.startswith("5 relations, events, attributes and notes were left out")
    written = (tmp_path / "out" / "a.ann").read_text(encoding="utf-8")
    assert written == "T4\tPS 0 3\t나리는\nT2\tLC 4 6\t부산\nT3\tPS 11 13\t다온\nA1\tSure T3\n"


def test_numbers_are_free_where_a_document_comes_in_pieces(records, tmp_path):
    first, second = records(ann=ANN + OTHERS)
    new = Record(3, "비", (StatedSpan(0, 1, "PS"),), document="a")
    other = Record(4, "눈", document="b")
    notices = brat.write(tmp_path / "out", [new, other, second, other, first], WriteOptions())
    lines = (tmp_path / "out" / "a.ann").read_text(encoding="utf-8").splitlines()
    entities = [line.partition("\t")[0] for line in lines if line.startswith("T")]
    assert len(set(entities)) == 4
    assert notices[0].startswith("5 relations, events, attributes and notes were left out")
    assert len(read_again(tmp_path / "out")) == 5


def as_records(corpus, documents, judged):
    records = []
    for sentence, document in zip(corpus, documents, strict=False):
        gold = tuple(StatedSpan(s.start, s.end, s.label, sentence.text[s.start : s.end]) for s in sentence.spans)
        records.append(Record(1, sentence.text, gold if judged[document] else (), document=document))
    return records


LABELS = st.text(st.characters(exclude_categories=["Cs", "Z", "Cc"]), min_size=1).filter(
    lambda name: not name.split()[1:]
)
NAMES = st.sampled_from(["a", "가/나", "../x", ".", "", "b%20c", "a.txt/b?", "A:1", "100%"])


@given(
    st.lists(sentences(ON_ONE_LINE, labels=LABELS).filter(lambda each: not each.text.startswith("\ufeff")), max_size=4),
    st.lists(NAMES, min_size=4, max_size=4),
)
def test_what_was_written_is_read_again(tmp_path_factory, corpus, documents):
    path = tmp_path_factory.mktemp("brat") / "out"
    written = as_records(corpus, documents, dict.fromkeys(documents, True))
    assert brat.write(path, written, WriteOptions()) == ()
    read = read_again(path)
    documents = {record.document or "out" for record in written}
    for document in documents:
        expected = [(record.text, record.gold) for record in written if (record.document or "out") == document]
        assert [(record.text, record.gold) for record in read if record.document == document] == expected
    assert len(read) == len(written)


def test_sentences_that_were_not_judged_have_no_annotation_file(tmp_path):
    written = [Record(1, "비", judged="no", document="a"), Record(2, "눈", document="b")]
    assert brat.write(tmp_path / "out", written, WriteOptions()) == ()
    assert [(record.document, record.judged) for record in read_again(tmp_path / "out")] == [("a", "no"), ("b", "yes")]
    written.append(Record(3, "해", judged="partly", document="b"))
    (notice,) = brat.write(tmp_path / "new", written, WriteOptions())
    assert notice.startswith("1 sentence that was not judged in full looks as if it was")


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (Record(1, "가\n나", id="x"), "the sentence 'x' contains a line end"),
        (Record(1, "가\r", id="x"), "the sentence 'x' contains a line end"),
        (Record(1, "가", (StatedSpan(0, 1, "P S"),)), "the label 'P S' contains a blank"),
    ],
)
def test_what_brat_cannot_contain_is_not_written(tmp_path, record, reason):
    with pytest.raises(UserError, match=reason):
        brat.write(tmp_path / "out", [Record(1, "비"), record], WriteOptions())
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_other_files_is_not_written_over(tmp_path):
    (tmp_path / "mine").write_text("mine")
    with pytest.raises(UserError, match=r"cannot be written .*choose the name of a new folder"):
        brat.write(tmp_path, [Record(1, "비")], WriteOptions())
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
