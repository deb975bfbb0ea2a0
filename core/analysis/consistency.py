"""Find strings that the gold labels inconsistently, likeliest errors first, and relabel their places."""

from collections import defaultdict
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, get_args

from core.analysis.bootstrap import wilson_interval
from core.domain.editing import GoldSpans, overlapping_spans, with_span
from core.domain.spans import Example, Section, SentenceNumber, Span
from core.languages.korean.words import ends_word, find_word_starts, starts_word

Kind = Literal["labels", "edges", "missed"]
KINDS: tuple[Kind, ...] = get_args(Kind)

UseKind = Literal["span", "edge", "none", "inside"]
"""How the gold labels one place of a string: `span`, exactly as a span; `edge`, by a span with other edges and one of
the string's labels; `none`, not at all; `inside`, by spans of other labels, or accepted as right by a person, so it
does not count as inconsistent."""

SLICE = 2_000
"""Sentences between two progress reports."""


class Use(NamedTuple):
    """How the gold labels one place of a string; the label is empty where there is no span."""

    split: Section
    kind: UseKind
    label: str = ""


@dataclass(frozen=True, slots=True)
class Inconsistency:
    """A string with the counts of each way it is labelled, and how likely the minority ways are errors.

    Attributes:
        labels: the number of its spans with each label, the most common first.
        scores: for each kind of inconsistency that it shows, 0–1: the lower end of the 95 % interval of the share of
            places labelled the more common way. High if exceptions to a frequent usage are few; low if the string is
            ambiguous or too rare to judge. Halved where most places are unlabelled (an ordinary word that is a name
            once) or parts of longer spans (the days of dates).

    Source: Dickinson & Meurers 2003, Detecting Errors in Part-of-Speech Annotation (EACL), for variation of one string
    as a sign of errors; Wilson 1927, Probable Inference (JASA 22), for the interval.
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
        """The highest score of any kind; 0 where the string is consistent."""
        return max(self.scores.values(), default=0.0)

    def count(self, kind: UseKind) -> int:
        """How many places are labelled this way."""
        return sum(number for use, number in self.uses.items() if use.kind == kind)

    @property
    def places(self) -> int:
        """The number of places, without those inside spans of other labels."""
        return sum(number for use, number in self.uses.items() if use.kind != "inside")

    @property
    def exceptions(self) -> int:
        """The number of places that differ from the most common usage."""
        return self.places - max((*self.labels.values(), self.count("none"), self.count("edge")))

    def _votes(self, kind: Kind) -> tuple[int, int]:
        """How many places are spans (for `labels`: spans with the most common label), and how many differ from that."""
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
    """Counts the uses of every string that is a gold span somewhere; its places are those that `find_string` finds.

    Attributes:
        settled: places that a person accepted as right, given by sentence, start and end; they do not count as
            inconsistent.
    """

    def __init__(self, settled: Collection[tuple[SentenceNumber, int, int]] = ()) -> None:
        self.settled = frozenset(settled)
        self._labels: dict[str, set[str]] = {}
        self._lengths: dict[str, tuple[int, ...]] = {}
        self._uses: dict[str, dict[Use, int]] = defaultdict(dict)

    def learn(self, sentence: Example) -> None:
        """Record the spans of a sentence; call it for all sentences before the first `count`."""
        for span in sentence.gold:
            self._learn(sentence.text[span.start : span.end], span.label)

    def _learn(self, string: str, label: str) -> None:
        known = self._labels.setdefault(string, set())
        known.add(label)
        if len(string) > 1 and len(string) not in self._lengths.get(string[:2], ()):
            self._lengths[string[:2]] = (*self._lengths.get(string[:2], ()), len(string))

    def count(self, sentence: Example, sign: Literal[1, -1] = 1) -> set[str]:
        """Add (or with −1 subtract) the uses of a sentence's strings; returns these strings."""
        found = set()
        for string, use in self._found(sentence):
            uses = self._uses[string]
            uses[use] = uses.get(use, 0) + sign
            found.add(string)
        return found

    def of(self, string: str) -> Inconsistency:
        """The current counts of a string."""
        return Inconsistency(string, {use: n for use, n in self._uses.get(string, {}).items() if n})

    def inconsistent(self) -> list[Inconsistency]:
        """The inconsistently labelled strings, likeliest errors first."""
        found = [self.of(string) for string, uses in self._uses.items() if len(uses) > 1]
        return sorted((each for each in found if each.scores), key=lambda each: (-each.score, -each.places, each.text))

    def _found(self, sentence: Example) -> Iterator[tuple[str, Use]]:
        spans = {(span.start, span.end) for span in sentence.gold}
        for start, end in spans.union(self._words(sentence.text)):
            string = sentence.text[start:end]
            use = use_of(sentence, start, end, self._labels.get(string, ()))
            is_settled = (sentence.number, start, end) in self.settled
            yield string, Use(use.split, "inside", use.label) if is_settled else use

    def _words(self, text: str) -> Iterator[tuple[int, int]]:
        """The ranges of known strings that are words."""
        for start in find_word_starts(text):
            for length in self._lengths.get(text[start : start + 2], ()):
                end = start + length
                if text[start:end] in self._labels and end <= len(text) and ends_word(text, end):
                    yield start, end


