"""Tags text: spans, each with its exact probability."""

from collections.abc import Iterator, Sequence
from contextlib import nullcontext

import numpy as np
import torch
from torch import Tensor

from core.crf import bio_constraints
from core.spans import PredictedSpan, Span
from core.tagging.batches import Batch, batch_of, chunks
from core.tagging.packed import packed_weights
from core.tagging.tagger import TextTagger
from core.tags import Extent, unit_ranges
from core.text.windows import Numbers, Windows, stitched
from core.training.memory import is_out_of_memory, release

Prediction = tuple[int, tuple[PredictedSpan, ...]]
"""The index of a text and its spans in order of position."""


_BATCH_ON_CPU = 16
"""Texts: so few that hardly a piece is padding, enough to keep a processor busy."""

_BATCH_ON_ACCELERATOR = 128

_ENCODED_AT_ONCE = 2048
"""Texts: enough that a batch finds others of its length."""

_WORTH_PACKING = 100
"""Texts from which on it pays to lay out the weights first."""


def batch_size_on(device: torch.device) -> int:
    """How many texts a device tags at once."""
    return _BATCH_ON_CPU if device.type == "cpu" else _BATCH_ON_ACCELERATOR


def predict_batches(
    text_tagger: TextTagger, texts: Sequence[str], *, batch_size: int | None = None
) -> Iterator[list[Prediction]]:
    """The spans of every text, in the order in which they are done: of some thousand texts the longest first.

    Yields a list for every batch of at most `batch_size` texts; None takes what suits the device. Where memory does
    not suffice, a batch is halved.
    """
    for first in range(0, len(texts), _ENCODED_AT_ONCE):
        windows = text_tagger.encoding.encode(texts[first : first + _ENCODED_AT_ONCE])
        for predictions in predict_windows(text_tagger, windows, np.arange(windows.texts), batch_size=batch_size):
            yield [(first + text, spans) for text, spans in predictions]


def predict_windows(
    text_tagger: TextTagger, windows: Windows, chosen: Numbers, *, batch_size: int | None = None
) -> Iterator[list[Prediction]]:
    """The same as `predict_batches` for some texts (indices) of those that are encoded already."""
    batch_size = batch_size or batch_size_on(text_tagger.tagger.device)
    lengths = np.diff(windows.piece_ends[windows.window_ends - 1], prepend=0)[chosen]
    order = np.argsort(lengths, kind="stable")[::-1]
    with packed_weights(text_tagger.tagger.encoder) if len(chosen) >= _WORTH_PACKING else nullcontext():
        for texts in chunks(chosen[order], batch_size):
            yield list(zip(texts.tolist(), _spans_of_texts(text_tagger, windows, texts, batch_size), strict=True))


def _spans_of_texts(
    text_tagger: TextTagger, windows: Windows, texts: Numbers, batch_size: int
) -> list[tuple[PredictedSpan, ...]]:
    """The spans of each of the texts; a window without units has none and costs nothing."""
    numbers = np.array([window for text in texts.tolist() for window in windows.of_text(text)], np.int64)
    spans: dict[int, list[PredictedSpan]] = {}
    for chosen in chunks(numbers[windows.units_of()[numbers] > 0], batch_size):
        spans.update(zip(chosen.tolist(), _spans(text_tagger, windows, chosen), strict=True))
    return [
        tuple(stitched(windows, text, [spans.get(window, []) for window in windows.of_text(text)], _extent_of))
        for text in texts.tolist()
    ]


def _extent_of(predicted: PredictedSpan) -> Extent:
    return predicted.span.start, predicted.span.end


def _spans(text_tagger: TextTagger, windows: Windows, chosen: Numbers) -> list[list[PredictedSpan]]:
    """The spans of each of the chosen windows, all at once if the memory suffices."""
    try:
        return _spans_at_once(text_tagger, windows, chosen)
    except RuntimeError as error:
        if len(chosen) == 1 or not is_out_of_memory(error):
            raise
    release(text_tagger.tagger.device)
    half = len(chosen) // 2
    return _spans(text_tagger, windows, chosen[:half]) + _spans(text_tagger, windows, chosen[half:])


@torch.inference_mode()
def _spans_at_once(text_tagger: TextTagger, windows: Windows, chosen: Numbers) -> list[list[PredictedSpan]]:
    tagger = text_tagger.tagger.eval()
    batch = batch_of(windows, chosen, pad_id=text_tagger.encoding.pad_id, device=tagger.device)
    emissions = tagger(batch)
    allowed = bio_constraints(len(text_tagger.tag_set.labels), device=emissions.device)
    tags: list[list[int]] = tagger.crf.decode(emissions, batch.valid, constraints=allowed).tolist()
    extents = [windows.extents_of(window) for window in chosen.tolist()]
    ranges = [
        (row, *unit_range)
        for row, units in enumerate(extents)
        for unit_range in unit_ranges(tags[row][: len(units)], text_tagger.tag_set)
    ]
    probabilities = _probabilities(text_tagger, emissions, batch, ranges)
    spans: list[list[PredictedSpan]] = [[] for _ in extents]
    for (row, first, last, label), probability in zip(ranges, probabilities, strict=True):
        units = extents[row]
        spans[row].append(PredictedSpan(Span(units[first][0], units[last - 1][1], label), probability))
    return spans


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
