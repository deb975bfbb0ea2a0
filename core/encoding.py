"""From text to the pieces that an encoder reads, and to the tagging units that they stand for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.metrics import Counts
from core.normalise import Normalised, nfc
from core.spans import Sentence
from core.tags import Extent, TagSet, spans_of, tags_of

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

_PROBE = "a"
"""Any text of one piece: what a tokenizer puts before and after it are its special tokens."""

_SPACE_MARKS = ("▁", "Ġ")
"""How SentencePiece and byte-level tokenizers write a space."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """One window of a text, as the encoder reads it.

    Attributes:
        input_ids: the pieces of the window between the tokenizer's special tokens.
        positions: for each tagging unit, in order, the index in `input_ids` of the piece that carries its tag.
        units: for each tagging unit its extent in the original text, in code points; never empty, never overlapping.
    """

    input_ids: tuple[int, ...]
    positions: tuple[int, ...]
    units: tuple[Extent, ...]


class TextEncoding:
    """Encodes text with a fast tokenizer; the tagging unit is the piece.

    A piece stands for the characters that no earlier piece stands for, without white space around them. A piece that
    has none (a further byte of a character, a lone ▁) is read by the encoder and carries no tag.

    Args:
        tokenizer: a fast tokenizer; its truncation and padding are switched off for good.
        max_length: the most pieces, special tokens included, that the encoder takes.
    """

    def __init__(self, tokenizer: "PreTrainedTokenizerBase", max_length: int) -> None:
        self.tokenizer = tokenizer
        self.max_length = max_length
        self._backend = tokenizer.backend_tokenizer
        self._backend.no_truncation()
        self._backend.no_padding()
        self._before, self._after = self._special_tokens()
        self._room = max_length - len(self._before) - len(self._after)
        if self._room < 1:
            raise ValueError(f"{max_length} pieces leave no room between the special tokens")

    @property
    def pad_id(self) -> int:
        """The piece that fills a batch up; any will do for a tokenizer without one, for it is masked."""
        return int(self.tokenizer.pad_token_id or 0)

    def encode_all(self, texts: Sequence[str]) -> list[tuple[Encoded, ...]]:
        """For each text the windows that together hold all of it, in order; one at least."""
        normalised = [nfc(text) for text in texts]
        encodings = self._backend.encode_batch([text.text for text in normalised], add_special_tokens=False)
        return [
            tuple(self._windows(text, encoding.ids, _with_characters(text.text, encoding.tokens, encoding.offsets)))
            for text, encoding in zip(normalised, encodings, strict=True)
        ]

    def _special_tokens(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        bare = self._backend.encode(_PROBE, add_special_tokens=False).ids
        full = self._backend.encode(_PROBE).ids
        before = next(i for i in range(len(full)) if full[i : i + len(bare)] == bare)
        return tuple(full[:before]), tuple(full[before + len(bare) :])

    def _windows(self, text: Normalised, ids: list[int], offsets: list[Extent]) -> Iterator[Encoded]:
        extents = _extents(text, offsets)
        for first, last in _cuts(text.text, offsets, self._room):
            carriers = [i for i in range(first, last) if extents[i] is not None]
            yield Encoded(
                input_ids=(*self._before, *ids[first:last], *self._after),
                positions=tuple(len(self._before) + i - first for i in carriers),
                units=tuple(extent for extent in extents[first:last] if extent is not None),
            )


def counts_of_perfect_tags(encoding: TextEncoding, sentences: Sequence[Sentence], tag_set: TagSet) -> Counts:
    """How the spans that perfect tags would give stand against the gold; their micro F1 is the ceiling."""
    right = found = wanted = 0
    windows_of_all = encoding.encode_all([sentence.text for sentence in sentences])
    for sentence, windows in zip(sentences, windows_of_all, strict=True):
        gold = {span for span in sentence.spans if span.label in tag_set.labels}
        spans = [
            span
            for window in windows
            for span in spans_of(tags_of(sentence.spans, window.units, tag_set), window.units, tag_set)
        ]
        right += len(gold.intersection(spans))
        found += len(spans)
        wanted += len(gold)
    return Counts(right, found, wanted)


def _with_characters(text: str, tokens: Sequence[str], offsets: Sequence[Extent]) -> list[Extent]:
    """The offsets, empty for a mark of space that the tokenizer put before a character and says is that character."""
    return [
        (start, start) if token in _SPACE_MARKS and text[start:end] != token else (start, end)
        for token, (start, end) in zip(tokens, offsets, strict=True)
    ]


def _extents(text: Normalised, offsets: Sequence[Extent]) -> list[Extent | None]:
    """What each piece stands for in the original text; None where it carries no tag."""
    extents: list[Extent | None] = []
    read = taken = 0
    for start, end in offsets:
        extent = _stripped(text, max(start, read), end)
        if extent is not None:
            extent = (max(extent[0], taken), extent[1])
        if extent is not None and extent[0] < extent[1]:
            read, taken = end, extent[1]
            extents.append(extent)
        else:
            extents.append(None)
    return extents


def _stripped(text: Normalised, start: int, end: int) -> Extent | None:
    """The original extent of a stretch of the NFC text without white space around it; None where nothing is left."""
    while start < end and text.text[start].isspace():
        start += 1
    while start < end and text.text[end - 1].isspace():
        end -= 1
    return text.original(start, end) if start < end else None


def _cuts(text: str, offsets: Sequence[Extent], room: int) -> Iterator[Extent]:
    """Ranges of at most `room` pieces that follow each other, cut before a word where there is one, else anywhere."""
    first = 0
    while len(offsets) - first > room:
        candidates = range(first + room, first, -1)
        last = next((i for i in candidates if _begins_word(text, offsets, i)), first + room)
        yield first, last
        first = last
    yield first, len(offsets)


def _begins_word(text: str, offsets: Sequence[Extent], index: int) -> bool:
    """Whether a piece, not the first, begins at white space or just after it."""
    start = offsets[index][0]
    if start < offsets[index - 1][1]:  # a further byte of a word's first character
        return False
    return text[start - 1].isspace() or text[start : start + 1].isspace()
