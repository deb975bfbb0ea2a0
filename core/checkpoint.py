"""A tagger as a folder that `transformers` recognises: complete, or not there at all."""

import os
import tempfile
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from core.encoders import load_folder
from core.encoding import TextEncoding
from core.errors import UserError
from core.manifest import FORMAT, Manifest, checked_manifest, digests_of, files_in
from core.tagger import Tagger, TextTagger
from core.tags import TagSet

_HEAD = "head.safetensors"


def save(text_tagger: TextTagger, folder: Path) -> None:
    """Writes the tagger to the folder, in place of what it held: beside it first, then renamed.

    The folder has the encoder and tokenizer as `save_pretrained` writes them, the linear layer and CRF in
    `head.safetensors`, and `spandesk.json` with the labels and every file's SHA-256.

    Raises:
        UserError: the disk is full, or the folder cannot be written; then it is as it was.
    """
    try:
        _save(text_tagger, folder)
    except (OSError, SafetensorError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise UserError(
            f"the weights cannot be saved in {folder}: {reason}; make room or mend its permissions, and train again"
        ) from error


def _save(text_tagger: TextTagger, folder: Path) -> None:
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
    manifest = checked_manifest(folder)
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
    _write_tokenizer(text_tagger, folder)
    save_file(_head(tagger), folder / _HEAD)
    Manifest(
        format=FORMAT,
        labels=list(text_tagger.tag_set.labels),
        unit=text_tagger.unit,
        dropout=tagger.dropout.p,
        max_length=text_tagger.encoding.max_length,
        files=digests_of(folder),
    ).write(folder)
    for path in (*files_in(folder), folder):
        _sync(path)


def _write_tokenizer(text_tagger: TextTagger, folder: Path) -> None:
    try:
        text_tagger.encoding.tokenizer.save_pretrained(folder)
    except Exception as error:
        if type(error) is not Exception:
            raise
        raise OSError(str(error)) from error  # tokenizers has no type of its own for a file that it cannot write


def _head(tagger: Tagger) -> dict[str, Tensor]:
    parts: dict[str, nn.Module] = {"linear": tagger.linear, "crf": tagger.crf}
    return {
        f"{part}.{name}": value.detach().cpu().contiguous()
        for part, module in parts.items()
        for name, value in module.state_dict().items()
    }


def _part(state: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): value for name, value in state.items() if name.startswith(prefix)}


def _sync(path: Path) -> None:
    """Puts a file's bytes, or a folder's names, on the disk; Windows has no such thing for folders."""
    if path.is_dir() and os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
