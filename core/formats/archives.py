"""Zip archives of one corpus file, as doccano exports them."""

import shutil
import zipfile
import zlib
from pathlib import Path
from tempfile import TemporaryDirectory

from core.domain.errors import UserError
from core.formats.source_files import naming_read_errors
from core.io.files import kind_of
from core.messages.catalogue import join_words

_MAGIC = b"PK\x03\x04"
_FAULTS = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError)
"""What zipfile raises where an archive is damaged, encrypted, or packed in a way that it does not know."""


def unpack_only_file(path: Path) -> tuple[TemporaryDirectory[str], Path] | None:
    """A temporary copy of the only file in a zip archive; None if it is none.

    Raises:
        UserError: it contains several files or none, is damaged, or is larger than the disk has room for.
    """
    if kind_of(path) != "file":
        return None
    with naming_read_errors(str(path)):
        with path.open("rb") as file:
            if file.read(len(_MAGIC)) != _MAGIC:
                return None
        try:
            with zipfile.ZipFile(path) as archive:
                return _unpack(path, archive)
        except _FAULTS as error:
            raise UserError(
                "{path} is a damaged archive ({reason}); unpack it yourself", path=path, reason=error
            ) from error


def _unpack(path: Path, archive: zipfile.ZipFile) -> tuple[TemporaryDirectory[str], Path]:
    members = [each for each in archive.infolist() if not each.is_dir() and not _is_hidden(each.filename)]
    if len(members) != 1:
        raise UserError(
            "{path} is an archive with {number} files ({names:.200}); unpack it and name those that you mean",
            path=path,
            number=len(members),
            names=join_words(each.filename for each in members),
        )
    folder = TemporaryDirectory(prefix="spandesk-")
    # A name of our own, since that of a member could lead out of the folder.
    copy = (Path(folder.name) / "member").with_suffix(Path(members[0].filename).suffix)
    if members[0].file_size > shutil.disk_usage(folder.name).free:
        folder.cleanup()
        raise UserError("{path} does not fit on the disk when it is unpacked", path=path)
    try:
        with archive.open(members[0]) as source, copy.open("xb") as file:
            shutil.copyfileobj(source, file)
    except BaseException:
        folder.cleanup()
        raise
    return folder, copy


def _is_hidden(name: str) -> bool:
    """Whether a member is not of the user, but of the system on which the archive was made."""
    return name.startswith("__MACOSX/") or name.rpartition("/")[2].startswith(".")
