import pytest
import torch
from torch import nn

from core.model.packed import packed_weights
from tests.core.toy_models import SENTENCES, tagged, text_tagger_of

STATES = torch.randn(3, 5, 16, generator=torch.Generator().manual_seed(1))


def network(**options):
    torch.manual_seed(1)
    return nn.Sequential(nn.Linear(16, 32), nn.GELU(), nn.Linear(32, 8, bias=False)).to(**options)


@torch.inference_mode()
def test_packed_weights_give_the_same_products():
    layers = network()
    plain = layers(STATES)
    with packed_weights(layers):
        assert "forward" in vars(layers[0])
        assert torch.allclose(layers(STATES), plain, atol=1e-6)
        assert torch.allclose(layers(STATES[:1]), plain[:1], atol=1e-6)
    assert torch.equal(layers(STATES), plain)


def test_the_layers_are_their_own_again_after_an_error():
    layers = network()
    with pytest.raises(RuntimeError), packed_weights(layers):
        raise RuntimeError
    assert not any("forward" in vars(layer) for layer in layers)


@pytest.mark.parametrize("options", [{"dtype": torch.bfloat16}, {"device": "meta"}])
def test_what_cannot_be_packed_stays_as_it_is(options):
    layers = network(**options)
    with packed_weights(layers):
        assert not any("forward" in vars(layer) for layer in layers)


def test_many_texts_get_the_spans_that_few_get(monkeypatch):
    text_tagger = text_tagger_of(None)
    texts = [sentence.text for sentence in SENTENCES]
    plain = tagged(text_tagger, texts)
    packed = []
    monkeypatch.setattr("core.model.predictor._WORTH_PACKING", 1)
    monkeypatch.setattr("core.model.packed._packed", lambda layer: packed.append(layer) or layer.forward)
    assert tagged(text_tagger, texts) == plain
    assert packed
    monkeypatch.undo()
    monkeypatch.setattr("core.model.predictor._WORTH_PACKING", 1)
    for number, spans in tagged(text_tagger, texts).items():
        assert [p.span for p in spans] == [p.span for p in plain[number]]
        assert [p.probability for p in spans] == pytest.approx([p.probability for p in plain[number]], abs=1e-5)
