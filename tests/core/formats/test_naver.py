import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.errors import UserError
from core.domain.spans import Span
from core.formats import naver
from core.formats.records import Record, StatedSpan, WriteOptions
from core.formats.registry import detect_format, open_corpus, read_texts
from tests.corpora import read_sentences

LINES = "나리 씨는  여수에 갔다 .\tPER-B PER-I LOC-B O O\n\n비\tO\n"


@pytest.fixture
def sentences(tmp_path):
    def sentences_of(text, name="auto"):
        path = tmp_path / "작은.tsv"
        path.write_bytes(text.encode())
        return read_sentences(path, name)

    return sentences_of


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_line_is_a_sentence_and_a_tag_for_each_of_its_words(sentences, tmp_path, end):
    first, second = sentences(LINES.replace("\n", end))
    assert detect_format(tmp_path / "작은.tsv") is naver.FORMAT
    assert (first.text, first.spans) == ("나리 씨는  여수에 갔다 .", (Span(0, 5, "PER"), Span(7, 10, "LOC")))
    assert (second.text, second.spans) == ("비", ())


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("나리는 갔다\tO", "it has 2 words, but 1 tags"),
        ("나리는 갔다\tO PER-I", "PER-I continues no entity with the label PER"),
        ("나리는 갔다\tO PER", "the tag 'PER' is not O, B-… or I-…"),
        ("나리는 갔다", "the line is not a sentence, a tab and its tags"),
    ],
)
def test_a_bad_line_is_rejected_and_the_next_is_read(sentences, bad, reason):
    first, rejected, last = sentences(f"{LINES}{bad}\n".partition("\n\n")[0] + f"\n{bad}\n비\tO\n")
    assert reason in rejected.reason
    assert rejected.line == 2
    assert [first.text, last.text] == ["나리 씨는  여수에 갔다 .", "비"]


def test_texts_need_no_tags(tmp_path):
    path = tmp_path / "a.tsv"
    path.write_text(f"{LINES}나리는 갔다\tO\n", encoding="utf-8")
    assert [text.text for text in read_texts(path)] == ["나리 씨는  여수에 갔다 .", "비", "나리는 갔다"]


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (Record(1, "가\t나", (), "x"), "the sentence 'x' contains a tab"),
        (Record(1, "가", (StatedSpan(0, 1, "가 나"),), "x"), "the label '가 나' cannot be written"),
        (Record(1, "가", (StatedSpan(0, 1, "B-X"),), "x"), "the label 'B-X' cannot be written"),
        (Record(1, "가는", (StatedSpan(0, 1, "PS"),), "x"), "the span “가” of the sentence 'x' cuts a word"),
    ],
)
def test_what_a_line_cannot_contain_is_refused(tmp_path, record, reason):
    with pytest.raises(UserError, match=reason):
        naver.write(tmp_path / "a", [record], WriteOptions())


WORD = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\t\r\n "), min_size=1)


@st.composite
def tagged(draw):
    text, spans = draw(st.sampled_from(["", " "])), []
    for word in draw(st.lists(WORD, min_size=1, max_size=6)):
        if draw(st.booleans()):
            spans.append(StatedSpan(len(text), len(text) + len(word), draw(st.sampled_from(["PS", "LC", "가/나"]))))
        text += word + draw(st.sampled_from([" ", "  "]))
    return Record(0, text, tuple(spans))


@given(st.lists(tagged(), min_size=1, max_size=5))
def test_what_was_written_is_read_again(tmp_path_factory, corpus):
    path = tmp_path_factory.getbasetemp() / "naver"
    assert naver.write(path, corpus, WriteOptions()) == ()
    with open_corpus(path, "naver") as file:
        assert [(record.text, record.gold) for record in naver.read(file.source)] == [(r.text, r.gold) for r in corpus]
