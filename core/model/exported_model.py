"""Write a tagger as a folder that `transformers` opens by itself, with the code that tags text, and load it here."""

import hashlib
import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
import transformers
from safetensors.torch import load_file, save_file
from torch import Tensor
from transformers import MODEL_MAPPING, AutoConfig, PreTrainedModel, PreTrainedTokenizerFast

from core.domain.errors import UserError
from core.domain.tags import TagSet
from core.io.resources import RESOURCES
from core.languages.korean.morphemes import MORPHEME_TAGS, SEPARATOR, analyser_version
from core.model.checkpoint import take_part
from core.model.encoders.loading import UnreadableError, reading_files, silence
from core.model.encoding.text_encoder import TextEncoding
from core.model.heads import PieceFeatures, SyllableFeatures
from core.model.tagger import Tagger, TextTagger

MODEL_TYPE = "spandesk-span-tagger"
"""How an exported model is recognised: the `model_type` of its config.json."""

CODE = RESOURCES / "exported_model"
"""The folder of the code that every exported model brings along."""

_SPECIAL_TOKENS = ("pad_token", "unk_token", "cls_token", "sep_token", "mask_token", "bos_token", "eos_token")
_CHECKED_TEXTS = (
    "이순신은 1597년 명량에서 싸웠다.",
    "서울특별시의 김구, 안창호! 漢字 café ㅋㅋ 😀 Spandesk 2.0",
    f"한{SEPARATOR}글  두\t칸",
)
"""Texts whose pieces the exported folder states, so that a tokenizer that reads them differently is noticed."""


def write_model(text_tagger: TextTagger, labels: Sequence[str], folder: Path) -> None:
    """Write a tagger to an empty folder, in single precision.

    Args:
        labels: the names that the tagger's labels have now, in their order; two may be equal.

    Raises:
        OSError, SafetensorError: the folder cannot be written.
    """
    module = _copy_code(folder)
    tags = TagSet(tuple(labels)).names
    config, weights = folder / "config.json", folder / "model.safetensors"
    _write_json(config, _config(text_tagger, tags, module))
    save_file(_state(text_tagger.tagger), weights, {"format": "pt"})
    shutil.copymode(config, weights)  # safetensors lets only the owner read it
    _write_tokenizer(text_tagger.encoding, folder)


def load_model(folder: Path) -> tuple[TextTagger, dict[str, str]]:
    """Load what `write_model` wrote, on the CPU, without running code of the folder; draws no random numbers.

    Returns:
        The tagger, with the labels that it was trained with, and the present names of those that were renamed.

    Raises:
        UserError: the folder is incomplete or damaged, or no exported model.
    """
    silence()
    try:
        with reading_files():
            config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
            if config["model_type"] != MODEL_TYPE:
                raise ValueError(config["model_type"])
            text_tagger = _tagger_of(config, load_file(folder / "model.safetensors"), _load_tokenizer(folder))
    except (UnreadableError, TypeError, AttributeError) as error:
        raise UserError(
            "{folder} is not a complete model that Spandesk exported ({error}); export it again",
            folder=folder,
            error=error,
        ) from error
    known = text_tagger.tag_set
    present = {label: config["id2label"][str(known.begin(label))].removeprefix("B-") for label in known.labels}
    return text_tagger, {label: name for label, name in present.items() if label != name}


def _load_tokenizer(folder: Path) -> PreTrainedTokenizerFast:
    tokenizer: PreTrainedTokenizerFast = PreTrainedTokenizerFast.from_pretrained(folder, local_files_only=True)
    return tokenizer


def _tagger_of(config: dict[str, Any], state: dict[str, Tensor], tokenizer: PreTrainedTokenizerFast) -> TextTagger:
    encoder = _load_encoder(dict(config["encoder"]), take_part(state, "encoder."))
    tag_set = TagSet(tuple(config["trained_labels"]))
    width, is_syllable = encoder.config.hidden_size, config["unit"] == "syllable"
    with torch.device("meta"):
        features = (
            SyllableFeatures(width, characters=config["characters"], dropout=0.0)
            if is_syllable
            else PieceFeatures(width, dropout=0.0)
        )
        tagger = Tagger(encoder, features, num_tags=len(tag_set.names))
    for part in ("features", "linear", "crf"):
        getattr(tagger, part).load_state_dict(take_part(state, f"{part}."), assign=True)
    encoding = TextEncoding(tokenizer, config["window_pieces"], config["unit"])
    return TextTagger(tagger.eval(), encoding, tag_set)


