"""The encoder and its tokenizer: made from the corpus (`tiny`) or a package (`starter`), from a folder or the hub."""

import pickle
from collections import Counter
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from huggingface_hub import constants, get_session
from huggingface_hub.errors import StrictDataclassError
from safetensors import SafetensorError
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from torch import nn
from transformers import (
    AutoConfig,
    AutoModel,
    AutoTokenizer,
    PreTrainedModel,
    PreTrainedTokenizerBase,
    PreTrainedTokenizerFast,
    RoFormerConfig,
    RoFormerModel,
)
from transformers.utils import logging

from core.domain.errors import UserError
from core.domain.settings import STARTER, TINY
from core.languages.korean.normalise import normalise_text
from core.messages.catalogue import say, say_count
from core.model.encoders.starter import starter_folder

Encoder = tuple[PreTrainedModel, PreTrainedTokenizerBase]

_SPECIAL_TOKENS = {
    "pad_token": "[PAD]",
    "unk_token": "[UNK]",
    "cls_token": "[CLS]",
    "sep_token": "[SEP]",
    "mask_token": "[MASK]",
}
_CONTINUED = "##"
_RAREST = 2
"""A character seen less often has no piece of its own, so that [UNK] is learned too."""
_TINY_POSITIONS = 512
_HUB_TIMEOUT = 5.0
"""Seconds."""
_BAD_FILES = (
    OSError,  # config.json is not JSON; no weights
    ValueError,  # JSON that is cut off; no tokenizer.json; an unknown type of model
    KeyError,  # an index of the weights, or a tokenizer.json, without what belongs in it; an unknown activation
    StrictDataclassError,  # words in config.json where numbers belong
    ZeroDivisionError,  # sizes of 0 in config.json
    AssertionError,  # a padding token outside of the vocabulary
    ImportError,  # a model that wants a package which is not installed
    RuntimeError,  # weights of another size than config.json says
    SafetensorError,  # weights that are cut off
    pickle.UnpicklingError,  # pickled weights that hold more than weights, or that are cut off
)
"""What the libraries were seen to raise at bad files; anything else they raise is a fault in Spandesk."""
_JSON_FILES = ("config.json", "tokenizer.json", "tokenizer_config.json")


class _UnreadableError(Exception):
    """An encoder cannot be read; its message says why."""


def load_encoder(name: str, texts: Iterable[str], *, seed: int, layers: int | None = None) -> Encoder:
    """The encoder of that name with its tokenizer, on the CPU.

    Args:
        name: `starter`, `tiny`, a local folder, or a name on the Hugging Face hub.
        texts: what `tiny` learns its vocabulary from; others do not look at them.
        seed: of the weights that are not loaded; torch's global generator is set to it.
        layers: keeps only so many of its layers, the first ones; None keeps all.

    Raises:
        UserError: the folder is none or incomplete, neither cache nor hub has the name, the package that `starter` is
            made from is not installed, or the encoder has fewer layers.
    """
    _silence()
    torch.manual_seed(seed)
    encoder, tokenizer = _tiny(texts) if name == TINY else _found(name, _pretrained)
    if layers is not None:
        _keep_first_layers(encoder, layers, name)
    return encoder, tokenizer


def check_encoder(name: str) -> None:
    """Look whether an encoder can be had, as far as that is known without its weights; no random number is drawn.

    Raises:
        UserError: as for `load_encoder`.
    """
    if name != TINY:
        _silence()
        _found(name, _bare)


def load_tokenizer(name: str, texts: Iterable[str]) -> tuple[PreTrainedTokenizerBase, int]:
    """The encoder's tokenizer, and the most pieces that the encoder takes at once.

    No weights are loaded and no random number is drawn, so that a training under way is not disturbed.

    Args:
        name, texts: as for `load_encoder`.

    Raises:
        UserError: as for `load_encoder`.
    """
    _silence()
    if name == TINY:
        return _characters(texts), _TINY_POSITIONS
    encoder, tokenizer = _found(name, _bare)
    return tokenizer, max_length_of(encoder, tokenizer)


def _found(name: str, read: Callable[..., Encoder]) -> Encoder:
    if name == STARTER:
        return _from_folder(starter_folder(), read)
    if _names_folder(name):
        return _from_folder(Path(name).expanduser(), read)
    return _from_hub(name, read)


