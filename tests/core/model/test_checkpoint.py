import json
import sys

import pytest
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torchcrf import CRF
from transformers import AutoModel, AutoTokenizer

from core.domain.errors import UserError
from core.io.manifest import FORMAT
from core.model.checkpoint import load, save
from tests.core.toy_models import FAMILIES, SENTENCES, saved_encoder, tagged, text_tagger_of

CPU = torch.device("cpu")
TEXTS = [sentence.text for sentence in SENTENCES]
FILES = {
    "config.json",
    "model.safetensors",
    "tokenizer.json",
    "tokenizer_config.json",
    "head.safetensors",
    "spandesk.json",
}


@pytest.fixture
def saved(tmp_path):
    folder = tmp_path / "runs" / "0001"
    save(text_tagger_of(), folder)
    return folder


@pytest.mark.parametrize("family", ["tiny", *FAMILIES])
def test_the_same_answers_after_saving_and_loading(tmp_path, family):
    text_tagger = text_tagger_of(None if family == "tiny" else saved_encoder(tmp_path / "encoder", family))
    save(text_tagger, tmp_path / "model")
    again = load(tmp_path / "model", CPU)
    assert tagged(again, TEXTS) == tagged(text_tagger, TEXTS)
    assert any(tagged(again, TEXTS).values())
    assert (again.tag_set, again.unit) == (text_tagger.tag_set, text_tagger.unit)
    assert again.encoding.max_length == text_tagger.encoding.max_length
    assert not again.tagger.training


def test_what_is_saved_of_the_crf_is_what_pytorch_crf_has(saved):
    """So a folder from before the constraints loads, and what is saved now loads there."""
    assert {name for name in load_file(saved / "head.safetensors") if name.startswith("crf.")} == {
        f"crf.{name}" for name in CRF(7).state_dict()
    }


def test_a_saved_tagger_can_be_saved_again(saved, tmp_path):
    save(load(saved, CPU), tmp_path / "copy")
    assert tagged(load(tmp_path / "copy", CPU), TEXTS) == tagged(load(saved, CPU), TEXTS)


def test_transformers_recognises_the_folder(saved):
    assert {path.name for path in saved.iterdir()} >= FILES
    encoder = AutoModel.from_pretrained(saved)
    expected = text_tagger_of().tagger.encoder.state_dict()
    assert all(torch.equal(value, expected[name]) for name, value in encoder.state_dict().items())
    assert AutoTokenizer.from_pretrained(saved)("이순신은")["input_ids"][0] == 2


def test_saving_is_silent_and_leaves_nothing_beside(saved, capfd):
    save(text_tagger_of(), saved)
    assert capfd.readouterr() == ("", "")
    assert [path.name for path in saved.parent.iterdir()] == [saved.name]


def test_saving_replaces_what_was_there(saved):
    save(text_tagger_of(seed=5), saved)
    assert tagged(load(saved, CPU), TEXTS) == tagged(text_tagger_of(seed=5), TEXTS)


@pytest.mark.parametrize(
    ("writer", "error"),
    [
        ("core.model.checkpoint.save_file", OSError(28, "No space left on device")),
        ("core.model.checkpoint.save_file", SafetensorError("No space left on device (os error 28)")),
        (
            "transformers.PreTrainedTokenizerFast.save_pretrained",
            Exception("No space left on device"),
        ),
    ],
)
def test_a_save_that_fails_says_why_and_leaves_what_was_there(saved, monkeypatch, writer, error):
    before = {path.name: path.read_bytes() for path in saved.iterdir()}

    def full_disk(*_, **__):
        raise error

    monkeypatch.setattr(writer, full_disk)
    with pytest.raises(UserError, match=rf"cannot be saved in {saved}: No space left"):
        save(text_tagger_of(seed=5), saved)
    assert {path.name: path.read_bytes() for path in saved.iterdir()} == before
    assert [path.name for path in saved.parent.iterdir()] == [saved.name]


@pytest.mark.skipif(sys.platform == "win32", reason="no limit on file sizes there")
@pytest.mark.parametrize("size", [0, 5000])
def test_a_file_that_cannot_grow_is_the_users_to_mend(tmp_path, size):
    """0: a file that Python writes fails; 5000: the weights, which safetensors writes."""
    import resource

    text_tagger, limits = text_tagger_of(), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        with pytest.raises(UserError, match="File too large"):
            save(text_tagger, tmp_path / "model")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("file", sorted(FILES))
def test_a_missing_file_is_noticed(saved, file):
    (saved / file).unlink()
    with pytest.raises(UserError, match=str(saved)):
        load(saved, CPU)


@pytest.mark.parametrize("file", sorted(FILES))
def test_an_altered_file_is_noticed(saved, file):
    content = (saved / file).read_bytes()
    (saved / file).write_bytes(content[:-9] + b"X" + content[-8:] if file != "spandesk.json" else content[:-9])
    with pytest.raises(UserError, match=str(saved)):
        load(saved, CPU)


def test_a_folder_of_a_newer_version_is_refused(saved):
    manifest = json.loads((saved / "spandesk.json").read_text())
    (saved / "spandesk.json").write_text(json.dumps(manifest | {"format": FORMAT + 1}))
    with pytest.raises(UserError, match="another version"):
        load(saved, CPU)


@pytest.mark.parametrize("manifest", ["[]", "{}", '{"format": 1}', "1"])
def test_a_manifest_without_its_fields_is_damaged(saved, manifest):
    (saved / "spandesk.json").write_text(manifest)
    with pytest.raises(UserError, match="damaged"):
        load(saved, CPU)


def test_a_rename_that_fails_brings_back_what_was_there(saved, monkeypatch):
    before = (saved / "head.safetensors").read_bytes()
    rename = type(saved).rename

    def refused(path, target):
        if path.name == "new":
            raise PermissionError(13, "Permission denied")
        return rename(path, target)

    monkeypatch.setattr(type(saved), "rename", refused)
    with pytest.raises(UserError, match="Permission denied"):
        save(text_tagger_of(seed=5), saved)
    assert (saved / "head.safetensors").read_bytes() == before


def test_an_interrupt_between_the_two_renames_brings_back_what_was_there(saved, monkeypatch):
    before = (saved / "head.safetensors").read_bytes()
    rename = type(saved).rename

    def interrupted(path, target):
        renamed = rename(path, target)
        if path == saved:
            raise KeyboardInterrupt
        return renamed

    monkeypatch.setattr(type(saved), "rename", interrupted)
    with pytest.raises(KeyboardInterrupt):
        save(text_tagger_of(seed=5), saved)
    assert (saved / "head.safetensors").read_bytes() == before
    assert [path.name for path in saved.parent.iterdir()] == [saved.name]


def test_a_missing_folder_is_not_a_model(tmp_path):
    with pytest.raises(UserError, match="is not a Spandesk model"):
        load(tmp_path / "nowhere", CPU)
