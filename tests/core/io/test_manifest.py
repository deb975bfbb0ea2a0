"""The manifest of a saved tagger's folder: whatever of it is damaged, altered or missing is one sentence."""

import json

import pytest

from core.domain.errors import UserError
from core.io.manifest import FORMAT, Manifest, digests_of, load_manifest

WRONG = (None, 3, "x", [], {}, [1], {"a": 1})


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "encoder").mkdir()
    (tmp_path / "head.safetensors").write_bytes(b"weights")
    (tmp_path / "encoder" / "config.json").write_text("{}")
    Manifest(FORMAT, ["PS", "LC"], "subword", 0.1, 128, digests_of(tmp_path)).write(tmp_path)
    return tmp_path


def document(folder):
    return json.loads((folder / "spandesk.json").read_text())


def rewrite(folder, content):
    (folder / "spandesk.json").write_text(json.dumps(content))


def test_what_was_written_comes_back(folder):
    manifest = load_manifest(folder)
    assert (manifest.labels, manifest.unit) == (["PS", "LC"], "subword")
    assert (manifest.dropout, manifest.max_length) == (0.1, 128)
    assert set(manifest.files) == {"head.safetensors", "encoder/config.json"}


@pytest.mark.parametrize("name", ["head.safetensors", "encoder/config.json"])
def test_a_file_that_is_altered_or_gone_is_named(folder, name):
    (folder / name).write_bytes(b"weightz")
    with pytest.raises(UserError, match=f"was altered: {name} has changed; restore it"):
        load_manifest(folder)
    (folder / name).unlink()
    with pytest.raises(UserError, match=f"is incomplete: {name} is missing; restore it"):
        load_manifest(folder)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"format": 1}', "\\ud800"])
def test_a_malformed_manifest_is_damaged(folder, text):
    (folder / "spandesk.json").write_text(text)
    with pytest.raises(UserError, match=r"spandesk\.json is damaged; restore the folder"):
        load_manifest(folder)


@pytest.mark.parametrize("name", ["labels", "unit", "dropout", "max_length", "files"])
def test_a_value_of_another_kind_is_damage(folder, name):
    whole = document(folder)
    for wrong in WRONG:
        if (name, wrong) in (("labels", []), ("files", {}), ("max_length", 3), ("dropout", 3)):
            continue  # of the right kind
        rewrite(folder, {**whole, name: wrong})
        with pytest.raises(UserError, match=r"spandesk\.json is damaged; restore the folder"):
            load_manifest(folder)
    rewrite(folder, {other: value for other, value in whole.items() if other != name})
    with pytest.raises(UserError, match=r"spandesk\.json is damaged; restore the folder"):
        load_manifest(folder)


def test_another_version_is_named_as_such(folder):
    rewrite(folder, {**document(folder), "format": FORMAT + 1, "more": True})
    with pytest.raises(UserError, match="was written by another version of Spandesk"):
        load_manifest(folder)


def test_a_folder_without_a_manifest_is_not_a_model(tmp_path):
    with pytest.raises(UserError, match=r"is not a Spandesk model: spandesk\.json is missing"):
        load_manifest(tmp_path)
