import pytest
import torch

from core.encoding import TextEncoding
from core.predictor import predict_batches
from core.tagger import TextTagger
from core.tags import unit_ranges
from tests.core.toy_models import FAMILIES, SENTENCES, saved_encoder, tagged, text_tagger_of, windows_of

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
    """A text of few units, small enough to enumerate every path of a tag set with one label."""
    tagger, encoding = text_tagger.tagger, text_tagger.encoding
    (window,) = windows_of(encoding, "서울에")
    count = len(window.units)
    emissions = tagger(
        torch.tensor([window.input_ids]), torch.ones(1, len(window.input_ids)).long(), torch.tensor([window.positions])
    )[0]
    paths = torch.cartesian_prod(*[torch.arange(7)] * count).reshape(-1, count)
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


def test_long_texts_are_tagged_window_by_window():
    text_tagger = text_tagger_of()
    short = TextTagger(
        text_tagger.tagger, TextEncoding(text_tagger.encoding.tokenizer, 24), text_tagger.tag_set, text_tagger.unit
    )
    text = " ".join(TEXTS[:6])
    windows = windows_of(short.encoding, text)
    bounds = [(window.units[0][0], window.units[-1][1]) for window in windows]
    spans = tagged(short, [text])[0]
    parts = [(start, tagged(short, [text[start:end]])[0]) for start, end in bounds]
    assert len(windows) > 2
    assert [(p.span.start, p.span.end) for p in spans] == [
        (start + p.span.start, start + p.span.end) for start, part in parts for p in part
    ]


def test_predicting_between_batches_leaves_gradients_on():
    batches = predict_batches(text_tagger_of(), TEXTS, batch_size=2)
    next(batches)
    assert torch.is_grad_enabled()
    assert not torch.is_inference_mode_enabled()
    batches.close()
