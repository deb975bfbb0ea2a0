"""Models of token classification from elsewhere: their positions, windows, batches, and what is refused."""

import json
import re
import shutil
import unicodedata

import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file
from transformers import AutoModelForTokenClassification, AutoTokenizer, pipeline

from core.domain.errors import UserError
from core.domain.spans import check_spans
from core.languages.korean.normalise import to_nfc
from core.model.exported_model import write_model
from core.model.foreign_model import load_foreign_model
from tests.core.foreign_models import MODELS, NAMES, TEXTS, save_model
from tests.core.toy_models import tagged, text_tagger_of


def spans_by_text(tag, texts):
    found = {each.text: each.spans for batch in tag(texts) for each in batch}
    return [found[number] for number in range(len(texts))]


@pytest.fixture(scope="module")
def taggers(tmp_path_factory):
    root = tmp_path_factory.mktemp("models")
    return {kind: load_foreign_model(save_model(root / kind, kind), "cpu") for kind in MODELS}


ODD = [
    *("나", "가을", "😀", "👩‍👩‍👧", "e\u0301", "\u0301", "ᄒ", "ﾡ", "각", "\u200b", " ", "\t\n", "\u3000"),
    *("[SEP]", "漢字", "İ", "ﬁ", "끝. "),
]
ANY_TEXT = st.lists(st.sampled_from([*TEXTS, *ODD]) | st.text(max_size=3), max_size=15).map("".join)


@pytest.mark.parametrize("kind", MODELS)
@given(texts=st.lists(ANY_TEXT, min_size=1, max_size=3), is_decomposed=st.booleans())
@example(texts=["세종은 집현전을 한양에 세웠다\u0301\t\n나"], is_decomposed=True)
def test_spans_are_whole_characters_of_the_text_each_once(taggers, kind, texts, is_decomposed):
    if is_decomposed:
        texts = [unicodedata.normalize("NFD", text) for text in texts]
    for text, spans in zip(texts, spans_by_text(taggers[kind], texts), strict=True):
        own = [each.span for each in spans]
        assert list(check_spans(own, text, ("PER", "LOC"))) == own
        read = to_nfc(text)
        for span in own:
            inside = text[span.start : span.end]
            assert inside == inside.strip()
            assert span.start in read.starts, "no syllable is cut"
            assert span.end in read.ends
        assert all(0 <= each.probability <= 1 for each in spans)


@pytest.mark.parametrize("kind", MODELS)
def test_a_text_has_the_spans_that_it_has_alone_in_any_form(taggers, kind):
    texts = [*TEXTS, ". ".join(TEXTS), "나"]
    together = spans_by_text(taggers[kind], texts)
    assert sum(map(len, together)) > 10
    decomposed = [unicodedata.normalize("NFD", text) for text in texts]
    for text, spans, of_decomposed in zip(texts, together, spans_by_text(taggers[kind], decomposed), strict=True):
        [alone] = spans_by_text(taggers[kind], [text])
        assert [each.span for each in alone] == [each.span for each in spans]
        assert [each.probability for each in alone] == pytest.approx([each.probability for each in spans], abs=1e-5)
        assert [text[each.span.start : each.span.end] for each in spans] == [
            unicodedata.normalize("NFC", unicodedata.normalize("NFD", text)[each.span.start : each.span.end])
            for each in of_decomposed
        ]


def test_pieces_have_the_classes_that_transformers_gives_them(tmp_path):
    folder = save_model(tmp_path / "m", positions=64)
    theirs = pipeline("token-classification", model=str(folder), device="cpu")
    for text, spans in zip(TEXTS, spans_by_text(load_foreign_model(folder, "cpu"), TEXTS), strict=True):
        wanted = []
        for piece in theirs(text):
            label, part = piece["entity"].split("-")
            if part == "I" and wanted and wanted[-1][2] == label and wanted[-1][3] == piece["index"] - 1:
                wanted[-1] = (wanted[-1][0], piece["end"], label, piece["index"])
            else:
                wanted.append((piece["start"], piece["end"], label, piece["index"]))
        assert [(each.span.start, each.span.end, each.span.label) for each in spans] == [each[:3] for each in wanted]


@pytest.mark.parametrize("kind", MODELS)
def test_a_folder_that_was_saved_again_says_the_same(kind, tmp_path):
    folder = save_model(tmp_path / "m", kind)
    AutoModelForTokenClassification.from_pretrained(folder).save_pretrained(tmp_path / "again")
    AutoTokenizer.from_pretrained(folder).save_pretrained(tmp_path / "again")
    assert spans_by_text(load_foreign_model(tmp_path / "again", "cpu"), TEXTS) == spans_by_text(
        load_foreign_model(folder, "cpu"), TEXTS
    )


