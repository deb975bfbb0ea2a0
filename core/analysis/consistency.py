"""Strings that the gold labels in several ways, likeliest errors first, and the gold once places are relabelled."""

from collections import defaultdict
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, get_args

from core.analysis.bootstrap import wilson_interval
from core.domain.editing import GoldSpans, overlapping_spans, with_span
from core.domain.spans import Example, SentenceNumber, Span, Split
from core.languages.korean.words import ends_word, find_word_starts, starts_word

Kind = Literal["labels", "edges", "missed"]
KINDS: tuple[Kind, ...] = get_args(Kind)

UseKind = Literal["span", "edge", "none", "inside"]
"""How a place of the string stands in the gold: a span of its own; part of a span with another edge that has a label of
the string's; not labelled at all; within or across spans of other labels, which says nothing against it."""

SLICE = 2_000
"""Sentences between two words of progress."""


class Use(NamedTuple):
    """What the gold makes of one place of a string; the label is empty where there is none."""

    split: Split
    kind: UseKind
    label: str = ""


@dataclass(frozen=True, slots=True)
class Inconsistency:
    """A string with the counts of each way it is labelled, and how likely the minority ways are errors.

    Attributes:
        labels: the labels of its spans with their number, the commonest first.
        scores: of each kind that it is found for, 0–1: the lower end of the 95 % interval of the share that the
            commoner way has among the places. High where that is frequent and exceptions are few, low where the string
            simply means several things, or is too rare to tell. Half of it where most places are not labelled, as of
            an ordinary word that is a name once, and where most are parts of longer spans, as the days of dates are.

    Source: Dickinson & Meurers 2003, Detecting Errors in Part-of-Speech Annotation (EACL), for variation of one string
    as the sign of mistakes; Wilson 1927, Probable Inference (JASA 22), for the interval.
    """

    text: str
    uses: Mapping[Use, int]
    labels: Mapping[str, int] = field(init=False)
    scores: Mapping[Kind, float] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "labels", _labels(self.uses))
        votes = {kind: self._votes(kind) for kind in KINDS}
        object.__setattr__(self, "scores", {kind: _score(*each) for kind, each in votes.items() if min(each) > 0})

    @property
    def score(self) -> float:
        """That of the likeliest kind; 0 where the string is consistent."""
        return max(self.scores.values(), default=0.0)

    def count(self, kind: UseKind) -> int:
        """How many places stand so."""
        return sum(number for use, number in self.uses.items() if use.kind == kind)

    @property
    def places(self) -> int:
        """All places but those within spans of other labels."""
        return sum(number for use, number in self.uses.items() if use.kind != "inside")

    @property
    def exceptions(self) -> int:
        """The places that do not agree with the commonest way."""
        return self.places - max((*self.labels.values(), self.count("none"), self.count("edge")))

    def _votes(self, kind: Kind) -> tuple[int, int]:
        """How many places are spans, with the commonest label where it is about labels, and how many are not."""
        spans = sum(self.labels.values())
        if kind == "labels":
            first = max(self.labels.values(), default=0)
            return first, spans - first
        return spans, self.count("edge") if kind == "edges" else self.count("none")


def _labels(uses: Mapping[Use, int]) -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    for use, number in uses.items():
        if use.kind == "span":
            found[use.label] += number
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def _score(spans: int, others: int) -> float:
    places = spans + others
    share = wilson_interval(max(spans, others) / places, places).low
    return share / 2 if others > spans else share


class StringTally:
    """Counts the uses of every string that is a gold span somewhere.

    The places of a string are those that `find_string` finds.
    """

    def __init__(self) -> None:
        self._labels: dict[str, set[str]] = {}
        self._lengths: dict[str, tuple[int, ...]] = {}
        self._uses: dict[str, dict[Use, int]] = defaultdict(dict)

    def learn(self, sentence: Example) -> None:
        """Take note of the spans of a sentence; all sentences must be learnt before any is counted."""
        for span in sentence.gold:
            self._learn(sentence.text[span.start : span.end], span.label)

    def _learn(self, string: str, label: str) -> None:
        known = self._labels.setdefault(string, set())
        known.add(label)
        if len(string) > 1 and len(string) not in self._lengths.get(string[:2], ()):
            self._lengths[string[:2]] = (*self._lengths.get(string[:2], ()), len(string))

    def count(self, sentence: Example, sign: Literal[1, -1] = 1) -> set[str]:
        """Count what the gold of a sentence makes of its strings, or take it out again; returns these strings."""
        found = set()
        for string, use in self._found(sentence):
            uses = self._uses[string]
            uses[use] = uses.get(use, 0) + sign
            found.add(string)
        return found

    def of(self, string: str) -> Inconsistency:
        """How a string stands now."""
        return Inconsistency(string, {use: n for use, n in self._uses.get(string, {}).items() if n})

    def inconsistent(self) -> list[Inconsistency]:
        """The strings with more than one way, the likeliest mistakes first."""
        found = [self.of(string) for string, uses in self._uses.items() if len(uses) > 1]
        return sorted((each for each in found if each.scores), key=lambda each: (-each.score, -each.places, each.text))

    def _found(self, sentence: Example) -> Iterator[tuple[str, Use]]:
        spans = {(span.start, span.end) for span in sentence.gold}
        for start, end in spans.union(self._words(sentence.text)):
            string = sentence.text[start:end]
            yield string, use_of(sentence, start, end, self._labels.get(string, ()))

    def _words(self, text: str) -> Iterator[tuple[int, int]]:
        """Where known strings stand as words."""
        for start in find_word_starts(text):
            for length in self._lengths.get(text[start : start + 2], ()):
                end = start + length
                if text[start:end] in self._labels and end <= len(text) and ends_word(text, end):
                    yield start, end


