"""A dictionary that is being edited: what is wrong with its lines, and what its entries find. Nothing is stored."""

import time
from collections import Counter
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import NamedTuple

from core.dictionary.entries import DictionaryEntry, parse_entry
from core.dictionary.matching import SLICE, DictionaryMatcher, prepare_text
from core.domain.errors import UserError
from core.domain.spans import Section, Span
from core.messages.catalogue import join_words, say
from core.store.project import Project
from core.store.sentences import StoredSentence

COUNTED: tuple[Section, ...] = ("pool", "train", "dev")
"""The sections in which places are counted."""

_SAMPLE = 200
"""Sentences of each section that are read first."""
_INTERVAL = 0.2
"""Seconds between two reports."""
_LISTED = 50
"""Places of an entry that are listed."""


class DraftLine(NamedTuple):
    """A string or /expression/ and a label, as a person typed them."""

    written: str
    label: str

    @property
    def is_blank(self) -> bool:
        return not self.written.strip()


class DraftPlace(NamedTuple):
    """A place that an entry finds, in code points of the sentence's text."""

    sentence: StoredSentence
    start: int
    end: int

    @property
    def touched(self) -> list[Span]:
        """The spans of the gold there."""
        return [span for span in self.sentence.gold if span.start < self.end and self.start < span.end]


@dataclass
class DraftReport:
    """What is known of the lines, each by its index, so far.

    Attributes:
        entries: of the lines that are entries; their `line` is the index.
        problems: why a line is not an entry.
        notices: what a person should know of a line that is one.
        found: how many places each section has.
        judged, agreeing: how many of them somebody judged, and how many of these the gold labels just so.
        read, total: sentences.
        failure: why nothing can be counted.
    """

    entries: tuple[DictionaryEntry, ...]
    problems: dict[int, str]
    notices: dict[int, str]
    total: int
    found: Mapping[Section, Counter[int]] = field(default_factory=lambda: {section: Counter() for section in COUNTED})
    judged: Counter[int] = field(default_factory=Counter)
    agreeing: Counter[int] = field(default_factory=Counter)
    read: int = 0
    failure: str = ""

    def count(self, sentence: StoredSentence, start: int, end: int, entry: DictionaryEntry) -> None:
        """Count a place that an entry finds."""
        assert entry.line is not None, "entries of a draft know their line"
        self.found[sentence.split][entry.line] += 1
        if sentence.split != "pool":
            self.judged[entry.line] += 1
            self.agreeing[entry.line] += Span(start, end, entry.label) in sentence.gold

    def copy(self) -> "DraftReport":
        """The report as it is now, for another thread."""
        return replace(
            self,
            notices=dict(self.notices),
            found={section: Counter(counts) for section, counts in self.found.items()},
            judged=Counter(self.judged),
            agreeing=Counter(self.agreeing),
        )


def check_lines(lines: Sequence[DraftLine], labels: Sequence[str], total: int = 0) -> DraftReport:
    """Which lines are entries, and what is wrong with the others; blank ones are nothing.

    Args:
        labels: the tag set.
        total: of the sentences to read.
    """
    entries: dict[DictionaryEntry, int] = {}
    labels_of: dict[tuple[str, bool], list[int]] = {}
    problems: dict[int, str] = {}
    for index, line in enumerate(lines):
        if line.is_blank:
            continue
        try:
            entry = _parse_line(line, labels, index)
        except UserError as error:
            problems[index] = str(error)
            continue
        if entry in entries:
            problems[index] = say("the same entry as in line {line}", line=entries[entry] + 1)
            continue
        entries[entry] = index
        labels_of.setdefault((entry.text, entry.is_pattern), []).append(index)
    ambiguous = (places for places in labels_of.values() if len(places) > 1)
    notices = {index: _describe_others(index, places, lines) for places in ambiguous for index in places}
    return DraftReport(tuple(entries), problems, notices, total)


def _parse_line(line: DraftLine, labels: Sequence[str], index: int) -> DictionaryEntry:
    label = line.label.strip()
    if not label:
        raise UserError("choose a label")
    if label not in labels:
        raise UserError("the label {label} is not in the tag set ({known})", label=label, known=join_words(labels))
    entry = parse_entry(f"{line.written}\t{label}", index)
    assert entry is not None, "a line with a label is not a comment"
    return entry


def _describe_others(index: int, places: Sequence[int], lines: Sequence[DraftLine]) -> str:
    others = [lines[place].label.strip() for place in places if place != index]
    return say("also {labels}: no label is chosen where it matches", labels=join_words(others))


def examine_draft(project: Project, lines: Sequence[DraftLine]) -> Generator[DraftReport | None, None, DraftReport]:
    """Check the lines, and count what they find: in a sample of the sentences first, then in all.

    Yields:
        what is known so far, some times a second, and None between.
    """
    total = sum(project.sentences.count(section) for section in COUNTED)
    report = check_lines(lines, project.sentences.labels(), total)
    yield report.copy()
    matcher, reported = DictionaryMatcher(report.entries, ""), time.monotonic()
    try:
        for part in _read_in_turns(project):
            _count_part(report, matcher, part)
            is_due = report.read <= _SAMPLE * len(COUNTED) or time.monotonic() - reported > _INTERVAL
            reported = time.monotonic() if is_due else reported
            yield report.copy() if is_due else None
    except UserError as error:
        report.failure = str(error)
    return report


def _count_part(report: DraftReport, matcher: DictionaryMatcher, part: Sequence[StoredSentence]) -> None:
    for sentence, matches in zip(part, matcher.match([each.text for each in part]), strict=True):
        for match in matches:
            for entry in match.entries:
                report.count(sentence, match.start, match.end, entry)
    report.notices |= {each.line: each.reason for each in matcher.switched_off if each.line is not None}
    report.read += len(part)


def _read_in_turns(project: Project) -> Iterator[list[StoredSentence]]:
    """A sample of each section, then what is left of each."""
    readers = [project.sentences.each(section) for section in COUNTED]
    for size in (_SAMPLE, SLICE):
        for reader in readers:
            while part := list(islice(reader, size)):
                yield part
                if size == _SAMPLE:
                    break


def find_draft_places(
    project: Project, lines: Sequence[DraftLine], index: int
) -> Generator[list[DraftPlace] | None, None, list[DraftPlace]]:
    """The first places that a line finds beside all others, from each section at first.

    Yields:
        those that are known so far, wherever there are more.
    """
    report = check_lines(lines, project.sentences.labels())
    places: list[DraftPlace] = []
    entry = next((each for each in report.entries if each.line == index), None)
    if entry is None:
        return places
    matcher = DictionaryMatcher(report.entries, "")
    for part in _read_in_turns(project):
        known = len(places)
        likely = [each for each in part if entry.is_pattern or entry.text in prepare_text(each.text).text]
        for sentence, matches in zip(likely, matcher.match([each.text for each in likely]), strict=True):
            places += [DraftPlace(sentence, each.start, each.end) for each in matches if entry in each.entries]
        if len(places) >= _LISTED:
            break
        yield list(places) if len(places) > known else None
    return places[:_LISTED]
