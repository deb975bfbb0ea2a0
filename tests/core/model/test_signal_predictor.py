"""What a tagger says of its own tags and of the gold, held against enumeration and against tagging alone."""

import math

import numpy as np
import pytest
import torch

from core.domain.settings import UNITS
from core.domain.spans import Span
from core.domain.tags import spans_of, tags_of
from core.metrics.signals import suspicion_of
from core.model.encoding.batches import batch_of
from core.model.encoding.text_encoder import TextEncoding
from core.model.signal_predictor import judge_batches, judge_windows
from core.model.tagger import TextTagger
from tests.core.toy_models import SENTENCES, is_bio, saved_encoder, tagged, text_tagger_of, windows_of

TEXTS = [sentence.text for sentence in SENTENCES] + ["", "  ", "이순신은 " * 30, "뷁😀", "가"]
GOLDS = [sentence.spans for sentence in SENTENCES] + [(), (), (Span(0, 3, "PS"), Span(10, 13, "OG")), (), ()]


def judged(text_tagger, texts, golds, *, batch_size=32):
    return {
        each.text: each for batch in judge_batches(text_tagger, texts, golds, batch_size=batch_size) for each in batch
    }


def assert_same(one, other):
    assert [p.span for p in one.spans] == [p.span for p in other.spans]
    assert one.signals.gold == other.signals.gold
    for mine, theirs in zip(measures(one.signals), measures(other.signals), strict=True):
        assert mine == (None if theirs is None else pytest.approx(theirs, abs=1e-4, rel=1e-4))


def measures(signals):
    return signals.uncertainty, signals.loss, signals.suspicion, *signals.gold_probabilities


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("batch_size", [2, 32])
def test_signals_are_the_same_in_any_company(unit, batch_size):
    text_tagger = text_tagger_of(unit=unit)
    alone = [judged(text_tagger, [text], [gold], batch_size=1)[0] for text, gold in zip(TEXTS, GOLDS, strict=True)]
    together = judged(text_tagger, TEXTS, GOLDS, batch_size=batch_size)
    assert sorted(together) == list(range(len(TEXTS)))
    for index, each in together.items():
        assert_same(each, alone[index]._replace(text=index))


def test_the_spans_are_those_of_tagging_without_gold():
    text_tagger = text_tagger_of()
    plain = tagged(text_tagger, TEXTS)
    assert {index: each.spans for index, each in judged(text_tagger, TEXTS, GOLDS).items()} == plain


def test_encoded_texts_are_judged_as_texts_are():
    text_tagger = text_tagger_of()
    windows = text_tagger.encoding.encode(TEXTS)
    chosen = np.array([8, 0, 3])
    found = [each for batch in judge_windows(text_tagger, windows, chosen, GOLDS, batch_size=2) for each in batch]
    plain = judged(text_tagger, TEXTS, GOLDS)
    assert sorted(each.text for each in found) == [0, 3, 8]
    for each in found:
        assert_same(each, plain[each.text])


def enumerated(text_tagger, text):
    """Every legal tag sequence of a short text with its probability under the CRF, and its units."""
    encoding, crf = text_tagger.encoding, text_tagger.tagger.crf
    (window,) = windows_of(encoding, text)
    count = len(window.units)
    batch = batch_of(encoding.encode([text]), np.array([0]), pad_id=0, device=torch.device("cpu"))
    emissions = text_tagger.tagger(batch)[0].double()
    paths = torch.cartesian_prod(*[torch.arange(crf.num_tags)] * count).reshape(-1, count)
    paths = paths[[is_bio(path) for path in paths.tolist()]]
    scores = crf.start_transitions[paths[:, 0]] + crf.end_transitions[paths[:, -1]]
    scores = scores + sum(emissions[i, paths[:, i]] for i in range(count))
    scores = scores + sum(crf.transitions[paths[:, i], paths[:, i + 1]] for i in range(count - 1))
    shares = scores.softmax(0).tolist()
    return {tuple(path): share for path, share in zip(paths.tolist(), shares, strict=True)}, window.units


