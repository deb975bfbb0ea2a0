"""Estimate how many errors are the gold's fault, from a person's verdicts on a random sample of sentences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import sqrt
from typing import Any, Literal, NamedTuple, get_args

import numpy as np

from core.analysis.bootstrap import CONFIDENCE, Interval, wilson_interval
from core.domain.spans import PredictedSpan, Span
from core.messages.catalogue import say, say_count
from core.metrics.comparison import Comparison, compare_spans
from core.metrics.report import Counts, score_counts

Blame = Literal["model", "gold", "ambiguous"]
BLAMES: tuple[Blame, ...] = get_args(Blame)

RESAMPLES = 1_000
_LEAST_JUDGED = 0.9
"""The sample ends where less than this share of its sentences is fully judged."""


class SpanPair(NamedTuple):
    """What a verdict is about: a gold and a predicted span that differ, or one without a counterpart."""

    gold: Span | None
    predicted: Span | None


def pair_of(comparison: Comparison) -> SpanPair:
    return SpanPair(comparison.gold, comparison.predicted.span if comparison.predicted else None)


class JudgedError(NamedTuple):
    """A disagreement between prediction and gold as imported in a sampled sentence, and which of the two is wrong."""

    pair: SpanPair
    blame: Blame


class Population(NamedTuple):
    """All sentences of a split, as it was when the run began, compared with the gold as imported.

    Attributes:
        counts: right, predicted and gold spans.
        sentences: how many sentences have a disagreement.
        disagreements: how many there are in all.
    """

    counts: Counts
    sentences: int
    disagreements: int


class IntervalEstimate(NamedTuple):
    """An estimate with its 95 % confidence interval."""

    value: float
    interval: Interval

    def times(self, factor: float) -> "IntervalEstimate":
        return IntervalEstimate(self.value * factor, Interval(*(bound * factor for bound in self.interval)))

    def as_json(self) -> dict[str, Any]:
        return {"value": self.value, "interval": list(self.interval)}


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a sample of judged sentences says about the whole split.

    Attributes:
        sentences: how many of the population were judged.
        verdicts: how many there are of each kind.
        share: the share of disagreements in which the gold is wrong and the prediction right.
        gold_errors: the number of such disagreements in the split.
        f1: strict micro F1 if all gold errors were corrected and ambiguous spans left out.
        f1_imported: strict micro F1 on the gold as imported.
    """

    sentences: int
    verdicts: Mapping[Blame, int]
    population: Population
    share: IntervalEstimate
    gold_errors: IntervalEstimate
    f1: IntervalEstimate
    f1_imported: float

    def as_json(self) -> dict[str, Any]:
        return {
            "sentences": self.sentences,
            "of_sentences": self.population.sentences,
            "disagreements": self.population.disagreements,
            **{str(blame): number for blame, number in self.verdicts.items()},
            "gold_error_share": self.share.as_json(),
            "gold_errors": self.gold_errors.as_json(),
            "adjusted_f1": self.f1.as_json(),
            "f1": self.f1_imported,
        }


def judge_errors(
    imported: Sequence[Span],
    corrected: Sequence[Span],
    predicted: Sequence[PredictedSpan],
    verdicts: Mapping[SpanPair, Blame],
) -> list[JudgedError] | None:
    """The disagreements of a sentence with its gold as imported and their verdicts; None while one is missing.

    A correction counts as a verdict: the gold was wrong if it now equals the prediction, the model was wrong if the
    gold became something else.
    """
    standing = {pair_of(comparison) for comparison in compare_spans(corrected, predicted) if comparison.is_error}
    found = []
    for comparison in compare_spans(imported, predicted):
        pair = pair_of(comparison)
        if not comparison.is_error:
            continue
        blame = verdicts.get(pair)
        if blame is None and pair in standing:
            return None
        found.append(JudgedError(pair, blame or _blame_of_correction(pair, corrected)))
    return found


def _blame_of_correction(pair: SpanPair, corrected: Sequence[Span]) -> Blame:
    is_as_predicted = pair.predicted in corrected if pair.predicted is not None else pair.gold not in corrected
    return "gold" if is_as_predicted else "model"


def sample_length(are_judged: Sequence[bool]) -> int:
    """The length of the sample: the longest prefix of the random order of which at least 90 % is judged."""
    counts = enumerate(accumulate(map(int, are_judged)), start=1)
    return max((length for length, whole in counts if whole >= _LEAST_JUDGED * length), default=0)


def estimate_errors(
    sample: Sequence[Sequence[JudgedError]], population: Population, *, seed: int = 1
) -> Estimate | None:
    """Estimate from judged sentences, drawn at random from those with a disagreement; None without any verdict.

    Let a sampled sentence have n disagreements, k of them the gold's fault, and let all sentences have N:

    - The share of gold errors is Σk / Σn, their number N · Σk / Σn (the ratio estimator of a cluster sample: a sentence
      is drawn with all its disagreements). Its interval is Wilson's at the effective number of verdicts,
      Σn / (deff · (1 − Σn / N)): deff, at least 1, is how much the verdicts of one sentence resemble each other; the
      last factor narrows the interval as the sample approaches the population.
    - F1 is computed from the known counts plus N / Σn times the change by the verdicts in the sample: `gold` replaces
      the gold span with the predicted one, `ambiguous` removes both spans, `model` changes nothing. Its interval is
      the percentile bootstrap over sampled sentences, narrowed by √(1 − Σn / N). As in Agresti and Coull's interval,
      four disagreements are added, two of them the gold's fault: a sample without gold errors does not prove that
      there are none.

    Sources: Wilson 1927, Probable Inference, the Law of Succession, and Statistical Inference; Cochran 1977, Sampling
    Techniques, 2.4, 6.3 and 9A.5; Dean and Pagano 2015, Evaluating Confidence Interval Methods for Binomial
    Proportions in Clustered Surveys; Agresti and Coull 1998, Approximate Is Better than “Exact”; Efron and Tibshirani
    1993, An Introduction to the Bootstrap.
    """
    verdicts = [one for sentence in sample for one in sentence]
    if not verdicts:
        return None
    counts = {blame: sum(one.blame == blame for one in verdicts) for blame in BLAMES}
    share = IntervalEstimate(counts["gold"] / len(verdicts), _share_interval(sample, population.disagreements))
    return Estimate(
        len(sample),
        counts,
        population,
        share,
        share.times(population.disagreements),
        IntervalEstimate(_adjusted_f1(sample, population), _f1_interval(sample, population, seed)),
        score_counts(population.counts).f1,
    )


