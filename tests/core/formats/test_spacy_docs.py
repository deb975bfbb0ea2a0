"""Files of spaCy's DocBin, made by spaCy itself; without it, only that it is missing can be tested."""

import sys
from importlib.util import find_spec

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.errors import UserError
from core.formats import spacy_docs
from core.formats.records import Record, StatedSpan, WriteOptions
from core.formats.registry import detect_format, open_corpus
from tests.core.formats.test_round_trip import ANY, sentences

TEXT = "나리는 부산에 산다"
WORDS = ["나리", "는", "부산", "에", "산다"]
SPACES = [False, True, False, True, False]


@pytest.fixture
def spacy():
    return pytest.importorskip("spacy", reason="spaCy is not installed")


@pytest.fixture
def document(spacy):
    from spacy.tokens import Doc
    from spacy.vocab import Vocab

    return Doc(Vocab(), words=WORDS, spaces=SPACES)


@pytest.fixture
def records(spacy, tmp_path):
    from spacy.tokens import DocBin

    def records_of(*documents):
        path = tmp_path / "a.misleading"
        path.write_bytes(DocBin(docs=documents, store_user_data=True).to_bytes())
        assert detect_format(path) is spacy_docs.FORMAT
        return read_again(path)

    return records_of


def read_again(path):
    with open_corpus(path, "spacy") as file:
        return list(file.records())


def test_entities_of_a_document_are_its_gold(spacy, document, records):
    document.set_ents([spacy.tokens.Span(document, 0, 1, "PS"), spacy.tokens.Span(document, 2, 3, "LC")])
    (record,) = records(document)
    assert (record.text, record.judged) == (TEXT, "yes")
    assert record.gold == (StatedSpan(0, 2, "PS"), StatedSpan(4, 6, "LC"))


@pytest.mark.parametrize(("default", "judged"), [("outside", "yes"), ("missing", "partly"), (None, "no")])
def test_entities_that_are_not_set_are_not_outside(spacy, document, records, default, judged):
    if default:
        document.set_ents([spacy.tokens.Span(document, 0, 1, "PS")], default=default)
    (record,) = records(document)
    assert (record.judged, len(record.gold)) == (judged, 1 if default else 0)


def test_groups_of_spans_are_no_gold(spacy, document, records):
    document.set_ents([], default="outside")
    document.spans["incorrect_spans"] = [spacy.tokens.Span(document, 2, 3, "PS")]
    document.user_data.update({"id": 7, "source": "a", ("._.", "sure", 0, None): True})
    (record,) = records(document)
    assert (record.gold, record.id) == ((), "7")
    assert record.extras == {"source": "a", "_.sure_0": True, "spans": {"incorrect_spans": [[4, 6, "PS"]]}}


def test_tokens_of_a_written_file_end_where_spans_do(spacy, tmp_path):
    gold = (StatedSpan(0, 2, "PS"), StatedSpan(4, 6, "LC"))
    (notice,) = spacy_docs.write(tmp_path / "a.spacy", [Record(1, TEXT, gold, "a")], WriteOptions())
    assert notice.startswith("2 spans begin or end inside a word")
    (document,) = spacy.tokens.DocBin().from_disk(tmp_path / "a.spacy").get_docs(spacy.vocab.Vocab())
    assert ([token.text for token in document], document.text) == (WORDS, TEXT)
    assert [(span.text, span.label_) for span in document.ents] == [("나리", "PS"), ("부산", "LC")]


def test_a_file_whose_spans_are_words_needs_no_notice(spacy, tmp_path):
    assert spacy_docs.write(tmp_path / "a", [Record(1, TEXT, (StatedSpan(0, 3, "PS"),))], WriteOptions()) == ()


EXTRAS = st.dictionaries(
    st.text(ANY).filter(lambda key: key not in ("id", "document", "annotator")), st.integers(-9, 9) | st.text(ANY)
)


def as_record(sentence, judged, document, annotator, extras):
    gold = tuple(StatedSpan(s.start, s.end, s.label) for s in sentence.spans) if judged != "no" else ()
    judged = judged if gold or judged == "yes" else "no"
    return Record(1, sentence.text, gold, sentence.id, None, judged, document, annotator, extras)


RECORDS = st.builds(
    as_record,
    sentences(ANY, labels=st.text(ANY, min_size=1)),
    st.sampled_from(["yes", "no", "partly"]),
    st.text(ANY),
    st.text(ANY),
    EXTRAS,
)


@pytest.mark.skipif(find_spec("spacy") is None, reason="spaCy is not installed")
@given(st.lists(RECORDS, max_size=3))
def test_what_was_written_is_read_again(tmp_path_factory, written):
    path = tmp_path_factory.getbasetemp() / "docs"
    spacy_docs.write(path, written, WriteOptions())
    read = read_again(path)
    for ours, theirs in zip(read, written, strict=True):
        assert (ours.text, ours.gold, ours.id) == (theirs.text, theirs.gold, theirs.id)
        assert (ours.document, ours.annotator, ours.extras) == (theirs.document, theirs.annotator, theirs.extras)
        assert ours.judged == theirs.judged or (theirs.judged == "partly" and ours.judged == "yes")


@pytest.mark.parametrize("content", [b"no DocBin", b"", b"x\x9c\x03\x00\x00\x00\x00\x01"])
def test_a_file_that_is_none_is_refused(spacy, tmp_path, content):
    (tmp_path / "a.spacy").write_bytes(content)
    with pytest.raises(UserError, match=r"a\.spacy is not a DocBin of spaCy or is damaged"):
        read_again(tmp_path / "a.spacy")


def test_a_file_that_is_cut_off_is_refused(spacy, tmp_path):
    path = tmp_path / "a.spacy"
    spacy_docs.write(path, [Record(1, TEXT, (), str(number)) for number in range(50)], WriteOptions())
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(UserError, match=r"a\.spacy is not a DocBin of spaCy or is damaged"):
        read_again(path)


def test_without_spacy_the_error_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "spacy", None)
    monkeypatch.setitem(sys.modules, "spacy.tokens", None)
    path = tmp_path / "a.spacy"
    path.write_bytes(b"x")
    with pytest.raises(UserError, match=r"needs the package spacy: install Spandesk with its extra \[spacy\]"):
        read_again(path)
    with pytest.raises(UserError, match="needs the package spacy"):
        spacy_docs.write(path, [], WriteOptions())
    assert path.read_bytes() == b"x"