def load_folder(folder: Path) -> Encoder:
    """The encoder that `save_pretrained` left in a folder; no random number is drawn if its weights are complete.

    Raises:
        UserError: the folder is not there, or is not a complete model for `transformers`.
    """
    return _from_folder(folder, _pretrained)


def _from_folder(folder: Path, read: Callable[..., Encoder]) -> Encoder:
    if not folder.is_dir():
        raise UserError(
            "there is no folder {folder}; give a folder with a model for transformers, or a hub name", folder=folder
        )
    if not (folder / "config.json").is_file():
        raise UserError(
            "{folder} has no config.json; give a folder with all files of a model for transformers", folder=folder
        )
    try:
        _check_json(folder)
        return read(str(folder), local_files_only=True)
    except _UnreadableError as error:
        raise UserError(
            "{folder} is not a complete model for transformers ({error})", folder=folder, error=error
        ) from error


def _check_json(folder: Path) -> None:
    """Refuse other JSON than objects, on which the libraries fail like on a fault of their own."""
    for path in (folder / name for name in _JSON_FILES):
        if path.is_file():
            with path.open("rb") as file:
                if not file.read(100).lstrip().startswith(b"{"):
                    raise _UnreadableError(say("{file} is not a JSON object", file=path.name))


@contextmanager
def _reading_files() -> Generator[None, None, None]:
    """Around a call that makes a library read files: say which of its errors are those of the files.

    Tokenizers raises a plain `Exception` at a tokenizer.json of a wrong shape, and panics at one with a damaged
    normalizer; the class of a panic is in no module.
    """
    try:
        yield
    except BaseException as error:
        is_of_tokenizers = type(error) is Exception or type(error).__name__ == "PanicException"
        if is_of_tokenizers or isinstance(error, _BAD_FILES):
            raise _UnreadableError(_first_line(error)) from error
        raise


def max_length_of(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> int:
    """The most pieces, special tokens included, that the encoder takes at once."""
    positions = getattr(model.config, "max_position_embeddings", None) or tokenizer.model_max_length
    table = getattr(getattr(model, "embeddings", None), "position_embeddings", None)
    padding = getattr(table, "padding_idx", None)
    if padding is not None:  # RoBERTa counts positions from there
        positions -= padding + 1
    return int(min(positions, tokenizer.model_max_length))


def _keep_first_layers(encoder: PreTrainedModel, layers: int, name: str) -> None:
    stack = layers_of(encoder)
    if stack is None:
        raise UserError("the layers of the encoder {name} cannot be distinguished; train with all of them", name=name)
    if not 1 <= layers <= len(stack):
        raise UserError(
            "the encoder {name} has {most} layers; give 1 to {most} to keep, not {layers}",
            name=name,
            most=len(stack),
            layers=layers,
        )
    del stack[layers:]
    encoder.config.num_hidden_layers = layers


def _names_folder(name: str) -> bool:
    path = Path(name).expanduser()
    return path.is_dir() or path.is_absolute() or name.startswith(".") or "\\" in name or name.count("/") > 1


def _from_hub(name: str, read: Callable[..., Encoder]) -> Encoder:
    """From the cache where it has the files, so that no network is needed; else from the hub."""
    try:
        return read(name, local_files_only=True)
    except _UnreadableError:
        pass
    try:
        _reach_hub()
        return read(name, local_files_only=False)
    except _UnreadableError as error:
        raise UserError(
            "the encoder {name} is neither in the Hugging Face cache nor can it be fetched: on a"
            " machine with network download all files of {name} from the Hugging Face hub into a"
            " folder and give that folder as the encoder, or set HF_HOME to a cache that has it"
            " ({error})",
            name=name,
            error=error,
        ) from error


def _reach_hub() -> None:
    """Fails at once where there is no network; the hub's own client tries again for most of a minute."""
    try:
        get_session().head(constants.ENDPOINT, timeout=_HUB_TIMEOUT)
    except Exception as error:  # which library's errors they are changes with the hub client's version
        raise _UnreadableError(say("the hub does not answer: {reason}", reason=_first_line(error))) from error


def _bare(source: str, *, local_files_only: bool) -> Encoder:
    """The tokenizer, with an encoder that has no weights."""
    options: dict[str, Any] = {"local_files_only": local_files_only, "trust_remote_code": False}
    tokenizer = _tokenizer(source, options)
    with _reading_files(), torch.device("meta"):
        config = AutoConfig.from_pretrained(source, **options)
        return AutoModel.from_config(config), tokenizer  # type: ignore[no-untyped-call]


def _tokenizer(source: str, options: dict[str, Any]) -> PreTrainedTokenizerBase:
    _silence()
    with _reading_files():
        tokenizer: PreTrainedTokenizerBase = AutoTokenizer.from_pretrained(source, use_fast=True, **options)
    if not tokenizer.is_fast:
        raise _UnreadableError(say("it has no fast tokenizer (tokenizer.json)"))
    return tokenizer


def _pretrained(source: str, *, local_files_only: bool) -> Encoder:
    options: dict[str, Any] = {"local_files_only": local_files_only, "trust_remote_code": False}
    tokenizer = _tokenizer(source, options)
    with _reading_files():
        model, report = AutoModel.from_pretrained(source, output_loading_info=True, dtype=torch.float32, **options)
    missing = sorted(key for key in report["missing_keys"] if not key.startswith("pooler."))
    if missing:
        raise _UnreadableError(
            say_count(
                "its weights lack {first}",
                "its weights lack {first} and others, {count:,} in all",
                len(missing),
                first=missing[0],
            )
        )
    _freeze_again(model)
    return model, tokenizer


def _freeze_again(model: PreTrainedModel) -> None:
    """Keeps fixed what its class fixes, such as a RoFormer's sines: transformers loads every weight as one to learn."""
    with torch.device("meta"):
        fresh = type(model)(model.config)
    for name, parameter in fresh.named_parameters():
        model.get_parameter(name).requires_grad_(parameter.requires_grad)


def _silence() -> None:
    """Keeps transformers from writing to the terminal."""
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]


