"""brat standoff: a folder with a text and an annotation file for each document, also in folders below it.

    a.txt: 나리는 부산에 산다
    a.ann: T1<TAB>PS 0 2<TAB>나리

Each line of a text is a sentence, as brat shows it. Offsets are code points from the beginning of the document, end
exclusive; carriage returns count. A text without an annotation file was not judged. Relations, events, attributes and
notes are extras of the sentence of the first entity that they are about. Source: https://brat.nlplab.org/standoff.html.
"""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import accumulate, chain, count, groupby, islice
from pathlib import Path
from typing import Any

from core.domain.errors import UserError
from core.formats.records import (
    CorpusFormat,
    Head,
    Record,
    Rejected,
    StatedSpan,
    WriteOptions,
    reject,
    screen,
    stated_spans,
)
from core.formats.source_files import Source, check_text
from core.io.folders import new_folder
from core.messages.catalogue import mark, say_count

OWN = "brat"
"""The extra with the lines about a sentence that are no entities, and the numbers of those that lines refer to."""

_ENTITY = re.compile(r"(T\S*)\t(\S+) (\d{1,15} \d{1,15}(?:;\d{1,15} \d{1,15})*)(?:\t(.*))?")
_REFERENCE = re.compile(r"(?:^|[ :])([TERAM]\d+)(?= |$)")
_UNWRITABLE = re.compile(r"[\r\n]|^\ufeff")
_UNSAFE = re.compile(r'(?:^|(?<=/))\.|[\x00-\x1f<>:"|?*%\\]|\.(?=(?:txt|ann)/)')
"""What no system takes in a name, and what would hide a file or give a folder the name of one."""
_ESCAPED = re.compile("%([0-9A-F]{2})")
_AT_ONCE = 5_000
"""Sentences of a document that are written at once; relations between those of two such parts are left out."""
_NO_NAME = "%"
"""The file name of a document whose name is empty; a percent sign in a name is escaped."""


@dataclass(frozen=True, slots=True)
class _Entity:
    """An entity's line in an annotation file, with its offsets in the document: several where it is in parts."""

    line: int
    id: str
    label: str
    parts: tuple[tuple[int, int], ...]
    surface: str | None

    @property
    def start(self) -> int:
        return self.parts[0][0]

    @property
    def name(self) -> str:
        return f"{self.id} {self.label}"


def score(head: Head) -> float:
    """Surely if the folder, or one in it, has an annotation file."""
    return 1.0 if next(_find_files(head.path, ".ann"), None) else 0.0


def read(source: Source) -> Iterator[Record | Rejected]:
    """Read the documents in the order of their names, a record for each line that is not blank."""
    texts = sorted(_find_files(source.path, ".txt"))
    numbers = count(1)
    for path in texts:
        try:
            yield from _Document(source, path).records(numbers)
        except UserError as error:
            yield reject(_source_of(source, path), None, error)
    for path in sorted({*_find_files(source.path, ".ann")} - {text.with_suffix(".ann") for text in texts}):
        fault = UserError("the text file {name} is not beside it", name=path.with_suffix(".txt").name)
        yield reject(_source_of(source, path), None, fault)


def _find_files(folder: Path, suffix: str) -> Iterator[Path]:
    return (path for path in folder.rglob(f"*{suffix}") if path.is_file() and not path.name.startswith("."))


def _source_of(folder: Source, path: Path) -> Source:
    """A file of the folder, called by the name that the user knows."""
    return replace(folder, path=path, name=str(Path(folder.name) / path.relative_to(folder.path)))


def _read_text(folder: Source, path: Path) -> tuple[Source, str]:
    """A file of the folder as text, with every line end as it is.

    Raises:
        UserError: it is binary.
    """
    source = _source_of(folder, path)
    if not path.read_bytes().strip():
        return source, ""
    encoding, is_damaged = check_text(path, source.name)
    source = replace(source, encoding=encoding, is_damaged=is_damaged)
    with source.open_text() as file:
        return source, file.read()