def use_of(sentence: Example, start: int, end: int, labels: Collection[str]) -> Use:
    """What the gold of a sentence makes of one place of a string that has these labels."""
    split = sentence.split
    touched = [span for span in sentence.gold if span.start < end and start < span.end]
    if not touched:
        return Use(split, "none")
    if (touched[0].start, touched[0].end) == (start, end):
        return Use(split, "span", touched[0].label)
    own = [span.label for span in touched if span.label in labels]
    return Use(split, "edge", own[0]) if own else Use(split, "inside", touched[0].label)


def find_string(string: str, text: str, gold: Sequence[Span]) -> list[tuple[int, int]]:
    """Where a string is a span of a text, or stands there as a word, from left to right.

    As a word it begins where an eojeol, a bracket or a change of script does, and ends with the eojeol, or before what
    may follow a noun in it (서울 in 서울은, not in 서울시청). A string of one character is no word: it means anything.
    """
    spans = {(span.start, span.end) for span in gold}
    found, start = [], text.find(string)
    while start >= 0:
        end = start + len(string)
        is_word = len(string) > 1 and starts_word(text, start) and ends_word(text, end)
        if is_word or (start, end) in spans:
            found.append((start, end))
        start = text.find(string, start + 1)
    return found


def tally_uses(read: Callable[[], Iterable[Example]]) -> Generator[int, None, StringTally]:
    """Count the uses of all strings of a corpus; yields how many sentences have been read so far, each of them twice.

    Args:
        read: the sentences from the first to the last; called twice, so that none has to be kept.
    """
    tally, done = StringTally(), 0
    for take in (tally.learn, tally.count):
        for sentence in read():
            take(sentence)
            done += 1
            if done % SLICE == 0:
                yield done
    return tally


@dataclass(frozen=True, slots=True)
class StringPlace:
    """One place of a string: where it stands, and what the gold makes of it."""

    sentence: Example
    start: int
    end: int
    use: Use

    @property
    def touched(self) -> GoldSpans:
        """The spans there: its own, or those that it overlaps."""
        return overlapping_spans(self.sentence.gold, self.start, self.end)

    def new_spans(self, label: str | None) -> GoldSpans:
        """What stands there once it is a span of the label, or no span."""
        return () if label is None else (Span(self.start, self.end, label),)


def find_places(found: Inconsistency, sentences: Iterable[Example]) -> Iterator[StringPlace]:
    """Every place that the counts of a string are of, from left to right."""
    for sentence in sentences:
        for start, end in find_string(found.text, sentence.text, sentence.gold):
            yield StringPlace(sentence, start, end, use_of(sentence, start, end, set(found.labels)))


def relabel_places(places: Sequence[StringPlace], label: str | None) -> dict[SentenceNumber, GoldSpans]:
    """The gold of each sentence once the places are spans of a label, or no spans; what they overlap makes way."""
    golds: dict[SentenceNumber, GoldSpans] = {}
    for place in places:
        gold = golds.get(place.sentence.number, place.sentence.gold)
        gone = overlapping_spans(gold, place.start, place.end)
        gold = tuple(span for span in gold if span not in gone)
        for span in place.new_spans(label):
            gold = with_span(gold, span)
        golds[place.sentence.number] = gold
    return golds


def most_common_label(found: Inconsistency) -> str | None:
    """The label that most of the places have; None where more have none."""
    label, spans = next(iter(found.labels.items()), (None, 0))
    return label if spans >= found.count("none") else None
