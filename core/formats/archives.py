"""Archives of corpus files: zip, as doccano exports them, and tar, packed or not, as KLUE is published; and single
files packed by gzip, bzip2 or xz, which are archives of one file.

An archive of several files is read as the files in it, each of which is called ARCHIVE/MEMBER, wherever a path of a
corpus file is expected; one of brat's files is read as the folder that it is.
"""

import bz2
import gzip
import lzma
import shutil
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory, gettempdir
from typing import IO, Protocol, cast

from core.domain.errors import UserError
from core.formats.source_files import naming_read_errors
from core.io.files import kind_of
from core.messages.catalogue import join_words
from core.messages.terminal import escape_controls

_ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
_PACKERS = cast(
    "dict[bytes, Callable[[Path], IO[bytes]]]",
    {b"\x1f\x8b": gzip.GzipFile, b"BZh": bz2.BZ2File, b"\xfd7zXZ\0": lzma.LZMAFile},
)
"""What opens a packed file, by how it begins."""
_TAR_MAGIC, _TAR_MAGIC_AT = b"ustar", 257
_FAULTS = (zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, RuntimeError)
"""What is raised where an archive is damaged, or packed in a way that is not known."""
_MOST = 1_000
"""Files of an archive that are read; more are no corpus."""
_READ_AT_ONCE = 1 << 20
_ENCRYPTED, _IN_UTF8 = 1, 0x800
"""Flags of a file in a zip archive."""


class _Open(Protocol):
    def __call__(self) -> IO[bytes]: ...


@dataclass(frozen=True, slots=True)
class _Member:
    """A file in an archive: its size in bytes, and how to open it."""

    size: int
    open: _Open


@dataclass(frozen=True, slots=True)
class Unpacked:
    """What was taken out of an archive: a file, or a folder, that is gone when `copy` is closed.

    Attributes:
        parts: how many of the last parts of its name are needed to call it: more than one for a file of several.
    """

    copy: TemporaryDirectory[str]
    path: Path
    parts: int = 1


def list_files(path: Path) -> tuple[Path, ...]:
    """The corpus files that a path stands for: those of an archive of several, and else itself.

    Raises:
        UserError: the archive is damaged, encrypted, or too large; or the name of a file leads out of it.
    """
    if kind_of(path) != "file" or not _is_archive(path):
        return (path,)
    with _open_archive(path) as members:
        if len(members) == 1 or _is_folder_corpus(members):
            return (path,)
        _check_size(path, members.values(), Path(gettempdir()))
        return tuple(path / name for name in members)


def find_archive(path: Path) -> Path | None:
    """The archive that a path leads to or into; None if it does not."""
    for place in (path, *path.parents):
        kind = kind_of(place)
        if kind != "missing":
            return place if kind == "file" and _is_archive(place) else None
    return None


def unpack(path: Path) -> Unpacked | None:
    """A temporary copy of the file that a path into an archive leads to, or of all that an archive contains if that is
    one corpus; None if there is no archive.

    Raises:
        UserError: see `list_files`; or the archive has no such file, or is one of several files.
    """
    if (archive := find_archive(path)) is None:
        return None
    with _open_archive(archive) as members:
        if archive != path:
            name = path.relative_to(archive).as_posix()
            if name not in members:
                raise _describe_choice("{path} has no file {name}; it has {names:.200}", archive, members, name=name)
            return _copy(archive, {name: members[name]}, parts=1 + len(PurePosixPath(name).parts))
        if len(members) != 1 and not _is_folder_corpus(members):
            raise _describe_choice(
                "{path} is an archive with {number} files ({names:.200}); name one of them, as {path}/{first:.80}",
                path,
                members,
            )
        return _copy(archive, members)


def _describe_choice(template: str, path: Path, members: Mapping[str, _Member], name: str = "") -> UserError:
    first = next(iter(members), "")
    return UserError(template, path=path, number=len(members), names=join_words(members), first=first, name=name)


def _is_archive(path: Path) -> bool:
    with naming_read_errors(str(path)), path.open("rb") as file:
        start = file.read(_TAR_MAGIC_AT + len(_TAR_MAGIC))
    return start.startswith((*_ZIP_MAGIC, *_PACKERS)) or start[_TAR_MAGIC_AT:] == _TAR_MAGIC


def _find_packer(path: Path) -> Callable[[Path], IO[bytes]] | None:
    """What opens a file that is packed, if it is."""
    with path.open("rb") as file:
        start = file.read(max(map(len, _PACKERS)))
    return next((opener for magic, opener in _PACKERS.items() if start.startswith(magic)), None)


def _is_folder_corpus(members: Iterable[str]) -> bool:
    """Whether files are the texts and annotations of brat, which are one corpus together."""
    return any(name.endswith(".ann") for name in members)


