"""Save and load taggers, with or without their training state, as folders that `transformers` can read, atomically."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from core.domain.errors import UserError
from core.domain.tags import TagSet
from core.io.folders import sync
from core.io.manifest import FORMAT, Manifest, digests_of, files_in, load_manifest
from core.model.encoders.loading import load_folder
from core.model.encoding.text_encoder import TextEncoding
from core.model.heads import Features, PieceFeatures, SyllableFeatures
from core.model.tagger import Tagger, TextTagger

MOMENTS = "optimiser."
"""The prefix of the names of the optimiser's tensors."""


@dataclass(frozen=True, slots=True, eq=False)
class LearnerState:
    """What a learner needs, besides the tagger's weights, to continue as if it had never stopped.

    Attributes:
        steps_done: since the beginning of the first epoch.
        batch_size: how many windows fit in memory at once.
        tensors: the optimiser's moments by the name and key of each parameter, and the random generators' states.
    """

    steps_done: int
    batch_size: int
    tensors: dict[str, Tensor]


@dataclass(frozen=True, slots=True)
class TrainingState:
    """The position of a training between two steps; with the tagger's weights, all that is needed to resume.

    Attributes:
        epoch: the epoch of the next step, from 1.
        batches_done: in that epoch.
        seconds: the time that its training took so far.
        loss, units: the sum of the loss in that epoch so far, and the number of its tagging units.
        learner: the optimiser and the random generators; None if only the weights of the previous epoch were kept, so
            that these start anew.
    """

    epoch: int
    batches_done: int
    seconds: float
    loss: float
    units: int
    learner: LearnerState | None

    @classmethod
    def after(cls, epoch: int) -> "TrainingState":
        """The position after an epoch, if only its weights were kept."""
        return cls(epoch + 1, batches_done=0, seconds=0.0, loss=0.0, units=0, learner=None)


_HEAD = "head.safetensors"
_STATE = "state.safetensors"
_NUMBERS = "numbers"
"""The metadata key of the state's numbers, as JSON."""
_STATE_NUMBERS = ("epoch", "batches_done", "seconds", "loss", "units")


