"""A run's tagger into a folder that `transformers` opens by itself. Imports torch; see `core.services.engine`."""

import os
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError

from core.domain.errors import UserError
from core.domain.events import ExportingModel
from core.io.files import kind_of
from core.io.folders import new_folder
from core.languages.korean.morphemes import analyser_version
from core.model import checkpoint
from core.model.exported_model import write_model
from core.services.model_card import CardFacts, write_card
from core.services.scoring import score_epoch
from core.store.predictions import EpochKey
from core.store.project import Project, refuse_inside_project
from core.store.runs import EpochChoice

_STEPS = 3
"""Reading the weights, writing the model, and flushing it to disk."""


@dataclass(frozen=True, slots=True)
class ModelExport:
    """The folder that an export made, of which epoch, and its size in bytes."""

    folder: Path
    key: EpochKey
    size: int


def export_model(
    project: Project, folder: Path, run: int | None = None, epoch: EpochChoice | None = None
) -> Generator[ExportingModel, None, ModelExport]:
    """Write an epoch's tagger to a new folder, with tokenizer, code and model card. It is complete or not there.

    Args:
        run, epoch: None means the newest run, the last epoch; `best` the epoch with the best micro F1 on dev.

    Raises:
        UserError: there is no such run or epoch, it has no weights or damaged ones; the folder is not empty, is in a
            project or cannot be written.
    """
    refuse_inside_project(folder)
    _check_empty(folder)
    number = project.runs.with_weights(run).number
    key = EpochKey(number, project.runs.epoch_number(number, epoch))
    text_tagger = checkpoint.load(project.checkpoint_folder(key.source, key.epoch), torch.device("cpu"))
    names = project.label_names.of_source(number)
    labels = [names.get(label, label) for label in text_tagger.tag_set.labels]
    card = write_card(_collect_facts(project, key, labels, folder.name, needs_analyser=text_tagger.unit != "subword"))
    yield ExportingModel(1, _STEPS)
    try:
        with new_folder(Path(os.path.realpath(folder))) as written:
            write_model(text_tagger, labels, written)
            (written / "README.md").write_text(card, encoding="utf-8")
            size = sum(path.stat().st_size for path in written.iterdir())
            yield ExportingModel(2, _STEPS)
    except (OSError, SafetensorError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise UserError(
            "the model cannot be written to {folder}: {reason}; free some disk space or fix the permissions there, or"
            " choose another folder",
            folder=folder,
            reason=reason,
        ) from error
    yield ExportingModel(3, _STEPS)
    return ModelExport(folder, key, size)


def _check_empty(folder: Path) -> None:
    kind = kind_of(folder)
    try:
        is_free = kind == "missing" or (kind == "folder" and not any(folder.iterdir()))
    except OSError as error:
        raise UserError("{path} cannot be used: {reason}", path=folder, reason=error.strerror or error) from error
    if not is_free:
        raise UserError("{folder} is not an empty folder; choose a new one for the model", folder=folder)


def _collect_facts(
    project: Project, key: EpochKey, labels: list[str], folder: str, *, needs_analyser: bool
) -> CardFacts:
    measured = project.predictions.count(key, "dev")
    return CardFacts(
        name=project.folder.stem,
        folder=folder,
        run=project.runs.by_number(key.source),
        epoch=key.epoch,
        labels=list(dict.fromkeys(labels)),
        report=score_epoch(project, key, "dev", "corrected") if measured else None,
        measured=measured,
        analyser=analyser_version() if needs_analyser else "",
    )
