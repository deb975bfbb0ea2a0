"""Files of each format with other gold: nothing else changes, byte for byte, and what is read again is the gold."""

import json

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.domain.spans import Span
from core.formats.records import Record, Rejected, WriteOptions, stated_spans
from core.formats.registry import open_corpus
from core.formats.word_tags import TagStyle
from core.services.gold_reading import RULES
from core.services.span_reading import read_spans
from core.services.wanted_spans import want_spans

LABELS = st.sampled_from(["PS", "LC", "OG", "QT"])
CHARACTERS = st.sampled_from([*'가나다a#"\\', "\u00a0", "\u2028", "\x85", "é", "😀", "\ud7ff"])
WORDS = st.text(CHARACTERS, max_size=3).map(lambda word: f"가{word}")
BLANKS = st.sampled_from(["", " ", "  ", "\t"])
LINE_ENDS = st.sampled_from(["\n", "\r\n"])


@st.composite
def golds(draw, bounds):
    """Spans between some of the places, in order."""
    edges = draw(st.lists(st.sampled_from(bounds), unique=True, max_size=6).map(sorted))
    return [Span(start, end, draw(LABELS)) for start, end in zip(edges[::2], edges[1::2], strict=False)]


@st.composite
def sentences(draw, *, by_words=False):
    """A text with a gold and another one."""
    words = draw(st.lists(WORDS, min_size=1, max_size=4))
    text = " ".join(words)
    if not by_words:
        return text, draw(golds(range(len(text) + 1))), draw(golds(range(len(text) + 1)))
    starts = [0]
    for word in words[:-1]:
        starts.append(starts[-1] + len(word) + 1)
    picks = []
    for _ in range(2):
        spans = draw(golds(range(len(words) + 1)))
        picks.append([Span(starts[s.start], starts[s.end - 1] + len(words[s.end - 1]), s.label) for s in spans])
    return text, *picks


corpora = st.lists(st.tuples(sentences(), st.booleans()), min_size=1, max_size=5)
word_corpora = st.lists(st.tuples(sentences(by_words=True), st.booleans()), min_size=1, max_size=5)


def pieces_of(path, format_name, gold_of):
    """The pieces of a file in which the records have the gold that the function gives for their numbers."""
    with open_corpus(path, format_name) as file:

        def edit(record):
            gold = gold_of(record.number)
            imported = tuple(sorted(read_spans(record.text, stated_spans(record))))
            return None if gold is None else want_spans(record, imported, gold, RULES)

        return list(file.format.patch(file.source, edit, WriteOptions()))


def check(folder, format_name, data, corpus):
    """The file stays as it is without corrections; with them, it is read as the gold, and the other records stay."""
    path = folder / "original"
    path.write_bytes(data.encode())
    kept = pieces_of(path, format_name, lambda _: None)
    assert "".join(piece.old for piece in kept) == data
    assert all(piece.new is None for piece in kept)
    golds = [other if is_corrected else None for (_, _, other), is_corrected in corpus]
    numbers = dict(zip([record.number for record in records_of(path, format_name)], golds, strict=True))
    changed = pieces_of(path, format_name, numbers.get)
    assert "".join(piece.old for piece in changed) == data
    assert not any(piece.refused for piece in changed)
    rest = [(a.old, b.old) for a, b in zip(kept, changed, strict=True) if b.new is None]
    assert all(a == b for a, b in rest)
    copy = folder / "copy"
    copy.write_bytes("".join(piece.old if piece.new is None else piece.new for piece in changed).encode())
    read = records_of(copy, format_name)
    expected = [sorted(other if is_corrected else gold) for (_, gold, other), is_corrected in corpus]
    assert [sorted(span[:3] for span in record.gold) for record in read] == [
        [(span.start, span.end, span.label) for span in gold] for gold in expected
    ]
    assert [record.text for record in read] == [text for (text, _, _), _ in corpus]


def records_of(path, format_name):
    """The records of a file; blank sentences of NIKL are none."""
    with open_corpus(path, format_name) as file:
        records = list(file.records())
    assert all("without a text" in record.reason for record in records if isinstance(record, Rejected))
    return [record for record in records if isinstance(record, Record)]