class _Document:
    """A text and what its annotation file says of each of its lines.

    Raises:
        UserError: one of the files is binary.
    """

    def __init__(self, folder: Source, path: Path) -> None:
        self.name = _decode_name(path.relative_to(folder.path).with_suffix("").as_posix())
        self._source, text = _read_text(folder, path)
        self._lines = text.split("\n")
        self._starts = [*accumulate((len(line) + 1 for line in self._lines), initial=0)]
        beside = path.with_suffix(".ann")
        self._is_judged = beside.is_file()
        self._ann, annotations = _read_text(folder, beside) if self._is_judged else (self._source, "")
        self._entities: dict[int, list[_Entity]] = defaultdict(list)
        self._crossing: dict[int, _Entity] = {}
        self._others: list[str] = []
        self._fault: tuple[int, UserError] | None = None
        for number, line in enumerate(annotations.split("\n"), 1):
            self._add(number, line.removesuffix("\r"))

    def _add(self, number: int, line: str) -> None:
        if not line.lstrip().startswith("T"):
            self._others += [line] if line.strip() else []
        elif found := _ENTITY.fullmatch(line.lstrip()):
            entity = _Entity(number, found[1], found[2], _join_parts(found[3]), found[4])
            first, *others = self._touched(entity)
            self._entities[first].append(entity)
            self._crossing |= {index: entity for index in others if index not in self._crossing}
        else:
            self._fault = self._fault or (
                number,
                UserError(
                    "{line!r:.80} is not of the form T1<tab>PS 0 2<tab>text, so nobody knows which sentence of its"
                    " document it is about",
                    line=line,
                ),
            )

    def _touched(self, entity: _Entity) -> list[int]:
        """The indices of the lines that an entity is in, that of its beginning first."""
        ranges = ((self._index_of(start), self._index_of(max(start, end - 1))) for start, end in entity.parts)
        indices = dict.fromkeys(index for first, last in ranges for index in (first, *range(first + 1, last + 1)))
        return [*indices]

    def _index_of(self, place: int) -> int:
        """The index of the line where a place is; -1 behind the text."""
        return bisect_right(self._starts, place) - 1 if place < self._starts[-1] else -1

    def records(self, numbers: Iterator[int]) -> Iterator[Record | Rejected]:
        """The lines that are not blank; then the entities that are in none."""
        filled = [index for index, line in enumerate(self._lines) if line.strip()]
        extras = self._extras(filled[0] if filled else -1)
        for index in filled:
            sentence_id = f"{self.name}:{index + 1}"
            record = Record(
                next(numbers),
                self._lines[index].removesuffix("\r"),
                self._gold(index, sentence_id),
                sentence_id,
                index + 1,
                "yes" if self._is_judged else "no",
                self.name,
                extras={OWN: extras[index]} if index in extras else {},
            )
            yield screen(self._source, record)
        for index in self._entities.keys() - {*filled}:
            for entity in self._entities[index]:
                fault = UserError("{entity} is not in a line with text", entity=entity.name)
                yield reject(self._ann, entity.line, fault)

    def _gold(self, index: int, sentence_id: str) -> tuple[StatedSpan, ...] | Rejected:
        if self._fault:
            return reject(self._ann, *self._fault, sentence_id)
        entities = self._entities.get(index, ())
        for entity in entities:
            if fault := self._find_fault(index, entity):
                return reject(self._ann, entity.line, fault, sentence_id)
        if crossing := self._crossing.get(index):
            return reject(self._ann, crossing.line, _describe_crossing(crossing), sentence_id)
        start = self._starts[index]
        return tuple(
            [StatedSpan(each.start - start, each.parts[0][1] - start, each.label, each.surface) for each in entities]
        )

    def _find_fault(self, index: int, entity: _Entity) -> UserError | None:
        """Why an entity cannot be a span of a line."""
        is_last = index == len(self._lines) - 1
        if any(end >= self._starts[index + 1] and not is_last for _, end in entity.parts):
            return _describe_crossing(entity)
        if len(entity.parts) > 1:
            return UserError(
                "{entity} is in {number} parts, but a span is in one; make it one in brat, or remove it",
                entity=entity.name,
                number=len(entity.parts),
            )
        return None

    def _extras(self, first: int) -> dict[int, dict[str, Any]]:
        """What is said of each line besides its entities; the first line has what is said of none."""
        index_of = {entity.id: index for index, each in self._entities.items() for entity in each}
        extras: dict[int, dict[str, Any]] = defaultdict(dict)
        for line, index in _assign_lines(self._others, index_of, first):
            extras[index].setdefault("lines", []).append(line)
        referred = {name for line in self._others for name in _references(line)}
        for index, entities in self._entities.items():
            start = self._starts[index]
            for entity in entities:
                if entity.id in referred:
                    place = [entity.start - start, entity.parts[-1][1] - start, entity.label]
                    extras[index].setdefault("ids", {})[entity.id] = place
        return extras


