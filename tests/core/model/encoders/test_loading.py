import json

import pytest
import torch
from huggingface_hub import constants
from transformers import AlbertConfig, AlbertModel, BertTokenizer

from core.domain.errors import UserError
from core.model.encoders import loading
from core.model.encoders.loading import load_encoder, load_folder, load_tokenizer, max_length_of
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


@pytest.mark.parametrize("family", [*FAMILIES, "tiny"])
def test_the_first_layers_alone_give_the_same_as_in_the_full_encoder(tmp_path, family):
    name = "tiny" if family == "tiny" else str(saved_encoder(tmp_path / family, family))
    whole, _ = load_encoder(name, TEXTS, seed=1)
    first, tokenizer = load_encoder(name, TEXTS, seed=1, layers=1)
    inputs = tokenizer(TEXTS[:2], padding=True, return_tensors="pt")
    with torch.inference_mode():
        states = whole.eval()(**inputs, output_hidden_states=True).hidden_states
        assert torch.equal(first.eval()(**inputs).last_hidden_state, states[1])
    assert sum(p.numel() for p in first.parameters()) < sum(p.numel() for p in whole.parameters())


@pytest.mark.parametrize("family", FAMILIES)
def test_an_encoder_of_fewer_layers_is_saved_and_loaded_as_such(tmp_path, family):
    model, tokenizer = load_encoder(str(saved_encoder(tmp_path / family, family)), [], seed=1, layers=1)
    model.save_pretrained(tmp_path / "first")
    tokenizer.save_pretrained(tmp_path / "first")
    again, _ = load_folder(tmp_path / "first")
    assert again.config.num_hidden_layers == 1
    assert all(torch.equal(a, b) for a, b in zip(model.parameters(), again.parameters(), strict=True))


@pytest.mark.parametrize("layers", [-1, 0, 3])
def test_layers_that_an_encoder_does_not_have_are_refused(tmp_path, layers):
    folder = saved_encoder(tmp_path / "bert", "bert")
    with pytest.raises(UserError, match=f"has 2 layers; give 1 to 2 to keep, not {layers}"):
        load_encoder(str(folder), [], seed=1, layers=layers)


def test_layers_that_cannot_be_distinguished_are_refused(tmp_path):
    folder = saved_encoder(tmp_path / "albert", "bert")
    AlbertModel(AlbertConfig(vocab_size=200, hidden_size=16, num_attention_heads=2)).save_pretrained(folder)
    with pytest.raises(UserError, match="cannot be distinguished"):
        load_encoder(str(folder), [], seed=1, layers=1)


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(UserError, match=r"the folder .*nowhere does not exist"):
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


def put(folder, file, **values):
    path = folder / file
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


@pytest.mark.parametrize("file", ["config.json", "tokenizer.json", "tokenizer_config.json"])
@pytest.mark.parametrize("content", ["", "[]", '"x"', "3", "[1]"])
def test_json_that_is_not_an_object_is_named(tmp_path, file, content):
    folder = saved_encoder(tmp_path / "bert", "bert")
    (folder / file).write_text(content)
    with pytest.raises(UserError, match=f"{file} is not a JSON object"):
        load_folder(folder)


@pytest.mark.parametrize(
    "values",
    [
        {"hidden_size": "many"},
        {"hidden_size": 0},
        {"hidden_size": -1},
        {"hidden_act": "nonsense"},
        {"model_type": "nonsense"},
        {"num_attention_heads": 0},
        {"pad_token_id": 100_000},
        {"attn_implementation": "flash_attention_2"},
    ],
)
def test_settings_that_fit_no_model_are_those_of_a_bad_folder(tmp_path, values):
    folder = saved_encoder(tmp_path / "bert", "bert")
    put(folder, "config.json", **values)
    with pytest.raises(UserError, match=f"{folder} is not a complete model"):
        load_folder(folder)
    with pytest.raises(UserError, match=f"{folder} is not a complete model"):
        load_tokenizer(str(folder), [])


