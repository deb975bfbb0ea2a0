# SPDX-License-Identifier: Apache-2.0
"""A named-entity tagger exported from Spandesk: encoder, tagging units, CRF, and the pipeline from text to spans.

    from transformers import pipeline

    find_spans = pipeline("token-classification", model="FOLDER", trust_remote_code=True)
    find_spans("이순신은 조선 수군을 이끌었다.")

This file lies in the folder of every exported model and needs nothing else of Spandesk. It imports torch and
transformers, and kiwipiepy for models whose tagging units are morphemes or syllables. It is a single file so that both
transformers and predict.py can load it; Spandesk's tests compare every part of it with Spandesk's own tagger.
"""

from __future__ import annotations

import copy
import functools
import logging
import math
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import torch
from tokenizers import Tokenizer, pre_tokenizers
from torch import Tensor, nn
from transformers import AutoConfig, AutoModel, PretrainedConfig, PreTrainedModel
from transformers.modeling_outputs import TokenClassifierOutput
from transformers.pipelines.base import ChunkPipeline

try:  # in a `try`, since transformers would otherwise demand it for every model
    import kiwipiepy
except ImportError:
    kiwipiepy = None

Extent = tuple[int, int]
Morpheme = tuple[int, int, str]
"""Start, length and tag."""

_SEPARATOR = "␟"
_CHARACTER_WIDTH, _PLACE_WIDTH, _MORPHEME_WIDTH, _WIDTH = 64, 32, 32, 256
_PLACES = 16
_SPACE_MARKS = ("▁", "Ġ")
_SENTENCE_ENDS = (".", "!", "?", "…", "。")
_OVERLAP = 8


class SpanTaggerConfig(PretrainedConfig):  # type: ignore[no-untyped-call]
    """The configuration of a `SpanTagger`.

    Args:
        encoder: the configuration of the encoder, with its `model_type`.
        unit: what gets one tag: `subword`, `morpheme` or `syllable`.
        characters: how many characters the head of syllables knows, the unknown one included.
        morpheme_tags: the analyser's tags that the head of syllables knows.
        window_pieces: the most pieces that the encoder reads at once, special tokens included.
        analyser: the versions of kiwipiepy and its model that the tagger was trained with; empty where it needs none.
        tokenizer_check: texts with the pieces that the tokenizer must make of them.
    """

    model_type = "spandesk-span-tagger"

    def __init__(
        self,
        encoder: dict[str, Any] | None = None,
        unit: str = "subword",
        characters: int = 1,
        morpheme_tags: Sequence[str] = (),
        window_pieces: int = 512,
        analyser: str = "",
        tokenizer_check: Sequence[tuple[str, list[int]]] = (),
        **kwargs: Any,
    ) -> None:
        self.encoder = encoder or {"model_type": "bert"}
        self.unit = unit
        self.characters = characters
        self.morpheme_tags = list(morpheme_tags)
        self.window_pieces = window_pieces
        self.analyser = analyser
        self.tokenizer_check = list(tokenizer_check)
        super().__init__(**kwargs)

    @property
    def morpheme_classes(self) -> int:
        """For every tag, and for unknown ones, a class for the first character of a morpheme and one for the others."""
        return 2 * (len(self.morpheme_tags) + 1)


