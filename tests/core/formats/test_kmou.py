import pytest

from core.domain.spans import Span
from core.formats import kmou
from core.formats.records import Record
from core.formats.registry import detect_format, read
from tests.corpora import read_sentences

NUMBERED = """## {id}
## 나리는 부산에 간다.
## <나리:PER>는 <부산:LOC>에 간다.
나리\t나리\tNNP\tB-PER
는\t는\tJX\tO
_\t_\t_\tO
부산\t부산\tNNP\tB-LOC
에\t에\tJKB\tO
_\t_\t_\tO
간다\t가+ㄴ다\tVV+EF\tO
.\t.\tSF\tO

"""
MARKED = """; 나리는 부산에 간다.
$<나리:PS>는 <부산:LC>에 간다.
1\t나리\tNNP\tB_PS
1\t는\tJX\tO
2\t부산\tNNP\tB_LC
2\t에\tJKB\tO
3\t가\tVV\tO
3\tㄴ다\tEF\tO
3\t.\tSF\tO

"""


@pytest.fixture
def sentences(tmp_path):
    def sentences_of(text):
        path = tmp_path / "작은.txt"
        path.write_bytes(text.encode())
        assert detect_format(path) is kmou.FORMAT
        return read_sentences(path)

    return sentences_of


def without_first_column(text):
    return "\n".join(line.partition("\t")[2] or line for line in text.split("\n"))


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_numbered_sentence_has_its_text_its_markup_and_its_morphemes(sentences, end):
    first, second = sentences((NUMBERED.format(id=1) + NUMBERED.format(id=2)).replace("\n", end))
    assert (first.id, second.id) == ("1", "2")
    assert first.text == second.text == "나리는 부산에 간다."
    assert first.spans == second.spans == (Span(0, 2, "PER"), Span(4, 6, "LOC"))


@pytest.mark.parametrize("text", [MARKED, without_first_column(MARKED), MARKED.split("\n1\t")[0] + "\n"])
def test_a_sentence_with_markup_may_have_four_columns_three_or_none(sentences, text):
    (sentence,) = sentences(text)
    assert (sentence.text, sentence.spans) == ("나리는 부산에 간다.", (Span(0, 2, "PS"), Span(4, 6, "LC")))


def test_morphemes_are_kept_and_may_be_cut_where_entities_are_not(sentences, tmp_path):
    sentences(NUMBERED.format(id=1).replace("나리\t나리\tNNP\tB-PER\n는\t는\tJX\tO", "나리는\t나리+는\tNNP+JX\tB-PER"))
    (record,) = read(tmp_path / "작은.txt")
    assert isinstance(record, Record)
    assert [span[:3] for span in record.gold] == [(0, 2, "PER"), (4, 6, "LOC")]
    assert record.extras["columns"]["2"] == ["나리+는", "_", "부산", "에", "_", "가+ㄴ다", "."]


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("NNP\tB-LOC", "NNP\tO", "its markup and the tags of its morphemes disagree"),
        ("JX\tO", "JX\tI-PER", "its markup and the tags of its morphemes disagree"),
        ("JX\tO", "JX\tI-LOC", "I-LOC continues no entity with the label LOC"),
        ("부산\t부산", "여수\t여수", "at character 5 they have '여수'"),
        ("## 나리는", "## 다온은", "its text and its markup disagree"),
        ("## 나리는 부산에 간다.\n", "", "it is not a text, the text with markup, and its morphemes"),
    ],
)
def test_a_sentence_that_contradicts_itself_is_rejected_and_the_next_is_read(sentences, old, new, reason):
    rejected, good = sentences(NUMBERED.format(id=1).replace(old, new, 1) + NUMBERED.format(id=2))
    assert rejected.reason.startswith("sentence 1: ")
    assert reason in rejected.reason
    assert good.id == "2"


def test_the_number_of_entities_must_agree_where_morphemes_do_not_make_the_text(sentences):
    rejected, good = sentences(MARKED.replace("B_LC", "O") + MARKED)
    assert "its markup and the tags of its morphemes disagree" in rejected.reason
    assert len(good.spans) == 2


def test_an_entity_may_contain_a_colon_and_a_blank_may_be_written_as_such(sentences):
    (sentence,) = sentences("; 9:30 _나리_가 <>\n$<9:30:TI> _<나리:PS>_가 <>\n")
    assert (sentence.text, sentence.spans) == ("9:30 _나리_가 <>", (Span(0, 4, "TI"), Span(6, 8, "PS")))