@pytest.mark.parametrize(
    "values",
    [
        {"model": {}},
        {"model": {"type": "WordPiece"}},
        {"added_tokens": [{"id": "x"}]},
        {"pre_tokenizer": 3},
        {"normalizer": {"type": "Precompiled", "precompiled_charsmap": "AAAA"}},
    ],
)
def test_a_tokenizer_of_a_wrong_shape_is_that_of_a_bad_folder(tmp_path, values):
    folder = saved_encoder(tmp_path / "bert", "bert")
    put(folder, "tokenizer.json", **values)
    with pytest.raises(UserError, match=f"{folder} is not a complete model"):
        load_folder(folder)


@pytest.mark.parametrize("values", [{"hidden_size": 64}, {"vocab_size": 7}, {"num_hidden_layers": 5}])
def test_weights_of_another_size_than_the_settings_are_refused(tmp_path, values):
    folder = saved_encoder(tmp_path / "bert", "bert")
    put(folder, "config.json", **values)
    with pytest.raises(UserError, match=f"{folder} is not a complete model"):
        load_folder(folder)


@pytest.mark.parametrize("fault", [TypeError, AttributeError, IndexError, MemoryError])
def test_a_fault_in_the_call_of_a_library_is_not_blamed_on_the_folder(tmp_path, monkeypatch, fault):
    folder = saved_encoder(tmp_path / "bert", "bert")
    monkeypatch.setattr(loading.AutoModel, "from_pretrained", raiser(fault("unexpected keyword")))
    with pytest.raises(fault, match="unexpected keyword"):
        load_folder(folder)


def test_a_fault_after_the_files_were_read_is_not_blamed_on_the_folder(tmp_path, monkeypatch):
    folder = saved_encoder(tmp_path / "bert", "bert")
    monkeypatch.setattr(loading, "_freeze_again", raiser(KeyError("weight")))
    with pytest.raises(KeyError, match="weight"):
        load_folder(folder)


def raiser(error):
    def fail(*_, **__):
        raise error

    return fail


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
    monkeypatch.setattr(loading, "reach_hub", lambda: pytest.fail("asked the network"))
    pretrained = loading._pretrained
    monkeypatch.setattr(loading, "_pretrained", lambda name, **options: pretrained(str(folder), **options))
    model, _ = load_encoder("some/encoder", [], seed=1)
    assert model.config.model_type == "bert"


def test_what_is_fixed_stays_so_when_it_is_loaded(tmp_path):
    """Weights that only a loaded encoder learns would make a run that goes on another one."""
    made, tokenizer = load_encoder("tiny", TEXTS, seed=1)
    made.save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    loaded, _ = load_folder(tmp_path)
    fixed = [name for name, parameter in loaded.named_parameters() if not parameter.requires_grad]
    assert fixed == [name for name, parameter in made.named_parameters() if not parameter.requires_grad]
    assert fixed == ["encoder.embed_positions.weight"]


@pytest.mark.parametrize("name", ["tiny", *FAMILIES])
def test_a_tokenizer_alone_is_the_one_that_comes_with_its_encoder(tmp_path, name):
    source = name if name == "tiny" else str(saved_encoder(tmp_path / name, name))
    model, with_encoder = load_encoder(source, TEXTS, seed=1)
    alone, max_length = load_tokenizer(source, TEXTS)
    assert alone.backend_tokenizer.to_str() == with_encoder.backend_tokenizer.to_str()
    assert max_length == max_length_of(model, with_encoder)


def test_a_tokenizer_out_of_reach_says_how_to_get_it(monkeypatch, tmp_path):
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(UserError, match=r"some/encoder.*folder.*HF_HOME"):
        load_tokenizer("some/encoder", [])
    with pytest.raises(UserError, match=r"the folder .*nowhere does not exist"):
        load_tokenizer(str(tmp_path / "nowhere"), [])
