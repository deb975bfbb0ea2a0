"""Tags text: spans, each with its probability among all legal tag sequences."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple, TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from core.domain.spans import PredictedSpan, Span
from core.domain.tags import Extent, TagSet, unit_ranges
from core.model.crf import Posterior
from core.model.devices import is_out_of_memory, release
from core.model.encoding.batches import Batch, batch_of, chunks
from core.model.encoding.windows import Numbers, Windows, stitch
from core.model.tagger import TextTagger

Prediction = tuple[int, tuple[PredictedSpan, ...]]
"""The index of a text and its spans in order of position."""

Item = TypeVar("Item")

_BATCH_ON_CPU = 16
"""Texts: so few that hardly a piece is padding, enough to keep a processor busy."""

_BATCH_ON_ACCELERATOR = 128

_ENCODED_AT_ONCE = 2048
"""Texts: enough that a batch finds others of its length."""

_WORTH_PACKING = 100
"""Texts from which on it pays to lay out the weights first."""


def default_batch_size(device: torch.device) -> int:
    """How many texts a device tags at once."""
    return _BATCH_ON_CPU if device.type == "cpu" else _BATCH_ON_ACCELERATOR


def predict_batches(
    text_tagger: TextTagger, texts: Sequence[str], *, batch_size: int | None = None
) -> Iterator[list[Prediction]]:
    """The spans of every text, in the order in which they are done: of some thousand texts the longest first.

    Yields a list for every batch of at most `batch_size` texts; None takes what suits the device. Where memory does
    not suffice, a batch is halved.
    """
    for first, windows in encode_in_parts(text_tagger, texts):
        for predictions in predict_windows(text_tagger, windows, np.arange(windows.texts), batch_size=batch_size):
            yield [(first + text, spans) for text, spans in predictions]


def encode_in_parts(text_tagger: TextTagger, texts: Sequence[str]) -> Iterator[tuple[int, Windows]]:
    """The windows of some thousand texts at a time, and the index of the first of these."""
    for first in range(0, len(texts), _ENCODED_AT_ONCE):
        yield first, text_tagger.encoding.encode(texts[first : first + _ENCODED_AT_ONCE])


def predict_windows(
    text_tagger: TextTagger, windows: Windows, chosen: Numbers, *, batch_size: int | None = None
) -> Iterator[list[Prediction]]:
    """The same as `predict_batches` for some texts (indices) of those that are encoded already."""
    for batch in run_by_batch(
        text_tagger, windows, chosen, partial(_spans, text_tagger, windows), batch_size=batch_size
    ):
        yield [(text, stitch_spans(windows, text, [spans or () for spans in found])) for text, found in batch]


def run_by_batch(
    text_tagger: TextTagger,
    windows: Windows,
    chosen: Numbers,
    work: Callable[[Numbers], list[Item]],
    *,
    batch_size: int | None = None,
) -> Iterator[list[tuple[int, list[Item | None]]]]:
    """What some work on windows (numbers) gives for those of the chosen texts (indices), the longest first.

    Yields a list for every batch of at most `batch_size` texts, and for each text what each of its windows gave: None
    where the window has no units, which costs nothing. Where memory does not suffice, a batch is halved.
    """
    batch_size = batch_size or default_batch_size(text_tagger.tagger.device)
    lengths = np.diff(windows.piece_ends[windows.window_ends - 1], prepend=0)[chosen]
    order = np.argsort(lengths, kind="stable")[::-1]
    with packed_weights(text_tagger.tagger.encoder) if len(chosen) >= _WORTH_PACKING else nullcontext():
        for texts in chunks(chosen[order], batch_size):
            numbers = np.array([window for text in texts.tolist() for window in windows.of_text(text)], np.int64)
            found: dict[int, Item] = {}
            for part in chunks(numbers[windows.unit_counts_in(numbers) > 0], batch_size):
                found.update(zip(part.tolist(), _done(text_tagger, work, part), strict=True))
            yield [(text, [found.get(window) for window in windows.of_text(text)]) for text in texts.tolist()]


def _done(text_tagger: TextTagger, work: Callable[[Numbers], list[Item]], chosen: Numbers) -> list[Item]:
    """The work on the chosen windows, all at once if the memory suffices."""
    try:
        return work(chosen)
    except RuntimeError as error:
        if len(chosen) == 1 or not is_out_of_memory(error):
            raise
    release(text_tagger.tagger.device)
    half = len(chosen) // 2
    return _done(text_tagger, work, chosen[:half]) + _done(text_tagger, work, chosen[half:])


def stitch_spans(windows: Windows, text: int, found: Sequence[Sequence[PredictedSpan]]) -> tuple[PredictedSpan, ...]:
    """The spans of a text from those of its windows."""
    return tuple(stitch(windows, text, found, _extent_of))


def _extent_of(predicted: PredictedSpan) -> Extent:
    return predicted.span.start, predicted.span.end


class UnitRange(NamedTuple):
    """An entity in a batch: the row of its window, its units as a range, its label."""

    row: int
    first: int
    last: int
    label: str


@dataclass(frozen=True, slots=True, eq=False)
class DecodedWindows:
    """What a tagger makes of some windows.

    Attributes:
        batch, emissions: the windows and the scores of their tags, on the tagger's device.
        tags: (batch, units), the best that BIO allows, NO_TAG beyond the last unit; likewise there.
        extents: of each window's units.
        found: the entities that the tags stand for.
    """

    batch: Batch
    emissions: Tensor
    tags: Tensor
    extents: list[list[Extent]]
    found: list[UnitRange]


def decode_windows(text_tagger: TextTagger, windows: Windows, chosen: Numbers) -> DecodedWindows:
    """Reads the chosen windows (numbers), all at once; call it in inference mode."""
    tagger = text_tagger.tagger.eval()
    batch = batch_of(windows, chosen, pad_id=text_tagger.encoding.pad_id, device=tagger.device)
    emissions = tagger(batch)
    tags = tagger.crf.decode(emissions, batch.valid)
    extents = [windows.extents_of(window) for window in chosen.tolist()]
    own = [of_row[: len(units)] for of_row, units in zip(tags.tolist(), extents, strict=True)]
    return DecodedWindows(batch, emissions, tags, extents, unit_ranges_of(own, text_tagger.tag_set))


def unit_ranges_of(tags: Sequence[Sequence[int]], tag_set: TagSet) -> list[UnitRange]:
    """The entities that the tags of each window's units stand for."""
    return [
        UnitRange(row, *unit_range) for row, of_row in enumerate(tags) for unit_range in unit_ranges(of_row, tag_set)
    ]


