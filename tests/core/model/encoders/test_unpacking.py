"""On a small file of random weights; `test_starter.py` has what must hold for the real one."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import AutoModel, AutoTokenizer, BertModel, ElectraModel

from core.domain.errors import UserError
from core.model.encoders import unpacking
from core.model.encoders.quantised import read_quantised
from core.model.encoders.unpacking import kept_pieces, unpack
from tests.core.packed_files import PIECES, READ_AS, packed

ASCII_KEPT = 4
CUT = {"の国", "▁über", "▁rare"}
TEXTS = ["이순신은 조선", "ㅋㅋㅠㅠ 이순신… 😀", "3～5㎏ Ａ½é"]


@pytest.fixture(scope="module", autouse=True)
def few_ascii_pieces():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(unpacking, "_ASCII_PIECES", ASCII_KEPT)
        yield


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return packed(tmp_path_factory.mktemp("packed") / "encoder.bin")


@pytest.fixture(scope="module")
def folder(file, tmp_path_factory):
    folder = tmp_path_factory.mktemp("unpacked")
    unpack(file[0], folder)
    return folder


@pytest.fixture(scope="module")
def tokenizer(folder):
    return AutoTokenizer.from_pretrained(folder)


def test_pieces_that_korean_text_needs_are_kept(file):
    vocabulary = read_quantised(file[0]).vocabulary
    kept = kept_pieces(vocabulary)
    assert kept == sorted(set(kept))
    assert {PIECES[index] for index in kept} == set(PIECES) - CUT


def test_the_prefixes_that_the_model_was_trained_with_are_kept_first(tmp_path):
    pieces = (*PIECES[:-1], "▁passage", "<mask>")
    vocabulary = read_quantised(packed(tmp_path / "encoder.bin", pieces=pieces)[0]).vocabulary
    kept = {pieces[index] for index in kept_pieces(vocabulary)}
    assert "▁passage" in kept
    assert "th" not in kept


def test_transformers_opens_the_folder(folder):
    model, report = AutoModel.from_pretrained(folder, add_pooling_layer=False, output_loading_info=True)
    assert isinstance(model, BertModel)
    assert not any(report.values())
    tokenizer = AutoTokenizer.from_pretrained(folder)
    assert tokenizer.is_fast
    assert len(tokenizer) == model.config.vocab_size == len(PIECES) - len(CUT)
    assert tokenizer.model_max_length == model.config.max_position_embeddings == 40


def test_every_weight_of_the_file_is_in_its_place(file, folder):
    path, packed_weights = file
    states = AutoModel.from_pretrained(folder, add_pooling_layer=False).state_dict()
    kept = kept_pieces(read_quantised(path).vocabulary)
    expected = packed_weights | {"emb.word": packed_weights["emb.word"][kept]}
    assert sorted(weights.sum().item() for weights in states.values()) == pytest.approx(
        sorted(float(weights.sum(dtype="f8")) for weights in expected.values()), abs=1e-4
    )
    query = torch.tensor(packed_weights["l1.q.w"])
    assert torch.equal(states["encoder.layer.1.attention.self.query.weight"], query)
    assert torch.equal(states["embeddings.word_embeddings.weight"], torch.tensor(expected["emb.word"]))


def test_electra_opens_it_too_and_gives_the_same(folder, tokenizer):
    bert = AutoModel.from_pretrained(folder, add_pooling_layer=False).eval()
    electra, report = ElectraModel.from_pretrained(folder, output_loading_info=True)
    assert not any(report.values())
    inputs = tokenizer(TEXTS, padding=True, return_tensors="pt")
    with torch.inference_mode():
        assert torch.equal(electra.eval()(**inputs).last_hidden_state, bert(**inputs).last_hidden_state)


def test_cutting_the_vocabulary_changes_nothing_for_the_pieces_kept(file, folder, tokenizer, tmp_path, monkeypatch):
    monkeypatch.setattr(unpacking, "kept_pieces", lambda vocabulary: list(range(len(vocabulary.pieces))))
    unpack(file[0], tmp_path)
    whole, whole_tokenizer = AutoModel.from_pretrained(tmp_path).eval(), AutoTokenizer.from_pretrained(tmp_path)
    cut = AutoModel.from_pretrained(folder).eval()
    for text in TEXTS:
        assert tokenizer.tokenize(text) == whole_tokenizer.tokenize(text)
        with torch.inference_mode():
            of_cut = cut(**tokenizer(text, return_tensors="pt")).last_hidden_state
            of_whole = whole(**whole_tokenizer(text, return_tensors="pt")).last_hidden_state
        assert torch.equal(of_cut, of_whole)


def test_a_text_is_between_its_special_pieces(tokenizer):
    assert tokenizer.convert_ids_to_tokens(tokenizer("이순신은")["input_ids"]) == ["<s>", "▁이순신", "은", "</s>"]
    assert tokenizer.decode(tokenizer("이순신은 조선")["input_ids"], skip_special_tokens=True) == "이순신은 조선"
    assert (tokenizer.pad_token, tokenizer.mask_token) == ("<pad>", "<mask>")


def test_letters_are_not_put_together_to_syllables(tokenizer):
    assert tokenizer.tokenize("ㅋㅋㅠㅠ") == ["▁", "ᄏᄏ", "ᅲᅲ"]


@given(st.text(st.sampled_from([*READ_AS, *"이순신은조선😀～é漢語A12. "]), max_size=12))
def test_offsets_are_in_the_original_text(tokenizer, text):
    """Each piece is in what its characters are read as, and no visible character is left out."""
    encoding = tokenizer.backend_tokenizer.encode(text, add_special_tokens=False)
    covered, before = set(), (0, 0)
    for piece, (start, end) in zip(encoding.tokens, encoding.offsets, strict=True):
        assert before <= (start, end)
        assert end <= len(text)
        read = "".join(READ_AS.get(character, character) for character in text[start:end])
        assert piece.replace("▁", " ").strip() in read
        covered.update(range(start, end))
        before = (start, start)
    visible = {i for i, character in enumerate(text) if READ_AS.get(character, character).strip()}
    assert visible <= covered


def test_a_tensor_that_a_bert_has_no_place_for_is_named(tmp_path):
    path, _ = packed(tmp_path / "encoder.bin", more={"pooler.b": (32,)})
    (tmp_path / "folder").mkdir()
    with pytest.raises(UserError, match=r"encoder\.bin is not a BERT model: it has pooler\.b"):
        unpack(path, tmp_path / "folder")


def test_a_tensor_that_a_bert_needs_is_named(tmp_path):
    path, _ = packed(tmp_path / "encoder.bin", without="l1.fo.b")
    (tmp_path / "folder").mkdir()
    with pytest.raises(UserError, match=r"no tensor l1\.fo\.b of 32"):
        unpack(path, tmp_path / "folder")