@contextmanager
def _open_archive(path: Path) -> Iterator[Mapping[str, _Member]]:
    """The files of an archive by their names, without those that are of the system on which it was made.

    Raises:
        UserError: see `list_files`; also where a fault is met in the block.
    """
    with naming_read_errors(str(path)):
        try:
            is_tar = tarfile.is_tarfile(path)
            if not is_tar and (packer := _find_packer(path)) is not None:
                yield _check_names(path, [(path.stem, _measure(path, packer))])
            elif not is_tar or zipfile.is_zipfile(path):
                with zipfile.ZipFile(path) as archive:
                    yield _check_names(path, _list_zip(path, archive))
            else:
                with tarfile.open(path) as packed:
                    yield _check_names(path, _list_tar(packed))
        except _FAULTS as error:
            raise UserError(
                "{path} is a damaged archive ({reason}); unpack it yourself", path=path, reason=error
            ) from error


def _measure(path: Path, packer: Callable[[Path], IO[bytes]]) -> _Member:
    """The file that is packed in another one; how large it is, only unpacking it tells."""
    size = 0
    with packer(path) as file:
        while part := file.read(_READ_AT_ONCE):
            size += len(part)
    return _Member(size, partial(packer, path))


def _list_zip(path: Path, archive: zipfile.ZipFile) -> Iterator[tuple[str, _Member]]:
    for info in archive.infolist():
        if info.flag_bits & _ENCRYPTED:
            raise UserError("{path} is encrypted; unpack it yourself", path=path)
        if not info.is_dir():
            yield _decode_name(info), _Member(info.file_size, partial(archive.open, info))


def _decode_name(info: zipfile.ZipInfo) -> str:
    """The name of a file; archives made in a Korean Windows have names in CP949 and do not say so."""
    if info.flag_bits & _IN_UTF8:
        return info.filename
    for encoding in ("utf-8", "cp949"):
        try:
            return info.filename.encode("cp437").decode(encoding)
        except UnicodeError:
            continue
    return info.filename


def _list_tar(archive: tarfile.TarFile) -> Iterator[tuple[str, _Member]]:
    for info in archive:
        if info.isfile():
            yield info.name.removeprefix("./"), _Member(info.size, partial(_open_in_tar, archive, info))


def _open_in_tar(archive: tarfile.TarFile, info: tarfile.TarInfo) -> IO[bytes]:
    file = archive.extractfile(info)
    assert file is not None, "only files are listed"
    return file


def _check_names(path: Path, listed: Iterable[tuple[str, _Member]]) -> Mapping[str, _Member]:
    members: dict[str, _Member] = {}
    for name, member in listed:
        if _is_hidden(name):
            continue
        parts = PurePosixPath(name).parts
        if ".." in parts or name.startswith("/") or "\\" in name or "/".join(parts) != name or name in members:
            raise UserError(
                "{path} has a file that cannot be unpacked safely, since its name leads out of the archive or is there"
                " twice ({name}); unpack it yourself",
                path=path,
                name=escape_controls(name, most=80),
            )
        members[name] = member
        if len(members) > _MOST:
            raise UserError("{path} has more than {most:,} files; unpack it yourself", path=path, most=_MOST)
    return members


def _is_hidden(name: str) -> bool:
    """Whether a file is not of the user, but of the system on which the archive was made."""
    return name.startswith("__MACOSX/") or name.rpartition("/")[2].startswith(".")


def _copy(path: Path, members: Mapping[str, _Member], parts: int = 1) -> Unpacked:
    """Copies of files in a temporary folder; the only one gets a name of our own, which no system refuses."""
    folder = TemporaryDirectory(prefix="spandesk-")
    root = Path(folder.name)
    try:
        _check_size(path, members.values(), root)
        is_one = len(members) == 1
        for name, member in members.items():
            copy = (root / "member").with_suffix(PurePosixPath(name).suffix) if is_one else root / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            with member.open() as source, copy.open("xb") as file:
                shutil.copyfileobj(source, file)
        return Unpacked(folder, copy if is_one else _skip_only_folders(root), parts)
    except BaseException:
        folder.cleanup()
        raise


def _check_size(path: Path, members: Iterable[_Member], folder: Path) -> None:
    if sum(member.size for member in members) > shutil.disk_usage(folder).free:
        raise UserError("{path} does not fit on the disk when it is unpacked", path=path)


def _skip_only_folders(folder: Path) -> Path:
    """The folder itself, or the one that all of it is in."""
    while [each.is_dir() for each in folder.iterdir()] == [True]:
        (folder,) = folder.iterdir()
    return folder
