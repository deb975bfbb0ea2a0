"""Agreement of readers: people, taggers or files that say what the entities of the same sentences are.

docs/agreement.md defines every figure in words. Each comes with a 95 % bootstrap interval over sentences, since the
characters and spans of one sentence are not independent.

Source: Cohen 1960, A Coefficient of Agreement for Nominal Scales; Krippendorff 2011, Computing Krippendorff's
Alpha-Reliability (nominal data, any number of readers, missing values); Hripcsak and Rothschild 2005, Agreement, the
F-Measure, and Reliability in Information Retrieval, for F1 between readers of whom neither is right by definition.
"""

from array import array
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from core.analysis.bootstrap import TAILS, Interval, resample_sums
from core.domain.generators import map_progress
from core.domain.spans import Span
from core.messages.catalogue import say

FigureName = Literal["exact_f1", "overlap_f1", "label_f1", "kappa", "alpha"]
FIGURES: tuple[FigureName, ...] = get_args(FigureName)

OUTSIDE = "O"
"""What messages call the characters outside all spans."""

_AT_ONCE = 1_000
"""Sentences between two yields."""

Spans = Sequence[Span]


class ReadSentence(NamedTuple):
    """What readers say of one sentence.

    Attributes:
        characters: the length of its text in code points.
        readings: the spans of each reader, in any order; those of one reader do not overlap. None: the reader has not
            judged the sentence, or only in part, which is not “no entity”.
    """

    characters: int
    readings: Sequence[Spans | None]


@dataclass(frozen=True, slots=True)
class AgreementFigure:
    """One measure of agreement.

    Attributes:
        value: at most 1, which is full agreement; None where it is not defined.
        interval: None without a value, or if it is defined in no resample.
        undefined: in how many resamples it is not defined; these do not count in the interval.
        note: why the value is missing, for people; else empty.
    """

    value: float | None
    interval: Interval | None = None
    undefined: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True)
class Agreement:
    """The agreement of two readers.

    Attributes:
        sentences: how many both have judged; only these count.
        skipped: how many others there were.
        characters: the characters of the sentences that count.
        spans: the spans of the first and of the second reader in these.
        exact_f1: spans with the same edges and the same label.
        overlap_f1: spans with the same label that share a character, matched one to one.
        label_f1: of the spans with the same edges, those that also have the same label.
        kappa: Cohen's kappa of the labels of characters, those outside all spans included.
        alpha: Krippendorff's nominal alpha of the same.
    """

    sentences: int
    skipped: int
    characters: int
    spans: tuple[int, int]
    exact_f1: AgreementFigure
    overlap_f1: AgreementFigure
    label_f1: AgreementFigure
    kappa: AgreementFigure
    alpha: AgreementFigure

    @property
    def figures(self) -> dict[FigureName, AgreementFigure]:
        return {name: getattr(self, name) for name in FIGURES}

    def as_json(self) -> dict[str, Any]:
        figures = self.figures.items()
        return {
            "sentences": self.sentences,
            "skipped": self.skipped,
            "characters": self.characters,
            "spans": list(self.spans),
            **{name: figure.value for name, figure in figures},
            "intervals": {name: None if figure.interval is None else list(figure.interval) for name, figure in figures},
            "undefined_resamples": {name: figure.undefined for name, figure in figures},
            "notes": {name: figure.note for name, figure in figures if figure.note},
        }


def measure_agreement(sentences: Iterable[ReadSentence]) -> Generator[int, None, Agreement]:
    """The agreement of two readers; exchanging them changes nothing but the order of `spans`.

    The sentences are not kept: of half a million, some 270 MB of numbers are.

    Yields:
        How many sentences were read so far.
    """
    tallies = yield from _tally_sentences(sentences, _tally_pair)
    sums = yield from _resample(tallies)
    agreeing, characters, exact = sums.of("agreeing"), sums.of("characters"), sums.of("exact")
    spans = sums.of("spans", 0), sums.of("spans", 1)
    values = sums.by_label(0), sums.by_label(1)
    only = _explain_constant(sums.labels)
    return Agreement(
        tallies.rows,
        tallies.skipped,
        int(characters[0]),
        (int(spans[0][0]), int(spans[1][0])),
        _summarise(_divide(2 * exact, spans[0] + spans[1]), say("not defined: no spans")),
        _summarise(_divide(2 * sums.of("overlapping"), spans[0] + spans[1]), say("not defined: no spans")),
        _summarise(_divide(exact, sums.of("same edges")), say("not defined: no two spans have the same edges")),
        _summarise(_kappa(*values, agreeing), only),
        _summarise(_alpha(values[0] + values[1], 2 * (characters - agreeing)), only),
    )


