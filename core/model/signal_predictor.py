"""Tag text that has gold: predict spans and the signals of the tagger about the sentence and its gold."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from core.domain.spans import PredictedSpan, Span
from core.domain.tags import NO_TAG
from core.metrics.signals import Signals, suspicion_of
from core.model.encoding.batches import tags_of_window
from core.model.encoding.windows import Numbers, Windows
from core.model.predictor import (
    compute_probabilities,
    decode_windows,
    encode_in_parts,
    run_by_batch,
    spans_by_row,
    stitch_spans,
    unit_ranges_of,
)
from core.model.tagger import TextTagger

Gold = Sequence[Span]
"""The gold spans of one text."""


class JudgedText(NamedTuple):
    """The index of a text, its predicted spans in order of position, and its signals."""

    text: int
    spans: tuple[PredictedSpan, ...]
    signals: Signals


def judge_batches(
    text_tagger: TextTagger, texts: Sequence[str], golds: Sequence[Gold], *, batch_size: int | None = None
) -> Iterator[list[JudgedText]]:
    """Predict the spans of every text, like `core.model.predictor.predict_batches`, with signals about its gold."""
    for first, windows in encode_in_parts(text_tagger.encoding, texts):
        own = golds[first : first + windows.texts]
        for judged in judge_windows(text_tagger, windows, np.arange(windows.texts), own, batch_size=batch_size):
            yield [each._replace(text=first + each.text) for each in judged]


def judge_windows(
    text_tagger: TextTagger, windows: Windows, chosen: Numbers, golds: Sequence[Gold], *, batch_size: int | None = None
) -> Iterator[list[JudgedText]]:
    """Same as `judge_batches`, for chosen texts (indices) that are already encoded; `golds` are those of all texts.

    Uncertainty and loss of a text in several windows are sums over its windows; what two windows share counts twice.
    """
    work = partial(_judge_at_once, text_tagger, windows, golds)
    for batch in run_by_batch(text_tagger.tagger, windows, chosen, work, batch_size=batch_size):
        yield [_combine_windows(windows, text, golds[text], found) for text, found in batch]


@dataclass(frozen=True, slots=True)
class _WindowSignals:
    """The result of one window.

    Attributes:
        cost, gold_cost: −log of the probability of the best tags, and of the gold's tags where it has any.
        expressed: the spans that the gold's tags encode, with their probabilities.
    """

    spans: list[PredictedSpan]
    cost: float
    gold_cost: float
    expressed: list[PredictedSpan]


@torch.inference_mode()
def _judge_at_once(
    text_tagger: TextTagger, windows: Windows, golds: Sequence[Gold], chosen: Numbers
) -> list[_WindowSignals]:
    reading = decode_windows(text_tagger, windows, chosen)
    texts = np.searchsorted(windows.window_ends, chosen, side="right").tolist()
    tag_set = text_tagger.tag_set
    tags = [
        tags_of_window(windows, text, window, golds[text], tag_set)
        for text, window in zip(texts, chosen.tolist(), strict=True)
    ]
    expressed = unit_ranges_of(tags, tag_set)
    crf, valid = text_tagger.tagger.crf, reading.batch.valid
    posterior = crf.posterior(reading.emissions, valid)
    gold = _pad_tags(tags, reading.tags)
    is_cut = any(NO_TAG in of_window for of_window in tags)
    of_gold = crf.posterior(reading.emissions, valid & (gold != NO_TAG)) if is_cut else posterior
    shares = compute_probabilities(text_tagger, posterior, [*reading.found, *expressed])
    likelihoods = [posterior.log_likelihoods(reading.tags), of_gold.log_likelihoods(gold)]
    costs = (-torch.stack(likelihoods)).clamp(min=0).tolist()
    spans = spans_by_row(reading.extents, reading.found, shares[: len(reading.found)])
    golden = spans_by_row(reading.extents, expressed, shares[len(reading.found) :])
    return [_WindowSignals(*window) for window in zip(spans, *costs, golden, strict=True)]


def _pad_tags(tags: Sequence[Sequence[int]], like: Tensor) -> Tensor:
    """The tags of each window as rows of a tensor, NO_TAG beyond the last unit."""
    padded = np.full(like.shape, NO_TAG, np.int64)
    for row, of_row in zip(padded, tags, strict=True):
        row[: len(of_row)] = of_row
    return torch.from_numpy(padded).to(like.device)


def _combine_windows(windows: Windows, text: int, gold: Gold, found: Sequence[_WindowSignals | None]) -> JudgedText:
    """Combine the results of the windows of a text."""
    own = [window for window in found if window is not None]
    predicted = stitch_spans(windows, text, [window.spans if window else () for window in found])
    expressed = stitch_spans(windows, text, [window.expressed if window else () for window in found])
    shares = {each.span: each.probability for each in expressed}
    of_gold = tuple(shares.get(span) for span in gold)
    signals = Signals(
        uncertainty=sum(window.cost for window in own),
        loss=None if None in of_gold else sum(window.gold_cost for window in own),
        suspicion=suspicion_of(shares, predicted),
        gold=tuple(gold),
        gold_probabilities=of_gold,
    )
    return JudgedText(text, predicted, signals)