class SpanTagger(PreTrainedModel):  # type: ignore[no-untyped-call]
    """An encoder whose states of tagging units get scores for every tag, with the CRF that reads them."""

    config_class = SpanTaggerConfig
    _supports_sdpa = True
    _supports_flash_attn = True

    def __init__(self, config: SpanTaggerConfig) -> None:
        super().__init__(config)
        values = {**config.encoder}
        encoder = AutoConfig.for_model(values.pop("model_type"), **values)
        self.encoder = AutoModel.from_config(encoder)  # type: ignore[no-untyped-call]
        width, tags = encoder.hidden_size, len(config.id2label or ())
        is_syllable = config.unit == "syllable"
        self.features = SyllableMixer(width, config.characters, config.morpheme_classes) if is_syllable else None
        self.linear = nn.Linear(_WIDTH if is_syllable else width, tags)
        self.crf = LinearChain(tags)
        self.post_init()  # type: ignore[no-untyped-call]

    def forward(
        self,
        input_ids: Tensor,
        attention_mask: Tensor,
        positions: Tensor,
        valid: Tensor,
        characters: Tensor,
        places: Tensor,
        morphemes: Tensor,
        **ignored: Any,
    ) -> TokenClassifierOutput:
        """The scores of the tags of tagging units, as `SpanPipeline.preprocess` makes them: (batch, units, tags).

        Args:
            input_ids, attention_mask: (batch, pieces).
            positions: (batch, units), the index of each unit's piece.
            valid: (batch, units), 1 on units and 0 on padding.
            characters, places, morphemes: (batch, units), what the head reads of a syllable.
        """
        states = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        states = states.gather(1, positions.unsqueeze(-1).expand(-1, -1, states.shape[-1])).to(self.linear.weight.dtype)
        if self.features is not None and positions.shape[1]:
            states = self.features(states, characters, places, morphemes, valid)
        elif self.features is not None:
            states = states.new_zeros(len(states), 0, _WIDTH)
        return TokenClassifierOutput(logits=self.linear(states))


class SyllableMixer(nn.Module):
    """Features of single characters, which share the encoder state of their piece."""

    known: Tensor

    def __init__(self, state_width: int, characters: int, morpheme_classes: int) -> None:
        super().__init__()
        self.register_buffer("known", torch.zeros(characters - 1, dtype=torch.int64))
        self.characters = nn.Embedding(characters, _CHARACTER_WIDTH)
        self.places = nn.Embedding(_PLACES, _PLACE_WIDTH)
        self.morphemes = nn.Embedding(morpheme_classes, _MORPHEME_WIDTH)
        read = state_width + _CHARACTER_WIDTH + _PLACE_WIDTH + _MORPHEME_WIDTH
        self.convolution = nn.Conv1d(read, _WIDTH, 3, padding=1)

    def forward(self, states: Tensor, characters: Tensor, places: Tensor, morphemes: Tensor, valid: Tensor) -> Tensor:
        """The features (batch, units, width) of states (batch, units, state_width)."""
        parts = (states, self.characters(self._numbers(characters)), self.places(places), self.morphemes(morphemes))
        read = torch.cat(parts, dim=2) * valid[..., None]
        features: Tensor = nn.functional.gelu(self.convolution(read.transpose(1, 2)).transpose(1, 2))
        return features

    def _numbers(self, characters: Tensor) -> Tensor:
        if not len(self.known):
            return torch.zeros_like(characters)
        places = torch.searchsorted(self.known, characters.contiguous()).clamp(max=len(self.known) - 1)
        return torch.where(self.known[places] == characters, places + 1, 0)


class LinearChain(nn.Module):
    """A CRF over the tags O, B and I of each label (strict IOB2), for one sequence at a time, in float32 on the CPU."""

    def __init__(self, num_tags: int) -> None:
        super().__init__()
        self.start_transitions = nn.Parameter(torch.zeros(num_tags))
        self.end_transitions = nn.Parameter(torch.zeros(num_tags))
        self.transitions = nn.Parameter(torch.zeros(num_tags, num_tags))

    @torch.no_grad()
    def find_entities(self, emissions: Tensor) -> list[tuple[int, int, int, float]]:
        """The entities of the best legal tags of scores (units, tags).

        Returns:
            For each its first unit, the unit after its last, the number of its label, and its probability (exactly this
            label on exactly these units) over all legal tag sequences.
        """
        if not len(emissions):
            return []
        unary, transitions = self._legal_scores(emissions)
        ranges = _ranges_of(_best_tags(unary, transitions))
        return _with_probabilities(ranges, unary, transitions) if ranges else []

    def _legal_scores(self, emissions: Tensor) -> tuple[Tensor, Tensor]:
        """Scores of tags (units, tags) and transitions (tags, tags), −inf where BIO forbids them."""
        tags = torch.arange(emissions.shape[1])
        is_inside, label = (tags > 0) & (tags % 2 == 0), (tags + 1) // 2
        is_forbidden = is_inside & (label[:, None] != label)
        unary = emissions.float().cpu().clone()
        unary[0] += self.start_transitions.float().cpu().masked_fill(is_inside, -math.inf)
        unary[-1] += self.end_transitions.float().cpu()
        return unary, self.transitions.float().cpu().masked_fill(is_forbidden, -math.inf)