def _first_line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def _tiny(texts: Iterable[str]) -> Encoder:
    """A small RoFormer (Su et al. 2021) with random weights.

    What its attention learns of one place in a text holds for every place, so that a small corpus goes further than
    with learned positions: strict F1 on KLUE-NER 0.63 from 1,500 sentences, where an ELECTRA of this size has 0.57.
    """
    tokenizer = _characters(texts)
    config = RoFormerConfig(
        vocab_size=len(tokenizer),
        embedding_size=128,
        hidden_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=512,
        hidden_dropout_prob=0.2,
        attention_probs_dropout_prob=0.2,
        max_position_embeddings=_TINY_POSITIONS,
        type_vocab_size=1,
        pad_token_id=tokenizer.pad_token_id,
    )
    return RoFormerModel(config), tokenizer


def _characters(texts: Iterable[str]) -> PreTrainedTokenizerBase:
    """A tokenizer whose pieces are single characters, marked ## inside a word; an unknown one is [UNK] by itself.

    Korean particles are glued to entities, so that any longer piece would straddle some entity's edge.
    """
    counts = Counter(character for text in texts for character in normalise_text(text).text if not character.isspace())
    common = sorted((c for c, n in counts.items() if n >= _RAREST), key=lambda c: (-counts[c], c))
    pieces = [*_SPECIAL_TOKENS.values(), *common, *(_CONTINUED + c for c in common)]
    vocabulary = {piece: number for number, piece in enumerate(pieces)}
    tokenizer = Tokenizer(
        models.BPE(vocabulary, [], unk_token=_SPECIAL_TOKENS["unk_token"], continuing_subword_prefix=_CONTINUED)
    )
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[(token, vocabulary[token]) for token in ("[CLS]", "[SEP]")],
    )
    return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer,
        model_max_length=_TINY_POSITIONS,
        clean_up_tokenization_spaces=False,
        **_SPECIAL_TOKENS,
    )


def layers_of(encoder: nn.Module) -> nn.ModuleList | None:
    """The stack of layers of an encoder built as BERT is; None where there is no such stack."""
    stack = getattr(getattr(encoder, "encoder", None), "layer", None)
    return stack if isinstance(stack, nn.ModuleList) else None
