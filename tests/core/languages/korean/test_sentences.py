"""Sentences of running text: none is cut within brackets and quotes, and nothing is lost between them."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.languages.korean import sentences as module
from core.languages.korean.sentences import split_sentences


def split(text):
    (found,) = split_sentences([text])
    return [text[start:end] for start, end in found]


@pytest.mark.parametrize(
    "expected",
    [
        ["그는 왔다.", "“나리도 왔다.”", "끝."],
        ['"왔다. 갔다."', "그가 말했다."],
        ["나리는 (오늘. 그리고 내일.) 왔다.", "부산에 갔다!"],
        ["《비가 온다. 눈이 온다.》는 책이다.", "좋다."],
        ["3.14는 수다.", "www.a.co.kr 로 가라."],
        ["😀 나리는 갔다.", "👩‍👩‍👧 다온은 왔다."],
        ["나리는 왔다"],
    ],
)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_kiwi_finds_where_sentences_end(expected, form):
    text = unicodedata.normalize(form, " ".join(expected))
    assert split(text) == [unicodedata.normalize(form, sentence) for sentence in expected]


class Borders:
    """Stands in for Kiwi with the borders that a test draws."""

    def __init__(self, borders):
        self.borders = borders

    def analyse(self, texts):
        return [[(border, 1, "") for border in self.borders if border < len(text)] for text in texts]


@given(st.text('가. “”"()（）\n\u200b😀'), st.sets(st.integers(0, 12)))
def test_wherever_the_borders_are_nothing_is_lost_and_pairs_stay_whole(text, borders):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_splitter", Borders(sorted(borders)))
        (found,) = split_sentences([text])
    edges = [0, *(place for extent in found for place in extent), len(text)]
    assert edges == sorted(edges)
    assert not any(text[start:end].strip() for start, end in zip(edges[::2], edges[1::2], strict=True))
    for first, last in module._bracket_pairs(text):
        assert any(start <= first and last < end for start, end in found)


@pytest.mark.parametrize(
    ("text", "border", "expected"),
    [
        ("왔다. “가. 나.” 끝", 5, ["왔다.", "“가. 나.” 끝"]),
        ("왔다. “가. 나.” 끝", 8, ["왔다. “가. 나.” 끝"]),
        ("왔다. “가. 나.” 끝", 10, ["왔다. “가. 나.”", "끝"]),
        ("왔다 :) 갔다. (끝", 9, ["왔다 :) 갔다.", "(끝"]),
    ],
)
def test_a_border_in_brackets_goes_to_their_edge_or_is_none(monkeypatch, text, border, expected):
    monkeypatch.setattr(module, "_splitter", Borders([border]))
    assert split(text) == expected
