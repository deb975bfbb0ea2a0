import pytest
import torch
from huggingface_hub import constants
from transformers import BertTokenizer

from core import encoders
from core.encoders import load_encoder, load_folder, max_length_of
from core.errors import UserError
from tests.core.toy_models import FAMILIES, SENTENCES, saved_encoder

TEXTS = [sentence.text for sentence in SENTENCES] * 2


@pytest.mark.parametrize("family", FAMILIES)
def test_a_folder_gives_its_encoder_and_fast_tokenizer(tmp_path, family, capfd):
    model, tokenizer = load_encoder(str(saved_encoder(tmp_path / family, family)), [], seed=1)
    assert model.config.model_type == family
    assert tokenizer.is_fast
    assert capfd.readouterr().out == ""


@pytest.mark.parametrize(("family", "length"), [("bert", 64), ("electra", 64), ("roberta", 62)])
def test_longest_input_is_one_that_the_encoder_takes(tmp_path, family, length):
    model, tokenizer = load_folder(saved_encoder(tmp_path / family, family))
    assert max_length_of(model, tokenizer) == length
    model(input_ids=torch.full((1, length), 5))
    with pytest.raises((IndexError, RuntimeError)):
        model(input_ids=torch.full((1, length + 1), 5))


def test_tiny_is_the_same_for_the_same_texts_and_seed():
    (one, words), (two, other_words) = (load_encoder("tiny", TEXTS, seed=3) for _ in range(2))
    assert words.get_vocab() == other_words.get_vocab()
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), two.parameters(), strict=True))
    (third, _) = load_encoder("tiny", TEXTS, seed=4)
    assert not torch.equal(one.embeddings.word_embeddings.weight, third.embeddings.word_embeddings.weight)


def test_tiny_leaves_rare_characters_unknown():
    _, tokenizer = load_encoder("tiny", ["가나 가나 다"], seed=1)
    assert set(tokenizer.get_vocab()) == {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "가", "나", "##가", "##나"}


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(UserError, match=r"no folder .*nowhere"):
        load_encoder(str(tmp_path / "nowhere"), [], seed=1)


@pytest.mark.parametrize("file", ["config.json", "model.safetensors", "tokenizer.json"])
def test_an_incomplete_folder_is_named(tmp_path, file):
    folder = saved_encoder(tmp_path / "bert", "bert")
    (folder / file).unlink()
    with pytest.raises(UserError, match=str(folder)):
        load_folder(folder)


@pytest.mark.parametrize("file", ["config.json", "model.safetensors", "tokenizer.json"])
def test_a_damaged_folder_is_named(tmp_path, file):
    folder = saved_encoder(tmp_path / "bert", "bert")
    content = (folder / file).read_bytes()
    (folder / file).write_bytes(content[: len(content) // 2])
    with pytest.raises(UserError, match=str(folder)):
        load_folder(folder)


def test_weights_without_a_layer_are_refused(tmp_path):
    folder = saved_encoder(tmp_path / "bert", "bert")
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes().replace(b"encoder.layer.1", b"encoder.layer.7"))
    with pytest.raises(UserError, match="lack"):
        load_folder(folder)


def test_pickled_weights_are_read_as_weights_only(tmp_path):
    folder = saved_encoder(tmp_path / "bert", "bert")
    model, _ = load_folder(folder)
    (folder / "model.safetensors").unlink()
    torch.save(model.state_dict(), folder / "pytorch_model.bin")
    again, _ = load_folder(folder)
    assert all(torch.equal(a, b) for a, b in zip(model.parameters(), again.parameters(), strict=True))
    torch.save({"weights": BertTokenizer}, folder / "pytorch_model.bin")
    with pytest.raises(UserError, match=str(folder)):
        load_folder(folder)


def test_an_encoder_out_of_reach_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(UserError, match=r"some/encoder.*folder.*HF_HOME") as caught:
        load_encoder("some/encoder", [], seed=1)
    assert "\n" not in str(caught.value)


def test_an_encoder_in_the_cache_needs_no_network(tmp_path, monkeypatch):
    folder = saved_encoder(tmp_path / "bert", "bert")
    monkeypatch.setattr(encoders, "_reach_hub", lambda: pytest.fail("asked the network"))
    pretrained = encoders._pretrained
    monkeypatch.setattr(encoders, "_pretrained", lambda name, **options: pretrained(str(folder), **options))
    model, _ = load_encoder("some/encoder", [], seed=1)
    assert model.config.model_type == "bert"
