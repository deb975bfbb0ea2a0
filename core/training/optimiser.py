"""The optimiser of a tagger and how its rates change over the steps."""

from collections import defaultdict
from collections.abc import Iterator

import torch
from torch.nn import Parameter

from core.domain.errors import UserError
from core.domain.settings import TrainSettings
from core.model.encoders.loading import layers_of
from core.model.tagger import Tagger

_HEAD_LEARNING_RATE = 1e-3
_FUSED = ("cpu", "cuda")


def optimiser_of(tagger: Tagger, settings: TrainSettings) -> torch.optim.AdamW:
    """AdamW (Loshchilov and Hutter 2019) with rates for the encoder's layers, head (features and linear layer) and CRF.

    Matrices decay; biases, layer norms and the CRF's scores do not.

    Raises:
        UserError: the settings want a rate per layer, and the encoder's layers are unknown.
    """
    groups: dict[tuple[float, float], list[Parameter]] = defaultdict(list)
    for parameter, rate in _rates(tagger, settings):
        groups[rate, settings.weight_decay if parameter.ndim > 1 else 0.0].append(parameter)
    for parameter in tagger.crf.parameters():
        groups[settings.crf_learning_rate, 0.0].append(parameter)
    return torch.optim.AdamW(
        [
            {"params": parameters, "lr": rate, "peak": rate, "weight_decay": weight_decay}
            for (rate, weight_decay), parameters in groups.items()
        ],
        fused=True if tagger.device.type in _FUSED else None,
    )


def rate_factor(step: int, *, steps: int, warmup_ratio: float) -> float:
    """What the rates are multiplied with in a step (from 0): a linear rise from 0, then a linear fall to 0."""
    warmup = max(1, round(steps * warmup_ratio))
    rising = (step + 1) / (warmup + 1)
    falling = (steps - step) / max(1, steps - warmup)
    return max(0.0, min(1.0, rising, falling))


def scale_rates(optimiser: torch.optim.Optimizer, factor: float) -> None:
    """Sets every rate to its peak times the factor."""
    for group in optimiser.param_groups:
        group["lr"] = group["peak"] * factor


def _rates(tagger: Tagger, settings: TrainSettings) -> Iterator[tuple[Parameter, float]]:
    """The parameters of encoder and head with their peak rates; by layer as in Howard and Ruder 2018 (ULMFiT)."""
    layers = layers_of(tagger.encoder)
    if layers is None and settings.layer_decay != 1:
        raise UserError("the layers of this encoder cannot be distinguished; train with a layer decay of 1")
    top_down = list(reversed(layers or ()))
    depths = {parameter: depth for depth, layer in enumerate(top_down) for parameter in layer.parameters()}
    for parameter in tagger.encoder.parameters():
        yield parameter, settings.learning_rate * settings.layer_decay ** depths.get(parameter, len(top_down))
    head_rate = settings.head_learning_rate or max(settings.learning_rate, _HEAD_LEARNING_RATE)
    for parameter in (*tagger.features.parameters(), *tagger.linear.parameters()):
        yield parameter, head_rate
