import numpy as np
import torch

from core.model.encoding.batches import batch_of
from core.model.encoding.text_encoder import TextEncoding
from core.model.heads import SyllableFeatures
from tests.core.toy_models import text_tagger_of, wordpiece

CPU = torch.device("cpu")
TEXTS = ["이순신은 조선 사람", "이순신은 뷁"]


def features_of(texts):
    torch.manual_seed(0)
    return SyllableFeatures.of_texts(8, texts, dropout=0.0).eval()


def batch_for(texts, tokenizer=None):
    encoding = TextEncoding(tokenizer or wordpiece(TEXTS), 64, "syllable")
    windows = encoding.encode(texts)
    return batch_of(windows, np.arange(len(windows)), pad_id=0, device=CPU)


def test_characters_of_one_piece_differ():
    batch = batch_for(["이순신은"])
    assert len(set(batch.positions[0].tolist())) < 4
    states = torch.ones(1, 4, 8)
    features = features_of(TEXTS * 2)(states, batch)
    assert len({tuple(row) for row in features[0].tolist()}) == 4


def test_a_character_seen_once_is_the_unknown_one():
    features = features_of(TEXTS)
    assert {chr(code) for code in features.known.tolist()} == set("이순신은")
    rows = features._numbers(torch.tensor([[ord(c) for c in "이뷁조😀"]]))
    assert rows[0].tolist()[1:] == [0, 0, 0]
    assert rows[0, 0] > 0


def test_a_head_that_knows_no_character_works():
    batch = batch_for(["이순신은"])
    assert features_of([])(torch.ones(1, 4, 8), batch).shape == (1, 4, 256)


def test_padding_reads_as_the_edge_of_the_text():
    alone, beside = batch_for(["이순신은"]), batch_for(["이순신은", "이순신은 조선 사람 이순신은"])
    features = features_of(TEXTS * 2)
    states = torch.randn(1, beside.positions.shape[1], 8)
    one = features(states[:, :4], alone)
    padded = features(states.expand(2, -1, -1), beside)[0, :4]
    assert torch.allclose(one[0], padded, atol=1e-6)


def test_decomposed_text_has_the_same_characters():
    tagger = text_tagger_of(unit="syllable")
    windows = tagger.encoding.encode(["이순신", "\u110b\u1175\u1109\u116e\u11ab\u1109\u1175\u11ab"])
    assert windows.characters[:3].tolist() == windows.characters[3:].tolist() == [ord(c) for c in "이순신"]
