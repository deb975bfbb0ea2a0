import json
import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.labels import coarse_label
from core.domain.spans import Sentence, Span
from core.formats import nikl
from core.formats.records import Record, Rejected, StatedSpan, Text, WriteOptions
from core.formats.registry import open_corpus, read_texts
from tests.corpora import read_only_sentences, read_sentences, write_sentences

EDITIONS = ["2019", "2020", "2021"]


def entity(begin, end, form, label="PS"):
    return {"id": 1, "form": form, "label": label, "begin": begin, "end": end}


def item(sentence_id="a.1", form="이순신은", **members):
    return {"id": sentence_id, "form": form, "NE": [entity(0, 3, "이순신")]} | members


def corpus(*items):
    return {"id": "x", "metadata": {}, "document": [{"id": "a", "metadata": {}, "sentence": list(items)}]}


@pytest.fixture
def records(tmp_path):
    def records_of(content, **options):
        path = tmp_path / "작은.json"
        text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False, **options)
        path.write_bytes(text.encode())
        return read_sentences(path, "nikl")

    return records_of


@pytest.fixture
def nikl_like(klue_file, tmp_path):
    """Writes a file with the shared tool and returns its path."""
    tool = klue_file.parents[2] / "tools" / "nikl_like.py"
    if not tool.exists():
        pytest.skip("the shared tool nikl_like.py is not beside the repository")

    def write(edition, *options):
        path = tmp_path / "nikl"
        command = [sys.executable, str(tool), str(klue_file), str(path), "--edition", edition, *options]
        subprocess.run(command, check=True)
        return path

    return write


@pytest.mark.parametrize("edition", EDITIONS)
def test_each_edition_gives_the_same_coarse_spans(nikl_like, klue_file, edition):
    source = read_sentences(klue_file, "klue")[:300]
    read = read_sentences(nikl_like(edition), "nikl")
    assert len(read) == 300
    for number, (ours, theirs) in enumerate(zip(read, source, strict=True), 1):
        shift = len(f"{number}. ")
        assert ours.text == f"{number}. {theirs.text}"
        coarse = tuple(Span(s.start, s.end, coarse_label(s.label)) for s in ours.spans)
        assert coarse == tuple(Span(s.start + shift, s.end + shift, s.label) for s in theirs.spans)


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("indent", [None, 2])
def test_each_broken_record_is_rejected_and_every_other_read(nikl_like, edition, indent):
    path = nikl_like(edition, "--broken")
    if indent:
        path.write_text(json.dumps(json.loads(path.read_text()), ensure_ascii=False, indent=indent))
    read = read_sentences(path, "nikl")
    rejected = [record for record in read if isinstance(record, Rejected)]
    expected = [
        (2, "reaches past the text, which has 79 characters"),
        (3, "but the file says '다른말'"),
        (4, "overlap"),
        (5, "is empty"),
        (8, "it has no list of entities"),
    ]
    lines = path.read_text().split("\n")
    for record, (number, reason) in zip(rejected, expected, strict=True):
        assert record.reason.startswith(f"sentence NWRW1800000000.{number}: ")
        assert reason in record.reason
        assert f'"id": "NWRW1800000000.{number}"' in " ".join(lines[record.line - 1 : record.line + 1])
    assert len(read) == 300


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (
            item(NE=[entity(0, 9, "이순신은")]),
            "sentence a.1: the span 0–9 reaches past the text, which has 4 characters",
        ),
        (item(NE=[entity(1, 3, "이순신")]), "sentence a.1: the text at 1–3 is '순신', but the file says '이순신'"),
        (item(NE=[entity(-2, 4, "신은")]), "begins before the text"),
        (item(NE=[entity(2, 2, "")]), "is empty"),
        (item(NE=[entity(0, 3, "이순신"), entity(2, 4, "신은")]), "overlap"),
        (item(NE=[entity(0, 3.0, "이순신")]), "lacks one of begin, end, label and form"),
        (item(NE=[entity(False, 3, "이순신")]), "lacks one of"),
        (item(NE=[entity(0, 3, "이순신", "")]), "has no label"),
        (item(NE=[entity(0, 3, None)]), "lacks one of"),
        (item(NE=["이순신"]), "lacks one of"),
        (item(NE=None), "it has no list of entities (NE or ne)"),
        (item(form=""), "sentence a.1: it has no text"),
        (item(form=None), "sentence a.1: it has no text"),
        ("이순신은", "a sentence is not an object but '이순신은'"),
    ],
)
def test_a_bad_sentence_is_rejected_and_the_next_is_read(records, bad, reason):
    rejected, good = records(corpus(bad, item("a.2")), indent=1)
    assert reason in rejected.reason
    assert good == Sentence("a.2", "이순신은", (Span(0, 3, "PS"),))