def _share_interval(sample: Sequence[Sequence[JudgedError]], disagreements: int) -> Interval:
    sizes = [len(sentence) for sentence in sample]
    errors = [sum(one.blame == "gold" for one in sentence) for sentence in sample]
    number = sum(sizes)
    share, left = sum(errors) / number, _share_left(number, disagreements)
    if not left:
        return Interval(share, share)
    return wilson_interval(share, number / (_design_effect(sizes, errors) * left))


def _share_left(judged: int, disagreements: int) -> float:
    return max(0.0, 1 - judged / disagreements)


def _design_effect(sizes: Sequence[int], errors: Sequence[int]) -> float:
    """The variance of the share over sentences, divided by that of independent verdicts (at least 1)."""
    number, sentences = sum(sizes), len(sizes)
    share = sum(errors) / number
    if sentences < 2 or share in (0.0, 1.0):
        return 1.0
    squares = sum((k - share * n) ** 2 for k, n in zip(errors, sizes, strict=True))
    variance = sentences / (sentences - 1) * squares / number**2
    return max(1.0, variance / (share * (1 - share) / number))


Change = tuple[int, int, int]
"""The change by one verdict in the number of right, predicted and gold spans."""


def _change(one: JudgedError) -> Change:
    has_gold, has_predicted = int(one.pair.gold is not None), int(one.pair.predicted is not None)
    if one.blame == "gold":
        return has_predicted, 0, has_predicted - has_gold
    return (0, -has_predicted, -has_gold) if one.blame == "ambiguous" else (0, 0, 0)


def _sums(judged: Sequence[JudgedError]) -> list[int]:
    """The number of disagreements, then the sums of their changes."""
    return [len(judged), *(sum(part) for part in zip(*map(_change, judged), strict=True))]


def _adjusted_f1(sample: Sequence[Sequence[JudgedError]], population: Population) -> float:
    number, *changes = _sums([one for sentence in sample for one in sentence])
    factor, counts = population.disagreements / number, population.counts
    right, predicted, gold = (
        count + factor * change
        for count, change in zip((counts.right, counts.predicted, counts.support), changes, strict=True)
    )
    return 2 * right / (predicted + gold) if predicted + gold else 0.0


def _f1_interval(sample: Sequence[Sequence[JudgedError]], population: Population, seed: int) -> Interval:
    everything = [one for sentence in sample for one in sentence]
    errors = np.array([_change(one._replace(blame="gold")) for one in everything]).mean(axis=0)
    more = [[2, *(2 * errors)], [2, 0, 0, 0]]
    rows = np.array([*(_sums(sentence) for sentence in sample), *more], dtype=np.float64)
    draws = np.random.default_rng(seed).multinomial(len(rows), np.full(len(rows), 1 / len(rows)), RESAMPLES)
    sums = draws @ rows
    counts = population.counts
    changes = population.disagreements * sums[:, 1:] / sums[:, :1]
    right, predicted, gold = (np.array([counts.right, counts.predicted, counts.support]) + changes).T
    tail = (1 - CONFIDENCE) / 2
    bounds = np.quantile(2 * right / np.maximum(predicted + gold, 1e-9), [tail, 1 - tail])
    estimate = _adjusted_f1(sample, population)
    closer = sqrt(_share_left(len(everything), population.disagreements))
    low, high = (min(1.0, estimate + closer * (float(bound) - estimate)) for bound in bounds)
    return Interval(min(low, estimate), max(high, estimate))


def describe_estimate(estimate: Estimate) -> str:
    """The share of gold errors among all errors, how many that makes, and F1 adjusted for them, with 95 % intervals."""
    share, number, f1 = estimate.share, estimate.gold_errors, estimate.f1
    return say(
        "By {verdicts} in {sentences}, {share:.1%} ({share_low:.1%}–{share_high:.1%}) of {errors} are gold errors:"
        " about {number:,.0f} ({low:,.0f}–{high:,.0f}). Adjusted for them, micro F1 is {f1:.3f}"
        " ({f1_low:.3f}–{f1_high:.3f}) instead of {f1_imported:.3f} on the gold as imported.",
        verdicts=say_count("{count:,} verdict", "{count:,} verdicts", sum(estimate.verdicts.values())),
        sentences=say_count("{count:,} sampled sentence", "{count:,} sampled sentences", estimate.sentences),
        errors=say_count("{count:,} error", "{count:,} errors", estimate.population.disagreements),
        share=share.value,
        share_low=share.interval.low,
        share_high=share.interval.high,
        number=number.value,
        low=number.interval.low,
        high=number.interval.high,
        f1=f1.value,
        f1_low=f1.interval.low,
        f1_high=f1.interval.high,
        f1_imported=estimate.f1_imported,
    )
