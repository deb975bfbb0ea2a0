"""Corrections as a patch: an imported file again, with the gold of today and nothing else changed; no torch here."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from heapq import merge
from pathlib import Path
from typing import Any, NamedTuple

from core.domain.errors import UserError
from core.domain.generators import run_to_end
from core.formats import registry
from core.formats.archives import find_archive
from core.formats.records import CannotFollowError, Piece, Record, Rejected, WantedSpan, WriteOptions
from core.formats.source_files import ReadOptions, Source, check_kind, digest_of, naming_read_errors
from core.io.files import replacing_bytes
from core.messages.catalogue import join_words, say, say_count
from core.services.gold_reading import Rules
from core.services.intake import joining_key
from core.services.wanted_spans import want_spans
from core.store.project import Project, refuse_inside_project
from core.store.sentences import ImportedFile, StoredSentence

_REPORT_EVERY = 2_000
"""Records between two words of progress."""
_REFUSE = WriteOptions()


@dataclass(frozen=True, slots=True)
class PatchReport:
    """What a patch wrote.

    Attributes:
        original: the file whose copy has the corrections.
        corrected: how many of its records have other entities now.
        notices: what is not as in the project, a sentence each.
    """

    original: Path
    corrected: int
    notices: tuple[str, ...] = ()


Patching = Generator[Piece, None, tuple[str, ...]]
"""The pieces of a file, then notices."""


class Correction(NamedTuple):
    """A corrected sentence.

    Attributes:
        place: of its record in the file, from 1.
        rules: by which it was imported; None: they are not known.
    """

    place: int
    stored: StoredSentence
    rules: Rules | None


def find_originals(project: Project) -> list[ImportedFile]:
    """The files that a project can be patched into, once each, as they were imported last."""
    found = {
        imported.digest: imported
        for imported in project.sentences.imports()
        if imported.digest and imported.sentences and registry.format_by_name(imported.format).patch
    }
    return list(found.values())


def find_original(project: Project) -> Path:
    """The only file of a project that can be patched, where it was imported from.

    Raises:
        UserError: there are none or several, or it is not there as it was.
    """
    files = find_originals(project)
    if not files:
        raise UserError("no file of the project is known by its contents; name the original after --patch")
    if len(files) > 1:
        names = join_words(imported.path or imported.file for imported in files)
        raise UserError("the project has several files ({names}); name the original after --patch", names=names)
    if files[0].path is None:
        raise UserError(
            "{file} was imported from an archive or a pipe, or has a name that is no text; name the file itself after"
            " --patch",
            file=files[0].file,
        )
    path = where_it_was(files[0])
    if path is None:
        raise UserError(
            "{file} is not where it was imported from, or has changed since; name the original after --patch",
            file=files[0].path,
        )
    return path


def where_it_was(imported: ImportedFile) -> Path | None:
    """The file where it was imported from; None if it is not there, or is another now."""
    path = Path(imported.path) if imported.path else None
    if path is None or not path.is_file():
        return None
    with naming_read_errors(str(path)):
        return path if digest_of(path) == imported.digest else None


def export_patch(
    project: Project,
    path: Path,
    original: Path | None = None,
    report: Callable[[int], None] = lambda _: None,
    options: WriteOptions = _REFUSE,
) -> PatchReport:
    """Write an imported file again with the corrected gold and nothing else changed. The file is complete or untouched.

    Args:
        original: the file as it was imported; None: it is where it was imported from.
        report: called now and then with how many records were read; where it raises, the file stays untouched.

    Raises:
        UserError: the original is not known, has changed since, or has a format that cannot be patched; the file
            cannot be written, is the original itself or is in a project; the format cannot hold the gold; or many
            sentences are being changed right now.
    """
    refuse_inside_project(path)
    original = original or find_original(project)
    _refuse_same(path, original)
    project.corrections.settle()
    if find_archive(original) is not None:
        raise UserError("{path} is an archive or in one; unpack it, and name the unpacked file", path=original)
    check_kind(original)
    with naming_read_errors(str(original)):
        digest = digest_of(original)
    imports = _find_imports(project, original, digest)
    how = _how_read(next((each for each in imports if each.sentences), None))
    with registry.open_corpus(original, how.format, how.options) as file:
        if file.format.patch is None:
            raise UserError("{title} cannot be patched; export in a format instead", title=file.format.title)
        by_id = None if imports else _FindById(project, file.source)
        corrections = merge(*(_corrections_of(project, each) for each in imports), key=lambda each: each.place)
        edits = _Edits(by_id or _find_by_place(corrections), _find_joined(project, imports, file), report)
        with replacing_bytes(path) as copy:
            writing = _Writing(file.source, copy.write, edits)
            notices = run_to_end(
                _name_errors(file.source, file.format.patch(file.source, edits.edit, options)), writing.add
            )
            writing.check_original(digest)
            found = [by_id.notice()] if by_id else []
    put_away = sum(project.documents.count_put_away(each.number) for each in imports)
    described = [_describe_put_away(put_away)] if put_away else []
    return PatchReport(original, writing.corrected, (*found, *notices, *writing.notices(), *described))


def _name_errors(source: Source, pieces: Patching) -> Patching:
    with naming_read_errors(source.name):
        return (yield from pieces)


def _refuse_same(path: Path, original: Path) -> None:
    with suppress(OSError):
        if path.samefile(original):
            raise UserError("{path} is the original, which stays as it is; write to another file", path=path)


def _find_imports(project: Project, original: Path, digest: str | None) -> list[ImportedFile]:
    """The imports of a file; none if an older version may have imported it.

    Raises:
        UserError: it has changed since it was imported.
    """
    imports = project.sentences.imports()
    known = [imported for imported in imports if imported.digest == digest]
    changed = (imported for imported in imports if imported.digest and imported.file == original.name)
    if not known and (imported := next(changed, None)):
        raise UserError(
            "{path} has changed since it was imported on {day} (its SHA-256 is another); name the file as it was",
            path=original,
            day=imported.imported_at[:10],
        )
    return known


class _HowRead(NamedTuple):
    """How a file was imported."""

    format: str = registry.AUTO
    options: ReadOptions = ReadOptions()
    rules: Rules | None = None


def _how_read(imported: ImportedFile | None) -> _HowRead:
    if imported is None:
        return _HowRead()
    stored: dict[str, Any] = json.loads(imported.options or "{}")
    rules = stored.pop("rules", None)
    options = ReadOptions(**{**stored, "tag_names": tuple(stored.get("tag_names", ()))})
    if rules is None:
        return _HowRead(imported.format, options)
    pairs = tuple((label, other) for label, other in rules.pop("label_map"))
    return _HowRead(imported.format, options, Rules(label_map=pairs, **rules))


class _Edits:
    """Says what the entities of a file's records are to be, and remembers what came of it.

    Args:
        find: the correction of a record.
        joined: the keys of sentences that several records of the file state.
        report: called now and then with how many records were read.
    """

    def __init__(
        self, find: Callable[[Record], Correction | None], joined: frozenset[str], report: Callable[[int], None]
    ) -> None:
        self._find = find
        self._joined = joined
        self._report = report
        self._records = 0
        self.last_id = ""

    def edit(self, record: Record) -> Sequence[WantedSpan] | None:
        """The entities that a record should have; None: as they are.

        Raises:
            CannotFollowError: several records state them.
        """
        self._records += 1
        if self._records % _REPORT_EVERY == 0:
            self._report(self._records)
        correction = self._find(record)
        if correction is None:
            return None
        stored = correction.stored
        self.last_id = stored.id
        if record.refused:
            raise CannotFollowError(UserError("its record in the file refuses an entity, and states none"))
        if joining_key(record) in self._joined:
            raise CannotFollowError(UserError("several records of the file state it"))
        return want_spans(record, stored.imported, stored.gold, correction.rules)


def _find_by_place(corrections: Iterator[Correction]) -> Callable[[Record], Correction | None]:
    """What finds the corrections of records that come in order."""
    waiting = next(corrections, None)

    def find(record: Record) -> Correction | None:
        nonlocal waiting
        if waiting is None or waiting.place > record.number:
            return None
        found, waiting = waiting, next(corrections, None)
        if found.place < record.number or found.stored.text != record.text:
            raise UserError(
                "the sentence {id} is not in the record {place:,} of the file, where it was imported from; export in a"
                " format instead",
                id=found.stored.id,
                place=found.place,
            )
        return found

    return find


class _FindById:
    """Finds the corrections of records by id and text, as far as an older version imported them."""

    def __init__(self, project: Project, source: Source) -> None:
        self._sentences = project.sentences
        self._file_name = source.file_name
        self._found = 0

    def __call__(self, record: Record) -> Correction | None:
        for name in (record.id, f"{self._file_name}#{record.id}"):
            stored = self._sentences.without_import(name, record.text)
            if stored is not None:
                self._found += 1
                return Correction(record.number, stored, None) if stored.gold != stored.imported else None
        return None

    def notice(self) -> str:
        """How many sentences were found.

        Raises:
            UserError: none was.
        """
        if not self._found:
            raise UserError(
                "{file} is not one that was imported into this project, or it has changed since", file=self._file_name
            )
        return say_count(
            "{count:,} sentence was found by id and text, since an older version imported the file",
            "{count:,} sentences were found by id and text, since an older version imported the file",
            self._found,
        )


def _corrections_of(project: Project, imported: ImportedFile) -> Iterator[Correction]:
    rules = _how_read(imported).rules
    return (Correction(place, stored, rules) for place, stored in project.sentences.corrected_of(imported.number))


def _find_joined(project: Project, imports: Sequence[ImportedFile], file: registry.CorpusFile) -> frozenset[str]:
    """The keys of sentences that several records of a file state, where a corrected one may be of them."""
    if not any(project.documents.has_joined(imported.number) for imported in imports):
        return frozenset()
    rules = _how_read(imports[0]).rules
    chosen = rules.annotator if rules else ""
    records = (record for record in file.records() if not isinstance(record, Rejected))
    counts = Counter(
        key
        for record in records
        if (key := joining_key(record)) is not None
        and not record.refused
        and record.annotator in ("", chosen or record.annotator)
    )
    return frozenset(key for key, count in counts.items() if count > 1)


class _Writing:
    """Writes the pieces of a file, and what could not be written as it should be."""

    def __init__(self, source: Source, write: Callable[[bytes], object], edits: _Edits) -> None:
        self._source = source
        self._write = write
        self._edits = edits
        mark, self._encode = source.open_encoder()
        self._original = hashlib.sha256(mark)
        self._removed: dict[str, None] = {}
        self._first_refused: tuple[str, UserError] | None = None
        self._refused = 0
        self.corrected = 0
        write(mark)

    def add(self, piece: Piece) -> None:
        """Write a piece.

        Raises:
            UserError: the file's encoding lacks a character of it.
        """
        old = self._encode(piece.old)
        self._original.update(old)
        if piece.new is None or piece.new == piece.old:
            self._write(old)
        else:
            self._write(self._encode_new(piece.new))
            self.corrected += 1
        self._removed.update(dict.fromkeys(piece.removed))
        if piece.refused is not None:
            self._refused += 1
            self._first_refused = self._first_refused or (self._edits.last_id, piece.refused)

    def _encode_new(self, text: str) -> bytes:
        try:
            return self._encode(text)
        except UnicodeEncodeError as error:
            raise UserError(
                "the gold of the sentence {id} contains {character!r}, which {encoding} does not have",
                id=self._edits.last_id,
                character=text[error.start : error.start + 1],
                encoding=self._source.encoding_name,
            ) from error

    def check_original(self, digest: str | None) -> None:
        """Make sure that what was not corrected is as it was, byte for byte.

        Raises:
            UserError: it is not.
        """
        if self._original.hexdigest() != digest:
            raise UserError(
                "{path} cannot be written again byte for byte: it changed meanwhile, or its encoding is ambiguous",
                path=self._source.name,
            )

    def notices(self) -> Iterator[str]:
        """What is not as in the project, a sentence each."""
        if self._removed:
            yield say(
                "what repeats entities and could not follow them was removed: {members}",
                members=join_words(self._removed),
            )
        if self._first_refused is not None:
            sentence_id, reason = self._first_refused
            yield say_count(
                "{count:,} corrected sentence is as in the original: {id}: {reason}",
                "{count:,} corrected sentences are as in the original, the first of them {id}: {reason}",
                self._refused,
                id=sentence_id,
                reason=reason,
            )


def _describe_put_away(count: int) -> str:
    return say_count(
        "{count:,} sentence that is set aside or deleted in the project is in the file all the same",
        "{count:,} sentences that are set aside or deleted in the project are in the file all the same",
        count,
    )