def use_of(sentence: Example, start: int, end: int, labels: Collection[str]) -> Use:
    """How the gold of a sentence labels one place of a string that has these labels elsewhere."""
    split = sentence.split
    touched = [span for span in sentence.gold if span.start < end and start < span.end]
    if not touched:
        return Use(split, "none")
    if (touched[0].start, touched[0].end) == (start, end):
        return Use(split, "span", touched[0].label)
    own = [span.label for span in touched if span.label in labels]
    return Use(split, "edge", own[0]) if own else Use(split, "inside", touched[0].label)


def find_string(string: str, text: str, gold: Sequence[Span]) -> list[tuple[int, int]]:
    """The ranges at which a string occurs in a text as a gold span or as a word, from left to right.

    A word begins at the start of an eojeol, after a bracket or at a change of script, and ends with the eojeol
    or before what may follow a noun in it (서울 in 서울은, not in 서울시청). A single character is too ambiguous to
    count.
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


def tally_uses(
    read: Callable[[], Iterable[Example]], settled: Collection[tuple[SentenceNumber, int, int]] = ()
) -> Generator[int, None, StringTally]:
    """Count the uses of all strings of a corpus; yields how many sentences have been read so far, each of them twice.

    Args:
        read: the sentences from the first to the last; called twice, so that none has to be kept.
        settled: places that a person accepted as right.
    """
    tally, done = StringTally(settled), 0
    for take in (tally.learn, tally.count):
        for sentence in read():
            take(sentence)
            done += 1
            if done % SLICE == 0:
                yield done
    return tally


@dataclass(frozen=True, slots=True)
class StringPlace:
    """One place of a string: its sentence, its range and how the gold labels it."""

    sentence: Example
    start: int
    end: int
    use: Use

    @property
    def touched(self) -> GoldSpans:
        """The spans at this place: its own, or those that it overlaps."""
        return overlapping_spans(self.sentence.gold, self.start, self.end)

    def new_spans(self, label: str | None) -> GoldSpans:
        """The spans at this place once it has the label; none for None."""
        return () if label is None else (Span(self.start, self.end, label),)


def find_places(found: Inconsistency, sentences: Iterable[Example]) -> Iterator[StringPlace]:
    """All places that the counts of a string include, from left to right."""
    for sentence in sentences:
        for start, end in find_string(found.text, sentence.text, sentence.gold):
            yield StringPlace(sentence, start, end, use_of(sentence, start, end, set(found.labels)))


def relabel_places(places: Sequence[StringPlace], label: str | None) -> dict[SentenceNumber, GoldSpans]:
    """The new gold of each sentence with the places labelled, or unlabelled for None; overlapping spans are
    replaced."""
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
    """The label of most places; None if more places have no label."""
    label, spans = next(iter(found.labels.items()), (None, 0))
    return label if spans >= found.count("none") else None
