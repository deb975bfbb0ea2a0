"""All formats, and how to detect the format of a file and read it."""

from collections.abc import Generator, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

from core.domain.errors import UserError
from core.formats import (
    brat,
    columns,
    json_list,
    jsonl,
    klue,
    kmou,
    label_studio,
    label_studio_min,
    naver,
    nikl,
    parquet,
    plain,
    spacy_docs,
    spacy_json,
)
from core.formats.archives import list_files, unpack
from core.formats.records import HEAD_LENGTH, CorpusFormat, Head, Record, Rejected, Text, screen
from core.formats.source_files import (
    DEFAULTS,
    HEAD_BYTES,
    ReadOptions,
    Source,
    check_kind,
    check_text,
    check_text_in_steps,
    copy_once,
    guess_encoding,
    name_of,
    naming_read_errors,
    read_head,
)
from core.messages.catalogue import join_words

AUTO = "auto"

FORMATS: tuple[CorpusFormat, ...] = (
    jsonl.FORMAT,
    klue.FORMAT,
    nikl.FORMAT,
    json_list.FORMAT,
    columns.FORMAT,
    naver.FORMAT,
    kmou.FORMAT,
    label_studio.FORMAT,
    label_studio_min.FORMAT,
    brat.FORMAT,
    spacy_docs.FORMAT,
    spacy_json.FORMAT,
    parquet.FORMAT,
    plain.FORMAT,
)
"""In the order in which people are shown them."""


def format_by_name(name: str) -> CorpusFormat:
    """The format with this name.

    Raises:
        UserError: there is none; the message lists all names.
    """
    for known in FORMATS:
        if known.name == name:
            return known
    raise UserError(
        "unknown corpus format {name!r}; it must be one of {known}",
        name=name,
        known=join_words(known.name for known in FORMATS),
    )


@dataclass(frozen=True, slots=True)
class CorpusFile:
    """A corpus file that can be read: its format and encoding are known. Closing it removes the copy of a pipe."""

    source: Source
    format: CorpusFormat
    copy: "TemporaryDirectory[str] | None" = None

    def records(self) -> Iterator[Record | Rejected]:
        """The records in order; every record has a text and an id.

        Raises:
            UserError: the file cannot be read: at once where its head says so, else later.
        """
        return self._screened(self.format.read(self.source))

    def _screened(self, records: Iterator[Record | Rejected]) -> Iterator[Record | Rejected]:
        with naming_read_errors(self.source.name):
            for record in records:
                yield screen(self.source, record)

    def close(self) -> None:
        if self.copy is not None:
            self.copy.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def open_corpus(
    path: Path, name: str = AUTO, options: ReadOptions = DEFAULTS, *, is_guessing: bool = False
) -> CorpusFile:
    """Open a corpus file, or a folder that is one corpus.

    Args:
        name: of the format; "auto" detects it by the content.
        is_guessing: whether the encoding is taken from the first megabyte, until `check_encoding` reads all of it.

    Raises:
        UserError: the file is missing, empty, binary, or in no known format; or no format has the name.
    """
    opened = _open(path, None if name == AUTO else format_by_name(name), options, is_guessing=is_guessing)
    if opened is None:
        raise UserError(
            "{path} is in no known format ({known})",
            path=name_of(path),
            known=join_words(known.title for known in FORMATS),
        )
    return opened


def open_all(
    path: Path, name: str = AUTO, options: ReadOptions = DEFAULTS
) -> tuple[list[CorpusFile], tuple[Rejected, ...]]:
    """Open a corpus file, or those that an archive contains; what else an archive contains is rejected.

    Raises:
        UserError: there is no corpus file; see `open_corpus`.
    """
    files = list_files(path)
    if files == (path,):
        return [open_corpus(path, name, options)], ()
    opened, rejected = [], []
    with ExitStack() as stack:
        for each in files:
            try:
                opened.append(stack.enter_context(open_corpus(each, name, options)))
            except UserError as error:
                rejected.append(Rejected(str(path), None, str(error)))
        if not opened:
            raise UserError("{path} contains no corpus file ({reason})", path=path, reason=rejected[0].reason)
        stack.pop_all()
    return opened, tuple(rejected)


def _open(
    path: Path,
    named: CorpusFormat | None,
    options: ReadOptions,
    otherwise: CorpusFormat | None = None,
    *,
    is_guessing: bool = False,
) -> CorpusFile | None:
    """Open a corpus file in the named format, or the one recognised, or `otherwise`; None if there is none of them."""
    copy, place = copy_once(path) or (None, path)
    parts = 1
    if copy is None and (unpacked := unpack(path)) is not None:
        copy, place, parts = unpacked.copy, unpacked.path, unpacked.parts
    source = Source(place, name_of(path), options=options, parts=parts)
    try:
        source, known = _recognise(source, named, is_guessing=is_guessing)
    except BaseException:
        if copy is not None:
            copy.cleanup()
        raise
    chosen = known or otherwise
    return None if chosen is None else CorpusFile(source, chosen, copy)


