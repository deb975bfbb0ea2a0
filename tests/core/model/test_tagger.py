import numpy as np
import pytest
import torch

from core.domain.settings import UNITS
from core.domain.tags import NO_TAG
from core.model.encoding.batches import batch_of
from tests.core.toy_models import SENTENCES, text_tagger_of

CPU = torch.device("cpu")
TEXTS = [sentence.text for sentence in SENTENCES[:4]]


def batch_for(text_tagger, texts):
    windows = text_tagger.encoding.encode(texts)
    return batch_of(windows, np.arange(len(windows)), pad_id=0, device=CPU)


def test_emissions_are_for_units_only():
    text_tagger = text_tagger_of()
    tagger = text_tagger.tagger
    batch = batch_for(text_tagger, TEXTS[3:])
    states = tagger.encoder(input_ids=batch.input_ids).last_hidden_state
    assert torch.equal(tagger(batch), tagger.linear(states[:, batch.positions[0]]))


@pytest.mark.parametrize("unit", UNITS)
def test_positions_outside_units_get_no_gradient(unit):
    text_tagger = text_tagger_of(unit=unit)
    tagger = text_tagger.tagger
    batch = batch_for(text_tagger, TEXTS)
    emissions = tagger(batch)
    emissions.retain_grad()
    tagger.crf.loss(emissions, torch.ones_like(batch.positions), batch.valid).backward()
    assert not emissions.grad[~batch.valid].any()
    assert emissions.grad[batch.valid].any(dim=-1).all()


@pytest.mark.parametrize("unit", UNITS)
def test_units_without_a_tag_teach_nothing_of_themselves(unit):
    text_tagger = text_tagger_of(unit=unit)
    tagger, batch = text_tagger.tagger, batch_for(text_tagger, TEXTS)
    tags = torch.zeros_like(batch.positions)
    tags[1, :2] = NO_TAG
    emissions = tagger(batch)
    untaught = torch.zeros_like(batch.valid)
    untaught[1, :2] = True
    expected = tagger.crf.loss(emissions, tags, batch.valid & ~untaught)
    assert tagger(batch, tags).item() == pytest.approx(expected.item(), rel=1e-5)
    assert tagger(batch, tags).item() < tagger(batch, torch.zeros_like(tags)).item()


@pytest.mark.parametrize("unit", UNITS)
def test_dropout_acts_in_training_only(unit):
    text_tagger = text_tagger_of(unit=unit)
    tagger, batch = text_tagger.tagger, batch_for(text_tagger, TEXTS)
    assert torch.equal(tagger(batch), tagger(batch))
    tagger.train()
    assert not torch.equal(tagger(batch), tagger(batch))