def measure_alpha(sentences: Iterable[ReadSentence]) -> Generator[int, None, AgreementFigure]:
    """Krippendorff's nominal alpha of the characters' labels for any number of readers, each of whom may miss any
    sentence; sentences that fewer than two have judged do not count.

    Yields:
        How many sentences were read so far.
    """
    tallies = yield from _tally_sentences(sentences, _tally_readers)
    sums = yield from _resample(tallies)
    return _summarise(_alpha(sums.by_label(0), sums.of("apart")), _explain_constant(sums.labels))


def _explain_constant(labels: Sequence[str]) -> str:
    if not labels:
        return say("not defined: no sentence was judged by two readers")
    return say("not defined: only {label} occurs", label=labels[0] or OUTSIDE)


def _summarise(values: NDArray[np.float64], note: str) -> AgreementFigure:
    """The figure whose first value is that of the sentences, and the others those of the resamples."""
    if np.isnan(values[0]):
        return AgreementFigure(None, note=note)
    defined = values[1:][~np.isnan(values[1:])]
    interval = Interval(*map(float, np.quantile(defined, TAILS))) if len(defined) else None
    return AgreementFigure(float(values[0]), interval, len(values) - 1 - len(defined))


def _kappa(
    first: NDArray[np.float64], second: NDArray[np.float64], agreeing: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Cohen's kappa from how many characters have each label for each of two readers (…, labels)."""
    characters, chance = first.sum(axis=-1), (first * second).sum(axis=-1)
    return _divide(characters * agreeing - chance, characters**2 - chance)


def _alpha(values: NDArray[np.float64], apart: NDArray[np.float64]) -> NDArray[np.float64]:
    """Krippendorff's alpha from the number of values of each label (…, labels) and of pairs of different values, the
    latter divided in each character by its number of readers less one."""
    number = values.sum(axis=-1)
    return 1 - _divide((number - 1) * apart, number**2 - (values**2).sum(axis=-1))


def _divide(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    """The ratio; NaN, “not defined”, where the denominator is 0."""
    return np.divide(part, whole, out=np.full_like(part, np.nan), where=whole > 0)


def count_overlapping_pairs(first: Spans, second: Spans) -> int:
    """The most pairs of spans with the same label and a common character in which no span occurs twice.

    The span that ends first takes, of those it overlaps, the one that ends first: all the others that this one
    overlaps are also overlapped by those that end later, so that no other choice gives more pairs.
    """
    spans = sorted((span.end, span.start, side, span.label) for side in (0, 1) for span in (first, second)[side])
    taken, pairs = set[int](), 0
    for at, (end, _, side, label) in enumerate(spans):
        if at in taken:
            continue
        for other in range(at + 1, len(spans)):
            _, start, other_side, other_label = spans[other]
            if other_side != side and other_label == label and start < end and other not in taken:
                taken.add(other)
                pairs += 1
                break
    return pairs


class _Column(NamedTuple):
    """What a number counts: of which reader, and of which label, where it has them."""

    name: str
    reader: int = 0
    label: str = ""


_Tally = Mapping[_Column, float]


class _Tallies:
    """The numbers of all sentences by column."""

    def __init__(self) -> None:
        self.columns: dict[_Column, int] = {}
        self.rows = self.skipped = 0
        self._rows, self._columns, self._numbers = array("i"), array("i"), array("d")

    def add(self, tally: _Tally) -> None:
        for column, number in tally.items():
            if not number:
                continue
            self._rows.append(self.rows)
            self._columns.append(self.columns.setdefault(column, len(self.columns)))
            self._numbers.append(number)
        self.rows += 1

    def to_matrix(self) -> NDArray[np.float64]:
        """(sentences, columns)"""
        matrix = np.zeros((self.rows, len(self.columns)))
        matrix[np.asarray(self._rows), np.asarray(self._columns)] = self._numbers
        return matrix


class _Sums(NamedTuple):
    """The sums over the sentences, then those over each resample of them: (1 + resamples, columns)."""

    columns: Mapping[_Column, int]
    values: NDArray[np.float64]

    def of(self, name: str, reader: int = 0, label: str = "") -> NDArray[np.float64]:
        place = self.columns.get(_Column(name, reader, label))
        return np.zeros(len(self.values)) if place is None else self.values[:, place]

    @property
    def labels(self) -> list[str]:
        """Those of at least one character, in the order of the alphabet; "" is outside all spans."""
        return sorted({column.label for column in self.columns if column.name == "value"})

    def by_label(self, reader: int) -> NDArray[np.float64]:
        """How many characters have each of `labels` for a reader: (1 + resamples, labels)."""
        numbers = [self.of("value", reader, label) for label in self.labels]
        return np.stack(numbers, axis=-1) if numbers else np.zeros((len(self.values), 0))


def _tally_sentences(
    sentences: Iterable[ReadSentence], tally: Callable[[ReadSentence], _Tally | None]
) -> Generator[int, None, _Tallies]:
    tallies = _Tallies()
    for done, sentence in enumerate(sentences, 1):
        numbers = tally(sentence)
        if numbers is None:
            tallies.skipped += 1
        else:
            tallies.add(numbers)
        if done % _AT_ONCE == 0:
            yield done
    return tallies


def _resample(tallies: _Tallies) -> Generator[int, None, _Sums]:
    matrix = tallies.to_matrix()
    sums = matrix.sum(axis=0, keepdims=True)
    if tallies.rows:
        done = tallies.rows + tallies.skipped
        draws = yield from map_progress(resample_sums(matrix), lambda _: done)
        sums = np.concatenate([sums, draws])
    return _Sums(tallies.columns, sums)


def _tally_pair(sentence: ReadSentence) -> _Tally | None:
    """The numbers of a sentence that both readers have judged."""
    first, second = sentence.readings
    if first is None or second is None:
        return None
    tally: Counter[_Column] = Counter()
    for length, labels in _stretches(sentence.characters, [first, second]):
        tally[_Column("agreeing")] += length * (labels[0] == labels[1])
        for reader, label in enumerate(labels):
            tally[_Column("value", reader, label)] += length
    spans = [set(first), set(second)]
    edges = [{(span.start, span.end) for span in each} for each in spans]
    tally[_Column("characters")] = sentence.characters
    tally[_Column("exact")] = len(spans[0] & spans[1])
    tally[_Column("same edges")] = len(edges[0] & edges[1])
    tally[_Column("overlapping")] = count_overlapping_pairs(first, second)
    for reader in (0, 1):
        tally[_Column("spans", reader)] = len(spans[reader])
    return tally


def _tally_readers(sentence: ReadSentence) -> _Tally | None:
    """The numbers of a sentence that at least two readers have judged."""
    readings = [spans for spans in sentence.readings if spans is not None]
    if len(readings) < 2:
        return None
    tally: Counter[_Column] = Counter()
    apart = 0
    for length, labels in _stretches(sentence.characters, readings):
        numbers = Counter(labels)
        apart += length * (len(labels) ** 2 - sum(number**2 for number in numbers.values()))
        for label, number in numbers.items():
            tally[_Column("value", 0, label)] += length * number
    return {**tally, _Column("apart"): apart / (len(readings) - 1)}


def _stretches(characters: int, readings: Sequence[Spans]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The lengths of the stretches of a text in which each reader has one label, and that label of each; "" outside
    all spans."""
    edges = {edge for spans in readings for span in spans for edge in (span.start, span.end)}
    rest = [sorted(spans, reverse=True) for spans in readings]
    for start, end in pairwise(sorted(edges | {0, characters})):
        for spans in rest:
            if spans and spans[-1].end <= start:
                spans.pop()
        yield end - start, tuple(spans[-1].label if spans and spans[-1].start <= start else "" for spans in rest)