def states(text, gold, tokens):
    """The members that state a gold, by dialect."""
    surface = {span: text[span.start : span.end] for span in gold}
    prodigy = [{"start": s.start, "end": s.end, "label": s.label, "text": surface[s], "x": 1} for s in gold]
    return {
        "triples": {"label": [[s.start, s.end, s.label] for s in gold]},
        "label first": {"entities": [[s.label, s.start, s.end] for s in gold]},
        "surfaces": {"labels": [[s.start, s.end, s.label, surface[s]] for s in gold]},
        "prodigy": {"tokens": tokens, "spans": prodigy, "answer": "accept", "_view_id": "ner_manual"},
        "doccano": {
            "entities": [
                {"id": i, "label": s.label, "start_offset": s.start, "end_offset": s.end} for i, s in enumerate(gold)
            ],
            "relations": [],
        },
        "lists": {
            "spans": {"start": [s.start for s in gold], "end": [s.end for s in gold], "label": [s.label for s in gold]}
        },
        "twice": {
            "label": [[s.start, s.end, s.label] for s in gold],
            "entities": [{"start": s.start, "end": s.end, "type": s.label} for s in gold],
        },
    }


@st.composite
def json_records(draw, corpus, indents=(None,)):
    """The records of a corpus as they may be written."""
    written = []
    for (text, gold, _), _ in corpus:
        tokens = [{"text": text[:1], "start": 0, "end": 1, "id": 0}]
        members = states(text, gold, tokens)[draw(st.sampled_from(sorted(states("", [], []))))]
        besides = draw(st.dictionaries(st.sampled_from("abc"), st.sampled_from([1.50, None, "\u2028", [1, [2]], {}])))
        items = draw(st.permutations([("text", text), *members.items(), *besides.items()]))
        colon, comma = draw(BLANKS) + ":" + draw(BLANKS), draw(BLANKS) + "," + draw(BLANKS)
        is_ascii, indent = draw(st.booleans()), draw(st.sampled_from(indents))
        written.append(json.dumps(dict(items), ensure_ascii=is_ascii, separators=(comma, colon), indent=indent))
    return written


@given(data=st.data(), corpus=corpora, end=LINE_ENDS)
def test_json_lines(tmp_path_factory, data, corpus, end):
    written = data.draw(json_records(corpus))
    check(tmp_path_factory.getbasetemp(), "jsonl", end.join(written) + data.draw(st.sampled_from(["", end])), corpus)


@given(data=st.data(), corpus=corpora, end=LINE_ENDS, is_named=st.booleans())
def test_json_lists(tmp_path_factory, data, corpus, end, is_named):
    gap = data.draw(BLANKS) + "," + end + data.draw(BLANKS)
    written = f"[{end}{gap.join(data.draw(json_records(corpus, (None, 0, 2))))}{end}]{data.draw(BLANKS)}"
    text = f'{{"version": 1.0, "data": {written} , "n": "x"}}{end}' if is_named else written
    check(tmp_path_factory.getbasetemp(), "json", text, corpus)


@given(data=st.data(), corpus=word_corpora, style=st.sampled_from([TagStyle(), TagStyle("I", "E", "S", "_")]))
def test_json_tokens_with_tags(tmp_path_factory, data, corpus, style):
    written = []
    for (text, gold, _), _ in corpus:
        words, ranges = words_and_ranges(text, gold)
        assume(any(len(word) > 1 for word in words))  # characters alone are joined without blanks
        tags = style.write(ranges, len(words))
        spans = [{"start": s.start, "end": s.end, "label": s.label} for s in gold]
        stated = {"text": text, "spans": spans} if data.draw(st.booleans()) else {}
        besides = {"bio_tags": tags} if data.draw(st.booleans()) else {}
        items = data.draw(st.permutations([("tokens", words), ("ner_tags", tags), *stated.items(), *besides.items()]))
        written.append(json.dumps(dict(items), ensure_ascii=data.draw(st.booleans()), separators=(",", ": ")))
    check(tmp_path_factory.getbasetemp(), "jsonl", "\n".join(written), corpus)


