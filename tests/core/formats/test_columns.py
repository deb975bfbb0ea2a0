import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.errors import UserError
from core.formats import columns
from core.formats.records import Head, Record, Rejected, StatedSpan, WriteOptions
from core.formats.registry import detect_format, open_corpus, read
from core.formats.source_files import ReadOptions


@pytest.fixture
def records(tmp_path):
    def records_of(text, tag_column=None):
        path = tmp_path / "작은.conll"
        path.write_bytes(text.encode())
        assert detect_format(path) is columns.FORMAT
        return list(read(path, options=ReadOptions(tag_column=tag_column)))

    return records_of


def marked(record):
    """The text of a record, and its entities with their labels."""
    assert isinstance(record, Record), record
    assert not isinstance(record.gold, Rejected), record.gold
    return record.text, [(record.text[start:end], label) for start, end, label, _ in record.gold]


NARI = ("나리 씨는 여수에 갔다", [("나리 씨는", "PS"), ("여수에", "LC")])


@pytest.mark.parametrize(
    "rows",
    [
        "나리 B-PS\n씨는 I-PS\n여수에 B-LC\n갔다 O\n",
        "나리\tB-PS\n씨는\tI-PS\n여수에\tB-LC\n갔다\tO\n",
        "나리\tB_PS\n씨는\tI_PS\n여수에\tB_LC\n갔다\tO\n",
        "나리\tPS-B\n씨는\tPS-I\n여수에\tLC-B\n갔다\tO\n",
        "나리\tI-PS\n씨는\tI-PS\n여수에\tI-LC\n갔다\tO\n",
        "나리\tB-PS\n씨는\tE-PS\n여수에\tS-LC\n갔다\tO\n",
        "나리\tB-PS\n씨는\tL-PS\n여수에\tU-LC\n갔다\tO\n",
        "나리\tB-PS\n씨는\tI\n여수에\tB-LC\n갔다\tO\n",
        "B-PS\t나리\nI-PS\t씨는\nB-LC\t여수에\nO\t갔다\n",
        "나리 NNP B-NP B-PS\n씨는 NNB I-NP I-PS\n여수에 NNP B-NP B-LC\n갔다 VV B-VP O\n",
        "나리 B-PS x\n씨는 I-PS y\n여수에 B-LC z\n갔다 O x\n",
        "1\t나리\tPS_B\n2\t씨는\tPS_I\n3\t여수에\tLC_B\n4\t갔다\t-\n",
        "나리\tB-PS\t\n씨는\tI-PS\t\n여수에\tB-LC\t\n갔다\tO\t\n",
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_words_with_tags_in_every_way_are_one_sentence(records, rows, end):
    read = records(f"{rows}\n{rows}".replace("\n", end))
    assert [marked(record) for record in read] == [NARI, NARI]
    assert [(record.number, record.line) for record in read] == [(1, 1), (2, 6)]


@pytest.mark.parametrize("outside", ["O", "-"])
@pytest.mark.parametrize("gap", ["\t", " "])
def test_tags_without_b_and_i_join_neighbours_of_one_label(records, outside, gap):
    rows = f"나리 PS\n씨는 PS\n여수에 LC\n갔다 {outside}\n\n비가 {outside}\n온다 {outside}\n"
    first, second = records(rows.replace(" ", gap))
    assert marked(first) == NARI
    assert marked(second) == ("비가 온다", [])


def test_a_column_of_parts_of_speech_or_of_other_words_is_none_of_bare_tags(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("나리\tNNP\n는\tJX\n", encoding="utf-8")
    assert detect_format(path).name == "text"
    path.write_text("나리\tPS\n부산\tLC\n", encoding="utf-8")  # a word list
    assert detect_format(path).name == "text"


def test_a_blank_with_a_row_of_its_own_is_a_character(records):
    rows = "나 B-PS\n리 I-PS\n는 O\n  O\n집 O\n\n"
    assert [marked(record) for record in records(rows * 2)] == [("나리는 집", [("나리", "PS")])] * 2


def test_neighbours_of_one_label_are_told_apart_in_iob1_and_iob2(records):
    (iob1,) = records("나리 I-PS\n다온 B-PS\n미르 I-PS\n")
    (iob2,) = records("나리 B-PS\n다온 B-PS\n미르 I-PS\n")
    assert marked(iob1) == marked(iob2) == ("나리 다온 미르", [("나리", "PS"), ("다온 미르", "PS")])


@pytest.mark.parametrize("tag", ["I-PS", "I_PS", "PS-I", "E-PS"])
def test_in_iob2_an_entity_that_does_not_begin_is_an_error_of_its_sentence(records, tag):
    good, bad = records(f"나리 B-PS\n\n여수에 O\n간 {tag}\n")
    assert marked(good) == ("나리", [("나리", "PS")])
    assert bad.text == "여수에 간"
    assert bad.gold.line == 4
    assert bad.gold.reason == f"{tag} continues no entity with the label PS; an entity begins with B"


def test_words_of_other_languages_are_joined_by_blanks(records):
    (record,) = records("She\tO\nlives\tO\nin\tO\nNew\tB-LC\nTown\tI-LC\n.\tO\n")
    assert marked(record) == ("She lives in New Town .", [("New Town", "LC")])


def test_quotes_mean_nothing_and_no_line_is_lost(records):
    read = records('나리는\tB-PS\n"\tO\n갔다\tO\n\n"부산\tB-LC\n')
    assert [marked(record) for record in read] == [
        ('나리는 " 갔다', [("나리는", "PS")]),
        ('"부산', [('"부산', "LC")]),
    ]


def test_a_hash_sign_may_be_a_word_or_begin_a_comment(records):
    (record,) = records("# doc_id = 7\n#부산\tB-LC\n#\tO\n1번\tO\n")
    assert marked(record) == ("#부산 # 1번", [("#부산", "LC")])
    assert record.extras == {"doc_id": "7"}
    hashtag_first, blanks = records("#\tO\n1번\tO\n\n# newpar\n# a = b\n# a = c\n#부산\tB-LC\n")
    assert hashtag_first.text == "# 1번"
    assert blanks.extras == {"a": "b", "comments": ["newpar", "a = c"]}


def test_blanks_are_where_the_file_says_and_other_columns_are_kept(records):
    (record,) = records("나리\tNNP\tB-NP\tB-PS\tSpaceAfter=No\n는\tJX\tI-NP\tO\t_\n간다\tVV\tB-VP\tO\tSpaceAfter=No\n")
    assert marked(record) == ("나리는 간다", [("나리", "PS")])
    assert record.extras["columns"] == {
        "2": ["NNP", "JX", "VV"],
        "3": ["B-NP", "I-NP", "B-VP"],
        "5": ["SpaceAfter=No", "_", "SpaceAfter=No"],
    }


@pytest.mark.parametrize(
    ("text", "document", "entities"),
    [
        (
            "-DOCSTART- -X- -X- O\n\nNARI NNP B-NP B-ORG\ncalls VBZ B-VP O\nKim NNP B-NP B-PER\nLee NNP I-NP I-PER\n",
            "1",
            [("NARI", "ORG"), ("Kim Lee", "PER")],
        ),
        (
            "-DOCSTART- -X- O O\n\nNARI NNP I-NP I-ORG\ncalls VBZ I-VP O\nKim NNP I-NP I-PER\nLee NNP B-NP B-PER\n",
            "1",
            [("NARI", "ORG"), ("Kim", "PER"), ("Lee", "PER")],
        ),
        ("-DOCSTART- -DOCSTART- O\nDe Art O\nheer N O\nKim N B-PER\n", "1", [("Kim", "PER")]),
        ("Ross Ross NE I-NC I-PER\nlebt leben VVFIN I-VC O\nin in APPR I-PC O\n", "", [("Ross", "PER")]),
        ("#\thttp://example.org [2009-10-17]\n1\tKim\tB-PER\tO\n2\tlebt\tO\tO\n", "", [("Kim", "PER")]),
        ("@nari\tO\nloves\tO\nSeoul\tB-location\n#seoul\tO\n:)\tO\n", "", [("Seoul", "location")]),
        (
            "# global.columns = ID FORM UPOS NER\n# newdoc id = d\n# sent_id = d-1\n# text = Kim goes.\n"
            "1\tKim\tPROPN\tS-person\n2\tgoes\tVERB\tO\n3\t.\tPUNCT\tO\n",
            "d",
            [("Kim", "person")],
        ),
    ],
    ids=["CoNLL 2003", "CoNLL 2003 as IOB1", "CoNLL 2002", "CoNLL 2003, German", "GermEval", "WNUT", "CoNLL-U"],
)
def test_the_files_that_people_have_are_read(records, text, document, entities):
    (record,) = records(text)
    assert (record.document, marked(record)[1]) == (document, entities)


CONLL_U = """# newdoc id = d1
# sent_id = s1
# text = 나리는  여수에\u00a0간다.
1\t나리는\tB-PS\t_
2\t여수에\tB-LC\t_
3\t간다\tO\tSpaceAfter=No
3.1\t안\tO\t_
4\t.\tO\t_

# sent_id = s2
1-2\t나리는\t_\t_
1\t나리\tB-PS\t_
2\t는\tI-PS\t_
3-4\t여수에\t_\t_
3\t여수\tO\t_
4\t에\tO\t_

# newdoc id = d2
1-2\t나리는\t_\t_
1\t나리\tB-PS\t_
2\t는\tO\t_
"""


def test_conll_u_gives_ids_documents_and_the_true_text(records):
    first, second, third = records(CONLL_U)
    assert marked(first) == ("나리는  여수에\u00a0간다.", [("나리는", "PS"), ("여수에", "LC")])
    assert marked(second) == ("나리는 여수에", [("나리는", "PS")])
    assert [(record.id, record.document) for record in (first, second, third)] == [
        ("s1", "d1"),
        ("s2", "d1"),
        (third.id, "d2"),
    ]
    assert third.text == "나리는"
    assert third.gold.reason == "an entity PS cuts a token of several words"


def test_words_that_do_not_make_the_stated_text_are_rejected(records):
    wrong, longer, good = records(
        "# text = 나리는 왔다\n나리는\tB-PS\n갔다\tO\n\n# text = 나리는 갔다 또\n나리는\tO\n갔다\tO\n\n비\tO\n"
    )
    assert wrong.reason == "its words are not those of its text, which lacks '갔다'"
    assert longer.reason == "its words end before its text, with ' 또' left"
    assert good.text == "비"


def test_documents_begin_at_docstart(records):
    rows = "나리 NNP B-PS\n\n갔다 VV O\n\n"
    read = records(f"{rows}-DOCSTART- -X- O\n\n{rows}-DOCSTART- -X- O\n{rows}-DOCSTART- (가 나)\n\n{rows}")
    assert [record.document for record in read] == ["", "", "1", "1", "2", "2", "가 나", "가 나"]
    assert {record.text for record in read} == {"나리", "갔다"}


def test_characters_with_a_row_each_are_joined_with_nothing(records):
    (record,) = records("나 B-PS\n리 I-PS\n는 O\n갔 O\n다 O\n" * 6)
    assert record.text == "나리는갔다" * 6
    (blanks,) = records("1\t나\tB-PS\n2\t리\tI-PS\n3\t \tO\n4\t집\tO\n")
    assert marked(blanks) == ("나리 집", [("나리", "PS")])


def test_of_several_columns_of_tags_the_user_names_one(records, tmp_path):
    text = "나리 B-PS B-PS\n여수에 O B-LC\n"
    with pytest.raises(
        UserError, match=r"conll: its columns 2, 3 all contain tags; choose .*\(--tag-column 3 on the command line\)"
    ):
        records(text)
    (record,) = records(text, tag_column=3)
    assert marked(record) == ("나리 여수에", [("나리", "PS"), ("여수에", "LC")])
    with pytest.raises(UserError, match="column 4 cannot contain the tags: its rows have only 3 columns"):
        records(text, tag_column=4)
    (tmp_path / "a").write_text("나리 가\n갔다 나\n", encoding="utf-8")
    with pytest.raises(UserError, match=r"none of its 2 columns contains tags .*--tag-column"):
        read(tmp_path / "a", "columns")


def test_a_bad_row_costs_its_sentence_alone(records):
    good = "나리\tB-PS\n갔다\tO\n\n"
    first, ragged, last = records(f"{good}나리\tB-PS\tx\n갔다\tO\n\n{good}")
    assert marked(first) == marked(last)
    assert (ragged.line, ragged.reason) == (5, "the row has 2 columns, but the first row of its sentence has 3")
    _, no_tag, no_word, no_label, no_column = records(f"{good}나리\tPS\n갔다\tO\n\n\tO\n가\tO\n\n가\tB\n\n가\n")
    assert no_tag.gold.reason == "the tag 'PS' is not O, B-… or I-…"
    assert (no_word.line, no_word.reason) == (7, "the row has no word")
    assert no_label.gold.reason == "the tag B has no label"
    assert no_column.reason == "its rows have one column, so there is none with tags"


def test_a_file_may_be_two_files_of_different_columns(records):
    read = records("나리 NNP B-PS\n갔다 VV O\n\n" * 3 + "여수\tB-LC\n\n갔다\tO\n" + "\n여수 B-LC\n" * 2)
    assert [marked(record)[1] for record in read] == [
        *[[("나리", "PS")]] * 3,
        [("여수", "LC")],
        [],
        *[[("여수", "LC")]] * 2,
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("나리는 갔다\n여수에 O\n", False),
        ("나리는\n갔다\n", False),
        ("나는 O\n", False),
        ("비 O\n가 O\n나 O\n", True),
        ("나는 B-PS\n", True),
        ("나리는 갔다\tPS-B O\n", False),
    ],
)
def test_columns_are_recognised_by_their_tags(tmp_path, text, expected):
    path = tmp_path / "a"
    path.write_text(text, encoding="utf-8")
    assert bool(columns.score(Head(path, text, b""))) is expected


def write(path, records, how="refuse"):
    return columns.write(path, records, WriteOptions(cut_words=how))


CUT = Record(1, "나리는 여수에 산다", (StatedSpan(0, 2, "PS"), StatedSpan(4, 6, "LC"), StatedSpan(6, 7, "QT")), "가-1")


def test_spans_that_cut_a_word_are_refused_widened_or_left_out(tmp_path):
    path = tmp_path / "out"
    path.write_text("before")
    with pytest.raises(
        UserError, match=r"the span “나리” of the sentence '가-1' cuts a word.*--cut-words on the command"
    ):
        write(path, [CUT])
    assert path.read_text() == "before"
    assert write(path, [CUT], "widen") == (
        "2 spans that cut a word were widened to whole words, the first of them “나리” of the sentence 가-1",
        "1 span was left out because it cuts a word: “에” of the sentence 가-1",
    )
    assert path.read_text(encoding="utf-8") == "나리는\tB-PS\n여수에\tB-LC\n산다\tO\n\n"
    assert write(path, [CUT], "leave-out") == (
        "3 spans were left out because they cut a word, the first of them “나리” of the sentence 가-1",
    )
    assert path.read_text(encoding="utf-8") == "나리는\tO\n여수에\tO\n산다\tO\n\n"


@pytest.mark.parametrize("text", ["가  나", " 가", "가 ", "가\t나", "가\n나", "-DOCSTART- 가"])
def test_texts_that_words_do_not_give_back_are_refused(tmp_path, text):
    with pytest.raises(UserError, match=r"sentence 'x' is more than words with single blanks.*export as jsonl"):
        write(tmp_path / "out", [Record(1, text, (), "x")])


@pytest.mark.parametrize("record", [Record(1, "가", (StatedSpan(0, 1, "P\tS"),)), Record(1, "가", document="가\n나")])
def test_labels_and_documents_with_tabs_and_line_ends_are_refused(tmp_path, record):
    with pytest.raises(UserError, match="contains a tab or a line end, which columns cannot contain"):
        write(tmp_path / "out", [record])


WORD = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\t\r\n "), min_size=1).filter(
    lambda word: word != "-DOCSTART-"
) | st.sampled_from(
    ["😀", "👩‍👩‍👧", "한", "#", "##", "O", "B-PS", '"', "\u00a0", "\u2028", "\x85", "1", "SpaceAfter=No"]
)
LABEL = st.sampled_from(["PS", "LC", "B-X", "I", "S-S", "가 나", "a/b"])
NAME = st.sampled_from(["", "1", "2", "가 (나)", ")"])


@st.composite
def tagged(draw):
    groups = draw(
        st.lists(st.tuples(st.lists(WORD, min_size=1, max_size=3), st.none() | LABEL), min_size=1, max_size=6)
    )
    spans, at = [], 0
    for words, label in groups:
        piece = " ".join(words)
        if label:
            spans.append(StatedSpan(at, at + len(piece), label))
        at += len(piece) + 1
    return Record(0, " ".join(" ".join(words) for words, _ in groups), tuple(spans), document=draw(NAME))


@given(st.lists(tagged(), min_size=1, max_size=5))
def test_what_was_written_is_read_again(tmp_path_factory, corpus):
    path = tmp_path_factory.getbasetemp() / "columns"
    assert write(path, [*corpus, Record(0, "나리는 갔다", (StatedSpan(0, 3, "PS"),))]) == ()
    with open_corpus(path, "columns") as file:
        *again, _ = columns.read(file.source)
    assert [(r.text, r.gold, r.document) for r in again] == [(r.text, r.gold, r.document) for r in corpus]
