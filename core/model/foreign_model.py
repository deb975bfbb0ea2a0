"""Tag text with a model of transformers' token classification that was trained elsewhere, without running its code."""

import json
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from huggingface_hub import snapshot_download
from torch import Tensor, nn
from transformers import AutoModelForTokenClassification, PreTrainedModel

from core.domain.errors import UserError
from core.domain.settings import Device
from core.domain.spans import PredictedSpan, ScoredText, Span, TagTexts
from core.domain.tags import Extent
from core.messages.catalogue import say
from core.model.class_names import ModelClasses, read_class_names, read_classes
from core.model.devices import device_of
from core.model.encoders.loading import (
    UnreadableError,
    first_line,
    load_fast_tokenizer,
    max_length_of,
    names_folder,
    reach_hub,
    read_folder,
    reading_files,
    refuse_missing,
    silence,
)
from core.model.encoding.batches import batch_of
from core.model.encoding.text_encoder import TextEncoding
from core.model.encoding.windows import Numbers, Windows
from core.model.entity_chunks import Shares, find_chunks, fold_classes
from core.model.exported_model import MODEL_TYPE, load_model
from core.model.predictor import encode_in_parts, run_by_batch, stitch_spans
from core.model.signal_predictor import judge_batches
from core.model.tagger import TextTagger

_LONGEST = 512
"""Pieces that are read at once, though some models take more: hardly any was trained on more."""

_PICKLED = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl", "*.h5", "*.msgpack")
_HUB_FILES = ("*.json", "*.safetensors", "*.txt", "*.model")
"""What is fetched from the hub: neither code nor pickled weights."""
_OWN_LAYERS = ("crf", "transition")


def load_foreign_model(
    folder: Path, device: Device = "auto", names: Sequence[str] = (), *, whole_words: bool = False
) -> TagTexts:
    """Load the model of a folder; one that Spandesk exported tags as it did at home.

    Args:
        names: of its classes, where the folder does not have them.
        whole_words: whether the first piece of a word decides for all of it, as in models that were trained so.

    Raises:
        UserError: the folder is not a complete model, would run code, has no positions, or its classes have no names;
            or the device is not there.
    """
    silence()
    if read_folder(folder, _read_model_type) == MODEL_TYPE:
        return _load_exported(folder, device_of(device))
    read_folder(folder, _refuse_code)
    classes = read_classes(names or read_class_names(folder), str(folder))
    model, encoding = read_folder(folder, partial(_read_model, count=len(classes.names)))
    model.to(device_of(device))  # type: ignore[arg-type]
    model.train(False)
    return _ForeignTagger(model, encoding, classes, whole_words=whole_words).tag


def find_model(name: str) -> Path:
    """The folder of a model, which may be named as on the hub: in the cache, or fetched to it, without code and pickled
    weights.

    Raises:
        UserError: it is not there.
    """
    if names_folder(name):
        return Path(name).expanduser().absolute()
    options: dict[str, Any] = {"allow_patterns": [*_HUB_FILES]}
    try:
        with reading_files():
            folder = Path(snapshot_download(name, local_files_only=True, **options))
        if (folder / "config.json").is_file() and any(folder.glob("*.safetensors")):
            return folder
    except (UnreadableError, ValueError):
        pass
    try:
        reach_hub()
        with reading_files():
            return Path(snapshot_download(name, **options))
    except (UnreadableError, ValueError) as error:
        raise UserError(
            "the model {name} is neither a folder nor in the Hugging Face cache, and cannot be fetched ({error}); give"
            " a folder with all its files",
            name=name,
            error=first_line(error),
        ) from error


def _read_json(source: str, name: str) -> dict[str, Any]:
    path = Path(source) / name
    with reading_files():
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return content


def _read_model_type(source: str, *, local_files_only: bool) -> str:
    return str(_read_json(source, "config.json").get("model_type", ""))


def _load_exported(folder: Path, device: torch.device) -> TagTexts:
    text_tagger, names = load_model(folder)
    text_tagger.tagger.to(device)
    return partial(_score_texts, text_tagger.with_names(names))


def _score_texts(text_tagger: TextTagger, texts: Sequence[str]) -> Iterator[list[ScoredText]]:
    for batch in judge_batches(text_tagger, texts, [()] * len(texts)):
        yield [ScoredText(each.text, each.spans, each.signals.uncertainty) for each in batch]


def _refuse_code(source: str, *, local_files_only: bool) -> None:
    """Refuse what cannot be read without running code that came with it."""
    folder = Path(source)
    config, tokenizer = (_read_json(source, name) for name in ("config.json", "tokenizer_config.json"))
    own = [*(config.get("auto_map") or {}).values(), *_flat((tokenizer.get("auto_map") or {}).values())]
    if own:
        raise UserError(
            "the model in {folder} works only with code of its own ({code}), which Spandesk does not run; tag with it"
            " where that code is, and add what it says as a file",
            folder=folder,
            code=own[0],
        )
    if any(folder.glob("*.safetensors")):
        return
    if pickled := [path.name for pattern in _PICKLED for path in sorted(folder.glob(pattern))]:
        raise UserError(
            "the weights in {folder} are pickled ({file}), which can run code when they are read; save the model"
            " again as safetensors, which save_pretrained of transformers does",
            folder=folder,
            file=pickled[0],
        )


