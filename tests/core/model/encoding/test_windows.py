import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.model.encoding.text_encoder import TextEncoding
from core.model.encoding.windows import concatenate, stitch, windows_of
from tests.core.toy_models import seen, text_tagger_of

ENCODING = TextEncoding(text_tagger_of().encoding.tokenizer, 12, "syllable")
TEXTS = st.lists(st.text(st.sampled_from("이순신은 한산도. 😀"), max_size=40), min_size=1, max_size=6)


@given(TEXTS, st.data())
def test_selected_texts_have_their_own_windows_in_the_order_asked_for(texts, data):
    windows = seen(ENCODING.encode(texts))
    chosen = data.draw(st.lists(st.integers(0, len(texts) - 1), max_size=8))
    assert seen(ENCODING.encode(texts).select(np.array(chosen, np.int64))) == [windows[text] for text in chosen]


@given(TEXTS, TEXTS)
def test_joined_parts_are_what_all_texts_together_give(one, other):
    assert seen(concatenate([ENCODING.encode(one), ENCODING.encode(other)])) == seen(ENCODING.encode([*one, *other]))


def test_without_parts_there_are_no_windows():
    assert (len(concatenate([])), concatenate([]).texts) == (0, 0)
    assert len(windows_of([])) == 0


def test_things_are_taken_from_the_window_that_they_begin_in_and_never_twice():
    windows = ENCODING.encode(["가" * 24])
    owns = [tuple(own) for own in windows.own.tolist()]
    assert owns == [(0, 9), (9, 17), (17, 24)]
    found = [[(2, 4), (7, 10)], [(8, 9), (9, 11), (12, 14)], [(16, 18), (17, 19), (20, 24)]]
    assert stitch(windows, 0, found, lambda extent: extent) == [(2, 4), (7, 10), (12, 14), (17, 19), (20, 24)]