def save(text_tagger: TextTagger, folder: Path, state: TrainingState | None = None) -> None:
    """Save the tagger to a folder, replacing its content: written beside it first, then renamed.

    The folder contains the encoder and tokenizer as `save_pretrained` writes them; features, linear layer and CRF in
    `head.safetensors`; and `spandesk.json` with the labels and the SHA-256 of every file. With a state, for
    `load_state`, it also contains `state.safetensors`.

    Raises:
        UserError: the disk is full, or the folder cannot be written; then it is unchanged.
    """
    try:
        _save(text_tagger, folder, state)
    except (OSError, SafetensorError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise UserError(
            "the weights cannot be saved in {folder}: {reason}; free some disk space or fix its"
            " permissions, then resume",
            folder=folder,
            reason=reason,
        ) from error


def _save(text_tagger: TextTagger, folder: Path, state: TrainingState | None) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(
        prefix=f".{folder.name}-", dir=folder.parent, ignore_cleanup_errors=True
    ) as beside:
        written = Path(beside) / "new"
        _write(text_tagger, written, state)
        sync(Path(beside))
        _swap(written, folder, Path(beside) / "old")
        sync(folder.parent)


def load(folder: Path, device: torch.device) -> TextTagger:
    """Load a tagger that `save` wrote, ready to tag on the device; draws no random numbers.

    Raises:
        UserError: the folder is missing, incomplete or altered, or was written by a newer version.
    """
    manifest = load_manifest(folder)
    encoder, tokenizer = load_folder(folder)
    tag_set = TagSet(tuple(manifest.labels))
    try:
        head = load_file(folder / _HEAD)
        with torch.device("meta"):  # initial weights would draw random numbers of a running training
            features = _features(head, encoder.config.hidden_size, manifest)
            tagger = Tagger(encoder, features, num_tags=len(tag_set.names))
        tagger.features.load_state_dict(take_part(head, "features."), assign=True)
        tagger.linear.load_state_dict(take_part(head, "linear."), assign=True)
        tagger.crf.load_state_dict(take_part(head, "crf."), assign=True)
    except (OSError, KeyError, RuntimeError, SafetensorError) as error:
        raise UserError(
            "{folder}/{head} does not belong to this model; restore the folder from a copy", folder=folder, head=_HEAD
        ) from error
    encoding = TextEncoding(tokenizer, manifest.max_length, manifest.unit)
    return TextTagger(tagger.to(device).eval(), encoding, tag_set)


def load_state(folder: Path) -> TrainingState:
    """Load the training state that `save` wrote with a tagger.

    Raises:
        UserError: it is not there, or is damaged.
    """
    with _open_state(folder) as file:
        numbers = json.loads(file.metadata()[_NUMBERS])
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  # it is not a dict
        learner = LearnerState(numbers.pop("steps_done"), numbers.pop("batch_size"), tensors)
        return TrainingState(**numbers, learner=learner)


def load_position(folder: Path) -> tuple[int, int]:
    """Load only the epoch of a saved training state, and how many of its batches are done.

    Raises:
        UserError: it is not there, or is damaged.
    """
    with _open_state(folder) as file:
        numbers = json.loads(file.metadata()[_NUMBERS])
        return int(numbers["epoch"]), int(numbers["batches_done"])


@contextmanager
def _open_state(folder: Path) -> Iterator[Any]:
    try:
        with safe_open(folder / _STATE, "pt") as file:
            yield file
    except (OSError, KeyError, TypeError, ValueError, SafetensorError) as error:
        raise UserError(
            "{folder}/{state} is damaged; restore it from a copy, or remove {folder} to resume from"
            " the last finished epoch",
            folder=folder,
            state=_STATE,
        ) from error


def _write_state(state: TrainingState, path: Path) -> None:
    learner = state.learner
    assert learner is not None, "a training that has begun knows its learner's state"
    numbers = {name: getattr(state, name) for name in _STATE_NUMBERS}
    numbers |= {"steps_done": learner.steps_done, "batch_size": learner.batch_size}
    save_file(learner.tensors, path, {_NUMBERS: json.dumps(numbers)})


def _features(head: dict[str, Tensor], state_width: int, manifest: Manifest) -> Features:
    if manifest.unit == "syllable":
        characters = len(head["features.characters.weight"])
        return SyllableFeatures(state_width, characters=characters, dropout=manifest.dropout)
    return PieceFeatures(state_width, dropout=manifest.dropout)


def _swap(new: Path, folder: Path, old: Path) -> None:
    """Replace a folder with a new one; the existing one is renamed to `old`, and restored on failure.

    If the process is killed between the two renames, both are complete, and `core.store.project` restores the newer.
    """
    if not folder.exists():
        new.rename(folder)
        return
    try:
        folder.rename(old)
        new.rename(folder)
    except BaseException:  # also on an interrupt, since the temporary folder is removed next
        if not folder.exists():
            old.rename(folder)
        raise


def _write(text_tagger: TextTagger, folder: Path, state: TrainingState | None) -> None:
    folder.mkdir()
    tagger = text_tagger.tagger
    tagger.encoder.save_pretrained(folder)
    _write_tokenizer(text_tagger, folder)
    save_file(_head(tagger), folder / _HEAD)
    if state is not None:
        _write_state(state, folder / _STATE)
    Manifest(
        format=FORMAT,
        labels=list(text_tagger.tag_set.labels),
        unit=text_tagger.unit,
        dropout=tagger.features.dropout.p,
        max_length=text_tagger.encoding.max_length,
        files=digests_of(folder),
    ).write(folder)
    for path in (*files_in(folder), folder):
        sync(path)


def _write_tokenizer(text_tagger: TextTagger, folder: Path) -> None:
    try:
        text_tagger.encoding.tokenizer.save_pretrained(folder)
    except Exception as error:
        if type(error) is not Exception:
            raise
        raise OSError(str(error)) from error  # tokenizers has no exception type for a file that it cannot write


def _head(tagger: Tagger) -> dict[str, Tensor]:
    parts: dict[str, nn.Module] = {"features": tagger.features, "linear": tagger.linear, "crf": tagger.crf}
    return {
        f"{part}.{name}": value.detach().cpu().contiguous()
        for part, module in parts.items()
        for name, value in module.state_dict().items()
    }


def take_part(state: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """The tensors of a part of a model, by their names in it."""
    return {name.removeprefix(prefix): value for name, value in state.items() if name.startswith(prefix)}