def check_encoding(file: CorpusFile, name: str = AUTO) -> Generator[None, None, CorpusFile]:
    """Read all of a file that was opened by a guess; returns it in the encoding and the format that it has.

    Raises:
        UserError: see `open_corpus`.
    """
    if file.format.kind != "text":
        return file
    with naming_read_errors(file.source.name):
        encoding, is_damaged = yield from check_text_in_steps(file.source.path, file.source.name)
    source = replace(file.source, encoding=encoding, is_damaged=is_damaged)
    if source == file.source or name != AUTO:
        return replace(file, source=source)
    return replace(file, source=source, format=_recognise_text(source) or file.format)


def _recognise(source: Source, named: CorpusFormat | None, *, is_guessing: bool) -> tuple[Source, CorpusFormat | None]:
    """The source with its encoding, and its format; None if it is text in no known format."""
    if check_kind(source.path) == "folder":
        return source, _check_folder(source, named)
    with naming_read_errors(source.name):
        with source.path.open("rb") as file:
            data = file.read(HEAD_BYTES)
        binary = named or _best("binary", Head(source.path, "", data))
        if binary is not None and binary.kind == "binary":
            return source, binary
        encoding, is_damaged = (guess_encoding if is_guessing else check_text)(source.path, source.name)
        source = replace(source, encoding=encoding, is_damaged=is_damaged)
        return source, named or _recognise_text(source)


def _recognise_text(source: Source) -> CorpusFormat | None:
    with source.path.open("rb") as file:
        data = file.read(HEAD_BYTES)
    return _best("text", Head(source.path, read_head(source.path, source.encoding, HEAD_LENGTH), data))


def _check_folder(source: Source, named: CorpusFormat | None) -> CorpusFormat:
    chosen = named or _best("folder", Head(source.path, "", b""))
    if chosen is None or chosen.kind != "folder":
        raise UserError("{path} is a folder; name the corpus files in it", path=source.name)
    return chosen


def _best(kind: str, head: Head) -> CorpusFormat | None:
    """The format of a kind that is the surest; of equally sure ones the first."""
    scores = [(known.score(head), known) for known in FORMATS if known.kind == kind]
    score, known = max(scores, key=lambda each: each[0], default=(0.0, None))
    return known if score > 0 else None


def detect_format(path: Path) -> CorpusFormat:
    """Detect the format of a file from its content.

    Raises:
        UserError: see `open_corpus`.
    """
    with open_corpus(path) as file:
        return file.format


def read(path: Path, name: str = AUTO, options: ReadOptions = DEFAULTS) -> Iterator[Record | Rejected]:
    """Read the records of a corpus file one at a time.

    Raises:
        UserError: at once, before the first record; see `open_corpus`.
    """
    file = open_corpus(path, name, options)
    return _close_after(file, file.records())


def _close_after(file: CorpusFile, records: Iterator[Record | Rejected]) -> Iterator[Record | Rejected]:
    with file:
        yield from records


def format_for_export(path: Path, name: str = AUTO) -> CorpusFormat:
    """The format to write a file in: the named one, or for "auto" the one with the file's suffix.

    Raises:
        UserError: there is none, or it can only be read.
    """
    writable = [known for known in FORMATS if known.write is not None]
    if name != AUTO:
        chosen = format_by_name(name)
        if chosen.write is None:
            raise UserError(
                "{title} can only be read; write one of {known}",
                title=chosen.title,
                known=join_words(known.name for known in writable),
            )
        return chosen
    for known in writable:
        if path.suffix.lower() == known.suffix:
            return known
    suffixes = join_words(f"{known.suffix} ({known.name})" for known in writable)
    raise UserError(
        "the name {name} does not say the format; end it with one of {suffixes}, or name the format",
        name=path.name or path,
        suffixes=suffixes,
    )


def read_texts(path: Path, options: ReadOptions = DEFAULTS) -> Iterator[Text | Rejected]:
    """Read the texts to tag one at a time: the sentences of a corpus file, or the lines of any other text.

    Gold is not looked at, so it may be invalid. An open file of the process, such as `-` or /dev/stdin, is read once.

    Raises:
        UserError: before the first text, if the file is missing, empty or binary; later, if it can no longer be read.
    """
    file = _open(path, None, options, otherwise=plain.FORMAT)
    assert file is not None
    has_ids = file.format is not plain.FORMAT
    return (
        record if isinstance(record, Rejected) else Text(record.text, record.id if has_ids else None)
        for record in _close_after(file, file.records())
    )
