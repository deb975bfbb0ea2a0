"""Folders of small models of token classification, as people bring them along from elsewhere."""

from pathlib import Path

import torch
from tokenizers import normalizers
from transformers import (
    BertConfig,
    BertForTokenClassification,
    ElectraConfig,
    ElectraForTokenClassification,
    PreTrainedTokenizerFast,
    RobertaConfig,
    RobertaForTokenClassification,
)

from tests.core.toy_models import SENTENCES, byte_level, metaspace, wordpiece

TEXTS = [sentence.text for sentence in SENTENCES]
NAMES = ("O", "PER-B", "PER-I", "LOC-B", "LOC-I")
_SIZES = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}


def decomposing(texts: list[str]) -> PreTrainedTokenizerFast:
    """Like BERT's for lower case only: Hangul is read as its jamo."""
    tokenizer = wordpiece(texts)
    tokenizer.backend_tokenizer.normalizer = normalizers.Sequence([normalizers.NFD(), normalizers.Lowercase()])
    return tokenizer


MODELS = {
    "wordpiece": (wordpiece, BertConfig, BertForTokenClassification),
    "decomposing": (decomposing, ElectraConfig, ElectraForTokenClassification),
    "byte level": (byte_level, RobertaConfig, RobertaForTokenClassification),
    "metaspace": (metaspace, RobertaConfig, RobertaForTokenClassification),
}


def save_model(
    folder: Path, kind: str = "wordpiece", names: tuple[str, ...] = NAMES, *, positions: int = 24, seed: int = 1
) -> Path:
    """A folder of a random model whose large weights find many entities."""
    make_tokenizer, config_class, model_class = MODELS[kind]
    tokenizer = make_tokenizer(TEXTS)
    tokenizer.model_input_names = ["input_ids"]
    torch.manual_seed(seed)
    config = config_class(
        **_SIZES,
        vocab_size=len(tokenizer),
        max_position_embeddings=positions,
        pad_token_id=tokenizer.pad_token_id,
        type_vocab_size=1,
        id2label=dict(enumerate(names)),
        label2id={name: number for number, name in enumerate(names)},
    )
    model = model_class(config)
    for parameter in model.classifier.parameters():
        torch.nn.init.normal_(parameter, std=2.0)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