def test_a_sentence_without_an_id_gets_one_and_is_found_by_its_line(records):
    good, rejected = records(corpus(item(None), item(None, "거북선은")), indent=1)
    assert good.id.startswith("작은-1-")
    assert rejected.line == 22


def test_lines_are_right_far_into_a_file(records):
    items = [item(f"a.{n}", f"이순신은 {'가' * 300}") for n in range(1000)]
    items[3]["NE"] = items[998]["NE"] = None
    text = json.dumps(corpus(*items), indent=1)
    rejected = [record for record in records(text) if isinstance(record, Rejected)]
    lines = text.split("\n")
    assert [lines[record.line].strip() for record in rejected] == ['"id": "a.3",', '"id": "a.998",']


def test_a_byte_order_mark_is_read(records):
    text = "\ufeff" + json.dumps(corpus(item()))
    assert records(text) == [Sentence("a.1", "이순신은", (Span(0, 3, "PS"),))]


def test_a_truncated_file_gives_the_sentences_before_the_break(records):
    items = [item(f"a.{n}") for n in range(5000)]
    text = json.dumps(corpus(*items), ensure_ascii=False, indent=1)
    cut = text[: text.index('"a.4321"')]
    *read, rejected = records(cut)
    assert [record.id for record in read] == [f"a.{n}" for n in range(4321)]
    assert rejected.line == cut.count("\n") + 1
    assert "the JSON breaks here (Expecting value)" in rejected.reason


@pytest.mark.parametrize("number", [0, 1, 4321])
def test_malformed_json_is_named_by_its_line(records, number):
    items = [item(f"a.{n}") for n in range(5000)]
    text = json.dumps(corpus(*items), ensure_ascii=False, indent=1)
    before, _, after = text.partition(f'"a.{number}",')
    *read, rejected = records(f'{before}"a.{number}",,{after}')
    assert len(read) == number
    assert rejected.line == before.count("\n") + 1


def test_half_a_surrogate_pair_costs_its_sentence_alone(records):
    rejected, sentence = records(json.dumps(corpus(item("a.2", "\udc00", NE=[]), item()), indent=1))
    assert sentence.id == "a.1"
    assert rejected.reason.startswith("sentence a.2: it contains half a character")


@pytest.mark.parametrize("content", [{"id": "x", "document": []}, {"document": {"sentence": [item()]}}])
def test_a_file_without_sentences_is_reported(records, content):
    (rejected,) = records(content)
    assert rejected.line is None
    assert "document[].sentence[]" in rejected.reason


LINKED = {"kid": "00000000000012", "wikiid": "Q484", "URL": "https://ko.wikipedia.org/wiki/나리"}
WORD = [{"id": 1, "form": "이순신은", "begin": 0, "end": 4}]
BLANK = {"id": "a.0", "form": "", "word": [], "NE": []}


@pytest.fixture
def came_back(tmp_path):
    """What reading and writing makes of a corpus."""

    def came_back_of(content):
        path, again = tmp_path / "a.json", tmp_path / "b.json"
        path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        with open_corpus(path, "nikl") as file:
            records = [record for record in file.records() if isinstance(record, Record)]
        nikl.write(again, records, WriteOptions())
        return json.loads(again.read_text(encoding="utf-8"))

    return came_back_of


@pytest.mark.parametrize(
    "content",
    [
        corpus(item(word=WORD)),
        corpus({"id": "a.1", "form": "이순신은", "word": WORD, "ne": []}),
        corpus(item(speaker="P1", original_form="이 순신은", word=WORD)),
        corpus({"id": "a.1", "form": "이순신은", "NE": [entity(0, 3, "이순신") | LINKED]}),
        corpus(item(word=[{"id": 1, "form": "이순신은", "begin": 0, "end": 4, "lemma": "이순신"}])),
        corpus(BLANK, item(word=WORD), BLANK, BLANK, item("a.2", word=WORD), BLANK),
        {
            "id": "x",
            "metadata": {"title": "가", "category": "나"},
            "document": [
                {"id": "d1", "metadata": {"author": "다"}, "sentence": [item("1", word=WORD), item("2", word=WORD)]},
                {"id": "d2", "metadata": {}, "speaker": ["P1"], "utterance": [item("3", word=WORD)]},
            ],
        },
    ],
)
def test_everything_that_a_file_says_is_written_back(came_back, content):
    assert came_back(content) == content


