"""Find the strings and expressions of a dictionary in sentences, as spans.

A match begins where a word may begin (at an eojeol, after a bracket or another mark, at a change of script) and ends
with its eojeol or before particles. Where matches overlap, the longest counts; of two as long, the first. A text is
compared in NFC, with every run of blanks as one; the offsets are those of the text as it is.
"""

import re
import time
from collections import Counter, defaultdict
from collections.abc import Collection, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import NamedTuple

from core.dictionary.entries import DictionaryEntry, compile_pattern
from core.domain.spans import Span
from core.formats.records import Rejected
from core.languages.korean.normalise import Normalised, to_nfc
from core.languages.korean.particle_cuts import CutPlace, confirm_cuts, judge_cut
from core.languages.korean.words import find_word_starts, starts_word
from core.messages.catalogue import say

SLICE = 500
"""Texts that are matched together, so that Kiwi is asked seldom."""

_IRREGULAR_BLANKS = re.compile(r"\s{2,}|[^\S ]")
_BLANKS = re.compile(r"\s+")


class DictionaryMatch(NamedTuple):
    """A place in a text, in code points of the original, and the entries that match it: one, or several if the
    dictionary is ambiguous there."""

    start: int
    end: int
    entries: tuple[DictionaryEntry, ...]

    @property
    def labels(self) -> tuple[str, ...]:
        """Those that the entries give it, in the order of the dictionary."""
        return tuple(dict.fromkeys(entry.label for entry in self.entries))

    @property
    def span(self) -> Span | None:
        """The span; None if there are several labels, of which none is chosen."""
        return Span(self.start, self.end, self.labels[0]) if len(self.labels) == 1 else None


class Candidate(NamedTuple):
    """A match in a prepared text that may have to be confirmed, and may overlap others."""

    start: int
    end: int
    entries: tuple[DictionaryEntry, ...]
    is_doubtful: bool

    def overlaps(self, other: "Candidate") -> bool:
        return self.start < other.end and other.start < self.end


class DictionaryMatcher:
    """Matches a dictionary; for one thread at a time.

    An expression that takes too long on a sentence, or on all together, is switched off; the others go on.

    Args:
        entries: as `core.dictionary.entries` checked them; of equal ones the first counts.
        name: what messages call the dictionary.

    Attributes:
        switched_off: the expressions that took too long, with the reason.
    """

    def __init__(self, entries: Iterable[DictionaryEntry], name: str) -> None:
        self.switched_off: list[Rejected] = []
        self._name = name
        self._patterns: list[_TimedPattern] = []
        self._strings: dict[str, tuple[DictionaryEntry, ...]] = {}
        for entry in dict.fromkeys(entries):
            if entry.is_pattern:
                self._patterns.append(_TimedPattern(entry))
            else:
                self._strings[entry.text] = (*self._strings.get(entry.text, ()), entry)
        self._lengths = _lengths_by_start(self._strings)

    def match(self, texts: Sequence[str]) -> list[list[DictionaryMatch]]:
        """The matches of each text, in order of position; they do not overlap.

        Raises:
            UserError: Kiwi does not work here.
        """
        prepared = [prepare_text(text) for text in texts]
        return _confirm_matches(prepared, [self.find_candidates(text.text) for text in prepared])

    def find_candidates(self, text: str) -> list[Candidate]:
        """All places in a prepared text that an entry may match; longer ones first, then from left to right."""
        strings, lengths, last = self._strings, self._lengths, len(text)
        found: dict[tuple[int, int], tuple[DictionaryEntry, ...]] = {}
        for start in find_word_starts(text):
            for length in lengths.get(text[start : start + 2]) or lengths.get(text[start], ()):
                end = start + length
                if end <= last and (entries := strings.get(text[start:end])):
                    found[start, end] = entries
        for pattern in self._patterns:
            for place in self._find_pattern(pattern, text):
                found[place] = (*found.get(place, ()), pattern.entry)
        cuts = {place: judge_cut(CutPlace(text, *place)) for place in found}
        ordered = sorted(found, key=lambda place: (place[0] - place[1], place[0]))
        return [Candidate(*place, found[place], cuts[place] == "doubtful") for place in ordered if cuts[place] != "no"]

    def _find_pattern(self, pattern: "_TimedPattern", text: str) -> Iterator[tuple[int, int]]:
        places = pattern.find(text)
        if pattern.is_too_slow:
            self._patterns = [each for each in self._patterns if each is not pattern]
            reason = say(
                "the expression {written} takes too long and was switched off; make it simpler",
                written=pattern.entry.written,
            )
            self.switched_off.append(Rejected(self._name, pattern.entry.line, reason))
        return (place for place in places if starts_word(text, place[0]))


def match_texts(matcher: DictionaryMatcher, texts: Iterable[str]) -> Iterator[list[DictionaryMatch]]:
    """The matches of each of any number of texts, which are not kept; some are matched while Kiwi is asked for others.

    Raises:
        UserError: in the middle, if Kiwi does not work here.
    """
    rest, asked = iter(texts), list[Future[list[list[DictionaryMatch]]]]()
    with ThreadPoolExecutor(1, "confirming") as pool:
        while part := [prepare_text(text) for text in islice(rest, SLICE)]:
            found = [matcher.find_candidates(text.text) for text in part]
            asked.append(pool.submit(_confirm_matches, part, found))
            if len(asked) > 1:
                yield from asked.pop(0).result()
        for last in asked:
            yield from last.result()


