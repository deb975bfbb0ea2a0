"""Tags text: spans, each with its exact probability."""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from core.batches import Batch, batch_of, chunks
from core.crf import bio_constraints
from core.encoding import Encoded
from core.spans import PredictedSpan, Span
from core.tagger import TextTagger
from core.tags import unit_ranges

Prediction = tuple[int, tuple[PredictedSpan, ...]]
"""The index of a text and its spans in order of position."""


PREDICT_BATCH = 32


def predict_batches(
    text_tagger: TextTagger, texts: Sequence[str], *, batch_size: int = PREDICT_BATCH
) -> Iterator[list[Prediction]]:
    """The spans of every text, in the order in which they are done: the longest first, similar lengths together.

    Yields a list for every batch; each but the last has `batch_size` texts.
    """
    order = sorted(range(len(texts)), key=lambda index: len(texts[index]), reverse=True)
    for indices in chunks(order, batch_size):
        windows_of_all = text_tagger.encoding.encode_all([texts[index] for index in indices])
        windows = [window for windows in windows_of_all for window in windows]
        spans = iter(_spans_of_all(text_tagger, windows, batch_size))
        yield [
            (index, tuple(span for _ in windows for span in next(spans)))
            for index, windows in zip(indices, windows_of_all, strict=True)
        ]


def _spans_of_all(
    text_tagger: TextTagger, windows: Sequence[Encoded], batch_size: int
) -> list[tuple[PredictedSpan, ...]]:
    """The spans of each window; a window without units has none and costs nothing."""
    spans: list[tuple[PredictedSpan, ...]] = [()] * len(windows)
    for indices in chunks([i for i, window in enumerate(windows) if window.units], batch_size):
        for index, found in zip(indices, _spans(text_tagger, [windows[i] for i in indices]), strict=True):
            spans[index] = found
    return spans


@torch.inference_mode()
def _spans(text_tagger: TextTagger, windows: Sequence[Encoded]) -> list[tuple[PredictedSpan, ...]]:
    tagger = text_tagger.tagger.eval()
    pad_id = text_tagger.encoding.pad_id
    batch = batch_of(windows, pad_id=pad_id, device=tagger.device)
    emissions = tagger(batch.input_ids, batch.attention_mask, batch.positions)
    allowed = bio_constraints(len(text_tagger.tag_set.labels), device=emissions.device)
    tags: list[list[int]] = tagger.crf.decode(emissions, batch.valid, constraints=allowed).tolist()
    ranges = [
        (row, *unit_range)
        for row, window in enumerate(windows)
        for unit_range in unit_ranges(tags[row][: len(window.units)], text_tagger.tag_set)
    ]
    probabilities = _probabilities(text_tagger, emissions, batch, ranges)
    spans: list[list[PredictedSpan]] = [[] for _ in windows]
    for (row, first, last, label), probability in zip(ranges, probabilities, strict=True):
        units = windows[row].units
        spans[row].append(PredictedSpan(Span(units[first][0], units[last - 1][1], label), probability))
    return [tuple(found) for found in spans]


def _probabilities(
    text_tagger: TextTagger, emissions: Tensor, batch: Batch, ranges: Sequence[tuple[int, int, int, str]]
) -> list[float]:
    """The exact probability of each (row, first unit, unit after the last, label)."""
    if not ranges:
        return []
    labels = text_tagger.tag_set.labels
    numbers = torch.tensor([(row, first, last, labels.index(label)) for row, first, last, label in ranges])
    rows, starts, ends, kinds = numbers.to(emissions.device).unbind(1)
    probabilities: list[float] = text_tagger.tagger.crf.span_probabilities(
        emissions, batch.valid, rows, starts, ends, kinds
    ).tolist()
    return probabilities