@torch.inference_mode()
def _spans(text_tagger: TextTagger, windows: Windows, chosen: Numbers) -> list[list[PredictedSpan]]:
    """The spans of each of the chosen windows."""
    reading = decode_windows(text_tagger, windows, chosen)
    if not reading.found:
        return [[] for _ in reading.extents]
    posterior = text_tagger.tagger.crf.posterior(reading.emissions, reading.batch.valid)
    return spans_by_row(reading.extents, reading.found, compute_probabilities(text_tagger, posterior, reading.found))


def spans_by_row(
    extents: Sequence[Sequence[Extent]], ranges: Sequence[UnitRange], shares: Sequence[float]
) -> list[list[PredictedSpan]]:
    """The entities of each window in code points of its text, each with its probability."""
    spans: list[list[PredictedSpan]] = [[] for _ in extents]
    for (row, first, last, label), share in zip(ranges, shares, strict=True):
        units = extents[row]
        spans[row].append(PredictedSpan(Span(units[first][0], units[last - 1][1], label), share))
    return spans


def compute_probabilities(text_tagger: TextTagger, posterior: Posterior, ranges: Sequence[UnitRange]) -> list[float]:
    """The probability of each entity, exact to the last digits."""
    if not ranges:
        return []
    labels = text_tagger.tag_set.labels
    numbers = torch.tensor([(row, first, last, labels.index(label)) for row, first, last, label in ranges])
    rows, starts, ends, kinds = numbers.to(text_tagger.tagger.device).unbind(1)
    shares: list[float] = posterior.span_probabilities(rows, starts, ends, kinds).tolist()
    return shares


@contextmanager
def packed_weights(encoder: nn.Module) -> Iterator[None]:
    """Within the block the encoder's linear layers run on copies of their weights that oneDNN has laid out.

    On a processor with AVX-512 that is faster than a plain product by a fifth to a third; the results differ in the
    last digits, as those of two batch sizes do. Laying out takes some 20 ms, so it pays from about a hundred texts on.
    Nothing changes where oneDNN cannot do it: on an accelerator, in 16 bits, with a compiled encoder. The weights must
    stay as they are within the block. The operators are those that torch's own compiler emits for frozen weights.
    """
    layers = list(_packable(encoder))
    for layer in layers:
        layer.forward = _packed(layer)  # type: ignore[assignment]
    try:
        yield
    finally:
        for layer in layers:
            del layer.forward


def _packable(encoder: nn.Module) -> Iterator[nn.Linear]:
    if not hasattr(torch.ops.mkldnn, "_linear_pointwise"):  # a torch that was built without oneDNN
        return
    if getattr(encoder, "_compiled_call_impl", None) is not None:
        return
    for module in encoder.modules():
        if type(module) is nn.Linear and module.weight.device.type == "cpu" and module.weight.dtype == torch.float32:
            yield module


def _packed(layer: nn.Linear) -> Callable[[Tensor], Tensor]:
    weight = torch.ops.mkldnn._reorder_linear_weight(layer.weight.detach())
    bias = None if layer.bias is None else layer.bias.detach()

    def forward(states: Tensor) -> Tensor:
        product: Tensor = torch.ops.mkldnn._linear_pointwise(states, weight, bias, "none", [], "")
        return product

    return forward
