"""What a training run can be told, and the presets; no torch here, so that the window can read them at once."""

from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from core.errors import UserError

Unit = Literal["subword"]
UNITS: tuple[Unit, ...] = get_args(Unit)

Device = Literal["auto", "cpu", "cuda", "mps"]
DEVICES: tuple[Device, ...] = get_args(Device)

TINY = "tiny"
"""The encoder that is made from the corpus itself: a small RoFormer over characters, nothing to download."""

_SEEDS = 2**63
_OF_ONE_RUN = ("seed", "device", "limit", "from_run")
"""Settings that a run does not hand on to those that start from its weights."""


@dataclass(frozen=True, slots=True)
class Preset:
    """An encoder that the window offers, with the settings that suit it."""

    encoder: str
    title: str
    epochs: int
    batch_size: int
    learning_rate: float


PRESETS = (
    Preset(TINY, "Tiny, learned from this corpus (no download)", 10, 8, 2e-3),
    Preset("monologg/koelectra-small-v3-discriminator", "KoELECTRA small v3", 2, 8, 5e-5),
    Preset("monologg/koelectra-base-v3-discriminator", "KoELECTRA base v3 (reference)", 2, 8, 5e-5),
)
"""The first is the default; the KoELECTRA ones have the reference experiment's settings."""


def preset(encoder: str) -> Preset:
    """The preset of an encoder; one that has none trains with the reference experiment's settings."""
    known = {preset.encoder: preset for preset in PRESETS}
    return known.get(encoder) or Preset(encoder, encoder, 2, 8, 5e-5)


@dataclass(frozen=True, slots=True)
class TrainSettings:
    """Every setting of a run; stored with it, so that it can be repeated.

    Attributes:
        encoder: `tiny`, a hub name, or a local folder.
        learning_rate: of the encoder (AdamW), after warm-up; decays linearly to 0.
        head_learning_rate: of the linear layer; None takes the encoder's or 1e-3, whichever is larger.
        crf_learning_rate: of the transition scores, which start small and have few steps to grow.
        warmup_ratio: share of all steps in which the rate rises from 0.
        seed: 0 to 2**63 - 1.
        limit: trains and measures on at most so many sentences of each split, corrected training sentences first and
            every one of them; None takes all.
        from_run: a run whose last weights are the start; None starts from the encoder.

    Raises:
        UserError: a setting is outside its range.
    """

    encoder: str = PRESETS[0].encoder
    unit: Unit = "subword"
    epochs: int = PRESETS[0].epochs
    batch_size: int = PRESETS[0].batch_size
    learning_rate: float = PRESETS[0].learning_rate
    head_learning_rate: float | None = None
    crf_learning_rate: float = 1e-2
    weight_decay: float = 0.01
    warmup_ratio: float = 0.1
    dropout: float = 0.1
    max_gradient_norm: float = 1.0
    seed: int = 1
    device: Device = "auto"
    limit: int | None = None
    from_run: int | None = None

    def __post_init__(self) -> None:
        for name in ("epochs", "batch_size", "limit"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise UserError(f"{name.replace('_', ' ')} is {value}; it must be at least 1")
        if not 0 <= self.seed < _SEEDS:
            raise UserError(f"seed is {self.seed}; it must be at least 0 and below 2**63")
        if not 0 < self.learning_rate < 1:
            raise UserError(f"learning rate is {self.learning_rate}; it must lie between 0 and 1")
        if self.unit not in UNITS:
            raise UserError(f"tagging unit is {self.unit}; known are {', '.join(UNITS)}")
        if self.device not in DEVICES:
            raise UserError(f"device is {self.device}; known are {', '.join(DEVICES)}")

    @classmethod
    def of_preset(cls, encoder: str, **changes: Any) -> "TrainSettings":
        """The settings that suit an encoder, with changes; a change that is None keeps the preset's value."""
        base = preset(encoder)
        values = {"epochs": base.epochs, "batch_size": base.batch_size, "learning_rate": base.learning_rate}
        return cls(encoder=encoder, **values | {name: value for name, value in changes.items() if value is not None})

    def continued(self, run: int, **changes: Any) -> "TrainSettings":
        """These settings, of a run, for one that starts from its weights; a change that is None keeps the value."""
        kept = {name: value for name, value in self.as_json().items() if name not in _OF_ONE_RUN}
        given = {name: value for name, value in changes.items() if value is not None}
        return TrainSettings(**kept | given | {"from_run": run})

    def as_json(self) -> dict[str, Any]:
        return asdict(self)
