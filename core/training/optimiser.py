"""The optimiser of a tagger and how its rates change over the steps."""

from collections.abc import Iterable, Iterator
from typing import Any

import torch
from torch.nn import Parameter

from core.settings import TrainSettings
from core.tagging.tagger import Tagger

_HEAD_LEARNING_RATE = 1e-3
_FUSED = ("cpu", "cuda")


def optimiser_of(tagger: Tagger, settings: TrainSettings) -> torch.optim.AdamW:
    """AdamW (Loshchilov and Hutter 2019) with a rate each for encoder, head (features and linear layer) and CRF."""
    head_rate = settings.head_learning_rate or max(settings.learning_rate, _HEAD_LEARNING_RATE)
    groups = [
        *_groups(tagger.encoder.parameters(), settings.learning_rate, settings.weight_decay),
        *_groups([*tagger.features.parameters(), *tagger.linear.parameters()], head_rate, settings.weight_decay),
        *_groups(tagger.crf.parameters(), settings.crf_learning_rate, 0.0),
    ]
    return torch.optim.AdamW(groups, fused=True if tagger.device.type in _FUSED else None)


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


def _groups(parameters: Iterable[Parameter], rate: float, weight_decay: float) -> Iterator[dict[str, Any]]:
    """One group that decays (matrices) and one that does not (biases, layer norms), where there are such."""
    every = list(parameters)
    matrices = [parameter for parameter in every if parameter.ndim > 1]
    vectors = [parameter for parameter in every if parameter.ndim <= 1]
    for group, decay in ((matrices, weight_decay), (vectors, 0.0)):
        if group:
            yield {"params": group, "lr": rate, "peak": rate, "weight_decay": decay}
