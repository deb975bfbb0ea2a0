"""Load an encoder and its tokenizer: `tiny` (built from the corpus), `starter` (from a package), a folder or the
hub."""

import pickle
from collections import Counter
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

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
Loaded = TypeVar("Loaded")

_SPECIAL_TOKENS = {
    "pad_token": "[PAD]",
    "unk_token": "[UNK]",
    "cls_token": "[CLS]",
    "sep_token": "[SEP]",
    "mask_token": "[MASK]",
}
_CONTINUED = "##"
_RAREST = 2
"""Rarer characters have no piece, so that [UNK] is trained too."""
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
"""What the libraries raise for bad files, as observed; any other exception is a bug in Spandesk."""
_JSON_FILES = ("config.json", "tokenizer.json", "tokenizer_config.json")


class UnreadableError(Exception):
    """An encoder cannot be read; its message says why."""


def load_encoder(name: str, texts: Iterable[str], *, seed: int, layers: int | None = None) -> Encoder:
    """Load an encoder and its tokenizer, on the CPU.

    Args:
        name: `starter`, `tiny`, a local folder, or a name on the Hugging Face hub.
        texts: the texts that `tiny` takes its vocabulary from; ignored for other encoders.
        seed: for weights that are not loaded; seeds torch's global generator.
        layers: how many of the first layers to keep; None keeps all.

    Raises:
        UserError: the path is not a complete model folder, the name is in neither the cache nor the hub, the package of
            `starter` is not installed, or the encoder has fewer layers.
    """
    silence()
    torch.manual_seed(seed)
    encoder, tokenizer = _tiny(texts) if name == TINY else _found(name, _pretrained)
    if layers is not None:
        _keep_first_layers(encoder, layers, name)
    return encoder, tokenizer


def check_encoder(name: str) -> None:
    """Check that an encoder can be loaded, as far as possible without its weights; draws no random numbers.

    Raises:
        UserError: as for `load_encoder`.
    """
    if name != TINY:
        silence()
        _found(name, _bare)


def load_tokenizer(name: str, texts: Iterable[str]) -> tuple[PreTrainedTokenizerBase, int]:
    """Load an encoder's tokenizer; also returns the most pieces that the encoder takes at once.

    Loads no weights and draws no random numbers, so that a running training is not affected.

    Args:
        name, texts: as for `load_encoder`.

    Raises:
        UserError: as for `load_encoder`.
    """
    silence()
    if name == TINY:
        return _characters(texts), _TINY_POSITIONS
    encoder, tokenizer = _found(name, _bare)
    return tokenizer, max_length_of(encoder, tokenizer)


def _found(name: str, read: Callable[..., Encoder]) -> Encoder:
    if name == STARTER:
        return read_folder(starter_folder(), read)
    if names_folder(name):
        return read_folder(Path(name).expanduser(), read)
    return _from_hub(name, read)


def load_folder(folder: Path) -> Encoder:
    """Load an encoder that `save_pretrained` wrote; draws no random numbers if its weights are complete.

    Raises:
        UserError: the folder is missing, or is not a complete `transformers` model.
    """
    return read_folder(folder, _pretrained)


def read_folder(folder: Path, read: Callable[..., Loaded]) -> Loaded:
    """What a function reads of a folder of a model for `transformers`, given its path and `local_files_only`.

    Raises:
        UserError: the folder is missing, or is not a complete `transformers` model.
    """
    if not folder.is_dir():
        raise UserError(
            "the folder {folder} does not exist; give a folder with a model for transformers, or a hub name",
            folder=folder,
        )
    if not (folder / "config.json").is_file():
        raise UserError(
            "{folder} has no config.json; give a folder with all files of a model for transformers", folder=folder
        )
    try:
        _check_json(folder)
        return read(str(folder), local_files_only=True)
    except UnreadableError as error:
        raise UserError(
            "{folder} is not a complete model for transformers ({error})", folder=folder, error=error
        ) from error


def _check_json(folder: Path) -> None:
    """Refuse JSON files that are not objects, for which the libraries raise errors that look like bugs."""
    for path in (folder / name for name in _JSON_FILES):
        if path.is_file():
            with path.open("rb") as file:
                if not file.read(100).lstrip().startswith(b"{"):
                    raise UnreadableError(say("{file} is not a JSON object", file=path.name))


@contextmanager
def reading_files() -> Generator[None, None, None]:
    """Turn errors that a library raises for bad files, in the block, into `UnreadableError`.

    tokenizers raises a plain `Exception` for a malformed tokenizer.json and panics at a damaged normalizer; the class
    of a panic cannot be imported.
    """
    try:
        yield
    except BaseException as error:
        is_of_tokenizers = type(error) is Exception or type(error).__name__ == "PanicException"
        if is_of_tokenizers or isinstance(error, _BAD_FILES):
            raise UnreadableError(first_line(error)) from error
        raise