def _best_tags(unary: Tensor, transitions: Tensor) -> list[int]:
    """The best tags, by Viterbi."""
    unary = unary - unary.amax(dim=1, keepdim=True)
    scores = [unary[0]]
    for step in unary[1:]:
        scores.append((scores[-1][:, None] + transitions).amax(dim=0) + step)
    tags = [int(scores[-1].argmax())]
    for before in reversed(scores[:-1]):
        tags.append(int((before + transitions[:, tags[-1]]).argmax()))
    return tags[::-1]


def _ranges_of(tags: Sequence[int]) -> list[tuple[int, int, int]]:
    """The entities that legal tags encode: the first unit, the one after the last, the label."""
    ranges: list[tuple[int, int, int]] = []
    for unit, tag in enumerate(tags):
        if tag % 2 == 1:
            ranges.append((unit, unit + 1, tag // 2))
        elif tag:
            first, _, label = ranges.pop()
            ranges.append((first, unit + 1, label))
    return ranges


def _with_probabilities(
    ranges: Sequence[tuple[int, int, int]], unary: Tensor, transitions: Tensor
) -> list[tuple[int, int, int, float]]:
    """The ranges with their exact probabilities, by the forward and backward recursions, scaled at each step."""
    scores = (unary - unary.amax(dim=1, keepdim=True)).exp()
    floor = 0.7 * math.log(torch.finfo(torch.float32).tiny)
    potentials = (transitions - transitions.amax()).clamp(min=floor).exp()
    forward, backward = _weights(scores, potentials), _weights(scores.flip(0), potentials.t()).flip(0)
    onward = torch.cat([backward[1:] @ potentials.t(), torch.ones_like(backward[:1])])
    marginals = forward * onward
    marginals = marginals / marginals.sum(dim=1, keepdim=True)
    found = []
    for first, last, label in ranges:
        begin, inside = 1 + 2 * label, 2 + 2 * label
        before = [begin, *[inside] * (last - first - 1)]
        arrivals = [
            potentials[tag, inside] * backward[unit + 1, inside] / onward[unit, tag]
            for unit, tag in enumerate(before, first)
            if unit + 1 < len(unary)
        ]
        share = marginals[first, begin]
        for unit, arrival in enumerate(arrivals, first + 1):
            share = share * (arrival if unit < last else (1 - arrival).clamp(min=0))
        found.append((first, last, label, float(share)))
    return found


def _weights(scores: Tensor, potentials: Tensor) -> Tensor:
    """The weight of each tag given all scores up to its unit: (units, tags), each row with the sum 1."""
    weights = torch.empty_like(scores)
    message = torch.ones_like(scores[0])
    for score, weight in zip(scores, weights, strict=True):
        message = message * score
        torch.div(message, message.sum(), out=weight)
        message = weight @ potentials
    return weights


@dataclass(frozen=True)
class MappedText:
    """A text whose character i comes from the code points [starts[i], ends[i]) of the original."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]


def normalise(text: str) -> MappedText:
    """The text in NFC, with jamo outside syllables as the compatibility letters that vocabularies contain."""
    if unicodedata.is_normalized("NFC", text):
        return MappedText(text.translate(_letters()), range(len(text)), range(1, len(text) + 1))
    composed: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for start, end in _segments(text):
        segment = unicodedata.normalize("NFC", text[start:end])
        is_same = segment == text[start:end]
        composed.append(segment)
        starts += range(start, end) if is_same else [start] * len(segment)
        ends += range(start + 1, end + 1) if is_same else [end] * len(segment)
    return MappedText("".join(composed).translate(_letters()), starts, ends)


def _segments(text: str) -> Iterator[Extent]:
    """The shortest ranges that normalise independently of each other."""
    start = 0
    for position in range(1, len(text)):
        if _is_separable(text[start:position], text[position]):
            yield start, position
            start = position
    yield start, len(text)


def _is_separable(segment: str, character: str) -> bool:
    if unicodedata.combining(unicodedata.normalize("NFD", character)[0]):
        return False
    apart = unicodedata.normalize("NFC", segment) + unicodedata.normalize("NFC", character)
    return unicodedata.normalize("NFC", segment + character) == apart


@functools.cache
def _letters() -> dict[int, str]:
    """The Hangul compatibility letter of the same name for every jamo that has one."""
    letters = {unicodedata.name(chr(code)).partition("LETTER ")[2]: chr(code) for code in range(0x3131, 0x318F)}
    names = {code: unicodedata.name(chr(code), "") for code in (*range(0x1100, 0x1200), *range(0xFFA0, 0xFFDD))}
    kinds = ("HANGUL CHOSEONG ", "HANGUL JUNGSEONG ", "HANGUL JONGSEONG ", "HALFWIDTH HANGUL LETTER ")
    found = {
        code: letters.get(name.removeprefix(kind))
        for code, name in names.items()
        for kind in kinds
        if name.startswith(kind)
    }
    return {code: letter for code, letter in found.items() if letter}


@functools.cache
def _kiwi() -> Any:
    if kiwipiepy is None:
        raise ImportError("this model's tagging units need the package kiwipiepy: pip install kiwipiepy")
    return kiwipiepy.Kiwi()


def _morphemes(text: str) -> list[Morpheme]:
    return [(token.start, token.len, token.tag.split("-")[0]) for token in _kiwi().tokenize(text)]


def separate_morphemes(text: MappedText, morphemes: Sequence[Morpheme]) -> MappedText:
    """The text with a separator between the morphemes of a word; it maps to an empty range of the original."""
    edges = {edge for start, length, _ in morphemes for edge in (start, start + length)}
    characters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for i, character in enumerate(text.text):
        if i in edges and i and not text.text[i - 1].isspace() and not character.isspace():
            characters.append(_SEPARATOR)
            starts.append(text.starts[i])
            ends.append(text.starts[i])
        if character != _SEPARATOR:
            characters.append(character)
            starts.append(text.starts[i])
            ends.append(text.ends[i])
    return MappedText("".join(characters), starts, ends)


def morpheme_classes(text: str, morphemes: Sequence[Morpheme], tags: Sequence[str]) -> list[int]:
    """The class of each character, as `SpanTaggerConfig.morpheme_classes` counts them; 0 outside morphemes."""
    classes = [0] * len(text)
    for start, length, tag in morphemes:
        number = 2 * (tags.index(tag) + 1 if tag in tags else 0)
        for i in range(start, min(start + length, len(text))):
            classes[i] = classes[i] or number + int(i > start)
    return classes


@dataclass(frozen=True)
class TaggedPart:
    """A unit that gets one tag: the index of its piece, its range in the original, and what the head reads of it."""

    piece: int
    extent: Extent
    character: int = 0
    place: int = 0
    morpheme: int = 0


@dataclass(frozen=True)
class TextWindow:
    """A part of a text that the encoder reads at once; `own` is the range for which its result is used."""

    input_ids: Sequence[int]
    units: Sequence[TaggedPart]
    shift: int
    own: Extent


class SpanEncoding:
    """Encodes text to windows of pieces with their tagging units, as in training."""

    def __init__(self, tokenizer: Any, config: SpanTaggerConfig) -> None:
        self.unit, self._morpheme_tags = config.unit, config.morpheme_tags
        backend: Tokenizer = copy.deepcopy(tokenizer.backend_tokenizer)
        backend.no_truncation()
        backend.no_padding()
        if self.unit == "morpheme":
            cut = pre_tokenizers.Split(_SEPARATOR, "removed")
            own = backend.pre_tokenizer
            backend.pre_tokenizer = pre_tokenizers.Sequence([own, cut]) if own else cut
        self.backend = backend
        bare, full = backend.encode("a", add_special_tokens=False).ids, backend.encode("a").ids
        before = next(i for i in range(len(full)) if full[i : i + len(bare)] == bare)
        self._before, self._after = full[:before], full[before + len(bare) :]
        self._room = config.window_pieces - len(self._before) - len(self._after)

    def encode(self, original: str) -> list[TextWindow]:
        """The windows of a text, in order; at least one."""
        text = normalise(original)
        morphemes = [] if self.unit == "subword" else _morphemes(text.text)
        if self.unit == "morpheme":
            text = separate_morphemes(text, morphemes)
        encoding = self.backend.encode(text.text, add_special_tokens=False)
        offsets = [
            (start, start) if token in _SPACE_MARKS and text.text[start:end] != token else (start, end)
            for token, (start, end) in zip(encoding.tokens, encoding.offsets, strict=True)
        ]
        if self.unit == "syllable":
            units = syllables_of(text, offsets, morpheme_classes(text.text, morphemes, self._morpheme_tags))
        else:
            units = pieces_of(text, offsets)
        return list(self._windows(text, encoding.ids, offsets, units))

    def _windows(
        self, text: MappedText, ids: list[int], offsets: list[Extent], units: Sequence[TaggedPart]
    ) -> Iterator[TextWindow]:
        owned = 0
        for first, last, own_last in window_ranges(text.text, offsets, self._room):
            own = owned, _original_edge(text, offsets, own_last)
            owned = own[1]
            inside = [unit for unit in units if first <= unit.piece < last]
            yield TextWindow([*self._before, *ids[first:last], *self._after], inside, len(self._before) - first, own)


def pieces_of(text: MappedText, offsets: Sequence[Extent]) -> list[TaggedPart]:
    """One unit for each piece that covers visible characters which no earlier piece covers."""
    units: list[TaggedPart] = []
    read = taken = 0
    for piece, (start, end) in enumerate(offsets):
        first, last = max(start, read), end
        while first < last and (text.text[first].isspace() or text.ends[first] <= taken):
            first += 1  # also over an accent that belongs to the character before, with which it was composed
        while first < last and text.text[last - 1].isspace():
            last -= 1
        if first < last:
            units.append(TaggedPart(piece, (text.starts[first], text.ends[last - 1])))
            read, taken = end, text.ends[last - 1]
    return units


def syllables_of(text: MappedText, offsets: Sequence[Extent], classes: Sequence[int]) -> list[TaggedPart]:
    """One unit for each visible character; a character that no piece covers uses the piece before it."""
    units: list[TaggedPart] = []
    taken = piece_start = piece = 0
    for i, character in enumerate(text.text):
        while piece < len(offsets) - 1 and offsets[piece][1] <= i:
            piece += 1
        if not offsets or character.isspace():
            continue
        read = piece if piece == 0 or offsets[piece][0] <= i else piece - 1
        if not units or read != units[-1].piece:
            piece_start = i
        start, end = max(text.starts[i], taken), text.ends[i]
        if start < end:
            begins = i == 0 or text.text[i - 1].isspace()
            place = min(i - piece_start, _PLACES // 2 - 1) + (_PLACES // 2 if begins else 0)
            units.append(TaggedPart(read, (start, end), ord(character), place, classes[i]))
            taken = end
    return units


def _original_edge(text: MappedText, offsets: Sequence[Extent], piece: int) -> int:
    """The code point of the original at which a piece begins, or the end of the text beyond the last piece."""
    at = offsets[piece][0] if piece < len(offsets) else len(text.text)
    if at < len(text.text):
        return text.starts[at]
    return text.ends[-1] if text.text else 0


def window_ranges(text: str, offsets: Sequence[Extent], room: int) -> Iterator[tuple[int, int, int]]:
    """For each window, its range of at most `room` pieces, and the end of the part for which its result is used."""
    overlap = room // _OVERLAP
    first = own_first = 0
    while len(offsets) - first > room:
        latest = first + room - overlap
        own_last = _find_cut(text, offsets, max(own_first + 1, first + overlap + 1, latest - room // 2), latest)
        yield first, first + room, own_last
        first, own_first = own_last - overlap, own_last
    yield first, len(offsets), len(offsets)


def _find_cut(text: str, offsets: Sequence[Extent], earliest: int, latest: int) -> int:
    """The best piece to begin a new part with: after a sentence, else a word, else the latest."""
    words = [piece for piece in range(latest, earliest - 1, -1) if _begins_word(text, offsets, piece)]
    ends = (piece for piece in words if text[: offsets[piece][0]].rstrip().endswith(_SENTENCE_ENDS))
    return next(ends, words[0] if words else latest)


def _begins_word(text: str, offsets: Sequence[Extent], piece: int) -> bool:
    start = offsets[piece][0]
    if start < offsets[piece - 1][1]:  # another byte of a word's first character
        return False
    return text[start - 1].isspace() or text[start : start + 1].isspace()


class SpanPipeline(ChunkPipeline):
    """From text to spans: `entity_group`, `score` (0–1), `word`, `start` and `end` in code points, end exclusive.

    Long texts are read in overlapping windows. Give a list of texts and `batch_size` to tag several at once.

    Raises:
        ImportError: the model needs kiwipiepy, which is not installed.
        ValueError: the tokenizer does not make the pieces that the model was trained on.
    """

    model: SpanTagger
    _load_tokenizer: bool = True  # type: ignore[assignment]
    _load_processor = _load_image_processor = _load_feature_extractor = _load_video_processor = False  # type: ignore[assignment]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        config: Any = self.model.config
        self.encoding = SpanEncoding(self.tokenizer, config)
        self._labels = [name.removeprefix("B-") for number, name in sorted(config.id2label.items()) if number % 2]
        for text, ids in config.tokenizer_check:
            if self.encoding.backend.encode(text).ids != list(ids):
                raise ValueError(
                    f"the tokenizer makes other pieces of {text!r} than the model was trained on; use the versions of"
                    " transformers and tokenizers that README.md names"
                )
        if self.encoding.unit != "subword":
            _kiwi()
            _compare_analyser(config.analyser)

    def _sanitize_parameters(self, aggregation_strategy: str = "simple", **ignored: Any) -> tuple[Any, Any, Any]:
        if aggregation_strategy == "none":
            raise ValueError("this pipeline finds whole spans; leave out aggregation_strategy")
        return {}, {}, {}

    def preprocess(self, input_: str, **parameters: Any) -> Iterator[dict[str, Any]]:  # type: ignore[override]
        """The windows of a text as tensors of one row."""
        windows = self.encoding.encode(input_)
        for number, window in enumerate(windows, start=1):
            units = window.units
            rows = {
                "input_ids": window.input_ids,
                "attention_mask": [1] * len(window.input_ids),
                "positions": [unit.piece + window.shift for unit in units],
                "valid": [1] * len(units),
                "characters": [unit.character for unit in units],
                "places": [unit.place for unit in units],
                "morphemes": [unit.morpheme for unit in units],
            }
            tensors: dict[str, Any] = {name: torch.tensor([row], dtype=torch.long) for name, row in rows.items()}
            extents = torch.tensor([unit.extent for unit in units], dtype=torch.long).reshape(1, -1, 2)
            own = torch.tensor([window.own])
            yield {"is_last": number == len(windows), "text": input_, "own": own, "extents": extents, **tensors}

    def _forward(self, input_tensors: dict[str, Any], **parameters: Any) -> dict[str, Any]:  # type: ignore[override]
        kept = {name: input_tensors.pop(name) for name in ("is_last", "text", "own", "extents")}
        return {"logits": self.model(**input_tensors).logits, "valid": input_tensors["valid"], **kept}

    def postprocess(self, model_outputs: Sequence[dict[str, Any]], **parameters: Any) -> list[dict[str, Any]]:  # type: ignore[override]
        """The spans of a text from those of its windows: each from the window whose own part it begins in."""
        found: list[dict[str, Any]] = []
        read = 0
        for output in model_outputs:
            own_start, own_end = output["own"][0].tolist()
            extents = output["extents"][0].tolist()
            count = int(output["valid"].sum())
            for first, last, label, share in self.model.crf.find_entities(output["logits"][0, :count]):
                start, end = extents[first][0], extents[last - 1][1]
                if max(own_start, read) <= start < own_end:
                    what = {"entity_group": self._labels[label], "score": share, "word": output["text"][start:end]}
                    found.append({**what, "start": start, "end": end})
                    read = end
        return found


def _compare_analyser(trained_with: str) -> None:
    """Warn where another version of kiwipiepy than in training may find other morphemes."""
    here = f"kiwipiepy {version('kiwipiepy')}, model {version('kiwipiepy_model')}"
    if here != trained_with:
        logging.getLogger(__name__).warning("trained with %s, running with %s: spans may differ", trained_with, here)


SpanTaggerConfig.register_for_auto_class()  # type: ignore[no-untyped-call]
SpanTagger.register_for_auto_class("AutoModelForTokenClassification")  # type: ignore[no-untyped-call]
