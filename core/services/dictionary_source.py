"""A dictionary as a source: its entries are kept in the project, and tag on demand."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from core.dictionary.entries import DictionaryEntry, read_dictionary, write_entries
from core.dictionary.from_gold import make_dictionary
from core.dictionary.matching import DictionaryMatcher, match_texts
from core.domain.errors import UserError
from core.domain.events import Reading
from core.domain.generators import map_progress
from core.domain.spans import PredictedSpan, ScoredText
from core.formats.records import Rejected, escape_name, reject
from core.formats.source_files import Source as CorpusSource
from core.formats.source_files import check_text, naming_read_errors
from core.messages.catalogue import join_words, say, say_count
from core.store.changes import ChangeSet
from core.store.project import Project
from core.store.sources import Source

_LISTED = 5
"""How many ambiguous strings are named."""


@dataclass(frozen=True, slots=True)
class DictionaryReport:
    """What a file of entries, or the gold, brought.

    Attributes:
        ambiguous: the entries with several labels, of which none is chosen where they match.
    """

    number: int
    name: str
    entries: int
    rejected: tuple[Rejected, ...] = ()
    ambiguous: tuple[str, ...] = ()

    def notices(self) -> Iterator[str]:
        """What a person should know of it, a sentence each."""
        if self.ambiguous:
            yield say_count(
                "{count:,} entry has several labels, of which none is chosen: {strings}.",
                "{count:,} entries have several labels, of which none is chosen: {strings}.",
                len(self.ambiguous),
                strings=_join_first(self.ambiguous),
            )


def add_dictionary(
    project: Project, path: Path, name: str = "", label_map: Mapping[str, str] | None = None
) -> DictionaryReport:
    """Add a file of entries as a source, or as the new entries of the dictionary with this name.

    Args:
        name: empty: that of the file without its suffix.

    Raises:
        UserError: the file cannot be read, or no line of it is an entry.
    """
    if (path / "config.json").is_file():
        raise UserError("{path} is the folder of a model, and a dictionary is a file of entries", path=path)
    if path.is_dir():
        raise UserError("{path} is a folder, and a dictionary is a file of entries; name the file", path=path)
    name = name.strip() or escape_name(path.stem)
    entries, rejected = _read_file(project, path, label_map or {})
    if not entries and rejected:
        raise UserError(
            "the file has no entry of a dictionary: {where}: {reason}",
            where=rejected[0].where,
            reason=rejected[0].reason,
        )
    if not entries:
        raise UserError("{file} has no entry of a dictionary; write one on each line", file=path)
    return _report(_store_as(project, name, entries), name, entries, rejected)


def is_dictionary(project: Project, path: Path, label_map: Mapping[str, str]) -> bool:
    """Whether most lines of a file are entries with a label of the tag set, and none is a token with its tag."""
    try:
        found, _ = _read_lines(path)
    except (UserError, OSError):
        return False
    labels = [each.label for each in found if isinstance(each, DictionaryEntry)]
    if any(label == "O" or label[:2] in ("B-", "I-") for label in labels):
        return False
    known = project.sentences.labels()
    return 2 * sum(label_map.get(label, label) in known for label in labels) > len(found)


def add_dictionary_from_gold(
    project: Project, name: str = "", *, min_count: int = 2
) -> Generator[Reading, None, DictionaryReport]:
    """Add the strings of the training gold that are always labelled alike as a source, or as the new entries of the
    dictionary with this name. Dev and test are not read, so that figures on them do not flatter.

    Args:
        min_count: how often a string is a span at least.

    Raises:
        UserError: there is no such string, or Kiwi does not work here.
    """
    total = 2 * project.sentences.count("train")
    work = make_dictionary(lambda: (each.example for each in project.sentences.each("train")), min_count=min_count)
    entries = yield from map_progress(work, lambda done: Reading(min(done, total), total))
    if not entries:
        raise UserError(
            "no string of the training gold is labelled at least {least} times and always alike; label more sentences",
            least=min_count,
        )
    name = name.strip() or say("strings of the gold")
    return _report(_store_as(project, name, entries), name, entries)


def _store_as(project: Project, name: str, entries: Iterable[DictionaryEntry]) -> int:
    known = project.sources.find("dictionary", name)
    return save_dictionary(project, known.number if known else None, name, entries)


def save_dictionary(project: Project, number: int | None, name: str, entries: Iterable[DictionaryEntry]) -> int:
    """Store entries and name of a dictionary, or of a new one (None), in one transaction; returns its number.

    Raises:
        UserError: a label cannot be stored for this source.
    """
    with project.database.atomic():
        if number is None:
            number = project.sources.add("dictionary", name.strip(), {})
        else:
            project.sources.rename(number, name)
        store_entries(project, number, entries)
    return number


def _report(
    number: int, name: str, entries: Sequence[DictionaryEntry], rejected: Sequence[Rejected] = ()
) -> DictionaryReport:
    labels: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        labels[entry.written].add(entry.label)
    ambiguous = tuple(written for written, of_entry in labels.items() if len(of_entry) > 1)
    return DictionaryReport(number, name, len(entries), tuple(rejected), ambiguous)


def _join_first(strings: Collection[str]) -> str:
    return join_words([*list(strings)[:_LISTED], "…"] if len(strings) > _LISTED else strings)


def _read_file(
    project: Project, path: Path, label_map: Mapping[str, str]
) -> tuple[list[DictionaryEntry], list[Rejected]]:
    found, source = _read_lines(path)
    known, entries, rejected = project.sentences.labels(), list[DictionaryEntry](), list[Rejected]()
    for each in found:
        if isinstance(each, Rejected):
            rejected.append(each)
            continue
        label = label_map.get(each.label, each.label)
        if label in known:
            entries.append(replace(each, label=label))
        else:
            error = UserError("the label {label} is not in the tag set ({known})", label=label, known=join_words(known))
            rejected.append(reject(source, each.line, error))
    return entries, rejected


def _read_lines(path: Path) -> tuple[list[DictionaryEntry | Rejected], CorpusSource]:
    with naming_read_errors(str(path)):
        encoding, is_damaged = check_text(path, str(path))
        source = CorpusSource(path, str(path), encoding, is_damaged)
        return list(read_dictionary(source)), source


def store_entries(project: Project, number: int, entries: Iterable[DictionaryEntry]) -> ChangeSet:
    """Give a dictionary other entries, with the label names of today; it then tags anew, as another version.

    Raises:
        UserError: a label cannot be stored for this source.
    """
    kept = list(dict.fromkeys(entries))
    then = project.sources.labels_then(number, {entry.label for entry in kept})
    rows = [[each.text, then.get(each.label, each.label), each.is_pattern] for each in kept]
    return project.sources.change_origin(number, {"entries": rows})


def read_entries(project: Project, number: int) -> list[DictionaryEntry]:
    """The entries of a dictionary, with the label names of today."""
    names = project.label_names.of_source(number)
    return [replace(entry, label=names.get(entry.label, entry.label)) for entry in _stored_entries(project, number)]


def _stored_entries(project: Project, number: int) -> list[DictionaryEntry]:
    rows = project.sources.origin(number).get("entries", [])
    return [DictionaryEntry(text, label, bool(is_pattern)) for text, label, is_pattern in rows]


class DictionaryTagger:
    """Tags with a dictionary; where it is ambiguous, no label is chosen."""

    def __init__(self, project: Project, source: Source) -> None:
        entries = _stored_entries(project, source.number)
        self._name = source.title
        self._matcher = DictionaryMatcher(entries, source.title)
        self._ambiguous: Counter[str] = Counter()
        self._fingerprint = hashlib.sha256(write_entries(entries).encode("utf-8", "surrogatepass")).hexdigest()

    @property
    def fingerprint(self) -> str:
        return self._fingerprint

    @property
    def faults(self) -> Sequence[Rejected]:
        """The expressions that took too long, and the ambiguous places that were met."""
        if not self._ambiguous:
            return self._matcher.switched_off
        reason = say_count(
            "{count:,} place has several labels in the dictionary, and none was chosen: {strings}",
            "{count:,} places have several labels in the dictionary, and none was chosen: {strings}",
            self._ambiguous.total(),
            strings=_join_first(self._ambiguous),
        )
        return [*self._matcher.switched_off, Rejected(self._name, None, reason)]

    def tag(self, texts: Sequence[str]) -> Iterator[ScoredText]:
        for number, matches in enumerate(match_texts(self._matcher, texts)):
            self._ambiguous.update(texts[number][each.start : each.end] for each in matches if each.span is None)
            found = [PredictedSpan(match.span, 1.0) for match in matches if match.span is not None]
            yield ScoredText(number, found, None)
