from itertools import pairwise

import numpy as np
import pytest
import torch
from torch import nn

from core.domain.settings import UNITS
from core.domain.tags import unit_ranges
from core.model.encoding.batches import batch_of
from core.model.encoding.text_encoder import TextEncoding
from core.model.predictor import packed_weights, predict_batches, predict_windows
from core.model.tagger import TextTagger
from tests.core.toy_models import FAMILIES, SENTENCES, is_bio, saved_encoder, tagged, text_tagger_of, windows_of

TEXTS = [sentence.text for sentence in SENTENCES] + ["", "  ", "이순신은 " * 30, "뷁😀", "가"]


@pytest.fixture(scope="module", params=["tiny", *FAMILIES])
def text_tagger(request, tmp_path_factory):
    folder = None
    if request.param != "tiny":
        folder = saved_encoder(tmp_path_factory.mktemp("encoder") / request.param, request.param)
    return text_tagger_of(folder)


def assert_same(one, other):
    assert [p.span for p in one] == [p.span for p in other]
    assert [p.probability for p in one] == pytest.approx([p.probability for p in other], abs=1e-4)


@pytest.mark.parametrize("batch_size", [2, 3, 32])
def test_a_sentence_is_tagged_the_same_in_any_company(text_tagger, batch_size):
    alone = [tagged(text_tagger, [text], batch_size=1)[0] for text in TEXTS]
    together = tagged(text_tagger, TEXTS, batch_size=batch_size)
    assert sum(map(len, alone)) > 20
    assert sorted(together) == list(range(len(TEXTS)))
    for index, spans in together.items():
        assert_same(spans, alone[index])


def test_every_batch_has_its_share(text_tagger):
    sizes = [len(batch) for batch in predict_batches(text_tagger, TEXTS, batch_size=4)]
    assert sizes == [4, 4, 3]


def test_a_text_without_units_has_no_spans(text_tagger):
    assert tagged(text_tagger, ["", " "]) == {0: (), 1: ()}
    assert tagged(text_tagger, []) == {}


def test_spans_are_the_best_path_and_probabilities_come_from_enumeration(text_tagger):
    """A text of few units, small enough to enumerate every legal path of its tags."""
    tagger, encoding = text_tagger.tagger, text_tagger.encoding
    (window,) = windows_of(encoding, "서울에")
    count = len(window.units)
    emissions = tagger(batch_of(encoding.encode(["서울에"]), np.array([0]), pad_id=0, device=torch.device("cpu")))[0]
    paths = torch.cartesian_prod(*[torch.arange(7)] * count).reshape(-1, count)
    paths = paths[[is_bio(path) for path in paths.tolist()]]
    scores = tagger.crf.start_transitions[paths[:, 0]] + tagger.crf.end_transitions[paths[:, -1]]
    scores = scores + sum(emissions[i, paths[:, i]] for i in range(count))
    scores = scores + sum(tagger.crf.transitions[paths[:, i], paths[:, i + 1]] for i in range(count - 1))
    shares = scores.softmax(0)
    found = tagged(text_tagger, ["서울에"])[0]
    for predicted in found:
        span = predicted.span
        wanted = sum(
            share.item()
            for share, path in zip(shares, paths.tolist(), strict=True)
            if (span.start, span.end, span.label)
            in [(window.units[a][0], window.units[b - 1][1], k) for a, b, k in unit_ranges(path, text_tagger.tag_set)]
        )
        assert predicted.probability == pytest.approx(wanted, abs=1e-4)


@pytest.mark.parametrize("unit", UNITS)
def test_the_own_part_of_a_window_is_used_and_an_entity_across_the_cut_is_complete(unit):
    text_tagger = text_tagger_of(unit=unit)
    short = TextTagger(text_tagger.tagger, TextEncoding(text_tagger.encoding.tokenizer, 26, unit), text_tagger.tag_set)
    text = " ".join(TEXTS[:6])
    windows = windows_of(short.encoding, text)
    assert len(windows) > 2
    spans = [(p.span.start, p.span.end) for p in tagged(short, [text])[0]]
    assert spans == sorted(spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    assert spans


def test_encoded_texts_are_tagged_as_texts_are(text_tagger):
    windows = text_tagger.encoding.encode(TEXTS)
    found = dict(
        pair for batch in predict_windows(text_tagger, windows, np.arange(len(TEXTS)), batch_size=3) for pair in batch
    )
    plain = tagged(text_tagger, TEXTS)
    assert {index: [p.span for p in spans] for index, spans in found.items()} == {
        index: [p.span for p in spans] for index, spans in plain.items()
    }


def test_a_batch_that_does_not_fit_the_memory_is_halved(monkeypatch):
    text_tagger = text_tagger_of()
    expected = tagged(text_tagger, TEXTS)
    forward, sizes = type(text_tagger.tagger).forward, []

    def cramped(tagger, batch):
        sizes.append(len(batch.input_ids))
        if sizes[-1] > 2:
            raise torch.OutOfMemoryError("no room")
        return forward(tagger, batch)

    monkeypatch.setattr(type(text_tagger.tagger), "forward", cramped)
    found = tagged(text_tagger, TEXTS)
    assert max(sizes) > 4
    for index, spans in expected.items():
        assert [p.span for p in found[index]] == [p.span for p in spans]
        assert [p.probability for p in found[index]] == pytest.approx([p.probability for p in spans], abs=1e-4)


def test_memory_that_fits_no_sentence_is_an_error(monkeypatch):
    text_tagger = text_tagger_of()

    def cramped(tagger, batch):
        raise torch.OutOfMemoryError("no room")

    monkeypatch.setattr(type(text_tagger.tagger), "forward", cramped)
    with pytest.raises(torch.OutOfMemoryError):
        tagged(text_tagger, TEXTS)


def test_predicting_between_batches_leaves_gradients_on():
    batches = predict_batches(text_tagger_of(), TEXTS, batch_size=2)
    next(batches)
    assert torch.is_grad_enabled()
    assert not torch.is_inference_mode_enabled()
    batches.close()


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
def test_what_cannot_be_packed_is_unchanged(options):
    layers = network(**options)
    with packed_weights(layers):
        assert not any("forward" in vars(layer) for layer in layers)


def test_many_texts_get_the_spans_that_few_get(monkeypatch):
    text_tagger = text_tagger_of(None)
    texts = [sentence.text for sentence in SENTENCES]
    plain = tagged(text_tagger, texts)
    packed = []
    monkeypatch.setattr("core.model.predictor._WORTH_PACKING", 1)
    monkeypatch.setattr("core.model.predictor._packed_forward", lambda layer: packed.append(layer) or layer.forward)
    assert tagged(text_tagger, texts) == plain
    assert packed
    monkeypatch.undo()
    monkeypatch.setattr("core.model.predictor._WORTH_PACKING", 1)
    for number, spans in tagged(text_tagger, texts).items():
        assert [p.span for p in spans] == [p.span for p in plain[number]]
        assert [p.probability for p in spans] == pytest.approx([p.probability for p in plain[number]], abs=1e-5)