@pytest.mark.parametrize("is_lower_case", [False, True])
def test_a_folder_with_nothing_but_a_vocabulary_for_its_tokenizer_is_read(tmp_path, is_lower_case):
    folder = save_model(tmp_path / "m", "decomposing" if is_lower_case else "wordpiece")
    wanted = spans_by_text(load_foreign_model(folder, "cpu"), TEXTS)
    vocabulary = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))["model"]["vocab"]
    (folder / "vocab.txt").write_text("\n".join(sorted(vocabulary, key=vocabulary.get)), encoding="utf-8")
    (folder / "tokenizer.json").unlink()
    settings = {"tokenizer_class": "BertTokenizer", "do_lower_case": is_lower_case}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    assert spans_by_text(load_foreign_model(folder, "cpu"), TEXTS) == wanted
    assert sum(map(len, wanted)) > 3


def count_edges_in_words(text, spans):
    places = [place for each in spans for place in (each.span.start, each.span.end)]
    return sum(text[place - 1 : place].isalnum() and text[place : place + 1].isalnum() for place in places)


def test_the_first_piece_of_a_word_decides_for_all_of_it_where_the_model_was_trained_so(tmp_path):
    folder = save_model(tmp_path / "m", "metaspace", positions=64)
    texts = [f"{text}, {text}" for text in TEXTS]
    for whole_words in (False, True):
        found = spans_by_text(load_foreign_model(folder, "cpu", whole_words=whole_words), texts)
        assert sum(map(len, found)) > 5
        inside = sum(count_edges_in_words(text, spans) for text, spans in zip(texts, found, strict=True))
        assert (inside == 0) is whole_words


def test_what_spandesk_exported_tags_as_at_home(tmp_path):
    text_tagger = text_tagger_of(unit="syllable")
    write_model(text_tagger, ("사람", "LC", "OG"), tmp_path)
    home = tagged(text_tagger, TEXTS)
    for number, spans in enumerate(spans_by_text(load_foreign_model(tmp_path, "cpu"), TEXTS)):
        assert [each.probability for each in spans] == pytest.approx([each.probability for each in home[number]])
        assert [(each.span.start, each.span.end) for each in spans] == [
            (each.span.start, each.span.end) for each in home[number]
        ]
        assert {each.span.label for each in spans} <= {"사람", "LC", "OG"}


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    return save_model(tmp_path_factory.mktemp("saved") / "m")


def refusal(saved, tmp_path, change, names=()):
    folder = shutil.copytree(saved, tmp_path / "copy")
    change(folder)
    with pytest.raises(UserError) as error:
        load_foreign_model(folder, "cpu", names)
    assert "\n" not in str(error.value)
    return str(error.value)


def edit(name, **values):
    def change(folder):
        path = folder / name
        path.write_text(json.dumps({**json.loads(path.read_text()), **values}))

    return change


def pickle_weights(folder):
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")


def drop_classifier(folder):
    state = load_file(folder / "model.safetensors")
    save_file({key: value for key, value in state.items() if "classifier" not in key}, folder / "model.safetensors")


def add_crf(folder):
    state = load_file(folder / "model.safetensors")
    save_file({**state, "crf.transitions": torch.zeros(5, 5)}, folder / "model.safetensors", {"format": "pt"})


def make_tokenizer_slow(folder):
    (folder / "tokenizer.json").unlink()
    (folder / "tokenizer_config.json").write_text('{"tokenizer_class": "CanineTokenizer"}')


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (make_tokenizer_slow, "no fast tokenizer"),
        (edit("config.json", auto_map={"AutoModel": "evil.Model"}), r"code of its own \(evil.Model\)"),
        (edit("tokenizer_config.json", auto_map={"AutoTokenizer": ["evil.Slow", None]}), r"own \(evil.Slow\)"),
        (pickle_weights, r"are pickled \(pytorch_model.bin\)"),
        (drop_classifier, "its weights lack classifier"),
        (add_crf, "its layer crf.transitions is none of transformers' own"),
        (edit("config.json", id2label={"0": "LABEL_0", "1": "LABEL_1"}), "give their names in this order"),
        (edit("config.json", id2label={"0": "O", "1": "B-PS", "2": "I-PS"}), "not a complete model"),
        (edit("config.json", model_type="their-own"), "not a complete model"),
        (lambda folder: (folder / "tokenizer.json").unlink(), "not a complete model"),
        (lambda folder: (folder / "config.json").unlink(), "has no config.json"),
        (lambda folder: (folder / "config.json").write_text("{"), "not a complete model"),
    ],
)
def test_what_cannot_be_read_without_harm_is_refused_in_a_sentence(saved, tmp_path, change, reason):
    folder = shutil.copytree(saved, tmp_path / "with code")
    (folder / "evil.py").write_text("raise SystemExit('their code ran')")
    saved = folder
    assert re.search(reason, refusal(saved, tmp_path, change)), reason


def test_names_given_for_classes_count(saved, tmp_path):
    folder = shutil.copytree(saved, tmp_path / "copy")
    edit("config.json", id2label={str(number): f"LABEL_{number}" for number in range(5)})(folder)
    found = spans_by_text(load_foreign_model(folder, "cpu", NAMES), TEXTS)
    assert found == spans_by_text(load_foreign_model(saved, "cpu"), TEXTS)
    assert "3 names of classes" in refusal(folder, tmp_path / "again", lambda folder: None, ("O", "B-PS", "I-PS"))