def _flat(values: Iterable[Any]) -> list[Any]:
    """The values, and those of lists among them; None left out."""
    return [each for value in values for each in (value if isinstance(value, list) else [value]) if each]


def _read_model(source: str, *, count: int, local_files_only: bool) -> tuple[PreTrainedModel, TextEncoding]:
    options: dict[str, Any] = {"local_files_only": local_files_only, "trust_remote_code": False}
    tokenizer = load_fast_tokenizer(source, options)
    with reading_files():
        model, report = AutoModelForTokenClassification.from_pretrained(
            source, output_loading_info=True, use_safetensors=True, dtype=torch.float32, **options
        )
        length = min(max_length_of(model.base_model, tokenizer), _LONGEST)
        encoding = TextEncoding(tokenizer, length)
    refuse_missing(report["missing_keys"])
    if own := sorted(key for key in report["unexpected_keys"] if any(part in key for part in _OWN_LAYERS)):
        raise UnreadableError(say("its layer {layer} is none of transformers' own", layer=own[0]))
    if model.config.num_labels != count:
        raise UnreadableError(
            say("it has {classes} classes, but {names} names of classes", classes=model.config.num_labels, names=count)
        )
    return model, encoding


class _ForeignTagger:
    """Reads the spans off the probabilities of classes that a model gives each piece."""

    def __init__(
        self, model: PreTrainedModel, encoding: TextEncoding, classes: ModelClasses, *, whole_words: bool
    ) -> None:
        self._model = model
        self._encoding = encoding
        self._classes = classes
        self._whole_words = whole_words

    @property
    def device(self) -> torch.device:
        device: torch.device = self._model.device
        return device

    @property
    def encoder(self) -> nn.Module:
        return self._model

    def tag(self, texts: Sequence[str]) -> Iterator[list[ScoredText]]:
        """The spans of every text, in batches; within some thousand texts, the longest come first."""
        for first, windows in encode_in_parts(self._encoding, texts):
            work = partial(self._read_windows, windows, texts[first : first + windows.texts])
            for batch in run_by_batch(self, windows, np.arange(windows.texts), work):
                yield [
                    ScoredText(
                        first + text,
                        stitch_spans(windows, text, [each.spans if each else () for each in found]),
                        sum(each.cost for each in found if each),
                    )
                    for text, found in batch
                ]

    @torch.inference_mode()
    def _read_windows(self, windows: Windows, texts: Sequence[str], chosen: Numbers) -> list["_ReadWindow"]:
        batch = batch_of(windows, chosen, pad_id=self._pad_id, device=self.device)
        logits: Tensor = self._model(input_ids=batch.input_ids, attention_mask=batch.attention_mask).logits
        indices = batch.positions.unsqueeze(-1).expand(-1, -1, logits.shape[-1])
        shares = logits.gather(1, indices).double().softmax(dim=-1).cpu().numpy()
        owners = np.searchsorted(windows.window_ends, chosen, side="right").tolist()
        return [
            self._read_row(shares[row], windows.extents_of(window), texts[text])
            for row, (window, text) in enumerate(zip(chosen.tolist(), owners, strict=True))
        ]

    @property
    def _pad_id(self) -> int:
        """What fills shorter rows; models that number positions by their pieces know it."""
        own = self._model.config.pad_token_id
        return self._encoding.pad_id if own is None else int(own)

    def _read_row(self, shares: Shares, extents: Sequence[Extent], text: str) -> "_ReadWindow":
        words = _join_words(extents, text) if self._whole_words else [(unit, unit + 1) for unit in range(len(extents))]
        places = [(extents[first][0], extents[last - 1][1]) for first, last in words]
        folded = fold_classes(shares[[first for first, _ in words]], self._classes.tags)
        spans = [
            PredictedSpan(Span(places[first][0], places[last - 1][1], label), share)
            for first, last, label, share in find_chunks(folded, self._classes.labels)
        ]
        return _ReadWindow(spans, float(-np.log(folded.max(axis=1)).sum()))


class _ReadWindow(NamedTuple):
    """The spans of a window, and −log of the probability of its best tags."""

    spans: list[PredictedSpan]
    cost: float


def _join_words(extents: Sequence[Extent], text: str) -> list[tuple[int, int]]:
    """The units that are words: those with no blank between, but for marks, which are words of their own."""
    words: list[tuple[int, int]] = []
    before = -1, False
    for place, (start, end) in enumerate(extents):
        is_word = any(character.isalnum() for character in text[start:end])
        if words and is_word and before == (start, True):
            words[-1] = words[-1][0], place + 1
        else:
            words.append((place, place + 1))
        before = end, is_word
    return words