def max_length_of(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> int:
    """The most pieces, special tokens included, that the encoder takes at once."""
    positions = getattr(model.config, "max_position_embeddings", None) or tokenizer.model_max_length
    table = getattr(getattr(model, "embeddings", None), "position_embeddings", None)
    padding = getattr(table, "padding_idx", None)
    if padding is not None:  # RoBERTa counts positions from the padding index
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


def names_folder(name: str) -> bool:
    """Whether a model is named by its folder, rather than as on the hub."""
    path = Path(name).expanduser()
    return path.is_dir() or path.is_absolute() or name.startswith(".") or "\\" in name or name.count("/") > 1


def _from_hub(name: str, read: Callable[..., Encoder]) -> Encoder:
    """Load from the cache if it has the files, so that no network is needed, otherwise from the hub."""
    try:
        return read(name, local_files_only=True)
    except UnreadableError:
        pass
    try:
        reach_hub()
        return read(name, local_files_only=False)
    except UnreadableError as error:
        raise UserError(
            "the encoder {name} is neither in the Hugging Face cache nor can it be fetched: on a"
            " machine with network download all files of {name} from the Hugging Face hub into a"
            " folder and give that folder as the encoder, or set HF_HOME to a cache that has it"
            " ({error})",
            name=name,
            error=error,
        ) from error


def reach_hub() -> None:
    """Fail at once without a network; the hub's client retries for most of a minute."""
    try:
        get_session().head(constants.ENDPOINT, timeout=_HUB_TIMEOUT)
    except Exception as error:  # the library that raises them differs between versions of the hub client
        raise UnreadableError(say("the hub does not answer: {reason}", reason=first_line(error))) from error


def _bare(source: str, *, local_files_only: bool) -> Encoder:
    """The tokenizer, and the encoder on the meta device, without weights."""
    options: dict[str, Any] = {"local_files_only": local_files_only, "trust_remote_code": False}
    tokenizer = load_fast_tokenizer(source, options)
    with reading_files(), torch.device("meta"):
        config = AutoConfig.from_pretrained(source, **options)
        return AutoModel.from_config(config), tokenizer  # type: ignore[no-untyped-call]


def load_fast_tokenizer(source: str, options: dict[str, Any]) -> PreTrainedTokenizerBase:
    """A tokenizer that says where in the text its pieces are.

    Raises:
        UnreadableError: there is none.
    """
    silence()
    with reading_files():
        tokenizer: PreTrainedTokenizerBase = AutoTokenizer.from_pretrained(source, use_fast=True, **options)
    if not tokenizer.is_fast:
        raise UnreadableError(say("it has no fast tokenizer (tokenizer.json)"))
    return tokenizer


def _pretrained(source: str, *, local_files_only: bool) -> Encoder:
    options: dict[str, Any] = {"local_files_only": local_files_only, "trust_remote_code": False}
    tokenizer = load_fast_tokenizer(source, options)
    with reading_files():
        model, report = AutoModel.from_pretrained(source, output_loading_info=True, dtype=torch.float32, **options)
    refuse_missing(key for key in report["missing_keys"] if not key.startswith("pooler."))
    _freeze_again(model)
    return model, tokenizer


def refuse_missing(keys: Iterable[str]) -> None:
    """Refuse weights that a model needs and its files lack.

    Raises:
        UnreadableError: there are such.
    """
    if missing := sorted(keys):
        raise UnreadableError(
            say_count(
                "its weights lack {first}",
                "its weights lack {first} and others, {count:,} in all",
                len(missing),
                first=missing[0],
            )
        )


def _freeze_again(model: PreTrainedModel) -> None:
    """Freeze parameters that the class fixes (a RoFormer's sines): transformers makes all loaded weights trainable."""
    with torch.device("meta"):
        fresh = type(model)(model.config)
    for name, parameter in fresh.named_parameters():
        model.get_parameter(name).requires_grad_(parameter.requires_grad)


def silence() -> None:
    """Stop transformers from writing to the terminal."""
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]


def first_line(error: BaseException) -> str:
    """What an error says, without the lines of advice that some libraries add."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def _tiny(texts: Iterable[str]) -> Encoder:
    """A small RoFormer (Su et al. 2021) with random weights.

    With relative positions, what attention learns at one place applies everywhere, which helps with a small corpus:
    strict F1 on KLUE-NER 0.63 from 1,500 sentences, where an ELECTRA of this size has 0.57.
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
    """A tokenizer whose pieces are single characters, marked ## inside a word; an unknown character is [UNK].

    Korean particles follow entities without a space, so longer pieces would straddle edges of entities.
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
    """The stack of layers of an encoder built like BERT; None for other architectures."""
    stack = getattr(getattr(encoder, "encoder", None), "layer", None)
    return stack if isinstance(stack, nn.ModuleList) else None
