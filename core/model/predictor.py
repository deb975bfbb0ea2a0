"""Tag text: predict spans, each with its probability over all legal tag sequences."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple, Protocol, TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from core.domain.spans import PredictedSpan, Span
from core.domain.tags import Extent, TagSet, unit_ranges
from core.model.crf import Posterior
from core.model.devices import is_out_of_memory, release
from core.model.encoding.batches import Batch, batch_of, chunks
from core.model.encoding.text_encoder import TextEncoding
from core.model.encoding.windows import Numbers, Windows, stitch
from core.model.tagger import TextTagger

Prediction = tuple[int, tuple[PredictedSpan, ...]]
"""The index of a text and its spans in order of position."""

Item = TypeVar("Item")

_BATCH_ON_CPU = 16
"""Texts: few enough that there is little padding, enough to keep a CPU busy."""

_BATCH_ON_ACCELERATOR = 128

_ENCODED_AT_ONCE = 2048
"""Texts: enough to form batches of similar length."""

_WORTH_PACKING = 100
"""The number of texts from which packing the weights pays off."""


def default_batch_size(device: torch.device) -> int:
    """How many texts to tag at once on a device."""
    return _BATCH_ON_CPU if device.type == "cpu" else _BATCH_ON_ACCELERATOR


class BatchModel(Protocol):
    """What runs windows: a model on its device."""

    @property
    def device(self) -> torch.device: ...

    @property
    def encoder(self) -> nn.Module: ...


def predict_batches(
    text_tagger: TextTagger, texts: Sequence[str], *, batch_size: int | None = None
) -> Iterator[list[Prediction]]:
    """Predict the spans of every text; within some thousand texts, the longest come first.

    Yields a list for every batch of at most `batch_size` texts; None takes the default of the device. A batch is halved
    when memory runs out.
    """
    for first, windows in encode_in_parts(text_tagger.encoding, texts):
        for predictions in predict_windows(text_tagger, windows, np.arange(windows.texts), batch_size=batch_size):
            yield [(first + text, spans) for text, spans in predictions]


def encode_in_parts(encoding: TextEncoding, texts: Sequence[str]) -> Iterator[tuple[int, Windows]]:
    """Encode some thousand texts at a time; yields the index of the first of them, and their windows."""
    for first in range(0, len(texts), _ENCODED_AT_ONCE):
        yield first, encoding.encode(texts[first : first + _ENCODED_AT_ONCE])


def predict_windows(
    text_tagger: TextTagger, windows: Windows, chosen: Numbers, *, batch_size: int | None = None
) -> Iterator[list[Prediction]]:
    """Same as `predict_batches`, for chosen texts (indices) that are already encoded."""
    work = partial(_spans, text_tagger, windows)
    for batch in run_by_batch(text_tagger.tagger, windows, chosen, work, batch_size=batch_size):
        yield [(text, stitch_spans(windows, text, [spans or () for spans in found])) for text, found in batch]


def run_by_batch(
    model: BatchModel,
    windows: Windows,
    chosen: Numbers,
    work: Callable[[Numbers], list[Item]],
    *,
    batch_size: int | None = None,
) -> Iterator[list[tuple[int, list[Item | None]]]]:
    """Run `work` on the windows (indices) of the chosen texts (indices), the longest texts first.

    Yields a list for every batch of at most `batch_size` texts, with the results of the windows of each text; None for
    a window without units, which is skipped. A batch is halved when memory runs out.
    """
    batch_size = batch_size or default_batch_size(model.device)
    lengths = np.diff(windows.piece_ends[windows.window_ends - 1], prepend=0)[chosen]
    order = np.argsort(lengths, kind="stable")[::-1]
    with packed_weights(model.encoder) if len(chosen) >= _WORTH_PACKING else nullcontext():
        for texts in chunks(chosen[order], batch_size):
            numbers = np.array([window for text in texts.tolist() for window in windows.of_text(text)], np.int64)
            found: dict[int, Item] = {}
            for part in chunks(numbers[windows.unit_counts_in(numbers) > 0], batch_size):
                found.update(zip(part.tolist(), _run_or_halve(model, work, part), strict=True))
            yield [(text, [found.get(window) for window in windows.of_text(text)]) for text in texts.tolist()]


def _run_or_halve(model: BatchModel, work: Callable[[Numbers], list[Item]], chosen: Numbers) -> list[Item]:
    """Run the work on the chosen windows, all at once if memory allows."""
    try:
        return work(chosen)
    except RuntimeError as error:
        if len(chosen) == 1 or not is_out_of_memory(error):
            raise
    release(model.device)
    half = len(chosen) // 2
    return _run_or_halve(model, work, chosen[:half]) + _run_or_halve(model, work, chosen[half:])


def stitch_spans(windows: Windows, text: int, found: Sequence[Sequence[PredictedSpan]]) -> tuple[PredictedSpan, ...]:
    """The spans of a text from those of its windows."""
    return tuple(stitch(windows, text, found, _extent_of))


def _extent_of(predicted: PredictedSpan) -> Extent:
    return predicted.span.start, predicted.span.end


class UnitRange(NamedTuple):
    """An entity in a batch: the row of its window, its range of units, its label."""

    row: int
    first: int
    last: int
    label: str


@dataclass(frozen=True, slots=True, eq=False)
class DecodedWindows:
    """The result of decoding some windows.

    Attributes:
        batch, emissions: the windows and the scores of their tags, on the device of the tagger.
        tags: (batch, units), the best legal tags, NO_TAG beyond the last unit; on the same device.
        extents: of the units of each window.
        found: the entities that the tags encode.
    """

    batch: Batch
    emissions: Tensor
    tags: Tensor
    extents: list[list[Extent]]
    found: list[UnitRange]


def decode_windows(text_tagger: TextTagger, windows: Windows, chosen: Numbers) -> DecodedWindows:
    """Decode the chosen windows (indices) as one batch; call it in inference mode."""
    tagger = text_tagger.tagger.eval()
    batch = batch_of(windows, chosen, pad_id=text_tagger.encoding.pad_id, device=tagger.device)
    emissions = tagger(batch)
    tags = tagger.crf.decode(emissions, batch.valid)
    extents = [windows.extents_of(window) for window in chosen.tolist()]
    own = [of_row[: len(units)] for of_row, units in zip(tags.tolist(), extents, strict=True)]
    return DecodedWindows(batch, emissions, tags, extents, unit_ranges_of(own, text_tagger.tag_set))


def unit_ranges_of(tags: Sequence[Sequence[int]], tag_set: TagSet) -> list[UnitRange]:
    """The entities that the tags of each window encode."""
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
    """Compute the exact probability of each entity."""
    if not ranges:
        return []
    labels = text_tagger.tag_set.labels
    numbers = torch.tensor([(row, first, last, labels.index(label)) for row, first, last, label in ranges])
    rows, starts, ends, kinds = numbers.to(text_tagger.tagger.device).unbind(1)
    shares: list[float] = posterior.span_probabilities(rows, starts, ends, kinds).tolist()
    return shares


@contextmanager
def packed_weights(encoder: nn.Module) -> Iterator[None]:
    """In the block, run the encoder's linear layers on copies of their weights that oneDNN has packed.

    On a CPU with AVX-512 that is faster by a fifth to a third; results differ in the last digits, as between batch
    sizes. Packing takes about 20 ms, so it pays off from about a hundred texts. Does nothing where oneDNN cannot pack:
    on an accelerator, in 16 bits, with a compiled encoder. The weights must not change in the block. The operators are
    those that torch's compiler emits for frozen weights.
    """
    layers = list(_packable(encoder))
    for layer in layers:
        layer.forward = _packed_forward(layer)  # type: ignore[assignment]
    try:
        yield
    finally:
        for layer in layers:
            del layer.forward


def _packable(encoder: nn.Module) -> Iterator[nn.Linear]:
    if not hasattr(torch.ops.mkldnn, "_linear_pointwise"):  # torch was built without oneDNN
        return
    if getattr(encoder, "_compiled_call_impl", None) is not None:
        return
    for module in encoder.modules():
        if type(module) is nn.Linear and module.weight.device.type == "cpu" and module.weight.dtype == torch.float32:
            yield module


def _packed_forward(layer: nn.Linear) -> Callable[[Tensor], Tensor]:
    weight = torch.ops.mkldnn._reorder_linear_weight(layer.weight.detach())
    bias = None if layer.bias is None else layer.bias.detach()

    def forward(states: Tensor) -> Tensor:
        product: Tensor = torch.ops.mkldnn._linear_pointwise(states, weight, bias, "none", [], "")
        return product

    return forward