def _describe_crossing(entity: _Entity) -> UserError:
    return UserError("{entity} covers a line end, where the sentence ends; split it in two", entity=entity.name)


def _join_parts(offsets: str) -> tuple[tuple[int, int], ...]:
    """The parts of an entity; those that touch are one."""
    parts: list[tuple[int, int]] = []
    for part in offsets.split(";"):
        start, end = map(int, part.split(" "))
        if parts and parts[-1][1] == start:
            start = parts.pop()[0]
        parts.append((start, end))
    return tuple(parts)


def _references(line: str) -> list[str]:
    """The numbers of the annotations that a line is about."""
    columns = line.split("\t", 2)
    return _REFERENCE.findall(columns[1]) if len(columns) > 1 else []


def _assign_lines(lines: list[str], index_of: Mapping[str, int], first: int) -> Iterator[tuple[str, int]]:
    """The lines that are no entities, each with the index of the sentence of the first entity that it is about."""
    known = dict(index_of)
    while lines:
        waiting = []
        for line in lines:
            index = next((known[name] for name in _references(line) if name in known), None)
            if index is None:
                waiting.append(line)
            else:
                known.setdefault(line.partition("\t")[0], index)
                yield line, index
        if len(waiting) == len(lines):
            break
        lines = waiting
    yield from ((line, first) for line in lines)


def write(path: Path, records: Iterable[Record], _options: WriteOptions) -> tuple[str, ...]:
    """Write a folder with a pair of files for each document, complete or not at all; sentences without a document are
    one document.

    Raises:
        UserError: a sentence contains a line end, or a label a blank; or the folder cannot be written or is not empty.
    """
    try:
        with new_folder(path) as folder:
            writer = _Writer(folder)
            for document, group in groupby(records, key=lambda record: record.document or path.stem):
                while part := list(islice(group, _AT_ONCE)):
                    writer.append(document, part)
    except OSError as error:
        raise UserError(
            "{path} cannot be written ({reason}); choose the name of a new folder",
            path=path,
            reason=error.strerror or error,
        ) from error
    return writer.notices()


@dataclass(slots=True)
class _Written:
    """What was written of a document.

    Attributes:
        length: of its text.
        entities: the highest number of an entity.
        unheld: how many of its sentences were not judged, or only in part.
    """

    length: int = 0
    entities: int = 0
    is_judged: bool = False
    unheld: int = 0


