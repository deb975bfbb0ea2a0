"""Encode text to the pieces that an encoder reads, and to tagging units."""

import copy
import hashlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from tokenizers import Tokenizer, pre_tokenizers

from core.domain.settings import Unit
from core.domain.tags import Extent
from core.languages.korean.morphemes import SEPARATOR, analyser_version, morpheme_classes, split_into_morphemes
from core.languages.korean.normalise import Normalised, normalise_text
from core.model.encoding.units import TaggingUnit, piece_units, syllable_units
from core.model.encoding.windows import Window, Windows, windows_of

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

_PROBE = "a"
"""Any text of one piece; what a tokenizer puts before and after it are its special tokens."""

_SPACE_MARKS = ("▁", "Ġ")
"""How SentencePiece and byte-level tokenizers write a space."""

_SENTENCE_ENDS = (".", "!", "?", "…", "。")

_OVERLAP = 8
"""Consecutive windows share 1/8 of their pieces: far more than the length of an entity."""

_VERSION = 2
"""The version of the result of `encode`; raise it when that changes, so that cached windows are not used."""


class TextEncoding:
    """Encodes text with a fast tokenizer, for one tagging unit.

    `subword`: one tag per piece. `morpheme`: the same, with pieces that never cross the boundary of a morpheme.
    `syllable`: one tag per character, which has the state of its piece and the class of its morpheme.

    Args:
        tokenizer: a fast tokenizer; its truncation and padding are permanently switched off.
        max_length: the most pieces, including special tokens, that the encoder takes.
    """

    def __init__(self, tokenizer: "PreTrainedTokenizerBase", max_length: int, unit: Unit = "subword") -> None:
        self.tokenizer = tokenizer
        self.max_length = max_length
        self.unit: Unit = unit
        tokenizer.backend_tokenizer.no_truncation()
        tokenizer.backend_tokenizer.no_padding()
        backend = tokenizer.backend_tokenizer
        self._backend = _split_at_separators(backend) if unit == "morpheme" else backend
        self._before, self._after = self._special_tokens()
        self._room = max_length - len(self._before) - len(self._after)
        if self._room < 1:
            raise ValueError(f"{max_length} pieces leave no room between the special tokens")

    @property
    def pad_id(self) -> int:
        """The padding piece; any will do for a tokenizer without one, since it is masked."""
        return int(self.tokenizer.pad_token_id or 0)

    @property
    def digest(self) -> str:
        """A hash that is equal for encodings that give the same windows for the same text."""
        analyser = "" if self.unit == "subword" else f" {analyser_version()}"
        what = f"{_VERSION} {self.unit}{analyser} {self.max_length} {self._backend.to_str()}"
        return hashlib.sha256(what.encode()).hexdigest()

    def pieces_of(self, text: str) -> list[int]:
        """The pieces of a text, special tokens included, without normalisation and windows."""
        return self._backend.encode(text).ids

    def encode(self, texts: Sequence[str]) -> Windows:
        """Encode each text to windows that together cover it, in order; at least one."""
        read = [normalise_text(text) for text in texts]
        if self.unit == "morpheme":
            read = split_into_morphemes(read)
        encodings = self._backend.encode_batch([text.text for text in read], add_special_tokens=False)
        offsets = [
            _with_characters(text.text, encoding.tokens, encoding.offsets)
            for text, encoding in zip(read, encodings, strict=True)
        ]
        units_of_all = self._units(read, offsets)
        return windows_of(
            tuple(self._windows(text, encoding.ids, places, units))
            for text, encoding, places, units in zip(read, encodings, offsets, units_of_all, strict=True)
        )

    def _units(self, texts: Sequence[Normalised], offsets: Sequence[list[Extent]]) -> list[list[TaggingUnit]]:
        """The tagging units of each text, from the offsets of its pieces."""
        if self.unit != "syllable":
            return [piece_units(text, places) for text, places in zip(texts, offsets, strict=True)]
        rows = zip(texts, offsets, morpheme_classes(texts), strict=True)
        return [syllable_units(text, places, classes) for text, places, classes in rows]

    def _special_tokens(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        bare = self._backend.encode(_PROBE, add_special_tokens=False).ids
        full = self._backend.encode(_PROBE).ids
        places = [i for i in range(len(full)) if full[i : i + len(bare)] == bare]
        if not places:
            raise ValueError("special tokens change the pieces of a text")
        before = places[0]
        return tuple(full[:before]), tuple(full[before + len(bare) :])

    def _windows(
        self, text: Normalised, ids: list[int], offsets: list[Extent], units: list[TaggingUnit]
    ) -> Iterator[Window]:
        owned = 0
        for first, last, own_last in _window_ranges(text.text, offsets, self._room):
            own = owned, _edge(text, offsets, own_last)
            owned = own[1]
            yield Window(
                (*self._before, *ids[first:last], *self._after),
                tuple(unit for unit in units if first <= unit.piece < last),
                len(self._before) - first,
                own,
            )


def _split_at_separators(backend: Tokenizer) -> Tokenizer:
    """A copy of a tokenizer that splits at every `SEPARATOR` and drops it."""
    split = copy.deepcopy(backend)
    cut = pre_tokenizers.Split(SEPARATOR, "removed")
    split.pre_tokenizer = pre_tokenizers.Sequence([split.pre_tokenizer, cut]) if split.pre_tokenizer else cut
    return split


def _with_characters(text: str, tokens: Sequence[str], offsets: Sequence[Extent]) -> list[Extent]:
    """The offsets, made empty for a space mark that the tokenizer inserted and maps to the next character."""
    return [
        (start, start) if token in _SPACE_MARKS and text[start:end] != token else (start, end)
        for token, (start, end) in zip(tokens, offsets, strict=True)
    ]


def _edge(text: Normalised, offsets: Sequence[Extent], piece: int) -> int:
    """The code point of the original at which a piece begins, or the end of the text beyond the last piece."""
    at = offsets[piece][0] if piece < len(offsets) else len(text.text)
    if at < len(text.text):
        return text.starts[at]
    return text.ends[-1] if text.text else 0


def _window_ranges(text: str, offsets: Sequence[Extent], room: int) -> Iterator[tuple[int, int, int]]:
    """For each window, its range of at most `room` pieces, and the end of the part for which its result is used.

    That is at the end of a sentence if possible, otherwise before a word, otherwise anywhere.
    """
    overlap = room // _OVERLAP
    first = own_first = 0
    while len(offsets) - first > room:
        latest = first + room - overlap
        own_last = _find_cut(text, offsets, max(own_first + 1, first + overlap + 1, latest - room // 2), latest)
        yield first, first + room, own_last
        first, own_first = own_last - overlap, own_last
    yield first, len(offsets), len(offsets)


def _find_cut(text: str, offsets: Sequence[Extent], earliest: int, latest: int) -> int:
    """The best piece to begin a new part with; the last such piece in the range."""
    candidates = range(latest, earliest - 1, -1)
    for is_good in (_begins_sentence, _begins_word):
        for piece in candidates:
            if is_good(text, offsets, piece):
                return piece
    return latest


def _begins_sentence(text: str, offsets: Sequence[Extent], piece: int) -> bool:
    """Whether a piece, not the first, begins a word, and the word before it ends in a full stop or the like."""
    return _begins_word(text, offsets, piece) and text[: offsets[piece][0]].rstrip().endswith(_SENTENCE_ENDS)


def _begins_word(text: str, offsets: Sequence[Extent], piece: int) -> bool:
    """Whether a piece, not the first, begins at white space or just after it."""
    start = offsets[piece][0]
    if start < offsets[piece - 1][1]:  # another byte of a word's first character
        return False
    return text[start - 1].isspace() or text[start : start + 1].isspace()