@pytest.mark.parametrize("seed", range(4))
def test_signals_come_from_enumeration(seed):
    text_tagger = text_tagger_of(seed=seed)
    text, gold = "서울에", (Span(0, 2, "LC"),)
    shares, units = enumerated(text_tagger, text)
    each = judged(text_tagger, [text], [gold])[0]
    assert each.signals.uncertainty == pytest.approx(-math.log(max(shares.values())), abs=1e-4)
    tags = tuple(tags_of(gold, units, text_tagger.tag_set))
    assert each.signals.loss == pytest.approx(-math.log(shares[tags]), abs=1e-4)
    assert each.signals.uncertainty <= each.signals.loss + 1e-6
    wanted = sum(share for path, share in shares.items() if gold[0] in spans_of(path, units, text_tagger.tag_set))
    assert each.signals.gold_probabilities == (pytest.approx(wanted, abs=1e-5),)


def test_gold_that_the_units_cannot_express_has_no_loss_and_raises_no_doubt():
    text_tagger = text_tagger_of(unit="subword")
    text = SENTENCES[0].text
    units = windows_of(text_tagger.encoding, text)[0].units
    first = next(unit for unit in units if unit[1] - unit[0] == 1)
    expressible = Span(*first, "PS")
    for gold in ((Span(0, 3, "XX"),), (expressible, Span(0, 3, "XX"))):
        signals = judged(text_tagger, [text], [tuple(sorted(gold))])[0].signals
        assert signals.loss is None
        assert dict(zip(signals.gold, signals.gold_probabilities, strict=True))[Span(0, 3, "XX")] is None
    assert judged(text_tagger, [text], [(expressible,)])[0].signals.loss is not None


def test_an_edge_inside_a_unit_is_judged_by_the_span_that_the_unit_can_express(tmp_path):
    """A piece with its particle is all that the unit can find; that it finds it is no sign of wrong gold."""
    text_tagger = text_tagger_of(saved_encoder(tmp_path / "encoder", "bert"))
    texts = [sentence.text for sentence in SENTENCES]
    checked = 0
    for index, spans in tagged(text_tagger, texts).items():
        ends = {end: end - start for start, end in windows_of(text_tagger.encoding, texts[index])[0].units}
        for cut in (p.span for p in spans if ends[p.span.end] > 1):
            gold = [Span(s.start, s.end - (s == cut), s.label) for s in (p.span for p in spans)]
            signals = judged(text_tagger, [texts[index]], [gold])[0].signals
            assert (signals.loss, signals.suspicion) == (None, None)
            assert [share is None for share in signals.gold_probabilities] == [p.span == cut for p in spans]
            checked += 1
    assert checked > 3


@pytest.mark.parametrize("unit", UNITS)
def test_a_text_in_several_windows_has_the_sums_and_every_gold_span_once(unit):
    text_tagger = text_tagger_of(unit=unit)
    short = TextTagger(text_tagger.tagger, TextEncoding(text_tagger.encoding.tokenizer, 26, unit), text_tagger.tag_set)
    text, gold, at = "", [], 0
    for sentence in SENTENCES:
        gold += [Span(span.start + at, span.end + at, span.label) for span in sentence.spans]
        text += sentence.text + " "
        at = len(text)
    windows = short.encoding.encode([text])
    assert len(windows) > 2
    [[each]] = judge_windows(short, windows, np.array([0]), [gold])
    assert each.spans == tagged(short, [text])[0]
    assert each.signals.uncertainty > 0
    assert each.signals.gold == tuple(gold)
    is_whole = [share is not None for share in each.signals.gold_probabilities]
    assert sum(is_whole) >= len(gold) // 2
    assert (each.signals.loss is not None) == all(is_whole)
    if unit == "syllable":
        assert all(is_whole)
        assert each.signals.loss >= each.signals.uncertainty


def test_texts_without_units():
    text_tagger = text_tagger_of()
    each = judged(text_tagger, ["", " "], [(), ()])[1]
    assert each.spans == ()
    assert (each.signals.uncertainty, each.signals.loss, each.signals.suspicion) == (0, 0, None)
    assert judged(text_tagger, [], []) == {}


def test_suspicion_is_that_of_the_spans():
    text_tagger = text_tagger_of()
    doubted = 0
    for each in judged(text_tagger, TEXTS, GOLDS).values():
        gold = dict(zip(each.signals.gold, each.signals.gold_probabilities, strict=True))
        if None not in gold.values():
            wanted = suspicion_of(gold, each.spans)
            assert each.signals.suspicion == (None if wanted is None else pytest.approx(wanted, abs=1e-6))
            doubted += wanted is not None
    assert doubted > 3