def test_sentences_are_known_by_their_documents(tmp_path):
    path = tmp_path / "a.json"
    documents = [{"id": "d1", "sentence": [item("1")]}, {"sentence": [item("2")]}, {"id": 7, "utterance": [item("3")]}]
    path.write_text(json.dumps({"document": documents}), encoding="utf-8")
    with open_corpus(path) as file:
        records = list(file.records())
    assert [(record.number, record.document) for record in records] == [(1, "d1"), (2, "2"), (3, "7")]


@pytest.mark.parametrize("value", [None, 5, "x", [5], [{}], {"id": 1}])
@pytest.mark.parametrize("key", ["id", "form", "NE", "ne", "word", "corpus", "document", "blank before", "blank after"])
def test_what_other_formats_keep_under_our_keys_does_no_harm(tmp_path, key, value):
    path = tmp_path / "a.json"
    nikl.write(path, [Record(1, "비", (StatedSpan(0, 1, "PS"),), "a", extras={key: value})], WriteOptions())
    sentence, *_ = read_sentences(path)
    assert (sentence.text, sentence.spans) == ("비", (Span(0, 1, "PS"),))


def test_blank_sentences_are_counted_once(records):
    first, second, blank = records(corpus(BLANK, item(), BLANK, item("a.2")))
    assert [first.id, second.id] == ["a.1", "a.2"]
    assert (blank.line, blank.reason) == (
        None,
        "2 sentences without a text were skipped; they are kept with their neighbours",
    )


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1), st.data())
def test_what_was_written_is_read_again_with_its_documents_and_extras(tmp_path_factory, text, data):
    path = tmp_path_factory.getbasetemp() / "nikl"
    members = st.dictionaries(
        st.sampled_from(["speaker", "가"]), st.none() | st.integers() | st.lists(st.text("가\n😀"))
    )
    document = data.draw(st.sampled_from(["d", "d.1", "가 나"]))
    corpus = [
        Record(n, text, (StatedSpan(0, 1, "PS", text[0]),), f"s{n}", document=document, extras=data.draw(members))
        for n in (1, 2)
    ]
    nikl.write(path, corpus, WriteOptions())
    with open_corpus(path, "nikl") as file:
        again = [replace(record, line=None) for record in nikl.read(file.source)]
    assert again == corpus


def test_sentences_are_written_in_documents(tmp_path):
    path = tmp_path / "말뭉치.json"
    sentences = [Sentence(i, "이순신은 갔다") for i in ("a.b.1", "a.b.2", "c.1", "d", "e")]
    write_sentences(nikl.FORMAT, path, sentences)
    written = json.loads(path.read_text(encoding="utf-8"))
    assert [d["id"] for d in written["document"]] == ["a.b", "c", "말뭉치"]
    assert [s["id"] for d in written["document"] for s in d["sentence"]] == ["a.b.1", "a.b.2", "c.1", "d", "e"]


def test_what_is_written_has_the_members_of_the_real_thing(nikl_like, tmp_path):
    original = nikl_like("2019")
    path = tmp_path / "out"
    write_sentences(nikl.FORMAT, path, read_only_sentences(original))
    ours, theirs = (json.loads(file.read_text(encoding="utf-8"))["document"] for file in (path, original))
    assert ours == theirs


def test_a_break_within_a_text_is_reported_without_bytes(records):
    text = json.dumps(corpus(item("a.1", "가" * 20 + "X" + "부산에 산다고 하였다")), ensure_ascii=False)
    (rejected,) = records(text.replace("X", '"'))
    assert "(Expecting ',' delimiter)" in rejected.reason


def test_texts_need_no_entities(tmp_path):
    path = tmp_path / "a.json"
    items = [item("a.1"), item("a.2", NE=None), item("a.3", NE=[entity(0, 99, "x")]), item("a.4", "")]
    path.write_text(json.dumps(corpus(*items)), encoding="utf-8")
    *good, bad = read_texts(path)
    assert good == [Text("이순신은", f"a.{n}") for n in (1, 2, 3)]
    assert bad.reason == "sentence a.4: it has no text"