def _load_encoder(values: dict[str, Any], state: dict[str, Tensor]) -> PreTrainedModel:
    config = AutoConfig.for_model(values.pop("model_type"), **values)
    # Only `from_pretrained` neither draws initial weights nor leaves tensors unset that no file contains.
    classes: Any = MODEL_MAPPING
    encoder: PreTrainedModel = classes[type(config)].from_pretrained(None, config=config, state_dict=state)
    return encoder


def _copy_code(folder: Path) -> str:
    """Copy the code; returns the name of the module of the model, which contains a hash of its content.

    Older versions of transformers keep the code of all folders of one name in one place, so that two exports by two
    versions of Spandesk would otherwise share the code of one.
    """
    source = (CODE / "span_tagger.py").read_bytes()
    name = f"span_tagger_{hashlib.sha256(source).hexdigest()[:12]}"
    (folder / f"{name}.py").write_bytes(source)
    shutil.copyfile(CODE / "predict.py", folder / "predict.py")
    return name


def _config(text_tagger: TextTagger, tags: Sequence[str], module: str) -> dict[str, Any]:
    features = text_tagger.tagger.features
    return {
        "architectures": ["SpanTagger"],
        "model_type": MODEL_TYPE,
        "auto_map": {
            "AutoConfig": f"{module}.SpanTaggerConfig",
            "AutoModelForTokenClassification": f"{module}.SpanTagger",
        },
        "custom_pipelines": {
            "token-classification": {
                "impl": f"{module}.SpanPipeline",
                "pt": ["AutoModelForTokenClassification"],
                "type": "text",
            }
        },
        "dtype": "float32",
        "transformers_version": transformers.__version__,
        "tokenizer_class": "PreTrainedTokenizerFast",
        "id2label": dict(enumerate(tags)),
        "label2id": {name: number for number, name in enumerate(tags)},
        "trained_labels": list(text_tagger.tag_set.labels),
        "unit": text_tagger.unit,
        "characters": len(features.known) + 1 if isinstance(features, SyllableFeatures) else 1,
        "morpheme_tags": list(MORPHEME_TAGS),
        "window_pieces": text_tagger.encoding.max_length,
        "analyser": "" if text_tagger.unit == "subword" else analyser_version(),
        "tokenizer_check": [[text, text_tagger.encoding.pieces_of(text)] for text in _CHECKED_TEXTS],
        "encoder": _encoder_config(text_tagger.tagger),
    }


def _encoder_config(tagger: Tagger) -> dict[str, Any]:
    """All values of the encoder's configuration, since defaults differ between versions; none that names a folder."""
    values: dict[str, Any] = json.loads(tagger.encoder.config.to_json_string(use_diff=False))
    return {name: value for name, value in values.items() if name not in ("_name_or_path", "transformers_version")}


def _state(tagger: Tagger) -> dict[str, Tensor]:
    """The weights, each in memory of its own; the modules of `SpanTagger` have the names of those of `Tagger`."""
    return {
        name: value.detach().float().cpu().clone() if value.is_floating_point() else value.cpu().clone()
        for name, value in tagger.state_dict().items()
    }


def _write_tokenizer(encoding: TextEncoding, folder: Path) -> None:
    """Write the tokenizer under the name of the class that reads tokenizer.json as it is, in any version."""
    tokenizer = encoding.tokenizer
    (folder / "tokenizer.json").write_text(tokenizer.backend_tokenizer.to_str(pretty=True), encoding="utf-8")
    special = {name: value for name in _SPECIAL_TOKENS if (value := getattr(tokenizer, name, None)) is not None}
    if special:  # transformers pads with any of them if there is none for it, which changes nothing: it is masked
        special.setdefault("pad_token", next(iter(special.values())))
    _write_json(
        folder / "tokenizer_config.json",
        {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": encoding.max_length,
            "padding_side": "right",
            "clean_up_tokenization_spaces": False,
            **special,
        },
    )


def _write_json(path: Path, values: dict[str, Any]) -> None:
    path.write_text(json.dumps(values, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