class _Writer:
    """Writes documents, also those whose sentences come in several pieces."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._documents: dict[str, _Written] = defaultdict(_Written)
        self._lost = 0

    def append(self, document: str, records: list[Record]) -> None:
        """Add sentences to a document."""
        written = self._documents[document]
        base = self._folder / _encode_name(document)
        base.parent.mkdir(parents=True, exist_ok=True)
        mode = "a" if written.length else "x"  # a file system may take two names for the same
        with Path(f"{base}.txt").open(mode, encoding="utf-8", newline="") as file:
            starts = [written.length]
            for record in records:
                _check_writable(record)
                file.write(record.text + "\n")
                starts.append(starts[-1] + len(record.text) + 1)
        if any(record.judged != "no" for record in records):
            written.is_judged = True
            with Path(f"{base}.ann").open("a", encoding="utf-8", newline="") as file:
                file.writelines(f"{line}\n" for line in self._annotations(written, records, starts))
        written.length = starts[-1]
        written.unheld += sum(record.judged != "yes" for record in records)

    def _annotations(self, written: _Written, records: list[Record], starts: list[int]) -> list[str]:
        """The lines of entities, then the others that are about entities which are still there."""
        ids = [_kept_ids(record, written.entities) for record in records]
        taken = {*chain.from_iterable(each.values() for each in ids)}
        written.entities = max([written.entities, *(int(name[1:]) for name in taken)])
        lines = []
        for record, start, kept in zip(records, starts, ids, strict=False):
            for span in stated_spans(record):
                name = kept.pop(span[:3], "")
                if not name:
                    written.entities += 1
                    name = f"T{written.entities}"
                    taken.add(name)
                surface = record.text[span.start : span.end]
                lines.append(f"{name}\t{span.label} {start + span.start} {start + span.end}\t{surface}")
        others = [line for record in records for line in _own(record).get("lines", ())]
        valid = _keep_valid(others, taken)
        self._lost += len(others) - len(valid)
        return lines + valid

    def notices(self) -> tuple[str, ...]:
        """What the folder does not hold."""
        unheld = sum(each.unheld for each in self._documents.values() if each.is_judged)
        notices = []
        if unheld:
            notices.append(
                say_count(
                    "{count:,} sentence that was not judged in full looks as if it was, since its document was",
                    "{count:,} sentences that were not judged in full look as if they were, since their documents were",
                    unheld,
                )
            )
        if self._lost:
            notices.append(
                say_count(
                    "{count:,} relation, event, attribute or note was left out, since what it is about has changed",
                    "{count:,} relations, events, attributes and notes were left out, since what they are about has"
                    " changed",
                    self._lost,
                )
            )
        return tuple(notices)


def _check_writable(record: Record) -> None:
    if _UNWRITABLE.search(record.text):
        raise UserError(
            "the sentence {id!r} contains a line end or begins with a byte order mark, which a line of brat cannot;"
            " export as jsonl instead",
            id=record.id,
        )
    for span in stated_spans(record):
        if re.search(r"\s", span.label):
            raise UserError(
                "the label {label!r} contains a blank, which labels of brat cannot; rename it, or export as jsonl",
                label=span.label,
            )


def _own(record: Record) -> Mapping[str, Any]:
    own = record.extras.get(OWN)
    return own if isinstance(own, Mapping) else {}


def _kept_ids(record: Record, used: int) -> dict[tuple[int, int, str], str]:
    """The numbers that entities of a sentence had, by their places and labels, if they are still there and free.

    Args:
        used: the highest number that is in use.
    """
    spans = {span[:3] for span in stated_spans(record)}
    kept = {}
    for name, place in _own(record).get("ids", {}).items():
        if tuple(place) in spans and name[1:].isdecimal() and int(name[1:]) > used:
            kept[tuple(place)] = name
    return kept


def _keep_valid(lines: list[str], taken: Collection[str]) -> list[str]:
    """The lines whose references all lead to something."""
    while True:
        known = {*taken, *(line.partition("\t")[0] for line in lines)}
        valid = [line for line in lines if known.issuperset(_references(line))]
        if len(valid) == len(lines):
            return valid
        lines = valid


def _encode_name(document: str) -> str:
    """A document's name as a path below its folder, for any name."""
    safe = _UNSAFE.sub(lambda found: f"%{ord(found[0]):02X}", document)
    return "/".join(part or _NO_NAME for part in safe.split("/"))


def _decode_name(path: str) -> str:
    """The document's name of a path."""
    parts = ["" if part == _NO_NAME else part for part in path.split("/")]
    return "/".join(_ESCAPED.sub(lambda found: chr(int(found[1], 16)), part) for part in parts)


FORMAT = CorpusFormat(
    "brat",
    mark("brat standoff (folder)"),
    ".brat",
    score,
    read,
    write,
    kind="folder",
    holds=frozenset({"documents", "whitespace", "half words"}),
)