def words_and_ranges(text, gold):
    """The words of a text, and a gold of whole words as ranges of them."""
    words = text.split(" ")
    starts = [sum(map(len, words[:i])) + i for i in range(len(words))]
    ends = [start + len(word) for start, word in zip(starts, words, strict=True)]
    return words, [(starts.index(s.start), ends.index(s.end) + 1, s.label) for s in gold]


@given(data=st.data(), corpus=corpora)
def test_nikl(tmp_path_factory, data, corpus):
    key = data.draw(st.sampled_from(["NE", "ne"]))
    listed = []
    for (text, gold, _), _ in corpus:
        entities = [
            {"id": i, "form": text[s.start : s.end], "label": s.label, "begin": s.start, "end": s.end, "kid": None}
            for i, s in enumerate(gold, 1)
        ]
        listed += [{"id": f"s{len(listed)}", "form": text, "x": 1.50, key: entities}, {"form": " ", key: []}]
    cut = data.draw(st.integers(0, len(listed) // 2)) * 2
    documents = [{"id": "1", "sentence": listed[:cut]}, {"utterance": listed[cut:], "after": [1]}]
    indent = data.draw(st.sampled_from([None, 0, 2, "\t"]))
    text = json.dumps({"id": "x", "document": documents, "y": {}}, ensure_ascii=data.draw(st.booleans()), indent=indent)
    check(tmp_path_factory.getbasetemp(), "nikl", text, corpus)


@given(data=st.data(), corpus=corpora, end=LINE_ENDS, header=st.sampled_from(["none", "plain", "marked"]))
def test_klue(tmp_path_factory, data, corpus, end, header):
    lines = [data.draw(st.sampled_from(["## 주석", "## 컬럼명 : CHAR\tNE_TAG"]))]
    for i, ((text, gold, _), _) in enumerate(corpus):
        marked = text
        for span in reversed(gold):
            marked = f"{marked[: span.start]}<{marked[span.start : span.end]}:{span.label}>{marked[span.end :]}"
        if header != "none":
            lines.append(f"## s{i}\t{text if header == 'plain' else marked}")
        tags = TagStyle().write([tuple_of(span) for span in gold], len(text))
        tail = data.draw(st.sampled_from(["", "\t"]))
        lines += [*(f"{character}\t{tag}{tail}" for character, tag in zip(text, tags, strict=True)), ""]
    check(tmp_path_factory.getbasetemp(), "klue", end.join(lines), corpus)


def tuple_of(span):
    return (span.start, span.end, span.label)


@pytest.mark.parametrize(
    "style", [TagStyle(), TagStyle("I", "E", "S"), TagStyle("I", "L", "U", "_"), TagStyle("M", "E", "S")]
)
@given(data=st.data(), corpus=word_corpora, end=LINE_ENDS, has_tabs=st.booleans())
def test_columns(tmp_path_factory, style, data, corpus, end, has_tabs):
    gap = "\t" if has_tabs else data.draw(st.sampled_from([" ", "   "]))
    lines = []
    full = [(("가 나 다 라", [], []), False), *corpus]
    for (text, gold, _), _ in full:
        words, ranges = words_and_ranges(text, gold)
        tags = style.write(ranges, len(words))
        lines += [*(f"{word}{gap}N{gap}{tag}" for word, tag in zip(words, tags, strict=True)), ""]
    first = [f"단어{gap}N{gap}{style.write([(0, 3, 'PS'), (3, 4, 'LC')], 4)[i]}" for i in range(4)]
    text = end.join([*first, "", *lines])
    seed = (("단어 단어 단어 단어", [Span(0, 8, "PS"), Span(9, 11, "LC")], []), False)
    check(tmp_path_factory.getbasetemp(), "columns", text, [seed, *full])


@given(data=st.data(), corpus=word_corpora, end=LINE_ENDS)
def test_naver(tmp_path_factory, data, corpus, end):
    lines = []
    for (text, gold, _), _ in corpus:
        words, ranges = words_and_ranges(text, gold)
        tags = TagStyle(is_label_first=True).write(ranges, len(words))
        lines.append(f"{text}\t{data.draw(st.sampled_from([' ', '  '])).join(tags)}")
    check(tmp_path_factory.getbasetemp(), "naver", end.join(lines), corpus)
