"""`spandesk.json`, the checksummed manifest of a saved tagger's folder; imports no torch."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from core.domain.errors import UserError
from core.domain.settings import UNITS, Unit

FORMAT = 1
"""The version of the layout of `spandesk.json`."""
_NAME = "spandesk.json"


@dataclass(frozen=True, slots=True)
class Manifest:
    """The content of `spandesk.json`; `files` has the SHA-256 of every other file."""

    format: int
    labels: list[str]
    unit: Unit
    dropout: float
    max_length: int
    files: dict[str, str]

    def write(self, folder: Path) -> None:
        text = json.dumps(asdict(self), ensure_ascii=False, indent=2)
        (folder / _NAME).write_text(text + "\n", encoding="utf-8")


def load_manifest(folder: Path) -> Manifest:
    """Read `spandesk.json` and verify the checksums of all files.

    Raises:
        UserError: the folder is not there, is incomplete or altered, or was written by a newer version.
    """
    manifest = _read(folder)
    for name, digest in manifest.files.items():
        path = folder / name
        if not path.is_file():
            raise UserError(
                "{folder} is incomplete: {name} is missing; restore it from a copy or train again",
                folder=folder,
                name=name,
            )
        if _digest(path) != digest:
            raise UserError(
                "{folder} was altered: {name} has changed; restore it from a copy or train again",
                folder=folder,
                name=name,
            )
    return manifest


def files_in(folder: Path) -> Iterator[Path]:
    """All files in a folder and its subfolders, in order."""
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def digests_of(folder: Path) -> dict[str, str]:
    """The SHA-256 of every file in a folder."""
    return {path.relative_to(folder).as_posix(): _digest(path) for path in files_in(folder)}


def _read(folder: Path) -> Manifest:
    try:
        content: dict[str, Any] = json.loads((folder / _NAME).read_text(encoding="utf-8"))
        if content["format"] != FORMAT:
            raise UserError(
                "{folder} was written by another version of Spandesk; open it with the newest", folder=folder
            )
        return _check_kinds(Manifest(**content))
    except OSError as error:
        raise UserError("{folder} is not a Spandesk model: {name} is missing", folder=folder, name=_NAME) from error
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(
            "{path} is damaged; restore the folder from a copy or train again", path=f"{folder}/{_NAME}"
        ) from error


def _check_kinds(manifest: Manifest) -> Manifest:
    """Refuse values of another kind than `Manifest.write` writes.

    Raises:
        TypeError: one of them is.
    """
    kinds: dict[str, type | tuple[type, ...]] = {
        "labels": list,
        "unit": str,
        "dropout": (int, float),
        "max_length": int,
        "files": dict,
    }
    wrong = [name for name, kind in kinds.items() if not isinstance(getattr(manifest, name), kind)]
    names = () if wrong else (*manifest.labels, *manifest.files, *manifest.files.values())
    if wrong or manifest.unit not in UNITS or not all(isinstance(name, str) for name in names):
        raise TypeError(f"values of another kind: {wrong or 'names'}")
    return manifest


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
