"""Records of JSON that have tokens with tags, as data sets of the Hugging Face hub do."""

import json

import pytest

from core.formats.records import Rejected, StatedSpan
from core.formats.registry import read
from core.formats.source_files import ReadOptions
from tests.corpora import read_sentences

PS, LC = StatedSpan(0, 2, "PS"), StatedSpan(4, 6, "LC")


@pytest.fixture
def read_one(tmp_path):
    def read_members(members, *names):
        path = tmp_path / "하나.jsonl"
        path.write_text(json.dumps(members), encoding="utf-8")
        (record,) = read(path, options=ReadOptions(names))
        return record

    return read_members


@pytest.mark.parametrize(
    ("tags", "spans"),
    [
        (["B-PS", "B-LC", "I-LC"], [(0, 2, "PS"), (3, 8, "LC")]),
        (["I-PS", "I-LC", "I-LC"], [(0, 2, "PS"), (3, 8, "LC")]),
        (["S-PS", "B-LC", "E-LC"], [(0, 2, "PS"), (3, 8, "LC")]),
        (["U_PS", "B_LC", "L_LC"], [(0, 2, "PS"), (3, 8, "LC")]),
        (["O", "I-LC", "B-LC"], [(3, 5, "LC"), (6, 8, "LC")]),
        (["O", "O", "O"], []),
    ],
)
@pytest.mark.parametrize("key", ["ner_tags", "tags", "labels", "ner", "bio_tags"])
def test_tags_may_be_in_any_of_the_usual_schemes(read_one, key, tags, spans):
    record = read_one({"tokens": ["나리", "부산", "바다"], key: tags})
    assert record.text == "나리 부산 바다"
    assert list(record.gold) == [StatedSpan(*span) for span in spans]
    assert (record.judged, record.says_judged, record.extras) == ("yes", True, {})


def test_klue_as_the_hub_has_it(read_one):
    """Blanks are tokens, the sentence is KLUE's markup, and O is the twelfth class."""
    members = {"sentence": "<나리:PS> 집", "tokens": ["나", "리", " ", "집"], "ner_tags": [6, 7, 12, 12]}
    record = read_one(members, "klue")
    assert (record.text, record.gold, record.extras) == ("나리 집", (PS,), {})
    assert "its tags mark it as <나리:PS> 집, but the file says 나<리 집:OG>" in (
        read_one({**members, "sentence": "나<리 집:OG>"}, "klue").gold.reason
    )


@pytest.mark.parametrize("names", [("O", "B-PS", "I-PS"), ("2=I-PS", "0=O", "1=B-PS")])
def test_numbers_of_tags_need_names(read_one, names):
    members = {"tokens": ["나리", "온"], "ner_tags": [1, 2]}
    assert "name the tags (--tag-names on the command line): from 0 in their order" in read_one(members).gold.reason
    assert read_one(members, *names).gold == (StatedSpan(0, 4, "PS"),)
    for number in (3, -100):
        members["ner_tags"][1] = number
        reason = read_one(members, *names).gold.reason
        assert reason == f"the token 2, '온': the number {number} has no name; those from 0 to 2 have one"


@pytest.mark.parametrize("text", ["나리는 부산에 산다.", " 나리는  부산에\n산다.", "나리는부산에산다."])
def test_the_text_is_what_the_record_states_if_its_tokens_make_it(read_one, text):
    tokens = ["나리", "는", "부산", "에", "산다", "."]
    record = read_one({"text": text, "tokens": tokens, "ner_tags": ["B-PS", "O", "B-LC", "O", "O", "O"]})
    assert record.text == text
    assert [(text[start:end], label) for start, end, label, _ in record.gold] == [("나리", "PS"), ("부산", "LC")]
    assert record.extras == {"tokens": tokens}, "they are not just the words of the text"


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({"text": "다른 글"}, 'its tokens do not make the text under "text"'),
        ({"ner_tags": ["O"]}, "it has 2 tokens but 1 tags"),
        ({"ner_tags": ["O", "PS"]}, "the token 2, '갔다': the tag 'PS' is not O, B-… or I-…"),
        ({"ner_tags": ["O", "B-"]}, "the token 2, '갔다': the tag 'B-' is not O, B-… or I-…"),
        ({"spans": [[0, 2, "PS"]]}, "its entities under spans and under ner_tags differ"),
        ({"ner_tags": None, "pos_tags": ["NNP", "VV"]}, "it has none of label, labels,"),
    ],
)
def test_what_does_not_fit_is_rejected(read_one, members, reason):
    gold = read_one({"tokens": ["나리는", "갔다"], "ner_tags": ["B-PS", "O"], **members}).gold
    assert isinstance(gold, Rejected)
    assert reason in gold.reason


def test_tags_and_spans_of_one_record_must_agree(read_one):
    members = {
        "text": "나리는 부산에 산다",
        "tokens": ["나리", "는", "부산", "에", "산다"],
        "ner_tags": [6, 12, 2, 12, 12],
    }
    assert read_one({**members, "spans": [PS[:3], LC[:3]]}, "klue").gold == (PS, LC)
    unnamed = read_one({**members, "spans": [PS[:3], LC[:3]]})
    assert unnamed.gold == (PS, LC)
    assert unnamed.extras["ner_tags"] == [6, 12, 2, 12, 12]


def test_entities_under_other_keys_than_most_are_read(tmp_path):
    lines = [
        {
            "id": 7,
            "text": "나리는 부산에 산다",
            "annotations": [
                {"label": "PS", "start_offset": 0, "end_offset": 2},
                {"label": "LC", "start_offset": 4, "end_offset": 6},
            ],
        },
        {"text": "나리는 부산에 산다.", "tokens": ["나리는", "부산에", "산다."], "ner_tags": ["B-PS", "B-LC", "O"]},
        {"text": "나리는 부산에 산다!", "annotation": [["PS", 0, 2]]},
        {"text": "나리는 부산에 산다?", "ner": [[0, 2, "PS"]]},
    ]
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    assert [len(sentence.spans) for sentence in read_sentences(path)] == [2, 2, 1, 1]
