from dataclasses import replace

import pytest
from torch import nn

from core.domain.errors import UserError
from core.domain.settings import TrainSettings
from core.training.optimiser import optimiser_of, rate_factor, scale_rates
from tests.core.toy_models import FAMILIES, saved_encoder, text_tagger_of

SETTINGS = TrainSettings(learning_rate=1e-5, head_learning_rate=2e-3, crf_learning_rate=3e-2, weight_decay=0.1)


def test_every_parameter_has_the_rate_and_decay_of_its_part():
    tagger = text_tagger_of(unit="syllable").tagger
    rates = {"encoder": 1e-5, "features": 2e-3, "linear": 2e-3, "crf": 3e-2}
    groups = {id(p): group for group in optimiser_of(tagger, SETTINGS).param_groups for p in group["params"]}
    for name, parameter in tagger.named_parameters():
        part = name.split(".")[0]
        group = groups.pop(id(parameter))
        assert group["lr"] == rates[part]
        assert group["weight_decay"] == (0.1 if parameter.ndim > 1 and part != "crf" else 0)
    assert not groups


@pytest.mark.parametrize("family", ["tiny", *FAMILIES])
def test_with_layer_decay_each_layer_learns_slower_than_the_one_above_and_the_embeddings_slowest(tmp_path, family):
    tagger = text_tagger_of(None if family == "tiny" else saved_encoder(tmp_path / "encoder", family)).tagger
    groups = optimiser_of(tagger, replace(SETTINGS, layer_decay=0.5)).param_groups
    rates = {id(parameter): group["peak"] for group in groups for parameter in group["params"]}
    low, top = tagger.encoder.encoder.layer
    assert {rates[id(parameter)] for parameter in top.parameters()} == {1e-5}
    assert {rates[id(parameter)] for parameter in low.parameters()} == {0.5e-5}
    assert {rates[id(parameter)] for parameter in tagger.encoder.embeddings.parameters()} == {0.25e-5}
    assert {rates[id(parameter)] for parameter in tagger.linear.parameters()} == {2e-3}
    assert len(rates) == len(list(tagger.parameters()))


def test_layer_decay_is_refused_where_the_layers_cannot_be_told_apart():
    tagger = text_tagger_of().tagger
    tagger.encoder.encoder.layer = nn.Sequential(*tagger.encoder.encoder.layer)
    assert optimiser_of(tagger, SETTINGS)
    with pytest.raises(UserError, match="layer decay of 1"):
        optimiser_of(tagger, replace(SETTINGS, layer_decay=0.9))


@pytest.mark.parametrize(("encoder_rate", "head_rate"), [(1e-5, 1e-3), (5e-3, 5e-3)])
def test_the_head_learns_at_least_as_fast_as_the_encoder(encoder_rate, head_rate):
    tagger = text_tagger_of().tagger
    optimiser = optimiser_of(tagger, TrainSettings(learning_rate=encoder_rate))
    assert {g["lr"] for g in optimiser.param_groups for p in g["params"] if p is tagger.linear.weight} == {head_rate}


@pytest.mark.parametrize(("steps", "ratio"), [(100, 0.1), (10, 0.0), (1, 0.5), (3, 1.0)])
def test_rates_rise_then_fall_and_never_rest_at_zero(steps, ratio):
    factors = [rate_factor(step, steps=steps, warmup_ratio=ratio) for step in range(steps)]
    top = factors.index(max(factors))
    assert all(0 < factor <= 1 for factor in factors)
    assert factors[: top + 1] == sorted(factors[: top + 1])
    assert factors[top:] == sorted(factors[top:], reverse=True)
    assert top <= max(1, steps * ratio)


def test_every_rate_is_scaled_from_its_peak():
    optimiser = optimiser_of(text_tagger_of().tagger, SETTINGS)
    for factor in (0.5, 0.25):
        scale_rates(optimiser, factor)
        assert {group["lr"] for group in optimiser.param_groups} == {1e-5 * factor, 2e-3 * factor, 3e-2 * factor}
