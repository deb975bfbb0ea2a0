"""spaCy's training data as JSON; the inputs are shaped as those that its converters and labelling tools write."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.formats import spacy_json
from core.formats.records import Record, Rejected, StatedSpan, WriteOptions
from core.formats.registry import open_corpus
from tests.core.formats.test_round_trip import ANY, sentences
from tests.corpora import read_sentences

TEXT = "나리는 부산에 산다"
WORDS = ["나리", "는", "부산", "에", "산다"]


def tokens(*tags, words=WORDS, **members):
    return {
        "tokens": [{"id": i, "orth": w, "ner": t} | members for i, (w, t) in enumerate(zip(words, tags, strict=True))]
    }


def document(*sentences, raw=TEXT, **members):
    return {"id": "d", "paragraphs": [{"raw": raw, "sentences": list(sentences)} | members]}


GOOD = document(tokens("U-PS", "O", "U-LC", "O", "O"))


@pytest.fixture
def records(tmp_path):
    def records_of(content):
        path = tmp_path / "a.json"
        path.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
        with open_corpus(path) as file:
            assert file.format is spacy_json.FORMAT
            return list(file.records())

    return records_of


def places(record):
    return [(span.start, span.end, span.label) for span in record.gold]


def test_tokens_are_found_in_the_text_of_their_paragraph(records):
    (record,) = records([GOOD])
    assert (record.id, record.text, record.judged, record.document) == ("d", TEXT, "yes", "")
    assert places(record) == [(0, 2, "PS"), (4, 6, "LC")]


def test_without_a_text_tokens_are_joined_by_blanks(records):
    (record,) = records([document(tokens("B-PS", "L-PS", words=["나리", "씨"]), raw=None)])
    assert (record.text, places(record)) == ("나리 씨", [(0, 4, "PS")])


def test_each_sentence_of_a_document_is_a_record_with_its_place(records):
    both = document(
        tokens("U-PS", "O", words=["나리", "는"]), tokens("U-LC", "O", words=["부산", "!"]), raw="나리는  부산!"
    )
    first, second = records([both])
    assert (first.id, first.text, first.document, places(first)) == ("d.1", "나리는", "d", [(0, 2, "PS")])
    assert (second.id, second.text, second.number, places(second)) == ("d.2", "부산!", 2, [(0, 2, "LC")])


@pytest.mark.parametrize(
    ("tags", "judged", "count"),
    [
        (["-"] * 5, "no", 0),
        ([None] * 5, "no", 0),
        (["-", "O", "U-PS", "-", "-"], "partly", 1),
        (["O"] * 5, "yes", 0),
    ],
)
def test_what_nobody_decided_is_not_outside(records, tags, judged, count):
    (record,) = records([document(tokens(*tags))])
    assert (record.judged, len(record.gold)) == (judged, count)


def test_what_is_said_besides_is_kept(records):
    cats = [{"label": "news", "value": 1.0}]
    (record,) = records([document(tokens(*"OOOOO", tag="NNP"), cats=cats) | {"source": "a"}])
    assert record.extras == {"source": "a", "cats": cats, "tokens": {"tag": ["NNP"] * 5}}


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (document(tokens("I-PS", "O", "O", "O", "O")), "sentence d: I-PS continues no entity"),
        (document(tokens("X", "O", "O", "O", "O")), "sentence d: the tag 'X' is not"),
        (
            document(tokens(*"OOOOO"), raw="다온은 부산에 산다"),
            "its text goes on with '다온은 부산에 산다', its tokens with '나리'",
        ),
        (document(tokens(*"OOOOO"), raw=f"{TEXT}!"), "its tokens end before its text, with '!' left"),
    ],
)
def test_gold_that_cannot_be_read_is_rejected_and_the_text_can_still_be_tagged(records, bad, reason):
    record, good = records([bad, GOOD])
    assert isinstance(record.gold, Rejected)
    assert reason in record.gold.reason
    assert (record.text, good.text) == (bad["paragraphs"][0]["raw"], TEXT)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ({"id": "d", "paragraphs": [5]}, "sentence d: a paragraph has no list of sentences"),
        ({"id": "d", "paragraphs": [{"sentences": [{"tokens": [{"id": 0}]}]}]}, "a sentence has no list of tokens"),
        ({"id": "d"}, "sentence d: it is neither a document with paragraphs nor a pair"),
        (None, "it is neither a document with paragraphs nor a pair"),
    ],
)
def test_a_bad_document_is_rejected_and_the_next_is_read(records, bad, reason):
    first, rejected, last = records([GOOD, bad, GOOD])
    assert reason in rejected.reason
    assert (first.text, last.text, last.number) == (TEXT, TEXT, 2)


PAIR = [TEXT, {"entities": [[0, 2, "PS"], [4, 6, "LC"]]}]


@pytest.mark.parametrize("content", [[PAIR], {"classes": ["PS", "[LC]"], "annotations": [PAIR]}])
def test_texts_with_their_entities_are_read(records, content):
    (record,) = records(content)
    assert (record.text, record.judged, places(record)) == (TEXT, "yes", [(0, 2, "PS"), (4, 6, "LC")])


def test_a_text_without_a_list_of_entities_is_not_judged(records):
    empty, unjudged = records([["비", {"entities": []}], ["비", {"cats": {"a": 1}}]])
    assert (empty.judged, unjudged.judged, unjudged.extras) == ("yes", "no", {"cats": {"a": 1}})


@pytest.mark.parametrize("entities", [[[0, "2", "PS"]], [[0, 2]], "PS"])
def test_entities_of_another_form_are_rejected(records, entities):
    record, good = records([[TEXT, {"entities": entities}], PAIR])
    assert isinstance(record.gold, Rejected)
    assert len(good.gold) == 2


def test_overlapping_spans_are_rejected_and_the_next_text_is_read(tmp_path):
    path = tmp_path / "a.json"
    path.write_text(json.dumps([[TEXT, {"entities": [[0, 4, "PS"], [2, 6, "LC"]]}], PAIR]), encoding="utf-8")
    rejected, good = read_sentences(path)
    assert "overlap" in rejected.reason
    assert len(good.spans) == 2


def as_record(sentence, judged, document, annotator, extras):
    gold = tuple(StatedSpan(s.start, s.end, s.label) for s in sentence.spans) if judged != "no" else ()
    judged = judged if gold or judged == "yes" else "no"
    return Record(1, sentence.text, gold, sentence.id, None, judged, document, annotator, extras)


NAMES = st.text(ANY, min_size=1)
OTHERS = st.dictionaries(NAMES.filter(lambda key: key not in ("id", "paragraphs", "document", "annotator")), NAMES)
RECORDS = st.builds(
    as_record,
    sentences(ANY, labels=NAMES),
    st.sampled_from(["yes", "no", "partly"]),
    st.text(ANY),
    st.text(ANY),
    OTHERS,
)


def all_but_judged(record):
    return record.text, record.gold, record.id, record.document, record.annotator, record.extras


@given(st.lists(RECORDS, max_size=3))
def test_what_was_written_is_read_again(tmp_path_factory, written):
    path = tmp_path_factory.getbasetemp() / "spacy.json"
    assert spacy_json.write(path, written, WriteOptions()) == ()
    with open_corpus(path, "spacy-json") as file:
        read = list(file.records())
    assert list(map(all_but_judged, read)) == list(map(all_but_judged, written))
    for ours, theirs in zip(read, written, strict=True):
        is_all_entities = theirs.judged == "partly" and ours.judged == "yes"
        assert ours.judged == theirs.judged or is_all_entities


def test_tokens_end_where_spans_do(tmp_path):
    spacy_json.write(
        tmp_path / "a.json", [Record(1, TEXT, (StatedSpan(0, 2, "PS"), StatedSpan(4, 6, "LC")), "d")], WriteOptions()
    )
    (written,) = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    (sentence,) = written["paragraphs"][0]["sentences"]
    assert sentence["tokens"] == GOOD["paragraphs"][0]["sentences"][0]["tokens"]


KEYS = ["id", "paragraphs", "raw", "sentences", "tokens", "orth", "ner", "entities", "cats"]
LEAVES = st.none() | st.booleans() | st.integers(-3, 9) | st.sampled_from(["나리", "U-PS", "-", "", " "])
ANYTHING = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4)
)
SHAPED = st.fixed_dictionaries(
    {"orth": st.sampled_from(["나리", " ", ""])}, optional={"ner": st.sampled_from(["U-PS", "B-PS", "-", "O", None, 5])}
)


@given(st.lists(ANYTHING | st.lists(SHAPED, max_size=3).map(lambda given: document({"tokens": given})), max_size=3))
def test_no_content_makes_the_reader_fail(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "any.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    with open_corpus(path, "spacy-json") as file:
        assert all(isinstance(record, Record | Rejected) for record in file.records())
