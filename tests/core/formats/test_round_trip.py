"""Every format out and in again, and each recognised among the others."""

import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain.labels import TTA_LABELS
from core.domain.spans import Sentence, Span
from core.formats import json_list, jsonl, klue, label_studio_min, nikl, parquet, plain, spacy_json
from core.formats.records import Record, StatedSpan, WriteOptions
from core.formats.registry import FORMATS, detect_format, read
from tests.corpora import read_only_sentences, read_sentences, write_sentences

TRICKY = [
    "😀",
    "👩‍👩‍👧",
    unicodedata.normalize("NFD", "한글"),
    "#",
    "## ",
    "<경찰:OG>",
    "\u00a0",
    "\u2028",
    "\x85",
    "\\",
    '"',
    " ",
]
TTA = st.sampled_from(TTA_LABELS)
ANY = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
ON_ONE_LINE = st.characters(exclude_categories=["Cs"], exclude_characters="\t\r\n\0")


@st.composite
def sentences(draw, characters, labels=TTA):
    pieces = st.text(characters, min_size=1) | st.sampled_from(TRICKY)
    segments = draw(st.lists(st.tuples(pieces, st.none() | labels), min_size=1))
    segments.append(("끝", None))
    spans, at = [], 0
    for piece, label in segments:
        if label:
            spans.append(Span(at, at + len(piece), label))
        at += len(piece)
    sentence_id = draw(st.text(characters, min_size=1))
    return Sentence(sentence_id, "".join(piece for piece, _ in segments), tuple(spans))


def corpora(characters, **options):
    return st.lists(sentences(characters, **options), min_size=1, max_size=5)


def came_back(path, corpus_format, corpus):
    write_sentences(corpus_format, path, corpus)
    return read_sentences(path, corpus_format.name)


@given(corpora(ON_ONE_LINE, labels=st.text(ON_ONE_LINE, min_size=1)))
def test_klue(tmp_path_factory, corpus):
    path = tmp_path_factory.getbasetemp() / "round"
    assert came_back(path, klue.FORMAT, corpus) == corpus
    assert detect_format(path) is klue.FORMAT


@given(corpora(ANY))
def test_nikl(tmp_path_factory, corpus):
    path = tmp_path_factory.getbasetemp() / "round"
    assert came_back(path, nikl.FORMAT, corpus) == corpus
    assert detect_format(path) is nikl.FORMAT


@given(corpora(ANY, labels=st.text(ANY, min_size=1)))
def test_jsonl(tmp_path_factory, corpus):
    path = tmp_path_factory.getbasetemp() / "round"
    assert came_back(path, jsonl.FORMAT, corpus) == corpus
    assert detect_format(path) is jsonl.FORMAT


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(ANY),
    lambda values: st.lists(values, max_size=3) | st.dictionaries(st.text(ANY), values, max_size=3),
    max_leaves=5,
)
MEANINGFUL = (
    "id text label labels spans entities ner document doc_id judged answer annotator tokens ner_tags tags extras"
    " span_extras sentence meta _view_id data content annotations annotation completions annotation_id sentence_id"
    " spandesk_id paragraphs form NE corpus utterance label_studio named_entities predictions created_at"
)
KEYS = st.text(ANY) | st.sampled_from(MEANINGFUL.split())
TYPICAL = [[], {}, None, "나리", 5, [[0, 1, "PS"]], [{"start": 0, "end": 1, "labels": ["PS"]}], {"text": "나리"}]
TYPICAL += [["나리", "는"], ["B-PS", "O"], [{"sentences": []}], [{"sentence": []}], [{"result": []}], {"metadata": {}}]
VALUES = json_values | st.sampled_from(TYPICAL)


@st.composite
def full_records(draw):
    """Records with everything that a file can say of a text."""
    sentence = draw(sentences(ANY, labels=st.text(ANY, min_size=1)))
    spans = tuple(StatedSpan(span.start, span.end, span.label) for span in sentence.spans)
    return Record(
        1,
        sentence.text,
        spans,
        sentence.id,
        judged=draw(st.sampled_from(["yes", "no", "partly"])),
        document=draw(st.text(ANY)),
        annotator=draw(st.text(ANY)),
        extras=draw(st.dictionaries(KEYS, VALUES, max_size=4)),
    )


