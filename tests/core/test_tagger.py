import torch

from core.batches import batch_of
from core.encoders import load_encoder
from core.tagger import Tagger
from tests.core.toy_models import SENTENCES, text_tagger_of, windows_of

CPU = torch.device("cpu")


def test_emissions_stand_on_the_units_alone():
    text_tagger = text_tagger_of()
    tagger = text_tagger.tagger
    (window,) = windows_of(text_tagger.encoding, SENTENCES[3].text)
    batch = batch_of([window], pad_id=0, device=CPU)
    states = tagger.encoder(input_ids=batch.input_ids).last_hidden_state
    emissions = tagger(batch.input_ids, batch.attention_mask, batch.positions)
    assert torch.equal(emissions, tagger.linear(states[:, list(window.positions)]))


def test_what_stands_off_the_units_gets_no_gradient():
    text_tagger = text_tagger_of()
    tagger = text_tagger.tagger
    windows = [windows_of(text_tagger.encoding, sentence.text)[0] for sentence in SENTENCES[:3]]
    batch = batch_of(windows, pad_id=0, device=CPU)
    emissions = tagger(batch.input_ids, batch.attention_mask, batch.positions)
    emissions.retain_grad()
    tagger.crf.loss(emissions, torch.ones_like(batch.positions), batch.valid).backward()
    assert not emissions.grad[~batch.valid].any()
    assert emissions.grad[batch.valid].any(dim=-1).all()


def test_dropout_acts_in_training_only():
    encoder, _ = load_encoder("tiny", ["가나"], seed=1)
    tagger = Tagger(encoder, num_tags=3, dropout=0.5).eval()
    inputs = torch.tensor([[2, 1, 1, 3]]), torch.ones(1, 4, dtype=torch.long), torch.tensor([[1, 2]])
    assert torch.equal(tagger(*inputs), tagger(*inputs))
    tagger.train()
    assert not torch.equal(tagger(*inputs), tagger(*inputs))