def count_matches(matcher: DictionaryMatcher, texts: Iterable[str]) -> Generator[int, None, Counter[DictionaryEntry]]:
    """How many places each entry matches, ambiguous ones included; yields how many texts were read so far."""
    counts: Counter[DictionaryEntry] = Counter()
    for done, matches in enumerate(match_texts(matcher, texts), 1):
        for match in matches:
            counts.update(match.entries)
        if done % SLICE == 0:
            yield done
    return counts


def prepare_text(text: str) -> Normalised:
    """The text in NFC with every run of blanks as one blank, and the origin of each character."""
    composed = to_nfc(text)
    if not _IRREGULAR_BLANKS.search(composed.text):
        return composed
    pieces, starts, ends, at = [], list[int](), list[int](), 0
    for blanks in _BLANKS.finditer(composed.text):
        first, last = blanks.span()
        pieces += [composed.text[at:first], " "]
        starts += [*composed.starts[at:first], composed.starts[first]]
        ends += [*composed.ends[at:first], composed.ends[last - 1]]
        at = last
    pieces.append(composed.text[at:])
    return Normalised("".join(pieces), [*starts, *composed.starts[at:]], [*ends, *composed.ends[at:]])


def _confirm_matches(texts: Sequence[Normalised], found: Sequence[list[Candidate]]) -> list[list[DictionaryMatch]]:
    chosen = _confirm_candidates(texts, found)
    return [
        [DictionaryMatch(*text.original(each.start, each.end), each.entries) for each in candidates]
        for text, candidates in zip(texts, chosen, strict=True)
    ]


def _confirm_candidates(texts: Sequence[Normalised], found: Sequence[list[Candidate]]) -> list[list[Candidate]]:
    """The candidates of each text that count, in order of position; Kiwi is asked for those that would."""
    candidates = list(found)
    chosen = [_choose_longest(each) for each in candidates]
    waiting = list(range(len(texts)))
    while waiting := [at for at in waiting if any(each.is_doubtful for each in chosen[at])]:
        doubtful = [(at, each) for at in waiting for each in chosen[at] if each.is_doubtful]
        answers = confirm_cuts([CutPlace(texts[at].text, each.start, each.end) for at, each in doubtful])
        for (at, each), is_confirmed in zip(doubtful, answers, strict=True):
            certain = [each._replace(is_doubtful=False)] if is_confirmed else []
            place = candidates[at].index(each)
            candidates[at] = [*candidates[at][:place], *certain, *candidates[at][place + 1 :]]
        for at in waiting:
            chosen[at] = _choose_longest(candidates[at])
    return chosen


def _choose_longest(candidates: Iterable[Candidate]) -> list[Candidate]:
    chosen: list[Candidate] = []
    for candidate in candidates:
        if not any(candidate.overlaps(other) for other in chosen):
            chosen.append(candidate)
    return sorted(chosen, key=lambda each: each.start)


def _lengths_by_start(strings: Collection[str]) -> dict[str, tuple[int, ...]]:
    """The lengths of the strings that a text can contain where it has these two characters, or else this one."""
    lengths: dict[str, set[int]] = defaultdict(set)
    for string in strings:
        lengths[string[:2]].add(len(string))
        if string[0] in strings:
            lengths[string[:2]].add(1)
    return {start: tuple(found) for start, found in lengths.items()}


class _TimedPattern:
    """An expression that stops when it takes too long.

    The processor's time decides, since a busy machine makes every expression slow by the clock, which is all that
    `regex` can look at.
    """

    LONGEST = 0.5
    """Seconds for one text."""
    LONGEST_ON_AVERAGE, ALLOWANCE = 0.01, 10.0
    """Seconds for a text, and how many more for all."""

    def __init__(self, entry: DictionaryEntry) -> None:
        self.entry = entry
        self.is_too_slow = False
        self._pattern = compile_pattern(entry.text)
        self._spent = self._allowed = 0.0

    def find(self, text: str) -> list[tuple[int, int]]:
        """The places that it matches, without outer blanks; none if it takes too long, on whose account it is stopped
        for good."""
        began = time.thread_time()
        found = None
        while found is None and time.thread_time() - began < self.LONGEST / 2:
            found = self._try(text)
        self._spent += time.thread_time() - began
        self._allowed += self.LONGEST_ON_AVERAGE
        self.is_too_slow = found is None or self._spent > self._allowed + self.ALLOWANCE
        return found or []

    def _try(self, text: str) -> list[tuple[int, int]] | None:
        try:
            found = [match.span() for match in self._pattern.finditer(text, timeout=self.LONGEST, concurrent=True)]
        except TimeoutError:
            return None
        return [place for place in (_strip_blanks(text, *span) for span in found) if place[0] < place[1]]


def _strip_blanks(text: str, start: int, end: int) -> tuple[int, int]:
    inside = text[start:end]
    return start + len(inside) - len(inside.lstrip()), end - (len(inside) - len(inside.rstrip()))