def as_held(corpus_format, record):
    """A record with what a format can hold of it."""
    if "judged" not in corpus_format.holds:
        judged = "no" if record.judged != "yes" and corpus_format is label_studio_min.FORMAT else "yes"
        record = replace(record, judged=judged)
    if corpus_format is spacy_json.FORMAT and not record.gold and record.judged == "partly":
        record = replace(record, judged="no")
    is_judged = record.judged == "yes" or corpus_format in (jsonl.FORMAT, json_list.FORMAT, parquet.FORMAT)
    return replace(
        record,
        gold=record.gold if is_judged or ("judged" in corpus_format.holds and record.judged == "partly") else (),
        annotator=record.annotator if is_judged and "annotators" in corpus_format.holds else "",
        document=record.document or ("글" if corpus_format is nikl.FORMAT else ""),
    )


def comparable(records):
    spans = [tuple(span[:3] for span in record.gold) for record in records]
    return [
        (r.id, r.text, gold, r.judged, r.document, r.annotator, dict(r.extras))
        for r, gold in zip(records, spans, strict=True)
    ]


WITH_EXTRAS = [known for known in FORMATS if known.write and known.holds >= {"ids", "extras"} and known.name != "spacy"]


@pytest.mark.parametrize("corpus_format", WITH_EXTRAS, ids=lambda known: known.name)
@given(corpus=st.lists(full_records(), min_size=1, max_size=3))
def test_what_records_say_besides(tmp_path_factory, corpus_format, corpus):
    corpus = [as_held(corpus_format, record) for record in corpus]
    path = tmp_path_factory.getbasetemp() / f"round-{corpus_format.name}"
    corpus_format.write(path, corpus, WriteOptions())
    assert detect_format(path) is corpus_format
    assert comparable(list(read(path, corpus_format.name))) == comparable(corpus)


WORDS = st.text(st.characters(categories=["Lo"]) | st.sampled_from("😀각ㄱé"), min_size=1, max_size=4)


@st.composite
def word_sentences(draw):
    """Sentences of words with entities of whole words, which every format can hold."""
    words = draw(st.lists(WORDS, min_size=1, max_size=4))
    starts = [sum(len(word) + 1 for word in words[:at]) for at in range(len(words))]
    labels = [draw(st.none() | TTA) for _ in words]
    rows = zip(words, starts, labels, strict=True)
    spans = tuple(Span(start, start + len(word), label) for word, start, label in rows if label)
    return Sentence("a", " ".join(words), spans)


@pytest.mark.parametrize("corpus_format", [known for known in FORMATS if known.write], ids=lambda known: known.name)
@settings(max_examples=20)
@given(drawn=st.lists(word_sentences(), min_size=1, max_size=3))
def test_every_format_that_can_be_written_returns_texts_and_spans(tmp_path_factory, corpus_format, drawn):
    if corpus_format.name == "spacy":
        pytest.importorskip("spacy", reason="spaCy is not installed")
    path = tmp_path_factory.mktemp(f"words-{corpus_format.name}") / "corpus"
    corpus = [replace(sentence, id=f"a.{number}") for number, sentence in enumerate(drawn, 1)]
    found = came_back(path, corpus_format, corpus)
    assert [each.text for each in found] == [each.text for each in corpus]
    if corpus_format is not plain.FORMAT:
        assert [each.spans for each in found] == [each.spans for each in corpus]


WRITABLE_WITH_SPANS = [known for known in FORMATS if known.holds >= {"ids", "half words"}]


@pytest.mark.parametrize("corpus_format", WRITABLE_WITH_SPANS, ids=lambda known: known.name)
def test_the_shared_file_through_each_format(klue_file, tmp_path, corpus_format):
    if corpus_format.name == "spacy":
        pytest.importorskip("spacy", reason="spaCy is not installed")
    corpus = read_only_sentences(klue_file)
    path = tmp_path / "a-name-that-says-nothing"
    write_sentences(corpus_format, path, corpus)
    assert detect_format(path) is corpus_format
    read = read_only_sentences(path)
    if "ids" in corpus_format.holds:
        assert read == corpus
    else:
        assert [(each.text, each.spans) for each in read] == [(each.text, each.spans) for each in corpus]
