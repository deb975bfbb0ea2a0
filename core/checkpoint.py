"""A tagger as a folder that `transformers` recognises: complete, or not there at all."""

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from core.encoders import load_folder
from core.encoding import TextEncoding
from core.errors import UserError
from core.settings import Unit
from core.tagger import Tagger, TextTagger
from core.tags import TagSet

FORMAT = 1
"""Of `spandesk.json`; another one is another version's."""
_MANIFEST = "spandesk.json"
_HEAD = "head.safetensors"


@dataclass(frozen=True, slots=True)
class _Manifest:
    """What `spandesk.json` holds; `files` has every other file's SHA-256."""

    format: int
    labels: list[str]
    unit: Unit
    dropout: float
    max_length: int
    files: dict[str, str]


def save(text_tagger: TextTagger, folder: Path) -> None:
    """Writes the tagger to the folder, in place of what it held: beside it first, then renamed.

    The folder has the encoder and tokenizer as `save_pretrained` writes them, the linear layer and CRF in
    `head.safetensors`, and `spandesk.json` with the labels and every file's SHA-256.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(
        prefix=f".{folder.name}-", dir=folder.parent, ignore_cleanup_errors=True
    ) as beside:
        written = Path(beside) / "new"
        _write(text_tagger, written)
        _swap(written, folder, Path(beside) / "old")
        _sync(folder.parent)


def load(folder: Path, device: torch.device) -> TextTagger:
    """The tagger of a folder that `save` wrote, ready to tag on the device.

    Raises:
        UserError: the folder is not there, is incomplete or altered, or was written by a newer version.
    """
    manifest = _checked_manifest(folder)
    encoder, tokenizer = load_folder(folder)
    tag_set = TagSet(tuple(manifest.labels))
    tagger = Tagger(encoder, num_tags=len(tag_set.names), dropout=manifest.dropout)
    try:
        head = load_file(folder / _HEAD)
        tagger.linear.load_state_dict(_part(head, "linear."))
        tagger.crf.load_state_dict(_part(head, "crf."))
    except (OSError, RuntimeError, SafetensorError) as error:
        raise UserError(f"{folder}/{_HEAD} does not belong to this model; restore the folder from a copy") from error
    encoding = TextEncoding(tokenizer, manifest.max_length)
    return TextTagger(tagger.to(device).eval(), encoding, tag_set, manifest.unit)


def check(folder: Path) -> None:
    """Makes sure that a folder is as `save` wrote it.

    Raises:
        UserError: it is not there, is incomplete or altered, or was written by a newer version.
    """
    _checked_manifest(folder)


def _swap(new: Path, folder: Path, old: Path) -> None:
    """Puts the new folder in the place of the one there, which goes to `old`, or comes back if that fails."""
    if not folder.exists():
        new.rename(folder)
        return
    folder.rename(old)
    try:
        new.rename(folder)
    except OSError:
        old.rename(folder)
        raise


def _write(text_tagger: TextTagger, folder: Path) -> None:
    folder.mkdir()
    tagger = text_tagger.tagger
    tagger.encoder.save_pretrained(folder)
    text_tagger.encoding.tokenizer.save_pretrained(folder)
    save_file(_head(tagger), folder / _HEAD)
    manifest = _Manifest(
        format=FORMAT,
        labels=list(text_tagger.tag_set.labels),
        unit=text_tagger.unit,
        dropout=tagger.dropout.p,
        max_length=text_tagger.encoding.max_length,
        files={path.relative_to(folder).as_posix(): _digest(path) for path in _files(folder)},
    )
    text = json.dumps(asdict(manifest), ensure_ascii=False, indent=2)
    (folder / _MANIFEST).write_text(text + "\n", encoding="utf-8")
    for path in (*_files(folder), folder):
        _sync(path)


def _head(tagger: Tagger) -> dict[str, Tensor]:
    parts: dict[str, nn.Module] = {"linear": tagger.linear, "crf": tagger.crf}
    return {
        f"{part}.{name}": value.detach().cpu().contiguous()
        for part, module in parts.items()
        for name, value in module.state_dict().items()
    }


def _part(state: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): value for name, value in state.items() if name.startswith(prefix)}


def _checked_manifest(folder: Path) -> _Manifest:
    """What `spandesk.json` says, once every file it names is known to be as it was written."""
    manifest = _read_manifest(folder)
    for name, digest in manifest.files.items():
        path = folder / name
        if not path.is_file():
            raise UserError(f"{folder} is incomplete: {name} is missing; restore it from a copy or train again")
        if _digest(path) != digest:
            raise UserError(f"{folder} was altered: {name} has changed; restore it from a copy or train again")
    return manifest


def _read_manifest(folder: Path) -> _Manifest:
    try:
        content: dict[str, Any] = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
        if content["format"] != FORMAT:
            raise UserError(f"{folder} was written by another version of Spandesk; open it with the newest")
        return _Manifest(**content)
    except OSError as error:
        raise UserError(f"{folder} is no model of Spandesk: it has no {_MANIFEST}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(f"{folder}/{_MANIFEST} is damaged; restore the folder from a copy or train again") from error


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    """Puts a file's bytes, or a folder's names, on the disk; Windows has no such thing for folders."""
    if path.is_dir() and os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
