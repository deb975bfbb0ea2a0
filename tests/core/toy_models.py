"""Encoders and taggers too small to be good at anything, and sentences that they can learn by heart."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import (
    BertConfig,
    BertModel,
    ElectraConfig,
    ElectraModel,
    PreTrainedModel,
    PreTrainedTokenizerFast,
    RobertaConfig,
    RobertaModel,
)

from core.domain.settings import Unit
from core.domain.spans import PredictedSpan, Sentence, Span
from core.domain.tags import Extent, TagSet
from core.model.encoders.loading import load_encoder, load_folder, max_length_of
from core.model.encoding.text_encoder import TextEncoding
from core.model.encoding.windows import Numbers, Windows
from core.model.heads import PieceFeatures, SyllableFeatures
from core.model.predictor import predict_batches
from core.model.tagger import Tagger, TextTagger

Result = TypeVar("Result")

LABELS = ("PS", "LC", "OG")

_TEXTS = (
    ("이순신은 한산도에서 싸웠다.", ((0, 3, "PS"), (5, 8, "LC"))),
    ("세종은 집현전을 한양에 세웠다", ((0, 2, "PS"), (4, 7, "OG"), (9, 11, "LC"))),
    ("오늘은 비가 온다 😀", ()),
    ("서울대학교와 부산에서 김구가 말했다", ((0, 5, "OG"), (7, 9, "LC"), (12, 14, "PS"))),
    ("김구는 서울에 갔다", ((0, 2, "PS"), (4, 6, "LC"))),
    ("삼성은 수원에, 현대는 울산에 있다", ((0, 2, "OG"), (4, 6, "LC"), (9, 11, "OG"), (13, 15, "LC"))),
)
SENTENCES = tuple(
    Sentence(str(number), text, tuple(Span(*span) for span in spans)) for number, (text, spans) in enumerate(_TEXTS)
)

_SIZES = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32}
_FAMILIES: dict[str, tuple[type, type[PreTrainedModel]]] = {
    "bert": (BertConfig, BertModel),
    "electra": (ElectraConfig, ElectraModel),
    "roberta": (RobertaConfig, RobertaModel),
}
FAMILIES = tuple(_FAMILIES)


def wordpiece(texts: list[str], *, size: int = 120) -> PreTrainedTokenizerFast:
    """A tokenizer like BERT's."""
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokenizer.train_from_iterator(
        texts, trainers.WordPieceTrainer(vocab_size=size, special_tokens=special, show_progress=False)
    )
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]"
    )


def byte_level(texts: list[str], *, size: int = 300) -> PreTrainedTokenizerFast:
    """A tokenizer like RoBERTa's: a Korean character is several pieces until it is learned."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    special = ["<s>", "<pad>", "</s>", "<unk>"]
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    tokenizer.train_from_iterator(
        texts,
        trainers.BpeTrainer(vocab_size=size, special_tokens=special, initial_alphabet=alphabet, show_progress=False),
    )
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), add_prefix_space=False)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<pad>", unk_token="<unk>", cls_token="<s>", sep_token="</s>"
    )


def metaspace(texts: list[str], *, size: int = 100) -> PreTrainedTokenizerFast:
    """A tokenizer like SentencePiece's unigram model: the space before a word belongs to its first piece."""
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    special = ["<s>", "<pad>", "</s>", "<unk>"]
    tokenizer.train_from_iterator(
        texts,
        trainers.UnigramTrainer(vocab_size=size, special_tokens=special, unk_token="<unk>", show_progress=False),
    )
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), trim_offsets=False)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<pad>", unk_token="<unk>", cls_token="<s>", sep_token="</s>"
    )


def saved_encoder(folder: Path, family: str, *, positions: int = 64) -> Path:
    """A folder with a random encoder of a family and a tokenizer for the toy sentences."""
    config_class, model_class = _FAMILIES[family]
    texts = [sentence.text for sentence in SENTENCES]
    tokenizer = byte_level(texts) if family == "roberta" else wordpiece(texts)
    torch.manual_seed(0)
    config = config_class(
        **_SIZES,
        vocab_size=len(tokenizer),
        max_position_embeddings=positions,
        pad_token_id=tokenizer.pad_token_id,
        type_vocab_size=1,
    )
    model_class(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def text_tagger_of(folder: Path | None = None, *, seed: int = 0, unit: Unit = "subword") -> TextTagger:
    """An untrained tagger on the encoder of a folder, or on `tiny`; large weights, so that it finds many spans."""
    encoder, tokenizer = (
        load_folder(folder) if folder else load_encoder("tiny", [s.text for s in SENTENCES] * 2, seed=seed)
    )
    torch.manual_seed(seed)
    tag_set = TagSet(LABELS)
    width = encoder.config.hidden_size
    features = (
        SyllableFeatures.of_texts(width, [s.text for s in SENTENCES], dropout=0.1)
        if unit == "syllable"
        else PieceFeatures(width, dropout=0.1)
    )
    tagger = Tagger(encoder, features, num_tags=len(tag_set.names))
    torch.nn.init.normal_(tagger.linear.weight, std=0.5)
    return TextTagger(tagger.eval(), TextEncoding(tokenizer, max_length_of(encoder, tokenizer), unit), tag_set)


def tagged(text_tagger: TextTagger, texts: list[str], *, batch_size: int = 32) -> dict[int, tuple[PredictedSpan, ...]]:
    """The spans of each text by its index."""
    return dict(pair for batch in predict_batches(text_tagger, texts, batch_size=batch_size) for pair in batch)


def is_bio(path: Sequence[int]) -> bool:
    """Whether every I follows the B or the I of its label."""
    return all(tag == 0 or tag % 2 == 1 or before in (tag, tag - 1) for before, tag in pairwise((0, *path)))


@dataclass(frozen=True, slots=True)
class Seen:
    """One window in plain lists, for tests to look at."""

    input_ids: list[int]
    positions: list[int]
    units: list[Extent]
    own: Extent
    characters: list[int]
    places: list[int]


def seen(windows: Windows) -> list[list[Seen]]:
    """The windows of each text."""
    all_windows = [
        Seen(
            windows.input_ids[pieces].tolist(),
            windows.positions[units].tolist(),
            [tuple(extent) for extent in windows.extents[units].tolist()],
            tuple(windows.own[number].tolist()),
            windows.characters[units].tolist(),
            windows.places[units].tolist(),
        )
        for number, (pieces, units) in enumerate(
            zip(slices(windows.piece_ends), slices(windows.unit_ends), strict=True)
        )
    ]
    return [all_windows[first_to_last] for first_to_last in slices(windows.window_ends)]


def slices(ends: Numbers) -> list[slice]:
    """The rows of a column that end there."""
    return [slice(start, end) for start, end in pairwise([0, *ends.tolist()])]


def windows_of(encoding: TextEncoding, text: str) -> list[Seen]:
    """The windows of one text."""
    return seen(encoding.encode([text]))[0]
